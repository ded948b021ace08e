//! Drafts: what was typed and not yet saved.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{App, AppError};
use crate::model::{RecordId, WallTime};
use crate::store::{Draft, DraftId};

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DraftLine {
    /// Its id.
    pub id: String,
    /// The form.
    pub form: String,
    /// The record that is edited; none for a new one.
    pub subject: Option<String>,
    /// When it was kept.
    pub saved_at: String,
    /// The answers as typed.
    pub answers: Json,
}

impl App {
    /// Keeps what was typed, durably, before anything is asked of it.
    pub fn save_draft(
        &self,
        draft: Option<DraftId>,
        form: &str,
        subject: Option<RecordId>,
        answers: &Map<String, Json>,
    ) -> Result<DraftId, AppError> {
        let now = self.doors.clock.now();
        let id = draft.unwrap_or_else(|| DraftId::fresh(now, &*self.doors.rng));
        let answers = serde_json::to_string(answers).map_err(|_| AppError::fault("draft"))?;
        self.write(|tx| {
            tx.put_draft(&Draft {
                id,
                form: form.to_owned(),
                subject,
                answers,
                saved_at: now.millis,
            })?;
            Ok(id)
        })
    }

    /// Every draft, the latest first.
    pub fn drafts(&self) -> Result<Vec<DraftLine>, AppError> {
        self.read(|tx| {
            let drafts = tx.drafts()?.into_iter();
            Ok(drafts
                .map(|draft| DraftLine {
                    id: draft.id.to_string(),
                    form: draft.form,
                    subject: draft.subject.map(|id| id.to_string()),
                    saved_at: WallTime::beijing(draft.saved_at).rfc3339(),
                    answers: serde_json::from_str(&draft.answers).unwrap_or(Json::Null),
                })
                .collect())
        })
    }

    /// Throws a draft away.
    pub fn drop_draft(&self, id: DraftId) -> Result<(), AppError> {
        self.write(|tx| {
            tx.draft(id)?.ok_or(AppError::NotFound { what: "draft" })?;
            Ok(tx.drop_draft(id)?)
        })
    }

    /// The draft of an edit of this record, if one is kept.
    pub(super) fn draft_of(&self, subject: RecordId) -> Result<Option<DraftId>, AppError> {
        self.read(|tx| {
            let mut drafts = tx.drafts()?.into_iter();
            Ok(drafts
                .find(|draft| draft.subject == Some(subject))
                .map(|draft| draft.id))
        })
    }
}
