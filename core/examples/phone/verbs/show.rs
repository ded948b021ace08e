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
        if shown.unconfirmed {
            text.push_str("  （有内容尚未到县里 / something of it is not yet at the county）\n");
        }
        for (name, value) in &shown.fields {
            text.push_str(&format!("  {name}: {}\n", plain(value)));
        }
        for conflict in &shown.conflicts {
            text.push_str(&format!("  ⚑ {} {}:\n", conflict.label_zh, conflict.field));
            for value in &conflict.values {
                text.push_str(&format!("      {}\n", value.text_zh));
            }
        }
        for photo in &shown.photos {
            text.push_str(&format!("  ▣ {}\n", super::photos::line(photo)));
        }
        answer(&shown, text)
    }
}
