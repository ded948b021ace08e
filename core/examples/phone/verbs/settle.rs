use super::{record, saved};
use crate::{Answer, failure::Failure};
use tanfang_core::app::{App, Choice};

#[derive(clap::Args)]
pub struct Settle {
    /// The record.
    id: String,
    /// The field, as `conflicts` prints it: phone, people[ROW].met.
    field: String,
    /// The place of the value among those that `conflicts` prints, from 1.
    #[arg(long, required_unless_present = "value", conflicts_with = "value")]
    choose: Option<usize>,
    /// Another value, as JSON.
    #[arg(long)]
    value: Option<String>,
    /// What was shown, `seen` of the line of `conflicts`: what came since asks again.
    #[arg(long)]
    seen: Option<String>,
}

impl Settle {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let choice = match (&self.choose, &self.value) {
            (Some(place), _) => Choice::Place(*place),
            (None, Some(text)) => Choice::Value(serde_json::from_str(text).map_err(|_| {
                Failure::Asked("--value is JSON: \"text\", 3, true, [\"a\"], null".into())
            })?),
            (None, None) => return Err(Failure::Asked("--choose N or --value JSON".into())),
        };
        let id = record(&self.id)?;
        saved(&match &self.seen {
            Some(seen) => app.settle_seen(id, &self.field, &choice, seen)?,
            None => app.settle(id, &self.field, &choice)?,
        })
    }
}
