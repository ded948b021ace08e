//! Records: lists of them, and one whole.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

use super::attachments::PhotoLine;
use super::conflicts::{RivalLine, told};
use super::{App, AppError, Finder};
use crate::entry;
use crate::form::ROW;
use crate::merge::Record;
use crate::model::{AreaCode, Field, RecordId, RowId, Value};
use crate::policy::Policies;
use crate::store::Listing;

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListLine {
    /// The record.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Of a person `elder` or `child`.
    pub group: Option<String>,
    /// Its name, or what else tells it from the others.
    pub title: String,
    /// The area of its household.
    pub area: Option<String>,
    /// How many fields a person has to decide.
    pub conflicts: u32,
    /// Whether something of it came in a sealed file and is not yet at the county.
    pub unconfirmed: bool,
}

/// A record with everything that is held of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The form that it is edited by.
    pub form: Option<String>,
    /// That form's version.
    pub version: Option<String>,
    /// The area of its household.
    pub area: Option<String>,
    /// Whether it is void.
    pub void: bool,
    /// Its values by name; rows carry `$row`.
    pub fields: Map<String, Json>,
    /// What a person has to decide.
    pub conflicts: Vec<ShownConflict>,
    /// Whether something of it came in a sealed file and is not yet at the county.
    pub unconfirmed: bool,
    /// Its photos, signatures and scans, and where each is.
    pub photos: Vec<PhotoLine>,
}

/// A field with several values, or fields that are settled together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownConflict {
    /// The field.
    pub field: String,
    /// What it is called; 中文.
    pub label_zh: String,
    /// The same, English.
    pub label_en: String,
    /// The values, the shown one first.
    pub values: Vec<RivalLine>,
}

impl App {
    /// The records that a list asks for.
    ///
    /// An area's code may be written with zeros for "all of this level": 530999201000 is 530999201.
    pub fn list(&self, listing: &Listing) -> Result<Vec<ListLine>, AppError> {
        let mut listing = listing.clone();
        let code = listing.area.as_deref().map(str::parse::<AreaCode>);
        if let Some(Ok(code)) = code {
            listing.area = Some(code.to_string());
        }
        self.read(|tx| {
            let lines = tx.lines(&listing)?.into_iter();
            let unconfirmed = tx.unconfirmed_records()?;
            Ok(lines
                .map(|line| ListLine {
                    unconfirmed: unconfirmed.contains(&line.id),
                    id: line.id.to_string(),
                    kind: line.kind,
                    group: line.group,
                    title: line.title,
                    area: line.area,
                    conflicts: line.conflicts,
                })
                .collect())
        })
    }

    /// One record, with the household's answers of a person's card.
    pub fn show(&self, id: RecordId) -> Result<Shown, AppError> {
        self.read(|tx| {
            let record = tx
                .record(id)?
                .ok_or(AppError::NotFound { what: "record" })?;
            let held = self.form_if_readable(tx, &record)?;
            let mut fields = plain(&record);
            if let Some(held) = &held {
                let finder = Finder::new(tx);
                fields.extend(entry::answers(&held.form, id, &|id| finder.find(id)));
                finder.done()?;
            }
            let labels = self.labels(tx)?;
            let questions = Policies::of_forms(labels.forms()).questions(&record);
            let mut conflicts = Vec::with_capacity(questions.len());
            for question in &questions {
                let line = told(tx, &labels, &record, question)?;
                conflicts.push(ShownConflict {
                    field: line.field,
                    label_zh: line.label_zh,
                    label_en: line.label_en,
                    values: line.values,
                });
            }
            Ok(Shown {
                id: id.to_string(),
                kind: record.kind.to_string(),
                form: held.as_ref().map(|held| held.reference.id.clone()),
                version: held.as_ref().map(|held| held.reference.version.clone()),
                area: tx.area_of(id)?,
                void: record.is_void(),
                fields,
                conflicts,
                unconfirmed: tx.unconfirmed_records()?.contains(&id),
                photos: super::attachments::lines(tx, Some(id))?,
            })
        })
    }
}

/// Every value that is held, whether or not a form knows it.
fn plain(record: &Record) -> Map<String, Json> {
    let mut fields = Map::new();
    let mut rows: BTreeMap<String, BTreeMap<RowId, Map<String, Json>>> = BTreeMap::new();
    for field in record.fields.keys().filter(|field| !field.is_pseudo()) {
        let Some(value) = record.shown(field).filter(|value| !value.is_null()) else {
            continue;
        };
        match field.row() {
            None => {
                fields.insert(field.to_string(), value.to_json());
            }
            Some((repeat, row)) if !is_gone(record, repeat, row) => {
                let of_repeat = rows.entry(repeat.to_owned()).or_default();
                let row = of_repeat.entry(row).or_default();
                row.insert(field.leaf().to_owned(), value.to_json());
            }
            Some(_) => {}
        }
    }
    for (repeat, rows) in rows {
        let rows = rows.into_iter().map(|(row, mut leaves)| {
            leaves.insert(ROW.to_owned(), json!(row.to_string()));
            Json::Object(leaves)
        });
        fields.insert(repeat, rows.collect());
    }
    fields
}

fn is_gone(record: &Record, repeat: &str, row: RowId) -> bool {
    Field::gone(repeat, row).is_ok_and(|gone| record.shown(&gone) == Some(&Value::Bool(true)))
}
