//! Attachments: a photo, a signature, a scan. What a field holds is a reference (hash, length,
//! type); the bytes travel apart and later.
//!
//! [`prepare`] makes of what a camera wrote what may be stored: of a picture only what draws it and
//! how it is turned. Who took it where, with which phone, and what is hidden behind its end stays
//! behind, before anything is written down.

mod exif;
mod jpeg;
mod png;
mod webp;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::model::Value;

/// The most bytes that an attachment may have, stripped.
pub const MAX_BYTES: u64 = 8 << 20;
/// How many bytes travel, and are stored, at once: what a broken link costs.
pub const PIECE_BYTES: usize = 64 << 10;

/// The SHA-256 of an attachment's stored bytes, written as 64 small hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttachmentHash([u8; 32]);

/// Not 64 small hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an attachment's hash: 64 digits 0-9 a-f")]
pub struct NotAHash;

impl AttachmentHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Takes the thirty-two bytes themselves.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, NotAHash> {
        bytes.try_into().map(Self).map_err(|_| NotAHash)
    }

    /// The thirty-two bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for AttachmentHash {
    type Err = NotAHash;
    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let small = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 64 || !text.bytes().all(small) {
            return Err(NotAHash);
        }
        Self::from_slice(&hex::decode(text).map_err(|_| NotAHash)?)
    }
}

impl fmt::Display for AttachmentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for AttachmentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an attachment is; nothing else is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaType {
    /// A photo.
    Jpeg,
    /// A signature, a drawing, a screenshot.
    Png,
    /// A photo.
    Webp,
    /// A scan of paper. It is stored as it came: what its program wrote into it stays in it.
    Pdf,
}

impl MediaType {
    /// Every type.
    pub const ALL: [MediaType; 4] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf];

    /// The media type's name (IANA).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.as_str() == text)
    }

    /// What bytes are by how they begin.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(png::SIGNATURE) {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a field holds of an attachment. It has no name: a file's name says too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttachmentRef {
    /// Of the stored bytes.
    pub hash: AttachmentHash,
    /// How many bytes they are.
    pub length: u64,
    /// What they are.
    pub media: MediaType,
}

impl AttachmentRef {
    /// The reference to these bytes.
    pub fn to(bytes: &[u8], media: MediaType) -> Self {
        Self {
            hash: AttachmentHash::of(bytes),
            length: bytes.len() as u64,
            media,
        }
    }

    /// The reference that a field's value is, if it is one.
    pub fn of_value(value: &Value) -> Option<Self> {
        let Value::Map(map) = value else { return None };
        let length = match map.get("length") {
            Some(Value::Int(length)) => u64::try_from(*length).ok()?,
            _ => return None,
        };
        if !(1..=MAX_BYTES).contains(&length) {
            return None;
        }
        Some(Self {
            hash: map.get("hash")?.as_text()?.parse().ok()?,
            length,
            media: MediaType::parse(map.get("type")?.as_text()?)?,
        })
    }

    /// As a field holds it.
    pub fn to_value(&self) -> Value {
        Value::Map(BTreeMap::from([
            ("hash".to_owned(), Value::text(self.hash.to_string())),
            ("length".to_owned(), Value::Int(self.length as i64)),
            ("type".to_owned(), Value::text(self.media.as_str())),
        ]))
    }

    /// As an answer holds it.
    pub fn to_json(&self) -> serde_json::Value {
        self.to_value().to_json()
    }
}

/// An attachment ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// How a field names it.
    pub reference: AttachmentRef,
    /// What is stored.
    pub bytes: Vec<u8>,
}

/// Why something is not taken as an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentProblem {
    /// No byte.
    #[error("文件是空的，请重新拍照或选择 / the file is empty: take or choose another")]
    Empty,
    /// More bytes than are taken.
    #[error(
        "文件大于{} MiB，请缩小图片后再附 / larger than {} MiB: make the picture smaller, then attach it",
        MAX_BYTES >> 20, MAX_BYTES >> 20
    )]
    TooLarge,
    /// Neither a picture that is known nor a PDF.
    #[error("只能附 JPEG、PNG、WebP 图片或 PDF / only JPEG, PNG, WebP or PDF can be attached")]
    UnknownType,
    /// It is not what it was said to be.
    #[error("文件其实是 {found} / the file is in truth {found}: attach it as that")]
    AnotherType {
        /// What it is.
        found: MediaType,
    },
    /// A picture that does not follow its format to its end.
    #[error("图片已损坏或不完整，请重新拍照 / the picture is damaged or cut: take it again")]
    Broken,
}

/// Makes what may be stored of what a camera, a pen or a scanner gave. `named` is the type that
/// came with it, if one did.
///
/// Of a JPEG, PNG or WebP only what draws the picture is kept, and of its EXIF the orientation
/// alone: without it a portrait lies on its side, and turning the pixels would mean coding the
/// photo anew. Colour profiles go too (they name devices). What is prepared twice is the same.
pub fn prepare(bytes: &[u8], named: Option<&str>) -> Result<Prepared, AttachmentProblem> {
    if bytes.is_empty() {
        return Err(AttachmentProblem::Empty);
    }
    let media = MediaType::of(bytes).ok_or(AttachmentProblem::UnknownType)?;
    if named.is_some_and(|named| named != media.as_str()) {
        return Err(AttachmentProblem::AnotherType { found: media });
    }
    // What lies behind a picture's end may be longer than the picture.
    if bytes.len() as u64 > 4 * MAX_BYTES {
        return Err(AttachmentProblem::TooLarge);
    }
    let stripped = match media {
        MediaType::Jpeg => jpeg::stripped(bytes),
        MediaType::Png => png::stripped(bytes),
        MediaType::Webp => webp::stripped(bytes),
        MediaType::Pdf => Some(bytes.to_vec()),
    };
    let bytes = stripped.ok_or(AttachmentProblem::Broken)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(AttachmentProblem::TooLarge);
    }
    Ok(Prepared {
        reference: AttachmentRef::to(&bytes, media),
        bytes,
    })
}
