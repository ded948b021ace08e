//! The settings sheet.

use std::collections::BTreeMap;

use super::problem::SourceProblem;
use super::sheets::{Sheet, Sheets};
use crate::form::codes::language_code;
use crate::form::definition::Labels;
use crate::form::told::{Told, told};
use crate::model::Kind;

/// What the settings say.
pub(super) struct Settings {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) titles: Labels,
    pub(super) default_language: String,
    pub(super) kind: Option<Kind>,
    pub(super) tanfang: bool,
    pub(super) duplicates: bool,
    /// What is kept for screens and other programs.
    pub(super) kept: BTreeMap<String, String>,
}

const KNOWN: [&str; 10] = [
    "form_id",
    "form_title",
    "version",
    "namespaces",
    "default_language",
    "attribute::tanfang:kind",
    "attribute::tanfang:title_en",
    "style",
    "instance_name",
    "allow_choice_duplicates",
];

/// Settings of other programs: where they send to, how they pack text messages.
const FOR_OTHERS: [&str; 16] = [
    "client_editable",
    "delimiter",
    "name",
    "submission_url",
    "auto_send",
    "auto_delete",
    "clean_text_values",
    "instance_id",
    "omit_instanceid",
    "sms_keyword",
    "sms_separator",
    "sms_allow_media",
    "sms_date_format",
    "sms_datetime_format",
    "sms_response",
    "prefix",
];

pub(super) fn read(sheets: &Sheets, problems: &mut Vec<SourceProblem>) -> Settings {
    let empty = Sheet::default();
    let sheet = sheets.get("settings").unwrap_or(&empty);
    check(sheet, problems);
    let row = sheet.rows.first();
    let line = row.map_or(0, |row| row.line);
    let cell = |name: &str| {
        row.and_then(|row| row.get(name))
            .unwrap_or_default()
            .to_owned()
    };
    let mut refuse = |name: &str, said: Told| {
        problems.push(SourceProblem::new("settings", line, name, said));
    };
    for name in ["form_id", "version"] {
        if cell(name).is_empty() {
            let said = told!(
                "每张表单都要有 {name}，请填写",
                "every form needs one; fill it in"
            );
            refuse(name, said);
        }
    }
    for (name, most) in [("form_id", 64), ("version", 32)] {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let given = cell(name);
        if given.len() > most || given.starts_with('.') || !given.chars().all(plain) {
            let said = told!(
                "只能用字母、数字、_、- 和 .，且不能过长；请改名",
                "letters, digits, _, - and . only, and no longer than a name is; rename it"
            );
            refuse(name, said);
        }
    }
    let default_language = language_code(&cell("default_language")).to_owned();
    let mut titles = Labels::new();
    if !cell("form_title").is_empty() {
        titles.insert(default_language.clone(), cell("form_title"));
    }
    for (header, text) in row.iter().flat_map(|row| &row.cells) {
        if let Some(language) = header.strip_prefix("attribute::tanfang:title_") {
            titles.insert(language.to_owned(), text.clone());
        }
    }
    let kept = ["style", "instance_name"].map(|name| (name.to_owned(), cell(name)));
    Settings {
        id: cell("form_id"),
        version: cell("version"),
        titles,
        default_language,
        kind: Some(cell("attribute::tanfang:kind"))
            .filter(|kind| !kind.is_empty())
            .map(|kind| Kind::named(&kind)),
        tanfang: cell("namespaces").contains("tanfang="),
        duplicates: is_yes(&cell("allow_choice_duplicates")),
        kept: kept.into_iter().filter(|(_, v)| !v.is_empty()).collect(),
    }
}

/// XLSForm's words for yes.
pub(super) fn is_yes(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "yes" | "true" | "true()")
}

fn check(sheet: &Sheet, problems: &mut Vec<SourceProblem>) {
    for column in &sheet.columns {
        let header = column.header.as_str();
        let titled = header.starts_with("attribute::tanfang:title_");
        let foreign =
            header.starts_with("attribute::") && !header.starts_with("attribute::tanfang:");
        if FOR_OTHERS.contains(&header) || foreign {
            let said = told!(
                "这项设置只对其他软件有用，这里不起作用",
                "this setting speaks to other programs; it does nothing here"
            );
            problems.push(SourceProblem::new("settings", sheet.line, header, said).warning());
        } else if !KNOWN.contains(&header) && !titled {
            let said = told!(
                "不认识这项设置；请改正或删去",
                "this setting is not known; correct or remove it"
            );
            problems.push(
                SourceProblem::new("settings", sheet.line, header, said).meaning(header, KNOWN),
            );
        }
    }
    for row in sheet.rows.iter().skip(1) {
        let said = told!(
            "settings 只读第一行设置，这一行没有读取；请删去",
            "only the first row of settings is read, this one was not; remove it"
        );
        problems.push(SourceProblem::new("settings", row.line, "", said).warning());
    }
}
