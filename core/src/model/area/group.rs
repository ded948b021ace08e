//! A villagers' group, 村民小组: the one level that has no digits in an area's code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a villagers' group in its village: two digits, three from 100 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupNo(u16);

/// Why a text is no group number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a group number is 1 to 999, in digits or Chinese numerals (一组, 12组): give the number")]
pub struct GroupNoError;

impl GroupNo {
    /// The smallest number, before all others in order.
    pub const FIRST: GroupNo = GroupNo(1);

    /// Reads `一组`, `第十二村民小组`, `3组`, `３社`, `012`. A group that has only a name (大寨) has no
    /// number to be read: look it up in the tree.
    pub fn read(text: &str) -> Result<GroupNo, GroupNoError> {
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(ascii_digit)
            .collect();
        let number = digits.strip_prefix('第').unwrap_or(&digits);
        let suffixes = ["村民小组", "村小组", "小组", "组", "社", "队"];
        let bare = suffixes
            .iter()
            .find_map(|suffix| number.strip_suffix(suffix));
        let bare = bare.unwrap_or(number);
        let short_digits =
            (1..=3).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit());
        let number = if short_digits {
            bare.parse().ok()
        } else {
            chinese_number(bare)
        };
        match number {
            Some(number @ 1..=999) => Ok(GroupNo(number)),
            _ => Err(GroupNoError),
        }
    }
}

fn ascii_digit(c: char) -> char {
    match c {
        '０'..='９' => {
            char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c)
        }
        c => c,
    }
}

/// A number below 100 in Chinese numerals: 三, 十, 十二, 二十, 二十一.
fn chinese_number(text: &str) -> Option<u16> {
    let unit = |text: &str| -> Option<u16> {
        let mut chars = text.chars();
        let at = "一二三四五六七八九"
            .chars()
            .position(|c| Some(c) == chars.clone().next())?;
        chars.next();
        chars.next().is_none().then_some(at as u16 + 1)
    };
    match text.split_once('十') {
        None => unit(text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { unit(tens)? };
            let ones = if ones.is_empty() { 0 } else { unit(ones)? };
            Some(tens * 10 + ones)
        }
    }
}

impl FromStr for GroupNo {
    type Err = GroupNoError;

    fn from_str(text: &str) -> Result<Self, GroupNoError> {
        GroupNo::read(text)
    }
}

impl TryFrom<String> for GroupNo {
    type Error = GroupNoError;

    fn try_from(text: String) -> Result<Self, GroupNoError> {
        GroupNo::read(&text)
    }
}

impl From<GroupNo> for String {
    fn from(group: GroupNo) -> String {
        group.to_string()
    }
}

impl fmt::Display for GroupNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_number_is_read_from_digits_and_from_chinese_numerals() {
        for (text, number) in [
            ("一组", "01"),
            ("十组", "10"),
            ("十二村民小组", "12"),
            ("第二十一村民小组", "21"),
            ("3组", "03"),
            (" １２ 社", "12"),
            ("007", "07"),
            ("100组", "100"),
        ] {
            assert_eq!(
                GroupNo::read(text).map(|g| g.to_string()).as_deref(),
                Ok(number)
            );
        }
    }

    #[test]
    fn what_has_no_number_is_refused() {
        for text in ["", "组", "大寨", "0组", "1000", "十十组", "一二组", "-1"] {
            assert_eq!(GroupNo::read(text), Err(GroupNoError), "{text}");
        }
    }
}
