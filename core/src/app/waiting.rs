//! What was saved here and is not in the server's log, in words: what waits, and what came back.

use serde::Serialize;
use std::collections::BTreeSet;

use super::labels::{Labels, Lang};
use super::{App, AppError};
use crate::facts;
use crate::merge::Record;
use crate::model::{DeviceSeq, Kind, RecordId, Save};
use crate::store::{OwnSave, OwnState, Tx};

/// A save that the server has not taken in, as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingLine {
    /// What it is about.
    pub id: String,
    /// Its number on this phone.
    pub seq: DeviceSeq,
    /// The form's title; of a save without a form what it did.
    pub title: String,
    /// Whom it is about, by name, where this phone holds it.
    pub about: Option<String>,
    /// When it was saved, RFC 3339.
    pub saved_at: String,
    /// `unsent`; `waiting` for the save that its record begins with; `refused`.
    pub state: String,
    /// Of a refused one what to do, in the server's words.
    pub message: Option<String>,
    /// Whether it can be withdrawn: the server refused it.
    pub withdrawable: bool,
}

impl App {
    /// What was saved here and is not in the server's log, the latest first: what came back before
    /// what waits.
    pub fn waiting(&self, lang: &str) -> Result<Vec<WaitingLine>, AppError> {
        self.read(|tx| {
            let labels = self.labels(tx)?;
            let open: BTreeSet<DeviceSeq> = tx.refused_saves()?.iter().map(|r| r.own.seq).collect();
            let listed = |own: &OwnSave| match own.state {
                OwnState::Unsent | OwnState::Waiting => true,
                OwnState::Refused => open.contains(&own.seq),
                OwnState::Accepted => false,
            };
            let mut lines = Vec::new();
            for own in tx.outbox()?.into_iter().filter(listed) {
                if let Some(save) = tx.own_save(own.seq)? {
                    lines.push(self.waiting_line(tx, &labels, own, &save, lang)?);
                }
            }
            lines.sort_by_key(|line| (line.state != "refused", std::cmp::Reverse(line.seq)));
            Ok(lines)
        })
    }

    fn waiting_line(
        &self,
        tx: &Tx<'_>,
        labels: &Labels<'_, '_>,
        own: OwnSave,
        save: &Save,
        lang: &str,
    ) -> Result<WaitingLine, AppError> {
        let state = match own.state {
            OwnState::Unsent => "unsent",
            OwnState::Waiting => "waiting",
            OwnState::Refused | OwnState::Accepted => "refused",
        };
        let decided = Lang::named(lang).of("对有分歧的内容作出选择", "a decision on what differed");
        let title = own.form.as_deref().map(|form| {
            let held = labels.forms().find(|held| held.id() == form);
            held.map_or(form, |held| held.title(lang)).to_owned()
        });
        Ok(WaitingLine {
            id: own.subject.to_string(),
            seq: own.seq,
            title: title.unwrap_or_else(|| decided.to_owned()),
            about: about(tx, &own, save)?,
            saved_at: save.envelope.wall.rfc3339(),
            state: state.to_owned(),
            message: own.verdict.map(|verdict| verdict.message),
            withdrawable: own.state == OwnState::Refused,
        })
    }
}

/// The person that a save is about, or the first that it names.
fn about(tx: &Tx<'_>, own: &OwnSave, save: &Save) -> Result<Option<String>, AppError> {
    let named = save.parts.iter().flat_map(|part| &part.writes);
    let named = named.filter_map(|write| write.value.as_text()?.parse::<RecordId>().ok());
    for id in std::iter::once(own.subject).chain(named) {
        let person = tx.record(id)?.filter(|record| record.kind == Kind::PERSON);
        if let Some(title) = person.map(|record: Record| facts::list_row(&record).title) {
            return Ok(Some(title));
        }
    }
    Ok(None)
}
