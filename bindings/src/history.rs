//! The history of a record.

use tanfang_core::app;

use crate::conflict::WhoLine;

/// A record's history.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct History {
    /// The record.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its name, or what else tells it from the others.
    pub title: String,
    /// Its fields in the form's order, then those that no form here knows.
    pub fields: Vec<HistoryField>,
    /// Whether nothing older is known to exist: else the server has it, when there is a link.
    pub whole: bool,
    /// Whether the server was asked.
    pub from_server: bool,
}

impl From<app::History> for History {
    fn from(history: app::History) -> Self {
        Self {
            id: history.id,
            kind: history.kind,
            title: history.title,
            fields: history.fields.into_iter().map(HistoryField::from).collect(),
            whole: history.whole,
            from_server: history.from_server,
        }
    }
}

/// What was said of one field.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct HistoryField {
    /// The field.
    pub field: String,
    /// What it is called; 中文.
    pub label_zh: String,
    /// The same, English.
    pub label_en: String,
    /// What was said: the shown value first, then its rivals, then what was superseded, the latest
    /// first.
    pub entries: Vec<HistoryEntry>,
    /// How many earlier values are known to exist and are not held.
    pub not_held: u64,
}

impl From<app::HistoryField> for HistoryField {
    fn from(field: app::HistoryField) -> Self {
        Self {
            field: field.field,
            label_zh: field.label_zh,
            label_en: field.label_en,
            entries: field.entries.into_iter().map(HistoryEntry::from).collect(),
            not_held: field.not_held,
        }
    }
}

/// One value that somebody said.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct HistoryEntry {
    /// The save that said it: `choose_again` takes it.
    pub head: String,
    /// The value, as JSON.
    pub value: String,
    /// The value in words; 中文.
    pub text_zh: String,
    /// The same, English.
    pub text_en: String,
    /// Who, when, on which device; whether nobody chose it.
    pub who: Option<WhoLine>,
    /// When the server received it, in milliseconds since 1970; none before.
    pub received_at: Option<i64>,
    /// Whether it is the value that is shown.
    pub shown: bool,
    /// Whether a later save took its place.
    pub superseded: bool,
    /// The saves whose values it took the place of.
    pub supersedes: Vec<String>,
    /// Whether the form filled it in.
    pub calculated: bool,
    /// Whether that device's clock was more than a day ahead: the order shown is then not its own.
    pub clock_ahead: bool,
}

impl From<app::HistoryEntry> for HistoryEntry {
    fn from(entry: app::HistoryEntry) -> Self {
        Self {
            head: entry.head,
            value: entry.value.to_string(),
            text_zh: entry.text_zh,
            text_en: entry.text_en,
            who: entry.who.map(WhoLine::from),
            received_at: entry.received_at,
            shown: entry.shown,
            superseded: entry.superseded,
            supersedes: entry.supersedes,
            calculated: entry.calculated,
            clock_ahead: entry.clock_ahead,
        }
    }
}
