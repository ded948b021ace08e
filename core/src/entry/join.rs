//! From records back to answers.

use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

use super::Lookup;
use super::split::{RECORD, leaves_of};
use crate::form::{Form, NodeKind, ROW};
use crate::merge::Record;
use crate::model::{
    DeviceId, Envelope, Field, Head, Hlc, Kind, Origin, Part, RecordId, RowId, WallTime, WorkerId,
};

/// The shown values of a record, and of the records that its form writes besides, as answers by
/// question name; rows carry `$row`. What is not held is not there.
pub fn answers(form: &Form, subject: RecordId, lookup: &Lookup<'_>) -> Map<String, Json> {
    match lookup(subject) {
        Some(record) => answers_from(form, &record, lookup),
        None => Map::new(),
    }
}

fn answers_from(form: &Form, record: &Record, lookup: &Lookup<'_>) -> Map<String, Json> {
    let mut out = Map::new();
    let writes_household = *form.kind() != Kind::HOUSEHOLD
        && form.nodes().iter().any(|node| node.of == Kind::HOUSEHOLD);
    let household = record
        .text("household")
        .filter(|_| writes_household)
        .and_then(|id| id.parse().ok())
        .and_then(lookup);
    let of = |kind: &Kind| match kind {
        kind if kind == form.kind() => Some(record),
        kind if *kind == Kind::HOUSEHOLD => household.as_ref(),
        _ => None,
    };
    for node in form.nodes().iter().filter(|node| node.repeat.is_none()) {
        if node.kind == NodeKind::Repeat {
            let rows: Vec<Json> = if node.opens_record {
                record
                    .rows(&node.name)
                    .iter()
                    .filter_map(|row| record_row(form, record, &node.name, *row, lookup))
                    .collect()
            } else {
                let home = of(&node.of);
                home.map(|r| {
                    r.rows(&node.name)
                        .iter()
                        .map(|row| row_answers(form, r, &node.name, *row))
                        .collect()
                })
                .unwrap_or_default()
            };
            if !rows.is_empty() {
                out.insert(node.name.clone(), Json::Array(rows));
            }
        } else if node.kind.is_leaf()
            && let Some(value) = of(&node.of)
                .and_then(|r| r.shown_named(&node.name))
                .filter(|v| !v.is_null())
        {
            out.insert(node.name.clone(), value.to_json());
        }
    }
    out
}

fn row_answers(form: &Form, record: &Record, repeat: &str, row: RowId) -> Json {
    let mut out = Map::new();
    out.insert(ROW.to_owned(), json!(row.to_string()));
    for leaf in leaves_of(form, repeat) {
        if let Some(value) = record
            .in_row(repeat, row, &leaf.name)
            .filter(|v| !v.is_null())
        {
            out.insert(leaf.name.clone(), value.to_json());
        }
    }
    Json::Object(out)
}

fn record_row(
    form: &Form,
    subject: &Record,
    repeat: &str,
    row: RowId,
    lookup: &Lookup<'_>,
) -> Option<Json> {
    subject.in_row(repeat, row, RECORD)?;
    let record = lookup(RecordId::from_uuid(row.uuid()))?;
    let mut out = Map::new();
    out.insert(ROW.to_owned(), json!(row.to_string()));
    for leaf in leaves_of(form, repeat) {
        if let Some(value) = record.shown_named(&leaf.name).filter(|v| !v.is_null()) {
            out.insert(leaf.name.clone(), value.to_json());
        }
    }
    Some(Json::Object(out))
}

/// The answers that a save's parts were made from, and the subject among its records: what the
/// server checks a creating save by. `lookup` finds the records that the save does not make.
pub fn answers_of_parts(
    form: &Form,
    parts: &[Part],
    lookup: &Lookup<'_>,
) -> Option<(RecordId, Map<String, Json>)> {
    let subject = parts.iter().find(|part| part.kind == *form.kind())?.record;
    let origin = nobody();
    let mut records: BTreeMap<RecordId, Record> = BTreeMap::new();
    for part in parts {
        let record = records.entry(part.record).or_insert_with(|| {
            let known = if part.begins {
                None
            } else {
                lookup(part.record)
            };
            known.unwrap_or_else(|| Record::new(part.record, part.kind.clone()))
        });
        for write in &part.writes {
            record.fields.remove(&write.field);
        }
        record.hear(part, &origin);
    }
    let record = records.remove(&subject)?;
    let found = |id: RecordId| records.get(&id).cloned().or_else(|| lookup(id));
    let mut answers = answers_from(form, &record, &found);
    answers.retain(|name, _| Field::parse(name).is_ok());
    Some((subject, answers))
}

/// The envelope of a save that is only looked at.
fn nobody() -> Origin {
    let device = DeviceId::from_uuid(uuid::Uuid::nil());
    Origin {
        envelope: Envelope {
            head: Head { device, seq: 0 },
            stamp: Hlc {
                millis: i64::MAX,
                counter: 0,
                device,
            },
            wall: WallTime::beijing(0),
            monotonic_millis: 0,
            last_server_millis: None,
            author: WorkerId::from_uuid(uuid::Uuid::nil()),
            role: String::new(),
            form: None,
            app: String::new(),
        },
        received_at: None,
    }
}
