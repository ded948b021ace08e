//! Opening, and setting aside what does not open.

use std::path::{Path, PathBuf};
use std::sync::Once;

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::migrate::migrate;
use super::{StoreError, Why};
use crate::model::{Clock, Rng};
use crate::vault::{KeyPurpose, KeyVault, Secret, VaultError};

/// The folder that holds database, journal and canary: renamed as one, so that a crash cannot
/// part them.
const FOLDER: &str = "store";
const DATABASE: &str = "tanfang.db";
/// Outside the database: a wrong key and a damaged first page give the same SQLite error (26).
const CANARY: &str = "canary";
/// SQLCipher's page; no database is shorter.
const PAGE_BYTES: u64 = 4_096;
/// What authenticates each page of a new database: processors have instructions for SHA-256.
pub(super) const PAGE_MAC: &str = "HMAC_SHA256";
/// SQLCipher's own choice, of databases that were made before.
pub(super) const FORMER_PAGE_MAC: &str = "HMAC_SHA512";
/// SQLite before this may lose commits when a journal is reset.
const OLDEST_SQLITE: i32 = 3_051_003;

pub(super) fn open(
    home: &Path,
    vault: &dyn KeyVault,
    clock: &dyn Clock,
    rng: &dyn Rng,
) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::OldSqlite(rusqlite::version().to_owned()));
    }
    let folder = home.join(FOLDER);
    let database = folder.join(DATABASE);
    let canary = folder.join(CANARY);
    // The canary is written after the database: where it is, one was.
    let exists = database.exists() || canary.exists();
    let key = match vault.key(KeyPurpose::Database)? {
        Some(key) => key,
        None if exists => return Err(VaultError::Lost.into()),
        None => {
            let key = Secret::fresh(rng);
            vault.keep(KeyPurpose::Database, &key)?;
            key
        }
    };
    std::fs::create_dir_all(&folder).map_err(StoreError::folder(home))?;
    let sings = hex::encode(key.mac(b"tanfang-canary/1"));
    let told = std::fs::read_to_string(&canary).ok();
    // One that was cut short by a crash says nothing of the key.
    let heard = told.clone().filter(|told| told.len() == sings.len());
    if exists && heard.as_ref().is_some_and(|heard| *heard != sings) {
        return Err(set_aside(home, Why::WrongKey, clock));
    }
    // SQLite takes a missing or empty file for a new database: what was unsent would be gone
    // without a word.
    if told.is_some() && std::fs::metadata(&database).map_or(0, |file| file.len()) < PAGE_BYTES {
        return Err(set_aside(home, Why::Corrupt, clock));
    }
    match connect(&database, &key) {
        Ok(connection) => {
            if heard.as_ref() != Some(&sings) {
                write_canary(&canary, &sings).map_err(StoreError::folder(home))?;
            }
            Ok(connection)
        }
        Err(StoreError::Unreadable) => {
            let why = if heard.is_some() {
                Why::Corrupt
            } else {
                Why::WrongKey
            };
            Err(set_aside(home, why, clock))
        }
        Err(other) => Err(other),
    }
}

/// SQLite calls itself ready before SQLCipher's part is: of two connections that are opened in the
/// same instant as the first of a process, one may be told that its key is none.
fn sqlcipher_is_ready() {
    static READY: Once = Once::new();
    READY.call_once(|| drop(Connection::open_in_memory()));
}

/// Written beside and renamed: a crash leaves none, or the whole of it.
fn write_canary(path: &Path, sings: &str) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    std::fs::write(&beside, sings)?;
    std::fs::File::open(&beside)?.sync_all()?;
    std::fs::rename(&beside, path)
}

/// A connection that has read its first page.
fn keyed(path: &Path, key: &Secret, page_mac: &str) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let pragma = Zeroizing::new(format!(
        "PRAGMA key = \"x'{}'\"",
        Zeroizing::new(hex::encode(key.expose())).as_str()
    ));
    // What SQLCipher would print on standard error, the typed error says.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    connection.execute_batch(&pragma)?;
    connection.pragma_update(None, "cipher_hmac_algorithm", page_mac)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn connect(path: &Path, key: &Secret) -> Result<Connection, StoreError> {
    sqlcipher_is_ready();
    let mut connection = match keyed(path, key, PAGE_MAC) {
        Err(StoreError::Unreadable) => keyed(path, key, FORMER_PAGE_MAC)?,
        opened => opened?,
    };
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;
         PRAGMA journal_size_limit = 4194304;
         PRAGMA cache_size = -8000;",
    )?;
    connection.set_prepared_statement_cache_capacity(96);
    migrate(&mut connection)?;
    Ok(connection)
}

/// Renames the folder, whole; says why and where.
fn set_aside(home: &Path, why: Why, clock: &dyn Clock) -> StoreError {
    let name = free_name(home, clock);
    match std::fs::rename(home.join(FOLDER), home.join(&name)) {
        Ok(()) => StoreError::SetAside { why, name },
        Err(error) => StoreError::folder(home)(error),
    }
}

fn free_name(home: &Path, clock: &dyn Clock) -> String {
    let at = chrono::DateTime::from_timestamp_millis(clock.now().millis).unwrap_or_default();
    let name = format!("quarantine-{}", at.format("%Y%m%dT%H%M%SZ"));
    let taken = |name: &str| -> PathBuf { home.join(name) };
    if !taken(&name).exists() {
        return name;
    }
    (2u32..)
        .map(|n| format!("{name}-{n}"))
        .find(|name| !taken(name).exists())
        .unwrap_or(name)
}
