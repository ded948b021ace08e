//! Where the county's history is kept: a trait, and behind it SQLite or PostgreSQL.
//!
//! A transaction is a closure: nothing outlives it, nothing crosses the network inside it.

mod attachments;
mod bundles;
#[cfg(test)]
mod conformance;
mod error;
mod frozen;
pub mod postgres;
mod rows;
pub mod sqlite;
mod words;

pub use attachments::{AttachmentNo, Attachments, NameRow, UploadRow};
pub use bundles::{BundleRow, BundleState, Bundles};
pub use error::StoreError;
pub use frozen::{FrozenFigures, FrozenRow};
pub use rows::{
    ApartRow, AssignmentRow, AuditRow, CodeRow, DeviceKind, DeviceNo, DeviceRow, DocumentRow,
    FeedNo, FeedRow, ItemRow, ItemTold, KeyNo, LastSyncRow, ManifestRow, NewDevice, PairingRow,
    PartNo, Received, RecordRow, Route, SaveNo, SaveState, SealedPart, SnapshotBody, SnapshotNo,
    StoredSave, Waits, WaitsFor,
};

use tanfang_core::model::{DeviceId, DeviceSeq, Position, RecordId, WorkerId};
use tanfang_core::wire::{PartName, Receipt};

/// What every method of a store answers.
pub type Stored<T> = Result<T, StoreError>;

/// Whether a transaction writes: one that does waits for the other writers first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Sees one moment; alters nothing.
    Read,
    /// Alone among writers, in every process that has the store open.
    Write,
}

/// What runs within a transaction.
pub type Act<'a> = dyn FnMut(&mut dyn Tx) -> Stored<()> + 'a;

/// A store. Several processes may have one open: `serve` and an administrator's verb.
pub trait ServerStore: Send {
    /// Runs `act` in one transaction; when it fails, nothing of it happened, unless it says
    /// [`StoreError::Unsettled`].
    fn transact(&mut self, access: Access, act: &mut Act<'_>) -> Stored<()>;

    /// Makes whole what a copy of the store's files would take.
    fn checkpoint(&self) -> Stored<()>;
}

impl dyn ServerStore + '_ {
    /// Runs a writing transaction: committed and on disk when this returns, or nothing happened.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        act: impl FnOnce(&mut dyn Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(Access::Write, act)
    }

    /// Runs a reading transaction, which sees one moment.
    pub fn read<T, E: From<StoreError>>(
        &mut self,
        act: impl FnOnce(&mut dyn Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(Access::Read, act)
    }

    fn run<T, E: From<StoreError>>(
        &mut self,
        access: Access,
        act: impl FnOnce(&mut dyn Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut act = Some(act);
        let mut out = None;
        let ran = self.transact(access, &mut |tx| {
            let Some(act) = act.take() else {
                return Err(StoreError::RolledBack);
            };
            let told = act(tx);
            let failed = told.is_err();
            out = Some(told);
            if failed {
                Err(StoreError::RolledBack)
            } else {
                Ok(())
            }
        });
        match (ran, out) {
            (Ok(()), Some(told)) => told,
            (Err(StoreError::RolledBack), Some(Err(error))) => Err(error),
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(StoreError::RolledBack.into()),
        }
    }
}

/// Everything that can be asked of and told to a store within a transaction.
pub trait Tx:
    Meta
    + Devices
    + Log
    + Feeds
    + Records
    + Published
    + Snapshots
    + Bundles
    + Attachments
    + FrozenFigures
{
}
impl<
    T: Meta
        + Devices
        + Log
        + Feeds
        + Records
        + Published
        + Snapshots
        + Bundles
        + Attachments
        + FrozenFigures,
> Tx for T
{
}

/// Single values, and the log of what administrators did.
pub trait Meta {
    /// A value by name.
    fn meta(&mut self, name: &str) -> Stored<Option<Vec<u8>>>;
    /// Sets a value.
    fn set_meta(&mut self, name: &str, value: &[u8]) -> Stored<()>;
    /// The last entry of the audit log.
    fn last_audit(&mut self) -> Stored<Option<AuditRow>>;
    /// Every entry, from the first.
    fn audit(&mut self) -> Stored<Vec<AuditRow>>;
    /// Appends an entry.
    fn add_audit(&mut self, row: &AuditRow) -> Stored<()>;
}

/// Devices, enrolment codes, and when workers were last heard whole.
pub trait Devices {
    /// Adds a device.
    fn add_device(&mut self, device: &NewDevice) -> Stored<DeviceNo>;
    /// A device by its number.
    fn device(&mut self, no: DeviceNo) -> Stored<Option<DeviceRow>>;
    /// A device by its id.
    fn device_by_id(&mut self, id: DeviceId) -> Stored<Option<DeviceRow>>;
    /// A device by the hash of its token.
    fn device_by_token(&mut self, hash: &[u8; 32]) -> Stored<Option<DeviceRow>>;
    /// Every device of the server's own, of all epochs.
    fn server_devices(&mut self) -> Stored<Vec<DeviceId>>;
    /// Notes how far a device's saves have been heard.
    fn advance(&mut self, no: DeviceNo, through: DeviceSeq, chain: &[u8; 32]) -> Stored<()>;
    /// Notes an exchange in which everything that the device declared had been heard.
    fn heard_whole(&mut self, no: DeviceNo, at: i64) -> Stored<()>;
    /// Gives a device another token, in the place of the one before.
    fn set_token(&mut self, no: DeviceNo, hash: &[u8; 32]) -> Stored<()>;
    /// A phone that enrolled again goes on in the place of what it was before: every other device of
    /// its worker with the same public key ends, and what they had not handed in counts as this one's.
    fn succeed(&mut self, no: DeviceNo, at: i64) -> Stored<()>;
    /// Revokes every phone of a worker; how many there were.
    fn revoke(&mut self, worker: WorkerId, at: i64) -> Stored<u64>;
    /// The earliest `whole_at` among a worker's phones that are not revoked.
    fn earliest_whole(&mut self, worker: WorkerId) -> Stored<Option<i64>>;
    /// Adds an enrolment code.
    fn add_code(&mut self, code: &CodeRow) -> Stored<()>;
    /// An enrolment code by its hash.
    fn code(&mut self, hash: &[u8; 32]) -> Stored<Option<CodeRow>>;
    /// Notes that a code was used.
    fn use_code(&mut self, hash: &[u8; 32], at: i64) -> Stored<()>;
    /// Ends every unused code of a worker.
    fn end_codes(&mut self, worker: WorkerId, at: i64) -> Stored<()>;
    /// A worker's last exchange.
    fn last_sync(&mut self, worker: WorkerId) -> Stored<Option<LastSyncRow>>;
    /// The last exchanges that changed after `changed_at`, 0 for all.
    fn last_syncs(&mut self, changed_after: i64) -> Stored<Vec<LastSyncRow>>;
    /// Notes a worker's last exchange.
    fn set_last_sync(&mut self, row: &LastSyncRow) -> Stored<()>;
}

/// The log of saves.
pub trait Log {
    /// How the save of this number stands, if it arrived.
    fn received(&mut self, device: DeviceNo, seq: DeviceSeq) -> Stored<Option<Received>>;
    /// Appends a save.
    fn append_save(&mut self, device: DeviceNo, save: &StoredSave) -> Stored<SaveNo>;
    /// Appends a part of a save.
    fn append_part(&mut self, save: SaveNo, place: u32, part: &SealedPart) -> Stored<PartNo>;
    /// A save that waited goes in or is refused.
    fn decide(&mut self, save: SaveNo, state: SaveState, refusal: Option<&[u8]>) -> Stored<()>;
    /// A save by its number.
    fn save(&mut self, save: SaveNo) -> Stored<Option<(DeviceNo, StoredSave)>>;
    /// The parts of a save, in their places.
    fn parts_of(&mut self, save: SaveNo) -> Stored<Vec<(PartNo, SealedPart)>>;
    /// The accepted saves after this one, in the order of arrival.
    fn accepted_after(&mut self, save: SaveNo, limit: u32) -> Stored<Vec<SaveNo>>;
    /// The number of the last save that arrived.
    fn last_save(&mut self) -> Stored<SaveNo>;
    /// The key of an owner, wrapped; none where it was erased.
    fn part_key(&mut self, owner: RecordId) -> Stored<Option<(KeyNo, Option<Vec<u8>>)>>;
    /// A key by its number, wrapped.
    fn part_key_by_no(&mut self, no: KeyNo) -> Stored<Option<Vec<u8>>>;
    /// Keeps a new key.
    fn add_part_key(&mut self, owner: RecordId, wrapped: &[u8]) -> Stored<KeyNo>;
    /// A save waits for the beginning of a record.
    fn wait_for(&mut self, record: RecordId, save: SaveNo) -> Stored<()>;
    /// Whether any save waits.
    fn anything_waits(&mut self) -> Stored<bool>;

    /// The saves that wait for a record, in the order of arrival.
    fn waiting_for(&mut self, record: RecordId) -> Stored<Vec<SaveNo>>;
    /// A save waits for what the county has to hear of a device, or (none) to do.
    fn wait_for_county(&mut self, save: SaveNo, of: Option<DeviceId>) -> Stored<()>;
    /// Those of the saves that wait so, in the order of arrival.
    fn waiting_for_county(&mut self, which: WaitsFor) -> Stored<Vec<SaveNo>>;
    /// How many saves wait, by what they wait for.
    fn how_many_wait(&mut self) -> Stored<Waits>;
    /// A save waits no longer for anything.
    fn stop_waiting(&mut self, save: SaveNo) -> Stored<()>;
}

/// What each feed holds, in commit order.
pub trait Feeds {
    /// Every feed.
    fn feeds(&mut self) -> Stored<Vec<FeedRow>>;
    /// A feed by name.
    fn feed(&mut self, name: &str) -> Stored<Option<FeedRow>>;
    /// A new feed.
    fn add_feed(&mut self, name: &str) -> Stored<FeedNo>;
    /// Notes the last position of a feed and what it carries there.
    fn set_end(&mut self, feed: &FeedRow) -> Stored<()>;
    /// The feeds of which a device says that it holds something else.
    fn feeds_apart_of(&mut self, device: DeviceNo) -> Stored<Vec<ApartRow>>;
    /// The same of every device.
    fn feeds_apart(&mut self) -> Stored<Vec<ApartRow>>;
    /// Notes that a device says so of a feed.
    fn set_apart(&mut self, row: &ApartRow) -> Stored<()>;
    /// A device says so no longer.
    fn forget_apart(&mut self, device: DeviceNo, feed: &str) -> Stored<()>;
    /// Puts an item into a feed.
    fn add_item(&mut self, feed: FeedNo, position: Position, item: &ItemTold<'_>) -> Stored<()>;
    /// Walks the items of a feed after a position, until `each` says to stop; parts of the saves of
    /// the device in `but` after the one named there are passed over.
    fn items(
        &mut self,
        feed: FeedNo,
        after: Position,
        but: Option<(DeviceNo, SaveNo)>,
        each: &mut dyn FnMut(ItemRow) -> Stored<bool>,
    ) -> Stored<()>;
    /// What left a feed after a position, in commit order.
    fn departures(
        &mut self,
        feed: FeedNo,
        after: Position,
    ) -> Stored<Vec<(Position, Vec<RecordId>)>>;
    /// The places of a save's parts.
    fn receipts(&mut self, save: SaveNo) -> Stored<Vec<Receipt>>;
    /// The feeds that a device was last told of, with the save through which it needs its own.
    fn held_feeds(&mut self, device: DeviceNo) -> Stored<Vec<(FeedNo, SaveNo)>>;
    /// A device holds a feed from now on.
    fn hold_feed(&mut self, device: DeviceNo, feed: FeedNo, own_through: SaveNo) -> Stored<()>;
    /// A device holds a feed no longer.
    fn drop_feed(&mut self, device: DeviceNo, feed: FeedNo) -> Stored<()>;
    /// No device holds any feed: each begins anew.
    fn drop_every_feed(&mut self) -> Stored<()>;
}

/// Settled records and what was made of them.
pub trait Records {
    /// How a record is routed.
    fn route(&mut self, id: RecordId) -> Stored<Option<Route>>;
    /// A settled record, packed.
    fn settled(&mut self, id: RecordId) -> Stored<Option<Vec<u8>>>;
    /// Puts a record, new or in the place of what was settled before.
    fn put_record(&mut self, row: &RecordRow) -> Stored<()>;
    /// Alters only what carries a record.
    fn set_carriers(&mut self, id: RecordId, carriers: &str) -> Stored<()>;
    /// Every record, in the order of arrival, without its packed form.
    fn records(&mut self, each: &mut dyn FnMut(RecordId, Route) -> Stored<()>) -> Stored<()>;
    /// Every fact row, packed.
    fn facts(&mut self, each: &mut dyn FnMut(&[u8]) -> Stored<()>) -> Stored<()>;
    /// Adds a link.
    fn link(&mut self, target: RecordId, record: RecordId, kind: &str) -> Stored<()>;
    /// Takes a link away.
    fn unlink(&mut self, target: RecordId, record: RecordId) -> Stored<()>;
    /// What points to a record, with its kind.
    fn pointing_to(&mut self, target: RecordId) -> Stored<Vec<(RecordId, String)>>;
    /// Puts an assignment; none takes it away.
    fn put_assignment(&mut self, record: RecordId, row: Option<&AssignmentRow>) -> Stored<()>;
    /// The assignments of a worker, past and to come too.
    fn assignments(&mut self, worker: WorkerId) -> Stored<Vec<AssignmentRow>>;
    /// The records of a worker's assignments.
    fn assignment_records(&mut self, worker: WorkerId) -> Stored<Vec<RecordId>>;
    /// Puts a pairing; none takes it away.
    fn put_pairing(&mut self, record: RecordId, row: Option<&PairingRow>) -> Stored<()>;
    /// The pairings of a worker.
    fn pairings_of(&mut self, worker: WorkerId) -> Stored<Vec<PairingRow>>;
    /// The pairings with a person.
    fn pairings_with(&mut self, person: RecordId) -> Stored<Vec<PairingRow>>;
    /// The records that an import finds by a key.
    fn look_up(&mut self, key: &[u8; 32]) -> Stored<Vec<RecordId>>;
    /// Puts the keys by which a record is found, in the place of those before.
    fn put_lookups(&mut self, record: RecordId, keys: &[[u8; 32]]) -> Stored<()>;
    /// Remembers a key by which an import told of a record.
    fn add_import_key(&mut self, record: RecordId, key: &[u8; 32]) -> Stored<()>;
    /// The day of the newest dated ledger that spoke of a record, as ISO text.
    fn import_date(&mut self, record: RecordId) -> Stored<Option<String>>;
    /// Remembers that a ledger of this day spoke of a record.
    fn set_import_date(&mut self, record: RecordId, dated: &str) -> Stored<()>;
    /// Forgets everything that can be made again from the log.
    fn forget_settled(&mut self) -> Stored<()>;
}

/// Feeds as they stood, in parts.
pub trait Snapshots {
    /// The latest snapshot of a feed, with its position.
    fn snapshot(&mut self, feed: FeedNo) -> Stored<Option<(SnapshotNo, Position)>>;
    /// Its parts, in their places.
    fn snapshot_parts(&mut self, no: SnapshotNo) -> Stored<Vec<PartName>>;
    /// A part by its hash.
    fn snapshot_part(&mut self, hash: &str) -> Stored<Option<SnapshotBody>>;
    /// A new snapshot of a feed. The one before is superseded `at` this moment; those that were
    /// before `keep_after` go. Both in milliseconds since 1970.
    fn add_snapshot(
        &mut self,
        feed: FeedNo,
        position: Position,
        parts: &[(PartName, Vec<u8>)],
        at: i64,
        keep_after: i64,
    ) -> Stored<()>;
}

/// Published documents and their manifest.
pub trait Published {
    /// The manifest in force.
    fn manifest(&mut self) -> Stored<Option<ManifestRow>>;
    /// A new manifest.
    fn add_manifest(&mut self, row: &ManifestRow) -> Stored<()>;
    /// A document by its hash.
    fn document(&mut self, hash: &str) -> Stored<Option<DocumentRow>>;
    /// Adds a document; one of the same hash is the same.
    fn add_document(&mut self, row: &DocumentRow) -> Stored<()>;
}
