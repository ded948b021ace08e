//! The messages, versions 1 and 2: version 2 has other bytes and snapshots, and nothing less.

use serde::{Deserialize, Serialize};

use super::snapshot::SnapshotOffer;
use super::{Bytes, Certificate};
use crate::merge::{FeedDigest, Record};
use crate::model::{
    AreaCode, DeviceId, DeviceSeq, Envelope, Epoch, Feed, Part, Position, RecordId, Save,
    SignedManifest, WorkerId,
};

/// The version of these messages. An old app may always upload.
pub const VERSION: u16 = 2;

/// A phone introduces itself with the code that an administrator gave out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// [`VERSION`].
    pub version: u16,
    /// The enrolment code, as typed.
    pub code: String,
    /// The phone's new id.
    pub device: DeviceId,
    /// Its public signing key.
    pub public_key: Vec<u8>,
    /// The algorithm of that key: `ES256`.
    pub algorithm: String,
    /// Thirty-two bytes that salt the hashes of its chain.
    pub salt_key: Vec<u8>,
    /// The app's version.
    pub app: String,
    /// What this phone was before, if it was enrolled: the answer says what is known of that.
    #[serde(default)]
    pub former: Option<Former>,
    /// What it was before that, the newest last: the answer says what is known of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Former>,
    /// Its public agreement key (P-256, SEC1 uncompressed), to which files are sealed; an app that
    /// seals none leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement_key: Option<Vec<u8>>,
}

/// What a phone that enrols again was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Its id.
    pub device: DeviceId,
    /// The server's last signed acknowledgement of it: proof, if the server has forgotten.
    #[serde(default)]
    pub acknowledged: Option<Acknowledgement>,
}

/// What a phone needs to begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrolReply {
    /// The session token, sent as `Authorization: Bearer`.
    pub token: String,
    /// The worker whose phone it is.
    pub worker: WorkerId,
    /// The worker's name.
    pub name: String,
    /// The county.
    pub county: AreaCode,
    /// The server's history.
    pub epoch: Epoch,
    /// The server's public key (Ed25519): it signs acknowledgements and the manifest.
    pub server_key: Vec<u8>,
    /// The server's time, in milliseconds since 1970.
    pub server_millis: i64,
    /// Through which number the server has the saves of the former id that was asked about, 0 where
    /// it does not know that id: it was restored from an older backup. None where nothing was asked.
    #[serde(default)]
    pub former_through: Option<DeviceSeq>,
    /// The same of each of [`EnrolRequest::earlier`], in their order; an older server says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_through: Vec<DeviceSeq>,
    /// What the server says of this phone's keys, and its own agreement key; where one was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
}

/// One turn of the conversation, phone to server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// [`VERSION`].
    pub version: u16,
    /// The history that the cursors belong to; none at the first turn.
    pub epoch: Option<Epoch>,
    /// A chunk of what is unsent.
    pub push: Option<Push>,
    /// The number of the last save made here, sent or not.
    pub highest: DeviceSeq,
    /// Own saves that the server let wait: it tells again how they stand.
    #[serde(default)]
    pub waiting: Vec<DeviceSeq>,
    /// The server's last signed acknowledgement: proof, if the server has forgotten.
    #[serde(default)]
    pub acknowledged: Option<Acknowledgement>,
    /// Where this phone is in each feed that it holds.
    pub cursors: Vec<Cursor>,
    /// The number of the manifest that it holds whole; 0 for none.
    pub manifest: u64,
    /// SHA-256 of that manifest's body: a server that was set back may give its number to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_hash: Option<Bytes>,
    /// The latest change among the [`LastSync`]s that it holds; 0 for none.
    #[serde(default)]
    pub last_syncs_after: i64,
    /// How many bytes of pages it will take, unpacked; 0 for none in this answer.
    pub budget_bytes: u32,
    /// Feeds that are pulled again because the digests differed: their pages hold own parts too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<Feed>,
    /// Feeds that differ also after that, with what the phone has: the server lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<FeedEnd>,
}

/// Saves, contiguous from a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// The number of the first.
    pub from: DeviceSeq,
    /// The saves.
    pub saves: Vec<Save>,
    /// The device's signature over its id, the last number and the chain ([`super::push_message`]).
    pub signature: Vec<u8>,
}

/// A place in a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The feed.
    pub feed: Feed,
    /// The position of the last item held; 0 for none.
    pub position: Position,
}

/// What a feed carries at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEnd {
    /// The feed.
    pub feed: Feed,
    /// The place.
    pub position: Position,
    /// Everything that it carries there.
    pub digest: FeedDigest,
}

/// One turn of the conversation, server to phone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncReply {
    /// [`VERSION`].
    pub version: u16,
    /// The server's history. Another than the phone's: start at zero, and offer again what comes
    /// after `through`.
    pub epoch: Epoch,
    /// The server's time, in milliseconds since 1970.
    pub server_millis: i64,
    /// Everything of this device up to here was accepted, refused or let wait.
    pub through: DeviceSeq,
    /// The same, signed.
    pub acknowledgement: Acknowledgement,
    /// How each save of the chunk stands, and each that was asked after.
    pub verdicts: Vec<Verdict>,
    /// The feeds that this phone may hold now. One it holds that is not named is dropped, never
    /// what is unsent.
    pub feeds: Vec<Feed>,
    /// What is new in them.
    pub pages: Vec<Page>,
    /// Whether another turn would bring more.
    pub more: bool,
    /// The manifest, if it is another than the phone's.
    #[serde(default)]
    pub manifest: Option<SignedManifest>,
    /// The last exchange of each worker whose it changed since the phone asked, the phone's own too.
    #[serde(default)]
    pub last_syncs: Vec<LastSync>,
    /// How many items come after these pages; a server before this did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u64>,
    /// What each feed carries that this answer brings to its end; none while chunks are under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<FeedEnd>,
    /// Snapshots in the place of the first pages of feeds that the phone begins (version 2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<SnapshotOffer>,
}

/// The server has everything of a device through this number; signed, so that a server restored
/// from a backup can be told what it forgot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// In which history.
    pub epoch: Epoch,
    /// Through which number.
    pub through: DeviceSeq,
    /// Ed25519 over [`super::acknowledgement_message`].
    pub signature: Vec<u8>,
}

/// How a save stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The save's number.
    pub seq: DeviceSeq,
    /// How it stands.
    pub verdict: VerdictKind,
}

/// Accepted, waiting or refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// In the log, for ever.
    Accepted {
        /// When it was received, in milliseconds since 1970.
        received_at: i64,
        /// Its places, one in each feed that carries a part of it.
        receipts: Vec<Receipt>,
    },
    /// Kept: it goes in by itself when the save that makes its record does.
    Waiting,
    /// Kept on the phone, shown, to be corrected or withdrawn by a person.
    Refused(Refusal),
}

/// A place that the server gave a save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// In which feed.
    pub feed: Feed,
    /// Where.
    pub position: Position,
}

/// Why a save was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason's code.
    pub reason: RefusalReason,
    /// The field, if it is about one.
    #[serde(default)]
    pub field: Option<String>,
    /// In words, with what to do; no personal data.
    pub message: String,
}

/// Reasons of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// A value of the wrong type or shape, or too long.
    WrongType,
    /// A code that the form's list does not have.
    UnknownCode,
    /// The form's check found problems in a new record.
    FormProblems,
    /// A form that the server does not have.
    UnknownForm,
    /// Outside the author's areas and pairings.
    OutOfScope,
    /// Signed by another than the device's worker.
    AnotherAuthor,
    /// The number is known with another content.
    AlteredBody,
    /// One field twice, a record of two kinds, a part of no sense.
    Malformed,
    /// A reason of a newer server.
    #[serde(other)]
    Other,
}

impl RefusalReason {
    /// The code as the wire and the `phone` example print it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongType => "wrong_type",
            Self::UnknownCode => "unknown_code",
            Self::FormProblems => "form_problems",
            Self::UnknownForm => "unknown_form",
            Self::OutOfScope => "out_of_scope",
            Self::AnotherAuthor => "another_author",
            Self::AlteredBody => "altered_body",
            Self::Malformed => "malformed",
            Self::Other => "other",
        }
    }
}

/// A stretch of a feed, in commit order. It and its cursor are stored in one transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The feed.
    pub feed: Feed,
    /// The cursor that the page follows; anything else the phone has is not continued by it.
    pub after: Position,
    /// The items, positions rising.
    pub items: Vec<Item>,
    /// The cursor after the page. The device's own parts are left out, so it may be beyond the
    /// last item.
    pub position: Position,
    /// Whether the feed ends here for now.
    pub complete: bool,
}

/// One item of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// A part of a save.
    Part {
        /// Its place.
        position: Position,
        /// When the server received it.
        received_at: i64,
        /// The save's envelope.
        envelope: Box<Envelope>,
        /// The part.
        part: Box<Part>,
    },
    /// A record as it stood when it came into the feed: a move, a new right, a snapshot.
    Settled {
        /// Its place.
        position: Position,
        /// The record, in the feed's compartment only.
        record: Box<Record>,
    },
    /// Records that left the feed.
    Departed {
        /// Its place.
        position: Position,
        /// Which.
        records: Vec<RecordId>,
    },
}

impl Item {
    /// Its place in the feed.
    pub fn position(&self) -> Position {
        match self {
            Item::Part { position, .. }
            | Item::Settled { position, .. }
            | Item::Departed { position, .. } => *position,
        }
    }
}

/// When a worker's phones had last handed in everything that they declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSync {
    /// The worker.
    pub worker: WorkerId,
    /// The server's time of it, in milliseconds since 1970; none if the worker has no phone left.
    pub millis: Option<i64>,
    /// When this changed, by the server's clock: the phone asks for what came after the latest.
    pub changed_at: i64,
}

/// A whole request refused. The body of every answer that is not 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireRefusal {
    /// The token is unknown or has ended: enrol again; what is unsent stays.
    SignedOut,
    /// The phone was revoked; what is unsent can be handed in through a supervisor.
    Revoked,
    /// No such enrolment code.
    CodeUnknown,
    /// The code was used already.
    CodeUsed,
    /// The request cannot be read.
    Malformed {
        /// What is wrong, without personal data.
        message: String,
    },
    /// The push does not continue what the server has: this phone came back from a backup.
    ChainBroken {
        /// What the server has of this device.
        through: DeviceSeq,
    },
    /// The server failed or has no room; nothing was accepted, or it will be known again.
    Unavailable,
    /// A refusal of a newer server.
    #[serde(other)]
    Other,
}
