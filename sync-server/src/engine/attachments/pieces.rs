//! Pieces: appended where the last ended, verified when all of them are here.

use sha2::{Digest, Sha256};
use tanfang_core::attachment::{AttachmentHash, MediaType, PIECE_BYTES};
use tanfang_core::vault::Secret;
use tanfang_core::wire::AttachmentRefusal;

use super::names::key_context;
use super::{Asker, Told, at};
use crate::engine::turn::Turn;
use crate::keys::{open_bytes, seal_bytes};
use crate::store::{AttachmentNo, StoreError, Stored, UploadRow};

/// In how many pieces one attachment may come.
const PIECES: u64 = 2_048;

/// What a sealed piece is bound to: moved elsewhere it does not open.
fn piece_context(hash: AttachmentHash, start: u64) -> Vec<u8> {
    [
        b"tanfang-attachment/1".as_slice(),
        hash.bytes(),
        &start.to_be_bytes(),
    ]
    .concat()
}

impl Turn<'_> {
    pub(super) fn append_piece(
        &mut self,
        asker: &Asker,
        hash: AttachmentHash,
        offset: u64,
        bytes: &[u8],
    ) -> Stored<Told> {
        let Some(own) = self.tx.upload(hash, asker.device.no)? else {
            return Ok(match self.offset(asker, hash)? {
                // All of it came by another way meanwhile.
                Ok(super::AttachmentTold::At { offset, .. }) => {
                    Err(AttachmentRefusal::OffsetIs { offset })
                }
                _ => Err(AttachmentRefusal::Unknown),
            });
        };
        let length = own.reference.length;
        if offset != own.received {
            let offset = own.received;
            return Ok(Err(AttachmentRefusal::OffsetIs { offset }));
        }
        let end = offset.saturating_add(bytes.len() as u64);
        if end > length {
            return Ok(Err(AttachmentRefusal::TooLong { length }));
        }
        let Some(wrapped) = &own.wrapped else {
            return Ok(at(own.received, own.reference));
        };
        if self.tx.piece_count(own.no)? >= PIECES {
            return Ok(Err(AttachmentRefusal::TooManyPieces));
        }
        let key = self.house.keys.unwrap_key(wrapped)?;
        let mut start = offset;
        for piece in bytes.chunks(PIECE_BYTES) {
            let sealed = seal_bytes(&key, &piece_context(hash, start), piece, self.rng)?;
            self.tx.add_stretch(own.no, start, &sealed)?;
            start += piece.len() as u64;
        }
        let now = self.now.millis;
        self.tx.set_received(own.no, end, now)?;
        if end < length {
            return Ok(at(end, own.reference));
        }
        self.complete(asker, &own, &key)
    }

    /// All of it is here: it is what its hash and type say, or it is thrown away.
    fn complete(&mut self, asker: &Asker, own: &UploadRow, key: &Secret) -> Stored<Told> {
        let (hash, length) = (own.reference.hash, own.reference.length);
        let mut digest = Sha256::new();
        let mut media = None;
        let mut from = 0;
        while from < length {
            let end = length.min(from + (1 << 20));
            let bytes = self.opened_pieces(own.no, key, hash, from, end)?;
            if from == 0 {
                media = MediaType::of(&bytes);
            }
            digest.update(&bytes);
            from = end;
        }
        if digest.finalize().as_slice() != hash.bytes() || media != Some(own.reference.media) {
            self.tx.drop_upload(own.no)?;
            return Ok(Err(AttachmentRefusal::ContentDiffers));
        }
        let mut named = false;
        // Who brings the bytes shows them under their own name only, else under the first that they
        // may read: whoever named the hash before the bytes came gains nothing by it.
        let mut names = self.names_for(asker, hash)?;
        names.retain(|name| name.content.is_none() && name.reference == own.reference);
        let mut by_it = Vec::new();
        for name in &names {
            if self.is_by(asker, name)? {
                by_it.push(name.clone());
            }
        }
        if by_it.is_empty() {
            names.sort_by_key(|name| name.part);
            names.truncate(1);
        } else {
            names = by_it;
        }
        for name in names {
            // Of somebody who was erased nothing is kept.
            let Some(wrapped) = self.tx.part_key_by_no(name.key)? else {
                continue;
            };
            let owner = self.house.keys.unwrap_key(&wrapped)?;
            let sealed = seal_bytes(&owner, &key_context(hash), key.expose(), self.rng)?;
            self.tx.set_content(hash, name.part, own.no, &sealed)?;
            named = true;
        }
        if named {
            self.tx.forget_upload_key(own.no)?;
            self.name_by_others(own)?;
        }
        Ok(at(length, own.reference))
    }

    /// Others may have named meanwhile what they may read by now.
    fn name_by_others(&mut self, own: &UploadRow) -> Stored<()> {
        let hash = own.reference.hash;
        for name in self.tx.names(hash)? {
            if name.content.is_some() || name.reference != own.reference {
                continue;
            }
            let device = self.tx.device(name.device)?;
            let device = device.ok_or(StoreError::Damaged { what: "a device" })?;
            let other = self.asker(device)?;
            let wrapped = self.tx.part_key_by_no(name.key)?;
            if let (Some((no, key)), Some(wrapped)) = (self.content_for(&other, hash)?, wrapped) {
                let owner = self.house.keys.unwrap_key(&wrapped)?;
                let sealed = seal_bytes(&owner, &key_context(hash), key.expose(), self.rng)?;
                self.tx.set_content(hash, name.part, no, &sealed)?;
            }
        }
        Ok(())
    }

    /// The bytes from one on and before another.
    pub(super) fn opened_pieces(
        &mut self,
        no: AttachmentNo,
        key: &Secret,
        hash: AttachmentHash,
        from: u64,
        end: u64,
    ) -> Stored<Vec<u8>> {
        let mut bytes = Vec::new();
        for (start, sealed) in self.tx.stretches(no, from, end)? {
            let plain = open_bytes(key, &piece_context(hash, start), &sealed)?;
            let skipped = usize::try_from(from.saturating_sub(start)).unwrap_or(usize::MAX);
            bytes.extend_from_slice(plain.get(skipped..).unwrap_or_default());
        }
        let wanted = usize::try_from(end - from).unwrap_or(usize::MAX);
        bytes.truncate(wanted);
        if bytes.len() < wanted {
            return Err(StoreError::Damaged {
                what: "an attachment",
            });
        }
        Ok(bytes)
    }
}
