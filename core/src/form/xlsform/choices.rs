//! The choices sheet.

use std::collections::{BTreeMap, HashSet};

use super::columns::{self, is_open, language, media, unclosed};
use super::headers::TRANSLATED;
use super::problem::SourceProblem;
use super::settings::Settings;
use super::sheets::{Row, Sheet, Sheets};
use crate::expr::likely;
use crate::form::definition::{Choice, Labels, NodeDef};
use crate::form::told::{Told, told};
use crate::model::is_composed;

type Lists = BTreeMap<String, Vec<Choice>>;

/// The lists of both sheets, `choices` and `external_choices`.
pub(super) fn read(
    sheets: &Sheets,
    settings: &Settings,
    questions: &[NodeDef],
    problems: &mut Vec<SourceProblem>,
) -> Lists {
    let names: HashSet<&str> = questions.iter().map(|def| def.name.as_str()).collect();
    let mut lists = Lists::new();
    for name in ["choices", "external_choices"] {
        if let Some(sheet) = sheets.get(name) {
            sheet_lists(sheet, settings, &mut lists, problems);
            check_texts(sheet, &names, problems);
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
    columns::check_languages(sheet, problems);
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
            let missing = row.get("list_name").map_or("list_name", |_| "name");
            refuse(missing, said);
            continue;
        };
        if name.contains(char::is_whitespace) {
            let said = told!("代码不能有空格；请用 _", "a code has no spaces; use _");
            refuse("name", said);
        }
        if !is_composed(name) {
            refuse("name", columns::in_pieces());
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

/// A label may show answers: the questions are there, the brackets closed.
fn check_texts(sheet: &Sheet, questions: &HashSet<&str>, problems: &mut Vec<SourceProblem>) {
    let labels = |header: &str| columns::language(header, "label").is_some();
    for row in &sheet.rows {
        for (header, text) in row.cells.iter().filter(|(header, _)| labels(header)) {
            let mut refuse = |said: Told| {
                let problem = SourceProblem::new(sheet.name, row.line, header, said);
                problems.push(problem);
            };
            if is_open(text) {
                refuse(unclosed());
            }
            let named = text
                .split("${")
                .skip(1)
                .filter_map(|rest| rest.split_once('}'));
            let missing = named.map(|(name, _)| name.trim());
            for name in missing.filter(|name| !questions.contains(name)) {
                refuse(told!(
                    "没有名为 {name} 的题目",
                    "there is no question {name}"
                ));
            }
        }
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
