//! CSV: a folder with a file for each sheet, one file with all sheets, lists beside a form.

use super::super::problem::{SourceProblem, too_large};
use super::{Budget, MAX_MIB, MAX_SOURCE_BYTES, RawSheet, Source};
use crate::form::told::told;
use crate::form::xlsform::sheets::SHEETS;

/// A record and its place, from 1.
type Record = (usize, Vec<String>);

pub(super) fn read_folder(files: &[(String, Vec<u8>)]) -> Result<Source, Vec<SourceProblem>> {
    let mut source = Source {
        is_grid: true,
        ..Source::default()
    };
    let mut problems = Vec::new();
    for (name, bytes) in files {
        if bytes.len() > MAX_SOURCE_BYTES {
            problems.push(too_large(name, MAX_MIB));
            continue;
        }
        let rows = match rows(name, bytes) {
            Ok(rows) => rows,
            Err(told) => {
                problems.extend(told);
                continue;
            }
        };
        let stem = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem);
        if SHEETS.contains(&stem.to_lowercase().as_str()) {
            source.sheets.push(sheet(stem, rows.iter(), 1));
        } else {
            let rows = rows.into_iter().map(|(_, cells)| cells).collect();
            source.lists.insert(name.clone(), rows);
        }
    }
    match problems.is_empty() {
        true => Ok(source),
        false => Err(problems),
    }
}

/// All sheets in one file, as pyxform reads it: the first column names the sheet.
pub(super) fn read_joined(name: &str, bytes: &[u8]) -> Result<Source, Vec<SourceProblem>> {
    let rows = rows(name, bytes)?;
    let mut source = Source {
        is_grid: true,
        ..Source::default()
    };
    for (at, cells) in &rows {
        let named = cells.first().map(|cell| cell.trim()).unwrap_or_default();
        if !named.is_empty() {
            source.sheets.push(RawSheet {
                name: named.to_owned(),
                rows: Vec::new(),
            });
        }
        if let Some(sheet) = source.sheets.last_mut() {
            for (column, cell) in cells.iter().enumerate().skip(1) {
                sheet.put(*at, column + 1, cell);
            }
        }
    }
    Ok(source)
}

fn sheet<'r>(name: &str, rows: impl Iterator<Item = &'r Record>, first: usize) -> RawSheet {
    let mut sheet = RawSheet {
        name: name.to_owned(),
        rows: Vec::new(),
    };
    for (at, cells) in rows {
        for (column, cell) in cells.iter().enumerate() {
            sheet.put(*at, column + first, cell);
        }
    }
    sheet
}

/// The records of a file, blank ones among them, quotes taken off.
pub(super) fn rows(name: &str, bytes: &[u8]) -> Result<Vec<Record>, Vec<SourceProblem>> {
    let text = decoded(name, bytes)?;
    if let Some(line) = open_quote(&text) {
        let said = told!(
            "第 {line} 行有一个引号没有结束，其后的内容都会并入这一格；请补上或删去引号",
            "a quote begun in line {line} never ends and would take in all that follows; close it or remove it"
        );
        return Err(vec![SourceProblem {
            row: line,
            ..SourceProblem::of_file(name, said)
        }]);
    }
    let mut reader = csv_core::Reader::new();
    let mut budget = Budget::default();
    let (mut rows, mut record, mut field) = (Vec::new(), Vec::new(), Vec::new());
    let mut input = text.as_bytes();
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        use csv_core::ReadFieldResult as R;
        let (result, read, written) = reader.read_field(input, &mut buffer);
        input = input.get(read..).unwrap_or_default();
        field.extend_from_slice(buffer.get(..written).unwrap_or_default());
        match result {
            R::OutputFull | R::InputEmpty => {}
            R::Field { record_end } => {
                budget.pay(name, field.len())?;
                let cell = String::from_utf8_lossy(&std::mem::take(&mut field)).into_owned();
                record.push(cell);
                if record_end {
                    rows.push((rows.len() + 1, std::mem::take(&mut record)));
                }
            }
            R::End => return comma_separated(name, rows),
        }
    }
}

/// Cells that something else than commas separates all stand in the first column.
fn comma_separated(name: &str, rows: Vec<Record>) -> Result<Vec<Record>, Vec<SourceProblem>> {
    let header = rows.first().map(|(_, cells)| cells.as_slice());
    let sign = match header {
        Some([only]) if only.contains(';') => ";",
        Some([only]) if only.contains('；') => "；",
        Some([only]) if only.contains('\t') => "Tab",
        _ => return Ok(rows),
    };
    let said = told!(
        "各格之间用的是 {sign} 而不是逗号；请另存为“CSV UTF-8（逗号分隔）”",
        "cells are separated by {sign}, not by commas; save it as CSV (comma delimited)"
    );
    Err(vec![SourceProblem {
        row: 1,
        ..SourceProblem::of_file(name, said)
    }])
}

/// The line, from 1, of a quote that opens a cell and is never closed (RFC 4180).
fn open_quote(text: &str) -> Option<usize> {
    let (mut line, mut open, mut begins) = (1, None, true);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        line += usize::from(byte == b'\n');
        match (byte, open) {
            (b'"', None) if begins => open = Some(line),
            (b'"', Some(_)) if bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            (b'"', Some(_)) => open = None,
            _ => {}
        }
        begins = open.is_none() && matches!(byte, b',' | b'\n' | b'\r');
    }
    open
}

/// The text of a file: UTF-8 or UTF-16 with its mark, else GB 18030, which is what Excel in
/// Chinese writes.
pub(super) fn decoded(name: &str, bytes: &[u8]) -> Result<String, Vec<SourceProblem>> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        return Ok(encoding.decode_without_bom_handling(rest).0.into_owned());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, bad) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    match bad {
        false => Ok(text.into_owned()),
        true => Err(vec![SourceProblem::of_file(
            name,
            told!(
                "不是文本文件，或编码不是 UTF-8、GB 18030；请另存为 UTF-8",
                "this is no text in UTF-8 or GB 18030; save it as UTF-8"
            ),
        )]),
    }
}
