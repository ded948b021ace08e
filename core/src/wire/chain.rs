//! The chain over a device's saves: computed, not sent, and signed with each push.

use sha2::{Digest, Sha256};

use crate::model::{DeviceId, DeviceSeq, Envelope, Epoch, Head, Part, Save};
use crate::vault::Secret;

/// What a visit's part packs to: room is made for it once.
const USUAL_BYTES: usize = 1_000;

/// The hash over everything that a device has saved so far; zeros before the first save.
pub type ChainHead = [u8; 32];

/// The chain after one more save: over the envelope and the salted hash of each part, so that a
/// reader of one part, given the others' hashes, can check it without learning them.
pub fn link(before: &ChainHead, envelope: &Envelope, parts: &[[u8; 32]]) -> ChainHead {
    linked(before, &packed(envelope), parts)
}

fn linked(before: &ChainHead, envelope: &[u8], parts: &[[u8; 32]]) -> ChainHead {
    let mut hash = Sha256::new();
    hash.update(b"tanfang-chain/1");
    hash.update(before);
    hash.update(envelope);
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// The chain after this save. `salt_key` is the device's, known to the server from enrolment.
pub fn link_save(before: &ChainHead, save: &Save, salt_key: &Secret) -> ChainHead {
    PackedSave::of(save).link(before, salt_key)
}

/// A save's envelope and parts in the bytes over which the chain goes: packed once, for whoever
/// keeps them as well.
#[derive(Debug, Clone)]
pub struct PackedSave {
    head: Head,
    /// The envelope.
    pub envelope: Vec<u8>,
    /// The parts, in their order.
    pub parts: Vec<Vec<u8>>,
}

impl PackedSave {
    /// Packs a save.
    pub fn of(save: &Save) -> Self {
        Self {
            head: save.envelope.head,
            envelope: packed(&save.envelope),
            parts: save.parts.iter().map(packed).collect(),
        }
    }

    /// A save as it was kept, in the bytes in which it came.
    pub fn kept(head: Head, envelope: Vec<u8>, parts: Vec<Vec<u8>>) -> Self {
        Self {
            head,
            envelope,
            parts,
        }
    }

    /// The chain after this save; `salt_key` is its device's.
    pub fn link(&self, before: &ChainHead, salt_key: &Secret) -> ChainHead {
        let parts = self.parts.iter().enumerate();
        let hashes: Vec<_> = parts
            .map(|(index, part)| salted(&part_salt(salt_key, self.head, index), part))
            .collect();
        linked(before, &self.envelope, &hashes)
    }
}

/// The salt of one part: who is shown the part is given it too, and learns nothing of the others.
pub fn part_salt(salt_key: &Secret, head: Head, index: usize) -> [u8; 32] {
    let place = [
        head.device.bytes().as_slice(),
        &head.seq.to_be_bytes(),
        &(index as u64).to_be_bytes(),
    ]
    .concat();
    salt_key.mac(&place)
}

/// The hash of a part in the chain, from its own salt.
pub fn salted_hash(salt: &[u8; 32], part: &Part) -> [u8; 32] {
    salted(salt, &packed(part))
}

fn salted(salt: &[u8; 32], part: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(part);
    hash.finalize().into()
}

fn packed<T: serde::Serialize>(what: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(USUAL_BYTES);
    // Our own types in memory: nothing here can fail to pack, and an empty pack fails the signature.
    match what.serialize(&mut rmp_serde::Serializer::new(&mut out).with_struct_map()) {
        Ok(()) => out,
        Err(_) => Vec::new(),
    }
}

/// What a device signs with each push.
pub fn push_message(device: DeviceId, seq: DeviceSeq, chain: &ChainHead) -> Vec<u8> {
    [
        b"tanfang-push/1".as_slice(),
        device.bytes(),
        &seq.to_be_bytes(),
        chain,
    ]
    .concat()
}

/// What the server signs when it has everything of a device through this number.
pub fn acknowledgement_message(epoch: Epoch, device: DeviceId, through: DeviceSeq) -> Vec<u8> {
    [
        b"tanfang-ack/1".as_slice(),
        epoch.bytes(),
        device.bytes(),
        &through.to_be_bytes(),
    ]
    .concat()
}
