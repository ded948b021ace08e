use super::{answer, plain};
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

pub fn run(app: &App) -> Result<Answer, Failure> {
    let conflicts = app.conflicts()?;
    let mut text = format!("冲突 {n} 处 / {n} to decide\n", n = conflicts.len());
    for line in &conflicts {
        text.push_str(&format!("{} {} {}\n", line.id, line.title, line.field));
        text.push_str(&format!("    原来 before: {}\n", plain(&line.base)));
        for (place, value) in line.values.iter().enumerate() {
            let who = value.author_name.as_deref().or(value.author.as_deref());
            text.push_str(&format!(
                "    {}. {} · {} · {}\n",
                place + 1,
                plain(&value.value),
                who.unwrap_or("?"),
                value.at.as_deref().unwrap_or("?")
            ));
        }
    }
    answer(&conflicts, text)
}
