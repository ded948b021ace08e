//! Why a line is as it is: made of what the engine weighed for that line, never reckoned anew.

mod days;
mod outcome;
mod papers;
mod visits;
mod words;

use serde::Serialize;

use super::super::calendar::{Calendar, PeriodName};
use super::super::duty::{Duty, Unit};
use super::super::excuse::Excuse;
use super::super::index::Index;
use super::super::obligation::Obligation;
use super::super::pack::{Pack, UnitKind};
use super::super::roster::Handover;
use super::super::verdict::{Verdict, Weighed};
use super::line::Line;
use super::{OfUnit, Periods, Query, Scope, rulings};
use crate::facts::rows::{Day, Document, Facts, Instant};

pub use days::{MemberDays, NotEligible};
pub use papers::{PaperAccount, PaperFate};
pub use visits::{Fate, VisitAccount};
pub use words::Language;

/// Which line is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The rule's id.
    pub rule: String,
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The period; none of a rule that is shown and not judged.
    pub period: Option<PeriodName>,
}

/// A line, and everything that a person needs to check it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// As of when, in UTC+8.
    pub as_of: String,
    /// The line, as the report prints it.
    pub line: Line,
    /// The period's first day; none of a rule that is shown and not judged.
    pub first: Option<Day>,
    /// Its last day.
    pub last: Option<Day>,
    /// The division it belongs to: where the unit is on that day.
    pub division: Option<String>,
    /// How many days of the period are eligible.
    pub eligible_days: i64,
    /// How many make it due; none where one is enough.
    pub threshold: Option<i64>,
    /// For each person of the unit the eligible days, and why the others are not.
    pub members: Vec<MemberDays>,
    /// How many visits are asked; none of a rule that asks a document, or no number.
    pub min: Option<u32>,
    /// Every visit that names somebody of the unit, by beginning, then id, each with what became
    /// of it.
    pub visits: Vec<VisitAccount>,
    /// Every document of the person, where the rule asks one.
    pub documents: Vec<PaperAccount>,
    /// Every excuse of which there is a trace.
    pub excuses: Vec<Excuse>,
    /// The change of hands that gives a grace.
    pub handover: Option<Handover>,
    /// What would still count, while the line runs.
    pub still: Option<Still>,
    /// Whose phones may hold a visit that is not here yet.
    pub waits_for: Vec<Phone>,
}

/// What would still count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Still {
    /// How many more visits; none where a document is asked.
    pub visits: Option<u32>,
    /// In one of these modes.
    pub modes: Vec<String>,
    /// With one of these outcomes.
    pub outcomes: Vec<String>,
    /// By somebody in one of these roles; empty is anybody.
    pub roles: Vec<String>,
    /// The kind of document that is asked.
    pub document: Option<String>,
    /// The last day on which it counts.
    pub until: Day,
}

/// A phone that has not been heard since the end of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phone {
    /// The worker's id.
    pub worker: String,
    /// When it was last heard, in UTC+8.
    pub last_sync: String,
}

/// Explains the line of a rule, unit and period as of the instant; none where the report has no
/// such line.
pub fn explain(
    facts: &Facts,
    packs: &[Pack],
    calendar: &Calendar,
    as_of: Instant,
    question: &Question,
) -> Option<Explanation> {
    let index = Index::new(facts, as_of, None);
    let named = |name: &PeriodName| Periods::Named(vec![name.clone()]);
    let periods = question.period.as_ref().map_or(Periods::Running, named);
    let query = Query {
        periods,
        ..Query::default()
    };
    let rulings = rulings(packs);
    let scope = Scope {
        index: &index,
        facts,
        packs,
        rulings: &rulings,
        calendar,
        query: &query,
    };
    let units = scope.units_named(&question.unit);
    let mut explained = units
        .iter()
        .filter_map(|(unit, kind)| scope.explained(unit, *kind, question));
    explained.next().map(|mut explanation| {
        explanation.as_of = as_of.to_local_string();
        explanation
    })
}

impl<'s, 'f: 's> Scope<'s, 'f> {
    /// The units of this id, of whatever kind.
    fn units_named(&self, id: &str) -> Vec<(Unit<'f>, UnitKind)> {
        let mut units = Vec::new();
        if let Some((at, subject)) = self.index.subject(id) {
            let unit = Unit::new(self.index, &subject.id, &[at], None);
            units.push((unit, UnitKind::Person));
        }
        if let Some((household, children)) = self.index.households.get_key_value(id) {
            let unit = Unit::new(self.index, household, children, None);
            units.push((unit, UnitKind::Household));
        }
        for pairing in self.facts.pairings.iter().filter(|one| one.id == id) {
            if let Some((at, _)) = self.index.subject(&pairing.subject) {
                let unit = Unit::new(self.index, &pairing.id, &[at], Some(pairing));
                units.push((unit, UnitKind::Pairing));
            }
        }
        units
    }

    fn explained<'a>(
        &'a self,
        unit: &'a Unit<'f>,
        kind: UnitKind,
        question: &Question,
    ) -> Option<Explanation> {
        let of_unit: OfUnit<'a, 'f> = self.of_unit(unit, kind);
        let papers: Vec<&Document> = match kind {
            UnitKind::Person => {
                let own = self.facts.documents.iter();
                own.filter(|paper| paper.subject == unit.id).collect()
            }
            _ => Vec::new(),
        };
        let each = of_unit.duties.iter().zip(&of_unit.asked);
        let mut found = each
            .zip(&of_unit.weighed)
            .filter_map(|((duty, asked), weighed)| {
                if duty.rule.id != question.rule {
                    return None;
                }
                let is_asked =
                    |one: &&Verdict<'a>| Some(&one.of.period.name) == question.period.as_ref();
                if let Some(verdict) = weighed.verdicts.iter().find(is_asked) {
                    let line = self.visit_line(duty, verdict)?;
                    return Some(self.of_visits(duty, verdict, weighed, line));
                }
                let mut lines = self.other_lines(duty, asked, &papers);
                let same = |line: &Line| line.period.is_some() == question.period.is_some();
                let line = lines.pop().filter(same)?;
                Some(self.of_papers(duty, asked, &papers, line))
            });
        found.next()
    }

    fn of_visits<'a>(
        &self,
        duty: &Duty<'a, 'f>,
        verdict: &Verdict<'a>,
        weighed: &Weighed<'a>,
        line: Line,
    ) -> Explanation {
        let of = &verdict.of;
        let threshold = duty.threshold(of);
        Explanation {
            min: Some(of.min),
            threshold: Some(threshold),
            visits: visits::accounts(duty, verdict, weighed, &self.facts.visits),
            excuses: duty.weighed_excuses(of, verdict.end, threshold),
            handover: of.handover.filter(|_| verdict.end > of.period.last),
            still: outcome::still(duty, verdict),
            waits_for: outcome::waits_for(duty, verdict),
            ..of_period(duty, of, line)
        }
    }
}

/// What every explanation of a period says.
fn of_period(duty: &Duty<'_, '_>, of: &Obligation<'_>, line: Line) -> Explanation {
    Explanation {
        first: Some(of.period.first),
        last: Some(of.period.last),
        division: of.division.map(str::to_owned),
        eligible_days: of.eligible.count(),
        members: days::members(duty, of.period.first, of.period.last, &of.area),
        ..of_line(line)
    }
}

fn of_line(line: Line) -> Explanation {
    Explanation {
        as_of: String::new(),
        line,
        first: None,
        last: None,
        division: None,
        eligible_days: 0,
        threshold: None,
        members: Vec::new(),
        min: None,
        visits: Vec::new(),
        documents: Vec::new(),
        excuses: Vec::new(),
        handover: None,
        still: None,
        waits_for: Vec::new(),
    }
}
