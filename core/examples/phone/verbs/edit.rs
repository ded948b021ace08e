use super::{record, saved};
use crate::{Answer, answers, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Edit {
    /// The record.
    id: String,
    /// Only what changes; null clears, a row with $row changes that row, one without adds a row,
    /// "$gone": true takes it out; a photo is {"file": "PATH"}. A file, or - for standard input.
    #[arg(long)]
    answers: String,
}

impl Edit {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let given = answers::with_files(app, answers::read(&self.answers)?)?;
        saved(&app.edit(record(&self.id)?, &given)?)
    }
}
