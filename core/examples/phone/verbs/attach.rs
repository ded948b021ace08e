use super::answer;
use crate::{Answer, answers, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Attach {
    /// A JPEG, PNG, WebP or PDF.
    file: std::path::PathBuf,
}

impl Attach {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let attached = app.attach(&answers::bytes(&self.file)?, None)?;
        let text = format!(
            "已附上 / attached: {} ({}, {} bytes)\n把它写进 image 或 file 题的答案 / it is the answer of an image or file question:\n{}",
            attached.hash,
            attached.media,
            attached.length,
            serde_json::Value::from(&attached)
        );
        answer(&attached, text)
    }
}
