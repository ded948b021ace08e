//! Download: by ranges, each written down as it comes; kept only if all of it has its hash.

use super::{AttachmentCall, Heard, KEPT_BYTES, Way};
use crate::attachment::{AttachmentHash, AttachmentRef, MediaType, PIECE_BYTES};
use crate::store::{StoreError, Tx};
use crate::sync::SyncError;
use crate::wire::{AttachmentRefusal, CodecError};

/// How many may be told not to be there before a sync asks for no more.
const NOT_THERE: u32 = 16;
/// What arrived was not what was asked for.
const NOT_IT: &str = "收到的内容与档案所记不符 / what arrived is not what the record names";

impl Way<'_> {
    pub(super) fn fetch_all(&mut self) -> Result<(), SyncError> {
        let store = self.store;
        let wanting = store.read::<_, StoreError>(|tx| tx.attachments_to_fetch())?;
        let mut kept = store.read::<_, StoreError>(|tx| tx.fetched_bytes())?;
        let mut absent = 0;
        for one in wanting {
            let rest = one.reference.length - one.here.min(one.reference.length);
            if absent >= NOT_THERE {
                break;
            }
            if !one.wanted && kept + rest > KEPT_BYTES {
                continue;
            }
            if !one.wanted && self.puts_off(PIECE_BYTES as u64, rest) {
                continue;
            }
            self.total.0 += 1;
            self.total.1 += rest;
            match self.fetch_one(&one.reference, one.wanted)? {
                true => kept += rest,
                false => absent += 1,
            }
        }
        Ok(())
    }

    /// Fetches what is lacking of one, or what the budget allows of it unless a person asked. False
    /// where the server does not have it, or not for us.
    pub(super) fn fetch_one(
        &mut self,
        reference: &AttachmentRef,
        asked: bool,
    ) -> Result<bool, SyncError> {
        let (hash, length) = (reference.hash, reference.length);
        let held = self.store.write::<_, StoreError>(|tx| {
            let held = tx.attachment(hash)?;
            if held.is_some_and(|held| held.reference != *reference && !held.is_whole()) {
                tx.forget_attachment(hash)?;
            }
            tx.begin_attachment(reference)?;
            tx.attachment(hash)
        })?;
        let held = held.ok_or(StoreError::Unreadable)?;
        if held.is_whole() {
            return Ok(true);
        }
        let mut here = held.here;
        while here < length {
            if !asked && self.puts_off(PIECE_BYTES as u64, length - here) {
                return Ok(true);
            }
            let through = length.min(here + PIECE_BYTES as u64) - 1;
            let call = AttachmentCall::Read {
                hash,
                from: here,
                through,
            };
            let answer = match self.ask(&call)? {
                Heard::Answer(answer) => answer,
                Heard::Refused(AttachmentRefusal::NotYet | AttachmentRefusal::Unknown) => {
                    self.store
                        .write::<_, StoreError>(|tx| tx.set_not_yet(hash))?;
                    return Ok(false);
                }
                Heard::Refused(AttachmentRefusal::NoSuchRange { .. }) => {
                    return self.not_it(reference);
                }
                Heard::Refused(refusal) => {
                    return Err(SyncError::NotUnderstood {
                        message: refusal.to_string(),
                    });
                }
            };
            let count = answer.body.len() as u64;
            if answer.range != Some((here, length)) {
                return self.not_it(reference);
            }
            if count == 0 || count > through + 1 - here {
                return Err(CodecError::NotOurs.into());
            }
            here += count;
            self.travelled(count);
            let it = self.store.write::<_, StoreError>(|tx| {
                tx.add_piece(hash, &answer.body)?;
                tx.set_at_server(hash)?;
                // With the last piece, or a break between the two leaves it whole and never looked at.
                match here == length {
                    true => check_whole(tx, reference),
                    false => Ok(true),
                }
            })?;
            if !it {
                return Ok(false);
            }
            self.tell();
        }
        self.tally.photos.fetched += 1;
        self.tell();
        Ok(true)
    }

    /// What came is thrown away and asked for again another time; what is wrong is shown.
    fn not_it(&mut self, reference: &AttachmentRef) -> Result<bool, SyncError> {
        self.store
            .write::<_, StoreError>(|tx| throw_away(tx, reference))?;
        Ok(false)
    }
}

/// Whether what is whole here is what the record names; what is not goes, in the same transaction.
fn check_whole(tx: &Tx<'_>, reference: &AttachmentRef) -> Result<bool, StoreError> {
    let hash = reference.hash;
    let bytes = tx.attachment_bytes(hash, 0, reference.length as usize)?;
    if AttachmentHash::of(&bytes) != hash || MediaType::of(&bytes) != Some(reference.media) {
        throw_away(tx, reference)?;
        return Ok(false);
    }
    tx.set_wanted(hash, false)?;
    Ok(true)
}

fn throw_away(tx: &Tx<'_>, reference: &AttachmentRef) -> Result<(), StoreError> {
    tx.forget_attachment(reference.hash)?;
    tx.begin_attachment(reference)?;
    tx.set_problem(reference.hash, NOT_IT)
}
