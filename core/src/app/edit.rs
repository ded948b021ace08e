//! Editing: only what is given changes.

use serde_json::{Map, Value as Json};

use super::answers::overlay;
use super::save::{Pressed, Saved, keeping};
use super::{App, AppError, Finder};
use crate::entry;
use crate::model::RecordId;

impl App {
    /// Changes the answers given of a record; null clears, a row with `$row` changes that row, one
    /// without adds a row, `"$gone": true` takes it out.
    ///
    /// # Errors
    /// [`AppError::NeedsCorrection`] with every problem and the draft that keeps the answers.
    pub fn edit(&self, id: RecordId, given: &Map<String, Json>) -> Result<Saved, AppError> {
        let held = self.read(|tx| {
            let record = tx
                .record(id)?
                .ok_or(AppError::NotFound { what: "record" })?;
            let held = self.form_of(tx, &record, given)?;
            held.ok_or(AppError::NotFound { what: "form" })
        })?;
        let draft = self.draft_of(id)?;
        let draft = self.save_draft(draft, held.form.id(), Some(id), given)?;
        let done = self.write(|tx| {
            let finder = Finder::new(tx);
            let standing = entry::answers(&held.form, id, &|id| finder.find(id));
            finder.done()?;
            let answers = overlay(&standing, given)?;
            self.press(
                tx,
                Pressed {
                    held: &held,
                    subject: Some(id),
                    before: Some(&standing),
                    answers: &answers,
                    draft,
                    named: given.keys().cloned().collect(),
                },
            )
        });
        done.map_err(|error| keeping(error, draft))
    }
}
