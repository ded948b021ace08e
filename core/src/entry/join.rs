//! From records back to answers.

use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

use super::Lookup;
use super::split::{RECORD, leaves_of};
use crate::form::{Form, NodeKind, ROW};
use crate::merge::Record;
use crate::model::{
    DeviceId, Envelope, Field, GONE, Head, Hlc, Kind, Origin, Part, RecordId, RowId, Value,
    WallTime, WorkerId, Write,
};

/// The shown values of a record, and of the records that its form writes besides, as answers by
/// question name; rows carry `$row`. What is not held is not there.
pub fn answers(form: &Form, subject: RecordId, lookup: &Lookup<'_>) -> Map<String, Json> {
    match lookup(subject) {
        Some(record) => answers_from(form, &record, &|id| lookup(id).map(Found::settled)),
        None => Map::new(),
    }
}

/// What is shown of a record.
trait Shown {
    /// The shown value by the field's name.
    fn value(&self, name: &str) -> Option<&Value>;
    /// The rows of a repeat that are not taken out, in the order of their birth.
    fn rows(&self, repeat: &str) -> Vec<RowId>;

    /// The shown value of a leaf in a row.
    fn in_row(&self, repeat: &str, row: RowId, leaf: &str) -> Option<&Value> {
        self.value(Field::in_row(repeat, row, leaf).ok()?.as_str())
    }
}

impl Shown for Record {
    fn value(&self, name: &str) -> Option<&Value> {
        self.shown_named(name)
    }

    fn rows(&self, repeat: &str) -> Vec<RowId> {
        Record::rows(self, repeat)
    }
}

/// What one save says of a record that it begins: nothing stands beside it, so nothing is settled.
/// By name; of two values of one field the later stands.
#[derive(Default)]
struct Said<'p>(Vec<&'p Write>);

impl<'p> Said<'p> {
    fn hear(&mut self, writes: &'p [Write]) {
        self.0.extend(writes);
        self.0.sort_by(|one, other| one.field.cmp(&other.field));
    }
}

impl Shown for Said<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        let through = self.0.partition_point(|write| write.field.as_str() <= name);
        let last = through.checked_sub(1).and_then(|at| self.0.get(at))?;
        (last.field.as_str() == name).then_some(&last.value)
    }

    fn rows(&self, repeat: &str) -> Vec<RowId> {
        let fields = self.0.iter().filter_map(|write| write.field.row());
        let rows: BTreeSet<RowId> = fields
            .filter(|(of, _)| *of == repeat)
            .map(|(_, row)| row)
            .collect();
        let gone = |row: &RowId| self.in_row(repeat, *row, GONE) == Some(&Value::Bool(true));
        rows.into_iter().filter(|row| !gone(row)).collect()
    }
}

/// A record that was looked up.
enum Found<'f> {
    Settled(Box<Record>),
    Here(&'f dyn Shown),
}

impl Found<'_> {
    fn settled(record: Record) -> Self {
        Found::Settled(Box::new(record))
    }

    fn shown(&self) -> &dyn Shown {
        match self {
            Found::Settled(record) => record.as_ref(),
            Found::Here(shown) => *shown,
        }
    }
}

type Find<'a, 'f> = dyn Fn(RecordId) -> Option<Found<'f>> + 'a;

fn answers_from(form: &Form, record: &dyn Shown, find: &Find<'_, '_>) -> Map<String, Json> {
    let mut out = Map::new();
    let writes_household = *form.kind() != Kind::HOUSEHOLD
        && form.nodes().iter().any(|node| node.of == Kind::HOUSEHOLD);
    let household = record
        .value("household")
        .and_then(Value::as_text)
        .filter(|_| writes_household)
        .and_then(|id| id.parse().ok())
        .and_then(find);
    let of = |kind: &Kind| match kind {
        kind if kind == form.kind() => Some(record),
        kind if *kind == Kind::HOUSEHOLD => household.as_ref().map(Found::shown),
        _ => None,
    };
    for node in form.nodes().iter().filter(|node| node.repeat.is_none()) {
        if node.kind == NodeKind::Repeat {
            let rows: Vec<Json> = if node.opens_record {
                record
                    .rows(&node.name)
                    .iter()
                    .filter_map(|row| record_row(form, record, &node.name, *row, find))
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
                .and_then(|r| r.value(&node.name))
                .filter(|v| !v.is_null())
        {
            out.insert(node.name.clone(), value.to_json());
        }
    }
    out
}

fn row_answers(form: &Form, record: &dyn Shown, repeat: &str, row: RowId) -> Json {
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
    subject: &dyn Shown,
    repeat: &str,
    row: RowId,
    find: &Find<'_, '_>,
) -> Option<Json> {
    subject.in_row(repeat, row, RECORD)?;
    let record = find(RecordId::from_uuid(row.uuid()))?;
    let mut out = Map::new();
    out.insert(ROW.to_owned(), json!(row.to_string()));
    for leaf in leaves_of(form, repeat) {
        let value = record.shown().value(&leaf.name);
        if let Some(value) = value.filter(|v| !v.is_null()) {
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
    let mut begun: BTreeMap<RecordId, Said<'_>> = BTreeMap::new();
    let mut known: BTreeMap<RecordId, Record> = BTreeMap::new();
    for part in parts {
        if part.begins && !known.contains_key(&part.record) || begun.contains_key(&part.record) {
            begun.entry(part.record).or_default().hear(&part.writes);
            continue;
        }
        let record = known.entry(part.record).or_insert_with(|| {
            lookup(part.record).unwrap_or_else(|| Record::new(part.record, part.kind.clone()))
        });
        for write in &part.writes {
            record.fields.remove(&write.field);
        }
        record.hear(part, &origin);
    }
    let here = |id: RecordId| -> Option<&dyn Shown> {
        match begun.get(&id) {
            Some(said) => Some(said),
            None => known.get(&id).map(|record| record as &dyn Shown),
        }
    };
    let find = |id| match here(id) {
        Some(shown) => Some(Found::Here(shown)),
        None => lookup(id).map(Found::settled),
    };
    let mut answers = answers_from(form, here(subject)?, &find);
    answers.retain(|name, _| Field::is_name(name));
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
