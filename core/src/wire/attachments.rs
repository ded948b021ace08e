//! What the server says of an attachment that it does not take or give.

use serde::{Deserialize, Serialize};

/// Why an attachment is not taken or given. The body of every such answer; nothing of the request
/// was kept. 401, 403 and 503 carry a [`super::WireRefusal`] as everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentRefusal {
    /// What stands in the path or in `Upload-Metadata` is no hash.
    #[error("not an attachment's hash: 64 digits 0-9 a-f")]
    NotAHash,
    /// Nothing of this hash is here for this phone: it may not read it, or never began it.
    #[error("there is no such attachment here for this phone")]
    Unknown,
    /// A save names it and this phone may read it, but its author's phone has not sent it yet.
    #[error("照片还没有传到服务器 / the attachment is not at the server yet")]
    NotYet,
    /// It is empty or longer than any that is taken.
    #[error("an attachment has 1 to {limit} bytes")]
    LengthNotTaken {
        /// The most bytes.
        limit: u64,
    },
    /// It is of a type that is not taken.
    #[error("only JPEG, PNG, WebP and PDF are taken")]
    TypeNotTaken,
    /// The saves that name this hash say another length or type.
    #[error("the record says another length or type of this attachment: attach it anew")]
    AnotherReference,
    /// The piece does not begin where the server is.
    #[error("the server is at byte {offset}: go on from there")]
    OffsetIs {
        /// Where the next piece begins.
        offset: u64,
    },
    /// The piece goes beyond the attachment's end.
    #[error("the piece goes beyond the attachment's end at byte {length}")]
    TooLong {
        /// The attachment's length.
        length: u64,
    },
    /// The piece is longer than one may be.
    #[error("a piece has at most {limit} bytes")]
    PieceTooLong {
        /// The most bytes.
        limit: u64,
    },
    /// The attachment came in more pieces than are kept of one.
    #[error("the attachment came in too many small pieces: begin it again with larger ones")]
    TooManyPieces,
    /// The piece's checksum is of an algorithm that is not spoken here.
    #[error("checksums are sha256 here")]
    ChecksumUnknown,
    /// The piece does not have its checksum.
    #[error("the piece was altered on its way: send it again")]
    ChecksumDiffers,
    /// Everything arrived, and it is not what its hash or type says; all of it was thrown away.
    #[error("what arrived is not the attachment that was announced: attach it anew")]
    ContentDiffers,
    /// This phone has sent as much as is kept before a save names it.
    #[error("send the records that name the attachments before, then go on with these")]
    TooManyUnnamed,
    /// The server's disk is full; what arrived before is kept.
    #[error("the server has no room for attachments now: nothing was lost, sync again later")]
    DiskFull,
    /// The request is not one of tus 1.0.0.
    #[error("Tus-Resumable is 1.0.0 here")]
    ProtocolNotSpoken,
    /// The range begins behind the attachment's end, or is none.
    #[error("no such range: the attachment has {length} bytes")]
    NoSuchRange {
        /// The attachment's length.
        length: u64,
    },
    /// The request cannot be understood.
    #[error("{message}")]
    Malformed {
        /// What is wrong, without personal data.
        message: String,
    },
    /// A refusal of a newer server.
    #[error("the server refused the attachment for a reason of a newer version: update the app")]
    #[serde(other)]
    Other,
}

impl AttachmentRefusal {
    /// The HTTP status; 460 is tus's for a checksum.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unknown | Self::NotYet => 404,
            Self::OffsetIs { .. } | Self::AnotherReference => 409,
            Self::ProtocolNotSpoken => 412,
            Self::LengthNotTaken { .. } | Self::TooLong { .. } | Self::PieceTooLong { .. } => 413,
            Self::TypeNotTaken => 415,
            Self::NoSuchRange { .. } => 416,
            Self::ContentDiffers => 422,
            Self::TooManyUnnamed | Self::TooManyPieces => 429,
            Self::ChecksumDiffers => 460,
            Self::DiskFull => 507,
            Self::NotAHash | Self::ChecksumUnknown | Self::Malformed { .. } | Self::Other => 400,
        }
    }
}
