//! The rows of `instance('subject')`: what a form may ask about the people and workers that its
//! answers name. The phone asks with them and the server checks with them, so they are one function
//! and stand on one day: the day of the visit that the answers give, else the day of the press.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::rows::{Day, Instant, Span};
use crate::merge::Record;
use crate::model::{Compartment, Field, Kind, RecordId, Value};

/// How many records one set of answers may name; a visit names a household's people.
const NAMED: usize = 500;

/// Who is asked about, by whom, on which day.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The answers.
    pub answers: &'a Map<String, Json>,
    /// The record that is edited; none for a new one.
    pub subject: Option<RecordId>,
    /// The day on which the button was pressed, in UTC+8.
    pub pressed: Day,
    /// The compartments that the author holds: of another nothing is asked.
    pub held: &'a BTreeSet<Compartment>,
}

impl Asking<'_> {
    /// The day on which the rows stand: that of `started_at`, else that of the press.
    pub fn day(&self) -> Day {
        let started = self.answers.get("started_at").and_then(Json::as_str);
        let started = started.and_then(|text| text.parse::<Instant>().ok());
        started.map_or(self.pressed, Instant::day)
    }

    /// A row for each person and worker that the answers name and `lookup` finds; `terms` gives
    /// the roles of a worker, with the time for which each is held.
    ///
    /// `name` is the record's id, as in every such table, `label` the name. Of a person besides
    /// every plain value and `age` in whole years, of a worker `roles`, with spaces between them.
    pub fn rows(
        &self,
        lookup: &mut dyn FnMut(RecordId) -> Option<Record>,
        terms: &mut dyn FnMut(RecordId) -> Vec<(String, Span)>,
    ) -> Vec<BTreeMap<String, String>> {
        let mut ids: BTreeSet<RecordId> = self.subject.into_iter().collect();
        let values = self.answers.values();
        values.for_each(|value| named(value, 4, &mut ids));
        let on = self.day();
        let row = |id| {
            let record = lookup(id)?;
            if record.kind == Kind::PERSON {
                Some(person(&record, on, self.held))
            } else if record.kind == Kind::WORKER {
                Some(worker(&record, on, terms(id)))
            } else {
                None
            }
        };
        ids.into_iter().filter_map(row).collect()
    }
}

/// The ids that answers name.
fn named(value: &Json, depth: u8, ids: &mut BTreeSet<RecordId>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Json::String(text) if text.len() == 36 && ids.len() < NAMED => {
            ids.extend(text.parse::<RecordId>().ok());
        }
        Json::Array(all) => all.iter().for_each(|value| named(value, depth, ids)),
        Json::Object(all) => all.values().for_each(|value| named(value, depth, ids)),
        _ => {}
    }
}

fn person(person: &Record, on: Day, held: &BTreeSet<Compartment>) -> BTreeMap<String, String> {
    let mut row = BTreeMap::new();
    let plain = |field: &Field| !field.is_pseudo() && field.row().is_none();
    for (field, register) in &person.fields {
        if !plain(field) || !held.contains(&register.compartment) {
            continue;
        }
        let text = match person.shown(field) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Int(number)) => number.to_string(),
            Some(Value::Bool(yes)) => yes.to_string(),
            _ => continue,
        };
        row.insert(field.as_str().to_owned(), text);
    }
    let born = row.get("birth_date").and_then(|text| text.get(..10));
    let born: Option<Day> = born.and_then(|text| text.parse().ok());
    if let Some(age) = born.and_then(|born| on.date().years_since(born.date())) {
        row.insert("age".to_owned(), age.to_string());
    }
    if let Some(label) = row.insert("name".to_owned(), person.id.to_string()) {
        row.insert("label".to_owned(), label);
    }
    row
}

fn worker(worker: &Record, on: Day, terms: Vec<(String, Span)>) -> BTreeMap<String, String> {
    let held = terms.into_iter().filter(|(_, span)| span.holds(on));
    let roles: BTreeSet<String> = held.map(|(role, _)| role).collect();
    let roles: Vec<String> = roles.into_iter().collect();
    let label = worker.text("name").unwrap_or_default();
    BTreeMap::from([
        ("name".to_owned(), worker.id.to_string()),
        ("label".to_owned(), label.to_owned()),
        ("roles".to_owned(), roles.join(" ")),
    ])
}

#[cfg(test)]
#[path = "subject_tests.rs"]
mod tests;
