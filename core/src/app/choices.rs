//! What a question offers beside the other answers.

use serde_json::{Map, Value as Json};
use std::sync::Arc;

use super::{App, AppError, Finder};
use crate::entry::{self, overlay};
use crate::form::{Offered, Session};
use crate::model::RecordId;

/// A question of a form that a person is filling in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offering<'a> {
    /// The form.
    pub form: &'a str,
    /// The record that is edited; none for a new one.
    pub subject: Option<RecordId>,
    /// The question, as problems name it: `village`, `people[2].met`.
    pub field: &'a str,
    /// Only rows whose label or code contains this; an empty text: all.
    pub containing: &'a str,
    /// In whose words: `zh`, `en`.
    pub lang: &'a str,
    /// At most so many rows.
    pub most: usize,
}

impl App {
    /// The rows of a question's list that its filter offers beside the answers given so far, in the
    /// list's order. Of an edit the answers given are laid over those that stand.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a form that is not here; [`AppError::NeedsCorrection`] where the
    /// form has no such question or the filter cannot be worked out.
    pub fn choices(
        &self,
        asked: &Offering<'_>,
        answers: &Map<String, Json>,
    ) -> Result<Vec<Offered>, AppError> {
        self.read(|tx| {
            let (me, held) = (self.me(tx)?, self.form(tx, asked.form)?);
            let answers = match asked.subject {
                None => answers.clone(),
                Some(id) => {
                    let finder = Finder::new(tx);
                    let standing = entry::answers(&held.form, id, &|id| finder.find(id));
                    finder.done()?;
                    overlay(&standing, answers)?
                }
            };
            let mut context = self.context(tx, &me, &held.form, &answers, asked.subject)?;
            context.lang = asked.lang.to_owned();
            let session = Session::open(Arc::clone(&held.form), &answers, context);
            let offered = session.choices(asked.field, asked.containing, asked.most);
            offered.map_err(|error| {
                let message = format!("这道题没有可选项 / {error}");
                AppError::problem(asked.field, message)
            })
        })
    }
}
