//! Correcting what was refused (`docs/sync-model.md`, "What was refused").
//!
//! A save goes by itself unless it corrects a refused one: then it says again what that one said
//! and nobody has altered since, so that one good save takes the place of a bad one whole.

use std::collections::BTreeSet;

use super::AppError;
use super::save::Said;
use crate::merge::Record;
use crate::model::{DeviceId, DeviceSeq, Field, Head, Kind, Part, RecordId, RowId, Write};
use crate::store::{RefusedSave, Tx};

/// A field names at most so many heads: the server refuses more than 1,024.
const SEEN_LIMIT: usize = 1_000;

/// Completes what is said by what it corrects; the numbers of the saves that it replaces.
pub(super) fn correcting(
    tx: &Tx<'_>,
    device: DeviceId,
    said: &mut Said,
) -> Result<Vec<DeviceSeq>, AppError> {
    let mut refused = tx.refused_saves()?;
    // The later first: it holds the values that still stand.
    refused.reverse();
    for earlier in &refused {
        let begins = earlier.begins();
        if corrects(said, earlier, &begins) {
            for part in &earlier.save.parts {
                if !begins.contains(&part.record) {
                    say_again(tx, earlier, part, said, |_| true)?;
                }
            }
            for record in begins {
                bring_whole(tx, record, said)?;
            }
            if said.form.is_none() {
                said.form.clone_from(&earlier.save.envelope.form);
            }
        } else {
            let rows = rows_built_on(tx, device, said, earlier)?;
            let built_on = |record, field: &Field| {
                let row = field.row();
                row.is_some_and(|(repeat, row)| rows.contains(&(record, repeat.to_owned(), row)))
            };
            for part in &earlier.save.parts {
                say_again(tx, earlier, part, said, |field| {
                    built_on(part.record, field)
                })?;
            }
        }
    }
    name_what_was_seen(tx, device, &mut said.parts)?;
    let mut mended = Vec::new();
    for earlier in &refused {
        if replaces(tx, said, earlier)? {
            mended.push(earlier.own.seq);
        }
    }
    Ok(mended)
}

/// Whether what is said is a correction of a refused save: an edit of what it was to begin, or one
/// that names what it was refused for.
fn corrects(said: &Said, refused: &RefusedSave, begins: &BTreeSet<RecordId>) -> bool {
    let own = said.subject == refused.own.subject;
    if begins.contains(&refused.own.subject) {
        return own || begins.contains(&said.subject);
    }
    if own && said.parts.iter().any(|part| begins.contains(&part.record)) {
        return true;
    }
    let parts = refused.save.parts.iter();
    let written: Vec<(RecordId, &Field)> = parts
        .flat_map(|part| part.writes.iter().map(|write| (part.record, write)))
        .filter(|(_, write)| !write.calculated)
        .map(|(record, write)| (record, &write.field))
        .collect();
    let verdict = refused.own.verdict.as_ref();
    let named = verdict.and_then(|verdict| verdict.field.as_deref());
    let mut at_fault = written.clone();
    if let Some(named) = named {
        at_fault.retain(|(_, field)| is_named(named, field));
        // What spans answers may name a question that the save did not write.
        if at_fault.is_empty() {
            at_fault = written;
        }
    }
    let names = |(record, field): &(RecordId, &Field)| {
        let by_name = own && said.named.contains(question(field));
        by_name || writes(&said.parts, *record, field).is_some()
    };
    at_fault.iter().any(names) || own && named.is_some_and(|named| said.named.contains(base(named)))
}

/// Whether a refusal's field (`name`, `people[2].met`, `people[ROW].met`, `people`) is this one.
fn is_named(named: &str, field: &Field) -> bool {
    let Some((repeat, rest)) = named.split_once('[') else {
        return named == question(field);
    };
    let Some((row, leaf)) = rest.split_once(']') else {
        return false;
    };
    let leaf = leaf.trim_start_matches('.');
    let Some((of, own_row)) = field.row() else {
        return false;
    };
    // A row that is counted, not named, may be any.
    let same_row = row.len() != 36 || row == own_row.to_string();
    of == repeat && same_row && (leaf.is_empty() || leaf == field.leaf())
}

/// The name by which answers give a field: its own, or its repeat's.
fn question(field: &Field) -> &str {
    field.row().map_or(field.as_str(), |(repeat, _)| repeat)
}

fn base(named: &str) -> &str {
    named.split_once('[').map_or(named, |(repeat, _)| repeat)
}

fn writes<'p>(parts: &'p [Part], record: RecordId, field: &Field) -> Option<&'p Write> {
    let of_record = parts.iter().filter(|part| part.record == record);
    of_record
        .flat_map(|part| &part.writes)
        .find(|write| write.field == *field)
}

type Row = (RecordId, String, RowId);

/// Rows that are written to and that a refused save was to add: half a row says nothing.
fn rows_built_on(
    tx: &Tx<'_>,
    device: DeviceId,
    said: &Said,
    refused: &RefusedSave,
) -> Result<BTreeSet<Row>, AppError> {
    let mut rows = BTreeSet::new();
    for part in &said.parts {
        for write in &part.writes {
            let Some((repeat, row)) = write.field.row() else {
                continue;
            };
            let of_record = refused
                .save
                .parts
                .iter()
                .filter(|p| p.record == part.record);
            let mut told = of_record.flat_map(|part| &part.writes);
            let told = told.find(|told| told.field.row() == Some((repeat, row)));
            if let Some(told) = told
                && only_pending(tx, device, &told.seen)?
            {
                rows.insert((part.record, repeat.to_owned(), row));
            }
        }
    }
    Ok(rows)
}

/// Whether nothing was seen that the server may know.
fn only_pending(tx: &Tx<'_>, device: DeviceId, seen: &[Head]) -> Result<bool, AppError> {
    for head in seen {
        if head.device != device || !tx.is_pending(head.seq)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Says again what a part of a refused save said, as far as it still stands and is wanted.
fn say_again(
    tx: &Tx<'_>,
    refused: &RefusedSave,
    told: &Part,
    said: &mut Said,
    wanted: impl Fn(&Field) -> bool,
) -> Result<(), AppError> {
    let head = refused.save.envelope.head;
    let Some(record) = tx.record(told.record)? else {
        return Ok(());
    };
    for write in told.writes.iter().filter(|write| wanted(&write.field)) {
        if !stands(&record, &write.field, head)
            || writes(&said.parts, told.record, &write.field).is_some()
        {
            continue;
        }
        let mut again = write.clone();
        again.seen.push(head);
        add(&mut said.parts, told, again);
    }
    Ok(())
}

fn stands(record: &Record, field: &Field, head: Head) -> bool {
    let register = record.fields.get(field);
    register.is_some_and(|register| register.live.contains_key(&head))
}

/// Says a record that was never begun whole, as it is shown: what was saved on it meanwhile waits
/// at the server, and is no more than a part.
fn bring_whole(tx: &Tx<'_>, id: RecordId, said: &mut Said) -> Result<(), AppError> {
    let Some(record) = tx.record(id)? else {
        return Ok(());
    };
    for (field, register) in &record.fields {
        let head = record.shown_origin(field).map(|o| o.envelope.head);
        let Some(told) = head.and_then(|head| register.live.get(&head)) else {
            continue;
        };
        if writes(&said.parts, id, field).is_some() {
            continue;
        }
        let row = field.row().filter(|(repeat, _)| *repeat == "people");
        let place = Part {
            record: id,
            kind: record.kind.clone(),
            compartment: register.compartment,
            begins: true,
            row: row
                .filter(|_| record.kind == Kind::VISIT)
                .map(|(_, row)| row),
            writes: Vec::new(),
        };
        let write = Write {
            field: field.clone(),
            value: told.value.clone(),
            seen: record.heads(field),
            calculated: told.calculated,
        };
        add(&mut said.parts, &place, write);
    }
    let same = said.parts.iter_mut().filter(|part| part.record == id);
    same.for_each(|part| part.begins = true);
    Ok(())
}

/// Adds a write to the part of its place.
fn add(parts: &mut Vec<Part>, place: &Part, write: Write) {
    let same = |part: &&mut Part| {
        part.record == place.record
            && part.compartment == place.compartment
            && part.row == place.row
    };
    match parts.iter_mut().find(same) {
        Some(part) => part.writes.push(write),
        None => parts.push(Part {
            begins: place.begins || parts.iter().any(|p| p.record == place.record && p.begins),
            writes: vec![write],
            ..place.clone()
        }),
    }
}

/// Whoever looked at an own value that the server has not accepted, and may never, has also seen
/// what that value replaced: else the server and every other phone would keep it as a rival.
fn name_what_was_seen(tx: &Tx<'_>, device: DeviceId, parts: &mut [Part]) -> Result<(), AppError> {
    for part in parts {
        let own = |write: &Write| write.seen.iter().any(|head| head.device == device);
        if !part.writes.iter().any(own) {
            continue;
        }
        let Some(record) = tx.record(part.record)? else {
            continue;
        };
        for write in &mut part.writes {
            let mut at = 0;
            while let Some(head) = write.seen.get(at).copied() {
                at += 1;
                if head.device != device || !tx.is_pending(head.seq)? {
                    continue;
                }
                for before in seen_by(&record, &write.field, head) {
                    if write.seen.len() < SEEN_LIMIT && !write.seen.contains(&before) {
                        write.seen.push(before);
                    }
                }
            }
        }
    }
    Ok(())
}

/// What a write of the field had seen; of a row taken out, what a write under it had seen.
fn seen_by(record: &Record, field: &Field, head: Head) -> Vec<Head> {
    let told = |field: &Field| {
        let register = record.fields.get(field)?;
        let past = || register.past.get(&head)?.as_ref();
        register.live.get(&head).or_else(past)
    };
    if let Some(told) = told(field) {
        return told.seen.clone();
    }
    if !field.is_pseudo() {
        return Vec::new();
    }
    let under = record
        .fields
        .keys()
        .filter(|other| field.row().is_none() || other.row() == field.row());
    under
        .filter_map(told)
        .flat_map(|told| told.seen.iter().copied())
        .collect()
}

/// Whether nothing of a refused save stands any longer, and what is said is why.
fn replaces(tx: &Tx<'_>, said: &Said, refused: &RefusedSave) -> Result<bool, AppError> {
    let head = refused.save.envelope.head;
    let mut named = false;
    for part in &refused.save.parts {
        let Some(record) = tx.record(part.record)? else {
            continue;
        };
        for write in &part.writes {
            if stands(&record, &write.field, head) {
                let now = writes(&said.parts, part.record, &write.field);
                if !now.is_some_and(|now| now.seen.contains(&head)) {
                    return Ok(false);
                }
                named = true;
            }
        }
    }
    let begun = |id: &RecordId| said.parts.iter().any(|p| p.record == *id && p.begins);
    let begins = refused.begins();
    Ok((named || !begins.is_empty()) && begins.iter().all(begun))
}
