//! 规模、分布、特征: how many people of which category live where, and what they are like
//! (S000 四(二), `requirements.md` A33). People are counted, never workers.
//!
//! Which tables there are is a file ([`Tables`], `core/statistics/tables.json`). Every table of a
//! group adds up to the group's total, what nobody said standing in a cell of its own (F7).

mod count;
mod suppress;
mod tables;

use serde::{Deserialize, Serialize};

use super::Misfit;
use crate::facts::rows::{Day, Facts, Group, Subject};
use crate::form::Form;
use crate::merge::Record;
use crate::model::RecordId;
pub use tables::Tables;

/// What statistics are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The division, with all below it.
    pub division: String,
    /// The day on which people are counted.
    pub on: Day,
    /// Who came and went is counted from the end of this day.
    pub since: Day,
}

/// How many people there are, where, and what they are like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// The division.
    pub division: String,
    /// The day on which people are counted.
    pub on: Day,
    /// Who came and went is counted from the end of this day.
    pub since: Day,
    /// Elders, children.
    pub groups: Vec<Counted>,
    /// Whether small cells are left out, for readers outside the county.
    pub suppressed: bool,
}

/// The people of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Elder or child.
    pub group: Group,
    /// How many people, each once, whatever their categories; none is suppressed, as in all below.
    pub total: Option<u32>,
    /// 规模: by category. Who is of two stands in both.
    pub size: Vec<Size>,
    /// 分布: each category by the divisions one level below.
    pub places: Vec<Place>,
    /// 特征.
    pub tables: Vec<Table>,
}

/// A category: `count` is what it was at `since`, and `entered`, less `left`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// The category's code.
    pub category: String,
    /// 中文, as a form of the county says it; the code where none does.
    #[serde(default)]
    pub zh: String,
    /// English.
    #[serde(default)]
    pub en: String,
    /// How many people on the day.
    pub count: Option<u32>,
    /// How many of them were not of it at `since`.
    pub entered: Option<u32>,
    /// How many were of it at `since` and are no more.
    pub left: Option<u32>,
}

/// A division one level below the one that is counted; its people by category, in the order of
/// `size`. Who lives in the division itself and in none below stands under its own code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The division's code.
    pub division: String,
    /// How many people, each once.
    pub total: Option<u32>,
    /// By category.
    pub counts: Vec<Option<u32>>,
}

/// People by what was said of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The table's id.
    pub id: String,
    /// Its title in Chinese.
    pub zh: String,
    /// Its title in English.
    pub en: String,
    /// Of how many people; the group's total, or those of one category.
    pub total: Option<u32>,
    /// Whether one person may stand in several cells, which then do not add up.
    pub several: bool,
    /// The cells, those of the form's list in its order, `unknown` last.
    pub cells: Vec<Cell>,
}

/// How many people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// A code of the form, a band of ages, `yes`, `no` or `unknown`.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// How many.
    pub count: Option<u32>,
}

/// Counts the people who are in the ledger on the day. `record` gives a person's record, or that of
/// the visit that saw them last, and may give none; `forms` name what the codes mean.
pub fn statistics(
    facts: &Facts,
    tables: &Tables,
    forms: &[&Form],
    asked: &Count,
    record: &mut dyn FnMut(RecordId) -> Option<Record>,
) -> Statistics {
    count::count(facts, tables, forms, asked, record)
}

/// Whether somebody counts on the day: registered, and of a category.
pub(super) fn in_the_ledger(subject: &Subject, on: Day) -> bool {
    count::is_counted(subject, on)
}

impl Statistics {
    /// Leaves out every count from 1 to 4, and as many others as it takes that none can be
    /// reckoned from what is left (D: cells below 5 are not told outside the county).
    ///
    /// It protects within one of these alone: two that overlap, of a township and of its county,
    /// may be subtracted from each other. Give readers one level.
    #[must_use]
    pub fn for_outside(mut self) -> Self {
        suppress::suppress(&mut self);
        self
    }

    /// As one line of JSON, the same bytes on phone and server.
    pub fn to_json(&self) -> String {
        // Plain values with text keys: serde_json writes them always.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Tables {
    /// The tables that we ship.
    ///
    /// # Errors
    /// Never of the file that is part of the program; a test reads it.
    pub fn built_in() -> Result<Self, Misfit> {
        Self::parse(include_str!("../../statistics/tables.json"))
    }
}

#[cfg(test)]
mod tests;
