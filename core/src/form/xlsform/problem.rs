//! What is wrong with a source, and where.

use std::fmt;

use crate::form::problem::Severity;
use crate::form::told::{Told, told};

/// What is wrong with a source, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceProblem {
    /// An error stops the form; a warning does not.
    pub severity: Severity,
    /// `survey`, `choices`, `settings`, …, or the name of a file beside the form.
    pub sheet: String,
    /// Of a Markdown source the line of the text, of a workbook or CSV the row, from 1; 0 where
    /// the sheet as a whole is meant.
    pub row: usize,
    /// The column's header as the source has it, empty where the row as a whole is meant.
    pub column: String,
    /// The cell as spreadsheets name it (`C12`); none in Markdown, or where no cell is meant.
    pub cell: Option<String>,
    /// A word for programs: `table` for what a sheet, row or cell lacks or must not hold, `name`,
    /// `reference` for a name or list that is nowhere, `expression`, `form`, `file`.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub said: Told,
    /// The word that was probably meant.
    pub likely: Option<String>,
}

impl SourceProblem {
    pub(super) fn new(sheet: &str, row: usize, column: &str, said: Told) -> Self {
        Self {
            severity: Severity::Error,
            sheet: sheet.to_owned(),
            row,
            column: column.to_owned(),
            cell: None,
            code: "table",
            said,
            likely: None,
        }
    }

    /// A problem of a file as a whole.
    pub(super) fn of_file(name: &str, said: Told) -> Self {
        Self {
            code: "file",
            ..Self::new(name, 0, "", said)
        }
    }

    pub(super) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    pub(super) fn meaning<'a>(
        mut self,
        wrong: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.likely = crate::expr::likely(wrong, known);
        self
    }

    /// What is wrong and what to do, in a language (`zh`, `en`), without the place.
    pub fn message(&self, lang: &str) -> &str {
        self.said.in_language(lang)
    }

    /// The whole line: place, problem and the likely name, in a language (`zh`, `en`).
    pub fn in_language(&self, lang: &str) -> String {
        let said = self.said.in_language(lang);
        let likely = self.likely.as_deref();
        // A sentence that says the name itself needs it no second time.
        let likely = likely.filter(|likely| !said.ends_with(&format!("{likely}?")));
        let likely = likely.filter(|likely| !said.ends_with(&format!("{likely}？")));
        let place = self.place(lang);
        let warns = self.severity == Severity::Warning;
        if lang.starts_with("zh") {
            let warning = if warns { "提示：" } else { "" };
            let likely = likely.map(|l| format!("（是否为 {l}？）"));
            let likely = likely.unwrap_or_default();
            return format!("{place}：{warning}{said}{likely}");
        }
        let warning = if warns { "warning: " } else { "" };
        let likely = likely.map(|l| format!(" (did you mean {l}?)"));
        let likely = likely.unwrap_or_default();
        format!("{place}: {warning}{said}{likely}")
    }

    /// Sheet or file, row, column and cell, as far as they are meant.
    fn place(&self, lang: &str) -> String {
        let mut place = self.sheet.clone();
        let (row, column) = (self.row, &self.column);
        let chinese = lang.starts_with("zh");
        if row > 0 {
            place.push_str(&match chinese {
                true => format!("，第 {row} 行"),
                false => format!(", line {row}"),
            });
        }
        if !column.is_empty() {
            place.push_str(if chinese { "，" } else { ", " });
            place.push_str(column);
        }
        if let Some(cell) = &self.cell {
            place.push_str(&format!(" ({cell})"));
        }
        place
    }

    /// Whether it stops the form.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for SourceProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.in_language("en"))
    }
}

impl std::error::Error for SourceProblem {}

/// A place of a spreadsheet as it is shown: column 3, row 12 is `C12`.
pub(super) fn cell_name(column: usize, row: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

/// What every reader says of a file that is too large.
pub(super) fn too_large(name: &str, mib: usize) -> SourceProblem {
    SourceProblem::of_file(
        name,
        told!(
            "文件超过 {mib} MiB，请删去与表单无关的内容，或拆分成多个表单",
            "the file is larger than {mib} MiB; remove what is not of the form, or split it"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::cell_name;

    #[test]
    fn cells_are_named_as_spreadsheets_name_them() {
        let named = [(1, 1), (26, 2), (27, 3), (702, 4), (703, 5)].map(|(c, r)| cell_name(c, r));
        assert_eq!(named, ["A1", "Z2", "AA3", "ZZ4", "AAA5"]);
    }
}
