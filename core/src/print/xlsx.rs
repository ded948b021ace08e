//! A card as a workbook of one sheet for A4, to be filled in further at a desk.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::card::{Card, Cell, Table};
use super::grid;

/// A card that no workbook can hold: a text longer than a cell's 32,767 characters, or more rows
/// than a sheet has.
#[derive(Debug, thiserror::Error)]
#[error("卡片装不进工作簿，请打印为 .html / the card does not fit a workbook; print it as .html")]
pub struct TooLarge(#[from] XlsxError);

/// One column of the page's grid, in pixels: 186 mm by 24.
const COLUMN: usize = 29;
/// Half a character of 10.5 pt, in pixels.
const HALF: usize = 7;
/// The margins of a cell, in pixels.
const MARGINS: usize = 6;
/// A line of text, in points.
const LINE: f64 = 15.0;
/// The least height of a row, in points.
const ROW: f64 = 21.0;
/// A row cannot be higher, in points.
const HIGHEST: f64 = 409.0;

/// The workbook; every text is text, also one that begins like a formula. The same card gives the
/// same bytes.
///
/// # Errors
/// [`TooLarge`].
pub fn xlsx(card: &Card) -> Result<Vec<u8>, TooLarge> {
    let mut book = Workbook::new();
    // Without a day of its own a workbook would differ at each writing.
    book.set_properties(
        &DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2024, 1, 1)?),
    );
    let page = book.add_worksheet().set_name("卡片")?;
    page.set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.47, 0.47, 0.55, 0.55, 0.3, 0.3);
    page.set_column_range_width_pixels(0, grid::GRID as u16 - 1, COLUMN as u32)?;
    let mut pen = Pen { page, row: 0 };
    let title = plain().set_font_size(16).set_align(FormatAlign::Center);
    pen.line(&[(grid::GRID, &card.title, &title)], 30.0)?;
    pen.loose(&card.head)?;
    pen.blanks(&card.rows)?;
    if let Some(table) = &card.visits {
        pen.visits(table)?;
    }
    pen.loose(&card.foot)?;
    Ok(book.save_to_buffer()?)
}

fn plain() -> Format {
    Format::new()
        .set_font_name("宋体")
        .set_font_size(10.5)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

fn boxed() -> Format {
    plain().set_border(FormatBorder::Thin)
}

struct Pen<'b> {
    page: &'b mut Worksheet,
    row: u32,
}

impl Pen<'_> {
    /// A row of cells, each over some columns of the grid, as high as its longest text needs.
    fn line(&mut self, cells: &[(usize, &str, &Format)], least: f64) -> Result<(), XlsxError> {
        let mut column = 0;
        let mut height = least;
        for (span, text, format) in cells {
            let last = column + *span as u16 - 1;
            if last > column {
                self.page
                    .merge_range(self.row, column, self.row, last, text, format)?;
            } else {
                self.page
                    .write_string_with_format(self.row, column, *text, format)?;
            }
            height = height.max(lines(text, *span) as f64 * LINE + LINE / 2.0);
            column = last + 1;
        }
        self.page.set_row_height(self.row, height.min(HIGHEST))?;
        self.row += 1;
        Ok(())
    }

    /// Blanks without a frame.
    fn loose(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if cells.is_empty() {
            return Ok(());
        }
        let format = plain();
        let texts: Vec<String> = cells
            .iter()
            .map(|cell| format!("{}：{}", cell.label, cell.value))
            .collect();
        let spans = grid::blanks(texts.len())
            .into_iter()
            .map(|(label, value)| label + value);
        let line: Vec<_> = spans
            .zip(&texts)
            .map(|(span, text)| (span, text.as_str(), &format))
            .collect();
        self.line(&line, ROW)
    }

    fn blanks(&mut self, rows: &[Vec<Cell>]) -> Result<(), XlsxError> {
        let (value, label) = (boxed(), boxed().set_align(FormatAlign::Center));
        for row in rows.iter().filter(|row| !row.is_empty()) {
            let spans = grid::blanks(row.len()).into_iter().zip(row);
            let line: Vec<_> = spans
                .flat_map(|((wide, rest), cell)| {
                    [
                        (wide, cell.label.as_str(), &label),
                        (rest, cell.value.as_str(), &value),
                    ]
                })
                .collect();
            self.line(&line, ROW)?;
        }
        Ok(())
    }

    /// The table of visits; its head stands on each page.
    fn visits(&mut self, table: &Table) -> Result<(), XlsxError> {
        let (value, head) = (boxed(), boxed().set_align(FormatAlign::Center));
        self.line(&[(grid::GRID, &table.title, &head)], ROW)?;
        self.page.set_repeat_rows(self.row, self.row)?;
        let spans = grid::table(table.columns.len());
        let rows = [(&table.columns, &head)]
            .into_iter()
            .chain(table.rows.iter().map(|row| (row, &value)));
        for (row, format) in rows {
            let cells = spans.iter().zip(row);
            let line: Vec<_> = cells
                .map(|(span, text)| (*span, text.as_str(), format))
                .collect();
            self.line(&line, ROW)?;
        }
        Ok(())
    }
}

/// How many lines a text takes in so many columns; what is not ASCII is twice as wide.
fn lines(text: &str, span: usize) -> usize {
    let room = ((span * COLUMN).saturating_sub(MARGINS) / HALF).max(2);
    let width = |line: &str| {
        line.chars()
            .map(|c| if c.is_ascii() { 1 } else { 2 })
            .sum::<usize>()
    };
    text.split('\n')
        .map(|line| width(line).div_ceil(room).max(1))
        .sum()
}
