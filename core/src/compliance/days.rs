//! A set of days, kept as intervals: what eligibility is made of.

use crate::facts::rows::{Day, Span};

/// Days, as sorted intervals that neither touch nor overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days(Vec<(Day, Day)>);

impl Days {
    /// Every day there is.
    pub fn all() -> Self {
        Days(vec![(Day::MIN, Day::MAX)])
    }

    /// The days from `first` to `last`, both included; none if `last` is earlier.
    pub fn between(first: Day, last: Day) -> Self {
        if first <= last {
            Days(vec![(first, last)])
        } else {
            Days::default()
        }
    }

    /// The days of any of these intervals.
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut found: Vec<(Day, Day)> = spans
            .into_iter()
            .map(|span| (span.from.unwrap_or(Day::MIN), span.to.unwrap_or(Day::MAX)))
            .filter(|(first, last)| first <= last)
            .collect();
        found.sort_unstable();
        Days(joined(found))
    }

    /// The days in this or the other.
    pub fn or(mut self, other: &Days) -> Self {
        if other.0.is_empty() {
            return self;
        }
        self.0.extend_from_slice(&other.0);
        self.0.sort_unstable();
        Days(joined(self.0))
    }

    /// The days in both.
    pub fn and(&self, other: &Days) -> Self {
        let mut both = Vec::new();
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                both.push((first, last));
            }
            if a.1 < b.1 {
                mine.next()
            } else {
                theirs.next()
            };
        }
        Days(both)
    }

    /// Says whether the day is one of them.
    pub fn holds(&self, day: Day) -> bool {
        self.span_at(day).is_some()
    }

    /// Gives the unbroken interval that holds the day.
    pub fn span_at(&self, day: Day) -> Option<(Day, Day)> {
        self.0
            .iter()
            .copied()
            .find(|(first, last)| *first <= day && day <= *last)
    }

    /// Gives them as intervals, sorted; none touches another.
    pub fn spans(&self) -> &[(Day, Day)] {
        &self.0
    }

    /// Counts them.
    pub fn count(&self) -> i64 {
        let length =
            |(first, last): &(Day, Day)| i64::from(last.epoch_days() - first.epoch_days()) + 1;
        self.0.iter().map(length).sum()
    }

    /// Says whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives the earliest of them.
    pub fn first(&self) -> Option<Day> {
        self.0.first().map(|span| span.0)
    }

    /// Gives the latest of them.
    pub fn last(&self) -> Option<Day> {
        self.0.last().map(|span| span.1)
    }

    /// Gives those that are not in the other.
    pub fn without(&self, other: &Days) -> Self {
        let mut gaps = Vec::new();
        let mut from = Some(Day::MIN);
        for (first, last) in &other.0 {
            if let Some(start) = from
                && start < *first
            {
                gaps.push((start, first.plus(-1)));
            }
            from = (*last < Day::MAX).then(|| last.plus(1));
        }
        if let Some(start) = from {
            gaps.push((start, Day::MAX));
        }
        self.and(&Days(gaps))
    }
}

/// Joins sorted intervals that overlap or follow each other without a gap.
fn joined(sorted: Vec<(Day, Day)>) -> Vec<(Day, Day)> {
    let mut out: Vec<(Day, Day)> = Vec::with_capacity(sorted.len());
    for (first, last) in sorted {
        match out.last_mut() {
            Some(before) if first <= before.1.plus(1) => before.1 = before.1.max(last),
            _ => out.push((first, last)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(pairs: &[(i32, i32)]) -> Days {
        Days::of(pairs.iter().map(|(from, to)| Span {
            from: Some(Day::from_epoch_days(*from)),
            to: Some(Day::from_epoch_days(*to)),
        }))
    }

    #[test]
    fn intervals_that_follow_each_other_are_one() {
        assert_eq!(
            days(&[(5, 9), (1, 4), (20, 30), (10, 10)]),
            days(&[(1, 10), (20, 30)])
        );
        assert_eq!(days(&[(1, 10), (20, 30)]).count(), 21);
        assert!(days(&[(5, 4)]).is_empty());
    }

    #[test]
    fn sets_meet_join_and_differ() {
        let left = days(&[(1, 10), (20, 30)]);
        let right = days(&[(8, 22), (30, 40)]);
        assert_eq!(left.and(&right), days(&[(8, 10), (20, 22), (30, 30)]));
        assert_eq!(left.clone().or(&right), days(&[(1, 40)]));
        assert_eq!(left.without(&right), days(&[(1, 7), (23, 29)]));
        assert_eq!(Days::all().without(&Days::all()), Days::default());
        assert_eq!(left.without(&Days::default()), left);
        assert_eq!(
            left.span_at(Day::from_epoch_days(25))
                .map(|span| span.0.epoch_days()),
            Some(20)
        );
    }
}
