//! Forms that this phone holds.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

use super::{App, AppError};
use crate::entry::{begun_with, best_form};
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
    /// Of a form that this app cannot read: what to do, in Chinese and English. It cannot be begun;
    /// its titles are its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

impl FormLine {
    fn of(held: &HeldForm) -> FormLine {
        FormLine {
            id: held.reference.id.clone(),
            version: held.reference.version.clone(),
            kind: held.form.kind().to_string(),
            title_zh: held.form.title("zh").to_owned(),
            title_en: held.form.title("en").to_owned(),
            unreadable: None,
        }
    }

    fn unreadable(document: DocumentRef, error: AppError) -> Result<FormLine, AppError> {
        let what = match &error {
            AppError::UpdateApp { .. } => {
                "这张表需要较新的应用，请先更新应用 / this form needs a newer app; update the app"
            }
            error if of_form(error) => {
                "这张表无法读取，请先同步，仍不行请告知县级管理员 / this form cannot be read; synchronise, and if that does not help tell the county's administrator"
            }
            _ => return Err(error),
        };
        Ok(FormLine {
            title_zh: document.id.clone(),
            title_en: document.id.clone(),
            id: document.id,
            version: document.version,
            kind: String::new(),
            unreadable: Some(what.to_owned()),
        })
    }
}

/// The documents of the forms that new records use.
fn active(tx: &Tx<'_>) -> Result<Vec<DocumentRef>, AppError> {
    let mut documents = tx.manifest()?.documents;
    documents.retain(|document| document.kind == DocumentKind::Form && document.active);
    Ok(documents)
}

/// Whether an error is of one form, so that the others are as good as ever.
fn of_form(error: &AppError) -> bool {
    match error {
        AppError::UpdateApp { .. } | AppError::NotFound { .. } => true,
        AppError::Fault { code, .. } => code == "form",
        _ => false,
    }
}

impl App {
    /// The forms that new records use. One that this app cannot read stands among them and says what
    /// to do; the others work.
    pub fn forms(&self) -> Result<Vec<FormLine>, AppError> {
        self.read(|tx| {
            let listed = active(tx)?.into_iter();
            listed
                .map(|document| match self.held_form(tx, &document) {
                    Ok(held) => Ok(FormLine::of(&held)),
                    Err(error) => FormLine::unreadable(document, error),
                })
                .collect()
        })
    }

    /// A form's compiled definition, JSON, for a shell that draws it.
    pub fn form_json(&self, id: &str) -> Result<String, AppError> {
        self.read(|tx| {
            let held = self.form(tx, id)?;
            String::from_utf8(held.form.to_json()).map_err(|_| AppError::fault("form"))
        })
    }

    /// The forms that new records use, as far as this app can read them.
    pub(super) fn active_forms(&self, tx: &Tx<'_>) -> Result<Vec<Arc<HeldForm>>, AppError> {
        Ok(self.readable(tx)?.0)
    }

    /// The forms that this app can read, and what is wrong with the first that it cannot.
    fn readable(&self, tx: &Tx<'_>) -> Result<(Vec<Arc<HeldForm>>, Option<AppError>), AppError> {
        let mut forms = Vec::new();
        let mut wrong = None;
        for document in active(tx)? {
            match self.held_form(tx, &document) {
                Ok(held) => forms.push(held),
                Err(error) if of_form(&error) => wrong = wrong.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        Ok((forms, wrong))
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

    /// The form that a record is shown and edited by, of those that new records use; an error of a
    /// form (see [`of_form`]) where it may be one that this app cannot read: another form of the kind
    /// would empty what it does not ask.
    pub(super) fn form_of(
        &self,
        tx: &Tx<'_>,
        record: &Record,
        given: &Map<String, Json>,
    ) -> Result<Option<Arc<HeldForm>>, AppError> {
        let (mut forms, wrong) = self.readable(tx)?;
        let begun_with = begun_with(record);
        let known = |held: &Arc<HeldForm>| begun_with == Some(held.form.id());
        if let Some(wrong) = wrong.filter(|_| !forms.iter().any(known)) {
            return Err(wrong);
        }
        let best = best_form(record, given, forms.iter().map(|held| &*held.form));
        Ok(best.map(|place| forms.swap_remove(place)))
    }

    /// The same; none where it may be one that this app cannot read.
    pub(super) fn form_if_readable(
        &self,
        tx: &Tx<'_>,
        record: &Record,
    ) -> Result<Option<Arc<HeldForm>>, AppError> {
        match self.form_of(tx, record, &Map::new()) {
            Err(error) if of_form(&error) => Ok(None),
            found => found,
        }
    }
}
