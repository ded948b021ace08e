//! The store on PostgreSQL, for a county or province that SQLite's one file no longer carries. The
//! only place of the server that names tokio-postgres.
//!
//! A writer locks one table before it looks, so that it is alone among the writers of every process,
//! and what it sees is all that was committed before: numbers and positions are in commit order,
//! and no reader meets a lower one after a higher. What is said of people lies sealed
//! (`docs/adr/0027`).

pub mod address;
mod attachments;
mod bundles;
mod cell;
mod devices;
mod fault;
mod feeds;
mod frozen;
mod link;
mod log;
mod meta;
mod migrate;
mod moving;
mod published;
mod records;
mod sealed;
mod snapshots;

use std::sync::Arc;

use tanfang_core::model::Rng;
use tanfang_core::vault::Secret;
use tokio_postgres::Row;

use super::sqlite::Leaving;
use super::{Access, Act, ServerStore, Stored};
pub use address::{Address, AddressProblem};
use cell::{Cell, Columns};
use link::Link;
pub use moving::Moved;
use sealed::Sealer;

/// A database of the server.
pub struct PostgresStore {
    link: Link,
    sealer: Sealer,
}

/// A transaction under way.
struct PostgresTx<'a> {
    link: &'a mut Link,
    sealer: &'a Sealer,
    last: LastNumbers,
}

/// The last numbers given, once a transaction has asked for them: it is alone in giving them.
#[derive(Default)]
struct LastNumbers {
    save: Option<i64>,
    part: Option<i64>,
}

impl PostgresStore {
    /// Makes a new store in a database that has none.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`](super::StoreError::AlreadyThere) where there is one: it is never
    /// overwritten; those of the connection.
    pub fn create(address: &Address, key: &Secret, rng: Arc<dyn Rng>) -> Stored<Self> {
        let mut store = Self::connect(address, key, rng)?;
        migrate::create(&mut store.link, &store.sealer, |_| Ok(()))?;
        Ok(store)
    }

    /// Opens a store and brings it to this program's version.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError): `NotThere`, `WrongKeyOrDamaged`, `TooNew`, those of the
    /// connection; nothing is altered by any of them.
    pub fn open(address: &Address, key: &Secret, rng: Arc<dyn Rng>) -> Stored<Self> {
        let mut store = Self::connect(address, key, rng)?;
        migrate::up(&mut store.link, &store.sealer)?;
        Ok(store)
    }

    /// Makes a store with everything that a file holds, in a database that has none: in one
    /// transaction, read again and compared before it is committed.
    ///
    /// # Errors
    /// Those of [`PostgresStore::create`] and of the file; nothing was made then.
    pub fn create_from(
        file: &mut Leaving<'_>,
        address: &Address,
        key: &Secret,
        rng: Arc<dyn Rng>,
    ) -> Stored<(Self, Moved)> {
        let mut store = Self::connect(address, key, rng)?;
        let sealer = &store.sealer;
        let moved = migrate::create(&mut store.link, sealer, |link| {
            moving::copy(file, link, sealer)
        })?;
        Ok((store, moved))
    }

    fn connect(address: &Address, key: &Secret, rng: Arc<dyn Rng>) -> Stored<Self> {
        Ok(Self {
            link: Link::to(address)?,
            sealer: Sealer::new(key, rng),
        })
    }
}

/// Ends what was begun also where the closure panics: the next transaction finds no other open.
struct UnderWay<'a>(&'a mut Link);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.roll_back();
    }
}

impl ServerStore for PostgresStore {
    fn transact(&mut self, access: Access, act: &mut Act<'_>) -> Stored<()> {
        let under_way = UnderWay(&mut self.link);
        under_way.0.begin(access)?;
        act(&mut PostgresTx {
            link: under_way.0,
            sealer: &self.sealer,
            last: LastNumbers::default(),
        })?;
        under_way.0.commit(access)
    }

    fn checkpoint(&self) -> Stored<()> {
        // What was committed is whole where PostgreSQL keeps it.
        Ok(())
    }
}

impl PostgresTx<'_> {
    fn ask(&mut self, sql: &'static str, cells: Vec<Cell>) -> Stored<Vec<Row>> {
        self.link.ask(sql, cells)
    }

    fn ask_one(&mut self, sql: &'static str, cells: Vec<Cell>) -> Stored<Option<Row>> {
        Ok(self.link.ask(sql, cells)?.into_iter().next())
    }

    /// A statement whose refusal its caller hears.
    fn tell(&mut self, sql: &'static str, cells: Vec<Cell>) -> Stored<u64> {
        self.link.tell(sql, cells)
    }

    /// A statement that is not refused unless the store is wrong: it goes with those after it.
    fn tell_later(&mut self, sql: &'static str, cells: Vec<Cell>) -> Stored<()> {
        self.link.tell_later(sql, cells)
    }

    /// Tells, and answers with the number that the row was given.
    fn number(&mut self, sql: &'static str, cells: Vec<Cell>) -> Stored<i64> {
        match self.ask_one(sql, cells)? {
            Some(row) => row.no("no"),
            None => Err(super::StoreError::Damaged { what: "a number" }),
        }
    }
}

#[cfg(test)]
mod tests;
