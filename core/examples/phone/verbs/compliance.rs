use crate::{Answer, failure::Failure};
use tanfang_core::app::{App, Asked};

#[derive(clap::Args)]
pub struct Compliance {
    /// Only what lies in this area.
    #[arg(long)]
    area: Option<String>,
    /// A date (the end of that day in UTC+8) or an instant; now where it is left out.
    #[arg(long)]
    as_of: Option<String>,
    /// A period: 2024-05, 2024-Q2, 2024-H1, winter_vacation/2024-2025.
    #[arg(long)]
    period: Option<String>,
}

impl Compliance {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let report = app.compliance(&Asked {
            area: self.area.clone(),
            as_of: self.as_of.clone(),
            period: self.period.clone(),
        })?;
        let mut text = format!("截至 as of {}\n", report.as_of);
        for line in &report.lines {
            let json = serde_json::to_value(line).unwrap_or_default();
            let word = |key: &str| json[key].as_str().unwrap_or("-").to_owned();
            text.push_str(&format!(
                "{} {} {} {} 截止 due {} · {} {}\n",
                word("rule"),
                word("unit"),
                word("period"),
                word("state"),
                word("due"),
                line.document,
                line.article
            ));
        }
        for problem in &report.problems {
            text.push_str(&format!(
                "问题 problem {} {}: {} · {}\n",
                problem.field,
                problem.code.as_deref().unwrap_or("-"),
                problem.records.join(" "),
                problem.message
            ));
        }
        Ok(Answer {
            json: report.to_json(app.is_demo()?),
            text,
        })
    }
}
