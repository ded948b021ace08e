use super::{record, saved};
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Void {
    /// The record.
    id: String,
    /// Take it back.
    #[arg(long)]
    undo: bool,
}

impl Void {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        saved(&app.void(record(&self.id)?, !self.undo)?)
    }
}
