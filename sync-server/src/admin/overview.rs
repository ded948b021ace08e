//! `compliance coverage`, `compliance due`

use serde_json::json;
use tanfang_core::compliance::{coverage_by_area, due_within};

use super::compliance::{judged, read_instant};
use super::verbs::{CoverageArgs, DueArgs};
use super::{AdminProblem, Said};
use crate::server::Server;

/// How many were seen in each area below, by rule and period.
pub(super) fn coverage(server: &mut Server, asked: &CoverageArgs) -> Result<Said, AdminProblem> {
    let as_of = read_instant(server, asked.as_of.as_deref())?;
    let report = judged(server, asked.area, as_of, asked.period.as_deref())?;
    let counted = coverage_by_area(&report, &asked.area.to_string());
    let lines = counted.iter().map(|one| {
        let (seen, of) = (one.coverage.done, one.coverage.asked());
        format!(
            "{}  {}  {}  {seen}/{of}",
            one.division, one.rule, one.period
        )
    });
    let lines = std::iter::once(format!("as of {}", report.as_of)).chain(lines);
    let lines = lines.collect();
    Ok(Said::new(
        json!({"as_of": report.as_of, "coverage": counted}),
        lines,
    ))
}

/// What falls due within some days.
pub(super) fn due(server: &mut Server, asked: &DueArgs) -> Result<Said, AdminProblem> {
    let as_of = read_instant(server, asked.as_of.as_deref())?;
    let report = judged(server, asked.area, as_of, None)?;
    let soon = due_within(&report, as_of.day(), asked.within);
    let line = |line: &&tanfang_core::compliance::Line| {
        let due = line.due.map(|due| due.to_string()).unwrap_or_default();
        format!(
            "{due}  {}  {}  {} {}",
            line.unit, line.rule, line.document, line.article
        )
    };
    let lines = soon.iter().map(line).collect();
    Ok(Said::new(
        json!({"as_of": report.as_of, "due": soon}),
        lines,
    ))
}
