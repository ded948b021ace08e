//! Upload: announce, ask where the server is, send what follows, write its word down.

use super::{AttachmentCall, Heard, Way};
use crate::attachment::PIECE_BYTES;
use crate::store::{Held, StoreError};
use crate::sync::SyncError;
use crate::wire::AttachmentRefusal;

/// How often one attachment may be told of another offset, or of an altered piece, in one sync.
const PATIENCE: u32 = 4;

impl Way<'_> {
    pub(super) fn send_all(&mut self) -> Result<(), SyncError> {
        let store = self.store;
        let waiting = store.read::<_, StoreError>(|tx| tx.attachments_to_send())?;
        self.total.0 += waiting.len() as u64;
        let rest = |held: &Held| held.reference.length - held.sent.unwrap_or(0);
        self.total.1 += waiting.iter().map(rest).sum::<u64>();
        for held in waiting {
            if !self.puts_off(PIECE_BYTES as u64, rest(&held)) {
                self.send(&held)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, held: &Held) -> Result<(), SyncError> {
        let (hash, length) = (held.reference.hash, held.reference.length);
        let Some(mut offset) = self.place_of(held)? else {
            return Ok(());
        };
        let mut patience = PATIENCE;
        while offset < length && !self.puts_off(PIECE_BYTES as u64, length - offset) {
            let bytes = self
                .store
                .read::<_, StoreError>(|tx| tx.attachment_bytes(hash, offset, PIECE_BYTES))?;
            let count = bytes.len() as u64;
            let call = AttachmentCall::Append {
                hash,
                offset,
                bytes,
            };
            let told = self.ask(&call)?;
            self.travelled(count);
            offset = match told {
                Heard::Answer(answer) => {
                    let further = answer.offset.filter(|told| *told > offset);
                    further.ok_or(SyncError::NoProgress)?
                }
                Heard::Refused(AttachmentRefusal::OffsetIs { offset }) if patience > 0 => {
                    patience -= 1;
                    offset
                }
                Heard::Refused(AttachmentRefusal::ChecksumDiffers) if patience > 0 => {
                    patience -= 1;
                    offset
                }
                // It was swept there, or a longer pause ended it: announced anew, once.
                Heard::Refused(AttachmentRefusal::Unknown) if patience == PATIENCE => {
                    patience -= 1;
                    match self.announce(held)? {
                        Some(offset) => offset,
                        None => return Ok(()),
                    }
                }
                Heard::Refused(refusal) => return self.not_taken(held, &refusal),
            };
            self.sent_through(held, offset)?;
        }
        Ok(())
    }

    /// Through which byte the server has it; none where it does not take it.
    fn place_of(&mut self, held: &Held) -> Result<Option<u64>, SyncError> {
        if held.sent.is_none() {
            return self.announce(held);
        }
        let hash = held.reference.hash;
        match self.ask(&AttachmentCall::Offset { hash })? {
            Heard::Answer(answer) => {
                let offset = answer.offset.ok_or(SyncError::NoProgress)?;
                self.sent_through(held, offset)?;
                Ok(Some(offset))
            }
            Heard::Refused(AttachmentRefusal::Unknown) => self.announce(held),
            Heard::Refused(refusal) => self.not_taken(held, &refusal).map(|()| None),
        }
    }

    fn announce(&mut self, held: &Held) -> Result<Option<u64>, SyncError> {
        let reference = held.reference;
        match self.ask(&AttachmentCall::Create { reference })? {
            Heard::Answer(answer) => {
                let offset = answer.offset.unwrap_or(0);
                self.sent_through(held, offset)?;
                Ok(Some(offset))
            }
            Heard::Refused(refusal) => self.not_taken(held, &refusal).map(|()| None),
        }
    }

    fn sent_through(&mut self, held: &Held, offset: u64) -> Result<(), SyncError> {
        if offset > held.reference.length {
            return Err(SyncError::NoProgress);
        }
        self.store
            .write::<_, StoreError>(|tx| tx.set_sent(held.reference.hash, offset))?;
        if offset == held.reference.length {
            self.tally.photos.sent += 1;
        }
        self.tell();
        Ok(())
    }

    /// The server does not take this one. The others go on, unless it has no room for any.
    fn not_taken(&mut self, held: &Held, refusal: &AttachmentRefusal) -> Result<(), SyncError> {
        match refusal {
            AttachmentRefusal::DiskFull => Err(SyncError::Unavailable {
                retry_after_secs: None,
            }),
            // It passes by itself.
            AttachmentRefusal::TooManyUnnamed
            | AttachmentRefusal::OffsetIs { .. }
            | AttachmentRefusal::ChecksumDiffers => Ok(()),
            _ => {
                let problem = refusal.to_string();
                let hash = held.reference.hash;
                self.store
                    .write::<_, StoreError>(|tx| tx.set_problem(hash, &problem))?;
                Ok(())
            }
        }
    }
}
