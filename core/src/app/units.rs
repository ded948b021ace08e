//! Whom a line of the report is about, in words: a person, a household, a pairing.

use serde::Serialize;

use super::forms::HeldForm;
use super::labels::{Labels, Lang};
use super::{App, AppError};
use crate::facts;
use crate::merge::Record;
use crate::model::{Field, Kind, RecordId, Value};
use crate::store::Tx;

/// Somebody that a list names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitWords {
    /// The unit's id.
    pub unit: String,
    /// The person to open: of a pairing the one who is helped, of a household none.
    pub person: Option<String>,
    /// The person's name, or what else tells it from the others.
    pub title: String,
    /// Of a person `elder` or `child`.
    pub group: Option<String>,
    /// The area's code.
    pub area: Option<String>,
    /// The area's name, where the county's list has it.
    pub area_name: Option<String>,
}

/// A number that a person's card gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallLine {
    /// Whose it is: what the card calls it.
    pub label: String,
    /// The number as it is dialled.
    pub number: String,
}

/// The unit of an id; its id alone where no such record is held.
pub(super) fn unit_words(
    tx: &Tx<'_>,
    labels: &Labels<'_, '_>,
    unit: &str,
) -> Result<UnitWords, AppError> {
    let find = |id: &str| -> Result<Option<Record>, AppError> {
        match id.parse::<RecordId>() {
            Ok(id) => Ok(tx.record(id)?),
            Err(_) => Ok(None),
        }
    };
    let Some(mut record) = find(unit)? else {
        return Ok(UnitWords {
            unit: unit.to_owned(),
            person: None,
            title: unit.to_owned(),
            group: None,
            area: None,
            area_name: None,
        });
    };
    if record.kind == Kind::PAIRING
        && let Some(helped) = record.text("person").map(str::to_owned)
        && let Some(person) = find(&helped)?
    {
        record = person;
    }
    let mut row = facts::list_row(&record);
    if record.kind == Kind::HOUSEHOLD {
        row.title = household_title(tx, &record)?.unwrap_or(row.title);
    }
    let area = tx.area_of(record.id)?;
    let area_name = match &area {
        Some(code) => labels.area_name(code)?,
        None => None,
    };
    Ok(UnitWords {
        unit: unit.to_owned(),
        person: (record.kind == Kind::PERSON).then(|| record.id.to_string()),
        title: row.title,
        group: row.group,
        area,
        area_name,
    })
}

/// A household is known by its people.
fn household_title(tx: &Tx<'_>, household: &Record) -> Result<Option<String>, AppError> {
    let mut names = Vec::new();
    for person in tx.people_of(household.id)? {
        names.extend(
            tx.record(person)?
                .map(|person| facts::list_row(&person).title),
        );
    }
    Ok((!names.is_empty()).then(|| names.join("、")))
}

impl App {
    /// The numbers of a record's card, in the card's order.
    pub(super) fn calls(&self, held: &HeldForm, record: &Record, lang: Lang) -> Vec<CallLine> {
        let asked = held.form.leaves();
        let of_phone = asked.filter(|leaf| leaf.refers.as_deref() == Some("phone"));
        let mut calls: Vec<CallLine> = Vec::new();
        for leaf in of_phone.filter(|leaf| leaf.of == record.kind) {
            let fields = record.fields.keys().filter(|field| {
                let repeat = field.row().map(|(repeat, _)| repeat);
                field.leaf() == leaf.name && repeat == leaf.repeat.as_deref()
            });
            for number in fields.filter_map(|field| shown_text(record, field)) {
                if !calls.iter().any(|call| call.number == number) {
                    calls.push(CallLine {
                        label: leaf.label(lang.code()).to_owned(),
                        number: number.to_owned(),
                    });
                }
            }
        }
        calls
    }
}

fn shown_text<'r>(record: &'r Record, field: &Field) -> Option<&'r str> {
    if let Some((repeat, row)) = field.row() {
        let gone = Field::gone(repeat, row).ok()?;
        if record.shown(&gone) == Some(&Value::Bool(true)) {
            return None;
        }
    }
    let text = record.shown(field)?.as_text()?;
    (!text.is_empty()).then_some(text)
}
