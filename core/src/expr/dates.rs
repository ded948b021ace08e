//! Dates and moments as forms write them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

const DAY_MS: f64 = 86_400_000.0;

/// The time at which something is asked, in the zone of the person who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub ms: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i32,
}

impl Now {
    /// The moment with its zone; a time outside the calendar reads as the epoch.
    pub fn moment(self) -> DateTime<FixedOffset> {
        DateTime::from_timestamp_millis(self.ms)
            .unwrap_or_default()
            .with_timezone(&self.zone())
    }

    /// The day there.
    pub fn today(self) -> NaiveDate {
        self.moment().date_naive()
    }

    /// The zone; an impossible offset reads as UTC.
    pub fn zone(self) -> FixedOffset {
        FixedOffset::east_opt(self.offset_minutes.saturating_mul(60))
            .unwrap_or_else(|| *DateTime::UNIX_EPOCH.fixed_offset().offset())
    }
}

/// Reads `2024-02-29`, and nothing else.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        });
    if shape {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
    } else {
        None
    }
}

/// Reads `2024-05-10T09:30:00+08:00`, with or without seconds and fractions; without a zone the
/// one given is meant.
pub fn parse_moment(text: &str, zone: FixedOffset) -> Option<DateTime<FixedOffset>> {
    let (day, _) = text.split_once('T')?;
    parse_date(day)?;
    for shape in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"] {
        if let Ok(moment) = DateTime::parse_from_str(text, shape) {
            return Some(moment);
        }
    }
    for shape in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, shape) {
            return local.and_local_timezone(zone).single();
        }
    }
    None
}

/// Reads a time of day, `09:30:00` or `09:30:00.000+08:00`, as the clock shows it: without zone.
pub(super) fn parse_time(text: &str) -> Option<NaiveTime> {
    let clock = text.strip_suffix('Z').unwrap_or(text);
    let clock = clock
        .split_once(['+', '-'])
        .map_or(clock, |(clock, _)| clock);
    ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|shape| NaiveTime::parse_from_str(clock, shape).ok())
}

/// Days since 1970-01-01.
pub(super) fn days(date: NaiveDate) -> f64 {
    date.signed_duration_since(NaiveDate::default()).num_days() as f64
}

/// Days since 1970-01-01 of the moment's own clock, with the fraction of the day.
pub(super) fn local_days(moment: &DateTime<FixedOffset>) -> f64 {
    let local_ms = moment.timestamp_millis() + i64::from(moment.offset().local_minus_utc()) * 1000;
    local_ms as f64 / DAY_MS
}

/// Days since 1970-01-01T00:00Z, with the fraction.
pub(super) fn universal_days(moment: &DateTime<FixedOffset>) -> f64 {
    moment.timestamp_millis() as f64 / DAY_MS
}

/// The day a number of days after 1970-01-01.
pub(super) fn date_of_days(days: f64) -> Option<NaiveDate> {
    if !days.is_finite() || days.abs() > 4_000_000.0 {
        return None;
    }
    NaiveDate::default().checked_add_signed(TimeDelta::days(days.floor() as i64))
}

/// The moment a number of days after 1970-01-01T00:00Z.
pub(super) fn moment_of_days(days: f64, zone: FixedOffset) -> Option<DateTime<FixedOffset>> {
    if !days.is_finite() || days.abs() > 4_000_000.0 {
        return None;
    }
    let moment = DateTime::from_timestamp_millis((days * DAY_MS).round() as i64)?;
    Some(moment.with_timezone(&zone))
}

/// Writes a moment as forms do.
pub(crate) fn show_moment(moment: &DateTime<FixedOffset>) -> String {
    let millis = moment.timestamp_subsec_millis();
    if millis == 0 {
        moment.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
    } else {
        moment.format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }
}
