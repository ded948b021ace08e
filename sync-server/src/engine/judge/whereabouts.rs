//! Where a record is, or was: by what it points to, before the save that is judged.

use std::collections::BTreeSet;

use tanfang_core::merge::{LINKS, Record, targets_of};
use tanfang_core::model::{AREA, AreaCode, Kind, Part, RecordId, Save};

use crate::engine::feeds::{Carrier, read_carriers};
use crate::engine::rights::Rights;
use crate::engine::turn::Turn;
use crate::store::{StoreError, Stored};

/// Where a record is, or was.
#[derive(Default)]
pub(super) struct Place {
    pub(super) households: BTreeSet<RecordId>,
    /// Every area that its households have or had.
    pub(super) areas: Vec<AreaCode>,
    /// Those that they have now.
    pub(super) areas_now: Vec<AreaCode>,
    /// The person that it is, or is about where it names no household.
    pub(super) people: BTreeSet<RecordId>,
}

impl Turn<'_> {
    /// Whether a place is or was the author's own.
    pub(super) fn own(&mut self, place: &Place, rights: &Rights) -> Stored<bool> {
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

    pub(super) fn place_of(&mut self, save: &Save, record: RecordId) -> Stored<Place> {
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
            self.areas_of_household(save, household, &mut place)?;
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
        Ok((
            Some(route.kind.clone()),
            self.households_first(save, targets)?,
        ))
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

    pub(super) fn areas_of_household(
        &mut self,
        save: &Save,
        id: RecordId,
        place: &mut Place,
    ) -> Stored<()> {
        let known = self.route(id)?;
        match known.filter(|route| route.begun) {
            Some(route) => {
                for area in route.areas_ever.split(' ').filter(|word| !word.is_empty()) {
                    let wrong = StoreError::Damaged { what: "an area" };
                    place.areas.push(area.parse().map_err(|_| wrong)?);
                }
                for carrier in read_carriers(&route.carriers)? {
                    if let Carrier::Area(area) = carrier {
                        place.areas_now.push(area);
                    }
                }
            }
            None => {
                let parts = save.parts.iter().filter(|part| part.record == id);
                let writes = parts.flat_map(|part| &part.writes);
                let routed = writes.filter(|write| write.field.as_str() == AREA);
                let said = routed.filter_map(|write| write.value.as_text()?.parse().ok());
                let said: Vec<AreaCode> = said.collect();
                place.areas_now.extend(&said);
                place.areas.extend(said);
            }
        }
        Ok(())
    }
}

/// Every record that a field names or named.
pub(super) fn ever(record: &Record, name: &str) -> Vec<RecordId> {
    let Some(register) = record.fields.get(name) else {
        return Vec::new();
    };
    let told = register
        .live
        .values()
        .chain(register.past.values().flatten());
    told.filter_map(|told| told.value.as_text()?.parse().ok())
        .collect()
}
