//! Markdown tables to sheets.

use std::collections::BTreeMap;

use super::SourceProblem;

/// The largest source that is read, in bytes.
const MAX_SOURCE: usize = 2 * 1024 * 1024;

/// A sheet: its columns and its rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// Line of the header.
    pub(super) line: usize,
    /// Header and place.
    pub(super) columns: Vec<(String, usize)>,
    pub(super) rows: Vec<Row>,
}

/// A row's cells by header, empty ones left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: BTreeMap<String, String>,
}

impl Row {
    pub(super) fn get(&self, header: &str) -> Option<&str> {
        self.cells.get(header).map(String::as_str)
    }
}

/// Reads the sheets by name. A line that is no table row is text for people; a row whose first
/// cell is filled names a sheet; the first row under it holds the headers.
pub(super) fn read(source: &str) -> Result<BTreeMap<String, Sheet>, Vec<SourceProblem>> {
    if source.len() > MAX_SOURCE {
        return Err(vec![SourceProblem::new(
            "survey",
            0,
            "",
            "the source is larger than 2 MiB; split it",
        )]);
    }
    let mut sheets = BTreeMap::<String, Sheet>::new();
    let mut problems = Vec::new();
    let mut current: Option<String> = None;
    for (i, line) in source.lines().enumerate() {
        let Some(cells) = cells(line) else { continue };
        let (first, rest) = cells
            .split_first()
            .map_or(("", &[] as &[String]), |(f, r)| (f.as_str(), r));
        if !first.is_empty() {
            let name = first.to_lowercase();
            if sheets.insert(name.clone(), Sheet::default()).is_some() {
                problems.push(SourceProblem::new(
                    "survey",
                    i + 1,
                    "",
                    format!("sheet {name} is there twice; join them"),
                ));
            }
            current = Some(name);
        }
        let Some(sheet) = current.as_ref().and_then(|name| sheets.get_mut(name)) else {
            continue;
        };
        if rest.iter().all(String::is_empty) {
            continue;
        }
        if sheet.columns.is_empty() {
            sheet.line = i + 1;
            sheet.columns = headers(rest);
        } else {
            let row = row(sheet, rest, i + 1, &mut problems);
            sheet.rows.push(row);
        }
    }
    if !sheets.contains_key("survey") {
        problems.push(SourceProblem::new(
            "survey",
            0,
            "",
            "there is no survey table; begin one with | survey |",
        ));
    }
    if problems.is_empty() {
        Ok(sheets)
    } else {
        Err(problems)
    }
}

fn headers(cells: &[String]) -> Vec<(String, usize)> {
    cells
        .iter()
        .enumerate()
        .filter(|(_, c)| !c.is_empty())
        .map(|(i, c)| (c.clone(), i))
        .collect()
}

fn row(sheet: &Sheet, cells: &[String], line: usize, problems: &mut Vec<SourceProblem>) -> Row {
    let mut row = Row {
        line,
        cells: BTreeMap::new(),
    };
    for (i, cell) in cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.is_empty())
    {
        match sheet.columns.iter().find(|(_, place)| *place == i) {
            Some((header, _)) => {
                row.cells.insert(header.clone(), cell.clone());
            }
            None => problems.push(SourceProblem::new(
                "survey",
                line,
                "",
                format!("cell {} stands under no header; is a | missing or too many (write \\| within a cell)?", i + 2),
            )),
        }
    }
    row
}

/// The cells of a table row; `\|` is a bar within a cell.
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
    Some(
        cells
            .into_iter()
            .map(|cell| cell.trim().to_owned())
            .collect(),
    )
}
