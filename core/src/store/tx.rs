//! One transaction.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

use rusqlite::Connection;

use super::own::Tip;
use super::pack::Terms;
use super::{Enrolment, StoreError};
use crate::merge::FeedDigest;
use crate::model::{Feed, Save};

/// One transaction of the store: everything that is read is of one state, everything that is
/// written lands together.
pub struct Tx<'a> {
    pub(super) connection: &'a Connection,
    terms: &'a RefCell<Terms>,
    /// The last own save, once asked.
    pub(super) tip: Cell<Option<Tip>>,
    pub(super) enrolment: RefCell<Option<Enrolment>>,
    /// The saves that were last unpacked of those that are kept together.
    pub(super) together: RefCell<Option<Rc<Vec<Save>>>>,
    /// By how much this transaction altered what feeds carry here.
    pub(super) shifts: RefCell<BTreeMap<Feed, FeedDigest>>,
    /// Whether it took away what this phone may hold no longer.
    pub(super) took_away: Cell<bool>,
}

impl<'a> Tx<'a> {
    pub(super) fn new(connection: &'a Connection, terms: &'a RefCell<Terms>) -> Self {
        Self {
            connection,
            terms,
            tip: Cell::new(None),
            enrolment: RefCell::new(None),
            together: RefCell::default(),
            shifts: RefCell::default(),
            took_away: Cell::new(false),
        }
    }

    pub(super) fn terms(&self) -> RefMut<'a, Terms> {
        self.terms.borrow_mut()
    }

    /// A statement that is kept prepared.
    pub(super) fn statement(&self, sql: &str) -> Result<rusqlite::CachedStatement<'a>, StoreError> {
        Ok(self.connection.prepare_cached(sql)?)
    }

    /// Writes down the words that bodies of this transaction name for the first time.
    pub(super) fn write_terms(&self) -> Result<(), StoreError> {
        let fresh = std::mem::take(&mut self.terms().fresh);
        for (id, kind, bytes) in fresh {
            self.statement("INSERT INTO terms (id, kind, bytes) VALUES (:id, :kind, :bytes)")?
                .execute(rusqlite::named_params! {
                    ":id": id as i64, ":kind": kind, ":bytes": bytes,
                })?;
        }
        Ok(())
    }
}

/// Reads every word of the table.
pub(super) fn learn_terms(connection: &Connection, terms: &mut Terms) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, kind, bytes FROM terms ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(2)?;
        terms.learn(row.get::<_, i64>(0)? as u64, row.get(1)?, &bytes)?;
    }
    Ok(())
}
