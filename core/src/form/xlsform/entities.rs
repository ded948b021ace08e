//! The entities sheet of ODK: which records a form writes. Here a column says it of each question
//! (`bind::tanfang:of`); an entities sheet is read as the same.

use std::collections::BTreeMap;

use super::problem::SourceProblem;
use super::sheets::{Row, Sheets};
use crate::form::definition::NodeKind;
use crate::form::told::{Told, told};

/// The lists of records that the sheet declares, each with its label's expression.
#[derive(Default)]
pub(super) struct Entities {
    pub(super) lists: BTreeMap<String, String>,
    /// The first, which is the form's own.
    pub(super) first: Option<String>,
}

const KNOWN: [&str; 5] = ["dataset", "label", "entity_id", "create_if", "update_if"];

pub(super) fn read(sheets: &Sheets, problems: &mut Vec<SourceProblem>) -> Entities {
    let mut found = Entities::default();
    let Some(sheet) = sheets.get("entities") else {
        return found;
    };
    for column in &sheet.columns {
        let header = column.header.as_str();
        if !KNOWN.contains(&header) {
            let said = told!(
                "不认识这一列；请改正列名或删去这一列",
                "this column is not known here; correct or remove it"
            );
            let problem = SourceProblem::new("entities", sheet.line, header, said);
            problems.push(problem.meaning(header, KNOWN));
        }
    }
    for row in &sheet.rows {
        let mut refuse = |column: &str, said: Told| {
            problems.push(SourceProblem::new("entities", row.line, column, said));
        };
        let list = row.get("dataset").unwrap_or_default();
        if !super::survey::is_kind_name(list) {
            let said = told!(
                "list_name 用小写字母、数字和下划线，最多 40 个字符",
                "a list_name has small letters, digits and underscores, forty at most"
            );
            refuse("dataset", said);
            continue;
        }
        for column in ["entity_id", "create_if", "update_if"] {
            if row.get(column).is_some() {
                let said = told!(
                    "记录的新建和修改由应用决定，不能写条件；请清空",
                    "the app opens and changes records, no condition of a form does; clear the cell"
                );
                refuse(column, said);
            }
        }
        let label = row.get("label").unwrap_or_default().to_owned();
        found.first.get_or_insert(list.to_owned());
        found.lists.insert(list.to_owned(), label);
    }
    found
}

impl Entities {
    /// What `save_to` says of a row: the kind of record where it names one (`person#phone`), and
    /// the property.
    pub(super) fn property(
        &self,
        row: &Row,
        kind: NodeKind,
        problems: &mut Vec<SourceProblem>,
    ) -> (Option<String>, Option<String>) {
        let Some(cell) = row.get("save_to") else {
            return (None, None);
        };
        let mut refuse = |said: Told| {
            problems.push(SourceProblem::new("survey", row.line, "save_to", said));
        };
        let (list, property) = match cell.split_once('#') {
            Some((list, property)) => (Some(list.trim()), property.trim()),
            None => (self.first.as_deref(), cell),
        };
        let Some(list) = list.filter(|list| self.lists.contains_key(*list)) else {
            refuse(told!(
                "save_to 要有 entities 工作表声明的列表",
                "save_to needs its list declared on the entities sheet"
            ));
            return (None, None);
        };
        let reserved = matches!(property.to_lowercase().as_str(), "name" | "label");
        if !kind.is_leaf() {
            refuse(told!(
                "分组和重复组不能存为属性；请清空 save_to",
                "a group, repeat or note is no property; clear the cell"
            ));
        }
        if !crate::form::linked::is_name(property) || property.starts_with("__") || reserved {
            refuse(told!(
                "“{property}”不能作属性名：不用 name、label，不以 __ 开头",
                "\"{property}\" is no property's name: not name or label, nothing that begins with __"
            ));
        }
        (Some(list.to_owned()), Some(property.to_owned()))
    }
}
