//! Who held which role over which division, and when their phones were last heard.

use std::collections::HashMap;

use super::division;
use super::pack::{Params, Roles};
use crate::facts::rows::{Assignment, Day, Instant, Span};

/// How long after an assignment's end another counts as its successor.
const SUCCESSOR_WITHIN_DAYS: i32 = 31;

pub(crate) struct Roster<'f> {
    of_worker: HashMap<&'f str, Vec<&'f Assignment>>,
    of_division: HashMap<&'f str, Vec<&'f Assignment>>,
}

impl<'f> Roster<'f> {
    pub fn new(assignments: &'f [Assignment]) -> Self {
        let mut roster = Roster {
            of_worker: HashMap::new(),
            of_division: HashMap::new(),
        };
        for assignment in assignments {
            roster
                .of_worker
                .entry(&assignment.worker)
                .or_default()
                .push(assignment);
            let code = division::trimmed(&assignment.division);
            roster.of_division.entry(code).or_default().push(assignment);
        }
        roster
    }

    /// Says whether the worker held the role over the division on the day; of a worker without
    /// any assignment it is taken as said.
    pub fn holds(&self, worker: &str, role: &str, day: Day, division: Option<&str>) -> bool {
        let Some(own) = self.of_worker.get(worker) else {
            return true;
        };
        own.iter().any(|assignment| {
            assignment.role == role
                && span(assignment).holds(day)
                && division.is_some_and(|code| division::covers(&assignment.division, code))
        })
    }

    /// Gives every assignment of these roles that covers the division.
    pub fn over(&self, roles: &Roles, division: Option<&str>) -> Vec<&'f Assignment> {
        let codes = division.into_iter().flat_map(division::upwards);
        let found = codes
            .filter_map(|code| self.of_division.get(code))
            .flatten();
        found
            .filter(|assignment| roles.include(&assignment.role))
            .copied()
            .collect()
    }

    /// Gives the worker's assignments.
    pub fn of(&self, worker: &str) -> &[&'f Assignment] {
        self.of_worker.get(worker).map_or(&[], Vec::as_slice)
    }

    /// Gives when the worker's phone was last heard: of several assignments the latest.
    pub fn last_sync(&self, worker: &str) -> Option<Instant> {
        self.of(worker)
            .iter()
            .filter_map(|assignment| assignment.last_sync)
            .max()
    }
}

/// A change of hands that brings a grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Handover {
    /// The last day of the one who went.
    pub ended: Day,
    /// The first day of the one who came.
    pub begun: Day,
    /// The last day of the grace.
    pub until: Day,
}

/// Gives the change of hands within the period that brings the longest grace, if it is later
/// than the period's end: the last of `grace_days` from the successor's first day.
pub(crate) fn handover(
    holders: &[&Assignment],
    first: Day,
    last: Day,
    params: &Params,
) -> Option<Handover> {
    let ended = |a: &Assignment| a.to.filter(|to| first <= *to && *to <= last);
    let days = i32::try_from(params.grace_days).unwrap_or(0);
    let mut longest: Option<Handover> = None;
    for (at, gone) in holders.iter().enumerate() {
        let Some(end) = ended(gone) else { continue };
        for (other, successor) in holders.iter().enumerate() {
            let begun = successor.from.filter(|from| {
                other != at && first <= *from && *from <= end.plus(SUCCESSOR_WITHIN_DAYS)
            });
            let Some(begun) = begun else { continue };
            let found = Handover {
                ended: end,
                begun,
                until: begun.plus(days - 1),
            };
            let order = |one: &Handover| (one.until, one.ended);
            if longest.is_none_or(|known| order(&known) < order(&found)) {
                longest = Some(found);
            }
        }
    }
    longest.filter(|found| days > 0 && found.until > last)
}

/// Gives how many days after a period's end a grace can last at most.
pub(crate) fn longest_grace(params: &Params) -> i32 {
    SUCCESSOR_WITHIN_DAYS + i32::try_from(params.grace_days).unwrap_or(0)
}

/// Gives those of these who may have been there by the last day and have not synced since: who
/// have a `last_sync`, and none at or after 24:00 of that day or of the assignment's own last.
pub(crate) fn unsynced<'r>(
    roster: &'r Roster<'_>,
    may: &'r [&Assignment],
    first: Day,
    last: Day,
) -> impl Iterator<Item = (&'r str, Instant)> {
    may.iter().filter_map(move |assignment| {
        let there = assignment.from.is_none_or(|from| from <= last)
            && assignment.to.is_none_or(|to| first <= to);
        let until = assignment.to.map_or(last, |to| to.min(last)).ends();
        let synced = roster.last_sync(&assignment.worker)?;
        (there && synced < until).then_some((assignment.worker.as_str(), synced))
    })
}

pub(crate) fn span(assignment: &Assignment) -> Span {
    Span {
        from: assignment.from,
        to: assignment.to,
    }
}
