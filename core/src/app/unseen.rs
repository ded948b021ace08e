//! Who has not been seen, by name and place: what a supervisor opens. By the person's own risk and
//! days, never by worker.

use serde::Serialize;

use super::labels::Lang;
use super::today::{Paged, count};
use super::units::{UnitWords, unit_words};
use super::{App, AppError, Asked};
use crate::compliance::{Line, State, period_in_words};

/// A page of those not seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unseen {
    /// As of when, in UTC+8.
    pub as_of: String,
    /// Whether the server was made for demonstrations.
    pub demonstration: bool,
    /// How many there are in all, whatever page is shown.
    pub total: u32,
    /// What the county has to publish or fill before anybody can be judged.
    pub gaps: u32,
    /// The lines of the page.
    pub lines: Vec<UnseenLine>,
}

/// Somebody whom some rule finds not seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnseenLine {
    /// Whom it is about.
    pub who: UnitWords,
    /// `risk_high`, `risk_key`, `risk_general`, or none.
    pub risk: Option<String>,
    /// When they were last seen; none is never.
    pub last_seen: Option<String>,
    /// How many days ago that was.
    pub days: Option<i32>,
    /// The rules that find it.
    pub rules: Vec<UnseenRule>,
}

/// A rule by which somebody is not seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnseenRule {
    /// The rule.
    pub rule: String,
    /// The period.
    pub period: Option<String>,
    /// The period in words.
    pub said: Option<String>,
    /// Where it stands.
    pub state: State,
    /// The document.
    pub document: String,
    /// The article.
    pub article: String,
}

impl App {
    /// Who has not been seen, of the units that this phone may judge, by the rules that ask for a
    /// visit: the gravest risk first, then who was never seen, then whoever was seen longest ago.
    ///
    /// # Errors
    /// As of [`App::compliance`].
    pub fn not_seen(&self, asked: &Asked, paged: &Paged) -> Result<Unseen, AppError> {
        let report = self.compliance(asked)?;
        let lang = Lang::named(&paged.lang);
        self.read(|tx| {
            let labels = self.labels(tx)?;
            // A paper that is missing leaves nobody unseen.
            let by_visit = self.visit_rules(tx)?;
            let unseen = report.not_seen.iter();
            let mut found: Vec<_> = unseen
                .filter(|one| one.lines.iter().any(|(rule, _)| by_visit.contains(rule)))
                .collect();
            paged.keep_found(tx, &mut found, |one| one.unit.as_str())?;
            let mut lines = Vec::new();
            for one in paged.page(&found) {
                let own = report.lines.iter().filter(|line| line.unit == one.unit);
                let rules = own.filter(|line| by_visit.contains(&*line.rule));
                lines.push(UnseenLine {
                    who: unit_words(tx, &labels, &one.unit)?,
                    risk: one.risk.map(str::to_owned),
                    last_seen: one.last_seen.map(|day| day.to_string()),
                    days: one.days,
                    rules: rules.filter_map(|line| unseen_rule(line, lang)).collect(),
                });
            }
            Ok(Unseen {
                as_of: report.as_of.clone(),
                demonstration: tx.manifest()?.demo,
                total: count(found.len()),
                gaps: count(report.gaps.len()),
                lines,
            })
        })
    }
}

fn unseen_rule(line: &Line, lang: Lang) -> Option<UnseenRule> {
    let state = line.state.filter(|state| state.is_not_seen())?;
    let period = line.period.as_deref();
    Some(UnseenRule {
        said: period.map(|name| period_in_words(name, lang.language())),
        rule: line.rule.to_string(),
        period: line.period.clone(),
        state,
        document: line.document.to_string(),
        article: line.article.to_string(),
    })
}
