//! The rows that cross the store's border.

use tanfang_core::merge::FeedDigest;
use tanfang_core::model::{
    AreaCode, DeviceId, DeviceSeq, DocumentKind, Position, RecordId, WorkerId,
};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub i64);
    };
}

number!(
    /// A device within this store.
    DeviceNo
);
number!(
    /// A save within this store, in the order of arrival.
    SaveNo
);
number!(
    /// A part within this store.
    PartNo
);
number!(
    /// A feed within this store.
    FeedNo
);
number!(
    /// A key of parts within this store.
    KeyNo
);

number!(
    /// A snapshot within this store.
    SnapshotNo
);

/// A part of a snapshot, with what decides who may have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotBody {
    /// The feed.
    pub feed: FeedNo,
    /// Its name.
    pub name: String,
    /// The snapshot's position.
    pub position: Position,
    /// As it travels.
    pub body: Vec<u8>,
}

/// Whose device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// A worker's.
    Phone,
    /// The server's own, in one epoch.
    Server,
}

/// A device to be added.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub kind: DeviceKind,
    /// Its worker; of the server's, the device's own UUID.
    pub worker: WorkerId,
    /// The algorithm of its signing key.
    pub algorithm: String,
    /// Its public signing key.
    pub public_key: Vec<u8>,
    /// What salts the hashes of its chain.
    pub salt_key: [u8; 32],
    /// The hash of its session token.
    pub token_hash: Option<[u8; 32]>,
    /// When it was enrolled, in milliseconds since 1970.
    pub enrolled_at: i64,
    /// The app's version.
    pub app: String,
}

/// A device as it stands.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Its number here.
    pub no: DeviceNo,
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub kind: DeviceKind,
    /// Its worker.
    pub worker: WorkerId,
    /// The algorithm of its signing key.
    pub algorithm: String,
    /// Its public signing key.
    pub public_key: Vec<u8>,
    /// What salts the hashes of its chain.
    pub salt_key: [u8; 32],
    /// Through which number its saves have been heard.
    pub through: DeviceSeq,
    /// The chain there.
    pub chain: [u8; 32],
    /// Whether it was revoked.
    pub revoked: bool,
}

/// An enrolment code.
#[derive(Debug, Clone)]
pub struct CodeRow {
    /// Its hash under the server's key.
    pub hash: [u8; 32],
    /// Whose phone it enrols.
    pub worker: WorkerId,
    /// When it was made, in milliseconds since 1970.
    pub made_at: i64,
    /// When it ends.
    pub ends_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
}

/// When a worker's phones had last handed in everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSyncRow {
    /// The worker.
    pub worker: WorkerId,
    /// The server's time of it, in milliseconds since 1970.
    pub millis: Option<i64>,
    /// When this changed; rises with every change.
    pub changed_at: i64,
}

/// How a save stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveState {
    /// In the log and settled.
    Accepted,
    /// In the log, not yet settled.
    Waiting,
    /// Only its envelope is kept.
    Refused,
}

/// How many saves wait, by what they wait for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// For the beginning of a record.
    pub beginnings: u64,
    /// For a form or a right that the county has not, or not again.
    pub office: u64,
    /// For what another phone has not said, or not said again.
    pub phones: u64,
}

/// Which of the saves that wait for the county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// All of them.
    Anything,
    /// Those that wait for a form or a right.
    TheOffice,
    /// Those that wait for what this device has not said.
    Device(DeviceId),
}

/// What the store knows of a save that arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its number here.
    pub no: SaveNo,
    /// How it stands.
    pub state: SaveState,
    /// When it was received, in milliseconds since 1970.
    pub received_at: i64,
    /// The device's chain after it.
    pub chain: [u8; 32],
    /// Why it was refused, packed.
    pub refusal: Option<Vec<u8>>,
}

/// A save as it is kept, without its parts.
#[derive(Debug, Clone)]
pub struct StoredSave {
    /// Its number on its device.
    pub seq: DeviceSeq,
    /// How it stands.
    pub state: SaveState,
    /// When it was received, in milliseconds since 1970.
    pub received_at: i64,
    /// The device's chain after it.
    pub chain: [u8; 32],
    /// Its envelope, packed.
    pub envelope: Vec<u8>,
    /// Why it was refused, packed.
    pub refusal: Option<Vec<u8>>,
}

/// A part as it is kept.
#[derive(Debug, Clone)]
pub struct SealedPart {
    /// Which key opens it.
    pub key: KeyNo,
    /// Suite, nonce, ciphertext.
    pub sealed: Vec<u8>,
}

/// A feed.
#[derive(Debug, Clone)]
pub struct FeedRow {
    /// Its number here.
    pub no: FeedNo,
    /// Its name.
    pub name: String,
    /// Its last position.
    pub last: Position,
    /// What it carries there; none where an older program kept no sum.
    pub digest: Option<FeedDigest>,
}

/// A feed of which a phone says that it holds something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApartRow {
    /// The phone.
    pub device: DeviceNo,
    /// The feed's name.
    pub feed: String,
    /// Where the phone was in it.
    pub position: Position,
    /// What the phone holds of it.
    pub phone: FeedDigest,
    /// When it said so, in milliseconds since 1970.
    pub told_at: i64,
}

/// What is put into a feed.
#[derive(Debug, Clone)]
pub enum ItemTold<'a> {
    /// A part.
    Part {
        /// Its number.
        part: PartNo,
        /// The save's.
        save: SaveNo,
        /// The device that made it.
        device: DeviceNo,
    },
    /// A record as it stands.
    Settled(RecordId),
    /// Records that left.
    Departed(&'a [RecordId]),
}

/// An item as it is read.
#[derive(Debug)]
pub enum ItemRow {
    /// A part of a save.
    Part {
        /// Its place.
        position: Position,
        /// The save's number.
        save: SaveNo,
        /// When the server received it, in milliseconds since 1970.
        received_at: i64,
        /// The envelope, packed.
        envelope: Vec<u8>,
        /// The part's place in its save.
        place: u32,
        /// The part.
        part: SealedPart,
        /// Its key, wrapped; none once erased.
        key: Option<Vec<u8>>,
    },
    /// A record as it stands.
    Settled {
        /// Its place.
        position: Position,
        /// The record.
        record: RecordId,
    },
    /// Records that left.
    Departed {
        /// Its place.
        position: Position,
        /// Which.
        records: Vec<RecordId>,
    },
}

/// How a record is routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its kind.
    pub kind: String,
    /// Whether its beginning was accepted.
    pub begun: bool,
    /// What carries it.
    pub carriers: String,
    /// Of a household, every area it has or had.
    pub areas_ever: String,
    /// Who began it.
    pub author: Option<WorkerId>,
    /// The household it belongs to; of a household itself.
    pub household: Option<RecordId>,
}

/// A settled record with everything made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow {
    /// The record.
    pub id: RecordId,
    /// How it is routed.
    pub route: std::sync::Arc<Route>,
    /// What a list shows.
    pub title: String,
    /// Of a person `elder` or `child`.
    pub group: Option<String>,
    /// Of a household, the area that routes it.
    pub area: Option<String>,
    /// How many fields a person has to decide.
    pub conflicts: u32,
    /// Whether it is void.
    pub void: bool,
    /// Its row for compliance, packed.
    pub fact: Option<Vec<u8>>,
    /// The record, packed.
    pub settled: Vec<u8>,
}

/// A role that a worker holds for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentRow {
    /// The worker.
    pub worker: WorkerId,
    /// The role.
    pub role: String,
    /// Over which area.
    pub area: AreaCode,
    /// The first day, as ISO text.
    pub from: Option<String>,
    /// The last day, as ISO text.
    pub to: Option<String>,
}

/// A helper and the person helped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingRow {
    /// The pairing's record.
    pub record: RecordId,
    /// The worker.
    pub worker: WorkerId,
    /// The person.
    pub person: RecordId,
    /// The first day, as ISO text.
    pub from: Option<String>,
    /// The last day, as ISO text.
    pub to: Option<String>,
}

/// A published document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// SHA-256 of the body, in hex.
    pub hash: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The document.
    pub body: String,
    /// What a form was compiled from.
    pub source: Option<String>,
}

/// A manifest as signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRow {
    /// Its number.
    pub number: u64,
    /// The manifest as JSON.
    pub body: String,
    /// Its signature, in hex.
    pub signature: String,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1.
    pub no: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Which verb.
    pub verb: String,
    /// What of, without personal data.
    pub detail: String,
    /// Over this entry and the one before.
    pub hash: [u8; 32],
}
