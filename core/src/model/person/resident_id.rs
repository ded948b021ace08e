//! The citizen's identity number, GB 11643-1999.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::typed::compact;

/// Weight of each of the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder of the weighted sum by 11.
const CHECKS: [u8; 11] = *b"10X98765432";
/// Nobody has grown older than this, in years.
const OLDEST: i32 = 130;
/// The first two digits of codes that have been given out: provinces, Hong Kong, Macao, Taiwan.
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "81",
    "82", "83",
];

/// 性别 as the number's 17th digit tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// 男, odd.
    Male,
    /// 女, even.
    Female,
}

impl Sex {
    /// The code of GB/T 2261.1: `1` male, `2` female.
    pub fn code(self) -> &'static str {
        match self {
            Sex::Male => "1",
            Sex::Female => "2",
        }
    }
}

/// A citizen's identity number (公民身份号码) whose check character and birth date hold: 17 digits
/// and a digit or `X`.
///
/// It is personal data: `Debug` shows it masked, and [`reveal`](Self::reveal) is the one way to the whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId([u8; 18]);

/// A number as read from what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadResidentId {
    /// The number, 18 characters.
    pub id: ResidentId,
    /// Whether it was an old number of 15 digits, whose check character was computed here and so
    /// proves nothing: somebody must look at the card.
    pub upgraded_unverified: bool,
}

/// Why a text is no identity number. None of the messages repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResidentIdError {
    /// Nothing but blanks.
    #[error("the id number is empty: type it, or choose 无证件 and give the reason")]
    Empty,
    /// It has neither 18 characters nor the old number's 15.
    #[error(
        "an id number has 18 characters (an old one 15), not {found}: compare it with the card"
    )]
    Length {
        /// How many characters were given, blanks not counted.
        found: usize,
    },
    /// Something else than a digit (in the last place: than a digit or X), counted from 1.
    #[error("character {at} of the id number is not a digit: compare it with the card")]
    NotADigit {
        /// The character's place, from 1, blanks not counted.
        at: usize,
    },
    /// Digits 7 to 14 are no day of the calendar.
    #[error("digits 7 to 14 of the id number are no date: compare them with the card")]
    ImpossibleDate,
    /// The birth date lies after the given day.
    #[error("the birth date in the id number lies in the future: compare it with the card")]
    Future,
    /// The birth date would make the person older than 130 years.
    #[error(
        "by the birth date in the id number the person is older than 130: compare it with the card"
    )]
    TooOld,
    /// The last character does not fit the other 17.
    #[error(
        "the last character of the id number does not fit the others: a digit is mistyped, compare it with the card"
    )]
    Check,
}

impl ResidentId {
    /// Reads a number as people type it, judged on the day `today`.
    ///
    /// Blanks, full-width digits, a small x and a leading apostrophe are put right; an old number
    /// of 15 digits is upgraded. Whether the address code was ever given out is not asked (codes
    /// are abolished and merged): see [`province_is_known`](Self::province_is_known).
    pub fn read(text: &str, today: NaiveDate) -> Result<ReadResidentId, ResidentIdError> {
        let typed = compact(text).to_ascii_uppercase();
        let found = typed.chars().count();
        if found == 0 {
            return Err(ResidentIdError::Empty);
        }
        if found != 18 && found != 15 {
            return Err(ResidentIdError::Length { found });
        }
        let wrong = |(at, c): (usize, char)| !(c.is_ascii_digit() || at == 17 && c == 'X');
        if let Some(at) = typed.chars().enumerate().position(wrong) {
            return Err(ResidentIdError::NotADigit { at: at + 1 });
        }
        let id = if found == 15 {
            upgraded(&typed)
        } else {
            whole(&typed)
        };
        id.plausible(today)?;
        if id.0[17] != check_of(&id.0) {
            return Err(ResidentIdError::Check);
        }
        Ok(ReadResidentId {
            id,
            upgraded_unverified: found == 15,
        })
    }

    /// The whole number. Showing it is an act that an audit records.
    pub fn reveal(&self) -> &str {
        // Only ASCII digits and X ever get in, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The number for screens and lists: first six, eight asterisks, last four.
    pub fn masked(&self) -> String {
        format!("{}********{}", &self.reveal()[..6], &self.reveal()[14..])
    }

    /// The day of birth, digits 7 to 14.
    pub fn birth(&self) -> NaiveDate {
        // `read` has checked it, so the fallback is never taken.
        self.birth_if_possible().unwrap_or_default()
    }

    /// The sex, digit 17.
    pub fn sex(&self) -> Sex {
        if self.0[16] % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    /// The first six digits: the county of the household register when the number was given.
    pub fn address_code(&self) -> &str {
        &self.reveal()[..6]
    }

    /// Whether numbers beginning with these two digits have been given out; a foreigner's
    /// permanent residence card begins with 9. A warning's reason, never an error's.
    pub fn province_is_known(&self) -> bool {
        self.0[0] == b'9' || PROVINCES.contains(&&self.reveal()[..2])
    }

    fn birth_if_possible(&self) -> Option<NaiveDate> {
        let number = |digits: &[u8]| digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
        let year = i32::try_from(number(&self.0[6..10])).ok()?;
        NaiveDate::from_ymd_opt(year, number(&self.0[10..12]), number(&self.0[12..14]))
    }

    fn plausible(&self, today: NaiveDate) -> Result<(), ResidentIdError> {
        let birth = self
            .birth_if_possible()
            .ok_or(ResidentIdError::ImpossibleDate)?;
        if birth > today {
            return Err(ResidentIdError::Future);
        }
        let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
        let age = today.year() - birth.year() - i32::from(!had_birthday);
        if age > OLDEST {
            Err(ResidentIdError::TooOld)
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResidentId({})", self.masked())
    }
}

fn whole(eighteen: &str) -> ResidentId {
    let mut number = [0; 18];
    number.copy_from_slice(eighteen.as_bytes());
    ResidentId(number)
}

/// An old number: the century is put in, the check character computed.
fn upgraded(fifteen: &str) -> ResidentId {
    let mut number = [0; 18];
    number[..6].copy_from_slice(&fifteen.as_bytes()[..6]);
    number[6..8].copy_from_slice(b"19");
    number[8..17].copy_from_slice(&fifteen.as_bytes()[6..]);
    number[17] = check_of(&number);
    ResidentId(number)
}

/// The check character that fits the first 17 digits.
fn check_of(number: &[u8; 18]) -> u8 {
    let products = number
        .iter()
        .zip(WEIGHTS)
        .map(|(d, weight)| u32::from(d - b'0') * weight);
    CHECKS[(products.sum::<u32>() % 11) as usize]
}

/// Whether a spreadsheet may have kept this number as a number: it keeps 15 digits, so that 18
/// end in 000, or writes it as `5.30999E+17`.
///
/// One in eleven such losses passes the check, so a number that looks like this is never taken as
/// right: the source must be exported with the column as text.
pub fn looks_like_excel_precision_loss(text: &str) -> bool {
    let typed = compact(text).to_ascii_uppercase();
    if let Some((mantissa, exponent)) = typed.split_once("E+") {
        let mantissa_is_number =
            !mantissa.is_empty() && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.');
        return mantissa_is_number && exponent == "17";
    }
    let typed = typed.strip_suffix(".0").unwrap_or(&typed);
    typed.len() == 18 && typed.ends_with("000") && typed.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
#[path = "resident_id_tests.rs"]
mod tests;
