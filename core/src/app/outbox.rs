//! What is unsent, and what was refused.

use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeSet;

use super::{App, AppError};
use crate::model::{DeviceSeq, Part, RecordId, Save};
use crate::store::{OwnSave, OwnState, RefusedSave, Tx};

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

/// A save that the server refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// `refused`; `corrected`, where a later save says it anew; `withdrawn`.
    pub state: &'static str,
    /// What it says.
    pub said: Vec<SaidValue>,
}

/// A value that a save says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SaidValue {
    /// Of which record.
    pub record: String,
    /// The field.
    pub field: String,
    /// The value.
    pub value: Json,
}

/// What a withdrawal did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withdrawn {
    /// What the save was about.
    pub id: String,
    /// Its number.
    pub seq: DeviceSeq,
    /// Saves that wait for what it was to begin, and will not go in without it: each may be
    /// withdrawn too.
    pub waiting: Vec<OutboxLine>,
}

impl App {
    /// What was saved here and is not yet in the server's log.
    pub fn outbox(&self) -> Result<Vec<OutboxLine>, AppError> {
        self.read(|tx| Ok(tx.outbox()?.into_iter().filter_map(outbox_line).collect()))
    }

    /// What the server refused and nobody has corrected or withdrawn.
    pub fn refused(&self) -> Result<Vec<RefusedLine>, AppError> {
        self.read(|tx| Ok(tx.refused_saves()?.into_iter().map(refused_line).collect()))
    }

    /// Everything that the server refused, also what was corrected or withdrawn since.
    pub fn refused_ever(&self) -> Result<Vec<RefusedLine>, AppError> {
        self.read(|tx| Ok(tx.refused_ever()?.into_iter().map(refused_line).collect()))
    }

    /// Withdraws a save that was refused, or that waits for one that was withdrawn: it stays for
    /// reading ([`App::refused_ever`]) and is said to nobody again, and what is settled is shown.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where no such save is about the record; [`AppError::Asked`] where the
    /// server has it or may still take it.
    pub fn withdraw(&self, id: RecordId, seq: DeviceSeq) -> Result<Withdrawn, AppError> {
        let at = self.doors.clock.now().millis;
        self.write(|tx| {
            let open = tx.outbox()?;
            let own = open.iter().find(|own| own.seq == seq);
            let save = tx.own_save(seq)?;
            let about = |save: &Save| save.parts.iter().any(|part| part.record == id);
            let save = save.filter(|save| {
                about(save) || own.is_some_and(|own| own.subject == id)
            });
            let save = save.ok_or(AppError::NotFound { what: "save" })?;
            let may = match own.map(|own| own.state) {
                Some(OwnState::Refused) => true,
                Some(OwnState::Waiting) => waits_in_vain(tx, &save)?,
                Some(OwnState::Unsent | OwnState::Accepted) | None => false,
            };
            let Some(own) = own.filter(|_| may) else {
                let message = "只能撤回被拒的，或等待已撤回记录的保存；请看 refused 和 outbox / only what was refused, or waits for what was withdrawn, can be withdrawn: see `refused` and `outbox`";
                return Err(AppError::Asked {
                    message: message.into(),
                });
            };
            tx.withdraw(&[seq], at)?;
            let mut waiting = Vec::new();
            for other in tx.outbox()? {
                if other.state == OwnState::Refused {
                    continue;
                }
                if let Some(save) = tx.own_save(other.seq)?
                    && waits_in_vain(tx, &save)?
                {
                    waiting.extend(outbox_line(other));
                }
            }
            Ok(Withdrawn {
                id: own.subject.to_string(),
                seq,
                waiting,
            })
        })
    }
}

fn outbox_line(save: OwnSave) -> Option<OutboxLine> {
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
}

fn refused_line(refused: RefusedSave) -> RefusedLine {
    let state = match (refused.withdrawn_at, refused.mended_by) {
        (Some(_), _) => "withdrawn",
        (None, Some(_)) => "corrected",
        (None, None) => "refused",
    };
    let said = |part: &Part| {
        let record = part.record.to_string();
        let said = part.writes.iter().map(move |write| SaidValue {
            record: record.clone(),
            field: write.field.to_string(),
            value: write.value.to_json(),
        });
        said.collect::<Vec<_>>()
    };
    let (reason, field, message) = match refused.own.verdict {
        Some(verdict) => (verdict.reason, verdict.field, verdict.message),
        // It waited for what was withdrawn.
        None => ("waiting".to_owned(), None, String::new()),
    };
    RefusedLine {
        id: refused.own.subject.to_string(),
        seq: refused.own.seq,
        reason,
        field,
        message,
        state,
        said: refused.save.parts.iter().flat_map(said).collect(),
    }
}

/// Whether a save writes or names a record whose beginning was withdrawn.
fn waits_in_vain(tx: &Tx<'_>, save: &Save) -> Result<bool, AppError> {
    let mut withdrawn = BTreeSet::new();
    for earlier in tx.refused_ever()? {
        if earlier.withdrawn_at.is_some() {
            withdrawn.extend(earlier.begins());
        }
    }
    let names = |part: &Part| {
        let mut values = part.writes.iter().map(|write| write.value.as_text());
        withdrawn.contains(&part.record)
            || values.any(|value| {
                let id = value.and_then(|text| text.parse::<RecordId>().ok());
                id.is_some_and(|id| withdrawn.contains(&id))
            })
    };
    Ok(save.parts.iter().any(names))
}
