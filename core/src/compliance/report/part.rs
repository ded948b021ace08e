//! What a report finds about one unit, and until when it holds.

use std::collections::BTreeMap;

use super::super::calendar::PeriodName;
use super::super::duty::Unit;
use super::super::pack::UnitKind;
use super::problems::{self, Found};
use super::{Gap, Line, Report, Scope, gaps, not_seen};
use crate::facts::rows::{Day, Document, Instant};

/// Which unit.
pub(crate) type Key = (UnitKind, String);

/// The part of a report that is about one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub lines: Vec<Line>,
    /// Which of them have the day of the report for a period.
    pub of_the_day: Vec<usize>,
    pub gaps: Vec<Gap>,
    pub problems: Vec<Found>,
    pub risk: Option<&'static str>,
    /// The first instant at which it may be another by time alone; none is never.
    pub until: Option<Instant>,
}

impl<'s, 'f: 's> Scope<'s, 'f> {
    /// Gives the part of every unit that is asked.
    pub(super) fn parts(&self) -> Vec<(Key, Part)> {
        let mut papers: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
        for paper in &self.facts.documents {
            papers.entry(&paper.subject).or_default().push(paper);
        }
        let mut parts = Vec::new();
        for (at, subject) in self.index.subjects.iter().enumerate() {
            if self.asks(&subject.id) {
                let own = papers.get(subject.id.as_str());
                let unit = Unit::new(self.index, &subject.id, &[at], None);
                let own = own.map_or(&[][..], Vec::as_slice);
                parts.push(self.part(&unit, UnitKind::Person, &[at], own));
            }
        }
        for (household, children) in &self.index.households {
            if self.asks(household) {
                let unit = Unit::new(self.index, household, children, None);
                parts.push(self.part(&unit, UnitKind::Household, children, &[]));
            }
        }
        for pairing in &self.facts.pairings {
            let of = self.index.subject(&pairing.subject);
            if let Some((at, _)) = of.filter(|_| self.asks(&pairing.id)) {
                let unit = Unit::new(self.index, &pairing.id, &[at], Some(pairing));
                parts.push(self.part(&unit, UnitKind::Pairing, &[at], &[]));
            }
        }
        parts
    }

    fn asks(&self, unit: &str) -> bool {
        let units = self.query.units.as_ref();
        units.is_none_or(|units| units.contains(unit))
    }

    fn part(
        &self,
        unit: &Unit<'f>,
        kind: UnitKind,
        members: &[usize],
        papers: &[&Document],
    ) -> (Key, Part) {
        let today = &self.index.today;
        today.noted();
        let mut part = Part {
            lines: Vec::new(),
            of_the_day: Vec::new(),
            gaps: Vec::new(),
            problems: Vec::new(),
            risk: None,
            until: None,
        };
        self.unit_lines(unit, kind, papers, &mut part);
        let here = || self.covers(unit.division_now(today, &[]));
        match (kind, unit.pairing) {
            (UnitKind::Person, _) => {
                part.gaps.extend(gaps::windows(self, unit.members[0]));
                let problems = problems::of_person(self, members[0]);
                if !problems.is_empty() && here() {
                    part.problems = problems;
                }
            }
            (UnitKind::Pairing, Some(pairing)) => {
                part.problems
                    .extend(problems::of_pairing(pairing).filter(|_| here()));
            }
            _ => {}
        }
        let unseen = |line: &Line| line.state.is_some_and(|state| state.is_not_seen());
        if part.lines.iter().any(unseen) {
            part.risk = not_seen::risk(&unit.members, today);
        }
        let turns = members.iter().filter_map(|at| self.index.turns[*at]);
        let day = today.noted().map(Day::begins);
        part.until = turns.chain(day).min();
        ((kind, unit.id.to_owned()), part)
    }
}

impl Part {
    /// Adds a line whose period is the day of the report.
    pub(super) fn push_of_the_day(&mut self, line: Line) {
        self.of_the_day.push(self.lines.len());
        self.lines.push(line);
    }

    pub(super) fn add_gaps(&mut self, gaps: impl IntoIterator<Item = Gap>) {
        self.gaps.extend(gaps);
    }
}

/// Puts parts together as of the instant, at which all of them hold.
pub(super) fn together<'p>(
    parts: impl Iterator<Item = std::borrow::Cow<'p, Part>>,
    more: Vec<Found>,
    as_of: Instant,
) -> Report {
    let today = as_of.day();
    let name = PeriodName::Day(today).to_string();
    let mut report = Report {
        as_of: as_of.to_local_string(),
        lines: Vec::new(),
        not_seen: Vec::new(),
        gaps: Vec::new(),
        problems: Vec::new(),
        renamed: Vec::new(),
    };
    let mut told = more;
    let mut risks: Vec<(String, &'static str)> = Vec::new();
    for part in parts {
        let mut part = part.into_owned();
        for at in part.of_the_day {
            part.lines[at].period = Some(name.clone());
        }
        let unit = part.lines.first().map(|line| line.unit.clone());
        risks.extend(unit.zip(part.risk));
        report.lines.append(&mut part.lines);
        report.gaps.append(&mut part.gaps);
        told.append(&mut part.problems);
    }
    // By rule first: within one the units already stand in their order, which leaves little to do.
    report.lines.sort_by(|a, b| a.rule.cmp(&b.rule));
    report.lines.sort_by(|a, b| {
        (&a.rule, &a.unit, &a.period, &a.pack).cmp(&(&b.rule, &b.unit, &b.period, &b.pack))
    });
    gaps::in_order(&mut report.gaps, today);
    let risks = risks
        .iter()
        .map(|(unit, risk)| (unit.as_str(), *risk))
        .collect();
    report.not_seen = not_seen::not_seen(&report.lines, &risks, today);
    report.problems = problems::together(told);
    report
}
