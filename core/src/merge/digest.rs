//! The running digest of a feed: one number for everything that it carries.
//!
//! It is a sum modulo 2^128 over what each save told of each record in the feed's compartment, so it
//! is the same in whatever order things came, and what joins or leaves a feed is added or taken away
//! without reading the rest. It shows what was lost, doubled or altered by accident; what somebody
//! altered on purpose is shown by the devices' chains.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use super::{Record, Register, Told};
use crate::model::{Compartment, Field, Head, RecordId, Value};

/// A sum of what a feed, or a part of it, tells; zero where that is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct FeedDigest(u128);

impl FeedDigest {
    /// What every received save tells of a record in one compartment. What was not received yet is
    /// not counted: the other end cannot know it.
    pub fn of_record(record: &Record, compartment: Compartment) -> FeedDigest {
        let origins = record.origins.iter();
        let received = origins.filter(|(_, origin)| origin.received_at.is_some());
        let mut heads: BTreeMap<Head, Vec<(&Field, &Told)>> =
            received.map(|(head, _)| (*head, Vec::new())).collect();
        if heads.is_empty() {
            return FeedDigest::default();
        }
        for (field, register) in in_compartment(record, compartment) {
            let past = register.past.iter();
            let past = past.filter_map(|(head, told)| Some((head, told.as_ref()?)));
            for (head, told) in register.live.iter().chain(past) {
                if let Some(of_head) = heads.get_mut(head) {
                    of_head.push((field, told));
                }
            }
        }
        heads
            .into_iter()
            .fold(FeedDigest::default(), |sum, (head, told)| {
                sum + of_told(record.id, compartment, head, &told)
            })
    }

    /// What one save tells of a record in one compartment.
    pub fn of_save(record: &Record, compartment: Compartment, head: Head) -> FeedDigest {
        let mut told = Vec::new();
        for (field, register) in in_compartment(record, compartment) {
            let live = register.live.get(&head);
            let past = || register.past.get(&head)?.as_ref();
            told.extend(live.or_else(past).map(|told| (field, told)));
        }
        of_told(record.id, compartment, head, &told)
    }

    /// The sixteen bytes, the highest first.
    pub fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// From sixteen bytes, the highest first.
    pub fn from_bytes(bytes: [u8; 16]) -> FeedDigest {
        FeedDigest(u128::from_be_bytes(bytes))
    }
}

fn in_compartment(
    record: &Record,
    compartment: Compartment,
) -> impl Iterator<Item = (&Field, &Register)> {
    let all = record.fields.iter();
    all.filter(move |(_, register)| register.compartment == compartment)
}

/// The first sixteen bytes of SHA-256 over everything that a save tells of a record in a
/// compartment, fields in their order.
fn of_told(
    record: RecordId,
    compartment: Compartment,
    head: Head,
    told: &[(&Field, &Told)],
) -> FeedDigest {
    if told.is_empty() {
        return FeedDigest::default();
    }
    let mut bytes = Vec::with_capacity(96 + told.len() * 48);
    bytes.extend_from_slice(b"tanfang-feed/1");
    bytes.extend_from_slice(record.bytes());
    put_text(&mut bytes, compartment.as_str());
    put_head(&mut bytes, head);
    for (field, told) in told {
        put_text(&mut bytes, field.as_str());
        bytes.push(u8::from(told.calculated));
        put_value(&mut bytes, &told.value);
    }
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    let (first, _) = hash.split_at(16);
    let sum = first
        .iter()
        .fold(0, |sum, byte| sum << 8 | u128::from(*byte));
    FeedDigest(sum)
}

/// A value as bytes: of equal values the same, of others others.
pub(super) fn value_bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_value(&mut bytes, value);
    bytes
}

fn put_count(into: &mut Vec<u8>, count: usize) {
    into.extend_from_slice(&(count as u64).to_be_bytes());
}

fn put_text(into: &mut Vec<u8>, text: &str) {
    put_count(into, text.len());
    into.extend_from_slice(text.as_bytes());
}

fn put_head(into: &mut Vec<u8>, head: Head) {
    into.extend_from_slice(head.device.bytes());
    into.extend_from_slice(&head.seq.to_be_bytes());
}

/// A value by its kind and content; it nests no deeper than reading it allows.
fn put_value(into: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => into.push(0),
        Value::Bool(yes) => into.extend_from_slice(&[1, u8::from(*yes)]),
        Value::Int(number) => {
            into.push(2);
            into.extend_from_slice(&number.to_be_bytes());
        }
        Value::Real(number) => {
            into.push(3);
            into.extend_from_slice(&number.to_bits().to_be_bytes());
        }
        Value::Text(text) => {
            into.push(4);
            put_text(into, text);
        }
        Value::List(values) => {
            into.push(5);
            put_count(into, values.len());
            values.iter().for_each(|value| put_value(into, value));
        }
        Value::Map(values) => {
            into.push(6);
            put_count(into, values.len());
            for (name, value) in values {
                put_text(into, name);
                put_value(into, value);
            }
        }
    }
}

impl Add for FeedDigest {
    type Output = FeedDigest;
    fn add(self, other: FeedDigest) -> FeedDigest {
        FeedDigest(self.0.wrapping_add(other.0))
    }
}

impl AddAssign for FeedDigest {
    fn add_assign(&mut self, other: FeedDigest) {
        *self = *self + other;
    }
}

impl Sub for FeedDigest {
    type Output = FeedDigest;
    fn sub(self, other: FeedDigest) -> FeedDigest {
        FeedDigest(self.0.wrapping_sub(other.0))
    }
}

impl SubAssign for FeedDigest {
    fn sub_assign(&mut self, other: FeedDigest) {
        *self = *self - other;
    }
}

impl From<(u64, u64)> for FeedDigest {
    fn from((high, low): (u64, u64)) -> FeedDigest {
        FeedDigest(u128::from(high) << 64 | u128::from(low))
    }
}

impl From<FeedDigest> for (u64, u64) {
    fn from(digest: FeedDigest) -> (u64, u64) {
        ((digest.0 >> 64) as u64, digest.0 as u64)
    }
}

#[cfg(test)]
mod tests;
