//! Excel 97 workbooks, looked through before they are parsed: the reader lays every sheet out from
//! its first to its last cell, so that two cells far apart would fill the memory.
//!
//! [MS-CFB] and [MS-XLS] (BIFF8), Microsoft Open Specifications.

use std::io::{Cursor, Read};

use super::MAX_CELLS;
use super::package::{damaged, encrypted, links, macros};
use crate::form::told::{Told, told};

/// Records of [MS-XLS] 2.3: the sheet begins, a password, a link table's part.
const BOF: u16 = 0x0809;
const FILEPASS: u16 = 0x002f;
const SUPBOOK: u16 = 0x01ae;
/// Records that hold cells: formula, blank, number, label, boolean, RK, their multiples, label of
/// the shared table.
const CELLS: [u16; 9] = [
    0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027e, 0x00bd, 0x00be, 0x00fd,
];

/// Refuses what must not be parsed.
pub(super) fn look(bytes: &[u8]) -> Result<(), Told> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| damaged())?;
    if file.is_stream("/EncryptedPackage") {
        return Err(encrypted());
    }
    if file.is_storage("/_VBA_PROJECT_CUR") || file.is_storage("/VBA") {
        return Err(macros());
    }
    let name = match ["/Workbook", "/Book"]
        .into_iter()
        .find(|n| file.is_stream(n))
    {
        Some(name) => name,
        None => {
            return Err(told!(
                "这不是工作簿；请用表格软件打开后另存为 .xlsx",
                "this is no workbook; open it in a spreadsheet program and save it as .xlsx"
            ));
        }
    };
    let mut stream = Vec::new();
    let opened = file.open_stream(name).map_err(|_| damaged())?;
    let most = bytes.len() as u64;
    opened
        .take(most)
        .read_to_end(&mut stream)
        .map_err(|_| damaged())?;
    records(&stream)
}

/// Walks the records; sums up the areas of the sheets.
fn records(stream: &[u8]) -> Result<(), Told> {
    let word = |at: usize| Some(u16::from_le_bytes([*stream.get(at)?, *stream.get(at + 1)?]));
    let (mut at, mut area, mut sheet) = (0usize, 0usize, Area::default());
    while let (Some(kind), Some(length)) = (word(at), word(at + 2)) {
        let body = at + 4;
        match kind {
            FILEPASS => return Err(encrypted()),
            // Of the workbook itself, or of add-in functions.
            SUPBOOK if !matches!(word(body + 2), Some(0x0401 | 0x3a01)) => return Err(links()),
            BOF => area = area.saturating_add(std::mem::take(&mut sheet).cells()),
            kind if CELLS.contains(&kind) => {
                if let (Some(row), Some(column)) = (word(body), word(body + 2)) {
                    sheet.add(row, column);
                    // A multiple record ends with its last column.
                    let last = word((body + usize::from(length)).saturating_sub(2));
                    if let (0x00bd | 0x00be, Some(last)) = (kind, last) {
                        sheet.add(row, last);
                    }
                }
            }
            _ => {}
        }
        at = body + usize::from(length);
    }
    match area.saturating_add(sheet.cells()) > MAX_CELLS {
        false => Ok(()),
        true => Err(told!(
            "单元格相距过远，占用区域超过 {MAX_CELLS} 格；请删去远处的单元格，或另存为 .xlsx",
            "cells stand so far apart that they span more than {MAX_CELLS}; clear those far away, or save it as .xlsx"
        )),
    }
}

/// The rows and columns that a sheet spans.
#[derive(Default)]
struct Area {
    rows: Option<(u16, u16)>,
    columns: Option<(u16, u16)>,
}

impl Area {
    fn add(&mut self, row: u16, column: u16) {
        let wider = |span: Option<(u16, u16)>, at: u16| {
            let (low, high) = span.unwrap_or((at, at));
            Some((low.min(at), high.max(at)))
        };
        self.rows = wider(self.rows, row);
        self.columns = wider(self.columns, column);
    }

    fn cells(self) -> usize {
        let length =
            |span: Option<(u16, u16)>| span.map_or(0, |(low, high)| usize::from(high - low) + 1);
        length(self.rows) * length(self.columns)
    }
}
