//! What a report is made of: lines, and what is counted from them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::duty::Duty;
use super::super::excuse::Reason;
use super::super::shared::Shared;
use super::super::succession::Renamed;
use super::super::verdict::State;
use super::{Gap, NotSeen, Problem};
use crate::facts::rows::Day;

/// A report as of an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// As of when, in UTC+8.
    pub as_of: String,
    /// One line an obligation, by rule, unit, period.
    pub lines: Vec<Line>,
    /// The people whom some rule finds not seen, the gravest risk and the longest unseen first.
    pub not_seen: Vec<NotSeen>,
    /// What the county has to publish or fill before anybody can be judged.
    pub gaps: Vec<Gap>,
    /// What records hold that no rule can read.
    pub problems: Vec<Problem>,
    /// Divisions that were merged or renamed and followed to what came after them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
}

/// What is found about one obligation, with the article that asks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The rule's id.
    pub rule: Shared,
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The period; none of a rule that is shown and not judged.
    pub period: Option<String>,
    /// The state; none of a rule that is shown and not judged.
    pub state: Option<State>,
    /// While it runs, its last day, grace included.
    pub due: Option<Day>,
    /// Why nobody had to come.
    pub reason: Option<Reason>,
    /// Every visit credited, by beginning, then id.
    pub credited: Vec<String>,
    /// Flags, sorted.
    pub flags: Vec<&'static str>,
    /// The visits behind this line that the server has not acknowledged yet.
    pub unsent: Vec<String>,
    /// The document that asks it.
    pub document: Shared,
    /// The article in it.
    pub article: Shared,
    /// Its words.
    pub quote: Shared,
    /// The pack's id.
    pub pack: Shared,
    /// The pack's version.
    pub pack_version: u32,
    /// How strongly the document words it.
    pub strength: Shared,
    /// The day of the latest visit in the rule's modes and roles that saw the unit.
    pub last_seen: Option<Day>,
    /// What may be done instead: `phone` where somebody is away, `neighbour_inquiry` where they
    /// refuse.
    pub advice: Option<&'static str>,
    /// The division that the obligation belongs to; not printed, since the unit has it.
    #[serde(skip)]
    pub division: Option<String>,
}

/// 覆盖率: how many were seen, and beside it what does not enter it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Seen.
    pub done: usize,
    /// Attempted, not seen.
    pub tried: usize,
    /// Neither.
    pub overdue: usize,
    /// Still running.
    pub open: usize,
    /// Waiting for a supervisor.
    pub review: usize,
    /// Excused.
    pub exempt: usize,
    /// Waiting for a phone.
    pub unsynced: usize,
    /// Too few eligible days.
    pub not_due: usize,
}

/// Gives for each unit the line that falls due first among those that still run: of several
/// packs the one to show.
pub fn first_due(lines: &[Line]) -> BTreeMap<&str, &Line> {
    let mut first: BTreeMap<&str, &Line> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.due.is_some()) {
        let shown = first.entry(&line.unit).or_insert(line);
        if (line.due, &line.rule) < (shown.due, &shown.rule) {
            *shown = line;
        }
    }
    first
}

impl Coverage {
    /// Counts these lines.
    pub fn of<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Self {
        Self::of_states(lines.into_iter().filter_map(|line| line.state))
    }

    /// Counts lines by their states.
    pub fn of_states(states: impl IntoIterator<Item = State>) -> Self {
        let mut counts = Coverage::default();
        for state in states {
            *match state {
                State::NotDue => &mut counts.not_due,
                State::Done => &mut counts.done,
                State::Review => &mut counts.review,
                State::Exempt => &mut counts.exempt,
                State::Tried => &mut counts.tried,
                State::Open => &mut counts.open,
                State::Unsynced => &mut counts.unsynced,
                State::Overdue => &mut counts.overdue,
            } += 1;
        }
        counts
    }

    /// How many were to be seen: done + tried + overdue.
    pub fn asked(&self) -> usize {
        self.done + self.tried + self.overdue
    }

    /// Gives done ÷ (done + tried + overdue) in thousandths; none where nobody was to be seen.
    pub fn per_mille(&self) -> Option<usize> {
        let asked = self.asked();
        (asked > 0).then(|| self.done * 1000 / asked)
    }
}

pub(super) fn blank(duty: &Duty<'_, '_>, period: Option<String>) -> Line {
    let conflicted = duty.unit.members.iter().any(|member| member.conflicted);
    Line {
        rule: duty.ruling.words.rule.clone(),
        unit: duty.unit.id.to_string(),
        period,
        state: None,
        due: None,
        reason: None,
        credited: Vec::new(),
        flags: conflicted.then_some("conflicted").into_iter().collect(),
        unsent: Vec::new(),
        document: duty.ruling.words.document.clone(),
        article: duty.ruling.words.article.clone(),
        quote: duty.ruling.words.quote.clone(),
        pack: duty.ruling.words.pack.clone(),
        pack_version: duty.pack.version,
        strength: duty.ruling.words.strength.clone(),
        last_seen: duty.last_seen(),
        advice: None,
        division: None,
    }
}

pub(super) fn finished(mut line: Line) -> Line {
    line.flags.sort_unstable();
    line.flags.dedup();
    line.advice = advice_of(line.reason);
    line
}

/// What may be done instead of a visit.
pub(crate) fn advice_of(reason: Option<Reason>) -> Option<&'static str> {
    match reason {
        Some(Reason::Away) => Some("phone"),
        Some(Reason::Refused) => Some("neighbour_inquiry"),
        _ => None,
    }
}
