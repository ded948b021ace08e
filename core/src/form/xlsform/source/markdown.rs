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

/// The cells of a table row; `\|` is a bar within a cell, `<br>` a line end.
fn cells(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let inner = line.strip_prefix('|')?;
    let inner = inner.rfind('|').map_or(inner, |end| &inner[..end]);
    if !inner.is_empty() && inner.chars().all(|c| matches!(c, '|' | '-')) {
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
