//! Conflicts: what two people said of one field, and a person's choice.

use tanfang_core::app;

use crate::error::TanfangError;
use crate::text;

/// Something that a person has to decide: a field, or fields that are settled together.
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
    /// What the question is called; 中文.
    pub label_zh: String,
    /// The same, English.
    pub label_en: String,
    /// Of fields that are settled together, the group's name.
    pub group: Option<String>,
    /// Everything that one choice decides.
    pub fields: Vec<String>,
    /// `ask`; or `latest`, `union` of what the server settles when it hears of it.
    pub policy: String,
    /// Whether it can be decided here: this phone holds every field of it.
    pub decidable: bool,
    /// What everybody had seen before, as JSON; `null` if it is not held.
    pub base: String,
    /// The same in words; 中文.
    pub base_zh: Option<String>,
    /// The same, English.
    pub base_en: Option<String>,
    /// The values, the shown one first: `settle` chooses by place, from 1.
    pub values: Vec<RivalLine>,
    /// What this line shows, for `settle`.
    pub seen: String,
}

impl From<app::ConflictLine> for ConflictLine {
    fn from(line: app::ConflictLine) -> Self {
        Self {
            id: line.id,
            kind: line.kind,
            title: line.title,
            field: line.field,
            label_zh: line.label_zh,
            label_en: line.label_en,
            group: line.group,
            fields: line.fields,
            policy: line.policy,
            decidable: line.decidable,
            base: line.base.to_string(),
            base_zh: line.base_zh,
            base_en: line.base_en,
            values: line.values.into_iter().map(RivalLine::from).collect(),
            seen: line.seen,
        }
    }
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct RivalLine {
    /// The value, as JSON; of a group an object by field.
    pub value: String,
    /// The value in words; 中文.
    pub text_zh: String,
    /// The same, English.
    pub text_en: String,
    /// Beside a taking out, the field that was edited.
    pub edited: Option<String>,
    /// The worker who wrote it; of several the latest.
    pub author: Option<String>,
    /// The worker's name, if it is held.
    pub author_name: Option<String>,
    /// The device it was written on.
    pub device: Option<String>,
    /// When, by that device's clock, RFC 3339.
    pub at: Option<String>,
    /// Everybody who said it, the latest first.
    pub by: Vec<WhoLine>,
}

/// Who wrote something, when, on which device.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct WhoLine {
    /// The worker.
    pub author: String,
    /// The worker's name, if it is held.
    pub author_name: Option<String>,
    /// The device.
    pub device: String,
    /// When, by that device's clock, RFC 3339.
    pub at: String,
    /// Whether nobody chose it: the server wrote it by the form's policy.
    pub automatic: bool,
}

impl From<app::WhoLine> for WhoLine {
    fn from(who: app::WhoLine) -> Self {
        Self {
            author: who.author,
            author_name: who.author_name,
            device: who.device,
            at: who.at,
            automatic: who.automatic,
        }
    }
}

impl From<app::RivalLine> for RivalLine {
    fn from(line: app::RivalLine) -> Self {
        Self {
            value: line.value.to_string(),
            text_zh: line.text_zh,
            text_en: line.text_en,
            edited: line.edited,
            by: line.by.into_iter().map(WhoLine::from).collect(),
            author: line.author,
            author_name: line.author_name,
            device: line.device,
            at: line.at,
        }
    }
}

/// A field of a shown record with several values, or fields that are settled together.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
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

impl From<app::ShownConflict> for ShownConflict {
    fn from(conflict: app::ShownConflict) -> Self {
        Self {
            field: conflict.field,
            label_zh: conflict.label_zh,
            label_en: conflict.label_en,
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
