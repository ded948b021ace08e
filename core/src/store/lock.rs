//! One process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::StoreError;

/// Held while a store is open; the system lets go of it when the process ends, however it ends.
pub(super) struct Lock(#[allow(dead_code, reason = "held, never read")] File);

impl Lock {
    /// Takes the lock of this folder, making the folder where there is none.
    pub(super) fn take(home: &Path) -> Result<Lock, StoreError> {
        std::fs::create_dir_all(home).map_err(StoreError::folder(home))?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(home.join("lock"))
            .map_err(StoreError::folder(home))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(StoreError::folder(home)(error)),
        }
    }
}
