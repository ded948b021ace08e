//! The day of a report, which notes until when what is found on it holds.

use std::cell::Cell;

use super::days::Days;
use crate::facts::rows::Day;

/// Today, and the first later day on which an answer that was asked of it would be another.
pub(crate) struct Today {
    day: Day,
    next: Cell<Day>,
}

impl Today {
    pub fn new(day: Day) -> Self {
        Today {
            day,
            next: Cell::new(Day::MAX),
        }
    }

    /// The day, for what is noted otherwise or holds on that day alone.
    pub fn day(&self) -> Day {
        self.day
    }

    /// Whether the day is over.
    pub fn is_after(&self, day: Day) -> bool {
        self.changes_on(day.plus(1));
        self.day > day
    }

    /// Whether the day has begun.
    pub fn has_begun(&self, day: Day) -> bool {
        self.changes_on(day);
        self.day >= day
    }

    /// Gives the unbroken interval of these days that holds today.
    pub fn span_in(&self, days: &Days) -> Option<(Day, Day)> {
        for (first, last) in days.spans() {
            self.changes_on(*first);
            self.changes_on(last.plus(1));
        }
        days.span_at(self.day)
    }

    /// Whether today is one of these days.
    pub fn is_in(&self, days: &Days) -> bool {
        self.span_in(days).is_some()
    }

    /// Notes that something is another from this day on; of days gone by nothing is to be noted.
    pub fn changes_on(&self, day: Day) {
        if day > self.day && day < self.next.get() {
            self.next.set(day);
        }
    }

    /// Begins to note anew, and gives the first day that was noted until now; none is never.
    pub fn noted(&self) -> Option<Day> {
        let next = self.next.replace(Day::MAX);
        (next < Day::MAX).then_some(next)
    }
}
