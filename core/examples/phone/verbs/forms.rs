use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

pub fn run(app: &App) -> Result<Answer, Failure> {
    let forms = app.forms()?;
    let lines = forms
        .iter()
        .map(|f| format!("{} {} · {} / {}\n", f.id, f.version, f.title_zh, f.title_en));
    answer(&forms, lines.collect())
}
