//! Forms that this phone holds.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

use super::{App, AppError};
use crate::entry::best_form;
use crate::form::Form;
use crate::merge::Record;
use crate::model::{DocumentKind, DocumentRef, FormRef};
use crate::store::Tx;

/// A form, ready to ask, and how a save names it.
pub(super) struct HeldForm {
    pub(super) form: Arc<Form>,
    pub(super) reference: FormRef,
}

/// A form that new records use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormLine {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The kind of record it is about.
    pub kind: String,
    /// 中文.
    pub title_zh: String,
    /// English.
    pub title_en: String,
}

impl App {
    /// The forms that new records use.
    pub fn forms(&self) -> Result<Vec<FormLine>, AppError> {
        self.read(|tx| {
            let forms = self.active_forms(tx)?;
            Ok(forms
                .iter()
                .map(|held| FormLine {
                    id: held.reference.id.clone(),
                    version: held.reference.version.clone(),
                    kind: held.form.kind().to_string(),
                    title_zh: held.form.title("zh").to_owned(),
                    title_en: held.form.title("en").to_owned(),
                })
                .collect())
        })
    }

    /// A form's compiled definition, JSON, for a shell that draws it.
    pub fn form_json(&self, id: &str) -> Result<String, AppError> {
        self.read(|tx| {
            let held = self.form(tx, id)?;
            String::from_utf8(held.form.to_json()).map_err(|_| AppError::fault("form"))
        })
    }

    pub(super) fn active_forms(&self, tx: &Tx<'_>) -> Result<Vec<Arc<HeldForm>>, AppError> {
        let listed = tx.manifest()?.documents.into_iter();
        listed
            .filter(|document| document.kind == DocumentKind::Form && document.active)
            .map(|document| self.held_form(tx, &document))
            .collect()
    }

    /// The versions that new records use no more, the latest first: what older records hold was asked
    /// in their words. One that this app cannot read is left out.
    pub(super) fn former_forms(&self, tx: &Tx<'_>) -> Result<Vec<Arc<HeldForm>>, AppError> {
        let listed = tx.manifest()?.documents.into_iter().rev();
        let former = listed.filter(|d| d.kind == DocumentKind::Form && !d.active);
        Ok(former
            .filter_map(|document| self.held_form(tx, &document).ok())
            .collect())
    }

    /// The form that new records of this id use.
    pub(super) fn form(&self, tx: &Tx<'_>, id: &str) -> Result<Arc<HeldForm>, AppError> {
        let manifest = tx.manifest()?;
        let listed = manifest
            .documents
            .iter()
            .find(|d| d.kind == DocumentKind::Form && d.active && d.id == id);
        self.held_form(tx, listed.ok_or(AppError::NotFound { what: "form" })?)
    }

    fn held_form(&self, tx: &Tx<'_>, listed: &DocumentRef) -> Result<Arc<HeldForm>, AppError> {
        let mut cache = self.forms.lock().map_err(|_| AppError::fault("poisoned"))?;
        if let Some(held) = cache.get(&listed.hash) {
            return Ok(held.clone());
        }
        let text = tx
            .document(&listed.hash)?
            .ok_or(AppError::NotFound { what: "form" })?;
        let held = Arc::new(HeldForm {
            form: Arc::new(Form::from_json(text.as_bytes())?),
            reference: FormRef {
                id: listed.id.clone(),
                version: listed.version.clone(),
                hash: listed.hash.clone(),
            },
        });
        cache.insert(listed.hash.clone(), held.clone());
        Ok(held)
    }

    /// The form that a record is shown and edited by, of those that new records use.
    pub(super) fn form_of(
        &self,
        tx: &Tx<'_>,
        record: &Record,
        given: &Map<String, Json>,
    ) -> Result<Option<Arc<HeldForm>>, AppError> {
        let mut forms = self.active_forms(tx)?;
        let best = best_form(record, given, forms.iter().map(|held| &*held.form));
        Ok(best.map(|place| forms.swap_remove(place)))
    }
}
