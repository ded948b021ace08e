//! Markdown tables.

use super::super::problem::SourceProblem;
use super::{RawRow, RawSheet, Source};
use crate::form::told::told;

/// The largest Markdown source that is read, in bytes.
const MAX_MARKDOWN: usize = 2 * 1024 * 1024;

/// Reads the sheets. A line that is no table row is text for people; a row whose first cell is
/// filled names a sheet; the first row under it holds the headers.
pub(super) fn read(text: &str) -> Result<Source, Vec<SourceProblem>> {
    if text.len() > MAX_MARKDOWN {
        let said = told!(
            "源文件超过 2 MiB，请拆分",
            "the source is larger than 2 MiB; split it"
        );
        return Err(vec![SourceProblem::new("survey", 0, "", said)]);
    }
    let mut source = Source::default();
    let mut problems = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim_start().starts_with('｜') {
            let said = told!(
                "这一行以全角竖线“｜”开头，未读取；请改用半角 |",
                "this line begins with a full-width bar and was not read; write |"
            );
            problems.push(SourceProblem::new("survey", i + 1, "", said));
        }
        let Some(cells) = cells(line) else { continue };
        let first = cells.first().map(String::as_str).unwrap_or_default();
        if !first.is_empty() {
            let name = first.to_lowercase();
            if source.sheets.iter().any(|sheet| sheet.is(&name)) {
                let said = told!(
                    "工作表 {name} 出现了两次，请合并",
                    "sheet {name} is there twice; join them"
                );
                problems.push(SourceProblem::new("survey", i + 1, "", said));
            }
            source.sheets.push(RawSheet {
                name: first.to_owned(),
                rows: Vec::new(),
            });
        }
        let Some(sheet) = source.sheets.last_mut() else {
            continue;
        };
        let filled = cells.into_iter().enumerate().skip(1);
        let filled = filled.filter(|(_, cell)| !cell.is_empty());
        let cells: Vec<(usize, String)> = filled.collect();
        if !cells.is_empty() {
            sheet.rows.push(RawRow { at: i + 1, cells });
        }
    }
    match problems.is_empty() {
        true => Ok(source),
        false => Err(problems),
    }
}

/// `| --- | :-: |` under the headers, as Markdown has it.
fn is_separator(inner: &str) -> bool {
    let mut cells = inner.split('|').map(|cell| cell.trim().trim_matches(':'));
    let mut dashes = cells.clone();
    cells.all(|cell| cell.chars().all(|c| c == '-')) && dashes.any(|cell| cell.len() >= 3)
}

/// The cells of a table row; `\|` is a bar within a cell, `<br>` a line end.
fn cells(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let inner = line.strip_prefix('|')?;
    // A last bar that is missing takes no cell with it.
    let closed = inner.strip_suffix('|').filter(|rest| !rest.ends_with('\\'));
    let inner = closed.unwrap_or(inner);
    if is_separator(inner) {
        return None;
    }
    let mut cells = vec![String::new()];
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('|')) => {
                chars.next();
                if let Some(cell) = cells.last_mut() {
                    cell.push('|');
                }
            }
            ('|', _) => cells.push(String::new()),
            (c, _) => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(c);
                }
            }
        }
    }
    let read = |cell: String| cell.trim().replace("<br>", "\n").replace("<br/>", "\n");
    Some(cells.into_iter().map(read).collect())
}
