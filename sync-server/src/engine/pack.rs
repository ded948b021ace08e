//! Packed forms of what the store keeps as bytes.

use serde::{Serialize, de::DeserializeOwned};
use tanfang_core::merge::Record;
use tanfang_core::model::{Envelope, Part};

use crate::store::{SaveNo, StoreError};

/// A record unpacks to no more than this.
const RECORD_LIMIT_BYTES: usize = 64 << 20;
/// A text unpacks to no more than this: the frozen lines of a million people.
const TEXT_LIMIT_BYTES: usize = 1 << 30;
const LEVEL: i32 = 1;
/// Of what is packed four times a year and kept.
const LEVEL_KEPT: i32 = 9;

/// Packs with memory that is kept from one record to the next.
pub(super) struct Packer {
    compressor: Option<zstd::bulk::Compressor<'static>>,
    decompressor: Option<zstd::bulk::Decompressor<'static>>,
}

impl Packer {
    pub(super) fn new() -> Self {
        Self {
            compressor: zstd::bulk::Compressor::new(LEVEL).ok(),
            decompressor: zstd::bulk::Decompressor::new().ok(),
        }
    }

    pub(super) fn record(&mut self, record: &Record) -> Result<Vec<u8>, StoreError> {
        let plain = packed(record)?;
        let compressor = self.compressor.as_mut().ok_or(NO_ROOM)?;
        compressor.compress(&plain).map_err(|_| NO_ROOM)
    }

    pub(super) fn unpack_record(&mut self, bytes: &[u8]) -> Result<Record, StoreError> {
        let wrong = StoreError::Damaged {
            what: "a settled record",
        };
        let size = unpacked_size(bytes)?;
        let decompressor = self.decompressor.as_mut().ok_or(NO_ROOM)?;
        let plain = decompressor.decompress(bytes, size.min(RECORD_LIMIT_BYTES));
        unpacked(&plain.map_err(|_| wrong)?, "a settled record")
    }
}

/// Packs a text that is kept for ever.
pub(super) fn text(text: &str) -> Result<Vec<u8>, StoreError> {
    zstd::bulk::compress(text.as_bytes(), LEVEL_KEPT).map_err(|_| NO_ROOM)
}

/// Unpacks a text.
pub(super) fn untext(bytes: &[u8]) -> Result<String, StoreError> {
    let wrong = |_| StoreError::Damaged { what: "a text" };
    let size = unpacked_size(bytes)?.min(TEXT_LIMIT_BYTES);
    let plain = zstd::bulk::decompress(bytes, size).map_err(wrong)?;
    String::from_utf8(plain).map_err(|_| StoreError::Damaged { what: "a text" })
}

/// The first byte of a record that only one save has spoken of; zstd's frames begin with another.
const SAID_BY: u8 = 1;

/// What is kept of a record while only the save that made it spoke of it: which save, and the places
/// of the record's parts in it. The log has the rest, so that nothing is kept twice.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OnlySave {
    pub(super) save: SaveNo,
    pub(super) places: Vec<u16>,
}

impl OnlySave {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let places = self.places.iter().flat_map(|place| place.to_be_bytes());
        let number = self.save.0.to_be_bytes();
        std::iter::once(SAID_BY)
            .chain(number)
            .chain(places)
            .collect()
    }

    /// Reads one; none where the record is packed whole.
    pub(super) fn read(record: &[u8]) -> Option<OnlySave> {
        let rest = record.strip_prefix(&[SAID_BY])?;
        let (number, places) = rest.split_first_chunk()?;
        let places = places.chunks_exact(2);
        Some(OnlySave {
            save: SaveNo(i64::from_be_bytes(*number)),
            places: places
                .map(|place| u16::from_be_bytes([place[0], place[1]]))
                .collect(),
        })
    }
}

/// How many bytes a packed record is, unpacked.
pub(super) fn unpacked_size(record: &[u8]) -> Result<usize, StoreError> {
    let size = zstd::zstd_safe::get_frame_content_size(record);
    let size = size.ok().flatten();
    size.and_then(|size| usize::try_from(size).ok())
        .ok_or(StoreError::Damaged {
            what: "a settled record",
        })
}

/// zstd fails only where no memory is left.
pub(super) const NO_ROOM: StoreError = StoreError::Fault { code: -2 };

pub(super) fn packed<T: Serialize>(what: &T) -> Result<Vec<u8>, StoreError> {
    rmp_serde::to_vec_named(what).map_err(|_| StoreError::Fault { code: -3 })
}

pub(super) fn unpacked<T: DeserializeOwned>(
    bytes: &[u8],
    what: &'static str,
) -> Result<T, StoreError> {
    rmp_serde::from_slice(bytes).map_err(|_| StoreError::Damaged { what })
}

pub(super) fn envelope(bytes: &[u8]) -> Result<Envelope, StoreError> {
    unpacked(bytes, "an envelope")
}

pub(super) fn part(bytes: &[u8]) -> Result<Part, StoreError> {
    unpacked(bytes, "a part")
}
