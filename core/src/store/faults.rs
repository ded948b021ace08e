//! What a disk does wrong, brought about through SQLite itself: for tests and the simulator alone.

use std::os::raw::c_int;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::hooks::Wal;
use rusqlite::{Error, ffi};

use super::{Store, StoreError};

/// How commits go wrong. Whoever hears that one failed does not know which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitFault {
    /// Nothing is written.
    NotWritten,
    /// All of it is written, and the commit is said to have failed: an fsync that reports an error
    /// after the pages are on the disk.
    Written,
}

/// More pages than any database has.
const NO_LIMIT: u32 = 0x3fff_ffff;
/// After how many pages SQLite checkpoints unless it is told otherwise.
const SQLITES_OWN: u32 = 1_000;

impl Store {
    /// How many pages the file has.
    ///
    /// # Errors
    /// Those of the store.
    pub fn pages(&self) -> Result<u32, StoreError> {
        let inner = self.inner.lock().map_err(|_| StoreError::poisoned())?;
        Ok(inner
            .connection
            .query_row("PRAGMA page_count", [], |row| row.get(0))?)
    }

    /// Bounds the file to this many pages, as a full disk does; without a number it may grow again.
    ///
    /// # Errors
    /// Those of the store.
    pub fn limit_pages(&self, pages: impl Into<Option<u32>>) -> Result<(), StoreError> {
        let pages = pages.into().unwrap_or(NO_LIMIT);
        let inner = self.inner.lock().map_err(|_| StoreError::poisoned())?;
        let limit = format!("PRAGMA max_page_count = {pages}");
        inner.connection.query_row(&limit, [], |_| Ok(()))?;
        Ok(())
    }

    /// Breaks off what the store is doing after so many steps of SQLite, once; answers how many steps
    /// were taken, in the counter given. Without a number it only counts. The same work takes the same
    /// steps on every machine.
    ///
    /// # Errors
    /// Those of the store.
    pub fn break_off_after(
        &self,
        steps: Option<u64>,
        taken: Arc<AtomicU64>,
    ) -> Result<(), StoreError> {
        let mut inner = self.inner.lock().map_err(|_| StoreError::poisoned())?;
        let count = move || Some(taken.fetch_add(1, Ordering::Relaxed)) == steps;
        inner.connection.progress_handler(1, Some(count))?;
        Ok(())
    }

    /// Every commit from now on goes wrong so; without a fault none does.
    ///
    /// # Errors
    /// Those of the store.
    pub fn break_commits(&self, fault: Option<CommitFault>) -> Result<(), StoreError> {
        let mut inner = self.inner.lock().map_err(|_| StoreError::poisoned())?;
        let connection = &mut inner.connection;
        let refuses = (fault == Some(CommitFault::NotWritten)).then_some(|| true);
        connection.commit_hook(refuses)?;
        let fails = |_: &mut Wal, _: c_int| Err(failed_sync());
        let fails = (fault == Some(CommitFault::Written)).then_some(fails);
        let hooked = fails.is_some();
        connection.wal_hook(fails)?;
        if !hooked {
            // The hook stood in the place of SQLite's own, which checkpoints.
            connection.pragma_update(None, "wal_autocheckpoint", SQLITES_OWN)?;
        }
        Ok(())
    }
}

fn failed_sync() -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), None)
}
