//! What a county reads first: how many were seen in each area by each rule, and what falls due.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::division;
use super::{Coverage, Line, Report};
use crate::facts::rows::Day;

/// 覆盖率 in one area, of one rule in one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AreaCoverage {
    /// The division one level below the one asked; that one itself of who lives in none below.
    pub division: String,
    /// The rule.
    pub rule: String,
    /// The period.
    pub period: String,
    /// How many were seen, and beside it what does not enter it.
    #[serde(flatten)]
    pub coverage: Coverage,
    /// Seen ÷ (seen + attempted + neither) in thousandths; none where nobody was to be seen.
    pub per_mille: Option<usize>,
}

/// Counts the lines of a report by the divisions one level below `area`, by rule and period. It
/// counts people who were seen, and judges nobody.
pub fn coverage_by_area(report: &Report, area: &str) -> Vec<AreaCoverage> {
    let mut found: BTreeMap<(&str, &str, &str), Vec<&Line>> = BTreeMap::new();
    for line in &report.lines {
        let judged = line.state.and(line.period.as_deref());
        if let (Some(period), Some(code)) = (judged, line.division.as_deref()) {
            let place = division::level_below(area, code);
            found
                .entry((place, &line.rule, period))
                .or_default()
                .push(line);
        }
    }
    let counted = found.into_iter().map(|((place, rule, period), lines)| {
        let coverage = Coverage::of(lines);
        AreaCoverage {
            division: place.to_owned(),
            rule: rule.to_owned(),
            period: period.to_owned(),
            per_mille: coverage.per_mille(),
            coverage,
        }
    });
    counted.collect()
}

/// Gives the lines that still run and whose last day is one of the next `days` days, today the
/// first: those that fall due first, then by unit, rule and period.
pub fn due_within(report: &Report, today: Day, days: u16) -> Vec<&Line> {
    let last = today.plus(i32::from(days) - 1);
    let lines = report.lines.iter();
    let soon = lines.filter(|line| line.due.is_some_and(|due| today <= due && due <= last));
    let mut soon: Vec<&Line> = soon.collect();
    soon.sort_by_key(|line| (line.due, &line.unit, &line.rule, &line.period));
    soon
}
