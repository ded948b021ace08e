//! A person's name as it may stand in a government file.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::typed::is_blank;

/// Room for at least 25 Han characters, or a Latin name (民委发〔2016〕33号).
const LONGEST: usize = 50;
/// The separator of names of many peoples (民委发〔2016〕33号, GB 18030 A1A4).
const DOT: char = '\u{B7}';

/// A name in canonical form: 1 to 50 code points, NFC, no padding, `·` as its only dot.
///
/// A name has no surname and no length that every people shares: `岩` and `娜测试` are whole names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but blanks and dots.
    #[error("the name is empty: type it")]
    Empty,
    /// More than 50 code points.
    #[error("the name has {found} characters, more than 50: type the name only")]
    TooLong {
        /// How many code points were given.
        found: usize,
    },
    /// A digit, counted from 1 among the characters.
    #[error("character {at} of the name is a digit: type the name only, notes go elsewhere")]
    Digit {
        /// The character's place, from 1.
        at: usize,
    },
    /// A control or direction mark, which would show another name than is stored.
    #[error("character {at} of the name cannot be shown: type the name anew")]
    Control {
        /// The character's place, from 1.
        at: usize,
    },
    /// A question mark, box or U+FFFD stands where a character was lost.
    #[error(
        "character {at} of the name was lost when the file was written: type the name, or save the file as UTF-8"
    )]
    Lost {
        /// The character's place, from 1.
        at: usize,
    },
}

impl PersonName {
    /// Reads a name as people type it.
    ///
    /// Dots of every kind become `·`, without blanks beside it, none at either end; blanks
    /// beside a character that is not Latin are padding and go; others shrink to one space.
    /// Composed to NFC, never NFKC, so that a rare character stays the one on the card.
    pub fn read(text: &str) -> Result<PersonName, NameError> {
        let composed: Vec<char> = text.nfc().map(one_dot).collect();
        if let Some(error) = composed
            .iter()
            .enumerate()
            .find_map(|(at, c)| refused(at + 1, *c))
        {
            return Err(error);
        }
        let name = without_padding(&composed);
        let found = name.chars().count();
        match found {
            0 => Err(NameError::Empty),
            1..=LONGEST => Ok(PersonName(name)),
            _ => Err(NameError::TooLong { found }),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Dots that stand for the separator in files from keyboards of all kinds.
fn one_dot(c: char) -> char {
    match c {
        '.' | '\u{FF0E}' | '\u{2022}' | '\u{2027}' | '\u{30FB}' | '\u{FF65}' | '\u{2219}'
        | '\u{22C5}' => DOT,
        _ => c,
    }
}

fn refused(at: usize, c: char) -> Option<NameError> {
    match c {
        // 〇 counts as a number in Unicode and is a character of names.
        '\u{3007}' => None,
        '?' | '\u{FF1F}' | '\u{FFFD}' | '\u{25A1}' => Some(NameError::Lost { at }),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' => {
            Some(NameError::Control { at })
        }
        _ if is_blank(c) => None,
        _ if c.is_control() => Some(NameError::Control { at }),
        _ if c.is_numeric() => Some(NameError::Digit { at }),
        _ => None,
    }
}

fn without_padding(composed: &[char]) -> String {
    let mut name = String::new();
    let mut last: Option<char> = None;
    let mut gap = false;
    for c in composed.iter().copied() {
        if is_blank(c) {
            gap = true;
            continue;
        }
        if c == DOT && last.is_none_or(|last| last == DOT) {
            continue;
        }
        if gap && last.is_some_and(keeps_spaces) && keeps_spaces(c) {
            name.push(' ');
        }
        name.push(c);
        last = Some(c);
        gap = false;
    }
    name.trim_end_matches([DOT, ' ']).to_owned()
}

/// Whether a space beside this character parts words, as in alphabets.
fn keeps_spaces(c: char) -> bool {
    c != DOT && c.is_alphabetic() && u32::from(c) < 0x2E80
}

impl TryFrom<String> for PersonName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        PersonName::read(&text)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> String {
        name.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<String, NameError> {
        PersonName::read(text).map(String::from)
    }

    #[test]
    fn every_kind_of_dot_becomes_the_one_separator() {
        for dot in [".", "．", "•", "‧", "・", "∙", "⋅", "·", " · ", "··"] {
            assert_eq!(read(&format!("样例{dot}测试")).unwrap(), "样例·测试");
        }
        assert_eq!(read("·样例·测试．").unwrap(), "样例·测试");
        assert_eq!(read("甲·乙·丙").unwrap(), "甲·乙·丙");
    }

    #[test]
    fn padding_goes_and_spaces_of_latin_names_stay() {
        assert_eq!(read("测　试").unwrap(), "测试");
        assert_eq!(read(" 测\u{A0} 试\t").unwrap(), "测试");
        assert_eq!(read("Test  Person").unwrap(), "Test Person");
        assert_eq!(read("测试 Test").unwrap(), "测试Test");
    }

    #[test]
    fn single_part_names_are_whole_names() {
        for name in ["岩", "玉", "叶测试", "三测试", "扎测试"] {
            assert_eq!(read(name).unwrap(), name);
        }
    }

    #[test]
    fn rare_characters_survive_and_count_as_one() {
        for name in ["测𠮷", "测\u{31350}", "测〇", "测\u{E863}", "葛\u{E0100}测"] {
            assert_eq!(read(name).unwrap(), name);
        }
        assert_eq!(read(&"𠮷".repeat(50)).unwrap().chars().count(), 50);
        assert_eq!(
            read(&"𠮷".repeat(51)),
            Err(NameError::TooLong { found: 51 })
        );
    }

    #[test]
    fn names_are_composed_but_their_characters_are_not_replaced() {
        assert_eq!(read("Te\u{301}st").unwrap(), "T\u{E9}st");
        // NFKC would turn the full-width letter into an ASCII one.
        assert_eq!(read("测Ａ").unwrap(), "测Ａ");
    }

    #[test]
    fn what_is_no_name_says_why() {
        for (text, why) in [
            ("　", NameError::Empty),
            ("··", NameError::Empty),
            ("测试1", NameError::Digit { at: 3 }),
            ("测试２", NameError::Digit { at: 3 }),
            ("测\u{202E}试", NameError::Control { at: 2 }),
            ("测\u{0}", NameError::Control { at: 2 }),
            ("测?", NameError::Lost { at: 2 }),
            ("测\u{FFFD}", NameError::Lost { at: 2 }),
        ] {
            assert_eq!(read(text), Err(why));
        }
    }

    proptest! {
        #[test]
        fn a_name_once_read_reads_as_itself(text in "[·. 　a-zé岩玉测试𠮷]{0,30}") {
            if let Ok(name) = PersonName::read(&text) {
                prop_assert_eq!(PersonName::read(name.as_str()), Ok(name));
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,80}") {
            let _ = PersonName::read(&text);
        }
    }
}
