//! The real doors: the machine's clock and its randomness. Nothing else in the crate asks them.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::model::{Clock, Rng, WallTime};

/// The machine's clock, shown in UTC+8; or one that began at a given moment and runs on.
pub struct SystemClock {
    started: Instant,
    begins: Option<WallTime>,
}

impl SystemClock {
    /// The clock as it stands.
    #[allow(clippy::disallowed_methods, reason = "this is the door")]
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            begins: None,
        }
    }

    /// A clock that shows this moment now, for demonstrations.
    pub fn beginning_at(moment: WallTime) -> Self {
        Self {
            begins: Some(moment),
            ..Self::new()
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the door")]
    fn now(&self) -> WallTime {
        match self.begins {
            Some(begins) => WallTime {
                millis: begins.millis.saturating_add(self.monotonic_millis() as i64),
                ..begins
            },
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                WallTime::beijing(since.map_or(0, |since| since.as_millis() as i64))
            }
        }
    }

    fn monotonic_millis(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }
}

/// The system's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        let provider = rustls::crypto::ring::default_provider();
        if provider.secure_random.fill(bytes).is_err() {
            // A key or an id made of what happened to be there would be worse than to end here;
            // the kernels that a phone runs never refuse once they have started.
            std::process::abort();
        }
    }
}
