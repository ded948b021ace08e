//! Drafts: what a person has typed and not yet saved, kept at each pause.

use rusqlite::{OptionalExtension, Row, named_params};
use std::str::FromStr;

use super::{StoreError, Tx};
use crate::model::{NotAnId, RecordId, Rng, WallTime};

/// A draft's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DraftId(RecordId);

impl DraftId {
    /// A new id.
    pub fn fresh(now: WallTime, rng: &dyn Rng) -> Self {
        Self(RecordId::fresh(now, rng))
    }
}

impl std::fmt::Display for DraftId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for DraftId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        text.parse().map(Self)
    }
}

/// What a person has typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The form's id.
    pub form: String,
    /// The record that is being edited; none for a new one.
    pub subject: Option<RecordId>,
    /// The answers as typed, JSON.
    pub answers: String,
    /// When it was last kept, in milliseconds since 1970 by the phone's clock.
    pub saved_at: i64,
}

impl Tx<'_> {
    /// Keeps a draft, in the place of what it was.
    pub fn put_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO drafts (id, form, subject, answers, saved_at)
             VALUES (:id, :form, :subject, :answers, :saved_at)
             ON CONFLICT (id) DO UPDATE SET form = excluded.form, subject = excluded.subject,
               answers = excluded.answers, saved_at = excluded.saved_at",
        )?
        .execute(named_params! {
            ":id": draft.id.0.bytes(), ":form": draft.form,
            ":subject": draft.subject.as_ref().map(|id| id.bytes().as_slice()),
            ":answers": draft.answers, ":saved_at": draft.saved_at,
        })?;
        Ok(())
    }

    /// A draft by its id.
    pub fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError> {
        self.statement("SELECT id, form, subject, answers, saved_at FROM drafts WHERE id = :id")?
            .query_row(named_params! { ":id": id.0.bytes() }, |row| Ok(read(row)))
            .optional()?
            .transpose()
    }

    /// Every draft, the latest first.
    pub fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        let mut statement = self.statement(
            "SELECT id, form, subject, answers, saved_at FROM drafts ORDER BY saved_at DESC, id",
        )?;
        let mut rows = statement.query([])?;
        let mut drafts = Vec::new();
        while let Some(row) = rows.next()? {
            drafts.push(read(row)?);
        }
        Ok(drafts)
    }

    /// Drops a draft; it was saved, or the person threw it away.
    pub fn drop_draft(&self, id: DraftId) -> Result<(), StoreError> {
        self.statement("DELETE FROM drafts WHERE id = :id")?
            .execute(named_params! { ":id": id.0.bytes() })?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<Draft, StoreError> {
    let id: Vec<u8> = row.get(0)?;
    let subject: Option<Vec<u8>> = row.get(2)?;
    let record = |bytes: &[u8]| RecordId::from_slice(bytes).map_err(|_| StoreError::Unreadable);
    Ok(Draft {
        id: DraftId(record(&id)?),
        form: row.get(1)?,
        subject: subject.as_deref().map(record).transpose()?,
        answers: row.get(3)?,
        saved_at: row.get(4)?,
    })
}
