//! The store on SQLite, encrypted by SQLCipher. The only place of the server that names rusqlite.
//!
//! WAL with `synchronous = FULL`: what was committed survives a power cut. Several processes may
//! have the database open; the second writer waits.

mod attachments;
mod bundles;
mod columns;
mod devices;
#[cfg(any(test, feature = "faults"))]
mod faults;
mod feeds;
mod frozen;
mod leaving;
mod log;
mod meta;
mod migrate;
mod published;
mod records;
mod snapshots;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tanfang_core::planted::{self, Bug};
use tanfang_core::vault::Secret;

use super::{Access, Act, ServerStore, StoreError, Stored};
#[cfg(any(test, feature = "faults"))]
pub use faults::CommitFault;
pub use leaving::{Leaving, Plain};

/// How long a writer waits for another before it says so.
const BUSY: Duration = Duration::from_secs(20);
/// SQLCipher's page; no database is shorter.
const PAGE_BYTES: u64 = 4_096;
/// What authenticates each page of a new database: processors have instructions for SHA-256.
const PAGE_MAC: &str = "HMAC_SHA256";
/// SQLCipher's own choice, of databases that were made before.
const FORMER_PAGE_MAC: &str = "HMAC_SHA512";
/// SQLite before this loses a WAL that two processes reset at once.
const OLDEST_SQLITE: i32 = 3_051_003;

/// A database of the server.
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    /// Which file it is: its device and number there.
    file: Option<(u64, u64)>,
}

/// A transaction under way.
struct SqliteTx<'a> {
    sql: &'a Connection,
}

/// SQLite calls itself ready before SQLCipher's part is: of two connections that are opened in the
/// same instant as the first of a process, one may be told that its key is none.
fn sqlcipher_is_ready() {
    static READY: Once = Once::new();
    READY.call_once(|| drop(Connection::open_in_memory()));
}

impl SqliteStore {
    /// Makes a new database.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] where there is one: it is never overwritten.
    pub fn create(path: &Path, key: &Secret) -> Stored<Self> {
        if path.exists() {
            return Err(StoreError::AlreadyThere);
        }
        Self::connect(path, key, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a database and brings it to this program's version.
    ///
    /// # Errors
    /// [`StoreError::NotThere`], [`StoreError::WrongKeyOrDamaged`], [`StoreError::TooNew`]; the
    /// file is untouched by any of them.
    pub fn open(path: &Path, key: &Secret) -> Stored<Self> {
        if !path.exists() {
            return Err(StoreError::NotThere);
        }
        // SQLite takes a file cut to nothing for a new database.
        if std::fs::metadata(path).map_or(0, |file| file.len()) < PAGE_BYTES {
            return Err(StoreError::WrongKeyOrDamaged);
        }
        Self::connect(path, key, OpenFlags::empty())
    }

    fn connect(path: &Path, key: &Secret, flags: OpenFlags) -> Stored<Self> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(StoreError::Fault {
                code: rusqlite::version_number(),
            });
        }
        sqlcipher_is_ready();
        let mut connection = match keyed(path, key, flags, PAGE_MAC) {
            Err(StoreError::WrongKeyOrDamaged) => keyed(path, key, flags, FORMER_PAGE_MAC)?,
            opened => opened?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "cache_size", -16384)?;
        checkpoint_by_itself(&connection)?;
        connection.set_prepared_statement_cache_capacity(128);
        migrate::up(&mut connection)?;
        leaving::not_left(&mut SqliteTx { sql: &connection })?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            file: identity(path),
        })
    }

    /// A file that was deleted or replaced while it was open takes commits that nobody finds
    /// again: nothing may be acknowledged on it.
    fn still_there(&self) -> Stored<()> {
        match identity(&self.path) {
            now if now.is_some() && now == self.file => Ok(()),
            Some(_) => Err(StoreError::Damaged {
                what: "the database: its file was replaced while it was open; start the server again",
            }),
            None => Err(StoreError::NotThere),
        }
    }
}

/// Pages that several commits touch are copied into the file once, not at every megabyte.
fn checkpoint_by_itself(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "wal_autocheckpoint", 4000)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

/// A connection that has read its first page: a wrong key shows here, before anything is written.
fn keyed(path: &Path, key: &Secret, flags: OpenFlags, page_mac: &str) -> Stored<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // A wrong key is our typed error, not a line of SQLCipher's on standard error.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    connection.pragma_update(None, "key", raw_key(key).as_str())?;
    connection.pragma_update(None, "cipher_hmac_algorithm", page_mac)?;
    let read = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
        row.get::<_, i64>(0)
    });
    match read.map_err(StoreError::from) {
        Ok(_) => Ok(connection),
        Err(StoreError::Busy) => Err(StoreError::Busy),
        Err(_) => Err(StoreError::WrongKeyOrDamaged),
    }
}

/// SQLCipher takes a raw key as a blob literal.
fn raw_key(key: &Secret) -> String {
    format!("x'{}'", hex::encode(key.expose()))
}

impl ServerStore for SqliteStore {
    fn transact(&mut self, access: Access, act: &mut Act<'_>) -> Stored<()> {
        let behavior = match access {
            Access::Read => TransactionBehavior::Deferred,
            Access::Write => TransactionBehavior::Immediate,
        };
        self.still_there()?;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        let mut tx = SqliteTx { sql: &transaction };
        if access == Access::Write {
            // A program that was serving when the county left has the file open still.
            leaving::not_left(&mut tx)?;
        }
        act(&mut tx)?;
        // A crash after the answer, so to say: one writing in eight.
        if planted::is(Bug::AcknowledgedBeforeCommit) && transaction.last_insert_rowid() % 8 == 7 {
            return Ok(());
        }
        transaction.commit()?;
        Ok(())
    }

    /// Moves what the log of writes holds into the database file, so that a copy of it is whole.
    fn checkpoint(&self) -> Stored<()> {
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(StoreError::from)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::*;
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                DiskFull => StoreError::DiskFull,
                ReadOnly | PermissionDenied => StoreError::ReadOnly,
                DatabaseBusy | DatabaseLocked => StoreError::Busy,
                NotADatabase | DatabaseCorrupt => StoreError::WrongKeyOrDamaged,
                SystemIoFailure | CannotOpen => StoreError::Disk {
                    code: failure.extended_code,
                },
                _ => StoreError::Fault {
                    code: failure.extended_code,
                },
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..) => {
                StoreError::Damaged { what: "a column" }
            }
            _ => StoreError::Fault { code: -1 },
        }
    }
}

#[cfg(test)]
mod tests;
