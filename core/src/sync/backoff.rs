//! When to try again: later each time, never all phones at once, never before the server asks.

use super::{LinkError, SyncError, Tally};
use crate::model::Rng;
use crate::wire::CodecError;

/// The first wait is between half of this and this, in milliseconds.
const FIRST_MILLIS: u64 = 4_000;
/// No wait is longer, but for one that the server asks for, in milliseconds.
const LONGEST_MILLIS: u64 = 15 * 60_000;
/// A server that asks for more than this is not believed, in seconds.
const ASKED_LIMIT_SECS: u32 = 3_600;

/// Counts failures; each makes the next wait about twice as long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Nothing has failed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something was achieved: the next failure is a first one.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How many milliseconds to wait after a failure: between half of a bound and the bound, which
    /// doubles. Where the server named a time, that time and up to as much more.
    pub fn failed(&mut self, retry_after_secs: Option<u32>, rng: &dyn Rng) -> u64 {
        let doubled = FIRST_MILLIS.saturating_mul(1 << self.failures.min(20));
        let bound = doubled.min(LONGEST_MILLIS);
        self.failures = self.failures.saturating_add(1);
        let least = match retry_after_secs {
            Some(asked) => u64::from(believed(asked)) * 1_000,
            None => 0,
        };
        let least = least.max(bound / 2);
        least + below(least.max(bound / 2), rng)
    }
}

fn believed(asked_secs: u32) -> u32 {
    asked_secs.min(ASKED_LIMIT_SECS)
}

/// A number from 0 to `bound`, both included.
fn below(bound: u64, rng: &dyn Rng) -> u64 {
    let mut bytes = [0; 8];
    rng.fill(&mut bytes);
    let drawn = u128::from(u64::from_be_bytes(bytes));
    // Of 2^64 numbers evenly onto so few: none is drawn oftener than another by more than 2^-44.
    ((drawn * (u128::from(bound) + 1)) >> 64) as u64
}

impl SyncError {
    /// Whether it may go away by itself: the link, a server without room, a sign-in page.
    pub fn passes(&self) -> bool {
        match self {
            SyncError::Link(error) => *error != LinkError::Stopped,
            SyncError::Body(error) => {
                matches!(error, CodecError::Truncated | CodecError::NotOurs)
            }
            SyncError::Unavailable { .. }
            | SyncError::AlteredDocument
            | SyncError::AlteredSnapshot => true,
            _ => false,
        }
    }

    /// After how many seconds the server asks to be tried again, if it says so; more than an hour
    /// is not believed.
    pub fn retry_after_secs(&self) -> Option<u32> {
        match self {
            SyncError::Unavailable { retry_after_secs } => retry_after_secs.map(believed),
            _ => None,
        }
    }
}

/// Tries until it goes through, or fails for a reason that waiting does not mend. `wait` is told how
/// many milliseconds to wait, and says whether to go on: where it says no, the last failure stands.
pub fn keep_trying(
    rng: &dyn Rng,
    wait: &mut dyn FnMut(u64) -> bool,
    attempt: &mut dyn FnMut(&mut Backoff) -> Result<Tally, SyncError>,
) -> Result<Tally, SyncError> {
    let mut backoff = Backoff::new();
    loop {
        let failed = match attempt(&mut backoff) {
            Err(error) if error.passes() => error,
            done => return done,
        };
        let millis = backoff.failed(failed.retry_after_secs(), rng);
        if !wait(millis) {
            return Err(failed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::support::Seeded;

    fn rng(seed: u64) -> Seeded {
        Seeded(seed.into())
    }

    #[test]
    fn each_wait_is_about_twice_the_one_before_and_none_is_endless() {
        for seed in 0..50 {
            let (mut backoff, rng) = (Backoff::new(), rng(seed));
            let mut bound = FIRST_MILLIS;
            for _ in 0..40 {
                let wait = backoff.failed(None, &rng);
                assert!((bound / 2..=bound).contains(&wait), "{wait} of {bound}");
                bound = (bound * 2).min(LONGEST_MILLIS);
            }
            backoff.succeeded();
            assert!(backoff.failed(None, &rng) <= FIRST_MILLIS);
        }
    }

    #[test]
    fn nobody_comes_before_the_server_asked_and_not_all_at_once() {
        let rng = rng(3);
        let waits: std::collections::BTreeSet<u64> = (0..200)
            .map(|_| Backoff::new().failed(Some(30), &rng))
            .collect();
        assert!(waits.iter().all(|wait| (30_000..=60_000).contains(wait)));
        assert!(waits.len() > 150, "spread");
        let endless = Backoff::new().failed(Some(u32::MAX), &rng);
        assert!(endless <= 2 * 3_600_000, "a day is not believed");
    }

    #[test]
    fn a_failure_that_passes_is_tried_again_and_another_is_not() {
        let (rng, mut waits) = (rng(1), Vec::new());
        let mut failures = vec![
            SyncError::Revoked,
            SyncError::Unavailable {
                retry_after_secs: Some(20),
            },
            SyncError::Link(LinkError::Cut),
        ];
        let mut wait = |millis| {
            waits.push(millis);
            true
        };
        let ended = keep_trying(&rng, &mut wait, &mut |_| Err(failures.pop().unwrap()));
        assert!(matches!(ended, Err(SyncError::Revoked)));
        assert_eq!(waits.len(), 2);
        assert!(waits[0] <= FIRST_MILLIS && waits[1] >= 20_000);
        let ended = keep_trying(&rng, &mut |_| false, &mut |_| {
            Err(LinkError::Unreachable.into())
        });
        assert!(matches!(ended, Err(SyncError::Link(_))), "given up");
    }
}
