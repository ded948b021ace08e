//! Sealing a file in pieces, and opening it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::SealedError;
use super::piece::{KeyId, Kind, PIECE_LIMIT_BYTES, PIECES_LIMIT, Piece, TOTAL_LIMIT_BYTES};
use crate::model::{DeviceId, Rng};
use crate::vault::{AgreementKey, SealedBox, Secret, agree_with};
use crate::wire;

/// How much one piece holds if nobody says otherwise, in bytes: a phone's Bluetooth sends it in some
/// seconds, and any card takes it.
pub const PIECE_BYTES: usize = 1 << 20;
/// The most that may be inside, unpacked, in bytes.
const CONTENTS_LIMIT_BYTES: u64 = 64 << 20;
/// What AES-GCM adds.
const TAG_BYTES: usize = 16;
const PURPOSE: &[u8] = b"tanfang/sealed/1";

/// Packs what is to be sealed.
pub fn pack<T: Serialize>(contents: &T) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    Ok(Zeroizing::new(wire::encode(contents)?))
}

/// Unpacks what was sealed; a bomb is refused before it grows.
pub fn unpack<T: DeserializeOwned>(plain: &[u8]) -> Result<T, SealedError> {
    Ok(wire::decode(plain, CONTENTS_LIMIT_BYTES)?)
}

/// Seals to a public agreement key, in pieces of at most `piece_bytes` (at least one byte each).
pub fn seal(
    kind: Kind,
    sender: DeviceId,
    receiver: &[u8],
    plain: &[u8],
    piece_bytes: usize,
    rng: &dyn Rng,
) -> Result<Vec<Piece>, SealedError> {
    let (enc, secret) = agree_with(receiver, PURPOSE, rng).map_err(|_| SealedError::NotAKey)?;
    let piece_bytes = piece_bytes.clamp(1, PIECE_LIMIT_BYTES - TAG_BYTES);
    let chunks: Vec<&[u8]> = match plain.is_empty() {
        true => vec![plain],
        false => plain.chunks(piece_bytes).collect(),
    };
    let pieces = u16::try_from(chunks.len()).ok();
    let pieces = pieces.filter(|pieces| *pieces <= PIECES_LIMIT);
    let pieces = pieces.ok_or(SealedError::TooMuch)?;
    if plain.len() as u64 > TOTAL_LIMIT_BYTES {
        return Err(SealedError::TooMuch);
    }
    let whole = keys(&secret).1.mac(plain);
    let mut sealed = Vec::with_capacity(chunks.len());
    for (number, chunk) in (0..pieces).zip(chunks) {
        let mut piece = Piece {
            kind,
            sender,
            receiver: KeyId::of(receiver),
            enc: enc.clone(),
            total: plain.len() as u64,
            whole,
            pieces,
            number,
            nonce: Vec::new(),
            body: Vec::new(),
        };
        let made = crate::vault::seal(&keys(&secret).0, "", &piece.bound(), chunk, rng);
        let made = made.map_err(|_| SealedError::DoesNotOpen)?;
        (piece.nonce, piece.body) = (made.nonce, made.bytes);
        sealed.push(piece);
    }
    Ok(sealed)
}

impl Piece {
    /// Opens this piece alone: what does not open is not kept.
    pub fn open(&self, key: &AgreementKey) -> Result<Zeroizing<Vec<u8>>, SealedError> {
        self.open_with(&self.secret(key)?)
    }

    fn secret(&self, key: &AgreementKey) -> Result<Secret, SealedError> {
        if self.receiver != KeyId::of(key.public()) {
            return Err(SealedError::AnotherReceiver);
        }
        key.agree(&self.enc, PURPOSE)
            .map_err(|_| SealedError::DoesNotOpen)
    }

    fn open_with(&self, secret: &Secret) -> Result<Zeroizing<Vec<u8>>, SealedError> {
        let sealed = SealedBox {
            suite: 1,
            key_id: String::new(),
            nonce: self.nonce.clone(),
            bytes: self.body.clone(),
        };
        crate::vault::open(&keys(secret).0, &self.bound(), &sealed)
            .map_err(|_| SealedError::DoesNotOpen)
    }
}

/// The numbers of the pieces that are not there.
pub fn missing(pieces: &[Piece]) -> Vec<u16> {
    let of = pieces.first().map_or(0, |piece| piece.pieces);
    (0..of)
        .filter(|no| !pieces.iter().any(|piece| piece.number == *no))
        .collect()
}

/// Opens a file from its pieces, in any order, some perhaps twice.
///
/// # Errors
/// [`SealedError::Missing`] says which pieces are not there; nothing is told of those that are.
pub fn open(key: &AgreementKey, pieces: &[Piece]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let first = pieces.first().ok_or(SealedError::NotOurs)?;
    let bundle = first.bundle();
    if pieces.iter().any(|piece| piece.bundle() != bundle) {
        return Err(SealedError::OfAnother);
    }
    let secret = first.secret(key)?;
    let lacking = missing(pieces);
    if !lacking.is_empty() {
        return Err(SealedError::Missing {
            missing: lacking,
            of: first.pieces,
        });
    }
    let ordered: BTreeMap<u16, &Piece> = pieces.iter().map(|p| (p.number, p)).collect();
    let mut plain = Zeroizing::new(Vec::new());
    for piece in ordered.into_values() {
        plain.extend_from_slice(&piece.open_with(&secret)?);
        if plain.len() as u64 > first.total {
            return Err(SealedError::DoesNotOpen);
        }
    }
    let whole = keys(&secret).1.mac(&plain);
    let same: bool = whole.ct_eq(&first.whole).into();
    if !same || plain.len() as u64 != first.total {
        return Err(SealedError::DoesNotOpen);
    }
    Ok(plain)
}

/// The key of the pieces, and that of the mark over the whole.
fn keys(secret: &Secret) -> (Secret, Secret) {
    (
        secret.derive("tanfang/sealed/pieces/1"),
        secret.derive("tanfang/sealed/whole/1"),
    )
}
