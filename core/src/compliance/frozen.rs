//! The figures of a report day, kept as they were, and what is known otherwise since (S000 四(二)
//! to (四); case 17 of the rules: what is entered later counts, and the frozen figures stand).
//!
//! A frozen report names people, households, pairings and visits by id, and nobody who works.

mod compare;

use serde::{Deserialize, Serialize};

use super::Reason;
use super::report::{Coverage, Line, Report};
use super::statistics::Statistics;
use super::verdict::State;
use crate::facts::rows::{Day, Instant};
use crate::model::DocumentRef;

pub use compare::{Cause, Compared, Correction, CountCorrection, Figures, Stood, compared};

/// The one format there is.
const FORMAT: &str = "tanfang-frozen/1";

/// What was known of a division at the end of a report day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    format: String,
    /// The division, with all below it.
    pub division: String,
    /// The report day.
    pub day: Day,
    /// Its end: what was received later is not in it.
    pub as_of: Instant,
    /// When it was frozen: what records said then is in it.
    pub frozen_at: Instant,
    /// Whether a server made for demonstrations froze it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
    /// The packs and calendars by which it was judged.
    pub documents: Vec<DocumentRef>,
    /// The rules of its lines, each once.
    pub rules: Vec<FrozenRule>,
    /// One line an obligation, by rule, unit, period.
    pub lines: Vec<FrozenLine>,
    /// The people not seen, in the report's order.
    pub not_seen: Vec<FrozenUnseen>,
    /// What the county had to publish or fill.
    pub gaps: Vec<FrozenGap>,
    /// 规模、分布、特征 on the day.
    pub statistics: Statistics,
}

/// A rule as it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenRule {
    /// Its id.
    pub rule: String,
    /// The document that asks it.
    pub document: String,
    /// The article in it.
    pub article: String,
    /// Its words.
    pub quote: String,
    /// How strongly the document words it.
    pub strength: String,
    /// The pack's id.
    pub pack: String,
    /// The pack's version.
    pub pack_version: u32,
}

/// A line as it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenLine {
    /// The place of its rule in [`Frozen::rules`].
    pub rule: usize,
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The period; none of a rule that is shown and not judged.
    pub period: Option<String>,
    /// The state; none of a rule that is shown and not judged.
    pub state: Option<State>,
    /// Why nobody had to come.
    pub reason: Option<Reason>,
    /// While it ran, its last day.
    pub due: Option<Day>,
    /// Every visit credited.
    pub credited: Vec<String>,
    /// Flags, sorted.
    pub flags: Vec<String>,
    /// The day last seen in the rule's modes and roles.
    pub last_seen: Option<Day>,
}

/// Somebody not seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenUnseen {
    /// The subject's, household's or pairing's id.
    pub unit: String,
    /// The gravest risk, if any.
    pub risk: Option<String>,
    /// When last seen; none is never.
    pub last_seen: Option<Day>,
}

/// Something that had to be filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenGap {
    /// The rule that asks for it.
    pub rule: String,
    /// Where.
    pub division: String,
    /// The period.
    pub period: String,
    /// The child or household; none where the gap is the division's.
    pub unit: Option<String>,
    /// What is missing, in the report's words.
    pub gap: String,
}

/// Which figures are frozen, and how they came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freezing {
    /// The division.
    pub division: String,
    /// The report day.
    pub day: Day,
    /// When it is frozen, at the day's end or later.
    pub frozen_at: Instant,
    /// Whether the server was made for demonstrations.
    pub demonstration: bool,
    /// The packs and calendars in force.
    pub documents: Vec<DocumentRef>,
}

/// A frozen report that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: no frozen report of this program")]
pub struct Unfrozen {
    line: usize,
    column: usize,
}

/// The instant that a report day is judged as of: its last millisecond in UTC+8.
pub fn end_of(day: Day) -> Instant {
    Instant(day.ends().0 - 1)
}

impl Frozen {
    /// Keeps the figures of a report [as of](end_of) the day. Its problems are left out: they are
    /// about records, to be corrected, and may name a worker.
    pub fn of(freezing: Freezing, report: &Report, statistics: Statistics) -> Self {
        let mut rules: Vec<FrozenRule> = Vec::new();
        let mut lines = Vec::with_capacity(report.lines.len());
        for line in &report.lines {
            // Lines stand by rule: the last one's is nearly always this one's.
            let known = rules.iter().rposition(|rule| rule.is_of(line));
            let rule = known.unwrap_or_else(|| {
                rules.push(FrozenRule::of(line));
                rules.len() - 1
            });
            lines.push(FrozenLine::of(rule, line));
        }
        let not_seen = report.not_seen.iter().map(|one| FrozenUnseen {
            unit: one.unit.clone(),
            risk: one.risk.map(str::to_owned),
            last_seen: one.last_seen,
        });
        let gaps = report.gaps.iter().map(|gap| FrozenGap {
            rule: gap.rule.clone(),
            division: gap.division.clone(),
            period: gap.period.clone(),
            unit: gap.unit.clone(),
            gap: gap.gap.to_owned(),
        });
        Frozen {
            format: FORMAT.to_owned(),
            division: freezing.division,
            day: freezing.day,
            as_of: end_of(freezing.day),
            frozen_at: freezing.frozen_at,
            demonstration: freezing.demonstration,
            documents: freezing.documents,
            rules,
            lines,
            not_seen: not_seen.collect(),
            gaps: gaps.collect(),
            statistics,
        }
    }

    /// Reads one that was written by [`Frozen::to_json`].
    ///
    /// # Errors
    /// [`Unfrozen`] with the place where it is none.
    pub fn parse(text: &str) -> Result<Self, Unfrozen> {
        let wrong = |line, column| Unfrozen { line, column };
        let read: Frozen =
            serde_json::from_str(text).map_err(|error| wrong(error.line(), error.column()))?;
        let whole = read.lines.iter().all(|line| line.rule < read.rules.len());
        match whole && read.format == FORMAT {
            true => Ok(read),
            false => Err(wrong(1, 1)),
        }
    }

    /// As one line of JSON: the bytes that are kept, and whose hash is noted.
    pub fn to_json(&self) -> String {
        // Plain values with text keys: serde_json writes them always.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The rule of a line.
    pub fn rule_of(&self, line: &FrozenLine) -> Option<&FrozenRule> {
        self.rules.get(line.rule)
    }

    /// How many were seen by all rules together, and beside it what does not enter it.
    pub fn coverage(&self) -> Coverage {
        Coverage::of_states(self.lines.iter().filter_map(|line| line.state))
    }
}

impl FrozenRule {
    fn of(line: &Line) -> Self {
        FrozenRule {
            rule: line.rule.to_string(),
            document: line.document.to_string(),
            article: line.article.to_string(),
            quote: line.quote.to_string(),
            strength: line.strength.to_string(),
            pack: line.pack.to_string(),
            pack_version: line.pack_version,
        }
    }

    fn is_of(&self, line: &Line) -> bool {
        line.rule == self.rule && line.pack == self.pack && line.pack_version == self.pack_version
    }
}

impl FrozenLine {
    fn of(rule: usize, line: &Line) -> Self {
        FrozenLine {
            rule,
            unit: line.unit.clone(),
            period: line.period.clone(),
            state: line.state,
            reason: line.reason,
            due: line.due,
            credited: line.credited.clone(),
            flags: line.flags.iter().map(|flag| (*flag).to_owned()).collect(),
            last_seen: line.last_seen,
        }
    }
}
