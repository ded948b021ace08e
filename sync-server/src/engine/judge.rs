//! Whether a save is accepted, waits, or is refused. Accepted is not unconflicted: conflicts are
//! for people.

mod asked;
mod form;
mod heads;
mod knowing;
mod scope;
mod shape;
mod whereabouts;

pub(super) use shape::weight_of;

use std::collections::BTreeSet;

use tanfang_core::merge::targets_of;
use tanfang_core::model::{DeviceId, Part, RecordId, Save, VOID, Value, WorkerId};
use tanfang_core::wire::{Refusal, RefusalReason};

use super::pack::{OnlySave, packed, unpacked_size};
use super::rights::Rights;
use super::turn::Turn;
use crate::store::{StoreError, Stored};

/// Of a record with its past, unpacked, in bytes: beyond it nothing more is taken. That is some ten
/// thousand edits; every further one would cost the reading and writing of all of them, and with a
/// save of at most 32 MiB on top it is still what an answer may hold.
const RECORD_BYTES: usize = 4 << 20;

/// How a save stands when it is looked at.
pub(super) enum Judged {
    /// It goes in.
    Accept,
    /// It goes in when these records have begun.
    Wait(Vec<RecordId>),
    /// It goes in when the county has heard these devices' saves, or (none) has a form or a right again.
    WaitForCounty(Option<DeviceId>),
    /// A person must correct it.
    Refuse(Refusal),
}

/// Why a save is not accepted; a failure of the store is neither its fault nor its end.
pub(super) enum Objection {
    Refused(Refusal),
    /// It waits for saves of this device.
    Waits(DeviceId),
    Store(StoreError),
}

impl From<StoreError> for Objection {
    fn from(error: StoreError) -> Self {
        Objection::Store(error)
    }
}

impl From<Refusal> for Objection {
    fn from(refusal: Refusal) -> Self {
        Objection::Refused(refusal)
    }
}

pub(super) type Checked = Result<(), Objection>;

pub(super) fn refused(reason: RefusalReason, field: Option<String>, message: &str) -> Objection {
    Objection::Refused(Refusal {
        reason,
        field,
        message: message.to_owned(),
    })
}

/// Whether a part says nothing but that its record is void.
fn voids(part: &Part) -> bool {
    let mut writes = part.writes.iter();
    writes.all(|write| write.field.as_str() == VOID && write.value == Value::Bool(true))
}

impl Turn<'_> {
    /// Judges a save of a worker's phone, in the order of the protocol: shape, author, what it
    /// waits for, scope, form.
    pub(super) fn judge(
        &mut self,
        save: &Save,
        worker: WorkerId,
        rights: &Rights,
    ) -> Stored<Judged> {
        let early = shape::check(save)
            .and_then(|()| author(save, worker))
            .and_then(|()| self.seen_can_be(save))
            .and_then(|()| self.kinds(save, worker))
            .and_then(|()| self.has_room(save));
        if let Err(objection) = early {
            return decided(objection);
        }
        let missing = self.missing(save)?;
        if !missing.is_empty() {
            return Ok(Judged::Wait(missing));
        }
        let checked = self
            .in_scope(save, rights)
            .and_then(|()| self.passes_form(save, rights));
        match checked {
            Ok(()) => Ok(Judged::Accept),
            Err(Objection::Refused(refusal))
                if is_of_the_countys_knowing(save, &refusal) && self.may_know_less(save)? =>
            {
                Ok(Judged::WaitForCounty(None))
            }
            Err(objection) => decided(objection),
        }
    }

    /// A record keeps its kind, and only its own author begins it again: a phone that came back
    /// from a backup sends under a new id what it had sent before.
    fn kinds(&mut self, save: &Save, worker: WorkerId) -> Checked {
        for part in &save.parts {
            let Some(known) = self.route(part.record)? else {
                continue;
            };
            if known.kind != part.kind.as_str() {
                return Err(malformed(
                    "这条记录是另一种类，请另建 / the record is of another kind; make a new one",
                ));
            }
            if part.begins && known.begun && known.author != Some(worker) {
                return Err(malformed(
                    "这个编号的记录是别人建的，请另建 / somebody else made a record of this id; make a new one",
                ));
            }
        }
        Ok(())
    }

    /// A record keeps all that was ever said of it: one that is at its bound takes no more, else
    /// nobody could be sent it. It can still be voided, once.
    fn has_room(&mut self, save: &Save) -> Checked {
        for part in &save.parts {
            if self.route(part.record)?.is_none() {
                continue;
            }
            let Some(settled) = self.tx.settled(part.record)? else {
                continue;
            };
            let size = match OnlySave::read(&settled) {
                Some(_) => packed(&self.unpacked_record(part.record, &settled)?)?.len(),
                None => unpacked_size(&settled)?,
            };
            if size > RECORD_BYTES
                && (!voids(part) || self.unpacked_record(part.record, &settled)?.is_void())
            {
                return Err(malformed(
                    "这条记录内容已满，请作废后另建 / the record holds too much already; void it and make a new one",
                ));
            }
        }
        Ok(())
    }

    /// The records that this save writes or points to and of which no beginning was accepted.
    fn missing(&mut self, save: &Save) -> Stored<Vec<RecordId>> {
        let begun: BTreeSet<RecordId> = save
            .parts
            .iter()
            .filter(|part| part.begins)
            .map(|part| part.record)
            .collect();
        let mut missing = BTreeSet::new();
        for part in &save.parts {
            let targets = targets_of(part);
            for id in targets.into_iter().chain([part.record]) {
                if !begun.contains(&id) && !self.route(id)?.is_some_and(|route| route.begun) {
                    missing.insert(id);
                }
            }
        }
        Ok(missing.into_iter().collect())
    }
}

fn decided(objection: Objection) -> Stored<Judged> {
    match objection {
        Objection::Refused(refusal) => Ok(Judged::Refuse(refusal)),
        Objection::Waits(device) => Ok(Judged::WaitForCounty(Some(device))),
        Objection::Store(error) => Err(error),
    }
}

/// Whether a refusal rests only on a form or a right that the county does not have.
fn is_of_the_countys_knowing(save: &Save, refusal: &Refusal) -> bool {
    match refusal.reason {
        RefusalReason::UnknownForm => save.envelope.form.is_some(),
        RefusalReason::OutOfScope => !save.parts.iter().any(scope::roster),
        _ => false,
    }
}

fn author(save: &Save, worker: WorkerId) -> Checked {
    if save.envelope.author == worker {
        return Ok(());
    }
    let message = "这条填报写的不是本机的工作人员，请交还本人或重新填写 / the save names another worker than this phone's; hand the phone back to them, or enter it anew";
    Err(refused(RefusalReason::AnotherAuthor, None, message))
}

pub(super) fn malformed(message: &str) -> Objection {
    refused(RefusalReason::Malformed, None, message)
}
