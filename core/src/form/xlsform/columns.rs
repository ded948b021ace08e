//! Which columns a survey may have, and how a header names a language.

use super::headers::TRANSLATED;
use super::problem::SourceProblem;
use super::sheets::{Column, Row, Sheet};
use crate::form::codes::language_code;
use crate::form::definition::Labels;
use crate::form::told::{Told, told};

/// The columns of a survey that are in no language.
const PLAIN: [&str; 24] = [
    "type",
    "name",
    "required",
    "relevant",
    "constraint",
    "calculation",
    "trigger",
    "default",
    "read_only",
    "appearance",
    "repeat_count",
    "choice_filter",
    "parameters",
    "save_to",
    "disabled",
    "bind::tanfang:of",
    "bind::tanfang:compartment",
    "bind::tanfang:merge",
    "bind::tanfang:sensitivity",
    "bind::tanfang:ref",
    "bind::tanfang:warn",
    "bind::tanfang:warn_message",
    "bind::tanfang:source",
    "autoplay",
];

/// Columns for the screens and the text messages of other programs: they change no answer here.
const FOR_OTHERS: [&str; 6] = [
    "body::",
    "control::",
    "sms_",
    "autoplay",
    "noapperrorstring",
    "no_app_error_string",
];

/// Refuses columns that are not known: a mistyped header would silently switch a rule off.
pub(super) fn check(sheet: &Sheet, problems: &mut Vec<SourceProblem>) {
    check_languages(sheet, problems);
    for column in &sheet.columns {
        let header = column.header.as_str();
        let known = PLAIN.contains(&header)
            || header.starts_with("bind::tanfang:warn_message_")
            || TRANSLATED
                .iter()
                .any(|column| language(header, column).is_some());
        if FOR_OTHERS.iter().any(|other| header.starts_with(other)) {
            let said = told!(
                "这一列只对其他软件有用，这里不起作用",
                "this column speaks to other programs; it does nothing here"
            );
            let problem = SourceProblem::new(sheet.name, sheet.line, header, said);
            problems.push(problem.warning());
        } else if !known {
            let said = told!(
                "不认识这一列；请改正列名或删去这一列",
                "this column is not known here; correct or remove it"
            );
            problems.push(
                SourceProblem::new(sheet.name, sheet.line, header, said)
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
    Some(language_code(name).to_owned())
}

/// Whether a text begins a `${` that it does not close.
pub(super) fn is_open(text: &str) -> bool {
    text.split("${").skip(1).any(|rest| !rest.contains('}'))
}

/// What is wrong with a name whose letters stand in pieces, as some keyboards and file systems write
/// them.
pub(super) fn in_pieces() -> Told {
    told!(
        "名称里有拆开写的字符，和合起来写的同一个字符会被当作两个名称；请重新输入",
        "the name holds letters written in pieces (NFD), which make it another name than it looks; type it anew"
    )
}

pub(super) fn unclosed() -> Told {
    told!(
        "${{ 之后没有 }}；题目写作 ${{名称}}",
        "a ${{ is not closed; a question is written ${{name}}"
    )
}

/// Tells of two columns that say the same in one language: a row has one text of a language.
pub(super) fn check_languages(sheet: &Sheet, problems: &mut Vec<SourceProblem>) {
    let mut seen: Vec<(&str, String, &str)> = Vec::new();
    for Column { header, .. } in &sheet.columns {
        let own = |c: &&'static str| Some((*c, language(header, c)?));
        let Some((column, code)) = TRANSLATED.iter().find_map(own) else {
            continue;
        };
        let mut before = seen.iter().filter(|s| s.0 == column && s.1 == code);
        if let Some((_, _, first)) = before.find(|(.., before)| before != header) {
            let said = told!(
                "与列 {first} 是同一种语言（{code}），两列都填时只用这一列；请删去一列，或改语言代码",
                "this is the language of column {first} too ({code}); where both are filled in, only this one is used: remove one, or correct its code"
            );
            let problem = SourceProblem::new(sheet.name, sheet.line, header, said);
            problems.push(problem.warning());
        }
        seen.push((column, code, header));
    }
}

/// A row's texts by language code.
pub(super) fn texts(row: &Row, column: &str) -> Labels {
    let of = |(header, text): (&String, &String)| Some((language(header, column)?, text.clone()));
    row.cells.iter().filter_map(of).collect()
}

/// A row's files by kind and language code.
pub(super) fn media(row: &Row) -> std::collections::BTreeMap<String, Labels> {
    ["image", "big-image", "audio", "video"]
        .into_iter()
        .map(|kind| (kind.to_owned(), texts(row, kind)))
        .filter(|(_, files)| !files.is_empty())
        .collect()
}

/// The languages of a sheet's labels, in the order of the columns.
pub(super) fn languages(sheet: &Sheet) -> Vec<String> {
    let mut found = Vec::new();
    for column in &sheet.columns {
        if let Some(code) = language(&column.header, "label").filter(|code| !code.is_empty())
            && !found.contains(&code)
        {
            found.push(code);
        }
    }
    found
}
