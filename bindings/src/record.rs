//! Records: lists of them, one whole, and what a save did.

use serde_json::Value as Json;
use tanfang_core::app;

use crate::conflict::ShownConflict;
use crate::problem::Problem;

/// What a list asks for; left out, everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct Listing {
    /// Only this kind.
    #[uniffi(default = None)]
    pub kind: Option<String>,
    /// Only this group of people: `elder`, `child`.
    #[uniffi(default = None)]
    pub group: Option<String>,
    /// Only what the household's area code begins with.
    #[uniffi(default = None)]
    pub area: Option<String>,
    /// Only titles that hold these words, letter for letter.
    #[uniffi(default = None)]
    pub search: Option<String>,
    /// Only records that a person has to decide something of.
    #[uniffi(default = false)]
    pub in_conflict: bool,
    /// At most so many lines; 0 for all.
    #[uniffi(default = 0)]
    pub limit: u32,
    /// After so many lines.
    #[uniffi(default = 0)]
    pub offset: u32,
}

impl From<Listing> for app::Listing {
    fn from(listing: Listing) -> Self {
        Self {
            kind: listing.kind,
            group: listing.group,
            area: listing.area,
            search: listing.search,
            in_conflict: listing.in_conflict,
            limit: listing.limit,
            offset: listing.offset,
        }
    }
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
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

impl From<app::ListLine> for ListLine {
    fn from(line: app::ListLine) -> Self {
        Self {
            id: line.id,
            kind: line.kind,
            group: line.group,
            title: line.title,
            area: line.area,
            conflicts: line.conflicts,
            unconfirmed: line.unconfirmed,
        }
    }
}

/// A record with everything that is held of it.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
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
    pub is_void: bool,
    /// Its values by name, a JSON object; rows carry `$row`.
    pub fields: String,
    /// What a person has to decide.
    pub conflicts: Vec<ShownConflict>,
    /// Whether something of it came in a sealed file and is not yet at the county.
    pub unconfirmed: bool,
}

impl From<app::Shown> for Shown {
    fn from(shown: app::Shown) -> Self {
        Self {
            id: shown.id,
            kind: shown.kind,
            form: shown.form,
            version: shown.version,
            area: shown.area,
            is_void: shown.void,
            fields: Json::Object(shown.fields).to_string(),
            conflicts: shown
                .conflicts
                .into_iter()
                .map(ShownConflict::from)
                .collect(),
            unconfirmed: shown.unconfirmed,
        }
    }
}

/// What a save did.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Saved {
    /// The form's subject or visit.
    pub id: String,
    /// Every record that the save wrote, the subject first.
    pub records: Vec<SavedRecord>,
    /// The save's number; none where nothing had altered.
    pub seq: Option<u64>,
    /// What the person should look at.
    pub warnings: Vec<Problem>,
}

impl From<app::Saved> for Saved {
    fn from(saved: app::Saved) -> Self {
        Self {
            id: saved.id,
            records: saved.records.into_iter().map(SavedRecord::from).collect(),
            seq: saved.seq,
            warnings: saved.warnings.into_iter().map(Problem::from).collect(),
        }
    }
}

/// A record that a save wrote.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SavedRecord {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
}

impl From<app::SavedRecord> for SavedRecord {
    fn from(record: app::SavedRecord) -> Self {
        Self {
            id: record.id,
            kind: record.kind,
        }
    }
}
