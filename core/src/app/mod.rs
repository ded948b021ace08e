//! What a phone can do: the facade that every shell calls. It holds no rules of its own: forms,
//! merge, facts and compliance decide, this room hands them what they ask for and writes down what
//! they say.
//!
//! Each noun is a file: [`forms`](self), records, visits, drafts, outbox, conflicts, history,
//! sync, compliance. Every call may come from any thread; they take turns.

mod account;
mod attachments;
mod begin;
mod calendar;
mod choices;
mod compliance;
mod conflicts;
mod correct;
mod counted;
mod drafts;
mod edit;
mod enrol;
mod error;
mod filling;
mod forms;
mod history;
mod judged;
mod kept;
mod labels;
mod me;
mod named;
mod outbox;
mod paper;
mod person;
mod records;
mod save;
mod sealed;
mod settle;
mod standing;
mod status;
mod subject;
mod sync;
pub mod system;
mod today;
mod units;
mod unseen;
mod visits;
mod void;
mod waiting;
mod why;

#[cfg(test)]
mod tests;

pub use account::{Account, RoleLine};
pub use attachments::{Attached, Photo, PhotoLine, PhotoReport};
pub use calendar::{EventShown, Published, WindowShown};
pub use choices::Offering;
pub use compliance::{Asked, AskedLine};
pub use conflicts::{ConflictLine, RivalLine, WhoLine};
pub use drafts::DraftLine;
pub use enrol::Enrolled;
pub use error::AppError;
pub use filling::{Begun, Filling};
pub use forms::FormLine;
pub use history::{History, HistoryEntry, HistoryField};
pub use outbox::{OutboxLine, RefusedLine, SaidValue, Withdrawn};
pub use person::{Beginnable, CardLine, CardSection, IssueLine, PersonPage, VisitLine};
pub use records::{ListLine, Shown, ShownConflict};
pub use save::{Saved, SavedRecord};
pub use sealed::{CarriedLine, Opened, OpenedFile, SealTo, Sealed, SealedFile};
pub use settle::Choice;
pub use status::{ApartLine, Status};
pub use sync::SyncReport;
pub use today::{BegunLine, PAGE, Paged, Today, TodayLine};
pub use units::{CallLine, UnitWords};
pub use unseen::{Unseen, UnseenLine, UnseenRule};
pub use waiting::WaitingLine;
pub use why::Why;

pub use crate::facts::Standing;
pub use crate::form::{Drawn, Offered, Page, Problem, Shape};
pub use crate::store::{DraftId, Listing};

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::model::{Clock, Rng};
use crate::store::{Store, StoreError, Tx};
use crate::vault::KeyVault;

/// The app's version, as every save names it.
pub const VERSION: &str = concat!("tanfang ", env!("CARGO_PKG_VERSION"));

/// What comes in from outside: keys, time, chance.
#[derive(Clone)]
pub struct Doors {
    /// Where the keys are.
    pub vault: Arc<dyn KeyVault>,
    /// The phone's clock.
    pub clock: Arc<dyn Clock>,
    /// The phone's source of randomness.
    pub rng: Arc<dyn Rng>,
}

/// A phone: one worker's enrolment and everything that it holds.
pub struct App {
    store: Store,
    doors: Doors,
    forms: Mutex<HashMap<String, Arc<forms::HeldForm>>>,
    me: Mutex<Option<Arc<me::Me>>>,
    last_id: Mutex<u128>,
}

impl App {
    /// Opens the phone in this folder, making it where there is none.
    ///
    /// # Errors
    /// [`AppError::SetAside`] where the database did not open and was renamed, whole: the next
    /// opening makes a fresh one.
    pub fn open(home: &Path, doors: Doors) -> Result<App, AppError> {
        let store = Store::open(home, &*doors.vault, &*doors.clock, &*doors.rng)?;
        Ok(App {
            store,
            doors,
            forms: Mutex::default(),
            me: Mutex::default(),
            last_id: Mutex::default(),
        })
    }

    /// The store, for tools that look deeper than a shell does.
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn read<T>(&self, read: impl FnOnce(&Tx<'_>) -> Result<T, AppError>) -> Result<T, AppError> {
        self.store.read(read)
    }

    fn write<T>(&self, write: impl FnOnce(&Tx<'_>) -> Result<T, AppError>) -> Result<T, AppError> {
        self.store.write(write)
    }

    /// Forgets what was read of documents and roles: a sync may have brought others.
    fn look_again(&self) {
        if let Ok(mut me) = self.me.lock() {
            *me = None;
        }
    }
}

/// Looks records up for rooms that take a function, and keeps the first error for afterwards.
struct Finder<'t, 'a> {
    tx: &'t Tx<'a>,
    failed: std::cell::RefCell<Option<StoreError>>,
}

impl<'t, 'a> Finder<'t, 'a> {
    fn new(tx: &'t Tx<'a>) -> Self {
        Self {
            tx,
            failed: Default::default(),
        }
    }

    fn find(&self, id: crate::model::RecordId) -> Option<crate::merge::Record> {
        self.tx.record(id).unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            None
        })
    }

    fn done(self) -> Result<(), AppError> {
        match self.failed.into_inner() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}
