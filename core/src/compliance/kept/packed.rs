//! Parts as bytes, for a store that keeps them from one start of the app to the next.
//!
//! Words that a pack says are not in the bytes, only which rule says them: bytes are read by the
//! packs that they were found by, and a store notes which those were.

use serde::{Deserialize, Serialize};

use super::super::excuse::Reason;
use super::super::pack::{Pack, UnitKind};
use super::super::report::{Found, Gap, Key, Line, MESSAGES, Part, advice_of};
use super::super::shared::Shared;
use super::super::verdict::State;
use crate::facts::rows::{Day, Instant};

/// Every flag that a line may have.
const FLAGS: [&str; 9] = [
    "backfilled",
    "child_unseen",
    "clock",
    "conflicted",
    "duplicate",
    "handover",
    "late_upload",
    "unsynced",
    "vacant",
];
const GAPS: [&str; 4] = [
    "child_unseen",
    "no responsible person",
    "no window published",
    "vacant",
];
const RISKS: [&str; 3] = ["risk_high", "risk_key", "risk_general"];

/// A part of a report, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedPart {
    /// `p` a person, `h` a household, `g` a pairing.
    pub kind: char,
    /// The unit.
    pub unit: String,
    /// The first instant at which it may be another by time alone; none is never.
    pub until: Option<Instant>,
    /// What it says.
    pub body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct PartRow {
    lines: Vec<LineRow>,
    of_the_day: Vec<usize>,
    gaps: Vec<GapRow>,
    problems: Vec<FoundRow>,
    risk: Option<u8>,
}

/// Pack and rule by their places; a line's day as days since 1970.
#[derive(Serialize, Deserialize)]
struct LineRow(
    (u16, u16),
    Option<String>,
    Option<u8>,
    Option<i32>,
    Option<u8>,
    Vec<String>,
    u16,
    Vec<String>,
    Option<i32>,
    Option<String>,
);

#[derive(Serialize, Deserialize)]
struct GapRow(String, String, String, Option<String>, u8);

#[derive(Serialize, Deserialize)]
struct FoundRow(String, Option<String>, u8, String);

/// The words of every rule, to put lines together from.
pub(super) struct Words {
    packs: Vec<(Shared, u32, Vec<[Shared; 5]>)>,
}

impl Words {
    pub(super) fn of(packs: &[Pack]) -> Self {
        let words = packs.iter().map(|pack| {
            let rules = pack.rules.iter().map(|rule| {
                let words = [
                    &rule.id,
                    &rule.document,
                    &rule.article,
                    &rule.quote,
                    &rule.strength,
                ];
                words.map(|word| Shared::from(word.as_str()))
            });
            (
                Shared::from(pack.id.as_str()),
                pack.version,
                rules.collect(),
            )
        });
        Words {
            packs: words.collect(),
        }
    }

    /// The place of a line's pack and rule.
    fn place(&self, line: &Line) -> Option<(u16, u16)> {
        let mut packs = self.packs.iter();
        let pack = packs.position(|(id, version, _)| {
            *id == line.pack.as_str() && *version == line.pack_version
        })?;
        let mut rules = self.packs[pack].2.iter();
        let rule = rules.position(|words| words[0] == line.rule.as_str())?;
        Some((u16::try_from(pack).ok()?, u16::try_from(rule).ok()?))
    }
}

fn number(all: &[&str], one: &str) -> Option<u8> {
    let at = all.iter().position(|known| *known == one)?;
    u8::try_from(at).ok()
}

/// Packs a part; none where it holds a word that no table has, and must be found anew each time.
pub(super) fn pack((kind, unit): &Key, part: &Part, words: &Words) -> Option<PackedPart> {
    let lines = part.lines.iter().map(|line| line_row(line, words));
    let gaps = part.gaps.iter().map(|gap| {
        let (rule, division) = (gap.rule.clone(), gap.division.clone());
        let (period, unit) = (gap.period.clone(), gap.unit.clone());
        Some(GapRow(
            rule,
            division,
            period,
            unit,
            number(&GAPS, gap.gap)?,
        ))
    });
    let problems = part.problems.iter().map(|found| {
        let message = MESSAGES.iter().position(|known| *known == found.message)?;
        let (field, code) = (found.field.clone(), found.code.clone());
        Some(FoundRow(
            field,
            code,
            u8::try_from(message).ok()?,
            found.record.clone(),
        ))
    });
    let row = PartRow {
        lines: lines.collect::<Option<_>>()?,
        of_the_day: part.of_the_day.clone(),
        gaps: gaps.collect::<Option<_>>()?,
        problems: problems.collect::<Option<_>>()?,
        risk: match part.risk {
            Some(risk) => Some(number(&RISKS, risk)?),
            None => None,
        },
    };
    Some(PackedPart {
        kind: letter(*kind)?,
        unit: unit.clone(),
        until: part.until,
        body: rmp_serde::to_vec(&row).ok()?,
    })
}

fn line_row(line: &Line, words: &Words) -> Option<LineRow> {
    let mut flags = 0u16;
    for flag in &line.flags {
        flags |= 1 << number(&FLAGS, flag)?;
    }
    let state = line.state.map(|state| state as u8);
    let reason = line.reason.map(|reason| reason as u8);
    Some(LineRow(
        words.place(line)?,
        line.period.clone(),
        state,
        line.due.map(Day::epoch_days),
        reason,
        line.credited.clone(),
        flags,
        line.unsent.clone(),
        line.last_seen.map(Day::epoch_days),
        line.division.clone(),
    ))
}

/// Reads a part; none where the bytes are not those of these packs and this program.
pub(super) fn unpack(packed: PackedPart, words: &Words) -> Option<(Key, Part)> {
    let row: PartRow = rmp_serde::from_slice(&packed.body).ok()?;
    let unit = packed.unit;
    let lines = row
        .lines
        .into_iter()
        .map(|line| of_line(line, &unit, words));
    let gaps = row
        .gaps
        .into_iter()
        .map(|GapRow(rule, division, period, unit, gap)| {
            Some(Gap {
                rule,
                division,
                period,
                unit,
                gap: GAPS.get(usize::from(gap)).copied()?,
            })
        });
    let problems = row.problems.into_iter();
    let problems = problems.map(|FoundRow(field, code, message, record)| {
        Some(Found {
            field,
            code,
            message: MESSAGES.get(usize::from(message)).copied()?,
            record,
        })
    });
    let part = Part {
        lines: lines.collect::<Option<_>>()?,
        of_the_day: row.of_the_day,
        gaps: gaps.collect::<Option<_>>()?,
        problems: problems.collect::<Option<_>>()?,
        risk: match row.risk {
            Some(risk) => Some(RISKS.get(usize::from(risk)).copied()?),
            None => None,
        },
        until: packed.until,
    };
    let whole = part.of_the_day.iter().all(|at| *at < part.lines.len());
    whole.then_some(((kind_of(packed.kind)?, unit), part))
}

fn of_line(row: LineRow, unit: &str, words: &Words) -> Option<Line> {
    let LineRow(
        (pack, rule),
        period,
        state,
        due,
        reason,
        credited,
        flags,
        unsent,
        last_seen,
        division,
    ) = row;
    let (pack, pack_version, rules) = words.packs.get(usize::from(pack))?;
    let [rule, document, article, quote, strength] = rules.get(usize::from(rule))?;
    let state = match state {
        Some(state) => Some(State::ALL.get(usize::from(state)).copied()?),
        None => None,
    };
    let reason = match reason {
        Some(reason) => Some(Reason::ALL.get(usize::from(reason)).copied()?),
        None => None,
    };
    let each = FLAGS.iter().enumerate();
    let flags = each.filter(|(at, _)| flags & (1 << at) != 0);
    Some(Line {
        rule: rule.clone(),
        unit: unit.to_owned(),
        period,
        state,
        due: due.map(Day::from_epoch_days),
        reason,
        credited,
        flags: flags.map(|(_, flag)| *flag).collect(),
        unsent,
        document: document.clone(),
        article: article.clone(),
        quote: quote.clone(),
        pack: pack.clone(),
        pack_version: *pack_version,
        strength: strength.clone(),
        last_seen: last_seen.map(Day::from_epoch_days),
        advice: advice_of(reason),
        division,
    })
}

fn letter(kind: UnitKind) -> Option<char> {
    match kind {
        UnitKind::Person => Some('p'),
        UnitKind::Household => Some('h'),
        UnitKind::Pairing => Some('g'),
        UnitKind::Grid | UnitKind::Emergency => None,
    }
}

fn kind_of(letter: char) -> Option<UnitKind> {
    match letter {
        'p' => Some(UnitKind::Person),
        'h' => Some(UnitKind::Household),
        'g' => Some(UnitKind::Pairing),
        _ => None,
    }
}
