//! 覆盖率: how many people were seen.

use tanfang_core::compliance;

/// How many were seen in one area, of one rule in one period.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AreaCoverage {
    /// The division's code.
    pub division: String,
    /// The rule.
    pub rule: String,
    /// The period.
    pub period: String,
    /// Seen.
    pub done: u64,
    /// Attempted, not seen.
    pub tried: u64,
    /// Neither.
    pub overdue: u64,
    /// Still running.
    pub open: u64,
    /// Waiting for a supervisor.
    pub review: u64,
    /// Excused.
    pub exempt: u64,
    /// Waiting for a phone.
    pub unsynced: u64,
    /// Too few eligible days.
    pub not_due: u64,
    /// Seen ÷ (seen + attempted + neither) in thousandths; none where nobody was to be seen.
    pub per_mille: Option<u64>,
}

impl From<compliance::AreaCoverage> for AreaCoverage {
    fn from(counted: compliance::AreaCoverage) -> Self {
        let of = counted.coverage;
        Self {
            division: counted.division,
            rule: counted.rule,
            period: counted.period,
            done: of.done as u64,
            tried: of.tried as u64,
            overdue: of.overdue as u64,
            open: of.open as u64,
            review: of.review as u64,
            exempt: of.exempt as u64,
            unsynced: of.unsynced as u64,
            not_due: of.not_due as u64,
            per_mille: counted.per_mille.map(|rate| rate as u64),
        }
    }
}
