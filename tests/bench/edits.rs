//! Two phones edit the same visits apart: what of it is left when both have synced.

use serde_json::{Value as Json, json};
use std::path::Path;
use tanfang_core::model::{Compartment, Field, Kind, Part, RecordId, Value, Write};
use tanfang_core::store::StoreError;

use crate::phone::{Phone, Stretch, read, text};

impl Phone {
    /// Writes one field of each visit of a stretch, with the heads that this phone sees.
    pub fn edit(&self, visits: &Path, which: Stretch, field: &str, value: &str) -> Json {
        let field = Field::parse(field).expect("a field's name");
        let parts: Vec<Part> = ids(visits, which)
            .map(|record| {
                let seen = self.store.read::<_, StoreError>(|tx| {
                    Ok(tx.record(record)?.map(|held| held.heads(&field)))
                });
                let write = Write {
                    field: field.clone(),
                    value: Value::text(value),
                    seen: seen.expect("the record is read").unwrap_or_default(),
                    calculated: false,
                };
                Part {
                    record,
                    kind: Kind::VISIT,
                    compartment: Compartment::Contact,
                    begins: false,
                    row: None,
                    writes: vec![write],
                }
            })
            .collect();
        json!({ "edited": self.append(&self.visitor(), parts) })
    }

    /// How many visits of a stretch show both values, and are no conflict.
    pub fn kept(&self, visits: &Path, which: Stretch, both: [(&str, &str); 2]) -> Json {
        let shows = |record: RecordId| {
            let held = self.store.read::<_, StoreError>(|tx| tx.record(record));
            let held = held.expect("the record is read");
            held.is_some_and(|held| {
                let right = |(name, value)| held.text(name) == Some(value);
                both.into_iter().all(right) && held.conflicts().is_empty()
            })
        };
        json!({ "kept": ids(visits, which).filter(|id| shows(*id)).count() })
    }
}

fn ids(visits: &Path, which: Stretch) -> impl Iterator<Item = RecordId> {
    read(visits, which).map(|visit| text(&visit, "id").parse().expect("a visit has an id"))
}
