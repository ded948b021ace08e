//! Counts allocations, of this process alone.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

struct Counted;

static SO_FAR: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counted = Counted;

// SAFETY: every call goes to the system's allocator with what it was given; the count beside it
// allocates nothing.
#[allow(
    unsafe_code,
    reason = "a global allocator cannot be written without it"
)]
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        SO_FAR.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises for this call.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises for this call.
        unsafe { System.dealloc(at, layout) }
    }
}

/// How many allocations there were.
pub fn so_far() -> u64 {
    SO_FAR.load(Ordering::Relaxed)
}
