//! The server's mind: a request in, a response out. No HTTP, no async, no clock of its own.
//!
//! One request is one writing transaction, then one reading one for the pages; the answer exists
//! only after the commit. One bad save never stops its neighbours.

mod accept;
mod attachments;
mod audit;
mod bundles;
mod carriers;
mod carry;
mod causes;
mod desk;
mod digests;
mod enrol;
mod feeds;
mod former_forms;
mod frozen;
mod grounds;
mod held;
mod history;
mod indicators;
mod judge;
mod known;
mod last_sync;
mod log;
mod lookups;
mod own;
mod pack;
mod page;
mod paper;
mod publish;
mod rebuild;
mod reviews;
mod rights;
mod same;
mod settle;
mod settled_alone;
mod signed_in;
mod snapshots;
mod statistics;
mod traced;
mod turn;

pub use attachments::{
    ANSWER_LIMIT_BYTES, AttachmentAsk, AttachmentTold, PIECE_LIMIT_BYTES, UNNAMED_DAYS,
};
pub use audit::{AuditFault, verify as verify_audit};
pub use bundles::{BundleFault, ENROLLED_AGAIN, REVOKED};
pub use desk::NotWritten;
pub use enrol::{CODE_DAYS, code_as_typed};
pub use former_forms::FormerForm;
pub use grounds::{Grounds, GroundsError};
pub use known::PublishedForm;
pub use lookups::Lookup;
pub use own::OwnSave;
pub use publish::{Contradiction, PublishError};
pub use snapshots::Cut;
pub use turn::Turn;

use std::collections::HashMap;
use std::sync::Arc;

use tanfang_core::model::area::AreaTree;
use tanfang_core::model::{Clock, DeviceId, Epoch, Rng, WallTime};
use tanfang_core::policy::Policies;
use tanfang_core::rights::Roles;
use tanfang_core::wire::{
    AttachmentRefusal, CarryReply, CarryRequest, Certificate, CertifyRequest, EnrolReply,
    EnrolRequest, HistoryReply, HistoryRequest, SameAnswer, SameQuestion, SyncReply, SyncRequest,
    WireRefusal,
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
    /// A phone at rest asks whether all is as it knows it.
    Same {
        /// The session token.
        token: String,
        /// What it knows.
        question: SameQuestion,
    },
    /// One turn of the conversation.
    Sync {
        /// The session token.
        token: String,
        /// The turn.
        body: Box<SyncRequest>,
    },
    /// The history of a record.
    History {
        /// The session token.
        token: String,
        /// What is asked.
        body: HistoryRequest,
    },
    /// A published document.
    Document {
        /// The session token.
        token: String,
        /// The document's hash.
        hash: String,
    },
    /// A part of a snapshot.
    SnapshotPart {
        /// The session token.
        token: String,
        /// The part's hash.
        hash: String,
    },
    /// A sealed file that a phone carries for another.
    Carry {
        /// The session token.
        token: String,
        /// What it asks or brings.
        request: Box<CarryRequest>,
    },
    /// A phone's public agreement key.
    Certify {
        /// The session token.
        token: String,
        /// The key.
        request: CertifyRequest,
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
    /// All is as the phone knows it; none where there is something to tell.
    Same(Option<SameAnswer>),
    /// The turn's answer.
    Synced(Box<SyncReply>),
    /// The history, as far as the phone may hold it.
    History(Box<HistoryReply>),
    /// The document's text.
    Document(String),
    /// The part's body, as it travels.
    SnapshotPart(Vec<u8>),
    /// How the sealed file stands.
    Carried(Box<CarryReply>),
    /// What the server says of the phone's keys.
    Certified(Box<Certificate>),
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
    areas: Option<(String, Arc<AreaTree>)>,
    manifest: Option<(u64, Arc<tanfang_core::model::Manifest>)>,
    planned: Vec<snapshots::Planned>,
    /// By the number of the manifest whose forms they are.
    policies: Option<(u64, Arc<Policies>)>,
    /// Who hears of failures of the store.
    report: fn(&str),
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
            areas: None,
            manifest: None,
            planned: Vec::new(),
            policies: None,
            report: |failure| eprintln!("{failure}"),
            swept_on: None,
        }
    }

    /// The keys.
    pub fn keys(&self) -> &ServerKeys {
        &self.keys
    }

    /// Failures of the store are told to `report`, without data, in the place of standard error.
    pub fn report_to(&mut self, report: fn(&str)) {
        self.report = report;
    }

    pub(super) fn failed(&self, now: WallTime, error: &StoreError) {
        (self.report)(&format!("{}: {error}", now.rfc3339()));
    }

    /// Answers one request. A failure of the store is reported, without data.
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
            Request::Same { token, question } => self
                .same(store, now, rng, &token, &question)
                .map(Response::Same),
            Request::Sync { token, body } => self
                .sync(store, now, rng, &token, &body)
                .map(|reply| Response::Synced(Box::new(reply))),
            Request::History { token, body } => self
                .history(store, now, rng, &token, &body)
                .map(|reply| Response::History(Box::new(reply))),
            Request::Document { token, hash } => {
                self.document(store, &token, &hash).map(Response::Document)
            }
            Request::SnapshotPart { token, hash } => self
                .snapshot_part(store, now, rng, &token, &hash)
                .map(Response::SnapshotPart),
            Request::Carry { token, request } => self
                .carry(store, now, rng, &token, &request)
                .map(|reply| Response::Carried(Box::new(reply))),
            Request::Certify { token, request } => self
                .certify(store, now, rng, &token, &request)
                .map(|certificate| Response::Certified(Box::new(certificate))),
            Request::Attachment { token, ask } => self.attachment(store, now, rng, &token, ask),
        };
        answer.unwrap_or_else(|halt| match halt {
            Halt::Refused(refusal) => Response::Refused(refusal),
            Halt::Store(error) => {
                self.failed(now, &error);
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
/// Histories that this server had begun and lost, as phones have proved: sixteen bytes each.
const LOST_HISTORIES: &str = "lost_histories";
/// Set while a phone has shown what is later than this store, and no new epoch was opened since.
const SUSPECTED: &str = "suspected";
