use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Drafts {
    /// Throw this draft away.
    #[arg(long)]
    drop: Option<String>,
}

impl Drafts {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        if let Some(id) = &self.drop {
            let id = id
                .parse()
                .map_err(|_| Failure::Asked("not a draft's id; take it from `drafts`".into()))?;
            app.drop_draft(id)?;
        }
        let drafts = app.drafts()?;
        let lines = drafts
            .iter()
            .map(|draft| format!("{} {} {}\n", draft.id, draft.form, draft.saved_at));
        answer(&drafts, lines.collect())
    }
}
