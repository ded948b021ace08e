use super::answer;
use crate::{Answer, failure::Failure};
use std::path::PathBuf;
use tanfang_core::app::App;

/// More than any piece of a sealed file; what is longer is not read.
const LIMIT_BYTES: u64 = 8 << 20;

#[derive(clap::Args)]
pub struct Open {
    /// The files, all pieces together.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl Open {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let files: Result<Vec<_>, _> = self.files.iter().map(read).collect();
        let opened = app.open_sealed(&files?)?;
        let text = opened.files.iter().map(|file| {
            let mut text = match file.what {
                "carried" => "代为转交，下次同步时送到县里 / carried: goes to the county with the next sync".to_owned(),
                "shown" => format!("显示 {} 条，尚未到县里 / shown: {} saves, not yet at the county; carried there too", file.saves, file.saves),
                "receipt" => format!("县里已收到 {} 条 / receipt: the county has {} saves", file.acknowledged, file.acknowledged),
                _ => "是本机自己的文件 / this phone's own file: nothing was done".to_owned(),
            };
            if !file.missing.is_empty() {
                text.push_str(&format!("；还缺第 {:?} 片 / pieces still to be brought: {:?}", file.missing, file.missing));
            }
            format!("{} {text}\n", file.id)
        });
        let text = text.collect();
        answer(&opened, text)
    }
}

fn read(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::Asked(format!("a sealed file cannot be read: {}", error.kind()))
    };
    if std::fs::metadata(path).map_err(failed)?.len() > LIMIT_BYTES {
        let message = "the file is larger than any that Tanfang makes and was not read";
        return Err(Failure::Asked(message.into()));
    }
    std::fs::read(path).map_err(failed)
}
