//! A person's card for paper, by the code that the phone prints with.

use std::sync::Arc;

use tanfang_core::facts::of_record;
use tanfang_core::model::{DocumentKind, Kind, RecordId};
use tanfang_core::print::{Card, Layout, card, visits_of};

use super::known::PublishedForm;
use super::turn::Turn;
use crate::store::Stored;

impl Turn<'_> {
    /// The card of a person, with every visit; none for who is not here or has no card.
    ///
    /// # Errors
    /// As of the store.
    pub fn paper(&mut self, person: RecordId) -> Stored<Option<Card>> {
        let Some(record) = self.record(person)?.filter(|r| r.kind == Kind::PERSON) else {
            return Ok(None);
        };
        let Some(layout) = Layout::of_person(&record) else {
            return Ok(None);
        };
        let Some(form) = self.newest_form(&layout.form)? else {
            return Ok(None);
        };
        let visit_form = match &layout.visits {
            Some(table) => self.newest_form(&table.form)?,
            None => None,
        };
        let visits = self.visits_of(person, record.text("household"))?;
        let tree = self.areas()?;
        let visits = visit_form
            .as_ref()
            .map(|form| (form.form(), visits.as_slice()));
        let card = self.looking_up(|lookup| {
            card(&layout, form.form(), person, visits, lookup, &|code| {
                tree.written(code)
            })
        })?;
        Ok(Some(card))
    }

    /// The form of an id that new records use.
    pub(super) fn newest_form(&mut self, id: &str) -> Stored<Option<Arc<PublishedForm>>> {
        let manifest = self.manifest()?;
        let mut forms = manifest
            .documents
            .iter()
            .filter(|d| d.kind == DocumentKind::Form);
        match forms.find(|form| form.active && form.id == id) {
            Some(form) => self.form_by_hash(&form.hash),
            None => Ok(None),
        }
    }

    /// The visits to the household that name the person, the latest last.
    fn visits_of(&mut self, person: RecordId, household: Option<&str>) -> Stored<Vec<RecordId>> {
        let Some(household) = household.and_then(|id| id.parse().ok()) else {
            return Ok(Vec::new());
        };
        let mut rows = Vec::new();
        for (id, kind) in self.tx.pointing_to(household)? {
            if kind == Kind::VISIT.as_str() {
                rows.extend(self.record(id)?.as_ref().and_then(of_record));
            }
        }
        Ok(visits_of(person, rows))
    }
}
