//! Settled records to narrow rows, for lists, search and compliance.
//!
//! One pure function of a settled record, [`of_record`]; both stores keep its row in the
//! transaction that settles the record. [`assemble`] puts the rows of many records together, which
//! is where a person learns the divisions of the household. Where heads conflict the shown value
//! counts, and the row is flagged.

pub mod rows;

mod assemble;
mod list;
mod person;
mod standing;
mod subject;
mod visit;

pub use assemble::assemble;
pub use list::{ListRow, list_row};
pub(crate) use person::DIFFICULTY;
pub use standing::{NotNoted, Standing};
pub use subject::Asking;

use serde::{Deserialize, Serialize};

use crate::merge::Record;
use crate::model::{Field, Kind, RowId, Value};
use rows::{Dated, Day, Document, Instant, Pairing, Span, Subject, Unread, Visit};

/// What one record gives to compliance, lists and search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactRow {
    /// A person; the divisions come from the household.
    Person(Box<PersonRow>),
    /// A household: where it lived when.
    Household {
        /// The record's id.
        id: String,
        /// Residence rows; where there are none, the area that routes it.
        residence: Vec<Dated>,
    },
    /// A visit.
    Visit(Box<Visit>),
    /// A pairing.
    Pairing(Pairing),
    /// A role held.
    Assignment {
        /// The worker's id.
        worker: String,
        /// The role.
        role: String,
        /// The area.
        division: String,
        /// From when to when.
        span: Span,
    },
    /// An agreement or plan.
    Document(Document),
    /// A record that gives no row.
    Unread(Unread),
}

/// A person's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonRow {
    /// What compliance reads; `divisions` is filled by [`assemble`].
    pub subject: Subject,
    /// Households the person belonged to for a time; where there are none, `subject.household`
    /// always.
    pub memberships: Vec<Dated>,
}

/// The row of a record; none for a void one, and for kinds that no list, search or rule asks.
pub fn of_record(record: &Record) -> Option<FactRow> {
    if record.is_void() {
        return None;
    }
    match record.kind.as_str() {
        k if k == Kind::PERSON.as_str() => {
            person::row(record).map(|p| FactRow::Person(Box::new(p)))
        }
        k if k == Kind::VISIT.as_str() => Some(match visit::row(record) {
            Ok(visit) => FactRow::Visit(Box::new(visit)),
            Err(unread) => FactRow::Unread(unread),
        }),
        k if k == Kind::HOUSEHOLD.as_str() => Some(household(record)),
        k if k == Kind::PAIRING.as_str() => pairing(record),
        k if k == Kind::ASSIGNMENT.as_str() => assignment(record),
        k if k == Kind::AGREEMENT.as_str() => document(record, "guardian_agreement"),
        k if k == Kind::PLAN.as_str() => document(record, "service_plan"),
        _ => None,
    }
}

fn household(record: &Record) -> FactRow {
    let mut residence = dated_rows(record, "residence", "area");
    if residence.is_empty() {
        let area = record.shown(&Field::area()).and_then(Value::as_text);
        residence.extend(area.map(|code| Dated {
            code: code.to_owned(),
            from: None,
            to: None,
        }));
    }
    FactRow::Household {
        id: record.id.to_string(),
        residence,
    }
}

fn pairing(record: &Record) -> Option<FactRow> {
    let span = span(record);
    Some(FactRow::Pairing(Pairing {
        id: record.id.to_string(),
        subject: record.text("person")?.to_owned(),
        worker: record.text("worker")?.to_owned(),
        from: span.from,
        to: span.to,
    }))
}

fn assignment(record: &Record) -> Option<FactRow> {
    Some(FactRow::Assignment {
        worker: record.text("worker")?.to_owned(),
        role: record.text("role")?.to_owned(),
        division: record.text("area")?.to_owned(),
        span: span(record),
    })
}

fn document(record: &Record, kind: &str) -> Option<FactRow> {
    let subject = record.text("person").or_else(|| record.text("child"))?;
    Some(FactRow::Document(Document {
        subject: subject.to_owned(),
        kind: kind.to_owned(),
        from: day(record.text("start").or_else(|| record.text("from"))),
        to: day(record.text("end").or_else(|| record.text("to"))),
    }))
}

fn span(record: &Record) -> Span {
    Span {
        from: day(record.text("from")),
        to: day(record.text("to")),
    }
}

/// The rows of a repeat that hold for a time, in the order of their birth.
fn dated_rows(record: &Record, repeat: &str, code: &str) -> Vec<Dated> {
    let row = |row: RowId| {
        Some(Dated {
            code: record.row_text(repeat, row, code)?.to_owned(),
            from: day(record.row_text(repeat, row, "from")),
            to: day(record.row_text(repeat, row, "to")),
        })
    };
    record.rows(repeat).into_iter().filter_map(row).collect()
}

fn day(text: Option<&str>) -> Option<Day> {
    text?.get(..10)?.parse().ok()
}

fn instant(text: Option<&str>) -> Option<Instant> {
    text?.parse().ok()
}

/// Whether a person still has to choose between values of one of these fields or repeats.
fn conflicted(record: &Record, names: &[&str]) -> bool {
    record.conflicts().iter().any(|conflict| {
        let field = conflict.field;
        let name = field.row().map_or(field.as_str(), |(repeat, _)| repeat);
        names.contains(&name) || field.as_str() == crate::model::VOID
    })
}

#[cfg(test)]
mod tests;
