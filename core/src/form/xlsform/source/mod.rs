//! A form's source as it was brought: sheets of cells with their places, whatever file they came in.

mod csv;
mod markdown;
mod old_workbook;
mod package;
mod shown;
mod spreadsheet;
mod table;
mod write;

#[cfg(test)]
mod tests;

pub use table::{TableRow, read_table};

use std::collections::BTreeMap;

use super::problem::{SourceProblem, too_large};
use crate::form::context::SUBJECT;
use crate::form::told::told;

/// The largest file that is read, in MiB.
const MAX_MIB: usize = 20;
/// The most cells that a source may have; 100,000 choices of ten columns are a million.
pub(super) const MAX_CELLS: usize = 2_000_000;
/// The most text that the cells of a source may hold together, in bytes.
const MAX_CELL_TEXT: usize = 64 << 20;

/// The largest file of a source that [`Source::read`] takes, in bytes. Who has a file's length
/// asks it before reading the file.
pub const MAX_SOURCE_BYTES: usize = MAX_MIB << 20;

/// A form's source: an `.xlsx` or `.xls` workbook, Markdown tables, or a folder of CSV sheets, and
/// the CSV files of its lists. Reading it says what the file is; [`super::super::Form::of_source`]
/// what it means.
#[derive(Debug, Clone, Default)]
pub struct Source {
    pub(super) sheets: Vec<RawSheet>,
    /// Cells have letters and numbers: a workbook or CSV, not Markdown.
    pub(super) is_grid: bool,
    /// CSV lists beside the form, by file name.
    pub(super) lists: BTreeMap<String, Vec<Vec<String>>>,
    /// What was noticed while reading and does not stop it.
    pub(super) noticed: Vec<SourceProblem>,
}

/// A sheet: rows of cells, the first holds the headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RawSheet {
    /// As written; names are compared in small letters.
    pub(super) name: String,
    pub(super) rows: Vec<RawRow>,
}

/// A row's filled cells, by column from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RawRow {
    /// Row of the sheet, or line of the Markdown text, from 1.
    pub(super) at: usize,
    pub(super) cells: Vec<(usize, String)>,
}

impl Source {
    /// Reads a file by its name's ending: `.xlsx`, `.xls`, `.md`, or `.csv` with all sheets in one.
    /// Nothing in a file makes this panic or take more memory than its limits allow.
    ///
    /// # Errors
    /// What the file is not: too large, packed to be a bomb, encrypted, with macros or links to
    /// other files, of another kind than its name says, damaged.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Source, Vec<SourceProblem>> {
        if bytes.len() > MAX_SOURCE_BYTES {
            return Err(vec![too_large(name, MAX_MIB)]);
        }
        let ending = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
        match ending.as_deref() {
            Some("xlsx" | "xls" | "xlsm" | "xltx" | "xlsb" | "ods") => {
                spreadsheet::read(name, bytes)
            }
            Some("csv") => csv::read_joined(name, bytes),
            Some("md" | "markdown" | "txt") | None if package::is_packed(bytes) => {
                Err(vec![package::misnamed(name, bytes)])
            }
            Some("md" | "markdown" | "txt") | None => {
                let text = csv::decoded(name, bytes)?;
                Source::from_markdown(&text)
            }
            Some(other) => Err(vec![SourceProblem::of_file(
                name,
                told!(
                    "不认识扩展名 .{other}；请另存为 .xlsx、.xls、.md，或放 .csv 的文件夹",
                    "files ending in .{other} are not read; save it as .xlsx, .xls, .md, or a folder of .csv"
                ),
            )]),
        }
    }

    /// Reads a folder of CSV sheets: `survey.csv`, `choices.csv`, `settings.csv`, …; the others
    /// are lists for `select_one_from_file`.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read_folder(files: &[(String, Vec<u8>)]) -> Result<Source, Vec<SourceProblem>> {
        csv::read_folder(files)
    }

    /// Whether a file of a folder is one of the form's sheets by its name: `survey.csv`.
    pub fn is_sheet(name: &str) -> bool {
        let name = name.to_lowercase();
        let stem = name.strip_suffix(".csv");
        stem.is_some_and(|stem| super::sheets::SHEETS.contains(&stem))
    }

    /// Reads Markdown tables.
    ///
    /// # Errors
    /// As [`Source::read`]; also a sheet that is there twice.
    pub fn from_markdown(text: &str) -> Result<Source, Vec<SourceProblem>> {
        markdown::read(text)
    }

    /// Lays a CSV list beside the form, for `select_one_from_file NAME`.
    ///
    /// # Errors
    /// A file that is too large or no text.
    pub fn with_list(mut self, name: &str, bytes: &[u8]) -> Result<Source, Vec<SourceProblem>> {
        if bytes.len() > MAX_SOURCE_BYTES {
            return Err(vec![too_large(name, MAX_MIB)]);
        }
        let rows = csv::rows(name, bytes)?;
        let rows = rows.into_iter().map(|(_, cells)| cells).collect();
        self.lists.insert(name.to_owned(), rows);
        Ok(self)
    }

    /// The files that selects, `csv-external` and `pulldata()` name, each once.
    pub fn lists_named(&self) -> Vec<String> {
        let mut names = Vec::new();
        for sheet in self.sheets.iter().filter(|sheet| sheet.is("survey")) {
            let mut rows = sheet.rows.iter();
            let header = rows.next().map_or(&[][..], |row| &row.cells);
            let named = header
                .iter()
                .find(|(_, h)| h.trim().eq_ignore_ascii_case("name"));
            let named = named.map(|(column, _)| *column);
            for row in rows {
                names.extend(row.files(named));
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// The row of the survey that has a cell of this text, 0 where none has: of a question its name.
    pub fn row_naming(&self, text: &str) -> usize {
        let surveys = self.sheets.iter().filter(|sheet| sheet.is("survey"));
        let mut rows = surveys.flat_map(|sheet| &sheet.rows);
        let found = rows.find(|row| row.cells.iter().any(|(_, cell)| cell == text));
        found.map_or(0, |row| row.at)
    }

    /// The source as Markdown tables; a line end within a cell is `<br>`.
    pub fn to_markdown(&self) -> String {
        write::markdown(self)
    }

    /// The source as a workbook, byte for byte the same each time; every cell is text.
    ///
    /// # Errors
    /// A sheet's name or a cell's text that no workbook can hold.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, Vec<SourceProblem>> {
        write::xlsx(self)
    }
}

impl RawRow {
    /// The files that a row of the survey names; `named` is the column of names.
    fn files(&self, named: Option<usize>) -> Vec<String> {
        let mut files = Vec::new();
        for (_, cell) in &self.cells {
            let mut words = cell.split_whitespace();
            let first = words.next().unwrap_or_default();
            if first.ends_with("_from_file") {
                files.extend(words.next().map(str::to_owned));
            }
            if first.eq_ignore_ascii_case("csv-external") {
                let mut cells = self.cells.iter();
                let name = cells.find(|(column, name)| Some(*column) == named && name != SUBJECT);
                files.extend(name.map(|(_, name)| format!("{}.csv", name.trim())));
            }
            let pulled = super::tables::pulled(cell).into_iter();
            files.extend(pulled.map(|name| format!("{name}.csv")));
        }
        files
    }
}

impl RawSheet {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.trim().to_lowercase() == name
    }

    /// Adds a cell that is not blank, in the order of rows and columns.
    fn put(&mut self, row: usize, column: usize, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if self.rows.last().is_none_or(|last| last.at != row) {
            self.rows.push(RawRow {
                at: row,
                cells: Vec::new(),
            });
        }
        if let Some(last) = self.rows.last_mut() {
            last.cells.push((column, text.to_owned()));
        }
    }
}

/// Counts what a source holds, so that no file fills the memory.
#[derive(Default)]
struct Budget {
    cells: usize,
    text: usize,
}

impl Budget {
    /// Pays for one cell.
    fn pay(&mut self, name: &str, text: usize) -> Result<(), Vec<SourceProblem>> {
        self.cells += 1;
        self.text = self.text.saturating_add(text);
        if self.cells > MAX_CELLS || self.text > MAX_CELL_TEXT {
            return Err(vec![SourceProblem::of_file(
                name,
                told!(
                    "单元格超过 {MAX_CELLS} 个或文字过多，请删去与表单无关的内容",
                    "more than {MAX_CELLS} cells, or too much text; remove what is not of the form"
                ),
            )]);
        }
        Ok(())
    }
}
