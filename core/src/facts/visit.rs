//! A visit's row.

use std::collections::BTreeMap;

use super::rows::{Clocks, Instant, Met, Participant, Unread, Visit};
use super::{conflicted, instant};
use crate::merge::Record;
use crate::model::{Field, Origin, RowId, Value};

const READ: [&str; 7] = [
    "started_at",
    "mode",
    "outcome",
    "participants",
    "people",
    "confirmation",
    "backfill_reason",
];

/// The row, or which field of it cannot be read.
pub(super) fn row(record: &Record) -> Result<Visit, Unread> {
    let subjects = subjects(record);
    let unread = |field: &str| Unread {
        record: record.id.to_string(),
        field: field.to_owned(),
        subjects: subjects.keys().cloned().collect(),
    };
    let started_at = instant(record.text("started_at")).ok_or_else(|| unread("started_at"))?;
    let mode = record.text("mode").ok_or_else(|| unread("mode"))?;
    let evidence = evidence(record).ok_or_else(|| unread("mode"))?;
    // Calculated on each phone for itself; two that each met somebody met.
    let outcome = match subjects.values().any(|met| *met == Met::Met) {
        true => "met",
        false => record.text("outcome").unwrap_or_default(),
    };
    Ok(Visit {
        id: record.id.to_string(),
        mode: mode.to_owned(),
        outcome: outcome.to_owned(),
        subjects: subjects.clone(),
        started_at,
        recorded_at: Instant(evidence.envelope.wall.millis),
        received_at: evidence.received_at.map(Instant),
        last_server_time: evidence.envelope.last_server_millis.map(Instant),
        clocks: clocks(record),
        participants: participants(record),
        backfill_reason: record.text("backfill_reason").map(str::to_owned),
        confirmed: confirmed(record),
        conflicted: conflicted(record, &READ),
    })
}

/// The latest save that wrote a shown value of what the rules judge a visit by; of the rows of
/// people only those that `rows` takes.
fn latest(record: &Record, rows: impl Fn(RowId) -> bool) -> Option<&Origin> {
    let judged = |field: &Field| match field.row() {
        None => matches!(field.as_str(), "started_at" | "mode" | "outcome"),
        Some(("participants", _)) => true,
        Some(("people", row)) => matches!(field.leaf(), "met" | "person") && rows(row),
        Some(_) => false,
    };
    let written = record.fields.keys().filter(|field| judged(field));
    written
        .filter_map(|field| record.shown_origin(field))
        .max_by_key(|origin| origin.ordering())
}

/// The latest of the whole visit.
fn evidence(record: &Record) -> Option<&Origin> {
    latest(record, |_| true)
}

/// Each person's own, where they are not all one.
fn clocks(record: &Record) -> BTreeMap<String, Clocks> {
    let mut rows: BTreeMap<&str, Vec<RowId>> = BTreeMap::new();
    for row in record.rows("people") {
        if let Some(person) = record.row_text("people", row, "person") {
            rows.entry(person).or_default().push(row);
        }
    }
    let of_person = |(person, rows): (&str, Vec<RowId>)| {
        let origin = latest(record, |row| rows.contains(&row))?;
        Some((person.to_owned(), origin))
    };
    let own: BTreeMap<String, &Origin> = rows.into_iter().filter_map(of_person).collect();
    let whole = evidence(record).map(|origin| origin.envelope.head);
    if own.values().all(|o| Some(o.envelope.head) == whole) {
        return BTreeMap::new();
    }
    let clocks = |origin: &Origin| Clocks {
        recorded_at: Instant(origin.envelope.wall.millis),
        received_at: origin.received_at.map(Instant),
        last_server_time: origin.envelope.last_server_millis.map(Instant),
    };
    own.into_iter()
        .map(|(person, origin)| (person, clocks(origin)))
        .collect()
}

fn subjects(record: &Record) -> BTreeMap<String, Met> {
    let mut out = BTreeMap::new();
    for row in record.rows("people") {
        let Some(person) = record.row_text("people", row, "person") else {
            continue;
        };
        let met = match record.row_text("people", row, "met") {
            Some("met") => Met::Met,
            _ => Met::NotMet,
        };
        // Two rows about one person: whoever was met in one was met.
        let entry = out.entry(person.to_owned()).or_insert(met);
        if met == Met::Met {
            *entry = Met::Met;
        }
    }
    out
}

fn participants(record: &Record) -> Vec<Participant> {
    let mut out: Vec<Participant> = record
        .rows("participants")
        .into_iter()
        .filter_map(|row| {
            Some(Participant {
                worker: record.row_text("participants", row, "worker")?.to_owned(),
                role: record.row_text("participants", row, "role")?.to_owned(),
            })
        })
        .collect();
    out.sort();
    out.dedup();
    out
}

/// The latest row decides.
fn confirmed(record: &Record) -> Option<bool> {
    let row = record.rows("confirmation").into_iter().next_back()?;
    match record.in_row("confirmation", row, "confirmed")? {
        Value::Bool(yes) => Some(*yes),
        Value::Text(text) => match text.as_str() {
            "yes" | "true" | "1" => Some(true),
            "no" | "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
