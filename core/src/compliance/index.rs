//! The facts, looked up: who is in which household, what is known about a visit, who held a role.

use std::collections::{BTreeMap, HashMap};

use super::division;
use super::roster::Roster;
use super::today::Today;
use crate::facts::rows::{Clocks, Dated, Day, Facts, Group, Instant, Subject, Visit};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// A clock may be off by this much before a visit waits for review.
const CLOCK_TOLERANCE: i64 = 5 * MINUTE;
/// What is written down later than this is a backfill and needs a reason.
const BACKFILL: i64 = 24 * HOUR;
/// What is written down later than this waits for review, whatever the reason.
const BACKFILL_LIMIT: i64 = 72 * HOUR;
/// What arrives later than this is flagged.
const LATE_UPLOAD: i64 = 7 * 24 * HOUR;

/// Whether a visit may count at all (rules 4 to 6 of the cases).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It counts.
    Counts,
    /// It waits for a supervisor.
    Waits,
    /// A supervisor said no.
    Rejected,
}

/// A visit that is known at `as_of`.
pub(crate) struct Known<'f> {
    pub visit: &'f Visit,
    pub day: Day,
    judged: Judged,
    /// Of a visit whose people were written down by several saves, each of them; none who was not
    /// yet known.
    own: BTreeMap<&'f str, Option<Judged>>,
}

/// What its clocks say of a visit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    pub standing: Standing,
    flags: [bool; FLAGS.len()],
    waits_for: [bool; WAITS_FOR.len()],
}

const FLAGS: [&str; 4] = ["backfilled", "clock", "late_upload", "conflicted"];
const WAITS_FOR: [&str; 3] = ["clock", "no_reason", "too_late"];

impl Judged {
    /// Gives `backfilled`, `clock`, `late_upload`, `conflicted`, as they hold.
    pub fn flags(self) -> impl Iterator<Item = &'static str> {
        let each = FLAGS.into_iter().zip(self.flags);
        each.filter(|(_, holds)| *holds).map(|(flag, _)| flag)
    }

    /// Gives why it waits unless a supervisor decides: `clock`, `no_reason`, `too_late`.
    pub fn waits_for(self) -> impl Iterator<Item = &'static str> {
        let each = WAITS_FOR.into_iter().zip(self.waits_for);
        each.filter(|(_, holds)| *holds).map(|(why, _)| why)
    }
}

impl Known<'_> {
    /// What the clocks say of this person's row; none while it is not known.
    pub fn judged(&self, subject: &str) -> Option<Judged> {
        match self.own.get(subject) {
            Some(own) => *own,
            None => Some(self.judged),
        }
    }

    /// Whether a supervisor said that it did not take place.
    pub fn is_rejected(&self) -> bool {
        self.visit.confirmed == Some(false)
    }
}

pub(crate) struct Index<'f> {
    pub today: Today,
    /// In the order of their ids.
    pub subjects: Vec<&'f Subject>,
    /// The children of each household, in the order of their ids.
    pub households: BTreeMap<&'f str, Vec<usize>>,
    /// In the order of their beginning, then id.
    pub visits: Vec<Known<'f>>,
    /// For each subject the visits that name it, in that order.
    pub named: Vec<Vec<u32>>,
    /// For each subject the first instant after `as_of` at which a visit that names it is judged
    /// otherwise by time alone.
    pub turns: Vec<Option<Instant>>,
    pub roster: Roster<'f>,
    by_id: HashMap<&'f str, usize>,
}

impl<'f> Index<'f> {
    /// Looks the facts up as of the instant. Of what had happened by then, `known_at` takes in what
    /// was received later as well.
    pub fn new(facts: &'f Facts, as_of: Instant, known_at: Option<Instant>) -> Self {
        let mut subjects: Vec<&Subject> = facts.subjects.iter().collect();
        subjects.sort_by(|a, b| a.id.cmp(&b.id));
        subjects.dedup_by(|a, b| a.id == b.id);
        let by_id: HashMap<&str, usize> = subjects
            .iter()
            .enumerate()
            .map(|(at, subject)| (subject.id.as_str(), at))
            .collect();
        let mut households: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, subject) in subjects.iter().enumerate() {
            if subject.group == Group::Child && !subject.household.is_empty() {
                households.entry(&subject.household).or_default().push(at);
            }
        }
        let until = |visit: &Visit| match known_at {
            Some(later) if visit.started_at <= as_of => as_of.max(later),
            _ => as_of,
        };
        let received = |visit: &&Visit| {
            let until = until(visit);
            let mut clocks = visit.clocks.values();
            let some = clocks.any(|own| own.received_at.is_none_or(|at| at <= until));
            some || visit.received_at.is_none_or(|at| at <= until)
        };
        let known = facts.visits.iter().filter(received);
        let mut known: Vec<(Instant, &Visit)> =
            known.map(|visit| (visit.started_at, visit)).collect();
        known.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
        let mut named = vec![Vec::new(); subjects.len()];
        for (number, (_, visit)) in known.iter().enumerate() {
            for subject in visit.subjects.keys() {
                if let Some(at) = by_id.get(subject.as_str()) {
                    named[*at].push(number as u32);
                }
            }
        }
        let visits = known
            .into_iter()
            .map(|(_, visit)| judged_by_its_clocks(visit, as_of, until(visit)))
            .collect();
        let mut turns = vec![None; subjects.len()];
        for visit in &facts.visits {
            let Some(at) = turns_at(visit, as_of) else {
                continue;
            };
            for subject in visit
                .subjects
                .keys()
                .filter_map(|id| by_id.get(id.as_str()))
            {
                let turn: &mut Option<Instant> = &mut turns[*subject];
                *turn = Some(turn.map_or(at, |known| known.min(at)));
            }
        }
        let roster = Roster::new(&facts.assignments);
        Index {
            today: Today::new(as_of.day()),
            subjects,
            households,
            visits,
            named,
            turns,
            roster,
            by_id,
        }
    }

    pub fn subject(&self, id: &str) -> Option<(usize, &'f Subject)> {
        self.by_id.get(id).map(|at| (*at, self.subjects[*at]))
    }

    pub fn visit(&self, number: u32) -> &Known<'f> {
        &self.visits[number as usize]
    }
}

/// `until` is through when it counts as known.
fn judged_by_its_clocks(visit: &Visit, as_of: Instant, until: Instant) -> Known<'_> {
    let own = visit.clocks.iter().map(|(subject, clocks)| {
        let known = clocks.received_at.is_none_or(|at| at <= until);
        (
            subject.as_str(),
            known.then(|| judged(visit, clocks, as_of)),
        )
    });
    Known {
        visit,
        day: visit.started_at.day(),
        judged: judged(visit, &visit.clocks_of(""), as_of),
        own: own.collect(),
    }
}

/// The first instant after `as_of` at which the visit is known, or judged otherwise: one that has
/// no receipt is judged as received at `as_of`.
fn turns_at(visit: &Visit, as_of: Instant) -> Option<Instant> {
    let of = |received_at: Option<Instant>| -> [Option<Instant>; 2] {
        match received_at {
            Some(at) => [Some(at), None],
            None => {
                let after = |millis| Instant(visit.started_at.0.saturating_add(millis));
                [Some(after(-CLOCK_TOLERANCE)), Some(after(LATE_UPLOAD + 1))]
            }
        }
    };
    let own = visit
        .clocks
        .values()
        .flat_map(|clocks| of(clocks.received_at));
    let all = own.chain(of(visit.received_at)).flatten();
    all.filter(|at| *at > as_of).min()
}

fn judged(visit: &Visit, clocks: &Clocks, as_of: Instant) -> Judged {
    let received = clocks.received_at.unwrap_or(as_of);
    let delay = clocks.recorded_at.millis_since(visit.started_at);
    let before_the_server = clocks
        .last_server_time
        .is_some_and(|seen| seen.millis_since(clocks.recorded_at) > CLOCK_TOLERANCE);
    let after_receipt = visit.started_at.millis_since(received) > CLOCK_TOLERANCE;
    let clock = before_the_server || after_receipt;
    let backfilled = delay > BACKFILL;
    let reason = visit
        .backfill_reason
        .as_deref()
        .is_some_and(|reason| !reason.trim().is_empty());
    let waits_for = [clock, backfilled && !reason, delay > BACKFILL_LIMIT];
    let standing = match visit.confirmed {
        Some(false) => Standing::Rejected,
        Some(true) => Standing::Counts,
        None if waits_for.contains(&true) => Standing::Waits,
        None => Standing::Counts,
    };
    let late = received.millis_since(visit.started_at) > LATE_UPLOAD;
    Judged {
        standing,
        flags: [backfilled, clock, late, visit.conflicted],
        waits_for,
    }
}

/// Gives where the subject lived on the day: of several rows the one that began last; in a gap
/// the last known, before the first the first.
pub(crate) fn division_on(subject: &Subject, day: Day) -> Option<&str> {
    let begun = |row: &&Dated| row.from.is_none_or(|from| from <= day);
    let order = |row: &&Dated| (row.span().holds(day), row.from, row.to, row.code.clone());
    let rows = || subject.divisions.iter();
    let row = match rows().len() {
        0 | 1 => rows().next(),
        _ => rows()
            .filter(begun)
            .max_by_key(order)
            .or_else(|| rows().min_by_key(order)),
    };
    row.map(|row| row.code.as_str())
}

/// Gives where the subject lives today.
pub(crate) fn division_now<'f>(subject: &'f Subject, today: &Today) -> Option<&'f str> {
    for row in &subject.divisions {
        row.from.into_iter().for_each(|from| today.changes_on(from));
        row.to
            .into_iter()
            .for_each(|to| today.changes_on(to.plus(1)));
    }
    division_on(subject, today.day())
}

/// Gives the days on which the subject lived in one of these divisions.
pub(crate) fn days_within(subject: &Subject, divisions: &[String]) -> super::days::Days {
    use super::days::Days;
    let mut breaks = vec![Day::MIN];
    if subject.divisions.len() > 1 {
        for row in &subject.divisions {
            breaks.extend(row.from);
            breaks.extend(row.to.map(|to| to.plus(1)));
        }
        breaks.sort_unstable();
        breaks.dedup();
    }
    let mut within = Days::default();
    for (at, first) in breaks.iter().enumerate() {
        let last = breaks.get(at + 1).map_or(Day::MAX, |next| next.plus(-1));
        let code = division_on(subject, *first);
        if code.is_some_and(|code| divisions.iter().any(|upper| division::covers(upper, code))) {
            within = within.or(&Days::between(*first, last));
        }
    }
    within
}
