//! Which columns there are, and how a header names a language.

use super::SourceProblem;
use super::markdown::{Row, Sheet};
use crate::form::definition::Labels;

/// Columns that may be written in several languages: `label::中文(zh)`.
const TRANSLATED: [&str; 4] = ["label", "hint", "required_message", "constraint_message"];

/// The other columns of a survey.
const PLAIN: [&str; 22] = [
    "type",
    "name",
    "required",
    "relevant",
    "constraint",
    "calculation",
    "trigger",
    "default",
    "read_only",
    "readonly",
    "appearance",
    "repeat_count",
    "parameters",
    "bind::tanfang:of",
    "bind::tanfang:compartment",
    "bind::tanfang:merge",
    "bind::tanfang:sensitivity",
    "bind::tanfang:ref",
    "bind::tanfang:warn",
    "bind::tanfang:warn_message",
    "bind::tanfang:source",
    "disabled",
];

/// Refuses columns that are not known: a mistyped header would silently switch a rule off.
pub(super) fn check(sheet: &Sheet, problems: &mut Vec<SourceProblem>) {
    for (header, _) in &sheet.columns {
        let known = PLAIN.contains(&header.as_str())
            || header.starts_with("bind::tanfang:warn_message_")
            || TRANSLATED
                .iter()
                .any(|column| language(header, column).is_some());
        if !known {
            problems.push(
                SourceProblem::new(
                    "survey",
                    sheet.line,
                    header,
                    "this column is not known here; correct or remove it",
                )
                .meaning(header, PLAIN.into_iter().chain(TRANSLATED)),
            );
        }
    }
}

/// The language code of a header: `zh` of `label::中文(zh)`, empty of a bare `label`.
pub(super) fn language(header: &str, column: &str) -> Option<String> {
    let rest = header.strip_prefix(column)?;
    if rest.is_empty() {
        return Some(String::new());
    }
    let name = rest.strip_prefix("::")?.trim();
    Some(code(name).to_owned())
}

/// The code in the brackets of `中文(zh)`, or the whole where there is none.
pub(super) fn code(language: &str) -> &str {
    let inside = language
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.map_or(language, str::trim)
}

/// A row's texts by language code.
pub(super) fn texts(row: &Row, column: &str) -> Labels {
    row.cells
        .iter()
        .filter_map(|(header, text)| Some((language(header, column)?, text.clone())))
        .collect()
}

/// The languages of a sheet's labels, in the order of the columns.
pub(super) fn languages(sheet: &Sheet) -> Vec<String> {
    let mut found = Vec::new();
    for (header, _) in &sheet.columns {
        if let Some(code) = language(header, "label").filter(|code| !code.is_empty())
            && !found.contains(&code)
        {
            found.push(code);
        }
    }
    found
}
