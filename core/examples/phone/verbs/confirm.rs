use super::{record, saved};
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Confirm {
    /// The visit.
    visit: String,
    /// It took place.
    #[arg(long, required_unless_present = "no", conflicts_with = "no")]
    yes: bool,
    /// It did not.
    #[arg(long)]
    no: bool,
    /// Why.
    #[arg(long)]
    reason: String,
}

impl Confirm {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        saved(&app.confirm(record(&self.visit)?, self.yes, &self.reason)?)
    }
}
