//! From bytes to rows under known headings: encodings, titles above, totals below.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::cell::{self, Precision, clean, is_tick};
use super::labels::{self, comparable};
use super::{LedgerError, LedgerKind};

/// The header stands within this many lines with cells.
const HEADER_WITHIN: usize = 40;
/// A line with fewer known headings is a title.
const HEADINGS_AT_LEAST: usize = 5;
/// What stands before the day of a ledger.
const DATED: &str = "填报日期";
/// A cell with more line breaks than this is an open quotation mark.
const LINE_BREAKS_AT_MOST: usize = 50;
/// What the lines below the rows begin with.
const BELOW: [&str; 11] = [
    "填表人",
    "填报人",
    "审核人",
    "负责人",
    "合计",
    "总计",
    "小计",
    "制表",
    "填报单位",
    "填报日期",
    "注:",
];

/// The rows of a file.
pub(super) struct Table {
    pub records: Vec<Record>,
    /// Headings that the layout does not know.
    pub ignored: Vec<String>,
    /// The day that the file gives itself: 填报日期 above the header or below the rows.
    pub dated: Option<NaiveDate>,
    /// The columns that are there.
    pub present: BTreeSet<&'static str>,
    /// Columns in which every cell that is filled holds a tick, so that an empty one says no.
    pub tick_columns: BTreeSet<&'static str>,
}

/// One row.
pub(super) struct Record {
    /// Where it begins, from 1.
    pub line: u64,
    /// Its cells that are not empty, by the layout's own headings, as written.
    pub cells: BTreeMap<&'static str, String>,
    /// Whether a cell stands beyond the last heading.
    pub overflows: bool,
}

/// A line of the file.
struct Line {
    number: u64,
    cells: Vec<String>,
}

impl Line {
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map(String::as_str).unwrap_or_default()
    }
}

impl Table {
    pub fn read(kind: LedgerKind, bytes: &[u8]) -> Result<Table, LedgerError> {
        let text = decode(bytes)?;
        let lines = lines(&text)?;
        let (at, headings) = header(kind, &lines).ok_or(LedgerError::NoHeader)?;
        let mut table = Table {
            records: Vec::new(),
            ignored: Vec::new(),
            dated: None,
            present: BTreeSet::new(),
            tick_columns: BTreeSet::new(),
        };
        if let Some(other) = other_layout(kind, &headings.words) {
            return Err(LedgerError::OtherLayout {
                line: lines[at].number,
                other: other.word(),
            });
        }
        let columns = table.columns(kind, &headings.words);
        let present: BTreeSet<_> = columns.iter().flatten().copied().collect();
        let missing = labels::NEEDED
            .into_iter()
            .filter(|label| !present.contains(label));
        let missing: Vec<_> = missing.collect();
        let placed_by_grid = missing == [labels::VILLAGE] && present.contains(labels::GRID);
        if !missing.is_empty() && !placed_by_grid {
            return Err(LedgerError::MissingColumns {
                line: lines[at].number,
                columns: missing,
            });
        }
        let (below, rows): (Vec<&Line>, Vec<&Line>) = lines[at + headings.lines..]
            .iter()
            .partition(|line| stands_below(line, &columns));
        // The line above the header may have been taken for its upper level.
        let above = lines[..at + headings.lines].iter();
        table.dated = above.chain(below).find_map(dated);
        table.present = present;
        table.records = rows.iter().map(|line| record(line, &columns)).collect();
        table.find_tick_columns();
        Ok(table)
    }

    /// The column under each heading; of two with one meaning the first counts.
    fn columns(&mut self, kind: LedgerKind, words: &[String]) -> Vec<Option<&'static str>> {
        let mut seen = BTreeSet::new();
        let mut columns = Vec::new();
        for word in words {
            let column = labels::find(kind.columns(), word).filter(|label| seen.insert(*label));
            if column.is_none() && !word.is_empty() {
                self.ignored.push(word.clone());
            }
            columns.push(column);
        }
        columns
    }

    fn find_tick_columns(&mut self) {
        let mut only_ticks: BTreeMap<&'static str, bool> = BTreeMap::new();
        for record in &self.records {
            for (label, text) in &record.cells {
                *only_ticks.entry(label).or_insert(true) &= is_tick(&clean(text));
            }
        }
        self.tick_columns = only_ticks
            .into_iter()
            .filter(|(_, only)| *only)
            .map(|(l, _)| l)
            .collect();
    }
}

/// The text of a file in UTF-8, UTF-16 with its mark, or GB18030.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, LedgerError> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(LedgerError::Workbook);
    }
    let with_mark = encoding_rs::Encoding::for_bom(bytes);
    let (encoding, bytes) = match with_mark {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None if std::str::from_utf8(bytes).is_ok() => (encoding_rs::UTF_8, bytes),
        None => (encoding_rs::GB18030, bytes),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.filter(|text| !text.contains('\0'))
        .ok_or(LedgerError::NotText)
}

/// The lines that have a cell, with their numbers; quoted cells may hold line breaks.
fn lines(text: &str) -> Result<Vec<Line>, LedgerError> {
    let mut lines = Vec::new();
    let mut counted = (0, 1);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    // The text is UTF-8 and in memory, so that reading it cannot fail.
    while reader.read_record(&mut record).unwrap_or(false) {
        let start = record
            .position()
            .map_or(0, |position| position.byte() as usize);
        let number = line_of(text, start, &mut counted);
        if record.iter().any(|cell| breaks(cell) > LINE_BREAKS_AT_MOST) {
            return Err(LedgerError::OpenQuote { line: number });
        }
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if cells.iter().any(|cell| !clean(cell).is_empty()) {
            lines.push(Line { number, cells });
        }
    }
    if lines.is_empty() {
        Err(LedgerError::Empty)
    } else {
        Ok(lines)
    }
}

fn breaks(cell: &str) -> usize {
    cell.bytes().filter(|b| *b == b'\n').count()
}

/// The line, from 1, of the row that begins at or after this byte: blank lines before it are
/// passed over. `counted` remembers how far lines have been counted.
fn line_of(text: &str, start: usize, counted: &mut (usize, u64)) -> u64 {
    let bytes = text.as_bytes();
    let mut start = start;
    while matches!(bytes.get(start), Some(b'\r' | b'\n')) {
        start += 1;
    }
    let between = &bytes[counted.0..start];
    let ends = between.iter().enumerate().filter(|(at, b)| match b {
        b'\n' => true,
        b'\r' => bytes.get(counted.0 + at + 1) != Some(&b'\n'),
        _ => false,
    });
    *counted = (start, counted.1 + ends.count() as u64);
    counted.1
}

/// What parts cells: the sign that stands most often in the line with most of them.
fn delimiter(text: &str) -> u8 {
    let most = |sign: char| {
        let counts = text
            .lines()
            .take(HEADER_WITHIN)
            .map(|line| line.matches(sign).count());
        counts.max().unwrap_or(0)
    };
    if most('\t') > most(',') { b'\t' } else { b',' }
}

/// The words of the header, and over how many lines it goes.
struct Headings {
    words: Vec<String>,
    lines: usize,
}

/// The line with known headings, alone or with a second level below it.
fn header(kind: LedgerKind, lines: &[Line]) -> Option<(usize, Headings)> {
    let known = |words: &[String]| {
        let found: BTreeSet<_> = words
            .iter()
            .filter_map(|w| labels::find(kind.columns(), w))
            .collect();
        if found.contains(labels::NAME) {
            found.len()
        } else {
            0
        }
    };
    for (at, line) in lines.iter().enumerate().take(HEADER_WITHIN) {
        let one: Vec<String> = line.cells.iter().map(|cell| comparable(cell)).collect();
        let two = lines.get(at + 1).map(|below| two_levels(kind, line, below));
        let (in_one, in_two) = (known(&one), two.as_deref().map_or(0, known));
        if in_one.max(in_two) < HEADINGS_AT_LEAST {
            continue;
        }
        return Some(match two {
            Some(words) if in_two > in_one => (at, Headings { words, lines: 2 }),
            _ => (
                at,
                Headings {
                    words: one,
                    lines: 1,
                },
            ),
        });
    }
    None
}

/// The other layout, where more headings are its alone than are this one's alone.
fn other_layout(kind: LedgerKind, words: &[String]) -> Option<LedgerKind> {
    let other = kind.other();
    let alone = |mine: LedgerKind, not: LedgerKind| {
        let of = |kind: LedgerKind, word: &String| labels::find(kind.columns(), word).is_some();
        words
            .iter()
            .filter(|word| of(mine, word) && !of(not, word))
            .count()
    };
    (alone(other, kind) > alone(kind, other)).then_some(other)
}

/// The headings of a merged header: 父亲 over 姓名, 身份号码 gives 父亲姓名, 父亲身份号码.
fn two_levels(kind: LedgerKind, above: &Line, below: &Line) -> Vec<String> {
    let mut group = String::new();
    let mut words = Vec::new();
    for at in 0..above.cells.len().max(below.cells.len()) {
        let (top, sub) = (comparable(above.cell(at)), comparable(below.cell(at)));
        if !top.is_empty() {
            group.clone_from(&top);
        }
        let joined = format!("{group}{sub}");
        let known = |word: &str| labels::find(kind.columns(), word).is_some();
        words.push(match () {
            () if sub.is_empty() => top,
            () if known(&joined) => joined,
            () if known(&sub) => sub,
            () => joined,
        });
    }
    words
}

/// The day behind 填报日期, in the same cell or the next one that is filled.
fn dated(line: &Line) -> Option<NaiveDate> {
    let mut cells = line.cells.iter().map(|cell| clean(cell));
    let rest = cells.find_map(|cell| {
        let (_, rest) = cell.split_once(DATED)?;
        Some(rest.trim_start_matches([':', '：', ' ']).to_owned())
    })?;
    let word = |text: &str| text.split_whitespace().next().map(str::to_owned);
    let text = word(&rest).or_else(|| cells.find(|cell| !cell.is_empty()))?;
    let date = cell::date(&text)?;
    (date.precision == Precision::Day).then_some(date.first)
}

/// Whether a line is no row: 填表人, 审核人, 合计, with nobody named in it.
fn stands_below(line: &Line, columns: &[Option<&'static str>]) -> bool {
    let signs = |cell: &String| {
        let text = comparable(cell);
        BELOW
            .iter()
            .any(|word| text.starts_with(comparable(word).as_str()))
    };
    let id_at = columns
        .iter()
        .position(|column| *column == Some(labels::ID_NUMBER));
    let has_id = id_at.is_some_and(|at| line.cell(at).bytes().any(|b| b.is_ascii_digit()));
    !has_id && line.cells.iter().any(signs)
}

fn record(line: &Line, columns: &[Option<&'static str>]) -> Record {
    let named = columns
        .iter()
        .zip(&line.cells)
        .filter_map(|(column, cell)| Some(((*column)?, cell)));
    let filled = named.filter(|(_, cell)| !clean(cell).is_empty());
    let cells = filled.map(|(label, cell)| (label, cell.clone())).collect();
    let beyond = line.cells.iter().skip(columns.len());
    let overflows = beyond.into_iter().any(|cell| !clean(cell).is_empty());
    Record {
        line: line.number,
        cells,
        overflows,
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
