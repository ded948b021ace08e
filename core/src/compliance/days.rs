//! A set of days, kept as intervals: what eligibility is made of.

use crate::facts::rows::{Day, Span};

/// Days, as sorted intervals that neither touch nor overlap. Most sets are one interval, which
/// needs no memory of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days(Spans);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Spans {
    #[default]
    None,
    One([(Day, Day); 1]),
    /// Two at least.
    Many(Vec<(Day, Day)>),
}

impl Days {
    /// Every day there is.
    pub fn all() -> Self {
        Days::between(Day::MIN, Day::MAX)
    }

    /// The days from `first` to `last`, both included; none if `last` is earlier.
    pub fn between(first: Day, last: Day) -> Self {
        match first <= last {
            true => Days(Spans::One([(first, last)])),
            false => Days::default(),
        }
    }

    /// The days of any of these intervals.
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let ends = |span: Span| (span.from.unwrap_or(Day::MIN), span.to.unwrap_or(Day::MAX));
        let mut spans = spans
            .into_iter()
            .map(ends)
            .filter(|(first, last)| first <= last);
        let Some(one) = spans.next() else {
            return Days::default();
        };
        let Some(other) = spans.next() else {
            return Days(Spans::One([one]));
        };
        let mut found = vec![one, other];
        found.extend(spans);
        found.sort_unstable();
        Days::joined(found)
    }

    /// The days in this or the other.
    pub fn or(self, other: &Days) -> Self {
        if other.is_empty() || self == *other {
            return self;
        }
        if self.is_empty() {
            return other.clone();
        }
        let mut both = [self.spans(), other.spans()].concat();
        both.sort_unstable();
        Days::joined(both)
    }

    /// The days in both.
    pub fn and(&self, other: &Days) -> Self {
        let mut both = Days::default();
        let (mut mine, mut theirs) = (self.spans().iter(), other.spans().iter());
        let (mut a, mut b) = (mine.next(), theirs.next());
        while let (Some(one), Some(two)) = (a, b) {
            let (first, last) = (one.0.max(two.0), one.1.min(two.1));
            if first <= last {
                both.push((first, last));
            }
            if one.1 < two.1 {
                a = mine.next();
            } else {
                b = theirs.next();
            }
        }
        both
    }

    /// Adds an interval after all others.
    fn push(&mut self, span: (Day, Day)) {
        self.0 = match std::mem::take(&mut self.0) {
            Spans::None => Spans::One([span]),
            Spans::One([one]) => Spans::Many(vec![one, span]),
            Spans::Many(mut many) => {
                many.push(span);
                Spans::Many(many)
            }
        };
    }

    /// Joins sorted intervals that overlap or follow each other without a gap.
    fn joined(sorted: Vec<(Day, Day)>) -> Self {
        let mut out = Days::default();
        let mut open: Option<(Day, Day)> = None;
        for (first, last) in sorted {
            open = match open {
                Some(before) if first <= before.1.plus(1) => Some((before.0, before.1.max(last))),
                before => {
                    before.into_iter().for_each(|span| out.push(span));
                    Some((first, last))
                }
            };
        }
        open.into_iter().for_each(|span| out.push(span));
        out
    }

    /// Says whether the day is one of them.
    pub fn holds(&self, day: Day) -> bool {
        self.span_at(day).is_some()
    }

    /// Gives the unbroken interval that holds the day.
    pub fn span_at(&self, day: Day) -> Option<(Day, Day)> {
        self.spans()
            .iter()
            .copied()
            .find(|(first, last)| *first <= day && day <= *last)
    }

    /// Gives them as intervals, sorted; none touches another.
    pub fn spans(&self) -> &[(Day, Day)] {
        match &self.0 {
            Spans::None => &[],
            Spans::One(one) => one,
            Spans::Many(many) => many,
        }
    }

    /// Counts them.
    pub fn count(&self) -> i64 {
        let length =
            |(first, last): &(Day, Day)| i64::from(last.epoch_days() - first.epoch_days()) + 1;
        self.spans().iter().map(length).sum()
    }

    /// Says whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans().is_empty()
    }

    /// Gives the earliest of them.
    pub fn first(&self) -> Option<Day> {
        self.spans().first().map(|span| span.0)
    }

    /// Gives the latest of them.
    pub fn last(&self) -> Option<Day> {
        self.spans().last().map(|span| span.1)
    }

    /// Gives those that are not in the other.
    pub fn without(&self, other: &Days) -> Self {
        let mut gaps = Days::default();
        let mut from = Some(Day::MIN);
        for (first, last) in other.spans() {
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
        self.and(&gaps)
    }
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
