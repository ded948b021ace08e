//! A telephone number, which reaches a household and identifies nobody.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::typed::compact;

/// What sort of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneKind {
    /// A mainland mobile, 11 digits.
    Mobile,
    /// A mainland landline with its area code (Lincang: 0883).
    Landline,
    /// A number of another country, kept as it was dialled.
    Foreign,
}

/// A number in canonical form: 11 digits; or area code and number without dashes, an extension
/// after one dash; or `+` and the digits of another country.
///
/// Never a key: one phone serves a household, and an elder may have none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// Why a text is no telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing but blanks.
    #[error("the phone number is empty: leave it out or type it")]
    Empty,
    /// Something other than digits, dashes, brackets and a plus sign before them, from 1.
    #[error("character {at} of the phone number is not a digit: type one number only")]
    NotADigit {
        /// The character's place, from 1, blanks not counted.
        at: usize,
    },
    /// It begins like a mobile and has not 11 digits, or its second digit is below 3.
    #[error(
        "a mobile number has 11 digits beginning with 13 to 19, not {digits}: compare it with the person"
    )]
    Mobile {
        /// How many digits were given.
        digits: usize,
    },
    /// Neither a mobile nor a landline with its area code nor a foreign number with its plus sign.
    #[error(
        "{digits} digits are no mobile number: write a landline with its area code (0883…), a foreign number with + before it"
    )]
    Unknown {
        /// How many digits were given.
        digits: usize,
    },
}

impl Phone {
    /// Reads a number as people type it; blanks, dashes, brackets and +86 go.
    pub fn read(text: &str) -> Result<Phone, PhoneError> {
        let typed = one_dash(&compact(text));
        if typed.is_empty() {
            return Err(PhoneError::Empty);
        }
        let wrong =
            |(at, c): (usize, char)| !(c.is_ascii_digit() || c == '-' || at == 0 && c == '+');
        if let Some(at) = typed.chars().enumerate().position(wrong) {
            return Err(PhoneError::NotADigit { at: at + 1 });
        }
        let national = without_country(&typed);
        let digits: String = national.chars().filter(char::is_ascii_digit).collect();
        if national.starts_with('+') {
            return match digits.len() {
                6..=15 => Ok(Phone(format!("+{digits}"))),
                digits => Err(PhoneError::Unknown { digits }),
            };
        }
        if let Some(landline) = landline(national, &digits) {
            return Ok(Phone(landline));
        }
        let len = digits.len();
        match digits.as_bytes() {
            [b'1', b'3'..=b'9', ..] if len == 11 => Ok(Phone(digits)),
            [b'1', ..] => Err(PhoneError::Mobile { digits: len }),
            _ => Err(PhoneError::Unknown { digits: len }),
        }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What sort of number it is.
    pub fn kind(&self) -> PhoneKind {
        match self.0.as_bytes().first() {
            Some(b'+') => PhoneKind::Foreign,
            Some(b'0') => PhoneKind::Landline,
            _ => PhoneKind::Mobile,
        }
    }
}

/// All dashes alike, no brackets; `00` before a country becomes `+`.
fn one_dash(typed: &str) -> String {
    let kept = typed.chars().filter(|c| !matches!(c, '(' | ')'));
    let same: String = kept
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '/' => '-',
            c => c,
        })
        .collect();
    match same.strip_prefix("00") {
        Some(abroad) => format!("+{abroad}"),
        None => same,
    }
}

/// Without China's own country code.
fn without_country<'t>(typed: &'t str) -> &'t str {
    let after = |text: &'t str, digit| text.trim_start_matches('-').strip_prefix(digit);
    let plus = typed.strip_prefix('+');
    let china = plus.and_then(|rest| after(after(rest, '8')?, '6'));
    let bare = china.or_else(|| {
        let rest = typed.strip_prefix("86")?.trim_start_matches('-');
        (rest.len() >= 11 && rest.starts_with('1')).then_some(rest)
    });
    bare.unwrap_or(typed).trim_start_matches('-')
}

/// `0`, two or three digits of the area, seven or eight of the number, an extension after a dash.
fn landline(national: &str, digits: &str) -> Option<String> {
    if !digits.starts_with('0') {
        return None;
    }
    let whole = |number: &str| (10..=12).contains(&number.len());
    if let Some((number, extension)) = national.rsplit_once('-') {
        let number: String = number.chars().filter(char::is_ascii_digit).collect();
        if whole(&number) && (1..=5).contains(&extension.len()) {
            return Some(format!("{number}-{extension}"));
        }
    }
    whole(digits).then(|| digits.to_owned())
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        Phone::read(&text)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> String {
        phone.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_found_in_what_people_type() {
        for (typed, number, kind) in [
            ("15400000001", "15400000001", PhoneKind::Mobile),
            ("154-0000-0001", "15400000001", PhoneKind::Mobile),
            ("+86 154 0000 0001", "15400000001", PhoneKind::Mobile),
            ("008615400000001", "15400000001", PhoneKind::Mobile),
            ("8615400000001", "15400000001", PhoneKind::Mobile),
            ("１５４００００００01", "15400000001", PhoneKind::Mobile),
            ("'15400000001", "15400000001", PhoneKind::Mobile),
            ("0883-0000001", "08830000001", PhoneKind::Landline),
            ("(0883) 0000001", "08830000001", PhoneKind::Landline),
            ("0883-0000001-12", "08830000001-12", PhoneKind::Landline),
            ("010-00000001", "01000000001", PhoneKind::Landline),
            ("+95 9 000 000 001", "+959000000001", PhoneKind::Foreign),
            ("0095 9000000001", "+959000000001", PhoneKind::Foreign),
        ] {
            let phone = Phone::read(typed).unwrap();
            assert_eq!((phone.as_str(), phone.kind()), (number, kind));
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (typed, why) in [
            (" ", PhoneError::Empty),
            ("1540000001", PhoneError::Mobile { digits: 10 }),
            ("12400000001", PhoneError::Mobile { digits: 11 }),
            ("0000001", PhoneError::Unknown { digits: 5 }),
            ("2123456", PhoneError::Unknown { digits: 7 }),
            ("无", PhoneError::NotADigit { at: 1 }),
            ("15400000001、", PhoneError::NotADigit { at: 12 }),
            ("+95", PhoneError::Unknown { digits: 2 }),
            ("+-860000", PhoneError::Unknown { digits: 4 }),
            ("+8-60000", PhoneError::Unknown { digits: 4 }),
        ] {
            assert_eq!(Phone::read(typed), Err(why), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_number_once_read_reads_as_itself(typed in "[+]?[0-9 ()-]{5,18}") {
            if let Ok(phone) = Phone::read(&typed) {
                prop_assert_eq!(Phone::read(phone.as_str()), Ok(phone));
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in ".{0,40}") {
            let _ = Phone::read(&text);
        }
    }
}
