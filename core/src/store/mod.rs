//! The phone's store: one encrypted file that holds everything a phone knows.
//!
//! What [`Store::write`] returned from is durable: the journal is synced before it returns. The
//! closures of [`Store::read`] and [`Store::write`] own their transaction; none is held across the
//! network. A database that cannot be opened is set aside whole, never deleted.

mod attachments;
mod carried;
mod digests;
mod documents;
mod drafts;
mod enrolment;
mod error;
mod facts;
#[cfg(any(test, feature = "faults"))]
mod faults;
mod feeds;
mod former;
mod history;
mod kept;
mod lists;
mod lock;
mod meta;
mod migrate;
mod open;
mod own;
mod pack;
mod records;
mod refused;
mod renumber;
mod said;
mod snapshots;
mod together;
mod tx;
mod unconfirmed;

#[cfg(test)]
pub(crate) mod tests;

pub use attachments::{Held, Named, Wanting};
pub use carried::{Carried, CarriedState};
pub use digests::Compared;
pub use drafts::{Draft, DraftId};
pub use enrolment::Enrolment;
pub use error::{StoreError, Why};
#[cfg(any(test, feature = "faults"))]
pub use faults::CommitFault;
pub use feeds::Applied;
#[cfg(test)]
pub(crate) use feeds::carried_by;
pub use former::ServerHas;
pub(crate) use kept::named_by;
pub use kept::{AlteredFact, AlteredSync, KeptUnder};
pub use lists::{Line, Listing};
pub use own::{OwnSave, OwnState, OwnVerdict, Tip};
pub use refused::RefusedSave;
pub use renumber::Renumbered;
pub use snapshots::ComingPart;
pub use together::Together;
pub use tx::Tx;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rusqlite::{Connection, TransactionBehavior};

use crate::model::Clock;
use crate::planted::{self, Bug};
use crate::vault::KeyVault;
use lock::Lock;
use pack::Terms;

/// Fewer free pages than this are left for what comes.
const FREE_PAGES: i64 = 256;
/// A file that holds more than this many pages is not written anew to give some back: SQLite does so
/// in memory, for no file of ours may be temporary.
const MOST_PAGES: i64 = 16_384;

/// A phone's open database. Threads take turns; a second process is refused.
pub struct Store {
    pub(crate) inner: Mutex<Inner>,
    home: PathBuf,
    _lock: Lock,
}

pub(crate) struct Inner {
    pub(crate) connection: Connection,
    terms: RefCell<Terms>,
    /// Whether the journal may still hold what was taken away.
    to_wipe: bool,
}

impl Store {
    /// Opens the database in `home`, making it where there is none. Its key is the vault's, made
    /// at the first opening.
    ///
    /// A file that does not open with its key is renamed aside, whole, and
    /// [`StoreError::SetAside`] says where; the next opening then makes a fresh one.
    pub fn open(
        home: &Path,
        vault: &dyn KeyVault,
        clock: &dyn Clock,
        rng: &dyn crate::model::Rng,
    ) -> Result<Store, StoreError> {
        let lock = Lock::take(home)?;
        let connection = open::open(home, vault, clock, rng)?;
        let mut terms = Terms::default();
        tx::learn_terms(&connection, &mut terms)?;
        Ok(Store {
            inner: Mutex::new(Inner {
                connection,
                terms: RefCell::new(terms),
                // The process before this one may have died between taking away and wiping.
                to_wipe: true,
            }),
            home: home.to_owned(),
            _lock: lock,
        })
    }

    /// The folder of the database.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Reads one state: nothing that is written meanwhile is seen.
    pub fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut inner = self.inner.lock().map_err(|_| StoreError::poisoned())?;
        let Inner {
            connection, terms, ..
        } = &mut *inner;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(StoreError::from)?;
        read(&Tx::new(&transaction, terms))
    }

    /// Writes all of it or nothing; when it returns `Ok`, it is on the disk. Where the commit itself
    /// fails it is on the disk or it is not: whoever tries again looks first.
    ///
    /// What was taken away because this phone may hold it no longer is gone from the file's free space
    /// with the commit (SQLCipher writes zeros there), and from the journal right after.
    pub fn write<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut inner = self.inner.lock().map_err(|_| StoreError::poisoned())?;
        let Inner {
            connection,
            terms,
            to_wipe,
        } = &mut *inner;
        let before =
            planted::is(Bug::FailedCommitTakenAsNotWritten).then(|| terms.borrow().clone());
        let done = (|| {
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(StoreError::from)?;
            let tx = Tx::new(&transaction, terms);
            let done = write(&tx)?;
            tx.write_digests()?;
            tx.write_terms()?;
            *to_wipe |= tx.took_away.get();
            transaction.commit().map_err(StoreError::from)?;
            Ok(done)
        })();
        if done.is_err() {
            // Words that the transaction invented are gone with it, unless only its commit is said to
            // have failed: what stands is asked of the file.
            let mut known = Terms::default();
            tx::learn_terms(connection, &mut known)?;
            *terms.borrow_mut() = before.unwrap_or(known);
        } else if *to_wipe {
            // Where it does not succeed the next write tries again; what was written stands.
            *to_wipe = empty_journal(connection).is_err();
        }
        done
    }

    /// Gives free pages back to the disk where they are a quarter of the file, and some, and what is left
    /// is no more than 64 MiB. A disk that has no room for that has them as they were.
    ///
    /// # Errors
    /// Those of the store.
    pub fn give_back_space(&self) -> Result<(), StoreError> {
        let inner = self.inner.lock().map_err(|_| StoreError::poisoned())?;
        let pages = |pragma: &str| {
            let ask = format!("PRAGMA {pragma}");
            let count = inner
                .connection
                .query_row(&ask, [], |row| row.get::<_, i64>(0));
            count.map_err(StoreError::from)
        };
        let free = pages("freelist_count")?;
        let all = pages("page_count")?;
        if free >= FREE_PAGES && free * 4 >= all && all - free <= MOST_PAGES {
            match inner
                .connection
                .execute_batch("VACUUM")
                .map_err(StoreError::from)
            {
                Err(StoreError::DiskFull) | Ok(()) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// Writes everything into the one file and empties the journal, so that its size is the
    /// database's.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        let inner = self.inner.lock().map_err(|_| StoreError::poisoned())?;
        empty_journal(&inner.connection)
    }
}

/// Writes the journal into the file and cuts it to nothing: of what it held nothing is left.
fn empty_journal(connection: &Connection) -> Result<(), StoreError> {
    let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    let busy: bool = connection.query_row(sql, [], |row| row.get(0))?;
    match busy {
        true => Err(StoreError::Fault {
            code: "the journal is read".into(),
        }),
        false => Ok(()),
    }
}
