use super::{record, saved};
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct ChooseAgain {
    /// The record.
    id: String,
    /// The field, as `history` prints it.
    field: String,
    /// The save that said the value, DEVICE/NUMBER as `history` prints it.
    head: String,
}

impl ChooseAgain {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        saved(&app.choose_again(record(&self.id)?, &self.field, &self.head)?)
    }
}
