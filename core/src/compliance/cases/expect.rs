//! Comparing what is expected with the lines of a report.

use std::collections::BTreeSet;

use super::super::report::Line;
use super::{Expectation, Failure};

impl Expectation {
    /// Gives what differs between this and the line of its rule, unit and period.
    pub fn differs_from(&self, lines: &[Line]) -> Option<Failure> {
        let period = self.period.to_string();
        let line = lines.iter().find(|line| {
            line.rule == self.rule
                && line.unit == self.unit
                && line.state.is_some()
                && line.period.as_deref() == Some(period.as_str())
        });
        let differences = match (self.state, line) {
            (None, None) => return None,
            (None, Some(line)) => vec![("no obligation".to_string(), described(line))],
            (Some(state), None) => vec![(state.code().to_string(), "no obligation".to_string())],
            (Some(_), Some(line)) => self.differences(line),
        };
        let (expected, found): (Vec<String>, Vec<String>) = differences.into_iter().unzip();
        (!expected.is_empty()).then(|| Failure {
            case: String::new(),
            place: self.place.clone(),
            obligation: format!("{} {} {period}", self.rule, self.unit),
            expected: expected.join(", "),
            found: found.join(", "),
        })
    }

    fn differences(&self, line: &Line) -> Vec<(String, String)> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, expected: Option<String>, found: String| {
            if let Some(expected) = expected.filter(|expected| *expected != found) {
                differences.push((format!("{what} {expected}"), format!("{what} {found}")));
            }
        };
        let none = || "none".to_string();
        let state = line
            .state
            .map_or_else(none, |state| state.code().to_string());
        compare(
            "state",
            self.state.map(|state| state.code().to_string()),
            state,
        );
        let listed = |ids: &[String]| format!("[{}]", ids.join(", "));
        compare(
            "credited",
            self.credited.as_deref().map(listed),
            listed(&line.credited),
        );
        let reason = |reason: Option<super::Reason>| {
            reason.map_or_else(none, |reason| reason.code().to_string())
        };
        compare("reason", self.reason.map(reason), reason(line.reason));
        let set = |flags: &BTreeSet<String>| listed(&flags.iter().cloned().collect::<Vec<_>>());
        let flags: BTreeSet<String> = line.flags.iter().map(|flag| (*flag).to_string()).collect();
        compare("flags", self.flags.as_ref().map(set), set(&flags));
        let due = |due: Option<super::Day>| due.map_or_else(none, |day| day.to_string());
        compare("due", self.due.map(due), due(line.due));
        differences
    }
}

fn described(line: &Line) -> String {
    line.state
        .map_or_else(String::new, |state| format!("state {}", state.code()))
}
