//! What a store keeps of attachments.

use tanfang_core::attachment::{AttachmentHash, AttachmentRef};
use tanfang_core::model::{Compartment, RecordId};

use super::{DeviceNo, KeyNo, PartNo, Stored};

/// What a device sent of an attachment, within this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttachmentNo(pub i64);

/// What a device has sent of an attachment.
#[derive(Debug, Clone)]
pub struct UploadRow {
    /// Its number here.
    pub no: AttachmentNo,
    /// What was announced.
    pub reference: AttachmentRef,
    /// How many bytes arrived.
    pub received: u64,
    /// Its key under the server's; none once a person's key seals it.
    pub wrapped: Option<Vec<u8>>,
}

impl UploadRow {
    /// Whether all of it arrived.
    pub fn is_whole(&self) -> bool {
        self.received == self.reference.length
    }
}

/// A part of an accepted save that names an attachment.
#[derive(Debug, Clone)]
pub struct NameRow {
    /// How it names it.
    pub reference: AttachmentRef,
    /// The part.
    pub part: PartNo,
    /// Whose save it is.
    pub device: DeviceNo,
    /// The part's record.
    pub record: RecordId,
    /// The part's compartment.
    pub compartment: Compartment,
    /// The key of the part's person, else of its record.
    pub key: KeyNo,
    /// The bytes, and their key sealed with that one; none until they are here.
    pub content: Option<(AttachmentNo, Vec<u8>)>,
}

/// Attachments: bytes that arrive in pieces, and the parts that name them.
pub trait Attachments {
    /// What a device sent of an attachment.
    fn upload(&mut self, hash: AttachmentHash, device: DeviceNo) -> Stored<Option<UploadRow>>;
    /// Begins an upload.
    fn add_upload(
        &mut self,
        reference: &AttachmentRef,
        device: DeviceNo,
        wrapped: &[u8],
        at: i64,
    ) -> Stored<()>;
    /// Appends a sealed piece.
    fn add_stretch(&mut self, no: AttachmentNo, start: u64, sealed: &[u8]) -> Stored<()>;
    /// Notes how many bytes arrived, and when.
    fn set_received(&mut self, no: AttachmentNo, received: u64, at: i64) -> Stored<()>;
    /// In how many pieces it is.
    fn piece_count(&mut self, no: AttachmentNo) -> Stored<u64>;
    /// The pieces that hold bytes from one on and before another, in order.
    fn stretches(&mut self, no: AttachmentNo, from: u64, end: u64) -> Stored<Vec<(u64, Vec<u8>)>>;
    /// Throws away what arrived of it.
    fn drop_upload(&mut self, no: AttachmentNo) -> Stored<()>;
    /// The server itself can open it no longer, only who has a person's key.
    fn forget_upload_key(&mut self, no: AttachmentNo) -> Stored<()>;
    /// How many attachments, of how many announced bytes, a device sent that no save names yet.
    fn unnamed(&mut self, device: DeviceNo) -> Stored<(u64, u64)>;
    /// Attachments that no save names and that were last touched before a moment.
    fn stale(&mut self, before: i64, most: u32) -> Stored<Vec<AttachmentNo>>;
    /// A part names an attachment.
    fn add_name(&mut self, name: &NameRow) -> Stored<()>;
    /// The parts that name an attachment, in commit order.
    fn names(&mut self, hash: AttachmentHash) -> Stored<Vec<NameRow>>;
    /// The bytes that a part names are here.
    fn set_content(
        &mut self,
        hash: AttachmentHash,
        part: PartNo,
        no: AttachmentNo,
        sealed: &[u8],
    ) -> Stored<()>;
}
