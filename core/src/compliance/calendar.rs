//! Periods, windows, events, workdays: everything about days that a county publishes or a pack
//! asks. The zone is UTC+8.

mod document;
mod read;
mod rows;
mod words;

pub(crate) use read::read_division;
pub use rows::{CalendarRow, CalendarRowError};
pub use words::period_in_words;

use std::collections::BTreeSet;
use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::facts::rows::Day;

/// How often a rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cadence {
    /// 每日.
    Day,
    /// 每周, Monday to Sunday (ISO).
    Week,
    /// 每月.
    Month,
    /// 每季度.
    Quarter,
    /// 每半年.
    HalfYear,
}

/// The name of a period, as reports and cases print it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodName {
    /// `2024-05-10`: a day, the trigger of a deadline, or the day that an existence rule is asked.
    Day(Day),
    /// `2024-W22`.
    Week(i32, u32),
    /// `2024-05`.
    Month(i32, u32),
    /// `2024-Q2`.
    Quarter(i32, u32),
    /// `2024-H1`.
    HalfYear(i32, u32),
    /// `winter_vacation/2024-2025`.
    Window {
        /// `winter_vacation` or `summer_vacation`.
        kind: String,
        /// As `2024-2025`.
        school_year: String,
    },
    /// The id of an event.
    Event(String),
}

/// A text that names no period, and what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no period: write 2024-05, 2024-Q2, 2024-H1, 2024-W22, 2024-05-10, winter_vacation/2024-2025, or the id of an event of the calendar"
)]
pub struct NotAPeriod(pub String);

/// A period: its name and its days, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// The name.
    pub name: PeriodName,
}

/// A school vacation, as the county's education bureau publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The county's code; it covers what lies below it.
    pub county: String,
    /// `winter_vacation` or `summer_vacation`.
    pub kind: String,
    /// As `2024-2025`; the window belongs to it, whatever calendar year it lies in.
    pub school_year: String,
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
}

/// Something that the county published, for whose days more visits are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id, which is the name of its period.
    pub id: String,
    /// `extreme_weather`.
    pub kind: String,
    /// The divisions it holds for.
    pub divisions: Vec<String>,
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
    /// How many visits it asks; none leaves that to the parameter `event_min`.
    pub min: Option<u32>,
    /// The modes that count; none leaves that to the rule.
    pub modes: Vec<String>,
}

/// What a county publishes about days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Weekdays that are no workdays.
    pub holidays: BTreeSet<Day>,
    /// Days that are workdays whatever else they are (调休).
    pub workdays: BTreeSet<Day>,
    /// School vacations.
    pub windows: Vec<Window>,
    /// Events.
    pub events: Vec<Event>,
    /// 报送日: days at whose end the county freezes its figures (S000 四). They decide no line.
    pub report_days: BTreeSet<Day>,
}

impl Cadence {
    /// Gives the period of this cadence that holds the day.
    pub fn holding(self, day: Day) -> Period {
        let date = day.date();
        let (year, month) = (date.year(), date.month());
        let months = |length: u32| {
            let first = (month - 1) / length * length + 1;
            let next = match first + length {
                13.. => Day::from_ymd(year + 1, 1, 1),
                next => Day::from_ymd(year, next, 1),
            };
            let last = next.map_or(Day::MAX, |next| next.plus(-1));
            (
                Day::from_ymd(year, first, 1).unwrap_or(day),
                last,
                (first - 1) / length + 1,
            )
        };
        match self {
            Cadence::Day => Period {
                first: day,
                last: day,
                name: PeriodName::Day(day),
            },
            Cadence::Week => {
                let week = date.iso_week();
                let first = day.plus(-(date.weekday().num_days_from_monday() as i32));
                let name = PeriodName::Week(week.year(), week.week());
                Period {
                    first,
                    last: first.plus(6),
                    name,
                }
            }
            Cadence::Month => {
                let (first, last, _) = months(1);
                Period {
                    first,
                    last,
                    name: PeriodName::Month(year, month),
                }
            }
            Cadence::Quarter => {
                let (first, last, number) = months(3);
                Period {
                    first,
                    last,
                    name: PeriodName::Quarter(year, number),
                }
            }
            Cadence::HalfYear => {
                let (first, last, number) = months(6);
                Period {
                    first,
                    last,
                    name: PeriodName::HalfYear(year, number),
                }
            }
        }
    }

    /// Gives the period before; none before the first there is.
    pub fn before(self, period: &Period) -> Option<Period> {
        (period.first > Day::MIN).then(|| self.holding(period.first.plus(-1)))
    }
}

impl PeriodName {
    /// Reads a name; whatever has none of the forms of a day, week, month, quarter, half-year or
    /// window may be an event's id, which the calendar knows.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(day) = text.parse::<Day>() {
            return Some(PeriodName::Day(day));
        }
        if let Some((kind, school_year)) = text.split_once('/') {
            let known = super::codes::WINDOWS.contains(&kind) && is_school_year(school_year);
            let window = || PeriodName::Window {
                kind: kind.to_string(),
                school_year: school_year.to_string(),
            };
            return known.then(window);
        }
        let (year, rest) = text.split_once('-')?;
        if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let year: i32 = year.parse().ok().filter(|year| *year >= 1)?;
        let number = |digits: &str, length: usize, most: u32| {
            let shaped = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            let value = digits.parse::<u32>().ok().filter(|_| shaped)?;
            (1..=most).contains(&value).then_some(value)
        };
        match rest.as_bytes().first()? {
            b'Q' => number(&rest[1..], 1, 4).map(|quarter| PeriodName::Quarter(year, quarter)),
            b'H' => number(&rest[1..], 1, 2).map(|half| PeriodName::HalfYear(year, half)),
            b'W' => {
                let week = number(&rest[1..], 2, 53)?;
                NaiveDate::from_isoywd_opt(year, week, Weekday::Mon)?;
                Some(PeriodName::Week(year, week))
            }
            _ => number(rest, 2, 12).map(|month| PeriodName::Month(year, month)),
        }
    }

    /// Reads a name, or the id of an event that the calendar has.
    ///
    /// # Errors
    /// [`NotAPeriod`], which says what may be written.
    pub fn read(text: &str, calendar: &Calendar) -> Result<Self, NotAPeriod> {
        if let Some(name) = PeriodName::parse(text) {
            return Ok(name);
        }
        match calendar.events.iter().find(|event| event.id == text) {
            Some(event) => Ok(PeriodName::Event(event.id.clone())),
            None => Err(NotAPeriod(text.to_owned())),
        }
    }

    /// Gives the period of a calendar name, and its cadence; none for windows and events.
    pub fn calendar_period(&self) -> Option<(Cadence, Period)> {
        let (cadence, day) = match self {
            PeriodName::Day(day) => (Cadence::Day, Some(*day)),
            PeriodName::Week(year, week) => {
                let monday = NaiveDate::from_isoywd_opt(*year, *week, Weekday::Mon);
                (Cadence::Week, monday.map(Day::from))
            }
            PeriodName::Month(year, month) => (Cadence::Month, Day::from_ymd(*year, *month, 1)),
            PeriodName::Quarter(year, number) => {
                (Cadence::Quarter, Day::from_ymd(*year, number * 3 - 2, 1))
            }
            PeriodName::HalfYear(year, number) => {
                (Cadence::HalfYear, Day::from_ymd(*year, number * 6 - 5, 1))
            }
            PeriodName::Window { .. } | PeriodName::Event(_) => return None,
        };
        day.map(|day| (cadence, cadence.holding(day)))
    }
}

impl fmt::Display for PeriodName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeriodName::Day(day) => write!(out, "{day}"),
            PeriodName::Week(year, week) => write!(out, "{year:04}-W{week:02}"),
            PeriodName::Month(year, month) => write!(out, "{year:04}-{month:02}"),
            PeriodName::Quarter(year, quarter) => write!(out, "{year:04}-Q{quarter}"),
            PeriodName::HalfYear(year, half) => write!(out, "{year:04}-H{half}"),
            PeriodName::Window { kind, school_year } => write!(out, "{kind}/{school_year}"),
            PeriodName::Event(id) => out.write_str(id),
        }
    }
}

impl Calendar {
    /// Says whether work is done on this day: Monday to Friday, less holidays, plus workdays.
    pub fn is_workday(&self, day: Day) -> bool {
        let weekday = day.date().weekday().num_days_from_monday() < 5;
        self.workdays.contains(&day) || (weekday && !self.holidays.contains(&day))
    }

    /// Gives the `n`th workday after the day.
    pub fn workdays_after(&self, day: Day, n: u32) -> Day {
        let mut at = day;
        let mut left = n;
        while left > 0 && at < Day::MAX {
            at = at.plus(1);
            left -= u32::from(self.is_workday(at));
        }
        at
    }
}

/// Says whether this is two years in a row, as `2024-2025`.
pub(crate) fn is_school_year(text: &str) -> bool {
    let digits = text.bytes().enumerate().all(|(at, byte)| match at {
        4 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let year = |from: usize| {
        text.get(from..from + 4)
            .and_then(|year| year.parse::<u32>().ok())
    };
    digits && text.len() == 9 && year(5) == year(0).map(|year| year + 1)
}

/// Gives the school year, beginning on 1 September, that holds the day (D: a county publishes
/// its windows under the school year's name, this only says which name to look for).
pub(crate) fn school_year_of(day: Day) -> String {
    let date = day.date();
    let begun = if date.month() >= 9 {
        date.year()
    } else {
        date.year() - 1
    };
    format!("{begun:04}-{:04}", begun + 1)
}

#[cfg(test)]
mod tests;
