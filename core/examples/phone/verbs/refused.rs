use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

pub fn run(app: &App) -> Result<Answer, Failure> {
    let refused = app.refused()?;
    let mut text = format!("被拒 {n} 条 / {n} refused\n", n = refused.len());
    for line in &refused {
        text.push_str(&format!(
            "  #{} {} {}: {}\n",
            line.seq, line.id, line.reason, line.message
        ));
    }
    answer(&refused, text)
}
