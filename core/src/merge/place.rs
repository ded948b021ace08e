//! Where a record hangs: the records that decide where it travels.

use std::collections::BTreeSet;

use super::Record;
use crate::model::{Kind, Part, RecordId};

/// The fields that point to what decides where a record travels, the first that says anything first:
/// `household`, `person`, `child`.
pub const LINKS: [&str; 3] = ["household", "person", "child"];

/// Those of [`LINKS`] that decide for a kind; none for what is itself a place or belongs to none.
fn links_of(kind: &Kind) -> &'static [&'static str] {
    match kind.as_str() {
        "household" | "worker" | "assignment" => &[],
        "person" => &["household"],
        "pairing" => &["person"],
        _ => &LINKS,
    }
}

impl Record {
    /// The records that decide where this one travels, by every value that stands: of a person its
    /// household, of a visit its household, else the people whom it names.
    pub fn targets(&self) -> BTreeSet<RecordId> {
        let named = |name: &&str| -> BTreeSet<RecordId> {
            let register = self.fields.get(*name);
            let told = register.into_iter().flat_map(|r| r.live.values());
            told.filter_map(|told| told.value.as_text()?.parse().ok())
                .collect()
        };
        let mut found = links_of(&self.kind).iter().map(named);
        found.find(|found| !found.is_empty()).unwrap_or_default()
    }
}

/// Everything that a part itself points its record to by a field that decides where it travels.
pub fn targets_of(part: &Part) -> Vec<RecordId> {
    let names = links_of(&part.kind);
    let writes = part.writes.iter();
    writes
        .filter(|write| names.contains(&write.field.as_str()))
        .filter_map(|write| write.value.as_text()?.parse().ok())
        .collect()
}
