//! Cells of a row against what the records hold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use tanfang_core::form::{Form, FormField, ROW};
use tanfang_core::merge::{Record, Register, Told};
use tanfang_core::model::{
    AreaCode, Compartment, DeviceId, Field, Head, Kind, Part, RecordId, RowId, Value, Write,
};
use tanfang_core::policy::is_automatic;

/// The answers with an id for each row of a repeat: that of the row that is there already, else
/// one that follows from record, repeat, code and first day, so that the same ledger names the
/// same row in every epoch.
pub(super) fn with_rows(
    form: &Form,
    answers: &Map<String, Json>,
    person: &Record,
    household: &Record,
) -> Map<String, Json> {
    let mut answers = answers.clone();
    for (name, value) in &mut answers {
        let Some(rows) = value.as_array_mut() else {
            continue;
        };
        let of = form.field(None, name).map(|node| node.of.clone());
        let record = if of == Some(Kind::HOUSEHOLD) {
            household
        } else {
            person
        };
        for row in rows.iter_mut().filter_map(Json::as_object_mut) {
            let text = |leaf: &str| {
                row.get(leaf)
                    .and_then(Json::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let id = row_id(record, name, &text("code"), &text("from"));
            row.insert(ROW.to_owned(), id.to_string().into());
        }
        in_order(rows);
    }
    answers
}

/// Rows stand in the order of their ids, as a record gives them back: what is calculated from them
/// is the same at every import.
fn in_order(rows: &mut [Json]) {
    rows.sort_by(|a, b| {
        let id = |row: &Json| row.get(ROW).and_then(Json::as_str).map(str::to_owned);
        id(a).cmp(&id(b))
    });
}

fn row_id(record: &Record, repeat: &str, code: &str, from: &str) -> RowId {
    let mut hash = Sha256::new();
    hash.update(b"tanfang-import-row/1");
    hash.update(record.id.bytes());
    for word in [repeat, code, from] {
        hash.update([0]);
        hash.update(word.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    let own = RowId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid());
    let rows = record.rows(repeat);
    if rows.contains(&own) {
        return own;
    }
    let same = |row: &RowId| {
        let text = |leaf: &str| record.row_text(repeat, *row, leaf).unwrap_or_default();
        text("code") == code && text("from") == from
    };
    rows.into_iter().find(same).unwrap_or(own)
}

/// Puts rows into those that are there, by their ids.
pub(super) fn join_rows(known: &mut Vec<Json>, rows: &[Json]) {
    for row in rows {
        let same = known
            .iter_mut()
            .find(|other| other.get(ROW) == row.get(ROW));
        match (same.and_then(Json::as_object_mut), row.as_object()) {
            (Some(other), Some(row)) => {
                other.extend(
                    row.iter()
                        .map(|(name, value)| (name.clone(), value.clone())),
                );
            }
            _ => known.push(row.clone()),
        }
    }
    in_order(known);
}

/// What is written of one row's person and household.
pub(super) struct Sheet<'a> {
    own: &'a BTreeSet<DeviceId>,
    person: Record,
    household: Record,
    /// Whether an earlier row of the file spoke for the household: the first one does, so that two
    /// rows that differ do not overwrite each other at every import.
    spoken_for: bool,
    /// How old the ledger is, of the person and of the household.
    ages: (Age, Age),
    writes: BTreeMap<(RecordId, Compartment), Vec<Write>>,
    /// Questions of which the ledger says what a later one replaced: nothing is written of them.
    older: Vec<String>,
}

/// The age of a ledger beside those that spoke of the same record before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// A later one has spoken: nothing is taken.
    Older,
    /// Nobody said, or of the same day: what an import said before its last word is not new.
    Unknown,
    /// Later than all that spoke before.
    Newer,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(
        own: &'a BTreeSet<DeviceId>,
        person: Record,
        household: Record,
        spoken_for: bool,
        ages: (Age, Age),
    ) -> Self {
        Self {
            own,
            person,
            household,
            spoken_for,
            ages,
            writes: BTreeMap::new(),
            older: Vec::new(),
        }
    }

    pub(super) fn ids(&self) -> (RecordId, RecordId) {
        (self.person.id, self.household.id)
    }

    /// The row's answers as the form keeps them, and what the form calculates from them.
    pub(super) fn answers(
        &mut self,
        form: &Form,
        given: &Map<String, Json>,
        checked: &Map<String, Json>,
    ) {
        for leaf in form
            .leaves()
            .filter(|leaf| leaf.repeat.is_none() && leaf.name != "household")
        {
            let asked = leaf.calculated || given.contains_key(&leaf.name);
            if asked && let Some(value) = checked.get(&leaf.name).and_then(Value::from_json) {
                self.cell(leaf, &leaf.name, value);
            }
        }
        for (name, rows) in given {
            let rows = rows
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_object);
            for row in rows {
                self.row(form, name, row, checked);
            }
        }
        let household = self.household.id.to_string();
        self.put(
            Whose::Person,
            "household",
            Compartment::Contact,
            Value::text(household),
            false,
        );
    }

    fn row(
        &mut self,
        form: &Form,
        repeat: &str,
        given: &Map<String, Json>,
        checked: &Map<String, Json>,
    ) {
        let Some(id) = given.get(ROW).and_then(Json::as_str) else {
            return;
        };
        let rows = checked
            .get(repeat)
            .and_then(Json::as_array)
            .into_iter()
            .flatten();
        let kept = rows
            .filter_map(Json::as_object)
            .find(|row| row.get(ROW).and_then(Json::as_str) == Some(id));
        let Some(kept) = kept else { return };
        for leaf in form
            .leaves()
            .filter(|leaf| leaf.repeat.as_deref() == Some(repeat))
        {
            let asked = leaf.calculated || given.contains_key(&leaf.name);
            if asked && let Some(value) = kept.get(&leaf.name).and_then(Value::from_json) {
                self.cell(leaf, &format!("{repeat}[{id}].{}", leaf.name), value);
            }
        }
    }

    fn cell(&mut self, leaf: &FormField, field: &str, value: Value) {
        let whose = if leaf.of == Kind::HOUSEHOLD {
            Whose::Household
        } else {
            Whose::Person
        };
        self.put(whose, field, leaf.compartment, value, leaf.calculated);
    }

    /// Routes the household, with the residence row that goes with it.
    pub(super) fn household(&mut self, area: &AreaCode) {
        let area = Value::text(area.as_str());
        self.put(
            Whose::Household,
            "$area",
            Compartment::Contact,
            area.clone(),
            false,
        );
        let written = self.writes.get(&(self.household.id, Compartment::Contact));
        let routed =
            written.is_some_and(|writes| writes.iter().any(|write| write.field == Field::area()));
        if routed {
            // No day of a move was said: the open row is put right.
            let rows = self.household.rows("residence");
            let open = rows
                .into_iter()
                .rfind(|row| self.household.row_text("residence", *row, "to").is_none());
            let row = open.unwrap_or_else(|| row_id(&self.household, "residence", "", ""));
            let field = format!("residence[{row}].area");
            self.put(Whose::Household, &field, Compartment::Contact, area, false);
        }
    }

    /// Writes a value where it differs from the import's own last one.
    fn put(
        &mut self,
        whose: Whose,
        field: &str,
        compartment: Compartment,
        value: Value,
        calculated: bool,
    ) {
        let Ok(field) = Field::parse(field) else {
            return;
        };
        let (record, age) = match whose {
            Whose::Household if self.spoken_for => return,
            Whose::Person => (&self.person, self.ages.0),
            Whose::Household => (&self.household, self.ages.1),
        };
        let register = record.fields.get(&field);
        let seen = if calculated {
            // Nobody's decision: it follows from the others and never conflicts.
            let same = record.shown(&field) == Some(&value);
            if same || age == Age::Older || (value.is_null() && register.is_none()) {
                return;
            }
            record.heads(&field)
        } else {
            let told = register.map(|register| own_told(self.own, record, register));
            let told = told.unwrap_or_default();
            match told.last() {
                Some((_, last)) if **last == value => return,
                None if record.shown(&field) == Some(&value) || value.is_null() => return,
                _ => {}
            }
            if age == Age::Older
                || age == Age::Unknown && told.iter().any(|(_, told)| **told == value)
            {
                self.older.push(question(&field));
                return;
            }
            own_heads(self.own, record, &field)
        };
        let writes = self.writes.entry((record.id, compartment)).or_default();
        writes.push(Write {
            field,
            value,
            seen,
            calculated,
        });
    }

    /// Takes out the questions of which the ledger says what a later one replaced.
    pub(super) fn older(&mut self) -> Vec<String> {
        self.older.sort();
        self.older.dedup();
        std::mem::take(&mut self.older)
    }

    /// Those of these questions, empty in this row, that only ledgers have answered: a newer ledger
    /// may mean that the answer no longer holds, or may not know it.
    pub(super) fn emptied(
        &self,
        form: &Form,
        empty: &[(String, &'static str)],
    ) -> Vec<(String, &'static str)> {
        let only_ledgers = |name: &str| {
            let of = form.field(None, name).map(|leaf| &leaf.of);
            let (record, age) = match of {
                Some(kind) if *kind == Kind::HOUSEHOLD && self.spoken_for => return false,
                Some(kind) if *kind == Kind::HOUSEHOLD => (&self.household, self.ages.1),
                _ => (&self.person, self.ages.0),
            };
            let Ok(field) = Field::parse(name) else {
                return false;
            };
            let shown = record.shown(&field).is_some_and(|value| !value.is_null());
            let by = record.shown_origin(&field).map(|o| o.envelope.head);
            age != Age::Older && shown && by.is_some_and(|head| is_own(self.own, record, head))
        };
        let mut emptied = empty.to_vec();
        emptied.retain(|(name, _)| only_ledgers(name));
        emptied
    }

    /// The parts, the household's first: the person points to it. Where the ledger says nothing
    /// new, nothing is calculated anew: a worker's edit has calculated it already.
    pub(super) fn finish(mut self) -> Vec<Part> {
        if self.writes.values().flatten().all(|write| write.calculated) {
            self.writes.clear();
        }
        let records = [&self.household, &self.person].map(|r| (r.id, r.kind.clone(), !r.begun));
        let mut parts = Vec::new();
        for (id, kind, begins) in records {
            for compartment in Compartment::ALL {
                let Some(writes) = self.writes.remove(&(id, compartment)) else {
                    continue;
                };
                let kind = kind.clone();
                parts.push(Part {
                    record: id,
                    kind,
                    compartment,
                    begins,
                    row: None,
                    writes,
                });
            }
        }
        parts
    }
}

#[derive(Clone, Copy)]
enum Whose {
    Person,
    Household,
}

/// A field as answers name it: a row's without the row.
fn question(field: &Field) -> String {
    match field.row() {
        Some((repeat, _)) => format!("{repeat}.{}", field.leaf()),
        None => field.as_str().to_owned(),
    }
}

/// The values that imports wrote, superseded or not, the latest last.
fn own_told<'r>(
    own: &BTreeSet<DeviceId>,
    record: &Record,
    register: &'r Register,
) -> Vec<(Head, &'r Value)> {
    let ours = register
        .writes()
        .filter(|(head, _)| is_own(own, record, *head));
    let mut told: Vec<_> = ours.collect();
    told.sort_by_key(|(head, _)| (record.origins.get(head).map(|o| o.ordering()), *head));
    let value = |(head, told): (Head, &'r Told)| (head, &told.value);
    told.into_iter().map(value).collect()
}

/// What settled itself is written by the same device, and is nobody's ledger.
fn is_own(own: &BTreeSet<DeviceId>, record: &Record, head: Head) -> bool {
    let origin = record.origins.get(&head);
    own.contains(&head.device) && !origin.is_some_and(|origin| is_automatic(&origin.envelope))
}

/// The heads that imports wrote and nobody superseded, else the last that they wrote: what a ledger
/// says now, it says to who knew what it said then.
fn own_heads(own: &BTreeSet<DeviceId>, record: &Record, field: &Field) -> Vec<Head> {
    let Some(register) = record.fields.get(field) else {
        return Vec::new();
    };
    let live = register.live.keys().copied();
    let heads: Vec<Head> = live.filter(|head| is_own(own, record, *head)).collect();
    if heads.is_empty() {
        let last = own_told(own, record, register).pop();
        return last.map(|(head, _)| head).into_iter().collect();
    }
    heads
}
