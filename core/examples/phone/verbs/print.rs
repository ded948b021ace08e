use super::{answer, record};
use crate::{Answer, failure::Failure};
use serde_json::json;
use std::path::PathBuf;
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Print {
    /// The person's record.
    person: String,
    /// The file that is written: HTML for A4.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Print {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let page = app.paper(record(&self.person)?)?;
        std::fs::write(&self.out, page)
            .map_err(|why| Failure::Asked(format!("{}: {why}", self.out.display())))?;
        let text = format!("{}\n", self.out.display());
        answer(&json!({"file": self.out}), text)
    }
}
