//! Migrations: forward only, each in one transaction with the number that says it was done.

use super::cell::{Cell, Columns};
use super::link::Link;
use super::sealed::{Column, Sealer};
use crate::store::{StoreError, Stored};

const MIGRATIONS: [&str; 1] = [include_str!("../../../migrations/postgres/001_house.sql")];

/// Two programs that begin at once make the tables once.
const ALONE: &str = "BEGIN; SELECT pg_advisory_xact_lock(7812345, 1)";
const KEY_CHECK: &[u8] = b"tanfang";

/// The version that this program writes.
pub(super) const fn newest() -> u32 {
    MIGRATIONS.len() as u32
}

/// Makes the tables in a database that has none of them, and fills them; all of it or nothing.
pub(super) fn create<T>(
    link: &mut Link,
    sealer: &Sealer,
    fill: impl FnOnce(&mut Link) -> Stored<T>,
) -> Stored<T> {
    let filled = alone(link, |link| {
        if version(link)?.is_some() {
            return Err(StoreError::AlreadyThere);
        }
        up_from(link, 0)?;
        let sealed = sealer.seal(Column::KeyCheck, b"", KEY_CHECK)?;
        link.tell(
            "INSERT INTO key_check (sealed) VALUES ($1)",
            vec![Cell::Bytes(sealed)],
        )?;
        fill(link)
    })?;
    link.know_again()?;
    Ok(filled)
}

/// Brings a database to this program's version, if its key opens it; another stays as it is.
pub(super) fn up(link: &mut Link, sealer: &Sealer) -> Stored<()> {
    alone(link, |link| {
        let found = version(link)?.ok_or(StoreError::NotThere)?;
        let known = newest();
        if found > known {
            return Err(StoreError::TooNew { found, known });
        }
        let row = link.ask("SELECT sealed FROM key_check", Vec::new())?.pop();
        let row = row.ok_or(StoreError::WrongKeyOrDamaged)?;
        let opened = sealer.open(Column::KeyCheck, b"", row.plain("sealed")?);
        match opened {
            Ok(told) if told == KEY_CHECK => up_from(link, found),
            _ => Err(StoreError::WrongKeyOrDamaged),
        }
    })
}

fn alone<T>(link: &mut Link, act: impl FnOnce(&mut Link) -> Stored<T>) -> Stored<T> {
    link.batch(ALONE)?;
    let done = act(link).and_then(|done| {
        link.flush()?;
        link.batch("COMMIT")?;
        Ok(done)
    });
    if done.is_err() {
        // What is wrong was told; a rollback that fails adds nothing.
        let _ = link.batch("ROLLBACK");
    }
    done
}

fn version(link: &mut Link) -> Stored<Option<u32>> {
    let there = link.rows_of("SELECT to_regclass('migrations')::text")?;
    if there
        .first()
        .and_then(|row| row.first())
        .is_none_or(Option::is_none)
    {
        return Ok(None);
    }
    let rows = link.rows_of("SELECT coalesce(max(number), 0) FROM migrations")?;
    let number = rows
        .first()
        .and_then(|row| row.first()?.as_ref()?.parse().ok());
    number.map(Some).ok_or(StoreError::Damaged {
        what: "the version",
    })
}

fn up_from(link: &mut Link, found: u32) -> Stored<()> {
    for (at, migration) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        link.batch(migration)?;
        let number = Cell::from(at as u64 + 1);
        link.tell("INSERT INTO migrations (number) VALUES ($1)", vec![number])?;
    }
    Ok(())
}
