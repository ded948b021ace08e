//! Bodies of version 2: what repeats a thousandfold in columns, the rest as in version 1.

use serde::{Serialize, de::DeserializeOwned};

#[cfg(feature = "phone")]
mod kept;

use super::codec::{self, CodecError, MAGIC, decode_plain, squeeze, unpack_frame};
use super::columns::{self, Lifted, Unreadable};
use super::messages::{SyncReply, SyncRequest};
use super::snapshot::SnapshotPart;

#[cfg(feature = "phone")]
pub(crate) use kept::{pack_saves, unpack_saves};

pub(super) const MAGIC_2: &[u8; 8] = b"TANFANG2";
/// In memory what a sheet says may take so many times the limit of the body.
const MEMORY: u64 = 2;

/// A message of which something travels in columns.
pub trait Columnar: Serialize + DeserializeOwned + sealed::Lift {}

impl Columnar for SyncRequest {}
impl Columnar for SyncReply {}
impl Columnar for SnapshotPart {}

mod sealed {
    use super::Lifted;

    /// Nothing outside knows what is lifted.
    pub trait Lift {
        /// Takes out what travels in columns.
        fn lift(&mut self) -> Lifted;
        /// Puts it back; false where it does not belong to this message.
        fn lower(&mut self, lifted: Lifted) -> bool;
    }
}
impl sealed::Lift for SyncRequest {
    fn lift(&mut self) -> Lifted {
        let saves = self
            .push
            .as_mut()
            .map(|push| std::mem::take(&mut push.saves));
        Lifted {
            saves: saves.unwrap_or_default(),
            pages: Vec::new(),
        }
    }

    fn lower(&mut self, lifted: Lifted) -> bool {
        match &mut self.push {
            Some(push) => push.saves = lifted.saves,
            None if lifted.saves.is_empty() => {}
            None => return false,
        }
        lifted.pages.is_empty()
    }
}
impl sealed::Lift for SyncReply {
    fn lift(&mut self) -> Lifted {
        let pages = self.pages.iter_mut();
        Lifted {
            saves: Vec::new(),
            pages: pages.map(|page| std::mem::take(&mut page.items)).collect(),
        }
    }

    fn lower(&mut self, lifted: Lifted) -> bool {
        if lifted.pages.is_empty() {
            return lifted.saves.is_empty();
        }
        let same = lifted.pages.len() == self.pages.len();
        for (page, items) in self.pages.iter_mut().zip(lifted.pages) {
            page.items = items;
        }
        same && lifted.saves.is_empty()
    }
}

impl sealed::Lift for SnapshotPart {
    fn lift(&mut self) -> Lifted {
        Lifted {
            saves: Vec::new(),
            pages: vec![std::mem::take(&mut self.items)],
        }
    }

    fn lower(&mut self, mut lifted: Lifted) -> bool {
        self.items = lifted.pages.pop().unwrap_or_default();
        lifted.pages.is_empty() && lifted.saves.is_empty()
    }
}

/// Packs a message as version 2: the magic `TANFANG2`, then one zstd frame of the length of what is
/// not in columns, that as MessagePack, and the sheet.
pub fn pack<T: Columnar>(mut message: T) -> Result<Vec<u8>, CodecError> {
    let lifted = message.lift();
    let head = codec::plain(&message)?;
    let sheet = columns::pack(&lifted);
    let mut plain = Vec::with_capacity(4 + head.len() + sheet.len());
    plain.extend((head.len() as u32).to_be_bytes());
    plain.extend(head);
    plain.extend(sheet);
    squeeze(MAGIC_2, &plain)
}

/// Unpacks a message of version 1 or 2 of at most `limit` bytes.
pub fn unpack<T: Columnar>(body: &[u8], limit: u64) -> Result<T, CodecError> {
    let Some(packed) = body.strip_prefix(MAGIC_2.as_slice()) else {
        return codec::decode(body, limit);
    };
    let plain = unpack_frame(packed, limit)?;
    let short = || CodecError::Malformed("it ends too early".into());
    let (length, rest) = plain.split_first_chunk::<4>().ok_or_else(short)?;
    let (head, sheet) = rest
        .split_at_checked(u32::from_be_bytes(*length) as usize)
        .ok_or_else(short)?;
    let mut message: T = decode_plain(head, limit)?;
    let lifted = columns::unpack(sheet, limit.saturating_mul(MEMORY)).map_err(|e| match e {
        Unreadable::TooLarge => CodecError::TooLarge { limit },
        Unreadable::Altered => CodecError::Malformed("its columns are altered".into()),
    })?;
    if message.lower(lifted) {
        Ok(message)
    } else {
        Err(CodecError::Malformed("its columns are another's".into()))
    }
}

/// Whether a body is of version 2: it is answered as it was asked.
pub fn is_version_2(body: &[u8]) -> bool {
    body.starts_with(MAGIC_2)
}

/// Whether a body that begins so may be a body of ours that was cut.
pub(super) fn is_cut(body: &[u8]) -> bool {
    MAGIC.starts_with(body) || MAGIC_2.starts_with(body)
}
