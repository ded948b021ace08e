//! A source written anew: Markdown tables, a workbook.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::super::problem::SourceProblem;
use super::{RawSheet, Source};
use crate::form::told::told;

/// Each sheet as a table whose rows are as wide as its widest.
pub(super) fn markdown(source: &Source) -> String {
    let mut text = String::new();
    for sheet in &source.sheets {
        text.push_str(&format!("| {} |\n", escaped(&sheet.name)));
        let columns = columns(sheet);
        for row in &sheet.rows {
            text.push('|');
            let mut cells = row.cells.iter().peekable();
            for column in &columns {
                let cell = cells.next_if(|(at, _)| at == column);
                match cell {
                    Some((_, cell)) => text.push_str(&format!(" | {}", escaped(cell))),
                    None => text.push_str(" | "),
                }
            }
            text.push_str(" |\n");
        }
    }
    text
}

/// The columns that hold anything, in order: empty ones between are left out.
fn columns(sheet: &RawSheet) -> Vec<usize> {
    let cells = sheet.rows.iter().flat_map(|row| &row.cells);
    let mut all: Vec<usize> = cells.map(|(column, _)| *column).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn escaped(cell: &str) -> String {
    cell.replace('|', "\\|").replace('\n', "<br>")
}

/// A workbook with a sheet for each; the headers are bold and stay in sight.
pub(super) fn xlsx(source: &Source) -> Result<Vec<u8>, Vec<SourceProblem>> {
    let mut book = Workbook::new();
    // Without a day of its own a workbook would differ at each writing.
    if let Ok(day) = ExcelDateTime::from_ymd(2024, 1, 1) {
        book.set_properties(&DocProperties::new().set_creation_datetime(&day));
    }
    let header = Format::new().set_bold();
    for sheet in &source.sheets {
        fill(&mut book, sheet, &header).map_err(|error| {
            let why = error.to_string();
            let said = told!(
                "无法写入工作簿：{why}；请缩短内容或改工作表名",
                "no workbook can hold this: {why}; shorten it, or rename the sheet"
            );
            vec![SourceProblem::new(&sheet.name, 0, "", said)]
        })?;
    }
    book.save_to_buffer().map_err(|error| {
        let why = error.to_string();
        vec![SourceProblem::of_file(
            "xlsx",
            told!(
                "无法写出工作簿：{why}",
                "the workbook cannot be written: {why}"
            ),
        )]
    })
}

fn fill(book: &mut Workbook, sheet: &RawSheet, header: &Format) -> Result<(), XlsxError> {
    let page = book.add_worksheet().set_name(&sheet.name)?;
    page.set_freeze_panes(1, 0)?;
    let columns = columns(sheet);
    for (row, line) in (0u32..).zip(&sheet.rows) {
        for (column, cell) in &line.cells {
            let place = columns.binary_search(column).unwrap_or(0);
            let place = u16::try_from(place).map_err(|_| XlsxError::RowColumnLimitError)?;
            match row {
                0 => page.write_string_with_format(row, place, cell, header)?,
                _ => page.write_string(row, place, cell)?,
            };
        }
    }
    Ok(())
}
