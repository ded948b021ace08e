//! The settings sheet.

use std::collections::BTreeMap;

use super::SourceProblem;
use super::columns::code;
use super::markdown::Sheet;
use crate::form::definition::Labels;
use crate::model::Kind;

/// What the settings say.
pub(super) struct Settings {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) titles: Labels,
    pub(super) default_language: String,
    pub(super) kind: Option<Kind>,
    pub(super) tanfang: bool,
}

const KNOWN: [&str; 9] = [
    "form_id",
    "form_title",
    "version",
    "namespaces",
    "default_language",
    "attribute::tanfang:kind",
    "attribute::tanfang:title_en",
    "style",
    "instance_name",
];

pub(super) fn read(
    sheets: &BTreeMap<String, Sheet>,
    problems: &mut Vec<SourceProblem>,
) -> Settings {
    let empty = Sheet::default();
    let sheet = sheets.get("settings").unwrap_or(&empty);
    for (header, _) in &sheet.columns {
        if !KNOWN.contains(&header.as_str()) && !header.starts_with("attribute::tanfang:title_") {
            problems.push(
                SourceProblem::new(
                    "settings",
                    sheet.line,
                    header,
                    "this setting is not known; correct or remove it",
                )
                .meaning(header, KNOWN),
            );
        }
    }
    let row = sheet.rows.first();
    let line = row.map_or(0, |row| row.line);
    let cell = |name: &str| {
        row.and_then(|row| row.get(name))
            .unwrap_or_default()
            .to_owned()
    };
    for name in ["form_id", "version"] {
        if cell(name).is_empty() {
            problems.push(SourceProblem::new(
                "settings",
                line,
                name,
                "every form needs one; fill it in",
            ));
        }
    }
    for (name, most) in [("form_id", 64), ("version", 32)] {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let given = cell(name);
        if given.len() > most || given.starts_with('.') || !given.chars().all(plain) {
            problems.push(SourceProblem::new(
                "settings",
                line,
                name,
                "letters, digits, _, - and . only, and no longer than a name is; rename it",
            ));
        }
    }
    let default_language = code(&cell("default_language")).to_owned();
    let mut titles = Labels::new();
    if !cell("form_title").is_empty() {
        titles.insert(default_language.clone(), cell("form_title"));
    }
    if let Some(row) = row {
        for (header, text) in &row.cells {
            if let Some(language) = header.strip_prefix("attribute::tanfang:title_") {
                titles.insert(language.to_owned(), text.clone());
            }
        }
    }
    Settings {
        id: cell("form_id"),
        version: cell("version"),
        titles,
        default_language,
        kind: Some(cell("attribute::tanfang:kind"))
            .filter(|kind| !kind.is_empty())
            .map(|kind| Kind::named(&kind)),
        tanfang: cell("namespaces").contains("tanfang="),
    }
}
