//! 可追溯: whether each save behind a record is in its device's chain as it came.

use std::collections::{BTreeMap, HashMap};

use tanfang_core::model::{DeviceId, Head, RecordId};
use tanfang_core::vault::Secret;
use tanfang_core::wire::PackedSave;

use super::log::place_of;
use super::turn::Turn;
use crate::keys::{CHAIN_START, open_part};
use crate::store::{DeviceRow, StoreError, Stored};

/// What was found of saves already: a save is behind many records.
#[derive(Default)]
pub(super) struct Traced {
    devices: BTreeMap<DeviceId, Option<DeviceRow>>,
    saves: HashMap<Head, bool>,
}

impl Traced {
    /// Whether the record is there and every save that it remembers is intact.
    pub(super) fn record(&mut self, turn: &mut Turn<'_>, id: RecordId) -> Stored<bool> {
        let Some(record) = turn.record(id)? else {
            return Ok(false);
        };
        for head in record.origins.keys() {
            let intact = match self.saves.get(head) {
                Some(known) => *known,
                None => {
                    let intact = self.save(turn, *head)?;
                    self.saves.insert(*head, intact);
                    intact
                }
            };
            if !intact {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the bytes that are kept of a save give the chain that was accepted with its device's
    /// signature.
    fn save(&mut self, turn: &mut Turn<'_>, head: Head) -> Stored<bool> {
        let device = match self.devices.get(&head.device) {
            Some(known) => known.clone(),
            None => {
                let found = turn.tx().device_by_id(head.device)?;
                self.devices.insert(head.device, found.clone());
                found
            }
        };
        let Some(device) = device else {
            return Ok(false);
        };
        let salt =
            Secret::from_slice(&device.salt_key).ok_or(StoreError::Damaged { what: "a device" })?;
        let Some(received) = turn.tx().received(device.no, head.seq)? else {
            return Ok(false);
        };
        let before = match head.seq {
            1 => CHAIN_START,
            seq => match turn.tx().received(device.no, seq.saturating_sub(1))? {
                Some(before) => before.chain,
                None => return Ok(false),
            },
        };
        let Some((_, stored)) = turn.tx().save(received.no)? else {
            return Ok(false);
        };
        let mut parts = Vec::new();
        for (place, (_, part)) in turn.tx().parts_of(received.no)?.iter().enumerate() {
            let wrapped = turn.tx().part_key_by_no(part.key)?;
            let (Some(wrapped), Ok(place)) = (wrapped, u32::try_from(place)) else {
                return Ok(false);
            };
            let key = turn.house.keys().unwrap_key(&wrapped)?;
            match open_part(&key, &place_of(head, place), part) {
                Ok(plain) => parts.push(plain),
                Err(_) => return Ok(false),
            }
        }
        let kept = PackedSave::kept(head, stored.envelope, parts);
        Ok(kept.link(&before, &salt) == received.chain)
    }
}
