//! How a text is written: what no answer may hold, and what is put right before it is checked.

use super::problem::ProblemCode;
use crate::model::person::{PersonName, Phone};

/// Refuses NUL, control characters but tab and line ends, and marks that turn the direction.
pub(super) fn check(text: &str) -> Result<(), ProblemCode> {
    let forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.chars().any(forbidden) {
        Err(ProblemCode::ForbiddenCharacter)
    } else {
        Ok(())
    }
}

/// A text as it is stored, by what the question's `ref` says it is. What a keyboard or a ledger
/// adds by habit goes (full-width digits, spaces, a small x); nothing is guessed.
pub(super) fn as_stored(refers: Option<&str>, given: &str) -> String {
    let trimmed = given.trim();
    match refers {
        Some("resident_id") => resident_id(trimmed),
        Some("name") => {
            PersonName::read(trimmed).map_or(trimmed.to_owned(), |n| n.as_str().to_owned())
        }
        Some("phone") => Phone::read(trimmed).map_or(trimmed.to_owned(), |p| p.as_str().to_owned()),
        Some(_) => trimmed.to_owned(),
        None => given.to_owned(),
    }
}

/// Full-width forms become plain, spaces go, x becomes X.
fn resident_id(given: &str) -> String {
    plain_width(given)
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn plain_width(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    })
}
