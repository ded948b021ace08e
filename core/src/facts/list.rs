//! What a list shows of a record, and what a search finds it by.

use serde::{Deserialize, Serialize};

use crate::merge::Record;
use crate::model::{Field, Kind, RecordId, Value, composed};

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: Kind,
    /// Of a person `elder` or `child`.
    pub group: Option<String>,
    /// Its name, or what else tells it from the others; its letters composed, for a search.
    pub title: String,
    /// The household that it belongs to; of a household itself.
    pub household: Option<RecordId>,
    /// Of a household, the area that routes it.
    pub area: Option<String>,
    /// How many fields a person has to decide.
    pub conflicts: u32,
    /// Whether it is void.
    pub void: bool,
}

/// The line of a record.
pub fn list_row(record: &Record) -> ListRow {
    let is_household = record.kind == Kind::HOUSEHOLD;
    ListRow {
        id: record.id,
        kind: record.kind.clone(),
        group: record.text("group").map(str::to_owned),
        title: composed(&title(record)).into_owned(),
        household: if is_household {
            Some(record.id)
        } else {
            record.text("household").and_then(|id| id.parse().ok())
        },
        area: record
            .shown(&Field::area())
            .and_then(Value::as_text)
            .map(str::to_owned),
        conflicts: u32::try_from(record.conflicts().len()).unwrap_or(u32::MAX),
        void: record.is_void(),
    }
}

fn title(record: &Record) -> String {
    let words: Vec<&str> = match record.kind.as_str() {
        "visit" => ["started_at", "mode", "outcome"]
            .iter()
            .filter_map(|f| record.text(f))
            .collect(),
        "household" => ["address", "group_no"]
            .iter()
            .filter_map(|f| record.text(f))
            .take(1)
            .collect(),
        "assignment" => ["role", "area"]
            .iter()
            .filter_map(|f| record.text(f))
            .collect(),
        _ => ["name", "title", "type", "description"]
            .iter()
            .filter_map(|f| record.text(f))
            .take(1)
            .collect(),
    };
    words.join(" ")
}
