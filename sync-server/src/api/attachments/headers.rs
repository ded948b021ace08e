//! What the headers of a request about an attachment say.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tanfang_core::attachment::{AttachmentRef, MAX_BYTES, MediaType};
use tanfang_core::wire::AttachmentRefusal;

use super::TUS;

fn malformed(message: &str) -> AttachmentRefusal {
    AttachmentRefusal::Malformed {
        message: message.to_owned(),
    }
}

pub(super) fn named<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Every request but `OPTIONS` and `GET` names the version.
pub(super) fn tus(headers: &HeaderMap) -> Result<(), AttachmentRefusal> {
    match named(headers, "tus-resumable") {
        Some(TUS) => Ok(()),
        _ => Err(AttachmentRefusal::ProtocolNotSpoken),
    }
}

/// A whole number in digits, and nothing else.
pub(super) fn number(headers: &HeaderMap, name: &str) -> Result<u64, AttachmentRefusal> {
    let text = named(headers, name).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| malformed(&format!("{name} is a whole number of bytes")))
}

/// `Upload-Length`, and `hash` and `type` of `Upload-Metadata`.
pub(super) fn announced(headers: &HeaderMap) -> Result<AttachmentRef, AttachmentRefusal> {
    let length = number(headers, "upload-length")?;
    if !(1..=MAX_BYTES).contains(&length) {
        return Err(AttachmentRefusal::LengthNotTaken { limit: MAX_BYTES });
    }
    let metadata = named(headers, "upload-metadata").unwrap_or_default();
    let value = |key: &str| -> Option<String> {
        let mut pairs = metadata.split(',').filter_map(|p| p.trim().split_once(' '));
        let (_, coded) = pairs.find(|(name, _)| *name == key)?;
        String::from_utf8(STANDARD.decode(coded.trim()).ok()?).ok()
    };
    let hash = value("hash").and_then(|hash| hash.parse().ok());
    let media = value("type").and_then(|media| MediaType::parse(&media));
    Ok(AttachmentRef {
        hash: hash.ok_or(AttachmentRefusal::NotAHash)?,
        length,
        media: media.ok_or(AttachmentRefusal::TypeNotTaken)?,
    })
}

/// A piece has the checksum that came with it, if one did.
pub(super) fn checked(headers: &HeaderMap, bytes: &[u8]) -> Result<(), AttachmentRefusal> {
    let Some(checksum) = named(headers, "upload-checksum") else {
        return Ok(());
    };
    let sum = checksum
        .strip_prefix("sha256 ")
        .ok_or(AttachmentRefusal::ChecksumUnknown)?;
    let sum = STANDARD
        .decode(sum.trim())
        .map_err(|_| malformed("Upload-Checksum is sha256 and a sum in base64"))?;
    if sum == Sha256::digest(bytes).as_slice() {
        Ok(())
    } else {
        Err(AttachmentRefusal::ChecksumDiffers)
    }
}

/// One range from a byte on, `bytes=0-65535` or `bytes=65536-`; none where none is asked.
pub(super) fn range(headers: &HeaderMap) -> Result<Option<(u64, Option<u64>)>, AttachmentRefusal> {
    let Some(text) = named(headers, "range") else {
        return Ok(None);
    };
    let digits = |text: &str| -> Option<u64> {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    let span = text
        .strip_prefix("bytes=")
        .and_then(|span| span.split_once('-'));
    let read = span.and_then(|(from, through)| {
        let from = digits(from)?;
        match through {
            "" => Some((from, None)),
            through => Some((from, Some(digits(through)?))),
        }
    });
    read.map(Some)
        .ok_or_else(|| malformed("Range is one of bytes, from a byte on: bytes=0-65535"))
}
