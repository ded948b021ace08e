//! Hearing a push: authenticate, check the chain, then save by save.

use std::collections::VecDeque;

use tanfang_core::model::{DeviceSeq, RecordId, Save};
use tanfang_core::planted::{self, Bug};
use tanfang_core::vault::{Secret, device_signed};
use tanfang_core::wire::{
    ChainHead, PackedSave, Push, Refusal, RefusalReason, Verdict, VerdictKind, WireRefusal,
    link_save, push_message,
};

use super::judge::Judged;
use super::rights::Rights;
use super::turn::Turn;
use super::{Halt, pack};
use crate::keys::CHAIN_START;
use crate::store::{DeviceRow, Received, SaveNo, SaveState, StoreError, Stored, WaitsFor};

/// Numbers beyond this are no device's: a phone that made a save a millisecond would need ages.
const SEQ_LIMIT: DeviceSeq = 1 << 48;

impl Turn<'_> {
    /// Hears a push of a device; `device` is brought up to what was heard.
    pub(super) fn hear(
        &mut self,
        device: &mut DeviceRow,
        push: &Push,
        rights: &Rights,
    ) -> Result<Vec<Verdict>, Halt> {
        contiguous(device, push)?;
        if push.saves.is_empty() || push.from > device.through.saturating_add(1) {
            return Ok(Vec::new());
        }
        let broken = WireRefusal::ChainBroken {
            through: device.through,
        };
        let salt =
            Secret::from_slice(&device.salt_key).ok_or(StoreError::Damaged { what: "a device" })?;
        let chains = self.chains(device, push, &salt)?;
        let last = push.from.saturating_add(push.saves.len() as u64 - 1);
        let Some((head, _)) = chains.last() else {
            return Ok(Vec::new());
        };
        if !device_signed(
            &device.public_key,
            &push_message(device.id, last, head),
            &push.signature,
        ) {
            return Err(broken.into());
        }
        let mut verdicts = Vec::with_capacity(push.saves.len());
        let known = (device.through + 1 - push.from).min(push.saves.len() as u64) as usize;
        for (save, _) in push.saves.iter().zip(&chains).take(known) {
            verdicts.push(self.again(device, save, &salt)?);
        }
        if known < push.saves.len() {
            if known > 0 && chains.get(known - 1).map(|(chain, _)| chain) != Some(&device.chain) {
                return Err(broken.into());
            }
            for (save, (chain, packed)) in push.saves.iter().zip(&chains).skip(known) {
                let verdict = self.accept(device, save, packed, chain, rights)?;
                verdicts.push(Verdict {
                    seq: save.envelope.head.seq,
                    verdict,
                });
            }
            device.through = last;
            device.chain = *head;
            self.tx.advance(device.no, last, head)?;
            self.settle_alone()?;
            self.judge_again(WaitsFor::Device(device.id))?;
            // Who may write what altered with a pairing or a move.
            if std::mem::take(&mut self.rights_moved) {
                self.judge_again(WaitsFor::TheOffice)?;
            }
        }
        Ok(verdicts)
    }

    /// The device's chain after each save of the push, as the device has it, and the save packed.
    fn chains(
        &mut self,
        device: &DeviceRow,
        push: &Push,
        salt: &Secret,
    ) -> Stored<Vec<(ChainHead, PackedSave)>> {
        let mut chain = self.chain_at(device, push.from - 1)?;
        let mut chains = Vec::with_capacity(push.saves.len());
        for save in &push.saves {
            let packed = PackedSave::of(save);
            chain = packed.link(&chain, salt);
            chains.push((chain, packed));
        }
        Ok(chains)
    }

    fn chain_at(&mut self, device: &DeviceRow, seq: DeviceSeq) -> Stored<ChainHead> {
        if seq == 0 {
            return Ok(CHAIN_START);
        }
        if seq == device.through {
            return Ok(device.chain);
        }
        let received = self.tx.received(device.no, seq)?;
        received
            .map(|received| received.chain)
            .ok_or(StoreError::Damaged {
                what: "a device's chain",
            })
    }

    /// A save whose number is known: the same is answered as before, another is refused.
    fn again(&mut self, device: &DeviceRow, save: &Save, salt: &Secret) -> Stored<Verdict> {
        let seq = save.envelope.head.seq;
        let before = self.chain_at(device, seq - 1)?;
        let known = self
            .tx
            .received(device.no, seq)?
            .ok_or(StoreError::Damaged {
                what: "the log of saves",
            })?;
        if planted::is(Bug::DedupeMissing) && known.state == SaveState::Accepted {
            let logged = self.logged(known.no)?;
            self.settle(&logged.save, &logged.place, self.now.millis, true)?;
        }
        let verdict = if link_save(&before, save, salt) == known.chain {
            self.verdict(&known)?
        } else {
            let message =
                "这个编号以前上传过别的内容，请重新填写 / this number was sent before with another content; enter it anew".to_owned();
            VerdictKind::Refused(Refusal {
                reason: RefusalReason::AlteredBody,
                field: None,
                message,
            })
        };
        Ok(Verdict { seq, verdict })
    }

    /// How a save that arrived stands.
    pub(super) fn verdict(&mut self, known: &Received) -> Stored<VerdictKind> {
        Ok(match known.state {
            SaveState::Accepted => VerdictKind::Accepted {
                received_at: known.received_at,
                receipts: self.tx.receipts(known.no)?,
            },
            SaveState::Waiting => VerdictKind::Waiting,
            SaveState::Refused => VerdictKind::Refused(Self::refusal(known.refusal.as_deref())?),
        })
    }

    fn accept(
        &mut self,
        device: &DeviceRow,
        save: &Save,
        packed: &PackedSave,
        chain: &ChainHead,
        rights: &Rights,
    ) -> Stored<VerdictKind> {
        match self.judge(save, device.worker, rights)? {
            Judged::Refuse(refusal) => {
                let (head, refused) = (save.envelope.head, SaveState::Refused);
                let why = Some(pack::packed(&refusal)?);
                self.append_envelope(device.no, head, &packed.envelope, refused, chain, why)?;
                Ok(VerdictKind::Refused(refusal))
            }
            Judged::Wait(records) => {
                let place = self.append(device.no, save, packed, SaveState::Waiting, chain)?;
                for record in records {
                    self.tx.wait_for(record, place.no)?;
                }
                self.waits = Some(true);
                Ok(VerdictKind::Waiting)
            }
            Judged::WaitForCounty(of) => {
                let place = self.append(device.no, save, packed, SaveState::Waiting, chain)?;
                self.tx.wait_for_county(place.no, of)?;
                Ok(VerdictKind::Waiting)
            }
            Judged::Accept => {
                let place = self.append(device.no, save, packed, SaveState::Accepted, chain)?;
                let receipts = self.settle(save, &place, self.now.millis, true)?;
                self.note_former_form(save)?;
                self.release(save)?;
                Ok(VerdictKind::Accepted {
                    received_at: self.now.millis,
                    receipts,
                })
            }
        }
    }

    /// Saves that waited for what this one began go in by themselves, and what waited for those.
    pub(super) fn release(&mut self, save: &Save) -> Stored<()> {
        self.release_begun(begun_by(save).collect())
    }

    /// What waits for these records goes in, and what waits for that.
    pub(super) fn release_begun(&mut self, mut begun: VecDeque<RecordId>) -> Stored<()> {
        if begun.is_empty() || !self.anything_waits()? {
            return Ok(());
        }
        while let Some(record) = begun.pop_front() {
            for no in self.tx.waiting_for(record)? {
                begun.extend(self.admit(no)?);
            }
        }
        Ok(())
    }

    /// Whether any save waits; asked of the store once a turn.
    fn anything_waits(&mut self) -> Stored<bool> {
        let known = match self.waits {
            Some(known) => known,
            None => self.tx.anything_waits()?,
        };
        self.waits = Some(known);
        Ok(known)
    }

    /// Judges a save that waits once more; what it began.
    pub(super) fn admit(&mut self, no: SaveNo) -> Stored<Vec<RecordId>> {
        let logged = self.logged(no)?;
        let device = self
            .tx
            .device(logged.place.device)?
            .ok_or(StoreError::Damaged { what: "a device" })?;
        let rights = self.rights(device.worker)?;
        match self.judge(&logged.save, device.worker, &rights)? {
            Judged::Wait(records) => {
                self.tx.stop_waiting(no)?;
                for record in records {
                    self.tx.wait_for(record, no)?;
                }
                self.waits = Some(true);
                Ok(Vec::new())
            }
            Judged::WaitForCounty(of) => {
                self.tx.stop_waiting(no)?;
                self.tx.wait_for_county(no, of)?;
                Ok(Vec::new())
            }
            Judged::Refuse(refusal) => {
                self.tx.stop_waiting(no)?;
                self.tx
                    .decide(no, SaveState::Refused, Some(&pack::packed(&refusal)?))?;
                Ok(Vec::new())
            }
            Judged::Accept => {
                self.tx.stop_waiting(no)?;
                self.tx.decide(no, SaveState::Accepted, None)?;
                self.settle(&logged.save, &logged.place, logged.received_at, true)?;
                self.note_former_form(&logged.save)?;
                Ok(begun_by(&logged.save).collect())
            }
        }
    }
}

fn begun_by(save: &Save) -> impl Iterator<Item = RecordId> + '_ {
    save.parts
        .iter()
        .filter(|part| part.begins)
        .map(|part| part.record)
}

/// Every save of a push is this device's, and their numbers follow one another.
pub(super) fn contiguous(device: &DeviceRow, push: &Push) -> Result<(), WireRefusal> {
    let malformed = |message: &str| {
        Err(WireRefusal::Malformed {
            message: message.to_owned(),
        })
    };
    if push.from == 0 || push.from > SEQ_LIMIT {
        return malformed("the push begins at no number of a save");
    }
    for (at, save) in push.saves.iter().enumerate() {
        let head = save.envelope.head;
        if head.device != device.id || head.seq != push.from + at as u64 {
            return malformed("the push holds a save of another device or number");
        }
    }
    Ok(())
}
