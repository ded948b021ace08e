//! A county that leaves its file for another store: what is in it, row by row, while nobody writes;
//! then a mark, after which no program of ours takes the file for the county any more.

use rusqlite::types::ValueRef;
use rusqlite::{Transaction, TransactionBehavior};

use super::{SqliteStore, SqliteTx};
use crate::store::{Meta, StoreError, Stored, Tx};

/// What says that the county is not here any more.
const LEFT: &str = "left_for_postgres";

/// A cell as the file holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// None.
    Null,
    /// A whole number.
    Whole(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Plain {
    /// The bytes of a text, or of bytes.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Plain::Text(text) => Some(text.as_bytes()),
            Plain::Bytes(bytes) => Some(bytes),
            Plain::Null | Plain::Whole(_) => None,
        }
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Plain::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The file while the county leaves it: nobody else writes.
pub struct Leaving<'a> {
    transaction: Transaction<'a>,
}

impl SqliteStore {
    /// Begins to leave; dropped before [`Leaving::mark`], the county stays.
    ///
    /// # Errors
    /// [`StoreError::Left`] where it left before; those of the store.
    pub fn leave(&mut self) -> Stored<Leaving<'_>> {
        self.still_there()?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        not_left(&mut SqliteTx { sql: &transaction })?;
        Ok(Leaving { transaction })
    }
}

/// Fails where the county left.
pub(super) fn not_left(tx: &mut SqliteTx<'_>) -> Stored<()> {
    match tx.meta(LEFT)? {
        None => Ok(()),
        Some(_) => Err(StoreError::Left),
    }
}

impl Leaving<'_> {
    /// What the store says of itself.
    ///
    /// # Errors
    /// Those of the closure.
    pub fn look<T>(&mut self, act: impl FnOnce(&mut dyn Tx) -> Stored<T>) -> Stored<T> {
        act(&mut SqliteTx {
            sql: &self.transaction,
        })
    }

    /// Every row of a table.
    ///
    /// # Errors
    /// Those of the store and of `each`.
    pub fn rows(
        &mut self,
        table: &str,
        columns: &[&str],
        each: &mut dyn FnMut(Vec<Plain>) -> Stored<()>,
    ) -> Stored<()> {
        let sql = format!("SELECT {} FROM {table}", columns.join(", "));
        let mut ask = self.transaction.prepare(&sql)?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let cells = (0..columns.len()).map(|at| plain(row.get_ref(at)?));
            each(cells.collect::<Stored<_>>()?)?;
        }
        Ok(())
    }

    /// Says for good that the county is elsewhere.
    ///
    /// # Errors
    /// Those of the store; the county is still here then.
    pub fn mark(self) -> Stored<()> {
        let mut tx = SqliteTx {
            sql: &self.transaction,
        };
        tx.set_meta(LEFT, b"1")?;
        self.transaction.commit()?;
        Ok(())
    }

    /// Every table with its columns, to see that none is forgotten.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tables(&mut self) -> Stored<Vec<(String, Vec<String>)>> {
        let mut tables = Vec::new();
        let named = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut ask = self.transaction.prepare(named)?;
        let names: Vec<String> = ask
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for name in names {
            let mut ask = self
                .transaction
                .prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
            let columns = ask.query_map([&name], |row| row.get(0))?;
            tables.push((name.clone(), columns.collect::<Result<_, _>>()?));
        }
        Ok(tables)
    }
}

fn plain(cell: ValueRef<'_>) -> Stored<Plain> {
    let wrong = |_| StoreError::Damaged { what: "a text" };
    Ok(match cell {
        ValueRef::Null => Plain::Null,
        ValueRef::Integer(whole) => Plain::Whole(whole),
        ValueRef::Text(text) => Plain::Text(String::from_utf8(text.to_vec()).map_err(wrong)?),
        ValueRef::Blob(bytes) => Plain::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(StoreError::Damaged { what: "a column" }),
    })
}
