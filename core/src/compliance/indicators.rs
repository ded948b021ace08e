//! 底数清、情况明、数据准、可追溯: four measures of the data, never of those who work
//! (S003 二(四), `requirements.md` A55; what each counts, `ledgers.md`, statistics).
//!
//! | | of how many | how many of them |
//! |---|---|---|
//! | 底数清 `complete` | grids, and villages without grids | whose list of people a supervisor confirmed as complete, not longer ago than [`Bounds::confirmed_days`] |
//! | 情况明 `current` | people in the ledger | whose card was written on, or refreshed, not longer ago than [`Bounds::refreshed_days`] |
//! | 数据准 `correct` | people in the ledger | with no value that two people left otherwise, and nothing in their rows that no rule can read or that contradicts |
//! | 可追溯 `traceable` | their cards and the visits that name them | each save behind which is in its device's chain as it was signed |
//!
//! The two lengths are a half year (D); a county sets its own.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::division;
use super::index::division_on;
use super::report::people_with_problems;
use super::statistics::in_the_ledger;
use crate::facts::rows::{Day, Facts, Instant, Subject};
use crate::merge::Record;
use crate::model::area::{Area, AreaLevel, AreaTree};
use crate::model::{AreaCode, RecordId};

/// The role of a save that nobody made: what settles itself is no look at a card.
const AUTOMATIC: &str = "automatic";
const REFRESH: &str = "refresh";

/// For how long something counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// A card is current for so many days after it was written on.
    pub refreshed_days: u16,
    /// A grid is complete for so many days after it was confirmed.
    pub confirmed_days: u16,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            refreshed_days: 180,
            confirmed_days: 180,
        }
    }
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The division, with all below it.
    pub division: String,
    /// The day.
    pub on: Day,
    /// For how long something counts.
    pub bounds: Bounds,
}

/// What a store knows that facts do not say.
pub trait Sources {
    /// The list of areas.
    fn areas(&self) -> &AreaTree;
    /// The last day, up to this one, on which the list of people of an area was confirmed.
    fn confirmed(&self, area: &str, until: Day) -> Option<Day>;
    /// The record of a card.
    fn record(&mut self, id: RecordId) -> Option<Record>;
    /// Whether every save behind a record is in its device's chain as it was signed.
    fn is_traceable(&mut self, id: RecordId) -> bool;
}

/// The four measures of a division.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Indicators {
    /// The division.
    pub division: String,
    /// The day.
    pub on: Day,
    /// 底数清, of grids.
    pub complete: Share,
    /// 情况明, of people.
    pub current: Share,
    /// 数据准, of people.
    pub correct: Share,
    /// 可追溯, of records.
    pub traceable: Share,
}

/// So many of so many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many of them.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// The same in the divisions one level below.
    pub places: BTreeMap<String, (usize, usize)>,
    /// Those that are not among the count: codes of areas, ids of people or records, sorted.
    pub lacking: Vec<String>,
}

impl Share {
    /// `count` ÷ `of` in thousandths; none where there is nothing to count.
    pub fn per_mille(&self) -> Option<usize> {
        (self.of > 0).then(|| self.count * 1000 / self.of)
    }

    fn add(&mut self, place: &str, what: &str, holds: bool) {
        let at = self.places.entry(place.to_owned()).or_default();
        self.of += 1;
        at.1 += 1;
        if holds {
            self.count += 1;
            at.0 += 1;
        } else {
            self.lacking.push(what.to_owned());
        }
    }

    fn sorted(mut self) -> Self {
        self.lacking.sort_unstable();
        self.lacking.dedup();
        self
    }
}

/// Measures the data of a division.
pub fn indicators(facts: &Facts, measure: &Measure, sources: &mut dyn Sources) -> Indicators {
    let (current, correct, traceable) = of_people(facts, measure, sources);
    Indicators {
        division: division::trimmed(&measure.division).to_owned(),
        on: measure.on,
        complete: of_grids(measure, sources),
        current: current.sorted(),
        correct: correct.sorted(),
        traceable: traceable.sorted(),
    }
}

/// Whether the list of an area's people is confirmed by itself: of a grid, and of a village without
/// grids, that exist on the day. Of any other no measure counts it.
pub fn is_confirmed_as_one(list: &AreaTree, area: &AreaCode, on: Day) -> bool {
    let exists = |area: &Area| area.exists_on(on.date());
    list.get(area).is_some_and(exists)
        && match area.level() {
            AreaLevel::Grid => true,
            AreaLevel::Village => !list.children(area).any(exists),
            _ => false,
        }
}

fn of_grids(measure: &Measure, sources: &dyn Sources) -> Share {
    let mut share = Share::default();
    let list = sources.areas();
    let here = list
        .areas()
        .filter(|area| division::covers(&measure.division, &area.code.to_string()));
    let asked = here.filter(|area| is_confirmed_as_one(list, &area.code, measure.on));
    let since = measure.on.plus(-i32::from(measure.bounds.confirmed_days));
    for area in asked {
        let code = area.code.to_string();
        let confirmed = sources.confirmed(&code, measure.on);
        let place = division::level_below(&measure.division, &code).to_owned();
        share.add(&place, &code, confirmed.is_some_and(|on| on >= since));
    }
    share.sorted()
}

fn of_people(facts: &Facts, measure: &Measure, sources: &mut dyn Sources) -> (Share, Share, Share) {
    let [mut current, mut correct, mut traceable] = <[Share; 3]>::default();
    let on = measure.on;
    let since = on.plus(-i32::from(measure.bounds.refreshed_days));
    let end = Instant(on.ends().0 - 1);
    let troubled = people_with_problems(facts, end);
    let refreshed = refreshed(facts, since, on);
    let mut visits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for visit in facts.visits.iter().filter(|visit| visit.started_at <= end) {
        for subject in visit.subjects.keys() {
            visits.entry(subject).or_default().push(&visit.id);
        }
    }
    let mut traced: BTreeSet<&str> = BTreeSet::new();
    for (subject, code) in here(facts, measure) {
        let place = division::level_below(&measure.division, code);
        let record = subject.id.parse().ok().and_then(|id| sources.record(id));
        let written = record.as_ref().and_then(|record| written_on(record, on));
        let fresh = written.is_some_and(|day| day >= since) || refreshed.contains(&*subject.id);
        current.add(place, &subject.id, fresh);
        let rivals = record
            .as_ref()
            .is_some_and(|record| !record.conflicts().is_empty());
        let well = !rivals && !subject.conflicted && !troubled.contains(&*subject.id);
        correct.add(place, &subject.id, well);
        let named = visits
            .get(subject.id.as_str())
            .into_iter()
            .flatten()
            .copied();
        for id in std::iter::once(subject.id.as_str()).chain(named) {
            // A visit to two people is one record.
            if traced.insert(id) {
                let intact = id.parse().is_ok_and(|id| sources.is_traceable(id));
                traceable.add(place, id, intact);
            }
        }
    }
    (current, correct, traceable)
}

/// The people in the ledger on the day, with the division where each lives.
fn here<'f>(facts: &'f Facts, measure: &Measure) -> Vec<(&'f Subject, &'f str)> {
    let mut people: Vec<(&Subject, &str)> = Vec::new();
    for subject in &facts.subjects {
        let code = division_on(subject, measure.on);
        let code = code.filter(|code| division::covers(&measure.division, code));
        if let Some(code) = code.filter(|_| in_the_ledger(subject, measure.on)) {
            people.push((subject, code));
        }
    }
    people
}

/// The people with a refresh on one of these days.
fn refreshed(facts: &Facts, since: Day, on: Day) -> BTreeSet<&str> {
    let within = |day: Day| since <= day && day <= on;
    let papers = facts.documents.iter();
    let papers = papers.filter(|one| one.kind == REFRESH && one.from.is_some_and(within));
    papers.map(|one| one.subject.as_str()).collect()
}

/// The last day, up to this one, on which somebody wrote on a card.
fn written_on(record: &Record, until: Day) -> Option<Day> {
    let saves = record.origins.values();
    let by_people = saves.filter(|origin| origin.envelope.role != AUTOMATIC);
    let days = by_people.map(|origin| Instant(origin.envelope.wall.millis).day());
    days.filter(|day| *day <= until).max()
}

impl Indicators {
    /// As one line of JSON.
    pub fn to_json(&self) -> String {
        // Plain values with text keys: serde_json writes them always.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
