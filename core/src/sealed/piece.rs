//! One piece, byte by byte.

use sha2::{Digest, Sha256};
use std::fmt;

use super::SealedError;
use crate::model::DeviceId;

/// The most that a piece may hold sealed, in bytes.
pub const PIECE_LIMIT_BYTES: usize = 6 << 20;
/// The most pieces that a file may have.
pub const PIECES_LIMIT: u16 = 256;
/// The most that all pieces may hold together, opened, in bytes.
pub(super) const TOTAL_LIMIT_BYTES: u64 = 32 << 20;

const MAGIC: &[u8; 8] = b"TFSEAL01";
/// The first six letters are ours for ever, the last two the version.
const MAGIC_NAME: usize = 6;
/// DHKEM(P-256, HKDF-SHA-256) with HKDF-SHA-256 exported to AES-256-GCM.
const SUITE: u8 = 1;
pub(super) const ENC_BYTES: usize = 65;
pub(super) const NONCE_BYTES: usize = 12;
/// What every piece of a file has alike.
pub(super) const SHARED_BYTES: usize = 8 + 1 + 1 + 16 + 8 + ENC_BYTES + 8 + 32 + 2;
const NUMBER: usize = SHARED_BYTES + 2;
const LENGTH: usize = NUMBER + NONCE_BYTES;
const BODY: usize = LENGTH + 4;
const HASH_BYTES: usize = 32;

/// A file, whichever of its pieces one has: SHA-256 over what they have alike, cut to 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId(pub [u8; 16]);

impl BundleId {
    /// Reads sixteen bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads 32 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        Self::from_slice(&hex::decode(text.trim()).ok()?)
    }
}

impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BundleId({self})")
    }
}

/// Which key a file is sealed to: SHA-256 of the public key, cut to 8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// Of a public agreement key.
    pub fn of(public: &[u8]) -> Self {
        let hash = Sha256::digest(public);
        let mut id = [0; 8];
        id.copy_from_slice(&hash[..8]);
        Self(id)
    }
}

/// For whom a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A phone's unsent saves, for the county's server.
    County,
    /// The same for another phone, which is shown what it may hold.
    Phone,
    /// The county's answer, for the phone that sealed.
    Receipt,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::County => 1,
            Self::Phone => 2,
            Self::Receipt => 3,
        }
    }

    fn read(byte: u8) -> Result<Self, SealedError> {
        match byte {
            1 => Ok(Self::County),
            2 => Ok(Self::Phone),
            3 => Ok(Self::Receipt),
            _ => Err(SealedError::Newer),
        }
    }
}

/// A piece that is whole: its bytes are those that were written, whoever wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub(super) kind: Kind,
    pub(super) sender: DeviceId,
    pub(super) receiver: KeyId,
    pub(super) enc: Vec<u8>,
    pub(super) total: u64,
    pub(super) whole: [u8; 32],
    pub(super) pieces: u16,
    pub(super) number: u16,
    pub(super) nonce: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl Piece {
    /// Reads a piece.
    ///
    /// # Errors
    /// What is not ours, cut, altered, newer or too large, in this order; nothing is unpacked.
    pub fn read(bytes: &[u8]) -> Result<Self, SealedError> {
        magic(bytes)?;
        let length = bytes.get(LENGTH..BODY).ok_or(SealedError::Truncated)?;
        let length = u32::from_be_bytes(length.try_into().map_err(|_| SealedError::Truncated)?);
        let length = length as usize;
        if length > PIECE_LIMIT_BYTES {
            return Err(SealedError::TooLarge);
        }
        let end = BODY + length;
        if bytes.len() < end + HASH_BYTES {
            return Err(SealedError::Truncated);
        }
        let hash: [u8; 32] = Sha256::digest(&bytes[..end]).into();
        if bytes[end..] != hash {
            return Err(SealedError::Altered);
        }
        let mut at = Reader {
            bytes,
            at: MAGIC.len(),
        };
        let kind = Kind::read(at.byte())?;
        if at.byte() != SUITE {
            return Err(SealedError::Newer);
        }
        let piece = Self {
            kind,
            sender: DeviceId::from_slice(at.take(16)).map_err(|_| SealedError::Altered)?,
            receiver: KeyId(at.array()),
            enc: at.take(ENC_BYTES).to_vec(),
            total: u64::from_be_bytes(at.array()),
            whole: at.array(),
            pieces: u16::from_be_bytes(at.array()),
            number: u16::from_be_bytes(at.array()),
            nonce: at.take(NONCE_BYTES).to_vec(),
            body: bytes[BODY..end].to_vec(),
        };
        if piece.total > TOTAL_LIMIT_BYTES || piece.pieces > PIECES_LIMIT {
            return Err(SealedError::TooLarge);
        }
        if piece.number >= piece.pieces {
            return Err(SealedError::Altered);
        }
        Ok(piece)
    }

    /// The piece's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.bound();
        bytes.extend(&self.nonce);
        // A body is never longer than `PIECE_LIMIT_BYTES`.
        bytes.extend((self.body.len() as u32).to_be_bytes());
        bytes.extend(&self.body);
        let hash = Sha256::digest(&bytes);
        bytes.extend(hash);
        bytes
    }

    /// What all pieces have alike.
    fn alike(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(NUMBER);
        bytes.extend(MAGIC);
        bytes.extend([self.kind.byte(), SUITE]);
        bytes.extend(self.sender.bytes());
        bytes.extend(self.receiver.0);
        bytes.extend(&self.enc);
        bytes.extend(self.total.to_be_bytes());
        bytes.extend(self.whole);
        bytes.extend(self.pieces.to_be_bytes());
        bytes
    }

    /// What the seal is bound to: a piece moved to another place or file does not open.
    pub(super) fn bound(&self) -> Vec<u8> {
        let mut bytes = self.alike();
        bytes.extend(self.number.to_be_bytes());
        bytes
    }

    /// The file that it is a piece of.
    pub fn bundle(&self) -> BundleId {
        let hash = Sha256::digest(self.alike());
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        BundleId(id)
    }

    /// For whom the file is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The device that says it sealed it; the signature inside proves it.
    pub fn sender(&self) -> DeviceId {
        self.sender
    }

    /// The key that it is sealed to.
    pub fn receiver(&self) -> KeyId {
        self.receiver
    }

    /// Its number, from 0.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> u16 {
        self.pieces
    }

    /// A name for its file: nothing of anybody, and pieces of one file lie together.
    pub fn file_name(&self) -> String {
        let id = self.bundle().to_string();
        let (number, pieces) = (u32::from(self.number) + 1, self.pieces);
        format!("{}-{number:03}-{pieces:03}.tanfang", &id[..16])
    }
}

fn magic(bytes: &[u8]) -> Result<(), SealedError> {
    let known = bytes.len().min(MAGIC.len());
    if bytes[..known] == MAGIC[..known] {
        return match known == MAGIC.len() {
            true => Ok(()),
            false => Err(SealedError::Truncated),
        };
    }
    match bytes.starts_with(&MAGIC[..MAGIC_NAME]) {
        true => Err(SealedError::Newer),
        false => Err(SealedError::NotOurs),
    }
}

/// Reads on; what is longer than the bytes reads as zeros, which no caller lets happen.
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, many: usize) -> &'b [u8] {
        let taken = self.bytes.get(self.at..self.at + many).unwrap_or_default();
        self.at += many;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().unwrap_or([0; N])
    }
}
