//! Drafts: what was typed and not yet saved.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{App, AppError, Finder};
use crate::entry::{self, overlay};
use crate::form::{Problem, ProblemCode, Severity, check, check_edit};
use crate::model::{RecordId, WallTime};
use crate::store::{Draft, DraftId, Tx};

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
    /// What is wrong with them as they stand, and what should be looked at.
    pub problems: Vec<Problem>,
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
            let line = |draft: Draft| {
                let answers = serde_json::from_str(&draft.answers).unwrap_or_default();
                Ok(DraftLine {
                    problems: self.problems_of(tx, &draft, &answers)?,
                    id: draft.id.to_string(),
                    form: draft.form,
                    subject: draft.subject.map(|id| id.to_string()),
                    saved_at: WallTime::beijing(draft.saved_at).rfc3339(),
                    answers: Json::Object(answers),
                })
            };
            tx.drafts()?.into_iter().map(line).collect()
        })
    }

    /// What the form says of a draft today.
    fn problems_of(
        &self,
        tx: &Tx<'_>,
        draft: &Draft,
        given: &Map<String, Json>,
    ) -> Result<Vec<Problem>, AppError> {
        let problems = |error: AppError| {
            match error {
            AppError::NeedsCorrection { problems, .. } => Ok(problems),
            AppError::NotFound { .. } => Ok(vec![Problem {
                field: String::new(),
                code: ProblemCode::UnknownField,
                message: "本机已没有此表单或档案 / the form or record of this draft is not on this phone any more".into(),
                severity: Severity::Error,
            }]),
            other => Err(other),
        }
        };
        let held = match self.form(tx, &draft.form) {
            Ok(held) => held,
            Err(error) => return problems(error),
        };
        let me = self.me(tx)?;
        let checked = match draft.subject {
            None => check(
                &held.form,
                given,
                &self.context(tx, &me, &held.form, given, None)?,
            ),
            Some(id) => {
                let finder = Finder::new(tx);
                let standing = entry::answers(&held.form, id, &|id| finder.find(id));
                finder.done()?;
                let answers = match overlay(&standing, given) {
                    Ok(answers) => answers,
                    Err(error) => return problems(error.into()),
                };
                let context = self.context(tx, &me, &held.form, &answers, Some(id))?;
                check_edit(&held.form, &standing, &answers, &context)
            }
        };
        Ok(checked.map_or_else(|all| all, |checked| checked.warnings().to_vec()))
    }

    /// The answers of a draft of a new record, as typed.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is no such draft; [`AppError::Asked`] where it is of
    /// another form, or of an edit.
    pub fn draft_answers(&self, id: DraftId, form: &str) -> Result<Map<String, Json>, AppError> {
        let draft = self.read(|tx| self.draft_for(tx, id, form))?;
        serde_json::from_str(&draft.answers).map_err(|_| AppError::fault("draft"))
    }

    pub(super) fn draft_for(
        &self,
        tx: &Tx<'_>,
        id: DraftId,
        form: &str,
    ) -> Result<Draft, AppError> {
        let draft = tx.draft(id)?.ok_or(AppError::NotFound { what: "draft" })?;
        if draft.form == form && draft.subject.is_none() {
            return Ok(draft);
        }
        let message = match draft.subject {
            Some(subject) => format!(
                "这份草稿是修改 {subject} 的，请用 edit / this draft is of an edit of {subject}: use `edit`"
            ),
            None => format!(
                "这份草稿属于表单 {0} / this draft is of the form {0}: use `new {0}`",
                draft.form
            ),
        };
        Err(AppError::Asked { message })
    }

    /// Throws a draft away, with the photos that nothing else names.
    pub fn drop_draft(&self, id: DraftId) -> Result<(), AppError> {
        self.write(|tx| {
            tx.draft(id)?.ok_or(AppError::NotFound { what: "draft" })?;
            Ok(tx.drop_draft_and_attachments(id)?)
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
