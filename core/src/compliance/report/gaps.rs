//! What is missing before anybody can be judged or seen: a vacation that is not published, a role
//! that nobody holds, a child for whom nobody answers.

use std::collections::BTreeSet;

use chrono::Datelike;
use serde::Serialize;

use super::super::calendar::{PeriodName, school_year_of};
use super::super::days::Days;
use super::super::division;
use super::super::duty::Duty;
use super::super::index::division_now;
use super::super::pack::{Demand, Recurrence, Roles};
use super::super::roster;
use super::super::verdict::Verdict;
use super::Scope;
use crate::facts::rows::{Day, Group, Subject};

/// Something that the county or the township has to fill; nobody's fault and nobody's overdue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// The rule that asks for it.
    pub rule: String,
    /// Of a window the county; else the division of those concerned.
    pub division: String,
    /// The period; of a child without a responsible person the day of the report.
    pub period: String,
    /// The child or the household; none where the gap is the division's.
    pub unit: Option<String>,
    /// `no window published`; `vacant`: nobody held the rule's role on any eligible day of
    /// somebody there; `no responsible person`: nobody holds it today for this child;
    /// `child_unseen`: a child of the household was not met for two quarters.
    pub gap: &'static str,
}

const NO_WINDOW: &str = "no window published";
const NOBODY: &str = "no responsible person";
/// The flags of a line that are gaps as well.
const OF_LINES: [&str; 2] = ["vacant", "child_unseen"];

/// Gives the gaps that a judged obligation shows.
pub(super) fn of_verdict(duty: &Duty<'_, '_>, verdict: &Verdict<'_>) -> Vec<Gap> {
    let flagged = OF_LINES
        .into_iter()
        .filter(|gap| verdict.flags.contains(gap));
    flagged
        .map(|gap| Gap {
            rule: duty.rule.id.clone(),
            division: verdict.of.division.unwrap_or_default().to_owned(),
            period: verdict.of.period.name.to_string(),
            unit: (gap != "vacant").then(|| duty.unit.id.to_owned()),
            gap,
        })
        .collect()
}

/// Gives the children of the unit for whom today nobody holds a role of the rule (全包保: each
/// child has somebody who answers for it).
pub(super) fn nobody_answers(duty: &Duty<'_, '_>) -> Vec<Gap> {
    let today = &duty.index.today;
    let asks = matches!(duty.rule.demand, Demand::Visits { .. });
    if !asks || duty.unit.pairing.is_some() || duty.rule.roles == Roles::Any {
        return Vec::new();
    }
    let members = duty.unit.members.iter().zip(&duty.members);
    let children =
        members.filter(|(member, days)| member.group == Group::Child && today.is_in(days));
    let without = children.filter_map(|(child, _)| {
        let division = division_now(child, today);
        let holders = duty.index.roster.over(&duty.rule.roles, division);
        let mut held = false;
        for one in holders {
            held |= today.is_in(&Days::of([roster::span(one)]));
        }
        (!held).then(|| Gap {
            rule: duty.rule.id.clone(),
            division: division.unwrap_or_default().to_owned(),
            period: PeriodName::Day(today.day()).to_string(),
            unit: Some(child.id.clone()),
            gap: NOBODY,
        })
    });
    without.collect()
}

/// Puts the gaps of all units in order. Those of the day are of this day; of a child's several
/// rules with nobody to answer the first is enough.
pub(super) fn in_order(gaps: &mut Vec<Gap>, today: Day) {
    for gap in gaps.iter_mut().filter(|gap| gap.gap == NOBODY) {
        gap.period = PeriodName::Day(today).to_string();
    }
    gaps.sort();
    gaps.dedup();
    let mut told = BTreeSet::new();
    gaps.retain(|gap| gap.gap != NOBODY || told.insert(gap.unit.clone()));
}

/// Finds the windows of the current school year that a rule asks for this person and that the
/// county has not published.
pub(super) fn windows(scope: &Scope<'_, '_>, subject: &Subject) -> Vec<Gap> {
    let today = &scope.index.today;
    let school_year = school_year_of(today.day());
    let mut gaps = Vec::new();
    for ruling in scope.rulings {
        let Demand::Visits { periods, .. } = &ruling.rule.demand else {
            continue;
        };
        for period in periods {
            let Recurrence::Window(kind) = period else {
                continue;
            };
            today.changes_on(next_school_year(today.day()));
            let code = division_now(subject, today);
            let of_category = today.is_in(&ruling.rule.category.days(subject));
            let in_force = scope.in_force_now(ruling.pack);
            let Some(code) = code.filter(|code| scope.covers(Some(code))) else {
                continue;
            };
            let published = scope.calendar.windows.iter().any(|window| {
                window.kind == *kind
                    && window.school_year == school_year
                    && division::covers(&window.county, code)
            });
            if in_force && of_category && !published {
                let (kind, school_year) = (kind.clone(), school_year.clone());
                gaps.push(Gap {
                    rule: ruling.rule.id.clone(),
                    division: code.get(..6).unwrap_or(code).to_string(),
                    period: PeriodName::Window { kind, school_year }.to_string(),
                    unit: None,
                    gap: NO_WINDOW,
                });
            }
        }
    }
    gaps
}

/// The next 1 September.
fn next_school_year(today: Day) -> Day {
    let date = today.date();
    let year = date.year() + i32::from(date.month() >= 9);
    Day::from_ymd(year, 9, 1).unwrap_or(Day::MAX)
}
