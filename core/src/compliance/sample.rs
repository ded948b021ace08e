//! 抽查回访: visits drawn by chance, that a supervisor may call back about (`requirements.md` A68).
//! In the place of forced photos and tracks, somebody asks the people who were visited.
//!
//! Who draws says a seed; whoever has it draws the same again and sees that nobody chose. Drawn are
//! visits that a rule credited, the same number in each division. They stand by division and by
//! lot, and nothing says who made them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::division;
use super::index::division_on;
use super::report::Line;
use crate::facts::rows::{Day, Facts, Subject, Visit};

/// What is to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// The division, with all below it.
    pub division: String,
    /// Any text: the same one draws the same visits.
    pub seed: String,
    /// How many visits in each division one level below.
    pub each: usize,
}

/// Visits to call back about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The division.
    pub division: String,
    /// The seed.
    pub seed: String,
    /// How many were asked for in each division.
    pub each: usize,
    /// By division.
    pub places: Vec<PlaceDrawn>,
}

/// What was drawn in a division.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlaceDrawn {
    /// The division one level below, or the one asked of who lives in none below.
    pub division: String,
    /// From how many visits.
    pub of: usize,
    /// Those drawn, in the order of their lots.
    pub drawn: Vec<CallBack>,
}

/// A visit to call back about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallBack {
    /// The visit.
    pub visit: String,
    /// Its day.
    pub day: Day,
    /// How it was made.
    pub mode: String,
    /// The people it names who live there.
    pub people: Vec<String>,
    /// The rules that credited it.
    pub rules: BTreeSet<String>,
}

/// Draws of the visits that these lines credit. The same facts, lines and seed draw the same, in
/// whatever order they are given; a visit more or less leaves the lots of the others as they are.
pub fn sample(facts: &Facts, lines: &[Line], draw: &Draw) -> Sample {
    let mut rules: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in lines {
        for visit in &line.credited {
            rules.entry(visit).or_default().insert(&line.rule);
        }
    }
    let people = facts.subjects.iter();
    let people: BTreeMap<&str, &Subject> = people.map(|one| (one.id.as_str(), one)).collect();
    let mut places: BTreeMap<&str, BTreeMap<&str, CallBack>> = BTreeMap::new();
    for visit in &facts.visits {
        let Some(by) = rules.get(visit.id.as_str()) else {
            continue;
        };
        for (place, named) in named_by_place(visit, &people, &draw.division) {
            let call = CallBack {
                visit: visit.id.clone(),
                day: visit.started_at.day(),
                mode: visit.mode.clone(),
                people: named.into_iter().map(str::to_owned).collect(),
                rules: by.iter().map(|rule| (*rule).to_owned()).collect(),
            };
            places.entry(place).or_default().insert(&visit.id, call);
        }
    }
    let places = places.into_iter().map(|(place, visits)| PlaceDrawn {
        division: place.to_owned(),
        of: visits.len(),
        drawn: drawn(visits.into_values(), draw),
    });
    Sample {
        division: division::trimmed(&draw.division).to_owned(),
        seed: draw.seed.clone(),
        each: draw.each,
        places: places.collect(),
    }
}

/// The people whom a visit names, by the division one level below where each lived that day.
fn named_by_place<'f>(
    visit: &'f Visit,
    people: &BTreeMap<&str, &'f Subject>,
    division: &'f str,
) -> BTreeMap<&'f str, Vec<&'f str>> {
    let day = visit.started_at.day();
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in visit.subjects.keys() {
        let lived = people
            .get(id.as_str())
            .and_then(|one| division_on(one, day));
        if let Some(code) = lived.filter(|code| division::covers(division, code)) {
            let place = division::level_below(division, code);
            places.entry(place).or_default().push(id);
        }
    }
    places
}

/// The visits with the smallest lots.
fn drawn(visits: impl Iterator<Item = CallBack>, draw: &Draw) -> Vec<CallBack> {
    let mut lots: Vec<([u8; 32], CallBack)> = visits
        .map(|call| (lot(&draw.seed, &call.visit), call))
        .collect();
    lots.sort_by(|a, b| (a.0, &a.1.visit).cmp(&(b.0, &b.1.visit)));
    lots.truncate(draw.each);
    lots.into_iter().map(|(_, call)| call).collect()
}

/// The lot of a visit: nobody can foresee it who does not know the seed.
fn lot(seed: &str, visit: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"tanfang-sample/1");
    hash.update((seed.len() as u64).to_be_bytes());
    hash.update(seed.as_bytes());
    hash.update(visit.as_bytes());
    hash.finalize().into()
}

impl Sample {
    /// As one line of JSON, the same bytes on phone and server.
    pub fn to_json(&self) -> String {
        // Plain values with text keys: serde_json writes them always.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
