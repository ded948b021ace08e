use super::{answer, plain, record};
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Show {
    /// The record.
    id: String,
}

impl Show {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let shown = app.show(record(&self.id)?)?;
        let mut text = format!("{} {}\n", shown.kind, shown.id);
        for (name, value) in &shown.fields {
            text.push_str(&format!("  {name}: {}\n", plain(value)));
        }
        for conflict in &shown.conflicts {
            text.push_str(&format!("  ⚑ {}:\n", conflict.field));
            for value in &conflict.values {
                text.push_str(&format!("      {}\n", plain(&value.value)));
            }
        }
        for photo in &shown.photos {
            text.push_str(&format!("  ▣ {}\n", super::photos::line(photo)));
        }
        answer(&shown, text)
    }
}
