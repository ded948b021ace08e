//! A link that counts the bodies it carries.

use std::sync::atomic::{AtomicU64, Ordering};
use tanfang_core::sync::{Answer, Call, LinkError, Transport};

/// Carries everything on by another link, and counts bodies without HTTP's headers.
pub struct Counting<L> {
    link: L,
    up: AtomicU64,
    unheard: AtomicU64,
}

impl<L> Counting<L> {
    /// Counts what goes by this link.
    pub fn over(link: L) -> Self {
        Self {
            link,
            up: AtomicU64::new(0),
            unheard: AtomicU64::new(0),
        }
    }

    /// Bytes of all bodies that went up.
    pub fn up(&self) -> u64 {
        self.up.load(Ordering::Relaxed)
    }

    /// Bytes of those whose answer did not come: they go up once more.
    pub fn unheard(&self) -> u64 {
        self.unheard.load(Ordering::Relaxed)
    }
}

impl<L: Transport> Transport for Counting<L> {
    fn exchange(&self, call: &Call) -> Result<Answer, LinkError> {
        let bytes = call.body.as_ref().map_or(0, Vec::len) as u64;
        self.up.fetch_add(bytes, Ordering::Relaxed);
        let answer = self.link.exchange(call);
        if answer.is_err() {
            self.unheard.fetch_add(bytes, Ordering::Relaxed);
        }
        answer
    }
}
