//! Bytes of a message.

use serde::{Serialize, de::DeserializeOwned};
use std::io::Read;

/// The media type of every body.
pub const CONTENT_TYPE: &str = "application/x-tanfang";
/// The most that a request may hold once it is unpacked, in bytes.
pub const REQUEST_LIMIT_BYTES: u64 = 32 << 20;
/// The most that an enrolment may hold once it is unpacked, in bytes: whoever asks is not known yet.
pub const ENROL_LIMIT_BYTES: u64 = 64 << 10;
/// The most that an answer may hold once it is unpacked, in bytes.
pub const REPLY_LIMIT_BYTES: u64 = 64 << 20;

pub(super) const MAGIC: &[u8; 8] = b"TANFANG1";
const LEVEL: i32 = 3;
/// Deeper than any message of ours, shallow enough for a phone's stack.
const DEPTH: usize = 64;
/// In memory a value takes 32 bytes, also one that is a single byte on the wire: of a message at
/// its limit so many bytes are allowed for each item, so that none is larger here than there.
pub(super) const BYTES_AN_ITEM: u64 = 32;

/// A body that cannot be read. Nothing of it was used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Not from our server: a captive portal's page, a proxy's error.
    #[error(
        "the answer is not from the county's server (a Wi-Fi sign-in page?): sign in to the network or change it, then sync again"
    )]
    NotOurs,
    /// Cut in the middle.
    #[error("the answer was cut in the middle: nothing was lost, sync again")]
    Truncated,
    /// Larger than any message of ours.
    #[error("a message unpacks to more than {limit} bytes and was refused")]
    TooLarge {
        /// The bound in bytes.
        limit: u64,
    },
    /// Whole, but not a message that this version reads.
    #[error("a message is malformed ({0}): update the app, then sync again")]
    Malformed(String),
}

/// Packs a message.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, CodecError> {
    squeeze(MAGIC, &plain(message)?)
}

/// MessagePack with named fields.
pub(super) fn plain<T: Serialize>(message: &T) -> Result<Vec<u8>, CodecError> {
    rmp_serde::to_vec_named(message).map_err(|e| CodecError::Malformed(e.to_string()))
}

/// The magic, then one frame with a checksum.
pub(super) fn squeeze(magic: &[u8; 8], plain: &[u8]) -> Result<Vec<u8>, CodecError> {
    let malformed = |e: std::io::Error| CodecError::Malformed(e.to_string());
    let mut packer = zstd::bulk::Compressor::new(LEVEL).map_err(malformed)?;
    packer.include_checksum(true).map_err(malformed)?;
    let packed = packer.compress(plain).map_err(malformed)?;
    Ok([magic.as_slice(), &packed].concat())
}

/// Unpacks a message of at most `limit` bytes.
pub fn decode<T: DeserializeOwned>(body: &[u8], limit: u64) -> Result<T, CodecError> {
    let packed = match body.strip_prefix(MAGIC.as_slice()) {
        Some(packed) => packed,
        None if super::columnar::is_cut(body) => return Err(CodecError::Truncated),
        None => return Err(CodecError::NotOurs),
    };
    decode_plain(&unpack_frame(packed, limit)?, limit)
}

/// Reads MessagePack; what holds too many items is refused before any of them is built.
pub(super) fn decode_plain<T: DeserializeOwned>(plain: &[u8], limit: u64) -> Result<T, CodecError> {
    if !items_within(plain, limit / BYTES_AN_ITEM) {
        return Err(CodecError::TooLarge { limit });
    }
    let mut reader = rmp_serde::Deserializer::from_read_ref(plain);
    reader.set_max_depth(DEPTH);
    T::deserialize(&mut reader).map_err(|e| CodecError::Malformed(shape(&e)))
}

/// Unpacks the frame after the magic, to at most `limit` bytes.
pub(super) fn unpack_frame(packed: &[u8], limit: u64) -> Result<Vec<u8>, CodecError> {
    let mut unpacker = zstd::stream::read::Decoder::with_buffer(packed)
        .map_err(|e| CodecError::Malformed(e.to_string()))?
        .single_frame();
    // A window is memory before a byte is read: 8 MiB is what our own level needs at most.
    unpacker
        .window_log_max(23)
        .map_err(|e| CodecError::Malformed(e.to_string()))?;
    let mut plain = Vec::new();
    match unpacker.by_ref().take(limit + 1).read_to_end(&mut plain) {
        Ok(_) if plain.len() as u64 > limit => Err(CodecError::TooLarge { limit }),
        // One frame, and nothing behind it.
        Ok(_) if !unpacker.finish().is_empty() => {
            Err(CodecError::Malformed("more follows it".into()))
        }
        Ok(_) => Ok(plain),
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Err(CodecError::Truncated),
        Err(e) => Err(CodecError::Malformed(e.to_string())),
    }
}

/// Whether a body holds at most `most` items of MessagePack, those within others counted. What is
/// no MessagePack is left to the reader to refuse.
fn items_within(plain: &[u8], most: u64) -> bool {
    items(plain, most).is_some()
}

/// How many items of MessagePack a body holds, those within others counted; none if more than `most`.
pub(super) fn items(plain: &[u8], most: u64) -> Option<u64> {
    let (mut at, mut items) = (0usize, 0u64);
    let length = |from: usize, bytes: usize| {
        let read = plain
            .get(from..from.saturating_add(bytes))
            .unwrap_or_default();
        read.iter()
            .fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte))
    };
    while let Some(marker) = plain.get(at) {
        items += 1;
        if items > most {
            return None;
        }
        at += 1;
        let payload = match *marker {
            0xa0..=0xbf => usize::from(*marker & 0x1f),
            0xc4 | 0xd9 => 1 + length(at, 1),
            0xc5 | 0xda => 2 + length(at, 2),
            0xc6 | 0xdb => 4 + length(at, 4),
            0xc7 => 2 + length(at, 1),
            0xc8 => 3 + length(at, 2),
            0xc9 => 5 + length(at, 4),
            0xcc | 0xd0 => 1,
            0xcd | 0xd1 | 0xd4 | 0xdc | 0xde => 2,
            0xd5 => 3,
            0xca | 0xce | 0xd2 | 0xdd | 0xdf => 4,
            0xd6 => 5,
            0xcb | 0xcf | 0xd3 => 8,
            0xd7 => 9,
            0xd8 => 17,
            _ => 0,
        };
        at = at.saturating_add(payload);
    }
    Some(items)
}

/// What is wrong, without the data that it is wrong with.
fn shape(error: &rmp_serde::decode::Error) -> String {
    use rmp_serde::decode::Error::*;
    match error {
        InvalidMarkerRead(_) | InvalidDataRead(_) => "it ends too early".into(),
        DepthLimitExceeded => "it nests too deep".into(),
        LengthMismatch(_) | OutOfRange => "a length is wrong".into(),
        _ => "its shape is another".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_and_a_cut_one_is_said_to_be_cut_at_every_byte() {
        let message: Vec<String> = (0..200).map(|i| format!("item {i}")).collect();
        let body = encode(&message).unwrap();
        assert_eq!(decode::<Vec<String>>(&body, 1 << 20).unwrap(), message);
        for end in 0..body.len() {
            let error = decode::<Vec<String>>(&body[..end], 1 << 20).unwrap_err();
            assert_eq!(error, CodecError::Truncated, "cut at {end}");
        }
    }

    #[test]
    fn a_captive_portals_page_is_not_ours() {
        let page = b"<html><title>Sign in</title></html>";
        assert_eq!(
            decode::<Vec<String>>(page, 1 << 20).unwrap_err(),
            CodecError::NotOurs
        );
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let body = encode(&"0".repeat(10 << 20)).unwrap();
        assert!(body.len() < 10_000);
        assert_eq!(
            decode::<String>(&body, 1 << 20).unwrap_err(),
            CodecError::TooLarge { limit: 1 << 20 }
        );
    }

    #[test]
    fn a_flipped_byte_is_found() {
        let body = encode(&"abcdefgh".repeat(100)).unwrap();
        for i in 8..body.len() {
            let mut altered = body.clone();
            altered[i] ^= 0x20;
            assert!(decode::<String>(&altered, 1 << 20).is_err(), "byte {i}");
        }
    }

    #[test]
    fn what_follows_a_message_is_not_left_unseen() {
        let body = encode(&"abcdefgh".repeat(100)).unwrap();
        for more in [b"x".as_slice(), &body[MAGIC.len()..]] {
            let longer = [body.as_slice(), more].concat();
            assert!(matches!(
                decode::<String>(&longer, 1 << 20),
                Err(CodecError::Malformed(_))
            ));
        }
    }

    #[test]
    fn a_message_of_many_tiny_items_is_refused_before_it_grows() {
        let many = encode(&vec![(); 40_000]).unwrap();
        assert_eq!(
            decode::<Vec<()>>(&many, 1 << 20).unwrap_err(),
            CodecError::TooLarge { limit: 1 << 20 }
        );
        let few: Vec<String> = (0..30_000).map(|i| format!("{i:030}")).collect();
        assert_eq!(
            decode::<Vec<String>>(&encode(&few).unwrap(), 1 << 20).unwrap(),
            few
        );
    }

    #[test]
    fn a_length_of_a_gigabyte_in_ten_bytes_costs_nothing() {
        let plain = [0xdd, 0x40, 0, 0, 0, 1, 1, 1, 1, 1];
        let body = [MAGIC.as_slice(), &zstd::bulk::compress(&plain, 1).unwrap()].concat();
        assert!(matches!(
            decode::<Vec<u64>>(&body, 1 << 20),
            Err(CodecError::Malformed(_))
        ));
    }
}
