//! Frozen figures, confirmed areas.

use rusqlite::{Row, named_params};
use tanfang_core::facts::rows::Day;
use tanfang_core::model::AreaCode;

use super::SqliteTx;
use super::columns::Area;
use crate::store::{FrozenFigures, FrozenRow, StoreError, Stored};

impl FrozenFigures for SqliteTx<'_> {
    fn frozen(&mut self) -> Stored<Vec<FrozenRow>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT division, day, frozen_at, hash FROM frozen ORDER BY day, division",
        )?;
        let mut rows = ask.query([])?;
        let mut frozen = Vec::new();
        while let Some(row) = rows.next()? {
            frozen.push(read(row)?);
        }
        Ok(frozen)
    }

    fn frozen_body(
        &mut self,
        division: &AreaCode,
        day: Day,
    ) -> Stored<Option<(FrozenRow, Vec<u8>)>> {
        let mut ask = self.sql.prepare_cached(
            "SELECT division, day, frozen_at, hash, body FROM frozen
             WHERE division = :division AND day = :day",
        )?;
        let mut rows =
            ask.query(named_params! {":division": Area(division), ":day": day.to_string()})?;
        match rows.next()? {
            Some(row) => Ok(Some((read(row)?, row.get("body")?))),
            None => Ok(None),
        }
    }

    fn add_frozen(&mut self, row: &FrozenRow, body: &[u8]) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO frozen (division, day, frozen_at, hash, body)
                 VALUES (:division, :day, :frozen_at, :hash, :body)",
            )?
            .execute(named_params! {
                ":division": Area(&row.division), ":day": row.day.to_string(),
                ":frozen_at": row.frozen_at, ":hash": row.hash, ":body": body,
            })?;
        Ok(())
    }

    fn confirm_area(&mut self, area: &AreaCode, day: Day) -> Stored<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO confirmed_areas (area, day) VALUES (:area, :day)
                 ON CONFLICT (area, day) DO NOTHING",
            )?
            .execute(named_params! {":area": Area(area), ":day": day.to_string()})?;
        Ok(())
    }

    fn confirmed_areas(&mut self) -> Stored<Vec<(AreaCode, Day)>> {
        let mut ask = self
            .sql
            .prepare_cached("SELECT area, day FROM confirmed_areas ORDER BY area, day")?;
        let mut rows = ask.query([])?;
        let mut confirmed = Vec::new();
        while let Some(row) = rows.next()? {
            confirmed.push((row.get::<_, Area<AreaCode>>("area")?.0, day(row)?));
        }
        Ok(confirmed)
    }
}

fn day(row: &Row<'_>) -> Stored<Day> {
    let day: String = row.get("day")?;
    day.parse()
        .map_err(|_| StoreError::Damaged { what: "a column" })
}

fn read(row: &Row<'_>) -> Stored<FrozenRow> {
    Ok(FrozenRow {
        division: row.get::<_, Area<AreaCode>>("division")?.0,
        day: day(row)?,
        frozen_at: row.get("frozen_at")?,
        hash: row.get("hash")?,
    })
}
