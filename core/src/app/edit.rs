//! Editing: only what is given changes.

use serde_json::{Map, Value as Json};
use std::sync::Arc;

use super::forms::HeldForm;
use super::save::{Pressed, Saved, keeping};
use super::{App, AppError, Finder};
use crate::entry::{self, overlay};
use crate::model::RecordId;
use crate::store::{DraftId, Tx};

impl App {
    /// Changes the answers given of a record; null clears, a row with `$row` changes that row, one
    /// without adds a row, `"$gone": true` takes it out.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] with every problem and the draft that keeps the answers.
    pub fn edit(&self, id: RecordId, given: &Map<String, Json>) -> Result<Saved, AppError> {
        let held = self.read(|tx| self.form_to_edit(tx, id, given))?;
        let draft = self.draft_of(id)?;
        let draft = self.save_draft(draft, held.form.id(), Some(id), given)?;
        let done = self.write(|tx| self.change(tx, id, given, Some(draft)));
        done.map_err(|error| keeping(error, draft))
    }

    /// Changes answers that nobody typed into the form: a touch elsewhere said them. They may depend
    /// on what stands. What somebody has begun to type into the same record stays in its draft.
    pub(super) fn note(
        &self,
        id: RecordId,
        noted: impl FnOnce(&Map<String, Json>) -> Result<Map<String, Json>, AppError>,
    ) -> Result<Saved, AppError> {
        self.write(|tx| {
            let held = self.form_to_edit(tx, id, &Map::new())?;
            let given = noted(&standing(tx, &held, id)?)?;
            self.change(tx, id, &given, None)
        })
    }

    /// One save of what a record's form says with these answers laid over those that stand.
    fn change(
        &self,
        tx: &Tx<'_>,
        id: RecordId,
        given: &Map<String, Json>,
        draft: Option<DraftId>,
    ) -> Result<Saved, AppError> {
        let held = self.form_to_edit(tx, id, given)?;
        let before = standing(tx, &held, id)?;
        let answers = overlay(&before, given)?;
        self.press(
            tx,
            Pressed {
                held: &held,
                subject: Some(id),
                before: Some(&before),
                answers: &answers,
                draft,
                named: given.keys().cloned().collect(),
            },
        )
    }

    fn form_to_edit(
        &self,
        tx: &Tx<'_>,
        id: RecordId,
        given: &Map<String, Json>,
    ) -> Result<Arc<HeldForm>, AppError> {
        let record = tx
            .record(id)?
            .ok_or(AppError::NotFound { what: "record" })?;
        let held = self.form_of(tx, &record, given)?;
        held.ok_or(AppError::NotFound { what: "form" })
    }
}

/// The answers of a record as they stand.
fn standing(tx: &Tx<'_>, held: &HeldForm, id: RecordId) -> Result<Map<String, Json>, AppError> {
    let finder = Finder::new(tx);
    let standing = entry::answers(&held.form, id, &|id| finder.find(id));
    finder.done()?;
    Ok(standing)
}
