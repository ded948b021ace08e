//! The rows that compliance reads, kept in the transaction that settles the record.

use rusqlite::named_params;
use std::collections::BTreeMap;

use super::{StoreError, Tx};
use crate::facts::{self, FactRow};
use crate::merge::Record;
use crate::model::WorkerId;
use crate::wire::LastSync;

impl Tx<'_> {
    pub(super) fn put_facts(
        &self,
        place: i64,
        record: &Record,
        is_new: bool,
    ) -> Result<(), StoreError> {
        let row = if record.begun {
            facts::of_record(record)
        } else {
            None
        };
        match row {
            None if is_new => {}
            None => {
                self.statement("DELETE FROM facts WHERE place = :place")?
                    .execute(named_params! { ":place": place })?;
            }
            Some(row) => {
                let body = rmp_serde::to_vec_named(&row).map_err(|_| StoreError::Unreadable)?;
                self.statement(
                    "INSERT INTO facts (place, body) VALUES (:place, :body)
                     ON CONFLICT (place) DO UPDATE SET body = excluded.body",
                )?
                .execute(named_params! { ":place": place, ":body": body })?;
            }
        }
        Ok(())
    }

    /// Every row, in the order in which the records came.
    pub fn fact_rows(&self) -> Result<Vec<FactRow>, StoreError> {
        let mut statement = self.statement("SELECT body FROM facts ORDER BY place")?;
        let mut rows = statement.query([])?;
        let mut facts = Vec::new();
        while let Some(row) = rows.next()? {
            facts.push(unpack(row)?);
        }
        Ok(facts)
    }

    /// The rows of the records of one kind.
    pub fn fact_rows_of(&self, kind: &str) -> Result<Vec<FactRow>, StoreError> {
        let mut statement = self.statement(
            "SELECT facts.body FROM records JOIN facts ON facts.place = records.place
             WHERE records.kind = :kind ORDER BY records.place",
        )?;
        let mut rows = statement.query(named_params! { ":kind": kind })?;
        let mut facts = Vec::new();
        while let Some(row) = rows.next()? {
            facts.push(unpack(row)?);
        }
        Ok(facts)
    }

    /// When each worker's phones had last handed in everything, ms since 1970.
    pub fn last_syncs(&self) -> Result<BTreeMap<WorkerId, i64>, StoreError> {
        let mut statement =
            self.statement("SELECT worker, millis FROM last_syncs WHERE millis IS NOT NULL")?;
        let mut rows = statement.query([])?;
        let mut syncs = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let worker: Vec<u8> = row.get(0)?;
            let worker = WorkerId::from_slice(&worker).map_err(|_| StoreError::Unreadable)?;
            syncs.insert(worker, row.get(1)?);
        }
        Ok(syncs)
    }

    /// The latest change among them, by the server's clock; 0 before the first.
    pub fn last_syncs_after(&self) -> Result<i64, StoreError> {
        Ok(self
            .statement("SELECT coalesce(max(changed_at), 0) FROM last_syncs")?
            .query_row([], |row| row.get(0))?)
    }

    /// Writes down what the server told of workers' last exchanges.
    pub fn set_last_syncs(&self, syncs: &[LastSync]) -> Result<(), StoreError> {
        for sync in syncs {
            self.statement(
                "INSERT INTO last_syncs (worker, millis, changed_at)
                 VALUES (:worker, :millis, :changed_at)
                 ON CONFLICT (worker) DO UPDATE SET millis = excluded.millis,
                   changed_at = excluded.changed_at",
            )?
            .execute(named_params! {
                ":worker": sync.worker.bytes(), ":millis": sync.millis,
                ":changed_at": sync.changed_at,
            })?;
        }
        Ok(())
    }

    /// Forgets them: another history numbers its changes anew.
    pub fn forget_last_syncs(&self) -> Result<(), StoreError> {
        self.statement("DELETE FROM last_syncs")?.execute([])?;
        Ok(())
    }
}

fn unpack(row: &rusqlite::Row<'_>) -> Result<FactRow, StoreError> {
    let body = row
        .get_ref(0)?
        .as_blob()
        .map_err(|_| StoreError::Unreadable)?;
    rmp_serde::from_slice(body).map_err(|_| StoreError::Unreadable)
}
