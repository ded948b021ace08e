//! Attachments travel after the records, piece by piece, both ways: a broken link costs one piece.
//!
//! Upload speaks tus 1.0, download HTTP ranges (`docs/sync-protocol.md`). A byte counts as sent
//! only when the server's word for it is stored.

mod fetch;
mod http;
mod send;

use super::{Amount, LinkError, Plan, Progress, Stage, SyncError, Tally, Transport};
use crate::attachment::{AttachmentHash, AttachmentRef};
use crate::store::{Store, StoreError};
use crate::wire::AttachmentRefusal;

pub(super) use http::exchange;

/// One request about an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentCall {
    /// Announces an upload, or asks where it stands.
    Create {
        /// What is coming.
        reference: AttachmentRef,
    },
    /// Asks through which byte the server has it.
    Offset {
        /// Which.
        hash: AttachmentHash,
    },
    /// Sends what follows that byte.
    Append {
        /// Which.
        hash: AttachmentHash,
        /// Where the piece begins.
        offset: u64,
        /// The piece.
        bytes: Vec<u8>,
    },
    /// Asks for bytes.
    Read {
        /// Which.
        hash: AttachmentHash,
        /// From this one.
        from: u64,
        /// Through this one.
        through: u64,
    },
}

/// What came back, whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttachmentAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Whether it names tus 1.0.0: another's page does not.
    pub ours: bool,
    /// `Upload-Offset`.
    pub offset: Option<u64>,
    /// Where the bytes begin, and how many the whole has (`Content-Range`).
    pub range: Option<(u64, u64)>,
    /// The bytes.
    pub body: Vec<u8>,
}

/// How many bytes of others' attachments are fetched ahead and kept here; beyond it only what a
/// person asks for.
const KEPT_BYTES: u64 = 256 << 20;

/// How far the attachments are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carried {
    /// How many the server has newly and wholly.
    pub sent: u64,
    /// How many are newly and wholly here.
    pub fetched: u64,
    /// Bytes that travelled, up and down together.
    pub bytes: u64,
    /// Whether the link or the server ended it before its end; the next sync goes on there.
    pub cut: bool,
}

/// Carries attachments until nothing that may travel remains, the budget is spent, or the link
/// ends, which is no error: the records have come through. Own ones go up first, then those of
/// others come down. `None` where somebody stopped it.
pub(super) fn carry(
    store: &Store,
    link: &dyn Transport,
    token: &str,
    plan: &Plan,
    tally: &mut Tally,
    told: &mut dyn FnMut(&Progress),
) -> Result<Option<()>, SyncError> {
    store.write::<_, StoreError>(|tx| {
        tx.sweep_unnamed()?;
        tx.sweep_carried()
    })?;
    let mut way = Way {
        store,
        link,
        token,
        plan,
        tally,
        total: (0, 0),
        told,
    };
    let done = way.send_all().and_then(|()| way.fetch_all());
    match done {
        Ok(()) => Ok(Some(())),
        Err(SyncError::Link(LinkError::Stopped)) => Ok(None),
        Err(
            SyncError::Link(_)
            | SyncError::Body(_)
            | SyncError::Unavailable { .. }
            | SyncError::NotUnderstood { .. }
            | SyncError::NoProgress,
        ) => {
            tally.photos.cut = true;
            Ok(Some(()))
        }
        Err(error) => Err(error),
    }
}

/// Fetches one that a person asks for, whatever the link costs.
///
/// # Errors
/// [`SyncError::NotThereYet`] where its author's phone has not sent it.
pub fn fetch(
    store: &Store,
    link: &dyn Transport,
    reference: &AttachmentRef,
) -> Result<(), SyncError> {
    let token = store.read::<_, StoreError>(|tx| tx.enrolled())?.token;
    let mut way = Way {
        store,
        link,
        token: &token,
        plan: &Plan::default(),
        tally: &mut Tally::default(),
        total: (0, 0),
        told: &mut |_| {},
    };
    match way.fetch_one(reference, true)? {
        true => Ok(()),
        false => Err(SyncError::NotThereYet),
    }
}

/// One journey.
struct Way<'w> {
    store: &'w Store,
    link: &'w dyn Transport,
    token: &'w str,
    plan: &'w Plan,
    tally: &'w mut Tally,
    /// How many are to travel, and their bytes, as far as was looked.
    total: (u64, u64),
    told: &'w mut dyn FnMut(&Progress),
}

/// What the server says to a request that it understood.
enum Heard {
    Answer(AttachmentAnswer),
    Refused(AttachmentRefusal),
}

impl Way<'_> {
    fn ask(&self, call: &AttachmentCall) -> Result<Heard, SyncError> {
        if self.plan.cancel.is_cancelled() {
            return Err(LinkError::Stopped.into());
        }
        let answer = self.link.attachment(self.token, call)?;
        http::understood(call, answer)
    }

    /// So many bytes travelled.
    fn travelled(&mut self, bytes: u64) {
        self.plan.budget.spend(bytes);
        self.tally.photos.bytes += bytes;
    }

    /// What a metered link does not allow stays for another time.
    fn puts_off(&mut self, piece: u64, rest: u64) -> bool {
        let allowed = self.plan.budget.allows(piece);
        if !allowed {
            self.tally.put_off += rest;
        }
        !allowed
    }

    fn tell(&mut self) {
        let photos = self.tally.photos;
        (self.told)(&Progress {
            stage: Stage::Photos,
            records: Amount::of(photos.sent + photos.fetched, self.total.0),
            bytes: Amount::of(photos.bytes, self.total.1),
            tally: *self.tally,
        });
    }
}
