use super::answer;
use crate::{Answer, failure::Failure};
use tanfang_core::app::App;

#[derive(clap::Args)]
pub struct Refused {
    /// Also what was corrected or withdrawn since.
    #[arg(long)]
    all: bool,
}

impl Refused {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let refused = match self.all {
            true => app.refused_ever()?,
            false => app.refused()?,
        };
        let mut text = format!("被拒 {n} 条 / {n} refused\n", n = refused.len());
        for line in &refused {
            text.push_str(&format!(
                "  #{} {} {} {}: {}\n",
                line.seq, line.id, line.state, line.reason, line.message
            ));
        }
        answer(&refused, text)
    }
}
