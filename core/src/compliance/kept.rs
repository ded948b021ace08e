//! Lines that are kept between reports: what a new visit alters is found for its own units alone.
//!
//! What is kept derives from the facts and may be dropped at any time. Each unit's part holds
//! until the first instant at which time alone may alter it.

mod packed;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::calendar::Calendar;
use super::division;
use super::pack::Pack;
use super::report::{Key, Part, Query, Report, parts_of, together_of};
use crate::facts::rows::{Assignment, Facts, Instant, Subject, Visit};

pub use packed::PackedPart;

/// The parts of a running report, by unit.
#[derive(Clone, Debug)]
pub struct Kept {
    parts: BTreeMap<Key, Part>,
    /// As of when the newest was found.
    since: Instant,
}

/// What the parts are found by, besides the facts.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r> {
    /// The packs in force.
    pub packs: &'r [Pack],
    /// What the county publishes about days.
    pub calendar: &'r Calendar,
    /// Where; units are left to what is kept, and periods are those that run.
    pub divisions: Option<&'r [String]>,
}

impl Rules<'_> {
    fn query(&self, units: Option<BTreeSet<String>>) -> Query {
        Query {
            divisions: self.divisions.map(<[String]>::to_vec),
            units,
            ..Query::default()
        }
    }
}

impl Kept {
    /// Nothing yet.
    pub fn none(as_of: Instant) -> Self {
        Kept {
            parts: BTreeMap::new(),
            since: as_of,
        }
    }

    /// Finds the part of every unit.
    pub fn new(facts: &Facts, rules: Rules<'_>, as_of: Instant) -> Self {
        let found = parts_of(
            facts,
            rules.packs,
            rules.calendar,
            as_of,
            &rules.query(None),
        );
        Kept {
            parts: found.into_iter().collect(),
            since: as_of,
        }
    }

    /// Gives the units whose part may be another by `as_of` for time alone; all of them where it
    /// is earlier than what is kept.
    pub fn due(&self, as_of: Instant) -> BTreeSet<String> {
        let over = |part: &Part| part.until.is_some_and(|until| until <= as_of);
        let parts = self.parts.iter();
        let due = parts.filter(|(_, part)| as_of < self.since || over(part));
        due.map(|((_, unit), _)| unit.clone()).collect()
    }

    /// Finds the parts of these units anew. `facts` must hold all that is known of them (their
    /// people, with whoever shares their households, every visit, pairing and document that names
    /// one) and every assignment; what else it holds alters nothing.
    pub fn refresh(
        &mut self,
        facts: &Facts,
        rules: Rules<'_>,
        as_of: Instant,
        units: &BTreeSet<String>,
    ) {
        self.parts.retain(|(_, unit), _| !units.contains(unit));
        let query = rules.query(Some(units.clone()));
        self.parts
            .extend(parts_of(facts, rules.packs, rules.calendar, as_of, &query));
        let all = self.parts.keys().all(|(_, unit)| units.contains(unit));
        self.since = if all { as_of } else { self.since.max(as_of) };
    }

    /// As of when the newest part was found: before that, nothing is known of it.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// The units of which something is kept.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(|(_, unit)| unit.as_str())
    }

    /// Keeps nothing of these units any more.
    pub fn drop_units(&mut self, units: &BTreeSet<String>) {
        self.parts.retain(|(_, unit), _| !units.contains(unit));
    }

    /// What is kept, of these units or of all, as bytes for a store; none where a part says what no
    /// bytes do, and all has to be found anew.
    pub fn packed(
        &self,
        packs: &[Pack],
        units: Option<&BTreeSet<String>>,
    ) -> Option<Vec<PackedPart>> {
        let words = packed::Words::of(packs);
        let asked = |unit: &str| units.is_none_or(|units| units.contains(unit));
        let parts = self.parts.iter().filter(|((_, unit), _)| asked(unit));
        parts
            .map(|(key, part)| packed::pack(key, part, &words))
            .collect()
    }

    /// Puts together what a store kept, which these packs found and none of it after `since`; none
    /// where it cannot be read.
    pub fn unpacked(
        parts: impl IntoIterator<Item = PackedPart>,
        packs: &[Pack],
        since: Instant,
    ) -> Option<Self> {
        let words = packed::Words::of(packs);
        let parts = parts.into_iter().map(|part| packed::unpack(part, &words));
        let parts: Option<BTreeMap<Key, Part>> = parts.collect();
        Some(Kept {
            parts: parts?,
            since,
        })
    }

    /// Puts together what is kept: the report as of the instant, if none is [`due`](Self::due) and
    /// every unit that a change [concerns](concerned_by_visit) was refreshed.
    pub fn report(&self, facts: &Facts, rules: Rules<'_>, as_of: Instant) -> Report {
        let parts = self.parts.values().map(Cow::Borrowed);
        together_of(parts, facts, rules.divisions, as_of)
    }
}

impl Kept {
    /// As [`Kept::report`], of what is not needed any more.
    pub fn into_report(self, facts: &Facts, rules: Rules<'_>, as_of: Instant) -> Report {
        let parts = self.parts.into_values().map(Cow::Owned);
        together_of(parts, facts, rules.divisions, as_of)
    }
}

/// Gives the units that these people are in or are: themselves, their households, their pairings.
pub fn concerned<'p>(facts: &Facts, people: impl IntoIterator<Item = &'p str>) -> BTreeSet<String> {
    let people: BTreeSet<&str> = people.into_iter().collect();
    let mut units: BTreeSet<String> = people.iter().map(|id| (*id).to_owned()).collect();
    let named = |subject: &&Subject| people.contains(subject.id.as_str());
    let homes = facts.subjects.iter().filter(named);
    units.extend(homes.map(|subject| subject.household.clone()));
    let pairings = facts.pairings.iter();
    let theirs = pairings.filter(|pairing| people.contains(pairing.subject.as_str()));
    units.extend(theirs.map(|pairing| pairing.id.clone()));
    units
}

/// Gives the units that a visit concerns; of one that was altered, ask for both.
pub fn concerned_by_visit(facts: &Facts, visit: &Visit) -> BTreeSet<String> {
    concerned(facts, visit.subjects.keys().map(String::as_str))
}

/// Gives the units that an assignment, or its phone's last exchange, concerns: those of its
/// division, at any time, and those that its worker visited. Of one that was altered, ask for both.
pub fn concerned_by_assignment(facts: &Facts, assignment: &Assignment) -> BTreeSet<String> {
    let lives = |subject: &&Subject| {
        let mut rows = subject.divisions.iter();
        rows.any(|row| division::covers(&assignment.division, &row.code))
    };
    let residents = facts.subjects.iter().filter(lives);
    let residents = residents.map(|subject| subject.id.as_str());
    let took_part = |visit: &&Visit| {
        let mut there = visit.participants.iter();
        there.any(|person| person.worker == assignment.worker)
    };
    let visits = facts.visits.iter().filter(took_part);
    let visited = visits.flat_map(|visit| visit.subjects.keys().map(String::as_str));
    concerned(facts, residents.chain(visited))
}
