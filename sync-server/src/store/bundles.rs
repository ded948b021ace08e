//! Sealed files at the server: the rows, and what can be asked of them.

use tanfang_core::model::{DeviceId, DeviceSeq, WorkerId};
use tanfang_core::sealed::BundleId;

use super::Stored;

/// How a sealed file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleState {
    /// Pieces are still to come.
    Arriving,
    /// Whole; an earlier one of its phone is still to come.
    Early,
    /// Whole; a person decides.
    Quarantined,
    /// Its saves are in the log.
    Taken,
    /// Not taken.
    Refused,
}

/// A sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRow {
    /// Its id.
    pub id: BundleId,
    /// The device that sealed it, as it says.
    pub device: DeviceId,
    /// The worker who brought it; none for a clerk at the server.
    pub carrier: Option<WorkerId>,
    /// How many pieces it has.
    pub pieces: u16,
    /// How it stands.
    pub state: BundleState,
    /// Of a quarantine or a refusal, why.
    pub reason: Option<String>,
    /// The numbers of its first and last save, once it is whole.
    pub seqs: Option<(DeviceSeq, DeviceSeq)>,
    /// When its first piece came, in milliseconds since 1970.
    pub arrived_at: i64,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// The supervisor by whose word, if by one's.
    pub decided_by: Option<WorkerId>,
}

/// Sealed files.
pub trait Bundles {
    /// A device's public agreement key.
    fn agreement_key(&mut self, device: DeviceId) -> Stored<Option<Vec<u8>>>;
    /// Notes it.
    fn set_agreement_key(&mut self, device: DeviceId, key: &[u8]) -> Stored<()>;
    /// Whether a phone ended because it enrolled again, under another id.
    fn enrolled_again(&mut self, device: DeviceId) -> Stored<bool>;
    /// A sealed file.
    fn bundle(&mut self, id: BundleId) -> Stored<Option<BundleRow>>;
    /// Every sealed file, the oldest first.
    fn bundles(&mut self) -> Stored<Vec<BundleRow>>;
    /// Those of a device, the oldest first.
    fn bundles_of(&mut self, device: DeviceId) -> Stored<Vec<BundleRow>>;
    /// Those of a device that came early, the one with the lowest numbers first.
    fn early_bundles(&mut self, device: DeviceId) -> Stored<Vec<BundleId>>;
    /// Puts a sealed file, new or in the place of how it stood.
    fn put_bundle(&mut self, row: &BundleRow) -> Stored<()>;
    /// How many bytes of pieces are kept of what a worker brought (none: a clerk).
    fn kept_bytes(&mut self, carrier: Option<WorkerId>) -> Stored<u64>;
    /// Keeps a piece; the same again alters nothing.
    fn add_piece(&mut self, id: BundleId, number: u16, body: &[u8]) -> Stored<()>;
    /// The numbers of the pieces that are kept.
    fn piece_numbers(&mut self, id: BundleId) -> Stored<Vec<u16>>;
    /// The pieces that are kept, by number.
    fn pieces(&mut self, id: BundleId) -> Stored<Vec<Vec<u8>>>;
    /// Lets the pieces go: their saves are in the log.
    fn drop_pieces(&mut self, id: BundleId) -> Stored<()>;
}
