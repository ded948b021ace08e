//! The server's door to time and chance: the only place that asks the system for either.

use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tanfang_core::model::{Clock, Rng, WallTime};

/// The system's clock, or one that was set to another moment at the start and runs on.
pub struct SystemClock {
    started: Instant,
    shift_millis: i64,
}

impl SystemClock {
    /// The system's clock.
    #[allow(clippy::disallowed_methods, reason = "the door")]
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            shift_millis: 0,
        }
    }

    /// A clock that shows `now` at this moment and runs on from there.
    pub fn starting_at(now: WallTime) -> Self {
        let clock = Self::new();
        let shift_millis = now.millis - clock.now().millis;
        Self {
            shift_millis,
            ..clock
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the door")]
    fn now(&self) -> WallTime {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        WallTime::beijing(millis.saturating_add(self.shift_millis))
    }

    fn monotonic_millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The system's generator, read some hundred bytes at a time.
pub struct SystemRng(Mutex<BufReader<File>>);

impl SystemRng {
    /// Opens the generator.
    ///
    /// # Errors
    /// Where the system has none: nothing may go on without.
    pub fn open() -> std::io::Result<Self> {
        let file = File::open("/dev/urandom")?;
        Ok(Self(Mutex::new(BufReader::with_capacity(512, file))))
    }
}

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if file.read_exact(bytes).is_err() {
            // A key of zeros would be worse than no server.
            std::process::abort();
        }
    }
}
