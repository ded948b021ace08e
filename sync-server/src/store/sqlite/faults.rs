//! What a disk does wrong, brought about through SQLite itself: for tests and the simulator alone.

use std::os::raw::c_int;

use rusqlite::hooks::Wal;
use rusqlite::{Error, ffi};

use super::SqliteStore;
use crate::store::Stored;

/// How a commit goes wrong. Whoever hears that it failed does not know which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitFault {
    /// Nothing is written by the first commit after so many that go well.
    NotWrittenAfter(u32),
    /// All of it is written, and the commit is said to have failed: an fsync that reports an error
    /// after the pages are on the disk.
    Written,
}

/// More pages than any database has.
const NO_LIMIT: u32 = 0x3fff_ffff;

impl SqliteStore {
    /// How many pages the file has.
    ///
    /// # Errors
    /// Those of the store.
    pub fn pages(&self) -> Stored<u32> {
        let count = "PRAGMA page_count";
        Ok(self.connection.query_row(count, [], |row| row.get(0))?)
    }

    /// Bounds the file to this many pages, as a full disk does; without a number it may grow again.
    ///
    /// # Errors
    /// Those of the store.
    pub fn limit_pages(&self, pages: Option<u32>) -> Stored<()> {
        let limit = format!("PRAGMA max_page_count = {}", pages.unwrap_or(NO_LIMIT));
        Ok(self.connection.query_row(&limit, [], |_| Ok(()))?)
    }

    /// How many steps SQLite itself takes from now on, counted in `counter`: the same for the same work
    /// on every machine.
    #[cfg(test)]
    pub(crate) fn count_steps(&mut self, counter: std::sync::Arc<std::sync::atomic::AtomicU64>) {
        let count = move || {
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            false
        };
        self.connection.progress_handler(1, Some(count)).unwrap();
    }

    /// Every row of every table, to see that nothing is half applied.
    #[cfg(test)]
    pub(crate) fn contents(&self) -> Vec<(String, Vec<rusqlite::types::Value>)> {
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut names = self.connection.prepare(names).unwrap();
        let tables = names.query_map([], |row| row.get(0)).unwrap();
        let tables: Vec<String> = tables.collect::<Result<_, _>>().unwrap();
        let mut all = Vec::new();
        for table in tables {
            let ask = format!("SELECT * FROM {table} ORDER BY 1, 2");
            let mut rows = self.connection.prepare(&ask).unwrap();
            let columns = rows.column_count();
            let cells = rows.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
            for row in cells.unwrap() {
                all.push((table.clone(), row.unwrap()));
            }
        }
        all
    }

    /// Commits go wrong so from now on; without a fault none does.
    ///
    /// # Errors
    /// Those of the store.
    pub fn break_commits(&mut self, fault: Option<CommitFault>) -> Stored<()> {
        let connection = &mut self.connection;
        let refuses = match fault {
            Some(CommitFault::NotWrittenAfter(mut left)) => Some(move || {
                let fails = left == 0;
                left = left.saturating_sub(1);
                fails
            }),
            _ => None,
        };
        connection.commit_hook(refuses)?;
        let fails = |_: &mut Wal, _: c_int| Err(failed_sync());
        let fails = (fault == Some(CommitFault::Written)).then_some(fails);
        let hooked = fails.is_some();
        connection.wal_hook(fails)?;
        if !hooked {
            // The hook stood in the place of SQLite's own, which checkpoints.
            super::checkpoint_by_itself(connection)?;
        }
        Ok(())
    }
}

fn failed_sync() -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), None)
}
