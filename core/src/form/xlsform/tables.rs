//! Files beside a form: the lists that selects choose from, and the tables that expressions read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::plain;
use super::problem::SourceProblem;
use super::source::Source;
use crate::form::codes::value_column;
use crate::form::definition::{NodeDef, Table};
use crate::form::told::{Told, told};

/// The most rows that a list from a file may have.
const MAX_ROWS: usize = 100_000;
/// How many rows of one file are told of.
const MOST_TOLD: usize = 50;

/// A file that the survey names.
pub(super) struct Wanted {
    /// The survey's row, and the column that names it.
    pub(super) line: usize,
    pub(super) column: &'static str,
    /// With its ending.
    pub(super) file: String,
}

/// The files, by the name under which questions and expressions know them.
pub(super) struct Tables {
    pub(super) read: BTreeMap<String, Table>,
    /// Of each table the row of the file that each of its rows stands in.
    lines: HashMap<String, Vec<usize>>,
}

/// Reads the files that the survey names; one that is not there is a problem where it is named.
pub(super) fn read(
    source: &Source,
    wanted: &[Wanted],
    problems: &mut Vec<SourceProblem>,
) -> Tables {
    let mut tables = Tables {
        read: BTreeMap::new(),
        lines: HashMap::new(),
    };
    let mut seen = BTreeSet::new();
    for Wanted { line, column, file } in wanted {
        if !seen.insert(file) {
            continue;
        }
        match source.lists.get(file) {
            Some(rows) => tables.add(file, rows, problems),
            None => {
                let said = told!(
                    "表单旁边没有文件 {file}；请放在同一个文件夹",
                    "there is no file {file} beside the form; put it into the same folder"
                );
                let mut problem = SourceProblem::new("survey", *line, column, said);
                problem.code = "reference";
                let names = source.lists.keys().map(String::as_str);
                problems.push(problem.meaning(file, names));
            }
        }
    }
    tables
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

fn of_row(file: &str, row: usize, said: Told) -> SourceProblem {
    SourceProblem {
        code: "file",
        ..SourceProblem::new(file, row, "", said)
    }
}

impl Tables {
    fn add(&mut self, file: &str, rows: &[Vec<String>], problems: &mut Vec<SourceProblem>) {
        let Some((header, rows)) = rows.split_first() else {
            let said = told!(
                "文件是空的；第一行写列名，以下各行写内容",
                "the file is empty; its first row names the columns, the others hold the rows"
            );
            return problems.push(SourceProblem::of_file(file, said));
        };
        if rows.len() > MAX_ROWS {
            let said = told!(
                "超过 {MAX_ROWS} 行，请拆分",
                "more than {MAX_ROWS} rows; split it"
            );
            return problems.push(SourceProblem::of_file(file, said));
        }
        let columns: Vec<String> = header
            .iter()
            .map(|c| plain::narrow(c).trim().to_owned())
            .collect();
        let (mut kept, mut lines) = (Vec::with_capacity(rows.len()), Vec::new());
        for (at, row) in (2..).zip(rows) {
            if row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if row.len() > columns.len() || row.iter().any(|cell| plain::is_forbidden(cell)) {
                let said = told!(
                    "这一行的格数多于表头，或含有控制字符",
                    "this row has more cells than headers, or holds control characters"
                );
                problems.push(of_row(file, at, said));
                continue;
            }
            let cells = row.iter().map(|cell| plain::trimmed(cell));
            let missing = columns.len() - row.len();
            let missing = std::iter::repeat_n(String::new(), missing);
            kept.push(cells.chain(missing).collect());
            lines.push(at);
        }
        let name = stem(file).to_owned();
        self.lines.insert(name.clone(), lines);
        let rows = kept;
        self.read.insert(name, Table { columns, rows });
    }

    /// What a select cannot choose from: no column of codes or labels, no row, a code that is
    /// missing, has blanks, or comes twice where the settings do not allow it.
    pub(super) fn check_selects(
        &self,
        nodes: &[NodeDef],
        lines: &[usize],
        duplicates: bool,
        problems: &mut Vec<SourceProblem>,
    ) {
        let mut seen = BTreeSet::new();
        for (def, line) in nodes.iter().zip(lines) {
            let list = def.list.as_deref().filter(|_| def.kind.has_list());
            let Some((name, table)) = list.and_then(|list| self.read.get_key_value(list)) else {
                continue;
            };
            problems.extend(lacking(name, table, def, *line));
            if let Some(column) = value_column(table, def)
                && seen.insert((name, column))
            {
                let file = format!("{name}.csv");
                problems.extend(self.of_codes(name, &file, column, duplicates));
            }
        }
    }

    fn of_codes(
        &self,
        name: &str,
        file: &str,
        column: usize,
        duplicates: bool,
    ) -> Vec<SourceProblem> {
        let Some((table, lines)) = self.read.get(name).zip(self.lines.get(name)) else {
            return Vec::new();
        };
        if table.rows.is_empty() {
            let said = told!(
                "名单里一行也没有，无从选择",
                "the list has no rows; there is nothing to choose"
            );
            return vec![SourceProblem::of_file(file, said)];
        }
        let mut first: HashMap<&str, usize> = HashMap::new();
        let mut problems = Vec::new();
        for (row, line) in table.rows.iter().zip(lines) {
            let code = row.get(column).map_or("", String::as_str);
            let before = first.insert(code, *line);
            let said = if code.is_empty() {
                told!("这一行没有代码", "the row has no code")
            } else if code.contains(char::is_whitespace) {
                told!("代码不能有空格；请用 _", "a code has no spaces; use _")
            } else if let Some(before) = before.filter(|_| !duplicates) {
                told!(
                    "代码与第 {before} 行相同；请删去一个，或在 settings 写 allow_choice_duplicates yes",
                    "the code is that of line {before} too; remove one, or set allow_choice_duplicates to yes"
                )
            } else {
                continue;
            };
            problems.push(of_row(file, *line, said));
            if problems.len() == MOST_TOLD {
                break;
            }
        }
        problems
    }
}

/// The columns of codes and labels that a select wants and its file has not.
fn lacking(name: &str, table: &Table, def: &NodeDef, line: usize) -> Vec<SourceProblem> {
    let has_label = |wanted: &str| {
        let mut columns = table.columns.iter();
        columns.any(|column| {
            let rest = column.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    };
    let mut problems = Vec::new();
    for (parameter, usual) in [("value", "name"), ("label", "label")] {
        let said = def.parameters.get(parameter);
        let wanted = said.map_or(usual, String::as_str);
        let there = match parameter {
            "value" => value_column(table, def).is_some(),
            _ => has_label(wanted),
        };
        if there {
            continue;
        }
        let column = if said.is_some() { "parameters" } else { "type" };
        let has = table.columns.join(", ");
        let told = told!(
            "{name}.csv 没有列 {wanted}，只有：{has}；请改列名，或在 parameters 写 {parameter}=列名",
            "{name}.csv has no column {wanted}, only: {has}; rename one, or write {parameter}=COLUMN into parameters"
        );
        let mut problem = SourceProblem::new("survey", line, column, told);
        problem.code = "reference";
        problems.push(problem.meaning(wanted, table.columns.iter().map(String::as_str)));
    }
    problems
}

/// The tables that `pulldata('table', …)` reads in a text, each once.
pub(super) fn pulled(text: &str) -> BTreeSet<&str> {
    let calls = text.split("pulldata").skip(1);
    let names = calls.filter_map(|rest| {
        let rest = rest.trim_start().strip_prefix('(')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (name, _) = rest.get(1..)?.split_once(quote)?;
        (!name.is_empty()).then_some(name)
    });
    names.collect()
}
