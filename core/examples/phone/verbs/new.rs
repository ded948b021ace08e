use super::saved;
use crate::{Answer, answers, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct New {
    /// The form's id.
    form: String,
    /// A JSON object of answers by question name: a file, or - for standard input.
    #[arg(long)]
    answers: String,
    /// The draft that these answers go on from.
    #[arg(long)]
    draft: Option<String>,
}

impl New {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let answers = answers::read(&self.answers)?;
        let draft =
            match &self.draft {
                None => None,
                Some(id) => Some(id.parse().map_err(|_| {
                    Failure::Asked("not a draft's id; take it from `drafts`".into())
                })?),
            };
        saved(&app.new_record(&self.form, &answers, draft)?)
    }
}
