//! Whether the author may say this of these people: an area that the household has or had lies in
//! one of the author's assignments, ended ones included, or the author is or was paired with them.

use std::collections::BTreeSet;

use tanfang_core::merge::{LINKS, targets_of};
use tanfang_core::model::{Compartment, Field, Kind, Part, RecordId, Save, VOID, Value};
use tanfang_core::wire::RefusalReason;

use super::whereabouts::{Place, ever};
use super::{Checked, refused};
use crate::engine::rights::{Rights, day};
use crate::engine::turn::Turn;
use crate::store::Stored;

const NOT_YOURS: &str = "这户不在您的地区，也没有人与您结对，请与乡镇联系 / this household is not in your areas and nobody in it is paired with you; ask the township to assign it";

impl Turn<'_> {
    pub(super) fn in_scope(&mut self, save: &Save, rights: &Rights) -> Checked {
        // The parts of one record follow one another.
        let mut placed: Option<(RecordId, Place)> = None;
        for part in &save.parts {
            if roster(part) {
                return Err(out(
                    "工作人员和他们的地区只在县里登记 / workers and their areas are written at the county's server only",
                ));
            }
            let place = match placed.take() {
                Some((of, place)) if of == part.record => place,
                _ => self.place_of(save, part.record)?,
            };
            let begun = self.route(part.record)?.is_some_and(|route| route.begun);
            if needs_supervisor(part) {
                self.may_pair_or_confirm(save, part, &place, rights)?;
            } else {
                let reports = part.compartment == Compartment::Protection
                    && !rights.held.is_empty()
                    && !(begun && moves(part));
                if !reports && !self.own(&place, rights)? {
                    return Err(out(NOT_YOURS));
                }
                if begun {
                    self.may_move_to(save, part, rights)?;
                }
                self.may_name(save, part, &place, rights)?;
            }
            placed = Some((part.record, place));
        }
        Ok(())
    }

    /// Who pairs shows a person's data to a helper: that is for who supervises where the person is
    /// now, as is turning a pairing to another. What only ends a pairing, or confirms a visit, is for
    /// who supervises where the household is or was.
    fn may_pair_or_confirm(
        &mut self,
        save: &Save,
        part: &Part,
        place: &Place,
        rights: &Rights,
    ) -> Checked {
        let shows = part.kind == Kind::PAIRING && !self.only_ends(part);
        let supervises = |place: &Place| {
            let areas = if shows {
                &place.areas_now
            } else {
                &place.areas
            };
            areas.iter().any(|area| rights.supervises(area))
        };
        let mut all = supervises(place);
        if self.route(part.record)?.is_some_and(|route| route.begun) {
            for target in self.new_targets(part)? {
                all &= supervises(&self.place_of(save, target)?);
            }
        }
        if !all {
            return Err(out(
                "结对和确认由这个地区的主管办理，请与乡镇联系 / only who supervises the area may pair or confirm; ask the township",
            ));
        }
        Ok(())
    }

    /// Whether a part of a pairing does nothing but end it, today or before.
    fn only_ends(&self, part: &Part) -> bool {
        let ended = |value: &Value| {
            let to = value.as_text().and_then(day);
            to.is_some_and(|to| to <= self.today())
        };
        !part.begins
            && part.writes.iter().all(|write| match write.field.as_str() {
                "to" => ended(&write.value),
                VOID => write.value == Value::Bool(true),
                _ => false,
            })
    }

    /// What is there already is moved only to where its author may write: nobody's place is learnt
    /// by putting somebody into it.
    fn may_move_to(&mut self, save: &Save, part: &Part, rights: &Rights) -> Checked {
        for target in self.new_targets(part)? {
            let place = self.place_of(save, target)?;
            if !self.own(&place, rights)? {
                return Err(out(NOT_YOURS));
            }
        }
        Ok(())
    }

    /// What a part points its record to, and nobody pointed it to before.
    fn new_targets(&mut self, part: &Part) -> Stored<Vec<RecordId>> {
        let mut wanted = targets_of(part);
        if wanted.is_empty() {
            return Ok(wanted);
        }
        if let Some(record) = self.record(part.record)? {
            let known: BTreeSet<RecordId> =
                LINKS.iter().flat_map(|name| ever(&record, name)).collect();
            wanted.retain(|id| !known.contains(id));
        }
        Ok(wanted)
    }

    /// A visit counts for those whom it names: each lives or lived in its household, or where its
    /// author may write. Whoever the server does not know counts for nobody.
    fn may_name(&mut self, save: &Save, part: &Part, place: &Place, rights: &Rights) -> Checked {
        if part.kind != Kind::VISIT {
            return Ok(());
        }
        let people = part.writes.iter().filter(|write| {
            let row = write.field.row();
            row.is_some_and(|(repeat, _)| repeat == "people") && write.field.leaf() == "person"
        });
        for write in people {
            let Some(person) = write.value.as_text().and_then(|id| id.parse().ok()) else {
                continue;
            };
            if !self.lives_there(person, place)? && !self.lived_by(save, person, place, rights)? {
                let reason = RefusalReason::OutOfScope;
                return Err(refused(reason, Some(write.field.to_string()), NOT_YOURS));
            }
        }
        Ok(())
    }

    fn lives_there(&mut self, person: RecordId, place: &Place) -> Stored<bool> {
        let Some(route) = self.route(person)? else {
            return Ok(true);
        };
        let household = route.household;
        Ok(household.is_none_or(|id| place.households.contains(&id)))
    }

    /// Whether a person ever lived in one of the place's households, or is or was the author's own.
    fn lived_by(
        &mut self,
        save: &Save,
        person: RecordId,
        place: &Place,
        rights: &Rights,
    ) -> Stored<bool> {
        let Some(record) = self.record(person)? else {
            return Ok(true);
        };
        let mut there = self.place_of(save, person)?;
        let households = ever(&record, "household");
        if households.iter().any(|id| place.households.contains(id)) {
            return Ok(true);
        }
        for household in households {
            self.areas_of_household(save, household, &mut there)?;
        }
        self.own(&there, rights)
    }
}

/// Whether a part says where its record belongs, or takes it out.
fn moves(part: &Part) -> bool {
    let says = |field: &Field| field.is_pseudo() || LINKS.contains(&field.as_str());
    part.writes.iter().any(|write| says(&write.field))
}

pub(super) fn roster(part: &Part) -> bool {
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
