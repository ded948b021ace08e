use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Enrol {
    /// Where the server answers, such as https://county.example.
    #[arg(long)]
    server: String,
    /// The code from the county.
    #[arg(long)]
    code: String,
}

impl Enrol {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let done = app.enrol(&self.server, &self.code)?;
        let text = format!(
            "已注册 / enrolled: {} ({})\n请同步 / now sync",
            done.name, done.county
        );
        answer(&done, text)
    }
}
