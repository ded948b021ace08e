//! Own saves that were refused: kept, corrected by a later one, or withdrawn.

use rusqlite::{OptionalExtension, named_params};
use std::collections::BTreeSet;

use super::own::{OwnSave, own_save};
use super::pack::unpack_save;
use super::{StoreError, Tx};
use crate::model::{DeviceSeq, Part, RecordId, Save};

/// An own save that was refused, with what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedSave {
    /// Its number, its subject and what the server said of it.
    pub own: OwnSave,
    /// What it says.
    pub save: Save,
    /// The later save that says it anew.
    pub mended_by: Option<DeviceSeq>,
    /// When its author withdrew it, in milliseconds since 1970.
    pub withdrawn_at: Option<i64>,
}

impl RefusedSave {
    /// Whether it still waits for a person.
    pub fn is_open(&self) -> bool {
        self.mended_by.is_none() && self.withdrawn_at.is_none()
    }

    /// The records that it makes.
    pub fn begins(&self) -> BTreeSet<RecordId> {
        let parts = self.save.parts.iter().filter(|part| part.begins);
        parts.map(|part| part.record).collect()
    }
}

impl Tx<'_> {
    /// Own saves that were refused and that no later save says anew, in their order.
    pub fn refused_saves(&self) -> Result<Vec<RefusedSave>, StoreError> {
        let mut saves = self.refused_ever()?;
        saves.retain(RefusedSave::is_open);
        Ok(saves)
    }

    /// Every own save that was refused or withdrawn, in their order.
    pub fn refused_ever(&self) -> Result<Vec<RefusedSave>, StoreError> {
        let mut statement = self.statement(
            "SELECT seq, state, form, subject, reason, field, message, mended_by, withdrawn_at, body
             FROM saves
             WHERE state IN (1, 2) AND (state = 2 OR withdrawn_at IS NOT NULL) ORDER BY seq",
        )?;
        let mut rows = statement.query([])?;
        let mut saves = Vec::new();
        while let Some(row) = rows.next()? {
            let body: Vec<u8> = row.get(9)?;
            saves.push(RefusedSave {
                own: own_save(row)?,
                save: unpack_save(&body, &self.terms())?,
                mended_by: row.get::<_, Option<i64>>(7)?.map(|seq| seq as u64),
                withdrawn_at: row.get(8)?,
            });
        }
        Ok(saves)
    }

    /// A later save says anew what a refused one said.
    pub fn set_mended(&self, refused: DeviceSeq, by: DeviceSeq) -> Result<(), StoreError> {
        self.statement("UPDATE saves SET mended_by = :by WHERE seq = :seq")?
            .execute(named_params! { ":seq": refused as i64, ":by": by as i64 })?;
        Ok(())
    }

    /// Whether the server has not accepted an own save, as far as this phone knows.
    pub fn is_pending(&self, seq: DeviceSeq) -> Result<bool, StoreError> {
        let state = self
            .statement("SELECT state FROM saves WHERE seq = :seq")?
            .query_row(named_params! { ":seq": seq as i64 }, |row| {
                row.get::<_, i64>(0)
            })
            .optional()?;
        Ok(state.is_some_and(|state| state != 3))
    }

    /// Withdraws own saves that are not accepted, and what each of them said anew: they stay for
    /// reading, and the records stand as if they had never been made.
    pub fn withdraw(&self, seqs: &[DeviceSeq], at: i64) -> Result<(), StoreError> {
        let mut ahead = seqs.to_vec();
        while let Some(seq) = ahead.pop() {
            let altered = self
                .statement(
                    "UPDATE saves SET withdrawn_at = :at
                     WHERE seq = :seq AND state <> 3 AND withdrawn_at IS NULL",
                )?
                .execute(named_params! { ":seq": seq as i64, ":at": at })?;
            let Some(save) = self.own_save(seq)?.filter(|_| altered > 0) else {
                continue;
            };
            let mut statement = self.statement(
                "SELECT seq FROM saves WHERE state IN (1, 2) AND mended_by = :seq ORDER BY seq",
            )?;
            let said_anew = statement
                .query_map(named_params! { ":seq": seq as i64 }, |row| row.get(0))?
                .collect::<Result<Vec<i64>, _>>()?;
            ahead.extend(said_anew.into_iter().map(|seq| seq as u64));
            self.forget_save(&save, true)?;
        }
        Ok(())
    }

    /// Takes what a save told out of its records; where nobody says its beginning anew, that too.
    pub(super) fn forget_save(&self, save: &Save, beginning: bool) -> Result<(), StoreError> {
        let records: BTreeSet<RecordId> = save.parts.iter().map(|part| part.record).collect();
        for id in records {
            let Some(mut change) = self.find(id)? else {
                continue;
            };
            let record = &mut change.record;
            record.forget(save.envelope.head);
            // What the server received of a record it received after the record's beginning.
            let mut origins = record.origins.values();
            let known = origins.any(|origin| origin.received_at.is_some());
            let begins = |part: &Part| part.record == id && part.begins;
            if beginning && !known && save.parts.iter().any(begins) {
                record.begun = false;
            }
            self.put_or_drop(&change)?;
        }
        Ok(())
    }

    /// A server that was restored may accept what it had refused: then it is said, withdrawn or
    /// not. True where it was withdrawn.
    pub(super) fn take_up_again(&self, seq: DeviceSeq) -> Result<bool, StoreError> {
        let altered = self
            .statement(
                "UPDATE saves SET withdrawn_at = NULL
                 WHERE seq = :seq AND withdrawn_at IS NOT NULL",
            )?
            .execute(named_params! { ":seq": seq as i64 })?;
        Ok(altered > 0)
    }
}
