//! Likely names for wrong ones, as many as a person reads: looking one up costs as much as there are
//! names, and a form may have thousands of either.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::expr::likely;

/// For how many wrong names of one form a likely one is looked up.
const MOST: usize = 100;

/// What has been looked up so far.
#[derive(Debug, Default)]
pub(super) struct Hints(AtomicUsize);

impl Hints {
    /// The name nearest to a wrong one, if one is near; none after the first hundred questions.
    pub(super) fn likely<'a>(
        &self,
        wrong: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        let asked = self.0.fetch_add(1, Ordering::Relaxed);
        (asked < MOST).then(|| likely(wrong, known)).flatten()
    }
}

impl Clone for Hints {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Hints, MOST};

    #[test]
    fn the_first_hundred_wrong_names_get_a_likely_one() {
        let hints = Hints::default();
        for _ in 0..MOST {
            assert_eq!(hints.likely("nmae", ["name"]).as_deref(), Some("name"));
        }
        assert_eq!(hints.likely("nmae", ["name"]), None);
    }
}
