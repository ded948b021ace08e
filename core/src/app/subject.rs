//! What a form is asked with: time, rights, and the rows of `instance('subject')`.

use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

use super::me::Me;
use super::{App, AppError};
use crate::facts::rows::{Day, Instant};
use crate::form::Context;
use crate::merge::Record;
use crate::model::{Kind, RecordId, Value};
use crate::store::Tx;

/// How many records one set of answers may name; a visit names a household's people.
const NAMED: usize = 500;

impl App {
    /// Everything that an answer may depend on besides the answers.
    pub(super) fn context(
        &self,
        tx: &Tx<'_>,
        me: &Me,
        answers: &Map<String, Json>,
        subject: Option<RecordId>,
    ) -> Result<Context, AppError> {
        let now = self.doors.clock.now();
        let on = answers
            .get("started_at")
            .and_then(Json::as_str)
            .and_then(|text| text.parse::<Instant>().ok())
            .map_or(me.today, Instant::day);
        let mut ids: BTreeSet<RecordId> = subject.into_iter().collect();
        answers.values().for_each(|value| named(value, 4, &mut ids));
        let mut rows = Vec::new();
        for id in ids {
            let Some(record) = tx.record(id)? else {
                continue;
            };
            if record.kind == Kind::PERSON {
                rows.push(person_row(&record, me.today));
            } else if record.kind == Kind::WORKER {
                rows.push(worker_row(&record, me, on));
            }
        }
        Ok(Context {
            now,
            lang: "zh".into(),
            held: Some(me.compartments.clone()),
            subject: rows,
            creating: subject.is_none(),
            username: me.enrolment.worker.to_string(),
            deviceid: me.enrolment.device.to_string(),
        })
    }
}

/// The ids that answers name.
fn named(value: &Json, depth: u8, ids: &mut BTreeSet<RecordId>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Json::String(text) if text.len() == 36 && ids.len() < NAMED => {
            ids.extend(text.parse::<RecordId>().ok())
        }
        Json::Array(all) => all.iter().for_each(|value| named(value, depth, ids)),
        Json::Object(all) => all.values().for_each(|value| named(value, depth, ids)),
        _ => {}
    }
}

/// A person: `name` is the record's id, as in every such table, `label` the person's name, `age`
/// in whole years; besides each of the plain values that are held.
fn person_row(person: &Record, on: Day) -> BTreeMap<String, String> {
    let mut row = BTreeMap::new();
    let plain = |field: &&crate::model::Field| !field.is_pseudo() && field.row().is_none();
    for field in person.fields.keys().filter(plain) {
        let text = match person.shown(field) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Int(number)) => number.to_string(),
            Some(Value::Bool(yes)) => yes.to_string(),
            _ => continue,
        };
        row.insert(field.as_str().to_owned(), text);
    }
    if let Some(label) = row.insert("name".to_owned(), person.id.to_string()) {
        row.insert("label".to_owned(), label);
    }
    let born: Option<Day> = person
        .text("birth_date")
        .and_then(|text| text.get(..10))
        .and_then(|text| text.parse().ok());
    if let Some(age) = born.and_then(|born| on.date().years_since(born.date())) {
        row.insert("age".to_owned(), age.to_string());
    }
    row
}

/// A worker: the roles held on the day, with spaces between them.
fn worker_row(worker: &Record, me: &Me, on: Day) -> BTreeMap<String, String> {
    let id = worker.id.to_string();
    BTreeMap::from([
        ("roles".to_owned(), me.roles_of(&id, on).join(" ")),
        (
            "label".to_owned(),
            worker.text("name").unwrap_or_default().to_owned(),
        ),
        ("name".to_owned(), id),
    ])
}
