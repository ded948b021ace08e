//! The choices sheet, and the lists that come in files.

use std::collections::{BTreeMap, HashSet};

use super::columns::{self, language, media};
use super::headers::TRANSLATED;
use super::plain;
use super::problem::SourceProblem;
use super::settings::Settings;
use super::sheets::{Row, Sheet, Sheets};
use super::source::Source;
use crate::expr::likely;
use crate::form::definition::{Choice, Labels, Table};
use crate::form::told::{Told, told};

/// The most rows that a list from a file may have.
pub(super) const MAX_TABLE_ROWS: usize = 100_000;

type Lists = BTreeMap<String, Vec<Choice>>;

/// The lists of both sheets, `choices` and `external_choices`.
pub(super) fn read(
    sheets: &Sheets,
    settings: &Settings,
    problems: &mut Vec<SourceProblem>,
) -> Lists {
    let mut lists = Lists::new();
    for name in ["choices", "external_choices"] {
        if let Some(sheet) = sheets.get(name) {
            sheet_lists(sheet, settings, &mut lists, problems);
        }
    }
    lists
}

fn sheet_lists(
    sheet: &Sheet,
    settings: &Settings,
    lists: &mut Lists,
    problems: &mut Vec<SourceProblem>,
) {
    check_columns(sheet, problems);
    let mut seen: HashSet<(String, String)> = HashSet::new();
    for row in &sheet.rows {
        let mut refuse = |column: &str, said: Told| {
            problems.push(SourceProblem::new(sheet.name, row.line, column, said));
        };
        let (Some(list), Some(name)) = (row.get("list_name"), row.get("name")) else {
            let said = told!(
                "选项要有 list_name 和 name",
                "a choice needs list_name and name"
            );
            refuse("list_name", said);
            continue;
        };
        if name.contains(char::is_whitespace) {
            let said = told!("代码不能有空格；请用 _", "a code has no spaces; use _");
            refuse("name", said);
        }
        let again = !seen.insert((list.to_owned(), name.to_owned()));
        if again && !settings.duplicates {
            let said = told!(
                "列表里已有“{name}”；请删去一个，或在 settings 写 allow_choice_duplicates yes",
                "\"{name}\" is in the list already; remove one"
            );
            refuse("name", said);
            continue;
        }
        lists.entry(list.to_owned()).or_default().push(Choice {
            name: name.to_owned(),
            labels: columns::texts(row, "label"),
            columns: own_columns(row),
            media: media(row),
        });
    }
}

/// Whether a header is an author's own, for `choice_filter`.
fn is_own(header: &str) -> bool {
    !matches!(header, "list_name" | "name")
        && !TRANSLATED
            .iter()
            .any(|column| language(header, column).is_some())
}

fn own_columns(row: &Row) -> Labels {
    let own = row.cells.iter().filter(|(header, _)| is_own(header));
    own.map(|(header, text)| (header.clone(), text.clone()))
        .collect()
}

/// A column of one's own has a name that an expression can say; one that is nearly `label` or
/// `name` is a slip.
fn check_columns(sheet: &Sheet, problems: &mut Vec<SourceProblem>) {
    for column in sheet.columns.iter().filter(|c| is_own(&c.header)) {
        let header = column.header.as_str();
        let near = likely(header, ["list_name", "label", "image", "audio"]);
        if let Some(near) = near.filter(|near| distance_is_small(header, near)) {
            let said = told!(
                "不认识这一列；请改正列名或删去这一列",
                "this column is not known; remove it"
            );
            let mut problem = SourceProblem::new(sheet.name, sheet.line, header, said);
            problem.likely = Some(near);
            problems.push(problem);
        } else if !crate::form::linked::is_name(header) {
            let said = told!(
                "列名不是合法的名称，choice_filter 无法使用这一列",
                "this header is no name that a choice_filter can use"
            );
            problems.push(SourceProblem::new(sheet.name, sheet.line, header, said).warning());
        }
    }
}

/// `labels` or `lable` is a slip; `table` may be meant.
fn distance_is_small(header: &str, near: &str) -> bool {
    let first = |text: &str| text.chars().next().map(|c| c.to_ascii_lowercase());
    first(header) == first(near)
}

/// The lists that the survey takes from files, by the name under which questions know them.
pub(super) fn tables(
    source: &Source,
    wanted: &[(usize, String)],
    problems: &mut Vec<SourceProblem>,
) -> BTreeMap<String, Table> {
    let mut tables = BTreeMap::new();
    for (line, file) in wanted {
        let stem = file.rsplit_once('.').map_or(file.as_str(), |(s, _)| s);
        if tables.contains_key(stem) {
            continue;
        }
        match source.lists.get(file) {
            Some(rows) => {
                if let Some(table) = table(file, rows, problems) {
                    tables.insert(stem.to_owned(), table);
                }
            }
            None => {
                let said = told!(
                    "表单旁边没有文件 {file}；请放在同一个文件夹",
                    "there is no file {file} beside the form; put it into the same folder"
                );
                let mut problem = SourceProblem::new("survey", *line, "type", said);
                problem.code = "reference";
                let names = source.lists.keys().map(String::as_str);
                problems.push(problem.meaning(file, names));
            }
        }
    }
    tables
}

fn table(file: &str, rows: &[Vec<String>], problems: &mut Vec<SourceProblem>) -> Option<Table> {
    let (header, rows) = rows.split_first()?;
    let columns: Vec<String> = header
        .iter()
        .map(|c| plain::narrow(c).trim().to_owned())
        .collect();
    let mut refuse = |row: usize, said: Told| {
        problems.push(SourceProblem {
            code: "file",
            ..SourceProblem::new(file, row, "", said)
        });
    };
    if rows.len() > MAX_TABLE_ROWS {
        let said = told!(
            "超过 {MAX_TABLE_ROWS} 行，请拆分",
            "more than {MAX_TABLE_ROWS} rows; split it"
        );
        refuse(0, said);
        return None;
    }
    let mut kept = Vec::with_capacity(rows.len());
    for (at, row) in (2..).zip(rows) {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if row.len() > columns.len() || row.iter().any(|cell| plain::is_forbidden(cell)) {
            let said = told!(
                "这一行的格数多于表头，或含有控制字符",
                "this row has more cells than headers, or holds control characters"
            );
            refuse(at, said);
            continue;
        }
        let cells = row.iter().map(|cell| plain::trimmed(cell));
        let missing = columns.len() - row.len();
        kept.push(
            cells
                .chain(std::iter::repeat_n(String::new(), missing))
                .collect(),
        );
    }
    Some(Table {
        columns,
        rows: kept,
    })
}
