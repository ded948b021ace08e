//! An own save as few bytes, byte for byte the same again when it is sent.

use super::bytes::{Packer, Unpacker, Unreadable};
use super::envelope::{pack_envelope, unpack_envelope};
use super::terms::{Terms, Unknown};
use super::{compartment_from, compartment_number};
use crate::model::{Head, Part, RecordId, RowId, Save, Write};

const VERSION: u8 = 1;
const BEGINS: u8 = 0x40;
const OF_ROW: u8 = 0x80;

/// Packs a save.
pub(crate) fn pack_save(save: &Save, terms: &mut Terms) -> Result<Vec<u8>, Unknown> {
    let writes: usize = save.parts.iter().map(|part| part.writes.len()).sum();
    let mut out = Packer(Vec::with_capacity(64 + writes * 16));
    out.0.push(VERSION);
    out.number(terms.device(save.envelope.head.device)?);
    out.number(save.envelope.head.seq);
    pack_envelope(&mut out, &save.envelope, terms)?;
    out.number(save.parts.len() as u64);
    for part in &save.parts {
        pack_part(&mut out, part, terms)?;
    }
    Ok(out.0)
}

fn pack_part(out: &mut Packer, part: &Part, terms: &mut Terms) -> Result<(), Unknown> {
    out.0.extend_from_slice(part.record.bytes());
    out.number(terms.name(part.kind.as_str())?);
    let begins = if part.begins { BEGINS } else { 0 };
    let of_row = if part.row.is_some() { OF_ROW } else { 0 };
    out.0
        .push(compartment_number(part.compartment) | begins | of_row);
    if let Some(row) = part.row {
        out.0.extend_from_slice(row.bytes());
    }
    out.number(part.writes.len() as u64);
    for write in &part.writes {
        terms.pack_field(out, &write.field)?;
        out.value(&write.value);
        out.number((write.seen.len() as u64) << 1 | u64::from(write.calculated));
        for head in &write.seen {
            out.number(terms.device(head.device)?);
            out.number(head.seq);
        }
    }
    Ok(())
}

/// Reads a packed save.
pub(crate) fn unpack_save(bytes: &[u8], terms: &Terms) -> Result<Save, Unreadable> {
    let mut from = Unpacker(bytes);
    if from.byte()? != VERSION {
        return Err(Unreadable);
    }
    let head = unpack_head(&mut from, terms)?;
    let envelope = unpack_envelope(&mut from, head, terms)?;
    let count = from.count()?;
    let parts = (0..count).map(|_| unpack_part(&mut from, terms));
    Ok(Save {
        envelope,
        parts: parts.collect::<Result<_, _>>()?,
    })
}

fn unpack_head(from: &mut Unpacker<'_>, terms: &Terms) -> Result<Head, Unreadable> {
    Ok(Head {
        device: terms.read_device(from.number()?)?,
        seq: from.number()?,
    })
}

fn unpack_part(from: &mut Unpacker<'_>, terms: &Terms) -> Result<Part, Unreadable> {
    let record = RecordId::from_slice(from.take(16)?).map_err(|_| Unreadable)?;
    let kind = terms.read_kind(from.number()?)?;
    let tag = from.byte()?;
    let row = if tag & OF_ROW != 0 {
        Some(RowId::from_slice(from.take(16)?).map_err(|_| Unreadable)?)
    } else {
        None
    };
    let count = from.count()?;
    let mut writes = Vec::with_capacity(count);
    for _ in 0..count {
        let field = terms.unpack_field(from)?;
        let value = from.value()?;
        let (seen, calculated) = from.count_and_flag()?;
        let seen = (0..seen).map(|_| unpack_head(from, terms));
        let seen = seen.collect::<Result<_, _>>()?;
        writes.push(Write {
            field,
            value,
            seen,
            calculated,
        });
    }
    Ok(Part {
        record,
        kind,
        compartment: compartment_from(tag & !(BEGINS | OF_ROW))?,
        begins: tag & BEGINS != 0,
        row,
        writes,
    })
}
