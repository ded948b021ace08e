//! A column of texts: ids by number, texts of one pattern by their numbers, few different ones by a
//! list of them, all others end to end so that like stands beside like.

use std::collections::HashMap;

use uuid::Uuid;

use super::bytes::{Out, Reader, Unreadable};
use super::ints;
use super::tables::{Ids, KnownIds};

const PLAIN: u8 = 0;
const IDS: u8 = 1;
const PATTERN: u8 = 2;
const LISTED: u8 = 3;

/// Beyond this many digits a number is text.
const DIGITS: usize = 18;
/// More numbers than this in one text are no pattern.
const RUNS: usize = 16;
/// What a text takes in memory besides its letters.
const TEXT_BYTES: usize = 32;

/// Writes a column.
pub(super) fn write(out: &mut Out, ids: &mut Ids, texts: &[&str]) {
    if texts.is_empty() {
        return;
    }
    if let Some(column) = as_ids(texts) {
        out.0.push(IDS);
        ids.column(out, column);
        return;
    }
    let (simple, cost) = simple(texts);
    match listed(texts) {
        Some((listed, listed_cost)) if listed_cost < cost => out.0.extend(listed.0),
        _ => out.0.extend(simple.0),
    }
}

/// The column as a pattern or end to end, and what it weighs once it is compressed.
fn simple(texts: &[&str]) -> (Out, usize) {
    let mut out = Out::default();
    if let Some(pattern) = Pattern::of(texts) {
        out.0.push(PATTERN);
        pattern.write(&mut out);
        let cost = out.0.len();
        return (out, cost);
    }
    out.0.push(PLAIN);
    let lengths: Vec<i64> = texts.iter().map(|text| text.len() as i64).collect();
    ints::write(&mut out, &lengths);
    let letters = out.0.len();
    texts
        .iter()
        .for_each(|text| out.0.extend_from_slice(text.as_bytes()));
    let cost = letters + (out.0.len() - letters) / 2;
    (out, cost)
}

/// The column as a list of the different texts and a number for each, where they repeat.
fn listed(texts: &[&str]) -> Option<(Out, usize)> {
    let mut places: HashMap<&str, i64> = HashMap::new();
    let mut different = Vec::new();
    let mut column = Vec::with_capacity(texts.len());
    for text in texts {
        let next = different.len() as i64;
        let place = *places.entry(text).or_insert(next);
        if place == next {
            different.push(*text);
        }
        column.push(place);
    }
    if different.len() * 2 > texts.len() + 1 {
        return None;
    }
    let (list, list_cost) = simple(&different);
    let mut out = Out::default();
    out.0.push(LISTED);
    out.number(different.len() as u64);
    out.0.extend(&list.0);
    let before = out.0.len();
    ints::write(&mut out, &column);
    let cost = list_cost + out.0.len() - before + 2;
    Some((out, cost))
}

/// Reads a column of so many texts.
pub(super) fn read(
    from: &mut Reader<'_>,
    ids: &mut KnownIds,
    count: usize,
) -> Result<Vec<String>, Unreadable> {
    if count == 0 {
        return Ok(Vec::new());
    }
    match from.byte()? {
        IDS => {
            from.charge(count, TEXT_BYTES + 36)?;
            let column = ids.column(from, count)?;
            Ok(column.iter().map(Uuid::to_string).collect())
        }
        LISTED => {
            let different = from.count(TEXT_BYTES)?;
            let tag = from.byte()?;
            let list = read_simple(from, tag, different)?;
            let column = ints::read(from, count)?;
            let mut texts = Vec::with_capacity(column.len());
            for place in column {
                let place = usize::try_from(place).map_err(|_| Unreadable::Altered)?;
                let text = list.get(place).ok_or(Unreadable::Altered)?;
                from.charge(1, TEXT_BYTES + text.len())?;
                texts.push(text.clone());
            }
            Ok(texts)
        }
        tag => read_simple(from, tag, count),
    }
}

fn read_simple(from: &mut Reader<'_>, tag: u8, count: usize) -> Result<Vec<String>, Unreadable> {
    if count == 0 {
        return Ok(Vec::new());
    }
    match tag {
        PATTERN => Pattern::read(from, count),
        PLAIN => {
            let lengths = ints::read(from, count)?;
            let mut texts = Vec::new();
            for length in lengths {
                let length = usize::try_from(length).map_err(|_| Unreadable::Altered)?;
                from.charge(1, TEXT_BYTES.saturating_add(length))?;
                let text = std::str::from_utf8(from.take(length)?);
                texts.push(text.map_err(|_| Unreadable::Altered)?.to_owned());
            }
            Ok(texts)
        }
        _ => Err(Unreadable::Altered),
    }
}

/// The texts as ids, where all are, in the one way that ids are written.
fn as_ids(texts: &[&str]) -> Option<Vec<Uuid>> {
    texts.iter().map(|text| as_id(text)).collect()
}

pub(super) fn as_id(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    let fits = bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    if fits {
        Uuid::parse_str(text).ok()
    } else {
        None
    }
}

/// What all texts of a column share: the letters between their numbers.
struct Pattern<'t> {
    /// One more than there are numbers.
    between: Vec<&'t str>,
    /// Of each number its width with zeros before it, or 0 where it has none.
    widths: Vec<usize>,
    /// A column for each number.
    numbers: Vec<Vec<i64>>,
}

impl<'t> Pattern<'t> {
    fn of(texts: &[&'t str]) -> Option<Self> {
        let first = texts.first()?;
        let (between, runs) = split(first)?;
        if runs.is_empty() {
            return None;
        }
        let mut widths: Vec<Option<usize>> = runs.iter().map(|run| Some(run.len())).collect();
        let mut padded = vec![false; runs.len()];
        let mut numbers = vec![Vec::with_capacity(texts.len()); runs.len()];
        for text in texts {
            let (letters, runs) = split(text)?;
            if letters != between || runs.len() != numbers.len() {
                return None;
            }
            for (at, run) in runs.iter().enumerate() {
                widths[at] = widths[at].filter(|width| *width == run.len());
                padded[at] |= run.len() > 1 && run.starts_with('0');
                numbers[at].push(run.parse().ok()?);
            }
        }
        let widths = widths.into_iter().zip(padded);
        let widths = widths.map(|(width, padded)| match (width, padded) {
            (Some(width), _) => Some(width),
            (None, false) => Some(0),
            (None, true) => None,
        });
        Some(Self {
            between,
            widths: widths.collect::<Option<_>>()?,
            numbers,
        })
    }

    fn write(&self, out: &mut Out) {
        out.number(self.numbers.len() as u64);
        self.between
            .iter()
            .for_each(|letters| out.bytes(letters.as_bytes()));
        for (width, numbers) in self.widths.iter().zip(&self.numbers) {
            out.number(*width as u64);
            ints::write(out, numbers);
        }
    }

    fn read(from: &mut Reader<'_>, count: usize) -> Result<Vec<String>, Unreadable> {
        let runs = from.place()?;
        if runs == 0 || runs > RUNS {
            return Err(Unreadable::Altered);
        }
        let between: Vec<&str> = (0..=runs).map(|_| from.text()).collect::<Result<_, _>>()?;
        let mut columns = Vec::with_capacity(runs);
        for _ in 0..runs {
            let width = from.place()?;
            if width > DIGITS {
                return Err(Unreadable::Altered);
            }
            columns.push((width, ints::read(from, count)?));
        }
        let letters: usize = between.iter().map(|text| text.len()).sum();
        from.charge(count, TEXT_BYTES + letters + runs * DIGITS)?;
        (0..count).map(|at| built(&between, &columns, at)).collect()
    }
}

fn built(between: &[&str], columns: &[(usize, Vec<i64>)], at: usize) -> Result<String, Unreadable> {
    use std::fmt::Write;
    let mut text = String::with_capacity(24);
    for (letters, (width, numbers)) in between.iter().zip(columns) {
        text.push_str(letters);
        let number = numbers.get(at).copied().filter(|n| *n >= 0);
        let number = number.ok_or(Unreadable::Altered)?;
        let width = *width;
        write!(text, "{number:0width$}").map_err(|_| Unreadable::Altered)?;
    }
    text.push_str(between.last().copied().unwrap_or_default());
    Ok(text)
}

/// The letters between the numbers of a text, and the numbers.
fn split(text: &str) -> Option<(Vec<&str>, Vec<&str>)> {
    let (mut between, mut runs) = (Vec::new(), Vec::new());
    let mut rest = text;
    loop {
        let letters = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (front, numbers) = rest.split_at(letters);
        between.push(front);
        if numbers.is_empty() {
            return Some((between, runs));
        }
        let digits = numbers
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(numbers.len());
        let (run, after) = numbers.split_at(digits);
        if run.len() > DIGITS || runs.len() == RUNS {
            return None;
        }
        runs.push(run);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(texts: &[&str]) -> usize {
        let (mut out, mut ids) = (Out::default(), Ids::default());
        write(&mut out, &mut ids, texts);
        let mut table = Out::default();
        ids.write(&mut table);
        let mut known = KnownIds::read(&mut Reader::new(&table.0, 1 << 20)).unwrap();
        let mut from = Reader::new(&out.0, 1 << 20);
        assert_eq!(read(&mut from, &mut known, texts.len()).unwrap(), texts);
        assert!(from.is_empty());
        out.0.len()
    }

    #[test]
    fn texts_of_one_pattern_cost_their_numbers_bits() {
        let days: Vec<String> = (0..300)
            .map(|i| format!("2026-{:02}-{:02}", i % 12 + 1, i % 28 + 1))
            .collect();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        assert!(round(&days) < 300 * 9 / 8 + 40);
        round(&["0.5", "12.5", "300.0"]);
        round(&["007", "7"]);
        round(&["00", "07", "70"]);
        round(&["", "a", "测试"]);
        round(&["999999999999999999", "1"]);
        round(&["9999999999999999999", "1"]);
    }

    #[test]
    fn an_id_that_was_named_before_costs_a_number() {
        let id = "018f3c2a-7b1c-7def-8abc-0123456789ab";
        assert!(round(&[id; 500]) < 80);
        round(&[id, "018F3C2A-7B1C-7DEF-8ABC-0123456789AB"]);
    }

    proptest! {
        #[test]
        fn every_column_comes_back(
            any in proptest::collection::vec(".{0,12}", 0..30),
            numbered in proptest::collection::vec("[a-c]{0,2}[0-9]{1,4}(\\.[0-9]{1,2})?", 0..30),
            few in proptest::collection::vec("[是否]", 0..30),
        ) {
            for texts in [&any, &numbered, &few] {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                round(&texts);
            }
        }
    }
}
