use crate::{Answer, failure::Failure};
use tanfang_core::app::{App, Asked, AskedLine};
use tanfang_core::compliance::{Language, Sheet};

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

#[derive(clap::Args)]
pub struct Sample {
    /// The area: of each one below it as many are drawn.
    #[arg(long)]
    area: String,
    /// Any text: the same one draws the same visits.
    #[arg(long)]
    seed: String,
    /// How many visits in each.
    #[arg(long, default_value_t = 3)]
    each: u16,
    /// A date (the end of that day in UTC+8) or an instant; now where it is left out.
    #[arg(long)]
    as_of: Option<String>,
    /// A period, in the place of those that run.
    #[arg(long)]
    period: Option<String>,
}

impl Sample {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let asked = Asked {
            area: Some(self.area.clone()),
            as_of: self.as_of.clone(),
            period: self.period.clone(),
        };
        let drawn = app.sample(&asked, &self.seed, usize::from(self.each))?;
        let mut text = String::new();
        for place in &drawn.places {
            for call in &place.drawn {
                let people = call.people.join(" ");
                text.push_str(&format!(
                    "{} {} {} {} {people}\n",
                    place.division, call.visit, call.day, call.mode
                ));
            }
        }
        Ok(Answer {
            json: drawn.to_json(),
            text,
        })
    }
}

#[derive(clap::Args)]
pub struct Statistics {
    /// The area, with all below it.
    #[arg(long)]
    area: String,
    /// The day on which people are counted; none is today.
    #[arg(long)]
    on: Option<String>,
    /// Who came and went after this day; none is the end of the year before.
    #[arg(long)]
    since: Option<String>,
}

impl Statistics {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let counted = app.statistics(&self.area, self.on.as_deref(), self.since.as_deref())?;
        let mut text = String::new();
        for group in &counted.groups {
            for size in &group.size {
                let count = size.count.unwrap_or_default();
                text.push_str(&format!("{} {count}\n", size.category));
            }
        }
        Ok(Answer {
            json: counted.to_json(),
            text,
        })
    }
}

#[derive(clap::Args)]
pub struct Tasks {
    /// The grid, or any area.
    #[arg(long)]
    area: String,
}

impl Tasks {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let sheets = app.tasks(&self.area)?;
        let line = |sheet: &Sheet| format!("{} {} {}\n", sheet.rule, sheet.period, sheet.quote);
        Ok(Answer {
            json: Sheet::to_json(&sheets),
            text: sheets.iter().map(line).collect(),
        })
    }
}

#[derive(clap::Args)]
pub struct Explain {
    /// A person's, household's or pairing's id.
    #[arg(long)]
    unit: String,
    /// A rule's id, as `compliance` prints it.
    #[arg(long)]
    rule: String,
    /// The period, as `compliance` prints it; left out of a rule that is not judged.
    #[arg(long)]
    period: Option<String>,
    /// A date (the end of that day in UTC+8) or an instant; now where it is left out.
    #[arg(long)]
    as_of: Option<String>,
    /// Say it in English.
    #[arg(long)]
    english: bool,
}

impl Explain {
    pub fn run(&self, app: &App) -> Result<Answer, Failure> {
        let explanation = app.explain(&AskedLine {
            unit: self.unit.clone(),
            rule: self.rule.clone(),
            period: self.period.clone(),
            as_of: self.as_of.clone(),
        })?;
        let language = match self.english {
            true => Language::En,
            false => Language::Zh,
        };
        let mut text = explanation.sentences(language).join("\n");
        text.push('\n');
        Ok(Answer {
            json: explanation.to_json(app.is_demo()?),
            text,
        })
    }
}
