//! Single values and the audit log.

use rusqlite::{OptionalExtension, Row, named_params};

use super::SqliteTx;
use super::columns::Count;
use crate::store::{AuditRow, Meta, Stored};

impl Meta for SqliteTx<'_> {
    fn meta(&mut self, name: &str) -> Stored<Option<Vec<u8>>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT value FROM meta WHERE name = :name")?;
        Ok(ask
            .query_row(named_params! {":name": name}, |row| row.get(0))
            .optional()?)
    }

    fn set_meta(&mut self, name: &str, value: &[u8]) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO meta (name, value) VALUES (:name, :value)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )?
            .execute(named_params! {":name": name, ":value": value})?;
        Ok(())
    }

    fn last_audit(&mut self) -> Stored<Option<AuditRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT entry_no, at, verb, detail, hash FROM audit ORDER BY entry_no DESC LIMIT 1",
        )?;
        Ok(ask.query_row([], entry).optional()?)
    }

    fn audit(&mut self) -> Stored<Vec<AuditRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT entry_no, at, verb, detail, hash FROM audit ORDER BY entry_no",
        )?;
        Ok(ask.query_map([], entry)?.collect::<Result<_, _>>()?)
    }

    fn add_audit(&mut self, row: &AuditRow) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO audit (entry_no, at, verb, detail, hash)
                 VALUES (:no, :at, :verb, :detail, :hash)",
            )?
            .execute(named_params! {
                ":no": Count(row.no), ":at": row.at, ":verb": row.verb, ":detail": row.detail,
                ":hash": row.hash,
            })?;
        Ok(())
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        no: row.get::<_, Count>("entry_no")?.0,
        at: row.get("at")?,
        verb: row.get("verb")?,
        detail: row.get("detail")?,
        hash: row.get("hash")?,
    })
}
