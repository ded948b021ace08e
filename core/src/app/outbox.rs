//! What is unsent, and what was refused.

use serde::Serialize;

use super::{App, AppError};
use crate::model::DeviceSeq;
use crate::store::{OwnSave, OwnState};

/// A save that the server has not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutboxLine {
    /// What it is about.
    pub id: String,
    /// The form it was filled in with.
    pub form: Option<String>,
    /// Its number on this phone.
    pub seq: DeviceSeq,
    /// `unsent`, or `waiting` for the save that its record begins with.
    pub state: &'static str,
}

/// A save that the server refused and nobody has corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedLine {
    /// What it is about.
    pub id: String,
    /// Its number on this phone.
    pub seq: DeviceSeq,
    /// The reason's code.
    pub reason: String,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// What to do.
    pub message: String,
}

impl App {
    /// What was saved here and is not yet in the server's log.
    pub fn outbox(&self) -> Result<Vec<OutboxLine>, AppError> {
        let line = |save: OwnSave| {
            let state = match save.state {
                OwnState::Unsent => "unsent",
                OwnState::Waiting => "waiting",
                OwnState::Refused | OwnState::Accepted => return None,
            };
            Some(OutboxLine {
                id: save.subject.to_string(),
                form: save.form,
                seq: save.seq,
                state,
            })
        };
        self.read(|tx| Ok(tx.outbox()?.into_iter().filter_map(line).collect()))
    }

    /// What the server refused; an edit of the record corrects it.
    pub fn refused(&self) -> Result<Vec<RefusedLine>, AppError> {
        let line = |save: OwnSave| {
            let verdict = save.verdict?;
            Some(RefusedLine {
                id: save.subject.to_string(),
                seq: save.seq,
                reason: verdict.reason,
                field: verdict.field,
                message: verdict.message,
            })
        };
        self.read(|tx| Ok(tx.outbox()?.into_iter().filter_map(line).collect()))
    }
}
