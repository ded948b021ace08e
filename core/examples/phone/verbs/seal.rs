use super::answer;
use crate::{Answer, failure::Failure};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use tanfang_core::app::{App, SealTo, SealedFile};

#[derive(clap::Args)]
pub struct Seal {
    /// `county`, or the word that `key` shows on a colleague's phone.
    #[arg(long, value_name = "county|KEY")]
    to: String,
    /// The folder for the files: a memory card, a USB stick.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// At most so many bytes in each piece.
    #[arg(long, default_value_t = 0, value_name = "N")]
    piece_bytes: usize,
    /// Everything that this phone ever said, also what the county had: it was restored from an older
    /// copy, and there is no signal to hear what it lacks.
    #[arg(long)]
    again: bool,
}

impl Seal {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let to = match self.to.as_str() {
            "county" => SealTo::County,
            key => SealTo::Phone(key.to_owned()),
        };
        let sealed = match (self.again, &to) {
            (false, _) => app.seal(&to, self.piece_bytes)?,
            (true, SealTo::County) => app.seal_again(self.piece_bytes)?,
            (true, SealTo::Phone(_)) => {
                return Err(Failure::Asked(
                    "--again goes to the county: --to county".into(),
                ));
            }
        };
        let names = write(&self.out, &sealed.files)?;
        let text = format!(
            "已密封 {} 条，共 {} 个文件；本机仍保留，直到县里确认 / sealed {} saves in {} files; they stay unsent here until the county has them\n{}",
            sealed.saves,
            names.len(),
            sealed.saves,
            names.len(),
            names.join("\n")
        );
        let document = json!({
            "files": names, "saves": sealed.saves, "from": sealed.from,
            "through": sealed.through, "shown": sealed.shown,
        });
        answer(&document, text)
    }
}

/// Written beside, brought to the disk, renamed: a card pulled out leaves no half piece behind.
pub fn write(folder: &Path, files: &[SealedFile]) -> Result<Vec<String>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::Asked(format!("--out cannot be written: {}", error.kind()))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut names = Vec::with_capacity(files.len());
    for file in files {
        let path = folder.join(&file.name);
        let beside = path.with_extension("part");
        let written = std::fs::File::create(&beside).and_then(|mut out| {
            out.write_all(&file.bytes)?;
            out.sync_all()
        });
        written
            .and_then(|()| std::fs::rename(&beside, &path))
            .map_err(failed)?;
        names.push(path.to_string_lossy().into_owned());
    }
    Ok(names)
}
