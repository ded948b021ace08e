use super::{answer, record};
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Withdraw {
    /// The record.
    id: String,
    /// The save's number, from `refused`.
    seq: u64,
}

impl Withdraw {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let done = app.withdraw(record(&self.id)?, self.seq)?;
        let mut text = format!("已撤回 withdrawn: #{} {}\n", done.seq, done.id);
        for line in &done.waiting {
            text.push_str(&format!(
                "  等待它的 waits for it: #{} {} {}\n",
                line.seq,
                line.form.as_deref().unwrap_or("-"),
                line.id
            ));
        }
        answer(&done, text)
    }
}
