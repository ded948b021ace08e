use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

pub fn run(app: &App) -> Result<Answer, Failure> {
    let outbox = app.outbox()?;
    let mut text = format!("待发 {} 条 / {} to send\n", outbox.len(), outbox.len());
    for line in &outbox {
        let form = line.form.as_deref().unwrap_or("-");
        text.push_str(&format!(
            "  #{} {form} {} {}\n",
            line.seq, line.state, line.id
        ));
    }
    answer(&outbox, text)
}
