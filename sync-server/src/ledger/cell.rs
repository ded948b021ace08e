//! What stands in one cell, and what it means.

use chrono::{Datelike, Days, NaiveDate};

/// A day, or as much of it as was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PartDate {
    /// The day; the first of the month or year where no more was written.
    pub first: NaiveDate,
    pub precision: Precision,
}

/// How much of a date was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    Year,
    Month,
    Day,
}

impl Precision {
    /// The code of the forms' `…_precision` questions.
    pub fn code(self) -> &'static str {
        match self {
            Precision::Year => "y",
            Precision::Month => "m",
            Precision::Day => "d",
        }
    }
}

impl PartDate {
    /// The last day that it can mean.
    pub fn last(self) -> NaiveDate {
        let next = match self.precision {
            Precision::Day => return self.first,
            Precision::Month if self.first.month() < 12 => {
                NaiveDate::from_ymd_opt(self.first.year(), self.first.month() + 1, 1)
            }
            _ => NaiveDate::from_ymd_opt(self.first.year() + 1, 1, 1),
        };
        next.and_then(|next| next.pred_opt()).unwrap_or(self.first)
    }
}

/// The cell's text: full-width digits, letters and signs made half-width, blanks and the
/// spreadsheet's leading apostrophe cut from its ends. Chinese punctuation stays.
pub(super) fn clean(text: &str) -> String {
    let half = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '．' | '－' | '／' | '＋' => {
            char::from_u32(u32::from(c) - 0xFF01 + u32::from('!')).unwrap_or(c)
        }
        '\u{A0}' | '\u{3000}' | '\t' => ' ',
        c => c,
    };
    let invisible = |c: &char| !matches!(c, '\u{FEFF}' | '\u{200B}' | '\u{2060}');
    let half: String = text.chars().filter(invisible).map(half).collect();
    let text = half.trim();
    text.strip_prefix(['\'', '\u{2018}', '\u{2019}'])
        .unwrap_or(text)
        .trim()
        .to_owned()
}

/// Words that say that there is nothing to say.
pub(super) fn says_nothing(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '-' | '—' | '/' | '\\'))
        || matches!(text, "不适用" | "N/A" | "n/a" | "NULL" | "null" | "空")
}

/// The dates that ledgers write: 2024-05-01, 2024.5.1, 2024/5/1, 2024年5月1日, 20240501, Excel's
/// 45413, each also without the day or the month. What could be read in two ways is refused.
pub(super) fn date(text: &str) -> Option<PartDate> {
    let text: String = clean(text)
        .chars()
        .filter(|c| *c != ' ' || text.contains(':'))
        .collect();
    let text = match text.split_once([' ', 'T']) {
        Some((day, time))
            if time
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, ':' | '.')) =>
        {
            day
        }
        Some(_) => return None,
        None => text.as_str(),
    };
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return digits_only(text);
    }
    let parted = text.replace(['年', '月', '.', '/', '-', '—', '、'], " ");
    let parted = parted.replace(['日', '号'], " ");
    let numbers: Vec<&str> = parted.split_whitespace().collect();
    match numbers[..] {
        [year] => of(year, None, None),
        [year, month] => of(year, Some(month), None),
        [year, month, day] => of(year, Some(month), Some(day)),
        _ => None,
    }
}

fn digits_only(text: &str) -> Option<PartDate> {
    match text.len() {
        4 => of(text, None, None),
        // Excel counts days from 1899-12-30; five digits are the years 1927 to 2173.
        5 => {
            let serial: u64 = text.parse().ok().filter(|days| *days >= 10_000)?;
            let first =
                NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(serial))?;
            Some(PartDate {
                first,
                precision: Precision::Day,
            })
        }
        6 => of(&text[..4], Some(&text[4..]), None),
        8 => of(&text[..4], Some(&text[4..6]), Some(&text[6..])),
        _ => None,
    }
}

fn of(year: &str, month: Option<&str>, day: Option<&str>) -> Option<PartDate> {
    let year: i32 = Some(year).filter(|y| y.len() == 4)?.parse().ok()?;
    if !(1850..=2150).contains(&year) {
        return None;
    }
    let number = |text: &str| -> Option<u32> { text.parse().ok().filter(|_| text.len() <= 2) };
    let precision = match (month, day) {
        (None, _) => Precision::Year,
        (_, None) => Precision::Month,
        _ => Precision::Day,
    };
    let (month, day) = (month.map_or(Some(1), number)?, day.map_or(Some(1), number)?);
    let first = NaiveDate::from_ymd_opt(year, month, day)?;
    Some(PartDate { first, precision })
}

/// Whether it is a tick and nothing else.
pub(super) fn is_tick(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| matches!(c, '√' | '✓' | '✔' | '☑' | '■' | '☒'))
}

/// Yes or no in the ways that ledgers say it; none when it is neither.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    let chosen = choices(text);
    let word = match chosen.as_slice() {
        [word] => word.as_str(),
        [] if text.contains('□') => return Some(false),
        _ => text,
    };
    match word {
        "是" | "有" | "1" | "Y" | "y" | "已" | "已录入" | "已签" | "已签订" | "已登记" | "对" => {
            Some(true)
        }
        "否" | "无" | "没有" | "0" | "N" | "n" | "未" | "未录入" | "未签" | "未签订" | "未登记"
        | "×" | "不是" => Some(false),
        word if is_tick(word) => Some(true),
        _ => None,
    }
}

/// The chosen words of a cell with several: parted by 、 ; , / and line breaks, or marked ☑ among
/// words marked □.
pub(super) fn choices(text: &str) -> Vec<String> {
    let mut chosen = Vec::new();
    let mut word = String::new();
    let mut wanted = true;
    let mut finish = |word: &mut String, wanted: bool| {
        let text = word.trim();
        if wanted && !text.is_empty() && !chosen.iter().any(|c| c == text) {
            chosen.push(text.to_owned());
        }
        word.clear();
    };
    for c in text.chars() {
        match c {
            '、' | ';' | '；' | ',' | '，' | '/' | '\n' | '\r' | '|' => {
                finish(&mut word, wanted);
                wanted = true;
            }
            '☑' | '☒' | '■' | '√' | '✓' | '✔' => {
                finish(&mut word, wanted);
                wanted = true;
            }
            '□' | '☐' => {
                finish(&mut word, wanted);
                wanted = false;
            }
            c => word.push(c),
        }
    }
    finish(&mut word, wanted);
    chosen
}

#[cfg(test)]
#[path = "cell_tests.rs"]
mod tests;
