//! Worked cases: how a county proves a rule pack before it switches it on.
//!
//! A cases file says who lives where, who visited whom, and what a pack should answer.
//! [`parse`] gives the file as rows, so that it can also be played through forms and sync;
//! [`run`] compares what [`super::report()`] answers with what is expected.

mod expect;
mod read;

use std::collections::BTreeSet;

use super::calendar::{Calendar, PeriodName};
use super::excuse::Reason;
use super::json::Misfit;
use super::pack::{Pack, PackError};
use super::verdict::State;
use super::{Periods, Query, report};
use crate::facts::rows::{Day, Facts, Instant};

/// A cases file, read.
#[derive(Clone, Debug)]
pub struct CasesFile {
    /// The packs that it names and those added, with the county's parameters.
    pub packs: Vec<Pack>,
    /// What the county publishes about days.
    pub calendar: Calendar,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case: some facts, an instant, and what should be found.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is about.
    pub name: String,
    /// As of when.
    pub as_of: Instant,
    /// The facts.
    pub facts: Facts,
    /// What should be found.
    pub expect: Vec<Expectation>,
}

/// What should be found about one obligation; what is none is not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Where it stands in the file, as `cases[2].expect[0]`.
    pub place: String,
    /// The rule.
    pub rule: String,
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The period.
    pub period: PeriodName,
    /// The state; none expects that there is no such obligation.
    pub state: Option<State>,
    /// The visits credited, in order.
    pub credited: Option<Vec<String>>,
    /// The reason, or that there is none.
    pub reason: Option<Option<Reason>>,
    /// The flags, as a set.
    pub flags: Option<BTreeSet<String>>,
    /// The last day, or that there is none.
    pub due: Option<Option<Day>>,
}

/// What came of running a cases file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many expectations were compared.
    pub checked: usize,
    /// Those that do not hold.
    pub failures: Vec<Failure>,
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The case's name.
    pub case: String,
    /// Where the expectation stands, as `cases[2].expect[0]`.
    pub place: String,
    /// The rule, unit and period.
    pub obligation: String,
    /// What was expected of what differs.
    pub expected: String,
    /// What was found of it.
    pub found: String,
}

/// Why a cases file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CasesError {
    /// Something in the file is wrong; the place says where.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// A pack is wrong, or two do not go together.
    #[error(transparent)]
    Pack(#[from] PackError),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Failure {
            case,
            place,
            obligation,
            expected,
            found,
        } = self;
        write!(
            out,
            "{place} ({case}): {obligation}: expected {expected}, found {found}"
        )
    }
}

/// Reads a cases file; `extra_packs` are pack files that are added to those it names.
pub fn parse(text: &str, extra_packs: &[&str]) -> Result<CasesFile, CasesError> {
    let mut packs = Vec::new();
    for (at, text) in extra_packs.iter().enumerate() {
        let pack = format!("file {}", at + 1);
        packs.push(Pack::parse(text).map_err(|misfit| PackError::Unreadable { pack, misfit })?);
    }
    let file = read::file(text, packs)?;
    Pack::check_together(&file.packs)?;
    Ok(file)
}

/// Reads a cases file and compares every expectation with what the engine finds.
pub fn run(text: &str, extra_packs: &[&str]) -> Result<Outcome, CasesError> {
    let file = parse(text, extra_packs)?;
    let mut outcome = Outcome::default();
    for case in &file.cases {
        outcome.checked += case.expect.len();
        outcome
            .failures
            .extend(case.failures(&file.packs, &file.calendar));
    }
    Ok(outcome)
}

impl Case {
    /// Gives the expectations that do not hold under these packs.
    pub fn failures(&self, packs: &[Pack], calendar: &Calendar) -> Vec<Failure> {
        let mut periods: Vec<PeriodName> =
            self.expect.iter().map(|one| one.period.clone()).collect();
        periods.sort();
        periods.dedup();
        let query = Query {
            units: Some(self.expect.iter().map(|one| one.unit.clone()).collect()),
            periods: Periods::Named(periods),
            ..Query::default()
        };
        let found = report(&self.facts, packs, calendar, self.as_of, &query);
        let judged = self
            .expect
            .iter()
            .filter_map(|one| one.differs_from(&found.lines));
        judged
            .map(|mut failure| {
                failure.case.clone_from(&self.name);
                failure
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
