//! Administrative areas: their codes and the county's tree of them.
//!
//! A code grows by levels: 2 digits a province, 4 a prefecture, 6 a county (GB/T 2260), 9 a
//! township (GB/T 10114), 12 a village or community, 15 a grid (the village's 12 and 3 of our
//! own). Zeros in place of a level mean all of it, so that `530923000000` and `530923` are one
//! code. A 村民小组 (villagers' group) has no digits of its own: it is a [`GroupNo`] in its village.

mod code;
mod group;
mod names;
mod rows;
mod tree;

pub use code::{AreaCode, AreaCodeError, AreaLevel};
pub use group::{GroupNo, GroupNoError};
pub use rows::{AreaColumn, AreaProblem, AreaRow, AreaRowError};
pub use tree::{Area, AreaNameError, AreaTree, VillageGroup};
