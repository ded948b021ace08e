use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::{App, Listing};

#[derive(clap::Args)]
pub struct List {
    /// A kind of record, or a group: elder, child.
    #[arg(long)]
    kind: Option<String>,
    /// What the household's area code begins with.
    #[arg(long)]
    area: Option<String>,
    /// Letters of the title.
    #[arg(long)]
    search: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 0)]
    limit: u32,
    /// After so many.
    #[arg(long, default_value_t = 0)]
    offset: u32,
}

impl List {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let is_group = matches!(self.kind.as_deref(), Some("elder" | "child"));
        let lines = app.list(&Listing {
            kind: self.kind.clone().filter(|_| !is_group),
            group: self.kind.clone().filter(|_| is_group),
            area: self.area.clone(),
            search: self.search.clone(),
            in_conflict: false,
            limit: self.limit,
            offset: self.offset,
        })?;
        let text = lines.iter().map(|line| {
            let kind = line.group.as_deref().unwrap_or(&line.kind);
            let area = line.area.as_deref().unwrap_or("-");
            let flag = if line.conflicts > 0 { " ⚑" } else { "" };
            let mark = if line.unconfirmed {
                "（尚未到县里 not yet at the county）"
            } else {
                ""
            };
            format!("{} {kind} {area} {}{flag}{mark}\n", line.id, line.title)
        });
        answer(&lines, text.collect())
    }
}
