//! What phone and server say to each other, byte for byte the same code at both ends.
//!
//! A message is the magic `TANFANG1`, then one zstd frame with a checksum of MessagePack with named
//! fields; a turn and its answer are `TANFANG2`, of which the saves and items are in columns. A page of a captive portal, a cut answer and a bomb are each a typed [`CodecError`].

mod attachments;
mod bytes;
mod carried;
mod certificate;
mod chain;
mod codec;
mod columnar;
mod columns;
mod history;
mod messages;
mod same;
mod snapshot;

pub use attachments::AttachmentRefusal;
pub use bytes::Bytes;
pub use carried::{CarryReply, CarryRequest, CarryState, CertifyRequest};
pub use certificate::{Certificate, NotACertificate};
pub use chain::{
    ChainHead, PackedSave, acknowledgement_message, link, link_save, part_salt, push_message,
    salted_hash,
};
pub use codec::{
    CONTENT_TYPE, CodecError, ENROL_LIMIT_BYTES, REPLY_LIMIT_BYTES, REQUEST_LIMIT_BYTES, decode,
    encode,
};
pub use columnar::{Columnar, is_version_2, pack, unpack};
#[cfg(feature = "phone")]
pub(crate) use columnar::{pack_saves, unpack_saves};
pub use history::{HistoryReply, HistoryRequest};
pub use messages::{
    Acknowledgement, Cursor, EnrolReply, EnrolRequest, FeedEnd, Former, Item, LastSync, Page, Push,
    Receipt, Refusal, RefusalReason, SyncReply, SyncRequest, VERSION, Verdict, VerdictKind,
    WireRefusal,
};
pub use same::{SAME_PATH, SameAnswer, SameQuestion, manifest_hash, state_digest};
pub use snapshot::{PartName, SnapshotOffer, SnapshotPart};
