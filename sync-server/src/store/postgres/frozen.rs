//! Frozen figures, confirmed areas.

use tanfang_core::facts::rows::Day;
use tanfang_core::model::AreaCode;
use tokio_postgres::Row;

use super::PostgresTx;
use super::cell::{Columns, cells_of};
use super::sealed::Column;
use crate::store::{FrozenFigures, FrozenRow, StoreError, Stored};

impl FrozenFigures for PostgresTx<'_> {
    fn frozen(&mut self) -> Stored<Vec<FrozenRow>> {
        let rows = self.ask(
            "SELECT division, day, frozen_at, hash FROM frozen ORDER BY day, division",
            cells_of![],
        )?;
        rows.iter().map(read).collect()
    }

    fn frozen_body(
        &mut self,
        division: &AreaCode,
        day: Day,
    ) -> Stored<Option<(FrozenRow, Vec<u8>)>> {
        let row = self.ask_one(
            "SELECT division, day, frozen_at, hash, body FROM frozen
             WHERE division = $1 AND day = $2",
            cells_of![division.as_str(), day.to_string()],
        )?;
        let body = |row: Row| {
            let figures = read(&row)?;
            let place = figures.hash.as_bytes();
            let body = self
                .sealer
                .open(Column::FrozenBody, place, row.plain("body")?)?;
            Ok((figures, body))
        };
        row.map(body).transpose()
    }

    fn add_frozen(&mut self, row: &FrozenRow, body: &[u8]) -> Stored<()> {
        let place = row.hash.as_bytes();
        let sealed = self.sealer.seal(Column::FrozenBody, place, body)?;
        self.tell(
            "INSERT INTO frozen (division, day, frozen_at, hash, body)
             VALUES ($1, $2, $3, $4, $5)",
            cells_of![
                row.division.as_str(),
                row.day.to_string(),
                row.frozen_at,
                row.hash.as_str(),
                sealed,
            ],
        )?;
        Ok(())
    }

    fn confirm_area(&mut self, area: &AreaCode, day: Day) -> Stored<()> {
        self.tell(
            "INSERT INTO confirmed_areas (area, day) VALUES ($1, $2)
             ON CONFLICT (area, day) DO NOTHING",
            cells_of![area.as_str(), day.to_string()],
        )?;
        Ok(())
    }

    fn confirmed_areas(&mut self) -> Stored<Vec<(AreaCode, Day)>> {
        let rows = self.ask(
            "SELECT area, day FROM confirmed_areas ORDER BY area, day",
            cells_of![],
        )?;
        let confirmed = |row: &Row| Ok((parsed(row, "area")?, parsed(row, "day")?));
        rows.iter().map(confirmed).collect()
    }
}

fn parsed<T: std::str::FromStr>(row: &Row, name: &str) -> Stored<T> {
    let text: &str = row.plain(name)?;
    text.parse()
        .map_err(|_| StoreError::Damaged { what: "a column" })
}

fn read(row: &Row) -> Stored<FrozenRow> {
    Ok(FrozenRow {
        division: parsed(row, "division")?,
        day: parsed(row, "day")?,
        frozen_at: row.plain("frozen_at")?,
        hash: row.plain("hash")?,
    })
}
