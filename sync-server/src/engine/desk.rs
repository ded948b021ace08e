//! What the county's desk enters passes the form as on a phone: else its text could be one that no
//! phone can edit again, and what a form reckons would stay as it was.

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use tanfang_core::entry::{self, EntryProblem, best_form, overlay, split};
use tanfang_core::form::{Context, Problem, check_edit};
use tanfang_core::merge::Record;
use tanfang_core::model::{DocumentKind, FormRef, Part, RecordId};
use tanfang_core::wire::Refusal;

use super::judge::Objection;
use super::known::PublishedForm;
use super::own::OwnSave;
use super::turn::Turn;
use crate::store::{StoreError, Stored};

/// As whom the desk writes.
const ROLE: &str = "administrator";

/// Why the desk's word is not written.
#[derive(Debug)]
pub enum NotWritten {
    /// No form that new records use is of the record's kind.
    NoForm,
    /// What the form says.
    Problems(Vec<Problem>),
    /// What passed the form and still cannot be stored.
    Entry(EntryProblem),
    /// What the county's own check says.
    Refused(Refusal),
    /// The store.
    Store(StoreError),
}

impl From<StoreError> for NotWritten {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<EntryProblem> for NotWritten {
    fn from(problem: EntryProblem) -> Self {
        Self::Entry(problem)
    }
}

impl Turn<'_> {
    /// Changes a record's answers by its form. What is noted may depend on the answers as they stand.
    ///
    /// # Errors
    /// [`NotWritten`], and nothing is written; or what `noted` objects.
    pub fn enter_by_form<E: From<NotWritten>>(
        &mut self,
        record: &Record,
        noted: impl FnOnce(&Map<String, Json>) -> Result<Map<String, Json>, E>,
    ) -> Result<(), E> {
        let forms = self.forms_in_use().map_err(NotWritten::Store)?;
        let by = |given: &Map<String, Json>| {
            let best = best_form(record, given, forms.iter().map(|(form, _)| form.form()));
            best.map(|place| &forms[place]).ok_or(NotWritten::NoForm)
        };
        let (form, _) = by(&Map::new())?;
        let given = noted(&self.standing(form, record.id)?)?;
        let (form, reference) = by(&given)?;
        let parts = self.edited(form, record.id, &given)?;
        if !parts.is_empty() {
            let own = OwnSave {
                role: ROLE,
                form: Some(reference.clone()),
                parts,
            };
            self.write_own(own).map_err(NotWritten::Store)?;
        }
        Ok(())
    }

    /// Writes one part of the desk's, without a form: each value is one that a form would take.
    ///
    /// # Errors
    /// [`NotWritten`], and nothing is written.
    pub fn enter_part(&mut self, part: Part) -> Result<(), NotWritten> {
        let now = self.now;
        for write in &part.writes {
            self.could_be_said(&part, write, now)
                .map_err(|objection| match objection {
                    Objection::Refused(refusal) => NotWritten::Refused(refusal),
                    Objection::Store(error) => NotWritten::Store(error),
                    // A value alone waits for nobody.
                    Objection::Waits(_) => NotWritten::Store(StoreError::Fault { code: -9 }),
                })?;
        }
        let own = OwnSave {
            role: ROLE,
            form: None,
            parts: vec![part],
        };
        self.write_own(own)?;
        Ok(())
    }

    fn forms_in_use(&mut self) -> Stored<Vec<(Arc<PublishedForm>, FormRef)>> {
        let manifest = self.manifest()?;
        let listed = manifest.documents.iter();
        let mut forms = Vec::new();
        for listed in listed.filter(|d| d.kind == DocumentKind::Form && d.active) {
            let reference = FormRef {
                id: listed.id.clone(),
                version: listed.version.clone(),
                hash: listed.hash.clone(),
            };
            let form = self.form_by_hash(&listed.hash)?;
            forms.extend(form.map(|form| (form, reference)));
        }
        Ok(forms)
    }

    fn standing(
        &mut self,
        form: &PublishedForm,
        id: RecordId,
    ) -> Result<Map<String, Json>, NotWritten> {
        Ok(self.looking_up(|lookup| entry::answers(form.form(), id, lookup))?)
    }

    /// What altered, as parts.
    fn edited(
        &mut self,
        form: &PublishedForm,
        id: RecordId,
        given: &Map<String, Json>,
    ) -> Result<Vec<Part>, NotWritten> {
        let before = self.standing(form, id)?;
        let answers = overlay(&before, given)?;
        let context = Context::editing(self.now);
        let form = form.form();
        let checked =
            check_edit(form, &before, &answers, &context).map_err(NotWritten::Problems)?;
        let (now, rng) = (self.now, self.rng);
        let mut fresh = || RecordId::fresh(now, rng).uuid();
        let drafted =
            self.looking_up(|lookup| split(form, &checked, Some(id), None, lookup, &mut fresh))?;
        Ok(drafted?.parts)
    }
}
