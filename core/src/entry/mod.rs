//! Answers and records: what a form was told becomes parts of a save, and back.
//!
//! One form writes many records (`bind::tanfang:of`): the elder's card a person and a household, a
//! visit itself and the issues it opens. [`split`] takes what a form's check let through and writes
//! only what altered, each with the heads that the person was looking at; [`answers`] is the way
//! back, for showing, editing, and the server's own check. [`overlay`] lays what is given over what
//! stands, and [`best_form`] says by which form a record is edited: for the phone and the desk.

mod join;
mod overlay;
mod parts;
mod split;
mod which;

pub use join::{answers, answers_of_parts};
pub use overlay::overlay;
pub use split::split;
pub use which::{begun_with, best_form};

use uuid::Uuid;

use crate::merge::Record;
use crate::model::{Kind, Part, RecordId};

/// What one press of the button says: the parts of a save, not yet stamped.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafted {
    /// The form's subject or visit.
    pub id: RecordId,
    /// Every record that the save writes, the subject first.
    pub records: Vec<(RecordId, Kind)>,
    /// The parts; none where nothing altered.
    pub parts: Vec<Part>,
}

/// Answers that passed their form and still cannot become records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryProblem {
    /// A row's `$row` is no id.
    #[error(
        "{field}: a row's $row must be the id that was shown with it; leave it out to add a row"
    )]
    NotARow {
        /// The repeat.
        field: String,
    },
    /// A row that is no object.
    #[error("{field}：每一行是一个对象 / each row is an object")]
    NotAnObject {
        /// The repeat.
        field: String,
    },
    /// A `$row` that the record does not have.
    #[error(
        "{field}：没有这一行：请用 show 打印的 $row，或不写 $row 以新增一行 / there is no such row: take the $row that show printed, or leave it out to add a row"
    )]
    NoSuchRow {
        /// The repeat.
        field: String,
    },
    /// A value that no field can hold.
    #[error("{field}: the answer nests too deep or is a number that is not finite")]
    NotAValue {
        /// The question.
        field: String,
    },
    /// A name that no field can have.
    #[error("{field}: a form's question of this name cannot be stored; rename it")]
    NotAField {
        /// The question.
        field: String,
    },
    /// A reference to a household that this phone does not hold.
    #[error(
        "household: no household of this id is here; choose one of the place or leave it out for a new one"
    )]
    UnknownHousehold,
    /// A visit that names nobody this phone holds.
    #[error("people: the visit names nobody who is known here; choose the person from the list")]
    UnknownPerson,
    /// A visit to two households.
    #[error("people: a visit is to one household; make a second visit for the others")]
    TwoHouseholds,
    /// A place that is no village or grid.
    #[error("home_division: the village's 12 digits or the grid's 15 are needed")]
    NotAPlace,
    /// The record is of another kind than the form writes.
    #[error("this record is a {found}; the form is for a {wanted}")]
    AnotherKind {
        /// The record's kind.
        found: Kind,
        /// The form's kind.
        wanted: Kind,
    },
}

/// Where records are looked up: the phone's store, or the server's.
pub type Lookup<'a> = dyn Fn(RecordId) -> Option<Record> + 'a;
/// Where new ids come from: UUIDv7 of the moment.
pub type Fresh<'a> = dyn FnMut() -> Uuid + 'a;

#[cfg(test)]
mod tests;
