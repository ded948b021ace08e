//! A settled record as few bytes. Of a record made by one save every value stands once, with
//! nothing beside it but its field's number.

use std::collections::BTreeMap;

use super::bytes::{Packer, Unpacker, Unreadable};
use super::envelope::{pack_envelope, unpack_envelope};
use super::terms::{Terms, Unknown};
use super::{compartment_from, compartment_number};
use crate::merge::{Record, Register, Told};
use crate::model::{Field, Head, Origin, RecordId};

const VERSION: u8 = 1;
/// A register of one live value, written by the record's first save by somebody who saw nothing.
const PLAIN: u8 = 0x80;
/// Of a plain one: a form filled it in.
const CALCULATED: u8 = 0x40;

/// Packs a record.
pub(crate) fn pack_record(record: &Record, terms: &mut Terms) -> Result<Vec<u8>, Unknown> {
    let mut out = Packer(Vec::with_capacity(64 + record.fields.len() * 16));
    out.0.push(VERSION);
    out.number(terms.name(record.kind.as_str())?);
    out.0.push(u8::from(record.begun));
    let heads = heads_of(record);
    let places: BTreeMap<Head, u64> = heads.iter().zip(0..).map(|(h, i)| (*h, i)).collect();
    out.number(heads.len() as u64);
    for head in &heads {
        out.number(terms.device(head.device)?);
        out.number(head.seq);
        match record.origins.get(head) {
            None => out.0.push(0),
            Some(origin) => {
                out.0.push(1);
                pack_envelope(&mut out, &origin.envelope, terms)?;
                out.maybe(origin.received_at);
            }
        }
    }
    out.number(record.fields.len() as u64);
    for (field, register) in &record.fields {
        terms.pack_field(&mut out, field)?;
        pack_register(&mut out, register, &places);
    }
    Ok(out.0)
}

/// Every head that the record names, those whose save was heard first.
fn heads_of(record: &Record) -> Vec<Head> {
    let mut heads: Vec<Head> = record.origins.keys().copied().collect();
    let heard = heads.len();
    let told = |told: &Told| told.seen.clone();
    for register in record.fields.values() {
        for (head, value) in &register.live {
            heads.push(*head);
            heads.extend(told(value));
        }
        for (head, value) in &register.past {
            heads.push(*head);
            heads.extend(value.iter().flat_map(told));
        }
    }
    let mut rest = heads.split_off(heard);
    rest.retain(|head| !record.origins.contains_key(head));
    rest.sort_unstable();
    rest.dedup();
    heads.extend(rest);
    heads
}

fn pack_register(out: &mut Packer, register: &Register, places: &BTreeMap<Head, u64>) {
    let place = |head: &Head| places.get(head).copied().unwrap_or_default();
    let compartment = compartment_number(register.compartment);
    if register.past.is_empty()
        && register.live.len() == 1
        && let Some((head, told)) = register.live.first_key_value()
        && place(head) == 0
        && told.seen.is_empty()
    {
        let calculated = if told.calculated { CALCULATED } else { 0 };
        out.0.push(compartment | PLAIN | calculated);
        out.value(&told.value);
        return;
    }
    out.0.push(compartment);
    let pack_told = |out: &mut Packer, told: &Told| {
        out.value(&told.value);
        out.number((told.seen.len() as u64) << 1 | u64::from(told.calculated));
        told.seen.iter().for_each(|head| out.number(place(head)));
    };
    out.number(register.live.len() as u64);
    for (head, told) in &register.live {
        out.number(place(head));
        pack_told(out, told);
    }
    out.number(register.past.len() as u64);
    for (head, told) in &register.past {
        out.number(place(head));
        out.0.push(u8::from(told.is_some()));
        if let Some(told) = told {
            pack_told(out, told);
        }
    }
}

/// Reads a packed record.
pub(crate) fn unpack_record(
    id: RecordId,
    bytes: &[u8],
    terms: &Terms,
) -> Result<Record, Unreadable> {
    let mut from = Unpacker(bytes);
    if from.byte()? != VERSION {
        return Err(Unreadable);
    }
    let mut record = Record::new(id, terms.read_kind(from.number()?)?);
    record.begun = from.byte()? == 1;
    let count = from.count()?;
    let mut heads = Vec::with_capacity(count);
    for _ in 0..count {
        let device = terms.read_device(from.number()?)?;
        let head = Head {
            device,
            seq: from.number()?,
        };
        if from.byte()? == 1 {
            let envelope = unpack_envelope(&mut from, head, terms)?;
            let received_at = from.maybe()?;
            let origin = Origin {
                envelope,
                received_at,
            };
            record.origins.insert(head, origin);
        }
        heads.push(head);
    }
    for _ in 0..from.count()? {
        let field: Field = terms.unpack_field(&mut from)?;
        let register = unpack_register(&mut from, &heads)?;
        record.fields.insert(field, register);
    }
    Ok(record)
}

fn unpack_register(from: &mut Unpacker<'_>, heads: &[Head]) -> Result<Register, Unreadable> {
    let tag = from.byte()?;
    let mut register = Register::new(compartment_from(tag & !(PLAIN | CALCULATED))?);
    if tag & PLAIN != 0 {
        let first = *heads.first().ok_or(Unreadable)?;
        let told = Told {
            value: from.value()?,
            seen: Vec::new(),
            calculated: tag & CALCULATED != 0,
        };
        register.live.insert(first, told);
        return Ok(register);
    }
    for _ in 0..from.count()? {
        let head = unpack_head(from, heads)?;
        register.live.insert(head, unpack_told(from, heads)?);
    }
    for _ in 0..from.count()? {
        let head = unpack_head(from, heads)?;
        let told = match from.byte()? {
            0 => None,
            _ => Some(unpack_told(from, heads)?),
        };
        register.past.insert(head, told);
    }
    Ok(register)
}

fn unpack_head(from: &mut Unpacker<'_>, heads: &[Head]) -> Result<Head, Unreadable> {
    let place = usize::try_from(from.number()?).map_err(|_| Unreadable)?;
    heads.get(place).copied().ok_or(Unreadable)
}

fn unpack_told(from: &mut Unpacker<'_>, heads: &[Head]) -> Result<Told, Unreadable> {
    let value = from.value()?;
    let (count, calculated) = from.count_and_flag()?;
    let seen = (0..count).map(|_| unpack_head(from, heads));
    Ok(Told {
        value,
        seen: seen.collect::<Result<_, _>>()?,
        calculated,
    })
}
