//! Correcting what was refused: the correction says again what the refused save said and nobody
//! has altered since, so that one good save takes the place of a bad one whole.

use std::collections::BTreeSet;

use super::AppError;
use crate::model::{DeviceSeq, Head, Part, RecordId, Save, Write};
use crate::store::Tx;

/// The parts with what refused saves about the same records said, and the numbers of those saves.
pub(super) fn said_again(
    tx: &Tx<'_>,
    subject: RecordId,
    mut parts: Vec<Part>,
) -> Result<(Vec<Part>, Vec<DeviceSeq>), AppError> {
    let mut touched: BTreeSet<RecordId> = parts.iter().map(|part| part.record).collect();
    touched.insert(subject);
    let mut mended = Vec::new();
    // The later first: it holds the values that still stand.
    for save in tx.refused_saves()?.into_iter().rev() {
        if save.parts.iter().any(|part| touched.contains(&part.record)) {
            touched.extend(save.parts.iter().map(|part| part.record));
            mended.push(save.envelope.head.seq);
            say_again(tx, &save, &mut parts)?;
        }
    }
    Ok((parts, mended))
}

fn say_again(tx: &Tx<'_>, save: &Save, parts: &mut Vec<Part>) -> Result<(), AppError> {
    let head = save.envelope.head;
    for told in &save.parts {
        if told.begins {
            let same = parts.iter_mut().filter(|part| part.record == told.record);
            same.for_each(|part| part.begins = true);
        }
        let Some(record) = tx.record(told.record)? else {
            continue;
        };
        let stands = |write: &&Write| {
            let register = record.fields.get(&write.field);
            register.is_some_and(|register| register.live.contains_key(&head))
        };
        let said: BTreeSet<_> = parts
            .iter()
            .filter(|part| part.record == told.record)
            .flat_map(|part| part.writes.iter().map(|write| write.field.clone()))
            .collect();
        let again: Vec<Write> = told
            .writes
            .iter()
            .filter(stands)
            .filter(|write| !said.contains(&write.field))
            .map(|write| again(write, head))
            .collect();
        if again.is_empty() {
            continue;
        }
        let same = |part: &&mut Part| {
            part.record == told.record
                && part.compartment == told.compartment
                && part.row == told.row
        };
        match parts.iter_mut().find(same) {
            Some(part) => part.writes.extend(again),
            None => parts.push(Part {
                writes: again,
                begins: told.begins || parts.iter().any(|p| p.record == told.record && p.begins),
                ..told.clone()
            }),
        }
    }
    Ok(())
}

/// The same write, which takes the place of the refused one.
fn again(write: &Write, refused: Head) -> Write {
    let mut write = write.clone();
    if !write.seen.contains(&refused) {
        write.seen.push(refused);
    }
    write
}
