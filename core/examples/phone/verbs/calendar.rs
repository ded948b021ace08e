use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

pub fn run(app: &App) -> Result<Answer, Failure> {
    let published = app.calendar()?;
    let mut lines = Vec::new();
    for window in &published.windows {
        let (kind, year) = (&window.kind, &window.school_year);
        lines.push(format!("{kind}/{year}  {} – {}", window.start, window.end));
    }
    for event in &published.events {
        let learnt = match event.learnt_on {
            Some(day) if event.learnt_late => {
                format!("  本机 {day} 才得知 / learnt late, on {day}")
            }
            Some(day) => format!("  本机 {day} 得知 / learnt on {day}"),
            None => String::new(),
        };
        lines.push(format!(
            "{}  {} – {}{learnt}",
            event.id, event.start, event.end
        ));
    }
    if lines.is_empty() {
        lines.push("没有发布假期和事件 / nothing is published".into());
    }
    answer(&published, lines.join("\n"))
}
