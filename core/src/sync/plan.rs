//! What a sync may do: how much a turn carries, what the link costs, and whether somebody stops it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::store::Together;

/// How much one turn carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes of packed own saves are pushed in one turn; always at least one save.
    pub push_bytes: usize,
    /// How many bytes of pages are taken in one turn at most, unpacked; a conversation begins with
    /// fewer, and takes as many as are 48 KiB on the link.
    pub page_bytes: u32,
}

impl Default for Limits {
    /// 256 KiB of packed saves, which are less than 64 KiB on the link; 1 MiB of pages.
    fn default() -> Self {
        Self {
            push_bytes: 256 << 10,
            page_bytes: 1 << 20,
        }
    }
}

/// What may be spent on a link that is paid by the byte. Visits always go, and count; what can wait
/// (documents, then photos) goes while something is left. Clones share one purse.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    /// None where the link costs nothing.
    limit: Option<u64>,
    spent: Arc<AtomicU64>,
}

impl Budget {
    /// A link that costs nothing.
    pub fn free() -> Self {
        Self::default()
    }

    /// A metered link: at most so many bytes, up and down together, of what can wait.
    pub fn metered(bytes: u64) -> Self {
        Self {
            limit: Some(bytes),
            spent: Arc::default(),
        }
    }

    /// Bytes went over the link.
    pub fn spend(&self, bytes: u64) {
        self.spent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many bytes went over the link so far.
    pub fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// How many bytes are left for what can wait; none where the link costs nothing.
    pub fn left(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.spent()))
    }

    /// Whether something that can wait, and is so long, may go now.
    pub fn allows(&self, bytes: u64) -> bool {
        self.left().is_none_or(|left| bytes <= left)
    }
}

/// Stops a sync, from any thread and for good. What was written down stays; nothing is half applied.
/// Clones are the same switch.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A switch that nobody has turned.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the sync: between two transfers at once, within one at the next bytes that pass.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody stopped it.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a sync is told before it begins.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// How much a turn carries.
    pub limits: Limits,
    /// What the link may cost.
    pub budget: Budget,
    /// The switch that stops it.
    pub cancel: Cancel,
    /// Which own saves are packed together when all is said.
    pub together: Together,
}
