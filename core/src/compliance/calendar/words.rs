//! Periods as people say them.

use super::PeriodName;
use crate::compliance::Language;
use crate::facts::rows::Day;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl PeriodName {
    /// The period in words: `2024年5月`, `May 2024`. An event, whose name is the county's own code, is
    /// said to be one that the county published.
    pub fn in_words(&self, lang: Language) -> String {
        match lang {
            Language::Zh => self.in_chinese(),
            Language::En => self.in_english(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            PeriodName::Day(day) => {
                let (year, month, day) = parts(*day);
                format!("{year}年{month}月{day}日")
            }
            PeriodName::Week(year, week) => format!("{year}年第{week}周"),
            PeriodName::Month(year, month) => format!("{year}年{month}月"),
            PeriodName::Quarter(year, quarter) => format!("{year}年第{quarter}季度"),
            PeriodName::HalfYear(year, 1) => format!("{year}年上半年"),
            PeriodName::HalfYear(year, _) => format!("{year}年下半年"),
            PeriodName::Window { kind, school_year } => {
                let season = if is_winter(kind) { "寒假" } else { "暑假" };
                format!("{school_year}学年{season}")
            }
            PeriodName::Event(_) => "县里发布的时段".to_owned(),
        }
    }

    fn in_english(&self) -> String {
        let month = |month: u32| MONTHS.get(month as usize - 1).copied().unwrap_or_default();
        match self {
            PeriodName::Day(day) => {
                let (year, number, day) = parts(*day);
                format!("{day} {} {year}", month(number))
            }
            PeriodName::Week(year, week) => format!("week {week} of {year}"),
            PeriodName::Month(year, number) => format!("{} {year}", month(*number)),
            PeriodName::Quarter(year, quarter) => format!("quarter {quarter} of {year}"),
            PeriodName::HalfYear(year, 1) => format!("the first half of {year}"),
            PeriodName::HalfYear(year, _) => format!("the second half of {year}"),
            PeriodName::Window { kind, school_year } => {
                let season = if is_winter(kind) { "winter" } else { "summer" };
                format!("the {season} vacation of {school_year}")
            }
            PeriodName::Event(_) => "a time that the county announced".to_owned(),
        }
    }
}

fn is_winter(kind: &str) -> bool {
    kind == "winter_vacation"
}

fn parts(day: Day) -> (i32, u32, u32) {
    use chrono::Datelike;
    let date = day.date();
    (date.year(), date.month(), date.day())
}

/// A period by its printed name, in words; one that is no calendar period's is an event's.
pub fn period_in_words(name: &str, lang: Language) -> String {
    let period = PeriodName::parse(name);
    period
        .unwrap_or_else(|| PeriodName::Event(name.to_owned()))
        .in_words(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_period_is_said_as_people_say_it() {
        for (name, zh, en) in [
            ("2024-05", "2024年5月", "May 2024"),
            ("2024-Q2", "2024年第2季度", "quarter 2 of 2024"),
            ("2024-H2", "2024年下半年", "the second half of 2024"),
            ("2024-W22", "2024年第22周", "week 22 of 2024"),
            ("2024-05-10", "2024年5月10日", "10 May 2024"),
            (
                "winter_vacation/2023-2024",
                "2023-2024学年寒假",
                "the winter vacation of 2023-2024",
            ),
            (
                "flood-7",
                "县里发布的时段",
                "a time that the county announced",
            ),
        ] {
            assert_eq!(period_in_words(name, Language::Zh), zh);
            assert_eq!(period_in_words(name, Language::En), en);
        }
    }
}
