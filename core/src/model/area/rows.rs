//! The rows of a list of areas as they are written, and what is wrong with them.

use std::fmt;

use super::{AreaCodeError, GroupNoError};

/// One row of a list of areas, every cell as it is written.
///
/// Columns of a CSV: `code,name,level,parent[,valid_from,valid_to,successors]`. Levels are
/// `province`, `prefecture`, `county`, `township`, `village`, `group`, `grid`; a group's code is
/// its village's code, a dash and its number (`530999201201-01`). Dates are `2024-07-01`, both
/// ends included; several successors are parted by `;`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AreaRow {
    /// The line in the file, from 1.
    pub line: u64,
    /// The area's code.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// Its level.
    pub level: String,
    /// The code of the area it lies in; empty at the top of the list.
    pub parent: String,
    /// The first day it existed; empty: always.
    pub valid_from: String,
    /// The last day it existed; empty: it still does.
    pub valid_to: String,
    /// What came after it.
    pub successors: String,
}

/// A column of a list of areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AreaColumn {
    /// `code`
    Code,
    /// `name`
    Name,
    /// `level`
    Level,
    /// `parent`
    Parent,
    /// `valid_from`
    ValidFrom,
    /// `valid_to`
    ValidTo,
    /// `successors`
    Successors,
}

impl AreaColumn {
    /// Its heading in the file.
    pub fn heading(self) -> &'static str {
        match self {
            AreaColumn::Code => "code",
            AreaColumn::Name => "name",
            AreaColumn::Level => "level",
            AreaColumn::Parent => "parent",
            AreaColumn::ValidFrom => "valid_from",
            AreaColumn::ValidTo => "valid_to",
            AreaColumn::Successors => "successors",
        }
    }
}

impl fmt::Display for AreaColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.heading())
    }
}

/// What is wrong in a cell of a list of areas, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {why}")]
pub struct AreaRowError {
    /// The line in the file, from 1.
    pub line: u64,
    /// The column.
    pub column: AreaColumn,
    /// What is wrong and what to do.
    pub why: AreaProblem,
}

impl AreaProblem {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Code(_) => "area_code",
            Self::Group(_) => "group",
            Self::NoName => "no_name",
            Self::UnknownLevel => "level",
            Self::LevelAndCode => "level_and_code",
            Self::Duplicate { .. } => "duplicate",
            Self::Orphan => "orphan",
            Self::Cycle => "cycle",
            Self::ParentElsewhere => "parent_elsewhere",
            Self::UnknownSuccessor => "unknown_successor",
            Self::Date => "date",
            Self::EndsBeforeItBegins => "ends_before_it_begins",
        }
    }
}

/// What can be wrong in a list of areas.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaProblem {
    /// A code that is none.
    #[error(transparent)]
    Code(#[from] AreaCodeError),
    /// A group without a number.
    #[error(transparent)]
    Group(#[from] GroupNoError),
    /// The name is empty.
    #[error("the name is empty: give the area's full name")]
    NoName,
    /// A word that is no level.
    #[error("unknown level: write province, prefecture, county, township, village, group or grid")]
    UnknownLevel,
    /// The code has another number of digits than the level has.
    #[error(
        "the code is not of this level: a prefecture has 4 digits (or zeros after them), a county 6, a township 9, a village 12, a grid 15, a group its village's and -01"
    )]
    LevelAndCode,
    /// The same code stands in an earlier line.
    #[error("the code stands in line {earlier} already: take one of the two out")]
    Duplicate {
        /// The line where it stands first.
        earlier: u64,
    },
    /// The parent is in no list.
    #[error("the parent is not in the list: add it, or correct the code")]
    Orphan,
    /// Going from parent to parent comes back to this area.
    #[error("following the parents leads back to this area: correct the parent")]
    Cycle,
    /// The parent's code does not begin this code.
    #[error("the area's code does not begin with its parent's: correct one of the two")]
    ParentElsewhere,
    /// A successor is in no list.
    #[error("a successor is not in the list: add it, or correct the code")]
    UnknownSuccessor,
    /// A day that does not exist or is written otherwise.
    #[error("not a day of the form 2024-07-01: correct it, or leave it empty")]
    Date,
    /// The last day lies before the first.
    #[error("valid_to lies before valid_from: correct one of the two")]
    EndsBeforeItBegins,
}
