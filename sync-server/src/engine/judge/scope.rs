//! Whether the author may say this of these people: an area that the household has or had lies in
//! one of the author's assignments, ended ones included, or the author is or was paired with them.

use std::collections::BTreeSet;

use tanfang_core::merge::Record;
use tanfang_core::model::{AREA, AreaCode, Compartment, Field, Kind, Part, RecordId, Save};
use tanfang_core::wire::RefusalReason;

use super::{Checked, refused, targets_of};
use crate::engine::rights::Rights;
use crate::engine::turn::Turn;
use crate::store::{StoreError, Stored};

const LINKS: [&str; 3] = ["household", "person", "child"];
const NOT_YOURS: &str = "this household is not in your areas and nobody in it is paired with you; ask the township to assign it";

/// Where a record is, or was.
#[derive(Default)]
struct Place {
    households: BTreeSet<RecordId>,
    areas: Vec<AreaCode>,
    /// The person that it is, or is about where it names no household.
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
            } else {
                let begun = self.route(part.record)?.is_some_and(|route| route.begun);
                let reports = part.compartment == Compartment::Protection
                    && !rights.held.is_empty()
                    && !(begun && moves(part));
                if !reports && !self.own(&place, rights)? {
                    return Err(out(NOT_YOURS));
                }
                if begun {
                    self.may_move_to(save, part, rights)?;
                }
            }
        }
        Ok(())
    }

    /// What is there already is moved only to where its author may write: nobody's place is learnt
    /// by putting somebody into it.
    fn may_move_to(&mut self, save: &Save, part: &Part, rights: &Rights) -> Checked {
        let wanted = targets_of(part);
        if wanted.is_empty() {
            return Ok(());
        }
        let known: BTreeSet<RecordId> = match self.record(part.record)? {
            Some(record) => LINKS.iter().flat_map(|name| ever(&record, name)).collect(),
            None => BTreeSet::new(),
        };
        for target in wanted.into_iter().filter(|id| !known.contains(id)) {
            let place = self.place_of(save, target)?;
            if !self.own(&place, rights)? {
                return Err(out(NOT_YOURS));
            }
        }
        Ok(())
    }

    fn own(&mut self, place: &Place, rights: &Rights) -> Stored<bool> {
        let placed = !place.areas.is_empty() || !place.people.is_empty();
        let by_area = place.areas.iter().any(|area| rights.covers(area))
            || (!placed && !rights.areas_ever.is_empty());
        if by_area || rights.paired_ever.is_empty() {
            return Ok(by_area);
        }
        let mut people = place.people.clone();
        for household in &place.households {
            let here = self.tx.pointing_to(*household)?.into_iter();
            let here = here.filter(|(_, kind)| kind == Kind::PERSON.as_str());
            people.extend(here.map(|(person, _)| person));
        }
        Ok(people.iter().any(|id| rights.paired_ever.contains(id)))
    }

    fn whereabouts(&mut self, save: &Save, part: &Part) -> Stored<Place> {
        self.place_of(save, part.record)
    }

    fn place_of(&mut self, save: &Save, record: RecordId) -> Stored<Place> {
        let mut place = Place::default();
        let mut ahead: Vec<(RecordId, u8)> = vec![(record, 0)];
        while let Some((id, depth)) = ahead.pop() {
            let (kind, targets) = self.seen_as(save, id)?;
            match kind.as_deref() {
                Some("household") => {
                    place.households.insert(id);
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
        for household in place.households.clone() {
            self.areas_of_household(save, household, &mut place.areas)?;
        }
        Ok(place)
    }

    /// A record's kind, and the household that it names or named, else the person: in this save
    /// and before it. Of a record that has begun only what was known before this save counts:
    /// nobody comes to what is not theirs by saying that it is.
    fn seen_as(
        &mut self,
        save: &Save,
        id: RecordId,
    ) -> Stored<(Option<String>, BTreeSet<RecordId>)> {
        let parts: Vec<&Part> = save.parts.iter().filter(|part| part.record == id).collect();
        let said: BTreeSet<RecordId> = parts.iter().flat_map(|part| targets_of(part)).collect();
        let Some(route) = self.route(id)? else {
            let kind = parts.first().map(|part| part.kind.as_str().to_owned());
            return Ok((kind, self.households_first(save, said)?));
        };
        let mut targets = if route.begun {
            BTreeSet::new()
        } else {
            said.clone()
        };
        if matches!(route.kind.as_str(), "household" | "worker") {
            targets.clear();
        } else if parts.is_empty() {
            targets.extend(route.household);
        } else if let Some(record) = self.record(id)? {
            targets.extend(LINKS.iter().flat_map(|name| ever(&record, name)));
            if targets.is_empty() && route.author == Some(save.envelope.author) {
                targets = said;
            }
        }
        targets.remove(&id);
        Ok((Some(route.kind), self.households_first(save, targets)?))
    }

    /// Whoever names a household is judged by it, whatever person stands beside.
    fn households_first(
        &mut self,
        save: &Save,
        targets: BTreeSet<RecordId>,
    ) -> Stored<BTreeSet<RecordId>> {
        let mut households = BTreeSet::new();
        for id in &targets {
            let of_save = save.parts.iter().find(|part| part.record == *id);
            let is_household = match self.route(*id)? {
                Some(route) => route.kind == Kind::HOUSEHOLD.as_str(),
                None => of_save.is_some_and(|part| part.kind == Kind::HOUSEHOLD),
            };
            if is_household {
                households.insert(*id);
            }
        }
        Ok(if households.is_empty() {
            targets
        } else {
            households
        })
    }

    fn areas_of_household(
        &mut self,
        save: &Save,
        id: RecordId,
        areas: &mut Vec<AreaCode>,
    ) -> Stored<()> {
        let known = self.route(id)?;
        match known.filter(|route| route.begun) {
            Some(route) => {
                for area in route.areas_ever.split(' ').filter(|word| !word.is_empty()) {
                    let wrong = StoreError::Damaged { what: "an area" };
                    areas.push(area.parse().map_err(|_| wrong)?);
                }
            }
            None => {
                let parts = save.parts.iter().filter(|part| part.record == id);
                let writes = parts.flat_map(|part| &part.writes);
                let routed = writes.filter(|write| write.field.as_str() == AREA);
                areas.extend(
                    routed.filter_map(|write| write.value.as_text()?.parse::<AreaCode>().ok()),
                );
            }
        }
        Ok(())
    }
}

/// Whether a part says where its record belongs, or takes it out.
fn moves(part: &Part) -> bool {
    let says = |field: &Field| field.is_pseudo() || LINKS.contains(&field.as_str());
    part.writes.iter().any(|write| says(&write.field))
}

/// Every record that a field names or named.
fn ever(record: &Record, name: &str) -> Vec<RecordId> {
    let field = Field::parse(name).ok();
    let Some(register) = field.and_then(|field| record.fields.get(&field)) else {
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
