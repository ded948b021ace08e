//! What is inside: a push for the county; for a phone also the parts that it may hold.

use serde::{Deserialize, Serialize};

use super::SealedError;
use crate::model::{DeviceId, DeviceSeq, Envelope, Feed, Origin, Part};
use crate::vault::device_signed;
use crate::wire::{
    Acknowledgement, Bytes, Certificate, ChainHead, Push, Verdict, link, push_message, salted_hash,
};

/// To the county: what the phone would have pushed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandIn {
    /// [`crate::wire::VERSION`].
    pub version: u16,
    /// The phone.
    pub device: DeviceId,
    /// Its unsent saves, signed as in a push.
    pub push: Push,
}

/// To a phone: the same file as it goes to the county, and what this phone may see of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// [`crate::wire::VERSION`].
    pub version: u16,
    /// Who sealed it, said by the server.
    pub certificate: Certificate,
    /// The sender's chain before the first save.
    pub before: Bytes,
    /// The saves, contiguous.
    pub saves: Vec<SharedSave>,
    /// The signature of the push.
    pub signature: Bytes,
    /// The pieces of the file for the county, to be carried on; this phone cannot open them.
    pub county: Vec<Bytes>,
}

/// One save: its envelope, and of its parts those that the receiver may hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedSave {
    /// The envelope.
    pub envelope: Envelope,
    /// The parts, in their places.
    pub parts: Vec<SharedPart>,
}

/// A part, told or hidden.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedPart {
    /// Told: the receiver holds its feed.
    Told {
        /// Its salt in the chain.
        salt: Bytes,
        /// The feed that will carry it.
        feed: Feed,
        /// The part.
        part: Box<Part>,
    },
    /// Hidden: only its hash in the chain.
    Hidden(Bytes),
}

/// To the phone that sealed: how its saves stand, signed by the server as in any answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// [`crate::wire::VERSION`].
    pub version: u16,
    /// The phone.
    pub device: DeviceId,
    /// Everything through this number was heard.
    pub acknowledgement: Acknowledgement,
    /// How each save of the file stands.
    pub verdicts: Vec<Verdict>,
    /// The server's time, in milliseconds since 1970.
    pub server_millis: i64,
}

/// Saves whose signature holds: only [`Shared::check`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedTruth {
    /// Who made them.
    pub certificate: Certificate,
    /// The number of the last.
    pub last: DeviceSeq,
    /// The parts that are told, with what each save says of itself.
    pub told: Vec<(Feed, Part, Origin)>,
    /// The pieces for the county.
    pub county: Vec<Bytes>,
}

impl Shared {
    /// Checks everything that was signed: the server's word for the sender's keys, the sender's for
    /// the chain, that the saves are the sender's and follow one another.
    pub fn check(self, server_key: &[u8]) -> Result<SharedTruth, SealedError> {
        let certificate = self.certificate;
        if !certificate.is_of(server_key) {
            return Err(SealedError::NotSigned);
        }
        let mut chain: ChainHead = array(&self.before)?;
        let mut told = Vec::new();
        let mut last: Option<DeviceSeq> = None;
        for save in self.saves {
            let envelope = save.envelope;
            let follows = last.is_none_or(|last| last.checked_add(1) == Some(envelope.head.seq));
            let its =
                envelope.head.device == certificate.device && envelope.author == certificate.worker;
            if !follows || !its {
                return Err(SealedError::NotSigned);
            }
            last = Some(envelope.head.seq);
            let mut hashes = Vec::with_capacity(save.parts.len());
            let origin = Origin {
                envelope,
                received_at: None,
            };
            for part in save.parts {
                match part {
                    SharedPart::Hidden(hash) => hashes.push(array(&hash)?),
                    SharedPart::Told { salt, feed, part } => {
                        hashes.push(salted_hash(&array(&salt)?, &part));
                        told.push((feed, *part, origin.clone()));
                    }
                }
            }
            chain = link(&chain, &origin.envelope, &hashes);
        }
        let last = last.ok_or(SealedError::NotSigned)?;
        let message = push_message(certificate.device, last, &chain);
        if !device_signed(&certificate.public_key, &message, &self.signature.0) {
            return Err(SealedError::NotSigned);
        }
        Ok(SharedTruth {
            certificate,
            last,
            told,
            county: self.county,
        })
    }
}

fn array(bytes: &Bytes) -> Result<[u8; 32], SealedError> {
    bytes
        .0
        .as_slice()
        .try_into()
        .map_err(|_| SealedError::NotSigned)
}
