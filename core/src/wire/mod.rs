//! What phone and server say to each other, byte for byte the same code at both ends.
//!
//! A message is the magic `TANFANG1`, then one zstd frame with a checksum of MessagePack with named
//! fields. A page of a captive portal, a cut answer and a bomb are each a typed [`CodecError`].

mod attachments;
mod chain;
mod codec;
mod messages;

pub use attachments::AttachmentRefusal;
pub use chain::{ChainHead, acknowledgement_message, link, link_save, push_message};
pub use codec::{
    CONTENT_TYPE, CodecError, ENROL_LIMIT_BYTES, REPLY_LIMIT_BYTES, REQUEST_LIMIT_BYTES, decode,
    encode,
};
pub use messages::{
    Acknowledgement, Cursor, EnrolReply, EnrolRequest, Former, Item, LastSync, Page, Push, Receipt,
    Refusal, RefusalReason, SyncReply, SyncRequest, VERSION, Verdict, VerdictKind, WireRefusal,
};
