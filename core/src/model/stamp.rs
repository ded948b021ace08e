//! Hybrid logical clock (Kulkarni et al. 2014): orders what is shown, never decides what is kept.

use serde::{Deserialize, Serialize};

use super::door::WallTime;
use super::ids::DeviceId;

/// A stamp of a save. Stamps of one device always rise, also when its wall clock is set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hlc {
    /// Milliseconds since 1970-01-01T00:00:00Z, at least those of every stamp seen before.
    pub millis: i64,
    /// Counts the stamps of one millisecond.
    pub counter: u32,
    /// Breaks ties, the same way everywhere.
    pub device: DeviceId,
}

/// How far ahead of the server's receipt a stamp may order, in milliseconds (24 h, `sync.md`).
pub const AHEAD_LIMIT_MILLIS: i64 = 24 * 60 * 60 * 1000;

impl Hlc {
    /// The next stamp of `device`, later than `last` and not before `now`.
    pub fn next(last: Option<Hlc>, now: WallTime, device: DeviceId) -> Hlc {
        match last {
            Some(last) if last.millis >= now.millis => match last.counter.checked_add(1) {
                Some(counter) => Hlc {
                    millis: last.millis,
                    counter,
                    device,
                },
                None => Hlc {
                    millis: last.millis.saturating_add(1),
                    counter: 0,
                    device,
                },
            },
            _ => Hlc {
                millis: now.millis,
                counter: 0,
                device,
            },
        }
    }

    /// The stamp as it orders: one that is more than a day ahead of the server's receipt is
    /// held to that bound, so that a clock set to 2038 does not win for ever.
    pub fn ordering(self, received_at: Option<i64>) -> Hlc {
        match received_at {
            Some(at) if self.millis > at.saturating_add(AHEAD_LIMIT_MILLIS) => Hlc {
                millis: at.saturating_add(AHEAD_LIMIT_MILLIS),
                ..self
            },
            _ => self,
        }
    }
}
