//! Figures of report days, and which areas were confirmed, as a store keeps them.

use tanfang_core::facts::rows::Day;
use tanfang_core::model::AreaCode;

use super::Stored;

/// Frozen figures without their body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenRow {
    /// The division.
    pub division: AreaCode,
    /// The report day.
    pub day: Day,
    /// When they were frozen, in milliseconds since 1970.
    pub frozen_at: i64,
    /// SHA-256 of the body as text, in hex.
    pub hash: String,
}

/// The figures of report days: put once, never altered, never taken away.
pub trait FrozenFigures {
    /// All of them, by day, then division.
    fn frozen(&mut self) -> Stored<Vec<FrozenRow>>;
    /// Those of a division and a day, with their packed body.
    fn frozen_body(
        &mut self,
        division: &AreaCode,
        day: Day,
    ) -> Stored<Option<(FrozenRow, Vec<u8>)>>;
    /// Keeps figures; of a division and day that has them already the store refuses.
    fn add_frozen(&mut self, row: &FrozenRow, body: &[u8]) -> Stored<()>;
    /// Notes that the list of an area's people was complete on a day.
    fn confirm_area(&mut self, area: &AreaCode, day: Day) -> Stored<()>;
    /// Every area and day that was noted so.
    fn confirmed_areas(&mut self) -> Stored<Vec<(AreaCode, Day)>>;
}
