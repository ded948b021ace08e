//! Single values and the audit log.

use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of};
use super::sealed::{Column, Sealer};
use crate::store::{AuditRow, Meta, Stored};

impl Meta for PostgresTx<'_> {
    fn meta(&mut self, name: &str) -> Stored<Option<Vec<u8>>> {
        let row = self.ask_one("SELECT value FROM meta WHERE name = $1", cells_of![name])?;
        let open = |row: Row| {
            self.sealer
                .open(Column::Meta, name.as_bytes(), row.plain("value")?)
        };
        row.map(open).transpose()
    }

    fn set_meta(&mut self, name: &str, value: &[u8]) -> Stored<()> {
        let sealed = self.sealer.seal(Column::Meta, name.as_bytes(), value)?;
        self.tell_later(
            "INSERT INTO meta (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            cells_of![name, sealed],
        )
    }

    fn last_audit(&mut self) -> Stored<Option<AuditRow>> {
        let row = self.ask_one(
            "SELECT entry_no, at, verb, detail, hash FROM audit ORDER BY entry_no DESC LIMIT 1",
            cells_of![],
        )?;
        row.map(|row| entry(&row, self.sealer)).transpose()
    }

    fn audit(&mut self) -> Stored<Vec<AuditRow>> {
        let rows = self.ask(
            "SELECT entry_no, at, verb, detail, hash FROM audit ORDER BY entry_no",
            cells_of![],
        )?;
        rows.iter().map(|row| entry(row, self.sealer)).collect()
    }

    fn add_audit(&mut self, row: &AuditRow) -> Stored<()> {
        let place = row.no.to_be_bytes();
        let detail = self
            .sealer
            .seal(Column::AuditDetail, &place, row.detail.as_bytes())?;
        self.tell(
            "INSERT INTO audit (entry_no, at, verb, detail, hash) VALUES ($1, $2, $3, $4, $5)",
            cells_of![row.no, row.at, row.verb.as_str(), detail, row.hash],
        )?;
        Ok(())
    }
}

fn entry(row: &Row, sealer: &Sealer) -> Stored<AuditRow> {
    let no = row.count("entry_no")?;
    let place = no.to_be_bytes();
    Ok(AuditRow {
        no,
        at: row.plain("at")?,
        verb: row.plain("verb")?,
        detail: sealer.open_text(Column::AuditDetail, &place, row.plain("detail")?)?,
        hash: row.exactly("hash")?,
    })
}
