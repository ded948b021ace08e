//! The door through which time and chance come in.

use serde::{Deserialize, Serialize};

/// A moment as a clock on the wall shows it, with the offset it was set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WallTime {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub millis: i64,
    /// Minutes east of UTC; China is 480.
    pub offset_minutes: i16,
}

impl WallTime {
    /// A moment in UTC+8, the zone of every rule pack of China.
    pub const fn beijing(millis: i64) -> Self {
        Self {
            millis,
            offset_minutes: 480,
        }
    }

    /// Prints the moment as RFC 3339 with its offset.
    pub fn rfc3339(&self) -> String {
        let offset = chrono::FixedOffset::east_opt(i32::from(self.offset_minutes) * 60);
        match (chrono::DateTime::from_timestamp_millis(self.millis), offset) {
            (Some(at), Some(offset)) => at
                .with_timezone(&offset)
                .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
            _ => format!("{} ms", self.millis),
        }
    }

    /// Reads an RFC 3339 moment such as `2024-05-10T09:30:00+08:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let at = chrono::DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self {
            millis: at.timestamp_millis(),
            offset_minutes: i16::try_from(at.offset().local_minus_utc() / 60).ok()?,
        })
    }
}

/// Where the time comes from. A phone gives its own clock; a test gives one that it moves.
pub trait Clock: Send + Sync {
    /// The wall clock, which may be wrong.
    fn now(&self) -> WallTime;
    /// Milliseconds since some start, never going back while the device runs.
    fn monotonic_millis(&self) -> u64;
}

/// Where chance comes from. A phone gives the system's generator; a test a seeded one.
pub trait Rng: Send + Sync {
    /// Fills the bytes with randomness.
    fn fill(&self, bytes: &mut [u8]);
}
