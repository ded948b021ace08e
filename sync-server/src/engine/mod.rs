//! The server's mind: a request in, a response out. No HTTP, no async, no clock of its own.
//!
//! One request is one writing transaction, then one reading one for the pages; the answer exists
//! only after the commit. One bad save never stops its neighbours.

mod accept;
mod attachments;
mod audit;
mod carriers;
mod enrol;
mod feeds;
mod judge;
mod known;
mod last_sync;
mod log;
mod lookups;
mod own;
mod pack;
mod page;
mod publish;
mod rebuild;
mod rights;
mod settle;
mod signed_in;
mod turn;

pub use attachments::{
    ANSWER_LIMIT_BYTES, AttachmentAsk, AttachmentTold, PIECE_LIMIT_BYTES, UNNAMED_DAYS,
};
pub use audit::{AuditFault, verify as verify_audit};
pub use enrol::{CODE_DAYS, code_as_typed};
pub use known::PublishedForm;
pub use lookups::Lookup;
pub use own::OwnSave;
pub use publish::{Contradiction, PublishError};
pub use turn::Turn;

use std::collections::HashMap;
use std::sync::Arc;

use tanfang_core::model::{Clock, DeviceId, Epoch, Rng, WallTime};
use tanfang_core::rights::Roles;
use tanfang_core::wire::{
    AttachmentRefusal, EnrolReply, EnrolRequest, SyncReply, SyncRequest, WireRefusal,
};

use crate::keys::ServerKeys;
use crate::store::{ServerStore, StoreError, Tx};

/// What a phone asks.
#[derive(Debug, Clone)]
pub enum Request {
    /// A phone introduces itself.
    Enrol(EnrolRequest),
    /// Whether a token is a phone's that may ask, before anything that it sends is read.
    SignedIn {
        /// The session token.
        token: String,
    },
    /// One turn of the conversation.
    Sync {
        /// The session token.
        token: String,
        /// The turn.
        body: Box<SyncRequest>,
    },
    /// A published document.
    Document {
        /// The session token.
        token: String,
        /// The document's hash.
        hash: String,
    },
    /// Something about an attachment.
    Attachment {
        /// The session token.
        token: String,
        /// What.
        ask: AttachmentAsk,
    },
}

/// What the server answers.
#[derive(Debug, Clone)]
pub enum Response {
    /// The phone may begin.
    Enrolled(Box<EnrolReply>),
    /// The phone may ask.
    SignedIn,
    /// The turn's answer.
    Synced(Box<SyncReply>),
    /// The document's text.
    Document(String),
    /// What is told of an attachment, or why not.
    Attachment(Result<AttachmentTold, AttachmentRefusal>),
    /// The whole request refused.
    Refused(WireRefusal),
}

/// Why a request came to nothing: a refusal for the phone, or a failure of the store.
#[derive(Debug, Clone, PartialEq)]
pub enum Halt {
    /// The phone is told why.
    Refused(WireRefusal),
    /// The administrator is told why, the phone to try again.
    Store(StoreError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Halt::Store(error)
    }
}

impl From<WireRefusal> for Halt {
    fn from(refusal: WireRefusal) -> Self {
        Halt::Refused(refusal)
    }
}

/// What stays in memory between requests: the keys, and what is immutable once made.
pub struct House {
    keys: ServerKeys,
    packer: pack::Packer,
    forms: HashMap<String, Arc<PublishedForm>>,
    roles: Option<(String, Arc<Roles>)>,
    manifest: Option<(u64, Arc<tanfang_core::model::Manifest>)>,
    /// The day, since 1970, on which attachments that no save names were last swept.
    swept_on: Option<i64>,
}

impl House {
    /// A mind with the keys of its store.
    pub fn new(keys: ServerKeys) -> Self {
        Self {
            keys,
            packer: pack::Packer::new(),
            forms: HashMap::new(),
            roles: None,
            manifest: None,
            swept_on: None,
        }
    }

    /// The keys.
    pub fn keys(&self) -> &ServerKeys {
        &self.keys
    }

    /// Answers one request. A failure of the store is reported on standard error, without data.
    pub fn handle(
        &mut self,
        store: &mut dyn ServerStore,
        clock: &dyn Clock,
        rng: &dyn Rng,
        request: Request,
    ) -> Response {
        let now = clock.now();
        let answer = match request {
            Request::Enrol(request) => self
                .enrol(store, now, rng, &request)
                .map(|reply| Response::Enrolled(Box::new(reply))),
            Request::SignedIn { token } => {
                self.signed_in(store, &token).map(|()| Response::SignedIn)
            }
            Request::Sync { token, body } => self
                .sync(store, now, rng, &token, &body)
                .map(|reply| Response::Synced(Box::new(reply))),
            Request::Document { token, hash } => {
                self.document(store, &token, &hash).map(Response::Document)
            }
            Request::Attachment { token, ask } => self.attachment(store, now, rng, &token, ask),
        };
        answer.unwrap_or_else(|halt| match halt {
            Halt::Refused(refusal) => Response::Refused(refusal),
            Halt::Store(error) => {
                eprintln!("{}: {error}", now.rfc3339());
                Response::Refused(WireRefusal::Unavailable)
            }
        })
    }

    /// Makes an empty store a server's: its first epoch, and itself as a device.
    pub fn found(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        demo: bool,
    ) -> Result<(), StoreError> {
        store.write(|tx| {
            tx.set_meta(DEMO, &[u8::from(demo)])?;
            self.turn(tx, now, rng).open_epoch()
        })
    }

    /// Begins a turn within a transaction; [`Turn::finish`] ends it.
    pub fn turn<'a>(&'a mut self, tx: &'a mut dyn Tx, now: WallTime, rng: &'a dyn Rng) -> Turn<'a> {
        Turn::new(self, tx, now, rng)
    }
}

/// Whether the store was made with `init --demo`.
pub fn is_demo(tx: &mut dyn Tx) -> Result<bool, StoreError> {
    Ok(tx.meta(DEMO)?.as_deref() == Some(&[1]))
}

/// The history in force.
pub fn epoch(tx: &mut dyn Tx) -> Result<Epoch, StoreError> {
    let bytes = tx.meta(EPOCH)?.ok_or(StoreError::NotThere)?;
    Epoch::from_slice(&bytes).map_err(|_| StoreError::Damaged { what: "the epoch" })
}

fn server_device(tx: &mut dyn Tx) -> Result<DeviceId, StoreError> {
    let bytes = tx.meta(DEVICE)?.ok_or(StoreError::NotThere)?;
    DeviceId::from_slice(&bytes).map_err(|_| StoreError::Damaged {
        what: "the server's device",
    })
}

const DEMO: &str = "demo";
const EPOCH: &str = "epoch";
const DEVICE: &str = "device";
const LAST_STAMP: &str = "last_stamp";
const LAST_CHANGED: &str = "last_changed";
