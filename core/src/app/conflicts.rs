//! Conflicts: what two people said of one field, and a person's choice.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::sync::Arc;

use super::forms::HeldForm;
use super::save::{Said, Saved, SavedRecord, value_of};
use super::{App, AppError, Finder};
use crate::entry;
use crate::form::{Context, Problem, ROW, Severity, check, check_types_only};
use crate::merge::{Conflict, Record};
use crate::model::{Field, FormRef, GONE, Head, Kind, Part, RecordId, VOID, Value, Write};
use crate::store::{Listing, Tx};

/// A field that a person has to decide.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConflictLine {
    /// The record.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its name, or what else tells it from the others.
    pub title: String,
    /// The field; `people[ROW].$gone` where a taking out stands against an edit.
    pub field: String,
    /// What everybody had seen before, if it is held.
    pub base: Json,
    /// The values, the shown one first: `settle` chooses by place, from 1.
    pub values: Vec<RivalLine>,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RivalLine {
    /// The value.
    pub value: Json,
    /// The worker who wrote it; of several the latest.
    pub author: Option<String>,
    /// The worker's name, if it is held.
    pub author_name: Option<String>,
    /// The device it was written on.
    pub device: Option<String>,
    /// When, by that device's clock.
    pub at: Option<String>,
}

/// What a person chose.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// One of the values, by place from 1.
    Place(usize),
    /// Another value.
    Value(Json),
}

impl App {
    /// Everything that a person has to decide.
    pub fn conflicts(&self) -> Result<Vec<ConflictLine>, AppError> {
        self.read(|tx| {
            let listing = Listing {
                in_conflict: true,
                ..Listing::default()
            };
            let mut lines = Vec::new();
            for line in tx.lines(&listing)? {
                let Some(record) = tx.record(line.id)? else {
                    continue;
                };
                lines.extend(record.conflicts().iter().map(|conflict| ConflictLine {
                    id: line.id.to_string(),
                    kind: line.kind.clone(),
                    title: line.title.clone(),
                    field: conflict.field.to_string(),
                    base: conflict.base.map_or(Json::Null, Value::to_json),
                    values: rivals(tx, conflict),
                }));
            }
            Ok(lines)
        })
    }

    /// Decides a field: a save like any other, which names every head. The record is checked by
    /// its form afterwards; what is then wrong comes back as warnings.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] for a place that is none of the values, and for a value whose
    /// type or code the field does not take.
    pub fn settle(&self, id: RecordId, field: &str, choice: &Choice) -> Result<Saved, AppError> {
        let field = Field::parse(field).map_err(|_| AppError::NotFound { what: "field" })?;
        self.write(|tx| {
            let record = tx
                .record(id)?
                .ok_or(AppError::NotFound { what: "record" })?;
            let register = record
                .fields
                .get(&field)
                .ok_or(AppError::NotFound { what: "field" })?;
            let value = chosen(&record, &field, choice)?;
            let me = self.me(tx)?;
            let form = match choice {
                Choice::Value(_) => self.form_for(tx, &record, &field, &value)?,
                Choice::Place(_) => None,
            };
            let part = Part {
                record: id,
                kind: record.kind.clone(),
                compartment: register.compartment,
                begins: false,
                row: (record.kind == Kind::VISIT)
                    .then(|| field.row())
                    .flatten()
                    .filter(|(repeat, _)| *repeat == "people")
                    .map(|(_, row)| row),
                writes: vec![Write {
                    seen: heads(&record, &field, &value),
                    field: field.clone(),
                    value,
                    calculated: false,
                }],
            };
            let area = tx.area_of(id)?.and_then(|area| area.parse().ok());
            let said = Said {
                subject: id,
                form,
                role: me.role(None, area.as_ref()),
                parts: vec![part],
                named: BTreeSet::new(),
            };
            let seq = self.append(tx, &me, said)?;
            Ok(Saved {
                id: id.to_string(),
                records: vec![SavedRecord {
                    id: id.to_string(),
                    kind: record.kind.to_string(),
                }],
                seq,
                warnings: self.warnings(tx, id)?,
                drafts: Vec::new(),
            })
        })
    }

    /// The form that asks a field, if the record's form does, once the value is one that it takes.
    fn form_for(
        &self,
        tx: &Tx<'_>,
        record: &Record,
        field: &Field,
        value: &Value,
    ) -> Result<Option<FormRef>, AppError> {
        let (repeat, name) = match field.row() {
            Some((repeat, _)) => (Some(repeat), field.leaf()),
            None => (None, field.as_str()),
        };
        let held = self.form_of(tx, record, &Map::new())?;
        let asks = |held: &Arc<HeldForm>| held.form.field(repeat, name).is_some();
        let Some(held) = held.filter(asks) else {
            return Ok(None);
        };
        if !value.is_null() {
            let mut answer = Map::from_iter([(name.to_owned(), value.to_json())]);
            if let Some((repeat, row)) = field.row() {
                answer.insert(ROW.to_owned(), json!(row.to_string()));
                answer = Map::from_iter([(repeat.to_owned(), json!([answer]))]);
            }
            let context = Context::editing(self.doors.clock.now());
            check_types_only(&held.form, &answer, &context).map_err(|mut problems| {
                for problem in &mut problems {
                    problem.field = field.to_string();
                }
                AppError::NeedsCorrection {
                    problems,
                    draft: None,
                }
            })?;
        }
        Ok(Some(held.reference.clone()))
    }

    /// What the form says of the record as it now stands; none of it undoes the choice.
    fn warnings(&self, tx: &Tx<'_>, id: RecordId) -> Result<Vec<Problem>, AppError> {
        let Some(record) = tx.record(id)? else {
            return Ok(Vec::new());
        };
        let Some(held) = self.form_of(tx, &record, &Map::new())? else {
            return Ok(Vec::new());
        };
        let me = self.me(tx)?;
        let finder = Finder::new(tx);
        let answers = entry::answers(&held.form, id, &|id| finder.find(id));
        finder.done()?;
        let context = self.context(tx, &me, &answers, Some(id))?;
        let mut problems = match check(&held.form, &answers, &context) {
            Ok(checked) => checked.warnings().to_vec(),
            Err(problems) => problems,
        };
        for problem in &mut problems {
            problem.severity = Severity::Warning;
        }
        Ok(problems)
    }
}

fn chosen(record: &Record, field: &Field, choice: &Choice) -> Result<Value, AppError> {
    let place = match choice {
        Choice::Value(json) => return value_of(field.as_str(), json),
        Choice::Place(place) => *place,
    };
    let conflicts = record.conflicts();
    let conflict = conflicts.iter().find(|conflict| conflict.field == field);
    let Some(conflict) = conflict else {
        let message = "这个字段没有冲突 / nothing is to be decided of this field";
        return Err(AppError::problem(field.as_str(), message));
    };
    let rival = place
        .checked_sub(1)
        .and_then(|place| conflict.rivals.get(place));
    let Some(rival) = rival else {
        let message = format!(
            "请在 1 到 {n} 之间选择 / choose between 1 and {n}",
            n = conflict.rivals.len()
        );
        return Err(AppError::problem(field.as_str(), message));
    };
    // Beside a taking out the others are edits: to choose one is to leave the row in.
    let taken_out = matches!(field.leaf(), GONE | VOID);
    if taken_out && !matches!(rival.value, Value::Bool(_)) {
        return Ok(Value::Bool(false));
    }
    Ok(rival.value.clone())
}

/// Every head of the field; of a taking out also those of what is taken out.
fn heads(record: &Record, field: &Field, value: &Value) -> Vec<Head> {
    let mut heads = record.heads(field);
    if matches!(field.leaf(), GONE | VOID) && *value == Value::Bool(true) {
        heads.extend(record.heads_under(field.row()));
        heads.sort_unstable();
        heads.dedup();
    }
    heads
}

pub(super) fn rivals(tx: &Tx<'_>, conflict: &Conflict<'_>) -> Vec<RivalLine> {
    let line = |rival: &crate::merge::Rival<'_>| {
        let latest = rival.by.first().map(|origin| &origin.envelope);
        let name = latest.and_then(|envelope| {
            let worker = tx.record(envelope.author.record()).ok()??;
            worker.text("name").map(str::to_owned)
        });
        RivalLine {
            value: rival.value.to_json(),
            author: latest.map(|envelope| envelope.author.to_string()),
            author_name: name,
            device: latest.map(|envelope| envelope.head.device.to_string()),
            at: latest.map(|envelope| envelope.wall.rfc3339()),
        }
    };
    conflict.rivals.iter().map(line).collect()
}
