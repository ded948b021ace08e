//! Attachments: announced, sent in pieces, verified when whole, read by ranges.
//!
//! Whoever may hold a part that names one may read it; a device may send what a save of its own
//! names, what it may read, and a bounded amount of what a save of its own will name. Nobody gains
//! a right by naming a hash: the bytes count as a device's own only if it sent them or may read
//! them.

mod names;
mod pieces;

use tanfang_core::attachment::{AttachmentHash, AttachmentRef, MAX_BYTES};
use tanfang_core::model::{Rng, WallTime};
use tanfang_core::rights::Roles;
use tanfang_core::vault::Secret;
use tanfang_core::wire::AttachmentRefusal;

use std::sync::Arc;

use super::rights::Rights;
use super::signed_in::device_of;
use super::turn::Turn;
use super::{Halt, House, Response};
use crate::store::{DeviceRow, NameRow, ServerStore, StoreError, Stored};

/// The most bytes that one piece may have.
pub const PIECE_LIMIT_BYTES: usize = 1 << 20;
/// The most bytes that one answer gives.
pub const ANSWER_LIMIT_BYTES: u64 = 1 << 20;
/// How many attachments a device may send before a save names them, and of how many bytes.
const UNNAMED_LIMIT: (u64, u64) = (20, 64 << 20);
/// How long what no save names is kept, in days.
pub const UNNAMED_DAYS: i64 = 14;
const DAY_MILLIS: i64 = 86_400_000;
/// How many are swept at once.
const SWEPT: u32 = 64;

/// What is asked about an attachment.
#[derive(Debug, Clone)]
pub enum AttachmentAsk {
    /// One is coming.
    Create(AttachmentRef),
    /// Through which byte it is here.
    Offset(AttachmentHash),
    /// What follows that byte.
    Append {
        /// Of which.
        hash: AttachmentHash,
        /// Where the piece begins.
        offset: u64,
        /// The piece.
        bytes: Vec<u8>,
    },
    /// The device sends no more of it, and what came is thrown away.
    Drop(AttachmentHash),
    /// Bytes from one on, through another if it is named.
    Read {
        /// Of which.
        hash: AttachmentHash,
        /// From this one.
        from: u64,
        /// Through this one.
        through: Option<u64>,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentTold {
    /// Through which byte it is here.
    At {
        /// How many bytes are here.
        offset: u64,
        /// What was announced.
        reference: AttachmentRef,
    },
    /// Nothing of it is here any more.
    Dropped,
    /// Bytes.
    Bytes {
        /// What it is.
        reference: AttachmentRef,
        /// Where they begin.
        from: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// A refusal leaves its transaction to be committed: what was wrong is thrown away in it.
type Told = Result<AttachmentTold, AttachmentRefusal>;

/// Who asks.
struct Asker {
    device: DeviceRow,
    rights: Rights,
    roles: Arc<Roles>,
}

impl House {
    /// Answers about an attachment. A full disk is told as such; what arrived before is kept.
    pub(super) fn attachment(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        token: &str,
        ask: AttachmentAsk,
    ) -> Result<Response, Halt> {
        let today = Some(now.millis.div_euclid(DAY_MILLIS));
        if self.swept_on != today {
            self.swept_on = today;
            self.sweep_attachments(store, now)?;
        }
        let told = match ask {
            AttachmentAsk::Read { .. } | AttachmentAsk::Offset(_) => {
                store.read(|tx| self.turn(tx, now, rng).about_attachment(token, ask))
            }
            _ => store.write(|tx| {
                let mut turn = self.turn(tx, now, rng);
                let told = turn.about_attachment(token, ask)?;
                turn.finish()?;
                Ok::<_, Halt>(told)
            }),
        };
        match told {
            Ok(told) => Ok(Response::Attachment(told)),
            Err(Halt::Store(error @ StoreError::DiskFull)) => {
                self.failed(now, &error);
                Ok(Response::Attachment(Err(AttachmentRefusal::DiskFull)))
            }
            Err(halt) => Err(halt),
        }
    }

    /// Throws away what devices sent and no save has named for [`UNNAMED_DAYS`]; how many.
    ///
    /// # Errors
    /// Those of the store; nothing was thrown away then.
    pub fn sweep_attachments(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
    ) -> Result<usize, StoreError> {
        let before = now.millis - UNNAMED_DAYS * DAY_MILLIS;
        store.write(|tx| {
            let stale = tx.stale(before, SWEPT)?;
            for no in &stale {
                tx.drop_upload(*no)?;
            }
            Ok(stale.len())
        })
    }
}

impl Turn<'_> {
    fn about_attachment(&mut self, token: &str, ask: AttachmentAsk) -> Result<Told, Halt> {
        let hash = self.house.keys.token_hash(token);
        let device = device_of(self.tx, &hash)?;
        let asker = Asker {
            rights: self.rights(device.worker)?,
            roles: self.roles()?,
            device,
        };
        let told = match ask {
            AttachmentAsk::Create(reference) => self.create(&asker, &reference),
            AttachmentAsk::Offset(hash) => self.offset(&asker, hash),
            AttachmentAsk::Append {
                hash,
                offset,
                bytes,
            } => self.append_piece(&asker, hash, offset, &bytes),
            AttachmentAsk::Drop(hash) => self.drop_own(&asker, hash),
            AttachmentAsk::Read {
                hash,
                from,
                through,
            } => self.read_bytes(&asker, hash, from, through),
        };
        Ok(told?)
    }

    fn create(&mut self, asker: &Asker, reference: &AttachmentRef) -> Stored<Told> {
        let limit = MAX_BYTES;
        if !(1..=limit).contains(&reference.length) {
            return Ok(Err(AttachmentRefusal::LengthNotTaken { limit }));
        }
        let names = self.names_for(asker, reference.hash)?;
        if names.iter().any(|name| name.content.is_some()) {
            return Ok(whole_as(&names, reference));
        }
        if !names.is_empty() && !names.iter().any(|name| name.reference == *reference) {
            return Ok(Err(AttachmentRefusal::AnotherReference));
        }
        let own = self.tx.upload(reference.hash, asker.device.no)?;
        if let Some(own) = own {
            if own.reference == *reference {
                return Ok(at(own.received, *reference));
            }
            if own.is_whole() {
                return Ok(Err(AttachmentRefusal::AnotherReference));
            }
            self.tx.drop_upload(own.no)?;
        }
        let (many, bytes) = self.tx.unnamed(asker.device.no)?;
        let (most, most_bytes) = UNNAMED_LIMIT;
        let full = many >= most || bytes.saturating_add(reference.length) > most_bytes;
        if names.is_empty() && full {
            return Ok(Err(AttachmentRefusal::TooManyUnnamed));
        }
        let key = Secret::fresh(self.rng);
        let wrapped = self.house.keys.wrap(&key, self.rng)?;
        let now = self.now.millis;
        self.tx
            .add_upload(reference, asker.device.no, &wrapped, now)?;
        Ok(at(0, *reference))
    }

    fn offset(&mut self, asker: &Asker, hash: AttachmentHash) -> Stored<Told> {
        let names = self.names_for(asker, hash)?;
        if let Some(name) = names.iter().find(|name| name.content.is_some()) {
            return Ok(at(name.reference.length, name.reference));
        }
        let own = self.tx.upload(hash, asker.device.no)?;
        Ok(match own {
            Some(own) => at(own.received, own.reference),
            None => Err(AttachmentRefusal::Unknown),
        })
    }

    /// What came of an upload is thrown away; what is whole and named stays.
    fn drop_own(&mut self, asker: &Asker, hash: AttachmentHash) -> Stored<Told> {
        match self.tx.upload(hash, asker.device.no)? {
            Some(own) if own.wrapped.is_some() => {
                self.tx.drop_upload(own.no)?;
                Ok(Ok(AttachmentTold::Dropped))
            }
            _ => Ok(Err(AttachmentRefusal::Unknown)),
        }
    }

    fn read_bytes(
        &mut self,
        asker: &Asker,
        hash: AttachmentHash,
        from: u64,
        through: Option<u64>,
    ) -> Stored<Told> {
        let names = self.names_for(asker, hash)?;
        let mut readable = Vec::new();
        for name in names {
            if self.may_read(asker, &name)? {
                readable.push(name);
            }
        }
        let Some((name, no, key)) = self.opened_content(&readable)? else {
            return Ok(Err(if readable.is_empty() {
                AttachmentRefusal::Unknown
            } else {
                AttachmentRefusal::NotYet
            }));
        };
        let length = name.reference.length;
        let last = through.unwrap_or(length - 1).min(length - 1);
        if from > last {
            return Ok(Err(AttachmentRefusal::NoSuchRange { length }));
        }
        let end = last.saturating_add(1).min(from + ANSWER_LIMIT_BYTES);
        Ok(Ok(AttachmentTold::Bytes {
            reference: name.reference,
            from,
            bytes: self.opened_pieces(no, &key, hash, from, end)?,
        }))
    }
}

fn at(offset: u64, reference: AttachmentRef) -> Told {
    Ok(AttachmentTold::At { offset, reference })
}

/// It is here already, and nothing need be sent, if it is announced as what it is.
fn whole_as(names: &[NameRow], reference: &AttachmentRef) -> Told {
    let mut whole = names.iter().filter(|name| name.content.is_some());
    match whole.any(|name| name.reference == *reference) {
        true => at(reference.length, *reference),
        false => Err(AttachmentRefusal::AnotherReference),
    }
}
