//! Conflicts: what two people said of one field, and a person's choice.

use tanfang_core::app;

use crate::error::TanfangError;
use crate::text;

/// A field that a person has to decide.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct ConflictLine {
    /// The record.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its name, or what else tells it from the others.
    pub title: String,
    /// The field; `people[ROW].$gone` where a taking out stands against an edit.
    pub field: String,
    /// What everybody had seen before, as JSON; `null` if it is not held.
    pub base: String,
    /// The values, the shown one first: `settle` chooses by place, from 1.
    pub values: Vec<RivalLine>,
}

impl From<app::ConflictLine> for ConflictLine {
    fn from(line: app::ConflictLine) -> Self {
        Self {
            id: line.id,
            kind: line.kind,
            title: line.title,
            field: line.field,
            base: line.base.to_string(),
            values: line.values.into_iter().map(RivalLine::from).collect(),
        }
    }
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct RivalLine {
    /// The value, as JSON.
    pub value: String,
    /// The worker who wrote it; of several the latest.
    pub author: Option<String>,
    /// The worker's name, if it is held.
    pub author_name: Option<String>,
    /// The device it was written on.
    pub device: Option<String>,
    /// When, by that device's clock, RFC 3339.
    pub at: Option<String>,
}

impl From<app::RivalLine> for RivalLine {
    fn from(line: app::RivalLine) -> Self {
        Self {
            value: line.value.to_string(),
            author: line.author,
            author_name: line.author_name,
            device: line.device,
            at: line.at,
        }
    }
}

/// A field of a shown record with several values.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct ShownConflict {
    /// The field.
    pub field: String,
    /// The values, the shown one first.
    pub values: Vec<RivalLine>,
}

impl From<app::ShownConflict> for ShownConflict {
    fn from(conflict: app::ShownConflict) -> Self {
        Self {
            field: conflict.field,
            values: conflict.values.into_iter().map(RivalLine::from).collect(),
        }
    }
}

/// What a person chose.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum Choice {
    /// One of the values.
    Place {
        /// Its place among those shown, from 1.
        place: u32,
    },
    /// Another value.
    Value {
        /// The value, as JSON.
        json: String,
    },
}

impl TryFrom<Choice> for app::Choice {
    type Error = TanfangError;

    fn try_from(choice: Choice) -> Result<Self, TanfangError> {
        Ok(match choice {
            // Every phone's addresses are at least 32 bits wide.
            Choice::Place { place } => app::Choice::Place(place as usize),
            Choice::Value { json } => app::Choice::Value(text::value(&json)?),
        })
    }
}
