//! A person's card for paper, by the code that the phone prints with.

use std::cell::RefCell;
use std::sync::Arc;

use tanfang_core::model::{DocumentKind, Kind, RecordId};
use tanfang_core::print::{Card, Layout, card};

use super::known::PublishedForm;
use super::turn::Turn;
use crate::store::{StoreError, Stored};

impl Turn<'_> {
    /// The card of a person, with every visit; none for who is not here or whose form has no paper.
    ///
    /// # Errors
    /// As of the store.
    pub fn paper(&mut self, person: RecordId) -> Stored<Option<Card>> {
        let Some(record) = self.record(person)?.filter(|r| r.kind == Kind::PERSON) else {
            return Ok(None);
        };
        let begun_with = match record.text("group") {
            Some("child") => "child_left_behind",
            _ => "elder_card",
        };
        let (Some(layout), Some(form)) =
            (Layout::built_in(begun_with), self.newest_form(begun_with)?)
        else {
            return Ok(None);
        };
        let visit_form = match &layout.visits {
            Some(table) => self.newest_form(&table.form)?,
            None => None,
        };
        let visits = self.visits_of(person, record.text("household"))?;
        let tree = self.areas()?;
        let failed: RefCell<Option<StoreError>> = RefCell::new(None);
        let turn = RefCell::new(&mut *self);
        let lookup = |id| {
            let found = turn.borrow_mut().record(id);
            found.unwrap_or_else(|error| {
                failed.borrow_mut().get_or_insert(error);
                None
            })
        };
        let visits = visit_form
            .as_ref()
            .map(|form| (form.form(), visits.as_slice()));
        let card = card(&layout, form.form(), person, visits, &lookup, &|code| {
            tree.written(code)
        });
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok(Some(card)),
        }
    }

    /// The form of an id that new records use.
    fn newest_form(&mut self, id: &str) -> Stored<Option<Arc<PublishedForm>>> {
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
        let person = person.to_string();
        let mut visits = Vec::new();
        for (id, kind) in self.tx.pointing_to(household)? {
            if kind != Kind::VISIT.as_str() {
                continue;
            }
            let Some(visit) = self.record(id)?.filter(|visit| !visit.is_void()) else {
                continue;
            };
            let named = visit.rows("people").into_iter();
            let named = named.filter_map(|row| visit.row_text("people", row, "person"));
            if named.into_iter().any(|name| name == person) {
                visits.push((visit.text("started_at").map(str::to_owned), id));
            }
        }
        visits.sort();
        Ok(visits.into_iter().map(|(_, id)| id).collect())
    }
}
