//! Any table that a county brings as a file, read with the care that forms are read with.

use super::{MAX_MIB, MAX_SOURCE_BYTES, csv, spreadsheet};
use crate::form::xlsform::problem::{SourceProblem, too_large};

/// A row of a table: its number in the file, from 1, and its cells by column.
pub type TableRow = (usize, Vec<String>);

/// Reads the first sheet of a workbook (`.xlsx`, `.xls`) or a CSV, by the name's ending; days of a
/// workbook are written `2024-05-10`. Empty rows are left out.
///
/// # Errors
/// What the file is not: too large, encrypted, damaged, of another kind than its name says.
pub fn read_table(name: &str, bytes: &[u8]) -> Result<Vec<TableRow>, Vec<SourceProblem>> {
    if bytes.len() > MAX_SOURCE_BYTES {
        return Err(vec![too_large(name, MAX_MIB)]);
    }
    if name.to_ascii_lowercase().ends_with(".csv") {
        let mut rows = csv::rows(name, bytes)?;
        rows.retain(is_filled);
        return Ok(rows);
    }
    let source = spreadsheet::read(name, bytes)?;
    let first = source.sheets.into_iter().next().unwrap_or_default();
    let rows = first.rows.into_iter().map(|row| {
        let width = row.cells.iter().map(|(column, _)| *column).max();
        let mut cells = vec![String::new(); width.unwrap_or(0)];
        for (column, text) in row.cells {
            if let Some(cell) = column.checked_sub(1).and_then(|at| cells.get_mut(at)) {
                *cell = text;
            }
        }
        (row.at, cells)
    });
    Ok(rows.filter(is_filled).collect())
}

fn is_filled((_, cells): &TableRow) -> bool {
    cells.iter().any(|cell| !cell.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;

    fn filled(rows: Vec<TableRow>) -> Vec<Vec<String>> {
        let rows = rows.into_iter();
        rows.map(|(_, cells)| cells.into_iter().filter(|cell| !cell.is_empty()).collect())
            .collect()
    }

    #[test]
    fn a_workbook_and_a_csv_of_one_table_read_alike() {
        let markdown =
            "| survey |\n| | kind | from |\n| | holiday | 2026-01-01 |\n| | workday | |\n";
        let workbook = Source::from_markdown(markdown).unwrap().to_xlsx().unwrap();
        let workbook = read_table("days.xlsx", &workbook).unwrap();
        let csv = "\u{feff}kind,from\nholiday,2026-01-01\n,\nworkday,\n";
        let csv = read_table("days.csv", csv.as_bytes()).unwrap();
        let lines: Vec<usize> = csv.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 4], "blank rows keep their place");
        assert_eq!(filled(workbook), filled(csv));
    }

    #[test]
    fn what_is_no_table_is_told_and_nothing_panics() {
        for (name, bytes) in [
            ("days.xlsx", &b"kind,from"[..]),
            ("days.xlsx", b""),
            ("days.csv", b"\xff\xfe\xff"),
        ] {
            let read = read_table(name, bytes);
            assert!(
                read.is_err() || read.is_ok_and(|rows| rows.len() < 2),
                "{name}"
            );
        }
    }
}
