//! The sheets of a source, with headers and cells as the rest of the reader knows them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::problem::{SourceProblem, cell_name};
use super::source::{RawRow, RawSheet, Source};
use super::{headers, plain};
use crate::expr::likely;
use crate::form::told::told;

/// The sheets that a form may have.
pub(super) const SHEETS: [&str; 6] = [
    "survey",
    "choices",
    "settings",
    "external_choices",
    "entities",
    "osm",
];

/// The most columns of a sheet; a form in ten languages has about eighty.
const MAX_COLUMNS: usize = 1_000;

/// How many cells of a sheet are told one by one that have the same thing about them.
const TOLD: usize = 100;

/// Tells the first cells and counts the others: nobody reads a hundred thousand lines.
#[derive(Default)]
struct Repeated {
    told: Vec<SourceProblem>,
    more: usize,
}

impl Repeated {
    fn add(&mut self, problem: impl FnOnce() -> SourceProblem) {
        match self.told.len() {
            0..TOLD => self.told.push(problem()),
            _ => self.more += 1,
        }
    }

    fn into_problems(self) -> Vec<SourceProblem> {
        let Self { mut told, more } = self;
        if let Some(last) = told.last().filter(|_| more > 0) {
            let said = told!("还有 {more} 格同样如此", "and {more} more cells like this");
            told.push(SourceProblem {
                said,
                likely: None,
                ..last.clone()
            });
        }
        told
    }
}

/// A sheet: its columns and its rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    pub(super) name: &'static str,
    /// Row of the headers.
    pub(super) line: usize,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

/// A column by its header.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// The header as this reader names it, whichever of its spellings the source has.
    pub(super) header: String,
    /// The header as written.
    pub(super) written: String,
    /// Place in the sheet, from 1.
    pub(super) place: usize,
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

/// All sheets by name.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    all: BTreeMap<&'static str, Sheet>,
    is_grid: bool,
}

impl Sheets {
    /// Finds sheets and headers.
    pub(super) fn of(source: &Source, problems: &mut Vec<SourceProblem>) -> Sheets {
        let mut sheets = Sheets {
            all: BTreeMap::new(),
            is_grid: source.is_grid,
        };
        let mut unknown = Vec::new();
        for raw in &source.sheets {
            match SHEETS.into_iter().find(|name| raw.is(name)) {
                Some(name) if sheets.all.contains_key(name) => {
                    let said = told!(
                        "工作表 {name} 出现了两次，请合并",
                        "sheet {name} is there twice; join them"
                    );
                    problems.push(SourceProblem::new(name, 0, "", said));
                }
                Some(name) => {
                    let sheet = sheets.sheet(name, raw, problems);
                    sheets.all.insert(name, sheet);
                }
                None => unknown.push(raw),
            }
        }
        match unknown.as_slice() {
            [only] if source.is_grid && source.sheets.len() == 1 => {
                let sheet = sheets.sheet("survey", only, problems);
                sheets.all.insert("survey", sheet);
            }
            _ => sheets.misspelt(&unknown, problems),
        }
        if !sheets.all.contains_key("survey") {
            let said = told!(
                "没有 survey 工作表；请建一个（Markdown 中以 | survey | 开头）",
                "there is no survey table; begin one with | survey |"
            );
            let names = unknown.iter().map(|raw| raw.name.as_str());
            let mut problem = SourceProblem::new("survey", 0, "", said);
            problem.likely = likely("survey", names);
            problems.push(problem);
        }
        sheets
    }

    pub(super) fn get(&self, name: &str) -> Option<&Sheet> {
        self.all.get(name)
    }

    /// Sheets that are nobody's are for people, unless their name is nearly that of one.
    fn misspelt(&self, unknown: &[&RawSheet], problems: &mut Vec<SourceProblem>) {
        for raw in unknown.iter().filter(|raw| !raw.name.starts_with('_')) {
            let absent = SHEETS.into_iter().filter(|s| !self.all.contains_key(s));
            let near = likely(raw.name.trim(), absent.filter(|name| *name != "osm"));
            if near.is_some() {
                let said = told!(
                    "不认识这个工作表，未读取；如是给人看的，请在名称前加 _",
                    "this sheet is not known and was not read; put _ before its name if it is for people"
                );
                let mut problem = SourceProblem::new(&raw.name, 0, "", said).warning();
                problem.likely = near;
                problems.push(problem);
            }
        }
    }

    fn sheet(
        &self,
        name: &'static str,
        raw: &RawSheet,
        problems: &mut Vec<SourceProblem>,
    ) -> Sheet {
        let mut sheet = Sheet {
            name,
            ..Sheet::default()
        };
        let mut rows = raw.rows.iter();
        let Some(first) = rows.next() else {
            return sheet;
        };
        sheet.line = first.at;
        let by_place = self.columns(&mut sheet, first, problems);
        let (mut headless, mut plain) = (Repeated::default(), Repeated::default());
        for raw in rows {
            let mut row = Row {
                line: raw.at,
                cells: BTreeMap::new(),
            };
            for (place, text) in &raw.cells {
                match by_place.get(place) {
                    Some(Some(column)) => {
                        let column = &sheet.columns[*column];
                        self.cell(&sheet, column, text, &mut row, (problems, &mut plain));
                    }
                    // Under a header that was refused.
                    Some(None) => {}
                    None => headless.add(|| self.headless(name, raw.at, *place, sheet.line)),
                }
            }
            if !row.cells.is_empty() {
                sheet.rows.push(row);
            }
        }
        for repeated in [headless, plain] {
            problems.extend(repeated.into_problems());
        }
        sheet
    }

    /// Reads the headers; gives for each place its column, none where the header was refused.
    fn columns(
        &self,
        sheet: &mut Sheet,
        first: &RawRow,
        problems: &mut Vec<SourceProblem>,
    ) -> HashMap<usize, Option<usize>> {
        let doubled = first.cells.iter().any(|(_, text)| text.contains("::"));
        let (mut by_place, mut known) = (HashMap::new(), HashSet::new());
        if first.cells.len() > MAX_COLUMNS {
            let said = told!(
                "列超过 {MAX_COLUMNS} 个，未读取；请删去与表单无关的列",
                "more than {MAX_COLUMNS} columns, the sheet was not read; remove those that are not of the form"
            );
            problems.push(SourceProblem::new(sheet.name, first.at, "", said));
        }
        for (at, (place, written)) in first.cells.iter().enumerate() {
            let header = headers::canonical(sheet.name, written, doubled);
            if at >= MAX_COLUMNS {
                by_place.insert(*place, None);
            } else if !known.insert(header.clone()) {
                by_place.insert(*place, None);
                let said = told!(
                    "列“{written}”与前面的列意思相同；请删去一列",
                    "column \"{written}\" says the same as one before it; remove one"
                );
                let mut problem = SourceProblem::new(sheet.name, first.at, written, said);
                problem.cell = self.is_grid.then(|| cell_name(*place, first.at));
                problems.push(problem);
            } else {
                by_place.insert(*place, Some(sheet.columns.len()));
                sheet.columns.push(Column {
                    header,
                    written: written.clone(),
                    place: *place,
                });
            }
        }
        by_place
    }

    fn cell(
        &self,
        sheet: &Sheet,
        column: &Column,
        text: &str,
        row: &mut Row,
        (problems, plain): (&mut Vec<SourceProblem>, &mut Repeated),
    ) {
        let read = plain::cell(sheet.name, &column.header, text);
        if plain::is_forbidden(&read) {
            let said = told!(
                "含有不可见的控制字符或改变书写方向的字符；请删去后重新输入",
                "the cell holds control characters or marks that turn the writing direction; type it anew"
            );
            problems.push(SourceProblem::new(
                sheet.name,
                row.line,
                &column.header,
                said,
            ));
        } else if read != plain::trimmed(text) {
            plain.add(|| {
                let said = told!(
                    "全角符号或弯引号按半角符号读取：{read}",
                    "full-width signs or curly quotes were read as plain ones: {read}"
                );
                SourceProblem::new(sheet.name, row.line, &column.header, said).warning()
            });
        }
        row.cells.insert(column.header.clone(), read);
    }

    /// In Markdown a cell under no header is a bar too few; in a workbook it is somebody's note.
    fn headless(
        &self,
        name: &'static str,
        row: usize,
        place: usize,
        header_row: usize,
    ) -> SourceProblem {
        if self.is_grid {
            let said = told!(
                "这一格上方（第 {header_row} 行）没有列名，未读取",
                "this cell stands under no header (row {header_row}) and was not read"
            );
            let mut problem = SourceProblem::new(name, row, "", said).warning();
            problem.cell = Some(cell_name(place, row));
            return problem;
        }
        let place = place + 1;
        let said = told!(
            "第 {place} 格上方没有列名；是否少了或多了一个 |（单元格内请写 \\|）？",
            "cell {place} stands under no header; is a | missing or too many (write \\| within a cell)?"
        );
        SourceProblem::new(name, row, "", said)
    }

    /// Gives a problem the header as it was written, and its cell.
    pub(super) fn locate(&self, problem: &mut SourceProblem) {
        let Some(sheet) = self.all.get(problem.sheet.as_str()) else {
            return;
        };
        let same = |column: &&Column| column.header == problem.column;
        let translated = |column: &&Column| {
            let rest = column.header.strip_prefix(problem.column.as_str());
            rest.is_some_and(|rest| rest.starts_with("::"))
        };
        let columns = &sheet.columns;
        let found = columns.iter().find(same);
        let found = found.or_else(|| columns.iter().find(translated));
        let Some(column) = found.filter(|_| !problem.column.is_empty()) else {
            return;
        };
        problem.column.clone_from(&column.written);
        if self.is_grid && problem.cell.is_none() && problem.row > 0 {
            problem.cell = Some(cell_name(column.place, problem.row));
        }
    }
}
