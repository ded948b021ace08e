use std::path::PathBuf;

use super::answer;
use crate::{Answer, failure::Failure};
use serde_json::json;
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Photo {
    /// Its hash, whole or how it begins (12 digits are enough).
    hash: String,
    /// Where it is written; a file that is there is not overwritten.
    #[arg(long)]
    out: PathBuf,
    /// Take it only if it is on this phone: ask no server.
    #[arg(long)]
    offline: bool,
}

impl Photo {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let hash = self.whole_hash(app)?;
        let photo = match self.offline {
            true => app.photo(&hash)?,
            false => app.fetch_photo(&hash)?,
        };
        let written = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.out)
            .and_then(|mut file| std::io::Write::write_all(&mut file, &photo.bytes));
        written.map_err(|error| {
            let path = self.out.display();
            Failure::Asked(format!("{path} cannot be written: {}", error.kind()))
        })?;
        let text = format!(
            "已写出明文，看后请删除 / written in the clear, delete it after use: {}",
            self.out.display()
        );
        answer(
            &json!({"hash": hash, "type": photo.media, "length": photo.bytes.len()}),
            text,
        )
    }

    fn whole_hash(&self, app: &App) -> Result<String, Failure> {
        let begun = self.hash.trim_end_matches('…');
        if begun.len() < 12 || begun.len() == 64 {
            return Ok(begun.to_owned());
        }
        let all = app.photos()?;
        let mut like = all.iter().filter(|line| line.hash.starts_with(begun));
        match (like.next(), like.next()) {
            (Some(one), None) => Ok(one.hash.clone()),
            _ => Ok(begun.to_owned()),
        }
    }
}
