//! Days and instants as the rows hold them: no clock, no zone but UTC+8.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const MILLIS_A_DAY: i64 = 86_400_000;
const UTC_PLUS_8_MILLIS: i64 = 8 * 3_600_000;
const EPOCH_FROM_CE: i32 = 719_163;

/// A calendar day, between 0001-01-01 and 9999-12-31; reads and prints as `2024-05-10`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

/// What was given is no day or no instant of the form that the rows take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not `YYYY-MM-DD`, or a day that no calendar has.
    #[error("a day is written as 2024-05-10")]
    Day,
    /// Not RFC 3339 with an offset.
    #[error("an instant is written with its offset, as 2024-05-10T09:30:00+08:00")]
    Instant,
}

impl Day {
    /// The earliest day there is.
    pub const MIN: Day = Day(-719_162);
    /// The latest day there is; an open end in the future is printed as none, not as this.
    pub const MAX: Day = Day(2_932_896);

    /// Makes a day from days since 1970-01-01, kept between [`Day::MIN`] and [`Day::MAX`].
    pub fn from_epoch_days(days: i32) -> Self {
        Day(days.clamp(Day::MIN.0, Day::MAX.0))
    }

    /// Gives the days since 1970-01-01.
    pub fn epoch_days(self) -> i32 {
        self.0
    }

    /// Makes a day from year, month (1–12) and day of the month; none where no calendar has it.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(Day::from)
    }

    /// Gives the day `days` later (earlier, if negative), at most [`Day::MAX`].
    pub fn plus(self, days: i32) -> Self {
        Day::from_epoch_days(self.0.saturating_add(days))
    }

    /// Gives the instant at which this day begins in UTC+8.
    pub fn begins(self) -> Instant {
        Instant(i64::from(self.0) * MILLIS_A_DAY - UTC_PLUS_8_MILLIS)
    }

    /// Gives the instant of 24:00 of this day in UTC+8.
    pub fn ends(self) -> Instant {
        Instant((i64::from(self.0) + 1) * MILLIS_A_DAY - UTC_PLUS_8_MILLIS)
    }

    /// Gives the same day as chrono has it.
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + EPOCH_FROM_CE).unwrap_or_default()
    }

    /// Gives the birthday on which somebody born on this day becomes `years` old; who was born on
    /// 29 February has it on 1 March in a common year (convention, `compliance.md` case 27).
    pub fn birthday(self, years: u16) -> Day {
        let born = self.date();
        let year = born.year() + i32::from(years);
        Day::from_ymd(year, born.month(), born.day())
            .or_else(|| Day::from_ymd(year, 3, 1))
            .unwrap_or(Day::MAX)
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Day::from_epoch_days(date.num_days_from_ce() - EPOCH_FROM_CE)
    }
}

impl FromStr for Day {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(TimeError::Day);
        }
        let number = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap_or(0);
        Day::from_ymd(number(0, 4) as i32, number(5, 7), number(8, 10)).ok_or(TimeError::Day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(
            out,
            "{:04}-{:02}-{:02}",
            date.year(),
            date.month(),
            date.day()
        )
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Instant {
    /// Gives the day that it is in UTC+8, the zone of the packs.
    pub fn day(self) -> Day {
        let days = self
            .0
            .saturating_add(UTC_PLUS_8_MILLIS)
            .div_euclid(MILLIS_A_DAY);
        Day::from_epoch_days(i32::try_from(days).unwrap_or(if days < 0 {
            i32::MIN
        } else {
            i32::MAX
        }))
    }

    /// Gives the milliseconds from `earlier` to this, negative if it is later.
    pub fn millis_since(self, earlier: Instant) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Writes it in UTC+8, as `2024-05-10T09:30:00+08:00`; milliseconds only where there are any.
    pub fn to_local_string(self) -> String {
        let of_day = self.millis_since(self.day().begins());
        let (seconds, millis) = (of_day.div_euclid(1000), of_day.rem_euclid(1000));
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let fraction = if millis == 0 {
            String::new()
        } else {
            format!(".{millis:03}")
        };
        format!(
            "{}T{hour:02}:{minute:02}:{second:02}{fraction}+08:00",
            self.day()
        )
    }
}

impl FromStr for Instant {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let read = DateTime::parse_from_rfc3339(text).map_err(|_| TimeError::Instant)?;
        Ok(Instant(read.timestamp_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_reads_and_prints_the_same() {
        for text in ["0001-01-01", "1944-02-29", "2024-05-10", "9999-12-31"] {
            assert_eq!(day(text).to_string(), text);
        }
        assert_eq!(day("0001-01-01"), Day::MIN);
        assert_eq!(day("9999-12-31"), Day::MAX);
        assert_eq!(day("1970-01-01").epoch_days(), 0);
        assert_eq!(Day::MAX.plus(5), Day::MAX);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "2023-02-29",
            "2024-5-10",
            "2024-05-10 ",
            "20240510",
            "0000-01-01",
            "二零二四-05",
        ] {
            assert_eq!(text.parse::<Day>(), Err(TimeError::Day), "{text}");
        }
    }

    #[test]
    fn ten_past_four_in_the_afternoon_utc_is_the_next_day_in_lincang() {
        let before: Instant = "2024-06-30T15:59:59.999Z".parse().unwrap();
        let after: Instant = "2024-06-30T16:00:00Z".parse().unwrap();
        assert_eq!(before.day(), day("2024-06-30"));
        assert_eq!(after.day(), day("2024-07-01"));
        assert_eq!(day("2024-07-01").begins(), after);
        assert_eq!(day("2024-06-30").ends(), after);
        assert_eq!(after.to_local_string(), "2024-07-01T00:00:00+08:00");
        assert_eq!(before.to_local_string(), "2024-06-30T23:59:59.999+08:00");
        assert!("2024-06-30T16:00:00".parse::<Instant>().is_err());
    }

    #[test]
    fn a_leap_day_child_has_the_birthday_on_the_first_of_march_in_a_common_year() {
        assert_eq!(day("2008-02-29").birthday(16), day("2024-02-29"));
        assert_eq!(day("2008-02-29").birthday(15), day("2023-03-01"));
        assert_eq!(day("2008-06-01").birthday(16), day("2024-06-01"));
    }
}
