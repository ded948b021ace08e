//! Sheets that a rule asks of a grid and nobody types: 日巡查, 周分析, 月汇总 (TZ-G1). They are written
//! from what is known already; they count the people in care, never those who work.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::calendar::{Cadence, Calendar, PeriodName};
use super::division;
use super::index::division_on;
use super::pack::{Demand, Pack, Rule};
use super::report::{Coverage, Line, Periods, Query, report};
use super::verdict::State;
use crate::facts::rows::{Day, Facts, Instant, Met, Subject};

/// A sheet of a grid, or of any area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// The rule that asks it.
    pub rule: String,
    /// The document that says so.
    pub document: String,
    /// The article in it.
    pub article: String,
    /// Its words.
    pub quote: String,
    /// The area.
    pub area: String,
    /// The day, week or month that it is about.
    pub period: String,
    /// What it says.
    #[serde(flatten)]
    pub says: Says,
}

impl Sheet {
    /// Sheets as one line of JSON, the same bytes on phone and server.
    pub fn to_json(sheets: &[Sheet]) -> String {
        // Plain values with text keys: serde_json writes them always.
        serde_json::to_string(sheets).unwrap_or_default()
    }
}

/// What a sheet says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "sheet", rename_all = "snake_case")]
pub enum Says {
    /// 日巡查: who is still to be seen, the greatest risk first, then who was not seen for longest.
    Patrol {
        /// One a person, household or pairing.
        to_see: Vec<ToSee>,
    },
    /// 周分析: what visits of the week found.
    Analysis {
        /// Visits by their mode.
        by_mode: BTreeMap<String, usize>,
        /// Visits by their outcome.
        by_outcome: BTreeMap<String, usize>,
        /// How many people were met.
        met: usize,
        /// How many people of the area were in the ledger in the week.
        people: usize,
        /// People of high or key risk whom nobody met in the week.
        unmet_at_risk: Vec<String>,
    },
    /// 月汇总 (and of longer periods): how many were seen, by rule.
    Summary {
        /// By rule.
        by_rule: BTreeMap<String, Coverage>,
    },
}

/// Somebody who is still to be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToSee {
    /// The person, household or pairing.
    pub unit: String,
    /// `risk_high`, `risk_key`, `risk_general`, or none.
    pub risk: Option<&'static str>,
    /// The day last seen by any of the rules.
    pub last_seen: Option<Day>,
    /// The first day by which a rule asks it; none where that is over.
    pub due: Option<Day>,
    /// The rules that ask it.
    pub rules: BTreeSet<String>,
}

/// Risk as packs write it, the greatest first.
const RISKS: [&str; 3] = ["risk_high", "risk_key", "risk_general"];

/// Writes the sheets that the packs ask for an area as of an instant: none where no pack asks any.
pub fn sheets(
    facts: &Facts,
    packs: &[Pack],
    calendar: &Calendar,
    as_of: Instant,
    area: &str,
) -> Vec<Sheet> {
    let desk = Desk {
        facts,
        packs,
        calendar,
        as_of,
        area,
    };
    let mut sheets = Vec::new();
    for rule in packs.iter().flat_map(|pack| &pack.rules) {
        let Demand::Task { sheets: asked } = &rule.demand else {
            continue;
        };
        sheets.extend(asked.iter().map(|cadence| desk.sheet(rule, *cadence)));
    }
    sheets
}

struct Desk<'d> {
    facts: &'d Facts,
    packs: &'d [Pack],
    calendar: &'d Calendar,
    as_of: Instant,
    area: &'d str,
}

impl Desk<'_> {
    fn sheet(&self, rule: &Rule, cadence: Cadence) -> Sheet {
        let period = cadence.holding(self.as_of.day());
        Sheet {
            rule: rule.id.clone(),
            document: rule.document.clone(),
            article: rule.article.clone(),
            quote: rule.quote.clone(),
            area: self.area.to_owned(),
            period: period.name.to_string(),
            says: match cadence {
                Cadence::Day => self.patrol(),
                Cadence::Week => self.analysis(period.first, period.last),
                _ => self.summary(&period.name),
            },
        }
    }

    fn lines(&self, periods: Periods) -> Vec<Line> {
        let query = Query {
            divisions: Some(vec![self.area.to_owned()]),
            periods,
            ..Query::default()
        };
        report(self.facts, self.packs, self.calendar, self.as_of, &query).lines
    }

    fn patrol(&self) -> Says {
        let still = [State::Open, State::Tried, State::Unsynced, State::Overdue];
        let risks = self.risks();
        let mut to_see: BTreeMap<String, ToSee> = BTreeMap::new();
        for line in self.lines(Periods::Running) {
            if !line.state.is_some_and(|state| still.contains(&state)) {
                continue;
            }
            let fresh = || ToSee {
                unit: line.unit.clone(),
                risk: risks.get(line.unit.as_str()).map(|at| RISKS[*at]),
                last_seen: None,
                due: None,
                rules: BTreeSet::new(),
            };
            let one = to_see.entry(line.unit.clone()).or_insert_with(fresh);
            one.last_seen = one.last_seen.max(line.last_seen);
            one.due = match (one.due, line.due) {
                (Some(known), Some(due)) => Some(known.min(due)),
                (known, due) => known.or(due),
            };
            one.rules.insert(line.rule.into());
        }
        let mut to_see: Vec<ToSee> = to_see.into_values().collect();
        to_see.sort_by_key(|one| {
            let risk = risks.get(one.unit.as_str()).copied();
            (risk.unwrap_or(RISKS.len()), one.last_seen, one.unit.clone())
        });
        Says::Patrol { to_see }
    }

    /// The greatest risk of each person, and of each household or pairing with one; places in `RISKS`.
    fn risks(&self) -> HashMap<&str, usize> {
        let today = self.as_of.day();
        let mut risks: HashMap<&str, usize> = HashMap::new();
        for subject in &self.facts.subjects {
            let rows = subject.categories.iter();
            let held = rows.filter(|row| row.span().holds(today));
            let places = held.filter_map(|row| RISKS.iter().position(|risk| *risk == row.code));
            let Some(greatest) = places.min() else {
                continue;
            };
            for unit in [subject.id.as_str(), subject.household.as_str()] {
                let known = risks.entry(unit).or_insert(greatest);
                *known = greatest.min(*known);
            }
        }
        for pairing in &self.facts.pairings {
            if let Some(risk) = risks.get(pairing.subject.as_str()).copied() {
                risks.insert(&pairing.id, risk);
            }
        }
        risks
    }

    fn analysis(&self, first: Day, last: Day) -> Says {
        let last = last.min(self.as_of.day());
        let here = |subject: &&Subject| {
            let days = subject.registered.iter();
            let known = days.clone().any(|span| {
                span.from.is_none_or(|from| from <= last) && span.to.is_none_or(|to| first <= to)
            });
            let code = division_on(subject, last);
            known && code.is_some_and(|code| division::covers(self.area, code))
        };
        let people: BTreeMap<&str, &Subject> = self
            .facts
            .subjects
            .iter()
            .filter(here)
            .map(|subject| (subject.id.as_str(), subject))
            .collect();
        let mut by_mode: BTreeMap<String, usize> = BTreeMap::new();
        let mut by_outcome: BTreeMap<String, usize> = BTreeMap::new();
        let mut met: BTreeSet<&str> = BTreeSet::new();
        for visit in &self.facts.visits {
            let day = visit.started_at.day();
            let known = visit.received_at.unwrap_or(visit.started_at) <= self.as_of;
            let about = visit
                .subjects
                .keys()
                .any(|id| people.contains_key(id.as_str()));
            if !known || !about || visit.confirmed == Some(false) || day < first || last < day {
                continue;
            }
            *by_mode.entry(visit.mode.clone()).or_default() += 1;
            *by_outcome.entry(visit.outcome.clone()).or_default() += 1;
            let seen = visit.subjects.iter().filter(|(_, how)| **how == Met::Met);
            met.extend(
                seen.map(|(id, _)| id.as_str())
                    .filter(|id| people.contains_key(id)),
            );
        }
        let risks = self.risks();
        let at_risk = people.keys().filter(|id| {
            !met.contains(*id)
                && risks
                    .get(*id)
                    .is_some_and(|at| RISKS[*at] != "risk_general")
        });
        Says::Analysis {
            unmet_at_risk: at_risk.map(|id| (*id).to_owned()).collect(),
            by_mode,
            by_outcome,
            met: met.len(),
            people: people.len(),
        }
    }

    fn summary(&self, name: &PeriodName) -> Says {
        let lines = self.lines(Periods::Named(vec![name.clone()]));
        let mut by_rule: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for line in lines {
            by_rule.entry(line.rule.to_string()).or_default().push(line);
        }
        let counted = by_rule.into_iter();
        Says::Summary {
            by_rule: counted
                .map(|(rule, lines)| (rule, Coverage::of(&lines)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
