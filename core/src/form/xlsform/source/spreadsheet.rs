//! Workbooks: `.xlsx` and `.xls`.

use std::collections::HashSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Dimensions, Range, Reader, Xls, Xlsx};

use super::super::problem::{SourceProblem, cell_name};
use super::package::{Workbook, damaged, encrypted, workbook};
use super::{Budget, RawSheet, Source, shown};
use crate::form::told::told;

type Bytes<'b> = Cursor<&'b [u8]>;

/// Reads a workbook that [`workbook`] lets pass.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Source, Vec<SourceProblem>> {
    let kind = workbook(name, bytes)?;
    // The readers are others' work over files that anybody may have made; a panic of theirs is a
    // damaged file to us, and nothing of ours is shared with them.
    let parsed = catch_unwind(AssertUnwindSafe(|| match kind {
        Workbook::Xlsx => xlsx(name, bytes),
        Workbook::Xls => xls(name, bytes),
    }));
    parsed.unwrap_or_else(|_| Err(vec![SourceProblem::of_file(name, damaged())]))
}

/// Puts cells into sheets, and notices what a person would not expect.
struct Filling<'n> {
    name: &'n str,
    budget: Budget,
    source: Source,
    errors: Vec<SourceProblem>,
}

/// How many merged or faulty cells are told one by one.
const TOLD: usize = 100;

impl<'n> Filling<'n> {
    fn new(name: &'n str) -> Self {
        Self {
            name,
            budget: Budget::default(),
            source: Source {
                is_grid: true,
                ..Source::default()
            },
            errors: Vec::new(),
        }
    }

    /// A cell, rows and columns from 0; a text of none is one of Excel's errors.
    fn cell(&mut self, at: (u32, u32), text: Option<String>) -> Result<(), Vec<SourceProblem>> {
        let (row, column) = (at.0 as usize + 1, at.1 as usize + 1);
        let Some(sheet) = self.source.sheets.last_mut() else {
            return Ok(());
        };
        match text {
            Some(text) => {
                self.budget.pay(self.name, text.len())?;
                sheet.put(row, column, &text);
            }
            None if self.errors.len() >= TOLD => {}
            None => {
                let said = told!(
                    "单元格是 Excel 的错误值（如 #REF!）；请改正公式，或改为文字",
                    "the cell holds one of Excel's errors (such as #REF!); correct the formula, or write the text"
                );
                let mut problem = SourceProblem::new(&sheet.name, row, "", said);
                problem.cell = Some(cell_name(column, row));
                self.errors.push(problem);
            }
        }
        Ok(())
    }

    /// Formulas whose result was never stored: what they ask would be left out.
    fn uncounted(&mut self, formulas: &Range<String>) {
        let Some(sheet) = self.source.sheets.last() else {
            return;
        };
        let (top, left) = formulas.start().unwrap_or_default();
        let filled: HashSet<(usize, usize)> = sheet
            .rows
            .iter()
            .flat_map(|row| row.cells.iter().map(|(column, _)| (row.at, *column)))
            .collect();
        let places = formulas
            .used_cells()
            .map(|(row, column, _)| (top as usize + row + 1, left as usize + column + 1));
        let empty = places.filter(|place| !filled.contains(place));
        let room = TOLD.saturating_sub(self.errors.len());
        let told: Vec<SourceProblem> = empty.take(room).map(|(row, column)| {
            let said = told!(
                "这一格是公式，文件里没有存下结果；请用 Excel 打开并保存，或改为文字",
                "the cell is a formula whose result the file does not hold; open and save it in Excel, or write the text"
            );
            let mut problem = SourceProblem::new(&sheet.name, row, "", said);
            problem.cell = Some(cell_name(column, row));
            problem
        }).collect();
        self.errors.extend(told);
    }

    /// Merged cells hold text in the first only.
    fn merged(&mut self, merged: &Dimensions) {
        let Some(sheet) = self.source.sheets.last() else {
            return;
        };
        if self.source.noticed.len() >= TOLD {
            return;
        }
        let name = |(row, column): (u32, u32)| cell_name(column as usize + 1, row as usize + 1);
        let (first, last) = (name(merged.start), name(merged.end));
        let said = told!(
            "{first} 到 {last} 是合并单元格，只有 {first} 有内容；请取消合并，每行分别填写",
            "{first} to {last} are merged and only {first} holds text; unmerge them and fill in each"
        );
        let row = merged.start.0 as usize + 1;
        let mut problem = SourceProblem::new(&sheet.name, row, "", said).warning();
        problem.cell = Some(first);
        self.source.noticed.push(problem);
    }

    fn finish(self) -> Result<Source, Vec<SourceProblem>> {
        match self.errors.is_empty() {
            true => Ok(self.source),
            false => Err(self.errors),
        }
    }

    fn begin(&mut self, name: &str) {
        self.source.sheets.push(RawSheet {
            name: name.to_owned(),
            rows: Vec::new(),
        });
    }
}

fn xlsx(name: &str, bytes: &[u8]) -> Result<Source, Vec<SourceProblem>> {
    let broken = || vec![SourceProblem::of_file(name, damaged())];
    let mut book: Xlsx<Bytes<'_>> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut filling = Filling::new(name);
    for sheet in book.sheet_names() {
        filling.begin(&sheet);
        // A sheet whose list of merged cells is broken is read without it.
        let merged = book.merge_cells_by_sheet_name(&sheet).unwrap_or_default();
        let formulas = book.worksheet_formula(&sheet).map_err(|_| broken())?;
        let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| broken())?;
        while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
            let text = shown::text(cell.get_value());
            filling.cell(cell.get_position(), text)?;
        }
        filling.uncounted(&formulas);
        merged.iter().for_each(|merged| filling.merged(merged));
    }
    filling.finish()
}

fn xls(name: &str, bytes: &[u8]) -> Result<Source, Vec<SourceProblem>> {
    let mut book: Xls<Bytes<'_>> = Xls::new(Cursor::new(bytes)).map_err(|error| {
        let said = match error {
            calamine::XlsError::Password => encrypted(),
            _ => damaged(),
        };
        vec![SourceProblem::of_file(name, said)]
    })?;
    let mut filling = Filling::new(name);
    for sheet in book.sheet_names() {
        filling.begin(&sheet);
        let range = book.worksheet_range(&sheet);
        let range = range.map_err(|_| vec![SourceProblem::of_file(name, damaged())])?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, cell) in range.used_cells() {
            let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else {
                continue;
            };
            let at = (top + row, left + column);
            filling.cell(at, shown::old_text(cell))?;
        }
        let merged = book.merge_cells_by_sheet_name(&sheet).unwrap_or_default();
        merged.iter().for_each(|merged| filling.merged(merged));
    }
    filling.finish()
}
