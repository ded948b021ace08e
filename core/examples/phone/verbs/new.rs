use super::saved;
use crate::{Answer, answers, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct New {
    /// The form's id.
    form: String,
    /// A JSON object of answers by question name: a file, or - for standard input. A photo is
    /// {"file": "PATH"}. Left out, the draft's own are tried again.
    #[arg(long, required_unless_present = "draft")]
    answers: Option<String>,
    /// The person from whose page the form is opened: what is known is not asked again. What is
    /// answered counts.
    #[arg(long, conflicts_with = "draft")]
    about: Option<String>,
    /// The draft that is taken up: the answers given take the place of its own.
    #[arg(long)]
    draft: Option<String>,
}

impl New {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let draft = self.draft.as_deref().map(super::draft).transpose()?;
        let answers = match (&self.answers, draft) {
            (Some(from), _) => answers::with_files(app, answers::read(from)?)?,
            (None, Some(draft)) => app.draft_answers(draft, &self.form)?,
            (None, None) => return Err(Failure::Asked("give --answers or --draft".into())),
        };
        let answers = match &self.about {
            Some(person) => {
                let mut begun = app.begin(&self.form, Some(super::record(person)?))?;
                begun.extend(answers);
                begun
            }
            None => answers,
        };
        saved(&app.new_record(&self.form, &answers, draft)?)
    }
}
