//! The people not seen, by their own risk and the days since they were last seen; never by worker.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::Line;
use crate::compliance::days::Days;
use crate::compliance::today::Today;
use crate::facts::rows::{Dated, Day, Subject};

/// 风险等级, the gravest first.
const RISKS: [&str; 3] = ["risk_high", "risk_key", "risk_general"];

/// A unit that some rule finds not seen: tried, waiting for a phone, or overdue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotSeen {
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The gravest risk of its people today: `risk_high`, `risk_key`, `risk_general`, or none.
    pub risk: Option<&'static str>,
    /// When it was last seen in the modes and roles of any of these rules; none is never.
    pub last_seen: Option<Day>,
    /// How many days ago that was.
    pub days: Option<i32>,
    /// The rule and period of each line, in their order.
    pub lines: Vec<(String, String)>,
}

/// Gives the units of these lines that are not seen: the gravest risk first, then who was never
/// seen, then whoever was seen longest ago, then by id.
pub(super) fn not_seen(
    lines: &[Line],
    risks: &BTreeMap<&str, &'static str>,
    today: Day,
) -> Vec<NotSeen> {
    let mut found: BTreeMap<&str, NotSeen> = BTreeMap::new();
    let unseen = |line: &&Line| line.state.is_some_and(|state| state.is_not_seen());
    for line in lines.iter().filter(unseen) {
        let one = found.entry(&line.unit).or_insert_with(|| NotSeen {
            unit: line.unit.clone(),
            risk: risks.get(line.unit.as_str()).copied(),
            last_seen: None,
            days: None,
            lines: Vec::new(),
        });
        one.last_seen = one.last_seen.max(line.last_seen);
        let period = line.period.clone().unwrap_or_default();
        one.lines.push((line.rule.to_string(), period));
    }
    let mut list: Vec<NotSeen> = found.into_values().collect();
    for one in &mut list {
        let ago = |day: Day| today.epoch_days() - day.epoch_days();
        one.days = one.last_seen.map(ago);
    }
    let rank = |one: &NotSeen| {
        let risk = one
            .risk
            .and_then(|risk| RISKS.iter().position(|known| *known == risk));
        (
            risk.unwrap_or(RISKS.len()),
            one.days.is_some(),
            Reverse(one.days),
        )
    };
    list.sort_by(|a, b| (rank(a), &a.unit).cmp(&(rank(b), &b.unit)));
    list
}

/// Gives the gravest risk of these people today.
pub(super) fn risk(members: &[&Subject], today: &Today) -> Option<&'static str> {
    let holds = |code: &&str| {
        let rows = members.iter().flat_map(|member| &member.categories);
        let rows = rows.filter(|row| row.code == *code).map(Dated::span);
        today.is_in(&Days::of(rows))
    };
    RISKS.into_iter().find(holds)
}
