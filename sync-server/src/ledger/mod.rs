//! Ledgers (台账) as counties keep them in spreadsheets, read into answers of our forms.
//!
//! [`read`] takes the bytes of one CSV, in UTF-8, UTF-16 or GB18030, with whatever titles stand
//! above its header and whatever totals below its rows, and gives for each good row the answers
//! by question name of the form that it fills (`elder_card`, `child_left_behind`), and for each
//! bad one its line, its column, why, and what to do. It stores nothing and matches nobody: the
//! keys by which an import matches stand in [`Row`].
//!
//! Types and codes are checked, never that an answer is required: what is missing is a [`Hint`].
//! How often and when somebody was visited is never taken from a ledger.

mod areas;
mod cell;
mod child;
mod codes;
mod elder;
mod labels;
mod person;
mod place;
mod problem;
mod row;
mod table;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};
use tanfang_core::model::area::{AreaCode, AreaTree, GroupNo};
use tanfang_core::model::person::{PersonName, ResidentId};

pub use areas::{AreaFileError, read_areas};
pub use problem::{Hint, HintKind, LedgerError, ProblemKind, RowProblem};

/// Which of the two layouts a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerKind {
    /// 《特殊困难老年人信息台账》
    Elder,
    /// 《留守儿童和困境儿童信息台账》
    Child,
}

impl LedgerKind {
    /// The built-in form that a row of it fills.
    pub fn form(self) -> &'static str {
        match self {
            LedgerKind::Elder => "elder_card",
            LedgerKind::Child => "child_left_behind",
        }
    }

    /// The layout's word at the command line: `elder` or `child`.
    pub fn by_word(word: &str) -> Option<LedgerKind> {
        match word {
            "elder" => Some(LedgerKind::Elder),
            "child" => Some(LedgerKind::Child),
            _ => None,
        }
    }

    /// The word that [`Self::by_word`] reads.
    pub fn word(self) -> &'static str {
        match self {
            LedgerKind::Elder => "elder",
            LedgerKind::Child => "child",
        }
    }

    fn other(self) -> LedgerKind {
        match self {
            LedgerKind::Elder => LedgerKind::Child,
            LedgerKind::Child => LedgerKind::Elder,
        }
    }

    fn columns(self) -> &'static [labels::Column] {
        match self {
            LedgerKind::Elder => labels::ELDER,
            LedgerKind::Child => labels::CHILD,
        }
    }
}

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The good rows, in the order of the file.
    pub rows: Vec<Row>,
    /// What is wrong in the bad ones, by line.
    pub problems: Vec<RowProblem>,
    /// Headings that this layout does not know; their cells were not read.
    pub ignored_columns: Vec<String>,
    /// The day that the ledger gives itself (填报日期).
    pub dated: Option<NaiveDate>,
}

/// One person of a ledger.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line where the row begins, from 1.
    pub line: u64,
    /// By what an import finds the person again.
    pub match_keys: MatchKeys,
    /// By what an import finds the household: any one that is equal makes it the same. Empty: a
    /// household of his own, which a hint says.
    pub household_keys: Vec<HouseholdKey>,
    /// Answers by question name of [`LedgerKind::form`]; groups flattened, repeats as arrays.
    pub answers: Map<String, Value>,
    /// The village's code, 12 digits, or the grid's, 15: where the household lives.
    pub area: AreaCode,
    /// Workers that the row names, for a person to look up: names identify nobody.
    pub named_workers: Vec<NamedWorker>,
    /// The day on which the 委托监护责任确认书 was signed; the agreement is a record of its own.
    pub agreement_signed_on: Option<NaiveDate>,
    /// What is missing or odd and stopped nothing.
    pub hints: Vec<Hint>,
    /// Questions whose column is there and whose cell is empty, with the column.
    pub empty: Vec<(String, &'static str)>,
}

/// By what a person is found again: the id number, else name, birth and village.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchKeys {
    /// The identity number.
    pub id_number: Option<ResidentId>,
    /// The name.
    pub name: Option<PersonName>,
    /// The day of birth, where the whole day is known.
    pub birth: Option<NaiveDate>,
    /// The village.
    pub village: AreaCode,
}

/// By what a household is found again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HouseholdKey {
    /// The same house: village, group, and the address without the areas' names.
    Address {
        /// The village.
        village: AreaCode,
        /// The villagers' group, where it is known.
        group: Option<GroupNo>,
        /// What is left of the address: 1号.
        house: String,
    },
    /// The same parents, of whom one may be unknown.
    Parents {
        /// The father's number.
        father: Option<ResidentId>,
        /// The mother's number.
        mother: Option<ResidentId>,
    },
}

/// A worker as a ledger names one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedWorker {
    /// The column that names the worker: 帮扶责任人, 探访责任人, 儿童主任, 结对帮扶人/爱心妈妈.
    pub column: &'static str,
    /// The name.
    pub name: String,
    /// The phone, where one stands beside it.
    pub phone: Option<String>,
    /// The department (挂钩部门), where one stands beside it.
    pub org: Option<String>,
}

/// Reads one ledger, judged on the day `today`.
///
/// # Errors
/// Only when the file as a whole cannot be used: not a CSV, no header that is known, or columns
/// missing by which persons and places are told apart. A bad row is a problem line instead.
pub fn read(
    kind: LedgerKind,
    bytes: &[u8],
    areas: &AreaTree,
    today: NaiveDate,
) -> Result<Ledger, LedgerError> {
    let table = table::Table::read(kind, bytes)?;
    let mut places = place::Places::new(areas, today);
    let mut ledger = Ledger {
        ignored_columns: table.ignored.clone(),
        dated: table.dated,
        ..Ledger::default()
    };
    let mut seen = std::collections::BTreeMap::new();
    for record in &table.records {
        let mut reader = row::RowReader::new(&table, record, today);
        let read = match kind {
            LedgerKind::Elder => elder::read(&mut reader, &mut places),
            LedgerKind::Child => child::read(&mut reader, &mut places),
        };
        if let Some(row) = &read
            && let Some(id) = row.match_keys.id_number
        {
            let first = *seen.entry(id).or_insert(row.line);
            if first != row.line {
                reader.fail(
                    labels::ID_NUMBER,
                    ProblemKind::SamePersonTwice { line: first },
                );
            }
        }
        match read {
            Some(row) if reader.problems.is_empty() => {
                ledger.rows.push(Row {
                    hints: reader.hints,
                    empty: reader.empty,
                    ..row
                });
            }
            _ => ledger.problems.append(&mut reader.problems),
        }
    }
    Ok(ledger)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
