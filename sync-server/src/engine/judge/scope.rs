//! Whether the author may say this of these people: an area that the household has or had lies in
//! one of the author's assignments, ended ones included, or the author is or was paired with them.

use std::collections::BTreeSet;

use tanfang_core::model::{AREA, AreaCode, Compartment, Field, Kind, Part, RecordId, Save};
use tanfang_core::wire::RefusalReason;

use super::{Checked, refused, targets_of};
use crate::engine::rights::Rights;
use crate::engine::turn::Turn;
use crate::store::{StoreError, Stored};

/// Where a record is, or was.
#[derive(Default)]
struct Place {
    areas: Vec<AreaCode>,
    people: BTreeSet<RecordId>,
}

impl Turn<'_> {
    pub(super) fn in_scope(&mut self, save: &Save, rights: &Rights) -> Checked {
        for part in &save.parts {
            if roster(part) {
                return Err(out(
                    "workers and their areas are written at the county's server only",
                ));
            }
            let place = self.whereabouts(save, part)?;
            if needs_supervisor(part) {
                if !place.areas.iter().any(|area| rights.supervises(area)) {
                    return Err(out(
                        "only who supervises the area may pair or confirm; ask the township",
                    ));
                }
                continue;
            }
            let placed = !place.areas.is_empty() || !place.people.is_empty();
            let own = place.areas.iter().any(|area| rights.covers(area))
                || place
                    .people
                    .iter()
                    .any(|person| rights.paired_ever.contains(person))
                || (!placed && !rights.areas_ever.is_empty())
                || (part.compartment == Compartment::Protection && !rights.held.is_empty());
            if !own {
                return Err(out(
                    "this household is not in your areas and nobody in it is paired with you; ask the township to assign it",
                ));
            }
        }
        Ok(())
    }

    fn whereabouts(&mut self, save: &Save, part: &Part) -> Stored<Place> {
        let mut place = Place::default();
        let mut households = BTreeSet::new();
        let mut ahead: Vec<(RecordId, u8)> = vec![(part.record, 0)];
        while let Some((id, depth)) = ahead.pop() {
            let (kind, targets) = self.seen_as(save, id)?;
            match kind.as_deref() {
                Some("household") => {
                    households.insert(id);
                }
                Some("person") => {
                    place.people.insert(id);
                }
                _ => {}
            }
            if depth < 3 {
                ahead.extend(targets.into_iter().map(|target| (target, depth + 1)));
            }
        }
        for household in households {
            self.place_of_household(save, household, &mut place)?;
        }
        Ok(place)
    }

    /// A record's kind and what it points to or pointed to, in this save and before it.
    fn seen_as(
        &mut self,
        save: &Save,
        id: RecordId,
    ) -> Stored<(Option<String>, BTreeSet<RecordId>)> {
        let parts: Vec<&Part> = save.parts.iter().filter(|part| part.record == id).collect();
        let mut targets: BTreeSet<RecordId> =
            parts.iter().flat_map(|part| targets_of(part)).collect();
        let mut kind = parts.first().map(|part| part.kind.as_str().to_owned());
        if let Some(route) = self.route(id)? {
            let settles_itself = matches!(route.kind.as_str(), "household" | "worker");
            if !settles_itself
                && !parts.is_empty()
                && let Some(record) = self.record(id)?
            {
                targets.extend(
                    ["household", "person", "child"]
                        .iter()
                        .flat_map(|name| ever(&record, name)),
                );
            } else if !settles_itself {
                targets.extend(route.household);
            }
            kind = Some(route.kind);
        }
        targets.remove(&id);
        Ok((kind, targets))
    }

    fn place_of_household(&mut self, save: &Save, id: RecordId, place: &mut Place) -> Stored<()> {
        let known = self.route(id)?;
        match known.filter(|route| route.begun) {
            Some(route) => {
                let areas = route.areas_ever.split(' ').filter(|word| !word.is_empty());
                for area in areas {
                    let area = area
                        .parse()
                        .map_err(|_| StoreError::Damaged { what: "an area" })?;
                    place.areas.push(area);
                }
                let here = self.tx.pointing_to(id)?.into_iter();
                place.people.extend(
                    here.filter(|(_, kind)| kind == Kind::PERSON.as_str())
                        .map(|(person, _)| person),
                );
            }
            None => {
                let writes = save
                    .parts
                    .iter()
                    .filter(|part| part.record == id)
                    .flat_map(|part| &part.writes);
                let areas = writes.filter(|write| write.field.as_str() == AREA);
                place.areas.extend(
                    areas.filter_map(|write| write.value.as_text()?.parse::<AreaCode>().ok()),
                );
            }
        }
        Ok(())
    }
}

/// Every record that a field names or named.
fn ever(record: &tanfang_core::merge::Record, name: &str) -> Vec<RecordId> {
    let register = Field::parse(name)
        .ok()
        .and_then(|field| record.fields.get(&field));
    let Some(register) = register else {
        return Vec::new();
    };
    let told = register
        .live
        .values()
        .chain(register.past.values().flatten());
    told.filter_map(|told| told.value.as_text()?.parse().ok())
        .collect()
}

fn roster(part: &Part) -> bool {
    part.compartment == Compartment::Roster
        || part.kind == Kind::WORKER
        || part.kind == Kind::ASSIGNMENT
}

fn needs_supervisor(part: &Part) -> bool {
    let confirms = |field: &Field| {
        field
            .row()
            .is_some_and(|(repeat, _)| repeat == "confirmation")
    };
    part.kind == Kind::PAIRING
        || (part.kind == Kind::VISIT && part.writes.iter().any(|write| confirms(&write.field)))
}

fn out(message: &str) -> super::Objection {
    refused(RefusalReason::OutOfScope, None, message)
}
