//! An obligation: a duty in a period, its eligible days, and the grace that may follow.

mod periods;

use std::borrow::Cow;

use super::calendar::{Cadence, Event, Period, Window};
use super::days::Days;
use super::duty::Duty;
use super::index::days_within;
use super::pack::Demand;
use super::roster::{self, Handover};
use crate::facts::rows::Day;

/// A rule, a unit and a period; no verdict yet.
pub(crate) struct Obligation<'a> {
    pub period: Period,
    /// For each member the eligible days in the period.
    pub members: Vec<Days>,
    /// Those of any of them.
    pub eligible: Days,
    /// Whether they are enough.
    pub due: bool,
    /// How many visits are asked.
    pub min: u32,
    /// The modes that count.
    pub modes: Modes<'a>,
    /// Where the unit is at the period's end.
    pub division: Option<&'a str>,
    /// The last day of the grace that a change of hands would give.
    pub reach: Option<Day>,
    /// That change of hands.
    pub handover: Option<Handover>,
    /// Where a window or an event holds.
    pub area: Cow<'a, [String]>,
}

/// The modes that count: the rule's, or those of an event that names its own.
#[derive(Clone, Copy)]
pub(crate) enum Modes<'a> {
    Rule(&'a [&'a str]),
    Event(&'a [String]),
}

impl Modes<'_> {
    pub fn contain(&self, mode: &str) -> bool {
        match self {
            Modes::Rule(modes) => modes.contains(&mode),
            Modes::Event(modes) => modes.iter().any(|known| known == mode),
        }
    }

    pub fn to_vec(self) -> Vec<String> {
        match self {
            Modes::Rule(modes) => modes.iter().map(|mode| (*mode).to_owned()).collect(),
            Modes::Event(modes) => modes.to_vec(),
        }
    }
}

/// A period that a rule asks about, and what a window or event says about it.
#[derive(Clone)]
pub(crate) struct Asked<'a> {
    pub period: Period,
    source: Source<'a>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Calendar(Cadence),
    Window(&'a Window),
    Event(&'a Event),
    Deadline,
}

impl<'a> Obligation<'a> {
    /// Says whether the day is one of the period's own.
    pub fn own(&self, day: Day) -> bool {
        self.period.first <= day && day <= self.period.last
    }

    /// Says whether the day is in the grace that a change of hands would give.
    pub fn in_reach(&self, day: Day) -> bool {
        day > self.period.last && self.reach.is_some_and(|reach| day <= reach)
    }

    /// Gives the last day that may matter.
    pub fn end(&self) -> Day {
        self.reach.unwrap_or(self.period.last)
    }
}

impl<'a, 'f> Duty<'a, 'f> {
    /// Makes the obligation of a period: none before it begins, without an eligible day, outside
    /// the rule's validity, or where an event asks no number.
    pub fn obligation(&self, asked: &Asked<'a>) -> Option<Obligation<'a>> {
        let period = asked.period.clone();
        if !self.index.today.has_begun(period.first) {
            return None;
        }
        let area: Cow<'a, [String]> = match asked.source {
            Source::Window(window) => Cow::Owned(vec![window.county.clone()]),
            Source::Event(event) => Cow::Borrowed(&event.divisions),
            Source::Calendar(_) | Source::Deadline => Cow::Borrowed(&[]),
        };
        let own = Days::between(period.first, period.last);
        let in_area = |at: usize, days: Days| match asked.source {
            Source::Window(_) | Source::Event(_) => {
                days.and(&days_within(self.unit.members[at], &area))
            }
            Source::Calendar(_) | Source::Deadline => days,
        };
        let members: Vec<Days> = self
            .members
            .iter()
            .enumerate()
            .map(|(at, days)| in_area(at, days.and(&own)))
            .collect();
        let eligible = members
            .iter()
            .fold(Days::default(), |all, days| all.or(days));
        if eligible.is_empty() {
            return None;
        }
        let params = &self.pack.params;
        let (min, modes) = match (&self.rule.demand, &asked.source) {
            (_, Source::Event(event)) => (event.min.or(params.event_min)?, event.modes.as_slice()),
            (Demand::Visits { min, .. }, _) => ((*min)?, [].as_slice()),
            _ => (1, [].as_slice()),
        };
        let modes = match modes {
            [] => Modes::Rule(self.modes),
            stated => Modes::Event(stated),
        };
        let threshold = match asked.source {
            Source::Deadline => 1,
            _ => params.threshold(&period.name),
        };
        let division = self
            .unit
            .division(period.last, |at| !members[at].is_empty());
        let handover = self.handover(&period, division);
        let due = eligible.count() >= i64::from(threshold);
        Some(Obligation {
            period,
            members,
            eligible,
            due,
            min,
            modes,
            division,
            reach: handover.map(|handover| handover.until),
            handover,
            area,
        })
    }

    /// The grace is the rule's role's: not for pairings, nor where any role counts.
    pub(super) fn handover(&self, period: &Period, division: Option<&str>) -> Option<Handover> {
        let visits = matches!(
            self.rule.demand,
            Demand::Visits { .. } | Demand::FirstVisit { .. }
        );
        if !visits || self.unit.pairing.is_some() || self.rule.roles == super::pack::Roles::Any {
            return None;
        }
        let holders = self.holders(division);
        roster::handover(&holders, period.first, period.last, &self.pack.params)
    }
}
