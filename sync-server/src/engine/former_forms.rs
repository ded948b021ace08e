//! Saves that were made with a former version of a form: accepted like any other, and told.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use tanfang_core::model::{DeviceId, DocumentKind, Save};

use super::pack;
use super::turn::Turn;
use crate::store::Stored;

/// Where the counts stand in the house's single values.
const FORMER_FORMS: &str = "former_forms";

/// What came with one former version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerForm {
    /// The form's id.
    pub form: String,
    /// The version that the saves name.
    pub version: String,
    /// How many saves came with it while another version was in force.
    pub saves: u64,
    /// The phone that sent the last of them.
    pub last_device: DeviceId,
    /// When that came, in milliseconds since 1970.
    pub last_at: i64,
}

type Known = BTreeMap<(String, String), FormerForm>;

impl Turn<'_> {
    /// Counts an accepted save whose form is not in the version in force.
    pub(super) fn note_former_form(&mut self, save: &Save) -> Stored<()> {
        let Some(named) = &save.envelope.form else {
            return Ok(());
        };
        let manifest = self.manifest()?;
        let mut listed = manifest.documents.iter();
        if listed.any(|d| d.kind == DocumentKind::Form && d.active && d.hash == named.hash) {
            return Ok(());
        }
        let mut known = self.known_former_forms()?;
        let of = (named.id.clone(), named.version.clone());
        let saves = known.get(&of).map_or(0, |known| known.saves);
        let row = FormerForm {
            form: named.id.clone(),
            version: named.version.clone(),
            saves: saves + 1,
            last_device: save.envelope.head.device,
            last_at: self.now.millis,
        };
        known.insert(of, row);
        let rows: Vec<&FormerForm> = known.values().collect();
        self.tx.set_meta(FORMER_FORMS, &pack::packed(&rows)?)
    }

    fn known_former_forms(&mut self) -> Stored<Known> {
        let rows: Vec<FormerForm> = match self.tx.meta(FORMER_FORMS)? {
            Some(bytes) => pack::unpacked(&bytes, "the counts of former forms")?,
            None => Vec::new(),
        };
        let rows = rows.into_iter();
        Ok(rows
            .map(|row| ((row.form.clone(), row.version.clone()), row))
            .collect())
    }

    /// What came with former versions of forms, by form and version; each with the version in force,
    /// if the form still has one.
    pub fn former_forms(&mut self) -> Stored<Vec<(FormerForm, Option<String>)>> {
        let manifest = self.manifest()?;
        let in_force = |form: &str| {
            let mut listed = manifest.documents.iter();
            let found = listed.find(|d| d.kind == DocumentKind::Form && d.active && d.id == form);
            found.map(|d| d.version.clone())
        };
        let known = self.known_former_forms()?.into_values();
        Ok(known
            .map(|row| (row.clone(), in_force(&row.form)))
            .collect())
    }
}
