use super::{answer, record};
use crate::{Answer, failure::Failure};
use tanfang_core::app::{App, HistoryEntry};

#[derive(clap::Args)]
pub struct History {
    /// The record.
    id: String,
    /// Ask the server for what this phone does not hold.
    #[arg(long)]
    all: bool,
}

impl History {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let id = record(&self.id)?;
        let history = match self.all {
            true => app.history_from_server(id)?,
            false => app.history(id)?,
        };
        let mut text = format!("{} {}\n", history.title, history.id);
        for field in &history.fields {
            text.push_str(&format!("  {} {}\n", field.label_zh, field.field));
            field
                .entries
                .iter()
                .for_each(|entry| line(&mut text, entry));
            if field.not_held > 0 {
                text.push_str(&format!(
                    "      另有 {n} 个更早的值不在本机 / {n} earlier not held\n",
                    n = field.not_held
                ));
            }
        }
        if !history.whole {
            text.push_str("  更早的记录：history --all / for what is older: history --all\n");
        }
        answer(&history, text)
    }
}

fn line(text: &mut String, entry: &HistoryEntry) {
    let mark = match (entry.shown, entry.superseded) {
        (true, _) => "●",
        (_, false) => "⚑",
        (_, true) => "○",
    };
    let who = entry.who.as_ref();
    let name = match who {
        Some(who) if who.automatic => "自动合并 automatic",
        Some(who) => who.author_name.as_deref().unwrap_or(&who.author),
        None => "?",
    };
    let at = who.map_or("?", |who| who.at.as_str());
    text.push_str(&format!(
        "      {mark} {} · {name} · {at} · {}\n",
        entry.text_zh, entry.head
    ));
}
