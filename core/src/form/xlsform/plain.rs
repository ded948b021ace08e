//! What an input method and a word processor put into cells: full-width signs, curly quotes,
//! stray blanks. In what a program reads they become plain; in what a person reads they stay.

use crate::form::linked::calls;

/// Columns that a program reads as an expression.
const EXPRESSIONS: [&str; 14] = [
    "required",
    "relevant",
    "constraint",
    "calculation",
    "trigger",
    "read_only",
    "repeat_count",
    "choice_filter",
    "instance_name",
    "create_if",
    "update_if",
    "entity_id",
    "bind::tanfang:warn",
    "parameters",
];

/// Columns that a program reads as a name or a word.
const WORDS: [&str; 10] = [
    "type",
    "name",
    "list_name",
    "appearance",
    "save_to",
    "form_id",
    "version",
    "dataset",
    "disabled",
    "allow_choice_duplicates",
];

/// A cell as it is meant, by its column.
pub(super) fn cell(sheet: &str, header: &str, text: &str) -> String {
    let text = trimmed(text);
    let is_word =
        WORDS.contains(&header) || (header.starts_with("bind::tanfang:") && !free(header));
    if EXPRESSIONS.contains(&header) {
        expression(&text)
    } else if is_word && sheet != "osm" {
        narrow(&text).trim().to_owned()
    } else if header == "default" {
        let meant = expression(&text);
        let known = || {
            let mut names = crate::expr::function_names();
            names.any(|name| meant.contains(&format!("{name}(")))
        };
        // A bracket after any word is a call; one that was typed wide only after a function's name.
        let dynamic = meant.contains("${") || calls(&text) || (calls(&meant) && known());
        let number = meant.parse::<f64>().is_ok();
        if dynamic || number { meant } else { text }
    } else {
        text
    }
}

/// Of our own columns those that a person reads, and the one that is an expression.
fn free(header: &str) -> bool {
    let name = header.trim_start_matches("bind::tanfang:");
    name.starts_with("warn") || matches!(name, "source" | "sensitivity")
}

/// Without blanks around, ideographic ones among them, and without marks that have no width.
pub(super) fn trimmed(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| !matches!(c, '\u{feff}' | '\u{200b}'));
    kept.collect::<String>().trim().to_owned()
}

/// Full-width forms and the ideographic space made plain.
pub(super) fn narrow(text: &str) -> String {
    text.chars().map(narrow_sign).collect()
}

fn narrow_sign(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        other => other,
    }
}

/// An expression with plain signs and quotes; what stands in quotes stays.
pub(super) fn expression(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (quote(c), c) {
            (Some(plain), _) => {
                read.push(plain);
                let within = rest.as_str();
                match end_of_text(within, c, plain) {
                    Some((end, after)) => {
                        read.push_str(&within[..end]);
                        read.push(plain);
                        rest = within[after..].chars();
                    }
                    None => {
                        read.push_str(within);
                        return read;
                    }
                }
            }
            (None, '≥') => read.push_str(">="),
            (None, '≤') => read.push_str("<="),
            (None, '≠') => read.push_str("!="),
            (None, '×') => read.push('*'),
            (None, '−' | '–') => read.push('-'),
            (None, c) => read.push(narrow_sign(c)),
        }
    }
    read
}

/// The plain quote that a sign stands for.
fn quote(c: char) -> Option<char> {
    match c {
        '\'' | '‘' | '’' | '＇' => Some('\''),
        '"' | '“' | '”' | '＂' => Some('"'),
        _ => None,
    }
}

/// Where a quoted text ends and the rest begins: at its like, else at another of its kind.
fn end_of_text(within: &str, opened: char, plain: char) -> Option<(usize, usize)> {
    let straight = opened == plain;
    let same = within.char_indices().find(|(_, c)| *c == plain && straight);
    let kind = || {
        within
            .char_indices()
            .find(|(_, c)| quote(*c) == Some(plain))
    };
    let (end, closing) = same.or_else(kind)?;
    Some((end, end + closing.len_utf8()))
}

/// Characters that no cell may hold.
pub(super) fn is_forbidden(text: &str) -> bool {
    crate::form::written::check(text).is_err()
}

#[cfg(test)]
mod tests {
    use super::{cell, expression};

    #[test]
    fn an_expression_typed_with_an_input_method_is_the_same_expression() {
        for (typed, meant) in [
            ("${a}　＝　１", "${a} = 1"),
            ("selected（${x}，‘甲’）", "selected(${x},'甲')"),
            (
                "concat(“他说：‘好’”, ＂乙＂)",
                "concat(\"他说：‘好’\", \"乙\")",
            ),
            ("${a} ≥ 5 and ${b}≠’x’", "${a} >= 5 and ${b}!='x'"),
            ("'（全角）’ 留着'", "'（全角）’ 留着'"),
            ("'not closed（", "'not closed（"),
            ("regex(., '^[“”]+$')", "regex(., '^[“”]+$')"),
        ] {
            assert_eq!(expression(typed), meant);
        }
    }

    #[test]
    fn what_a_person_reads_stays_as_it_was_typed() {
        assert_eq!(cell("survey", "label::zh", " “好”（１） "), "“好”（１）");
        assert_eq!(cell("choices", "name", "１２\u{3000}"), "12");
        assert_eq!(cell("survey", "default", "（无）"), "（无）");
        assert_eq!(cell("survey", "default", "ｔｏｄａｙ（）"), "today()");
        assert_eq!(
            cell("survey", "bind::tanfang:warn_message", "“请核对”"),
            "“请核对”"
        );
    }
}
