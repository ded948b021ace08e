use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Drafts {
    /// Throw this draft away.
    #[arg(long, alias = "drop")]
    discard: Option<String>,
}

impl Drafts {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        if let Some(id) = &self.discard {
            app.drop_draft(super::draft(id)?)?;
        }
        let drafts = app.drafts()?;
        let mut text = format!("草稿 {n} 份 / {n} drafts\n", n = drafts.len());
        for draft in &drafts {
            text.push_str(&format!("{} {} {}\n", draft.id, draft.form, draft.saved_at));
            for problem in &draft.problems {
                text.push_str(&format!("  {}: {}\n", problem.field, problem.message));
            }
        }
        answer(&drafts, text)
    }
}
