//! What goes wrong in a store, and what to do.

use std::path::PathBuf;

use super::pack::{Unknown, Unreadable};
use crate::vault::VaultError;

/// Why a store does not do what was asked. Nothing was half applied.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full; what was being saved is still on the screen, and in its draft where
    /// there was room for one.
    #[error("the disk is full: free some room on the phone, then save again; nothing was lost")]
    DiskFull,
    /// The database did not open and was renamed, whole. The next opening makes a fresh one.
    #[error(
        "the database did not open ({why}) and was set aside whole as {name}: open again to go on with an empty one, and hand the folder to the county, which may recover it"
    )]
    SetAside {
        /// Why it did not open.
        why: Why,
        /// The folder beside the database that now holds all of it.
        name: String,
    },
    /// The keystore gave no key; the file was not touched.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A newer app wrote the database; the file was not touched.
    #[error(
        "the database is of a newer version ({found}, this app reads {known}): update the app; the file was not touched"
    )]
    TooNew {
        /// The version found.
        found: u32,
        /// The newest that this app reads.
        known: u32,
    },
    /// Another process has the database open.
    #[error("another process has this phone's database open: close it and try again")]
    InUse,
    /// The SQLite that was linked loses commits on a reset journal (fixed in 3.51.3).
    #[error("this build links SQLite {0}, which may lose commits: build with 3.51.3 or later")]
    OldSqlite(String),
    /// The folder cannot be written or read.
    #[error("the folder of the database cannot be used ({kind}): check the path and its rights")]
    Folder {
        /// What the system said.
        kind: std::io::ErrorKind,
        /// Which folder; empty where SQLite says it of its own file.
        path: PathBuf,
    },
    /// A body in the database cannot be read: a page was altered.
    #[error(
        "a stored body cannot be read: sync to fetch the record again; the file was not touched"
    )]
    Unreadable,
    /// Something is asked of a phone that was never enrolled.
    #[error("this phone is not enrolled yet: enrol it with the code from the county")]
    NotEnrolled,
    /// A fault of ours: a constraint or a statement.
    #[error("the store failed (code {code}): report it with the code; nothing was lost")]
    Fault {
        /// What SQLite said, without data.
        code: String,
    },
}

/// Why a database does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The key is another than the one it was made with: the canary beside the file says so.
    WrongKey,
    /// The key is right and the file was altered or cut.
    Corrupt,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Why::WrongKey => "its key is another",
            Why::Corrupt => "the file is damaged",
        })
    }
}

impl StoreError {
    /// A thread died while it held the store; the transaction was rolled back.
    pub(super) fn poisoned() -> Self {
        StoreError::Fault {
            code: "poisoned".into(),
        }
    }

    pub(super) fn folder(path: &std::path::Path) -> impl Fn(std::io::Error) -> StoreError + '_ {
        |error| match error.kind() {
            std::io::ErrorKind::StorageFull => StoreError::DiskFull,
            kind => StoreError::Folder {
                kind,
                path: path.to_owned(),
            },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::DiskFull,
            // Where a full disk gives the journal's index no room, SQLite calls it a failed write.
            Some(ErrorCode::SystemIoFailure) if no_room(&error) => StoreError::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::InUse,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Unreadable,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::Folder {
                    kind: std::io::ErrorKind::PermissionDenied,
                    path: PathBuf::new(),
                }
            }
            _ => StoreError::Fault {
                code: match error {
                    rusqlite::Error::SqliteFailure(failure, _) => {
                        format!("sqlite {}", failure.extended_code)
                    }
                    other => format!("{other}"),
                },
            },
        }
    }
}

fn no_room(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return false;
    };
    failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
}

impl From<Unreadable> for StoreError {
    fn from(_: Unreadable) -> Self {
        StoreError::Unreadable
    }
}

impl From<Unknown> for StoreError {
    fn from(unknown: Unknown) -> Self {
        StoreError::Fault { code: unknown.0 }
    }
}
