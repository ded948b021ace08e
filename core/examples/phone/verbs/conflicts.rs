use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::{App, WhoLine};

pub fn run(app: &App) -> Result<Answer, Failure> {
    let conflicts = app.conflicts()?;
    let mut text = format!("冲突 {n} 处 / {n} to decide\n", n = conflicts.len());
    for line in &conflicts {
        text.push_str(&format!(
            "{} {} {} {} ({})\n",
            line.id, line.title, line.label_zh, line.label_en, line.field
        ));
        let before = line.base_zh.as_deref().unwrap_or("?");
        text.push_str(&format!("    原来 before: {before}\n"));
        for (place, value) in line.values.iter().enumerate() {
            text.push_str(&format!("    {}. {}\n", place + 1, value.text_zh));
            value.by.iter().for_each(|one| who(&mut text, one));
        }
        if !line.decidable {
            text.push_str("    本机不能裁定 / cannot be decided on this phone\n");
        }
        text.push_str(&format!("    --seen \"{}\"\n", line.seen));
    }
    answer(&conflicts, text)
}

fn who(text: &mut String, one: &WhoLine) {
    let name = match one.automatic {
        true => "自动合并 automatic",
        false => one.author_name.as_deref().unwrap_or(&one.author),
    };
    text.push_str(&format!("        {name} · {} · {}\n", one.at, one.device));
}
