//! The values of one field, a column: all texts or all whole numbers, else one after another.

use serde::Deserialize;

use super::bytes::{Out, Reader, Unreadable};
use super::tables::{Ids, KnownIds};
use super::{ints, texts};
use crate::model::Value;
use crate::wire::codec::{BYTES_AN_ITEM, items};

const MIXED: u8 = 0;
const TEXTS: u8 = 1;
const NUMBERS: u8 = 2;

/// Writes a column.
pub(super) fn write(out: &mut Out, ids: &mut Ids, values: &[&Value]) {
    let all_texts: Option<Vec<&str>> = values.iter().map(|value| value.as_text()).collect();
    if let Some(column) = all_texts {
        out.0.push(TEXTS);
        texts::write(out, ids, &column);
        return;
    }
    let numbers = values.iter().map(|value| match value {
        Value::Int(n) => Some(*n),
        _ => None,
    });
    if let Some(column) = numbers.collect::<Option<Vec<i64>>>() {
        out.0.push(NUMBERS);
        ints::write(out, &column);
        return;
    }
    out.0.push(MIXED);
    let mut mixed = Vec::new();
    for value in values {
        // Our own values in memory: nothing of theirs can fail to pack.
        let _ = rmp_serde::encode::write(&mut mixed, value);
    }
    out.bytes(&mixed);
}

/// Reads a column of so many values.
pub(super) fn read(
    from: &mut Reader<'_>,
    ids: &mut KnownIds,
    count: usize,
) -> Result<Vec<Value>, Unreadable> {
    from.charge(count, size_of::<Value>())?;
    match from.byte()? {
        TEXTS => {
            let column = texts::read(from, ids, count)?;
            Ok(column.into_iter().map(Value::Text).collect())
        }
        NUMBERS => {
            let column = ints::read(from, count)?;
            Ok(column.into_iter().map(Value::Int).collect())
        }
        MIXED => mixed(from, count),
        _ => Err(Unreadable::Altered),
    }
}

fn mixed(from: &mut Reader<'_>, count: usize) -> Result<Vec<Value>, Unreadable> {
    let bytes = from.bytes()?;
    let items = items(bytes, from.allowed() / BYTES_AN_ITEM).ok_or(Unreadable::TooLarge)?;
    from.charge(bytes.len(), 1)?;
    from.charge(items as usize, BYTES_AN_ITEM as usize)?;
    let mut rest = bytes;
    let mut reader = rmp_serde::Deserializer::new(&mut rest);
    let values = (0..count).map(|_| Value::deserialize(&mut reader));
    let values: Vec<Value> = values
        .collect::<Result<_, _>>()
        .map_err(|_| Unreadable::Altered)?;
    if rest.is_empty() {
        Ok(values)
    } else {
        Err(Unreadable::Altered)
    }
}
