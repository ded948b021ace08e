//! The festivals that the moon decides, so that a table of holidays can be checked against them.

use chrono::NaiveDate;
use icu_calendar::types::Month;
use icu_calendar::{Date, Iso};

/// A festival: its name in Chinese and English, its month and day of the traditional calendar, and
/// whether it is one of the nation's holidays (全国年节及纪念日放假办法).
const FESTIVALS: [(&str, &str, u8, u8, bool); 4] = [
    ("春节", "Spring Festival", 1, 1, true),
    ("端午节", "Dragon Boat Festival", 5, 5, true),
    ("中秋节", "Mid-Autumn Festival", 8, 15, true),
    ("重阳节", "Double Ninth Festival", 9, 9, false),
];

/// A festival of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Festival {
    /// 中文.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
    /// Its day.
    pub on: NaiveDate,
    /// Whether the nation has a holiday on it.
    pub is_holiday: bool,
}

/// The festivals of a year by GB/T 33661-2017, in order; those that fall outside what the calendar
/// reaches (years beyond four digits) are left out.
pub fn festivals(year: i32) -> Vec<Festival> {
    let on = |month: u8, day: u8| {
        let date = Date::try_new_chinese_traditional(year, Month::new(month), day).ok()?;
        let iso = date.to_calendar(Iso);
        let month = u32::from(iso.month().ordinal);
        let day = u32::from(iso.day_of_month().0);
        NaiveDate::from_ymd_opt(iso.year().extended_year(), month, day)
    };
    let found = FESTIVALS
        .iter()
        .filter_map(|(zh, en, month, day, holiday)| {
            Some(Festival {
                zh,
                en,
                on: on(*month, *day)?,
                is_holiday: *holiday,
            })
        });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(year: i32) -> Vec<String> {
        let found = festivals(year).into_iter();
        found.map(|festival| festival.on.to_string()).collect()
    }

    /// Case 22 of the specification; it names no 重阳 that these do not.
    #[test]
    fn the_festivals_are_those_of_case_22() {
        let spring = ["2026-02-17", "2027-02-06", "2028-01-26"];
        let ninth = ["2026-10-18", "2027-10-08", "2028-10-26"];
        for (at, year) in (2026..=2028).enumerate() {
            let days = days(year);
            assert_eq!(
                (days[0].as_str(), days[3].as_str()),
                (spring[at], ninth[at])
            );
        }
        assert_eq!(&days(2026)[1..3], ["2026-06-19", "2026-09-25"]);
        assert_eq!(&days(2027)[1..3], ["2027-06-09", "2027-09-15"]);
    }

    #[test]
    fn a_year_that_nobody_reaches_has_none_and_nothing_panics() {
        for year in [i32::MIN, -10_000, 0, 1, 9_999, 10_000, i32::MAX] {
            let found = festivals(year);
            assert!(found.len() <= 4, "{year}");
        }
    }

    /// What the notices say (data/holidays_cn.csv) has each of the moon's holidays.
    #[test]
    fn the_shipped_holidays_have_every_festival_of_the_moon() {
        let table = include_str!("../../data/holidays_cn.csv");
        for year in 2024..=2026 {
            for festival in festivals(year).iter().filter(|one| one.is_holiday) {
                let day = festival.on.to_string();
                let has = table.lines().skip(1).any(|line| {
                    let cells: Vec<&str> = line.split(',').collect();
                    cells[2] == "holiday" && (cells[4]..=cells[5]).contains(&day.as_str())
                });
                assert!(has, "{} {day}", festival.zh);
            }
        }
    }
}
