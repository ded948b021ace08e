//! The log: each part sealed with the key of its person, else of its record.

use tanfang_core::merge::Record;
use tanfang_core::model::{Head, Kind, Origin, Part, RecordId, Save};
use tanfang_core::wire::{ChainHead, PackedSave};

use super::pack::{self, OnlySave};
use super::turn::Turn;
use crate::keys::{open_part, seal_part};
use crate::store::{
    DeviceNo, PartNo, SaveNo, SaveState, SealedPart, StoreError, Stored, StoredSave,
};

/// A part's place in the log, bound to its box: moved elsewhere it does not open.
pub(super) fn place_of(head: Head, place: u32) -> Vec<u8> {
    [
        b"tanfang-part/1".as_slice(),
        head.device.bytes(),
        &head.seq.to_be_bytes(),
        &place.to_be_bytes(),
    ]
    .concat()
}

impl Turn<'_> {
    /// Appends a save with its parts; `packed` is the same save, packed.
    pub(super) fn append(
        &mut self,
        device: DeviceNo,
        save: &Save,
        packed: &PackedSave,
        state: SaveState,
        chain: &ChainHead,
    ) -> Stored<InLog> {
        let head = save.envelope.head;
        let no = self.append_envelope(device, head, &packed.envelope, state, chain, None)?;
        let mut parts = Vec::with_capacity(save.parts.len());
        for (place, (part, packed)) in save.parts.iter().zip(&packed.parts).enumerate() {
            let place = u32::try_from(place).map_err(|_| StoreError::Fault { code: -5 })?;
            let (key_no, key) = self.part_key(owner_of(part, &save.parts))?;
            let sealed = seal_part(&key, key_no, &place_of(head, place), packed, self.rng)?;
            parts.push(self.tx.append_part(no, place, &sealed)?);
        }
        Ok(InLog { device, no, parts })
    }

    /// Appends a save's envelope only: of one that was refused, which the phone keeps.
    pub(super) fn append_envelope(
        &mut self,
        device: DeviceNo,
        head: Head,
        envelope: &[u8],
        state: SaveState,
        chain: &ChainHead,
        refusal: Option<Vec<u8>>,
    ) -> Stored<SaveNo> {
        let stored = StoredSave {
            seq: head.seq,
            state,
            received_at: self.now.millis,
            chain: *chain,
            envelope: envelope.to_vec(),
            refusal,
        };
        self.tx.append_save(device, &stored)
    }

    /// A save of the log, opened.
    pub(super) fn logged(&mut self, no: SaveNo) -> Stored<Logged> {
        let (device, stored) = self.tx.save(no)?.ok_or(StoreError::Damaged {
            what: "the log of saves",
        })?;
        let envelope = pack::envelope(&stored.envelope)?;
        let sealed = self.tx.parts_of(no)?;
        let (mut parts, mut part_nos) = (Vec::new(), Vec::new());
        for (place, (part_no, part)) in sealed.iter().enumerate() {
            let place = u32::try_from(place).map_err(|_| StoreError::Fault { code: -5 })?;
            parts.push(self.opened_at(envelope.head, place, part)?);
            part_nos.push(*part_no);
        }
        Ok(Logged {
            received_at: stored.received_at,
            save: Save { envelope, parts },
            place: InLog {
                device,
                no,
                parts: part_nos,
            },
        })
    }

    /// A record of which only one save spoke; without the parts whose key was erased.
    pub(super) fn settled_by(&mut self, id: RecordId, only: &OnlySave) -> Stored<Record> {
        let wrong = StoreError::Damaged {
            what: "the log of saves",
        };
        let (_, stored) = self.tx.save(only.save)?.ok_or_else(|| wrong.clone())?;
        let origin = Origin {
            envelope: pack::envelope(&stored.envelope)?,
            received_at: Some(stored.received_at),
        };
        let sealed = self.tx.parts_of(only.save)?;
        let kind = self.route(id)?.ok_or_else(|| wrong.clone())?.kind.clone();
        let mut record = Record::new(id, Kind::named(&kind));
        for place in &only.places {
            let (_, part) = sealed
                .get(usize::from(*place))
                .ok_or_else(|| wrong.clone())?;
            // A key that was erased took the part with it.
            if let Some(wrapped) = self.tx.part_key_by_no(part.key)? {
                let head = origin.envelope.head;
                let part = self.opened(&wrapped, head, u32::from(*place), part)?;
                record.hear(&part, &origin);
            }
        }
        Ok(record)
    }

    /// A part of the log, opened with its key.
    fn opened_at(&mut self, head: Head, place: u32, part: &SealedPart) -> Stored<Part> {
        let wrapped = self.tx.part_key_by_no(part.key)?;
        let wrapped = wrapped.ok_or(StoreError::Damaged {
            what: "an erased person",
        })?;
        self.opened(&wrapped, head, place, part)
    }

    pub(super) fn opened(
        &mut self,
        wrapped: &[u8],
        head: Head,
        place: u32,
        part: &SealedPart,
    ) -> Stored<Part> {
        let key = self.house.keys.unwrap_key(wrapped)?;
        pack::part(&open_part(&key, &place_of(head, place), part)?)
    }
}

/// A save of the log.
pub(super) struct Logged {
    pub(super) received_at: i64,
    pub(super) save: Save,
    pub(super) place: InLog,
}

/// Where a save stands in the log.
pub(super) struct InLog {
    pub(super) device: DeviceNo,
    pub(super) no: SaveNo,
    /// Its parts, in their order.
    pub(super) parts: Vec<PartNo>,
}

/// Whose key seals a part: the person it is about, else the record itself. Of a visit a row's part
/// belongs to the row's person.
pub(super) fn owner_of(part: &Part, all: &[Part]) -> RecordId {
    if part.kind == Kind::PERSON {
        return part.record;
    }
    let named = |field: &dyn Fn(&str) -> bool| {
        let parts = all.iter().filter(|other| other.record == part.record);
        let mut writes = parts.flat_map(|other| &other.writes);
        writes
            .find(|write| field(write.field.as_str()))
            .and_then(|write| write.value.as_text()?.parse().ok())
    };
    let person: Option<RecordId> = match part.row {
        Some(row) => named(&|name| name == format!("people[{row}].person")),
        None => named(&|name| matches!(name, "person" | "child")),
    };
    person.unwrap_or(part.record)
}

/// The record as a save found it, or a new one.
pub(super) fn record_or_new(known: Option<Record>, part: &Part) -> Record {
    known.unwrap_or_else(|| Record::new(part.record, part.kind.clone()))
}
