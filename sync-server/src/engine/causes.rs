//! By which record a frozen line is judged otherwise now: what was written about its unit since.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::compliance::State;
use tanfang_core::compliance::frozen::{Cause, Correction, Frozen};
use tanfang_core::facts::rows::{Facts, Instant, Subject};
use tanfang_core::model::{AreaCode, Kind, RecordId, WorkerId};

use super::grounds::Grounds;
use super::turn::Turn;
use crate::store::Stored;

/// What points to a person and decides lines.
const PAPERS: [Kind; 3] = [Kind::PAIRING, Kind::AGREEMENT, Kind::PLAN];

pub(super) struct Causes<'g> {
    facts: &'g Facts,
    /// Visits received after this were not in the figures.
    as_of: Instant,
    /// What other records said after this was not.
    frozen_at: Instant,
    /// The visits that name each person.
    visits: BTreeMap<&'g str, Vec<&'g str>>,
    /// The people that each unit is about: itself, a household's, a pairing's.
    people: BTreeMap<&'g str, Vec<&'g Subject>>,
    /// The roles over each area that were given or ended since, once that was asked.
    roles: Option<BTreeMap<AreaCode, BTreeSet<Cause>>>,
    known: BTreeMap<String, BTreeSet<Cause>>,
}

impl<'g> Causes<'g> {
    pub(super) fn new(grounds: &'g Grounds, frozen: &Frozen) -> Self {
        let mut visits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for visit in &grounds.facts.visits {
            for subject in visit.subjects.keys() {
                visits.entry(subject).or_default().push(&visit.id);
            }
        }
        let mut people: BTreeMap<&str, Vec<&Subject>> = BTreeMap::new();
        for subject in &grounds.facts.subjects {
            for unit in [&subject.id, &subject.household] {
                people.entry(unit).or_default().push(subject);
            }
        }
        for pairing in &grounds.facts.pairings {
            let paired = people.get(pairing.subject.as_str()).cloned();
            people.insert(&pairing.id, paired.unwrap_or_default());
        }
        Causes {
            facts: &grounds.facts,
            as_of: frozen.as_of,
            frozen_at: frozen.frozen_at,
            visits,
            people,
            roles: None,
            known: BTreeMap::new(),
        }
    }

    /// The records about the unit that are newer than the figures; where there are none, that a role
    /// was given or ended there, or a phone handed in what it held.
    pub(super) fn of(&mut self, turn: &mut Turn<'_>, line: &Correction) -> Stored<Vec<Cause>> {
        let mut found = match self.known.get(&line.unit) {
            Some(found) => found.clone(),
            None => {
                let found = self.of_unit(turn, &line.unit)?;
                self.known.insert(line.unit.clone(), found.clone());
                found
            }
        };
        // A visit that was credited and is void names nobody any more.
        for stood in [&line.frozen, &line.now].into_iter().flatten() {
            for visit in &stood.credited {
                found.extend(newer(turn, visit, &Kind::VISIT, self.as_of)?);
            }
        }
        let waited = [&line.frozen, &line.now].into_iter().flatten();
        if found.is_empty() && waited.clone().any(|stood| stood.state == State::Unsynced) {
            found.insert(unnamed("exchange", None));
        }
        Ok(found.into_iter().collect())
    }

    fn of_unit(&mut self, turn: &mut Turn<'_>, unit: &str) -> Stored<BTreeSet<Cause>> {
        let people = self.people.get(unit).cloned().unwrap_or_default();
        let mut found = BTreeSet::new();
        for person in &people {
            for visit in self.visits.get(person.id.as_str()).into_iter().flatten() {
                found.extend(newer(turn, visit, &Kind::VISIT, self.as_of)?);
            }
            found.extend(newer(turn, &person.id, &Kind::PERSON, self.frozen_at)?);
            found.extend(newer(
                turn,
                &person.household,
                &Kind::HOUSEHOLD,
                self.frozen_at,
            )?);
            let Ok(id) = person.id.parse::<RecordId>() else {
                continue;
            };
            for (record, kind) in turn.tx().pointing_to(id)? {
                let paper = PAPERS.iter().find(|paper| paper.as_str() == kind);
                if let Some(paper) = paper {
                    found.extend(newer(turn, &record.to_string(), paper, self.frozen_at)?);
                }
            }
        }
        if found.is_empty() {
            found.extend(self.roles_given(turn, &people)?);
        }
        Ok(found)
    }

    /// The roles over a home of these people that were given or ended since.
    fn roles_given(&mut self, turn: &mut Turn<'_>, people: &[&Subject]) -> Stored<BTreeSet<Cause>> {
        let given = match self.roles.take() {
            Some(given) => given,
            None => self.all_roles_given(turn)?,
        };
        let homes = people.iter().flat_map(|person| &person.divisions);
        let homes = homes.filter_map(|row| row.code.parse::<AreaCode>().ok());
        let over = homes.flat_map(|home| std::iter::successors(Some(home), AreaCode::parent));
        let found = over.filter_map(|area| given.get(&area)).flatten().cloned();
        let found = found.collect();
        self.roles = Some(given);
        Ok(found)
    }

    fn all_roles_given(&self, turn: &mut Turn<'_>) -> Stored<BTreeMap<AreaCode, BTreeSet<Cause>>> {
        let mut given: BTreeMap<AreaCode, BTreeSet<Cause>> = BTreeMap::new();
        let mut of_workers: BTreeMap<WorkerId, BTreeSet<Cause>> = BTreeMap::new();
        for held in &self.facts.assignments {
            let (Ok(over), Ok(worker)) = (held.division.parse(), held.worker.parse()) else {
                continue;
            };
            let of_worker = match of_workers.entry(worker) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.roles_of(turn, worker)?),
            };
            if !of_worker.is_empty() {
                given
                    .entry(over)
                    .or_default()
                    .extend(of_worker.iter().cloned());
            }
        }
        Ok(given)
    }

    fn roles_of(&self, turn: &mut Turn<'_>, worker: WorkerId) -> Stored<BTreeSet<Cause>> {
        let mut found = BTreeSet::new();
        for record in turn.assignment_records(worker)? {
            let since = newer(turn, &record.to_string(), &Kind::ASSIGNMENT, self.frozen_at)?;
            found.extend(since.map(|cause| unnamed("assignment", cause.received_at)));
        }
        Ok(found)
    }
}

/// A cause whose record would name who works.
fn unnamed(kind: &str, received_at: Option<String>) -> Cause {
    Cause {
        kind: kind.to_owned(),
        record: None,
        received_at,
    }
}

/// A record as a cause, if the server heard something of it after the instant: the latest.
fn newer(turn: &mut Turn<'_>, id: &str, kind: &Kind, since: Instant) -> Stored<Option<Cause>> {
    let Ok(record) = id.parse::<RecordId>() else {
        return Ok(None);
    };
    let Some(known) = turn.record(record)? else {
        return Ok(None);
    };
    let received = known
        .origins
        .values()
        .filter_map(|origin| origin.received_at);
    let latest = received.filter(|at| *at > since.0).max();
    Ok(latest.map(|at| Cause {
        kind: kind.as_str().to_owned(),
        record: Some(record.to_string()),
        received_at: Some(Instant(at).to_local_string()),
    }))
}

#[cfg(test)]
mod tests;
