//! One code of an area, in its one canonical form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where each level ends, in digits.
const ENDS: [usize; 6] = [2, 4, 6, 9, 12, 15];

/// A level that has digits in an area's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 省、自治区、直辖市, 2 digits.
    Province,
    /// 市、州, 4 digits.
    Prefecture,
    /// 县、区, 6 digits.
    County,
    /// 乡镇、街道, 9 digits.
    Township,
    /// 村、社区, 12 digits.
    Village,
    /// 网格, 15 digits: the village's and 3 of our own.
    Grid,
}

/// The code of an area in canonical form: 2, 4, 6, 9, 12 or 15 digits, zeros that stand for
/// "all of this level" cut from its end.
///
/// Its order is that of the text, so that an area comes before what lies in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode([u8; 15]);

/// Why a text is no area code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaCodeError {
    /// The text is empty.
    #[error("the area code is empty: give 2, 4, 6, 9, 12 or 15 digits")]
    Empty,
    /// Something other than the digits 0 to 9, at this character counted from 1.
    #[error("character {at} of the area code is not a digit 0-9: type the digits only")]
    NotADigit {
        /// The character's place, from 1.
        at: usize,
    },
    /// The number of digits is none of a level's.
    #[error(
        "an area code has 2, 4, 6, 9, 12 or 15 digits, not {digits}: compare it with the list of areas"
    )]
    Length {
        /// How many digits were given.
        digits: usize,
    },
    /// It begins with `00`, which is no province.
    #[error("an area code does not begin with 00: compare it with the list of areas")]
    NoProvince,
}

impl AreaCode {
    /// Its digits, in canonical form.
    pub fn as_str(&self) -> &str {
        // Only ASCII digits ever get in, so the fallback is never taken.
        std::str::from_utf8(&self.0[..self.digits()]).unwrap_or_default()
    }

    /// What kind of area it is.
    pub fn level(&self) -> AreaLevel {
        match self.digits() {
            0..=2 => AreaLevel::Province,
            3..=4 => AreaLevel::Prefecture,
            5..=6 => AreaLevel::County,
            7..=9 => AreaLevel::Township,
            10..=12 => AreaLevel::Village,
            _ => AreaLevel::Grid,
        }
    }

    /// Whether `other` is this area or lies in it.
    pub fn covers(&self, other: &AreaCode) -> bool {
        other.as_str().starts_with(self.as_str())
    }

    /// The area that it lies in directly; a province has none.
    ///
    /// Where a level is left out, as in cities without counties, it is the level above.
    pub fn parent(&self) -> Option<AreaCode> {
        let shorter = ENDS.iter().rev().find(|end| **end < self.digits())?;
        Some(self.cut(*shorter))
    }

    /// The area of this level that it is or lies in; none when it is larger, or the level is left out.
    pub fn at(&self, level: AreaLevel) -> Option<AreaCode> {
        let end = ENDS[level as usize];
        if self.digits() < end {
            return None;
        }
        Some(self.cut(end)).filter(|code| code.level() == level)
    }

    /// The county that it is or lies in.
    pub fn county(&self) -> Option<AreaCode> {
        self.at(AreaLevel::County)
    }

    /// The township that it is or lies in.
    pub fn township(&self) -> Option<AreaCode> {
        self.at(AreaLevel::Township)
    }

    /// The village that it is or lies in.
    pub fn village(&self) -> Option<AreaCode> {
        self.at(AreaLevel::Village)
    }

    fn digits(&self) -> usize {
        self.0.iter().position(|b| *b == 0).unwrap_or(self.0.len())
    }

    /// The first `end` digits, canonical.
    fn cut(&self, end: usize) -> AreaCode {
        let mut short = [0; 15];
        short[..end].copy_from_slice(&self.0[..end]);
        AreaCode(without_zero_levels(short, end))
    }
}

/// Cuts levels that are all zeros from the end; a province always stays.
fn without_zero_levels(mut digits: [u8; 15], mut len: usize) -> [u8; 15] {
    while let Some(end) = ENDS.iter().rev().copied().find(|end| *end < len) {
        if digits[end..len].iter().any(|b| *b != b'0') {
            break;
        }
        digits[end..len].fill(0);
        len = end;
    }
    digits
}

impl FromStr for AreaCode {
    type Err = AreaCodeError;

    fn from_str(text: &str) -> Result<Self, AreaCodeError> {
        if text.is_empty() {
            return Err(AreaCodeError::Empty);
        }
        if let Some(at) = text.chars().position(|c| !c.is_ascii_digit()) {
            return Err(AreaCodeError::NotADigit { at: at + 1 });
        }
        if !ENDS.contains(&text.len()) {
            return Err(AreaCodeError::Length { digits: text.len() });
        }
        if text.starts_with("00") {
            return Err(AreaCodeError::NoProvince);
        }
        let mut digits = [0; 15];
        digits[..text.len()].copy_from_slice(text.as_bytes());
        Ok(AreaCode(without_zero_levels(digits, text.len())))
    }
}

impl TryFrom<String> for AreaCode {
    type Error = AreaCodeError;

    fn try_from(text: String) -> Result<Self, AreaCodeError> {
        text.parse()
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> String {
        code.as_str().to_owned()
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AreaCode({})", self.as_str())
    }
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
