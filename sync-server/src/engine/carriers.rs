//! What carries a record: the areas of its household, the worker paired with its person.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tanfang_core::merge::{FeedDigest, Record};
use tanfang_core::model::{Compartment, Kind, RecordId};
use tanfang_core::planted::{self, Bug};

use super::feeds::{Carrier, Carriers, read_carriers, write_carriers};
use super::rights::day;
use super::settle::{Draft, areas, set_carriers_text};
use super::turn::Turn;
use crate::store::{PairingRow, Stored};

/// Households first, then people: each is computed from those before.
fn rank(kind: &str) -> u8 {
    match kind {
        "household" => 0,
        "person" => 1,
        _ => 2,
    }
}

impl Turn<'_> {
    /// Computes anew what carries the drafts and all that hangs on them; writes it, and answers
    /// each record whose carriers altered with those before and after.
    pub(super) fn carry(
        &mut self,
        drafts: &[Draft],
    ) -> Stored<Vec<(RecordId, Carriers, Carriers)>> {
        let mut affected: BTreeMap<RecordId, String> = BTreeMap::new();
        for draft in drafts.iter().filter(|draft| draft.moved) {
            affected.insert(draft.record.id, draft.record.kind.as_str().to_owned());
            self.hanging_on(draft, &mut affected)?;
        }
        let mut in_order: Vec<(RecordId, String)> = affected.into_iter().collect();
        in_order.sort_by_key(|(_, kind)| rank(kind));
        let mut shifts = Vec::new();
        for (id, _) in in_order {
            let draft = drafts.iter().find(|draft| draft.record.id == id);
            shifts.extend(self.carry_one(id, draft)?);
        }
        Ok(shifts)
    }

    fn carry_one(
        &mut self,
        id: RecordId,
        draft: Option<&Draft>,
    ) -> Stored<Option<(RecordId, Carriers, Carriers)>> {
        let now = match draft {
            Some(draft) => self.carriers_of(&draft.record)?,
            None => match self.record(id)? {
                Some(record) => self.carriers_of(&record)?,
                None => return Ok(None),
            },
        };
        let Some(mut route) = self.route(id)? else {
            return Ok(None);
        };
        let before = read_carriers(&route.carriers)?;
        if before == now {
            return Ok(None);
        }
        set_carriers_text(Arc::make_mut(&mut route), &now);
        self.routes.insert(id, Some(route));
        if draft.is_none() {
            self.tx.set_carriers(id, &write_carriers(&now))?;
        }
        Ok(Some((id, before, now)))
    }

    /// Carries again what a worker's pairings carry, because a day passed and some have ended.
    pub(super) fn carry_again(&mut self, pairing: &PairingRow) -> Stored<()> {
        let mut affected = BTreeMap::from([(pairing.record, Kind::PAIRING.as_str().to_owned())]);
        self.with_household(pairing.person, &mut affected)?;
        let mut in_order: Vec<(RecordId, String)> = affected.into_iter().collect();
        in_order.sort_by_key(|(_, kind)| rank(kind));
        let mut departures = super::feeds::Departures::new();
        for (id, _) in in_order {
            if let Some((id, before, now)) = self.carry_one(id, None)? {
                let contact = Compartment::Contact;
                let record = self.record(id)?;
                let told = record.map(|record| FeedDigest::of_record(&record, contact));
                for carrier in before.difference(&now) {
                    if let Some(feed) = carrier.feed(contact) {
                        self.leaves(&feed, told.unwrap_or_default())?;
                        departures.entry(feed).or_default().push(id);
                    }
                }
            }
        }
        self.put_departures(departures)
    }

    /// What else must be carried anew when this record's place altered.
    fn hanging_on(
        &mut self,
        draft: &Draft,
        affected: &mut BTreeMap<RecordId, String>,
    ) -> Stored<()> {
        let record = &draft.record;
        match record.kind.as_str() {
            "assignment" => {
                if let Some(worker) = record.text("worker").and_then(|id| id.parse().ok()) {
                    affected.insert(worker, Kind::WORKER.as_str().to_owned());
                }
            }
            "pairing" => {
                let people: BTreeSet<RecordId> = record
                    .targets()
                    .union(&draft.old_targets)
                    .copied()
                    .collect();
                for person in people {
                    self.with_household(person, affected)?;
                }
            }
            "household" if !draft.new => self.below(record.id, affected)?,
            "person" if !draft.new => {
                self.below(record.id, affected)?;
                if !self.tx.pairings_with(record.id)?.is_empty() {
                    let households: BTreeSet<RecordId> = record
                        .targets()
                        .union(&draft.old_targets)
                        .copied()
                        .collect();
                    for household in households {
                        affected.insert(household, Kind::HOUSEHOLD.as_str().to_owned());
                        self.below(household, affected)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn with_household(
        &mut self,
        person: RecordId,
        affected: &mut BTreeMap<RecordId, String>,
    ) -> Stored<()> {
        affected.insert(person, Kind::PERSON.as_str().to_owned());
        if let Some(record) = self.record(person)? {
            for household in record.targets() {
                affected.insert(household, Kind::HOUSEHOLD.as_str().to_owned());
                self.below(household, affected)?;
            }
        }
        Ok(())
    }

    /// What points to a record, and what points to that.
    fn below(&mut self, id: RecordId, affected: &mut BTreeMap<RecordId, String>) -> Stored<()> {
        for (pointing, kind) in self.tx.pointing_to(id)? {
            let is_person = kind == Kind::PERSON.as_str();
            affected.insert(pointing, kind);
            if is_person {
                affected.extend(self.tx.pointing_to(pointing)?);
            }
        }
        Ok(())
    }

    fn carriers_of(&mut self, record: &Record) -> Stored<Carriers> {
        match record.kind.as_str() {
            "household" => {
                let mut carriers: Carriers = areas(record, false)
                    .into_iter()
                    .map(Carrier::Area)
                    .collect();
                for (person, kind) in self.tx.pointing_to(record.id)? {
                    if kind == Kind::PERSON.as_str() {
                        carriers.extend(self.paired_with(person)?);
                    }
                }
                Ok(carriers)
            }
            "worker" => self.rosters_of(record),
            "assignment" => {
                let area = record.text("area").and_then(|area| area.parse().ok());
                Ok(area
                    .map(|area| Carrier::Area(Self::roster_of(&area)))
                    .into_iter()
                    .collect())
            }
            "person" => {
                let mut carriers = self.areas_of_targets(record)?;
                carriers.extend(self.paired_with(record.id)?);
                Ok(carriers)
            }
            "pairing" => {
                let mut carriers = self.areas_of_targets(record)?;
                for person in record.targets() {
                    let all = self.tx.pairings_with(person)?;
                    carriers.extend(
                        all.into_iter()
                            .filter(|p| p.record == record.id)
                            .filter_map(|p| self.carrying(&p)),
                    );
                }
                Ok(carriers)
            }
            "visit" => self.carriers_of_targets(record),
            "emergency" => {
                let mut carriers = self.areas_of_targets(record)?;
                let place = record.text("place_division");
                carriers.extend(place.and_then(|area| area.parse().ok()).map(Carrier::Area));
                Ok(carriers)
            }
            _ => self.areas_of_targets(record),
        }
    }

    fn rosters_of(&mut self, worker: &Record) -> Stored<Carriers> {
        let assignments = self.tx.assignments(worker.id.worker())?;
        Ok(assignments
            .iter()
            .map(|row| Carrier::Area(Self::roster_of(&row.area)))
            .collect())
    }

    fn carriers_of_targets(&mut self, record: &Record) -> Stored<Carriers> {
        let mut carriers = Carriers::new();
        for target in record.targets() {
            if let Some(route) = self.route(target)? {
                carriers.extend(read_carriers(&route.carriers)?);
            }
        }
        Ok(carriers)
    }

    fn areas_of_targets(&mut self, record: &Record) -> Stored<Carriers> {
        let mut carriers = self.carriers_of_targets(record)?;
        carriers.retain(|carrier| matches!(carrier, Carrier::Area(_)));
        Ok(carriers)
    }

    fn paired_with(&mut self, person: RecordId) -> Stored<Carriers> {
        let pairings = self.tx.pairings_with(person)?;
        Ok(pairings
            .iter()
            .filter_map(|pairing| self.carrying(pairing))
            .collect())
    }

    /// The worker's feed, while the pairing lasts.
    pub(super) fn carrying(&self, pairing: &PairingRow) -> Option<Carrier> {
        let today = self.today();
        let ended = pairing
            .to
            .as_deref()
            .and_then(day)
            .is_some_and(|to| to < today);
        let lasts = !ended || planted::is(Bug::PairingNeverEnds);
        lasts.then_some(Carrier::Worker(pairing.worker))
    }
}
