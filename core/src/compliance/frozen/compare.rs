//! Frozen figures beside what is known since: which units, from what to what, by which record.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::Reason;
use super::super::report::{Coverage, Line, Report};
use super::super::statistics::Statistics;
use super::super::verdict::State;
use super::{Frozen, FrozenLine};
use crate::facts::rows::{Day, Group};
use crate::model::DocumentRef;

/// Frozen figures, and beside them those that the same day has in the light of what is known now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The division.
    pub division: String,
    /// The report day.
    pub day: Day,
    /// Its end, in UTC+8.
    pub as_of: String,
    /// When it was frozen, in UTC+8.
    pub frozen_at: String,
    /// By rule and period.
    pub figures: Vec<Figures>,
    /// The lines that are judged otherwise, by rule, unit, period.
    pub corrections: Vec<Correction>,
    /// The counts of people that are others.
    pub counts: Vec<CountCorrection>,
    /// Packs and calendars that are published since: what they ask is in the figures of now.
    pub published_since: Vec<DocumentRef>,
}

/// How many were seen, of a rule in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The rule.
    pub rule: String,
    /// The period.
    pub period: String,
    /// As it was frozen.
    pub frozen: Coverage,
    /// As it is known now.
    pub now: Coverage,
}

/// A line that is judged otherwise than when it was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// The rule.
    pub rule: String,
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The period.
    pub period: String,
    /// As it was frozen; none where there was no such line.
    pub frozen: Option<Stood>,
    /// As it is known now; none where there is no such line any more.
    pub now: Option<Stood>,
    /// The records about the unit that were written or altered since.
    pub by: Vec<Cause>,
}

/// How a line stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stood {
    /// The state.
    pub state: State,
    /// Why nobody had to come.
    pub reason: Option<Reason>,
    /// The visits credited.
    pub credited: Vec<String>,
}

/// What came to be known since.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// The kind of record, such as `visit`; `assignment` where a role over the division was given or
    /// ended, `exchange` where a phone handed in what it held.
    pub kind: String,
    /// The record; none where it would name who works.
    pub record: Option<String>,
    /// When the server received it, in UTC+8; none where no save of its own says it.
    pub received_at: Option<String>,
}

/// A count of people that is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountCorrection {
    /// Elder or child.
    pub group: Group,
    /// `total`, `size`, `entered`, `left`, `place`, or a table's id.
    pub table: String,
    /// The category, division or code; empty of the total.
    pub code: String,
    /// As it was frozen; none where there was no such cell.
    pub frozen: Option<u32>,
    /// As it is known now.
    pub now: Option<u32>,
}

/// Puts frozen figures beside the report of the same day with all that is known now, and its
/// statistics. Who caused a correction is left empty: only a store knows when it heard of a record.
pub fn compared(
    frozen: &Frozen,
    now: &Report,
    statistics: &Statistics,
    documents: &[DocumentRef],
) -> Compared {
    let is_new = |one: &&DocumentRef| !frozen.documents.iter().any(|old| old.hash == one.hash);
    Compared {
        division: frozen.division.clone(),
        day: frozen.day,
        as_of: frozen.as_of.to_local_string(),
        frozen_at: frozen.frozen_at.to_local_string(),
        figures: figures(frozen, now),
        corrections: corrections(frozen, now),
        counts: counts(&frozen.statistics, statistics),
        published_since: documents.iter().filter(is_new).cloned().collect(),
    }
}

/// Rule, unit, period.
type Place<'a> = (&'a str, &'a str, &'a str);

fn figures(frozen: &Frozen, now: &Report) -> Vec<Figures> {
    let mut found: BTreeMap<(&str, &str), [Vec<State>; 2]> = BTreeMap::new();
    for (place, stood) in frozen_lines(frozen) {
        let states = found.entry((place.0, place.2)).or_default();
        states[0].extend(stood.state);
    }
    for (place, line) in lines(now) {
        let states = found.entry((place.0, place.2)).or_default();
        states[1].extend(line.state);
    }
    let each = found
        .into_iter()
        .map(|((rule, period), [then, now])| Figures {
            rule: rule.to_owned(),
            period: period.to_owned(),
            frozen: Coverage::of_states(then),
            now: Coverage::of_states(now),
        });
    each.collect()
}

fn corrections(frozen: &Frozen, now: &Report) -> Vec<Correction> {
    let mut found: BTreeMap<Place<'_>, [Option<Stood>; 2]> = BTreeMap::new();
    for (place, line) in frozen_lines(frozen) {
        found.entry(place).or_default()[0] = stood(line.state, line.reason, &line.credited);
    }
    for (place, line) in lines(now) {
        found.entry(place).or_default()[1] = stood(line.state, line.reason, &line.credited);
    }
    let otherwise = found.into_iter().filter(|(_, [then, now])| then != now);
    let each = otherwise.map(|((rule, unit, period), [frozen, now])| Correction {
        rule: rule.to_owned(),
        unit: unit.to_owned(),
        period: period.to_owned(),
        frozen,
        now,
        by: Vec::new(),
    });
    each.collect()
}

fn stood(state: Option<State>, reason: Option<Reason>, credited: &[String]) -> Option<Stood> {
    Some(Stood {
        state: state?,
        reason,
        credited: credited.to_vec(),
    })
}

/// The lines that are judged.
fn frozen_lines(frozen: &Frozen) -> impl Iterator<Item = (Place<'_>, &FrozenLine)> {
    let judged = frozen.lines.iter().filter(|line| line.state.is_some());
    judged.filter_map(|line| {
        let rule = &frozen.rule_of(line)?.rule;
        Some((
            (rule.as_str(), line.unit.as_str(), line.period.as_deref()?),
            line,
        ))
    })
}

/// The lines that are judged.
fn lines(report: &Report) -> impl Iterator<Item = (Place<'_>, &Line)> {
    let judged = report.lines.iter().filter(|line| line.state.is_some());
    judged.filter_map(|line| {
        Some((
            (
                line.rule.as_str(),
                line.unit.as_str(),
                line.period.as_deref()?,
            ),
            line,
        ))
    })
}

fn counts(frozen: &Statistics, now: &Statistics) -> Vec<CountCorrection> {
    let mut found: BTreeMap<(Group, String, String), [Option<u32>; 2]> = BTreeMap::new();
    for (which, statistics) in [frozen, now].into_iter().enumerate() {
        for (cell, count) in cells(statistics) {
            found.entry(cell).or_default()[which] = count;
        }
    }
    let otherwise = found.into_iter().filter(|(_, [then, now])| then != now);
    let each = otherwise.map(|((group, table, code), [frozen, now])| CountCorrection {
        group,
        table,
        code,
        frozen,
        now,
    });
    each.collect()
}

/// Every count of people: group, table, code.
fn cells(statistics: &Statistics) -> Vec<((Group, String, String), Option<u32>)> {
    let mut cells = Vec::new();
    for counted in &statistics.groups {
        let mut cell = |table: &str, code: &str, count| {
            cells.push(((counted.group, table.to_owned(), code.to_owned()), count));
        };
        cell("total", "", counted.total);
        for size in &counted.size {
            cell("size", &size.category, size.count);
            cell("entered", &size.category, size.entered);
            cell("left", &size.category, size.left);
        }
        for place in &counted.places {
            cell("place", &place.division, place.total);
        }
        for table in &counted.tables {
            for one in &table.cells {
                cell(&table.id, &one.code, one.count);
            }
        }
    }
    cells
}
