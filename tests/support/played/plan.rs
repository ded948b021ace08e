//! Who writes which visit on which phone, and when every phone syncs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use tanfang_core::compliance::cases::Case;
use tanfang_core::facts::rows::{Instant, Subject, Visit};
use tanfang_core::model::AreaCode;
use tanfang_core::rights::{Roles, Scope};

use super::{home_of, say};

/// What the plan calls the township's worker.
pub const TOWNSHIP: &str = "the township";

/// Something that happens at a moment of the server's clock.
pub enum Step {
    /// A phone syncs.
    Sync {
        /// Which.
        phone: usize,
    },
    /// A visit is recorded, by the phone's clock when the case says, and handed in now.
    Visit {
        /// On which phone.
        phone: usize,
        /// The case's id.
        visit: String,
    },
    /// A household moves.
    Move {
        /// One of its people.
        subject: String,
        /// The new residence row.
        row: Json,
    },
}

/// All of it, in order.
pub struct Plan {
    /// Whose each phone is; the first is the township's.
    pub phones: Vec<String>,
    /// What happens when.
    pub steps: Vec<(Instant, Step)>,
}

/// What a phone has to do already: from when on it may not sync, until it hands in.
struct Booked {
    from: Instant,
    until: Instant,
}

impl Booked {
    /// Whether neither syncs while the other waits.
    fn goes_with(&self, other: &Booked) -> bool {
        let within = |at: Instant, of: &Booked| of.from < at && at <= of.until;
        let clash = |a: &Booked, b: &Booked| within(a.from, b) || within(a.until, b);
        !clash(self, other) && !clash(other, self)
    }
}

impl Plan {
    /// Plans a case that begins at a moment.
    pub fn of(case: &Case, begins: Instant) -> Plan {
        let mut plan = Plan {
            phones: vec![TOWNSHIP.to_owned()],
            steps: Vec::new(),
        };
        plan.moves(case, begins);
        // The township's first phone notes moves and confirms; visits are written on others.
        let mut booked: BTreeMap<usize, Vec<Booked>> = BTreeMap::new();
        let mut visits: Vec<&Visit> = case.facts.visits.iter().collect();
        visits.sort_by_key(|visit| (received(visit), visit.recorded_at, visit.id.clone()));
        for visit in visits {
            let owner = writer(case, visit, begins).unwrap_or_else(|| TOWNSHIP.to_owned());
            let time = Booked {
                from: heard(visit),
                until: received(visit),
            };
            let phone = plan.phone_for(&owner, &time, &booked);
            plan.steps.push((time.from, Step::Sync { phone }));
            let id = visit.id.clone();
            plan.steps
                .push((time.until, Step::Visit { phone, visit: id }));
            booked.entry(phone).or_default().push(time);
        }
        plan.last_syncs(case);
        // Stable: what is pushed first happens first.
        plan.steps.sort_by_key(|(at, _)| *at);
        plan
    }

    /// A phone of the owner's that has nothing else to do then, or a further one.
    fn phone_for(
        &mut self,
        owner: &str,
        time: &Booked,
        booked: &BTreeMap<usize, Vec<Booked>>,
    ) -> usize {
        let free = |no: &usize| {
            let all = booked.get(no).map_or(&[][..], Vec::as_slice);
            *no > 0 && self.phones[*no] == owner && all.iter().all(|other| other.goes_with(time))
        };
        (0..self.phones.len()).find(free).unwrap_or_else(|| {
            self.phones.push(owner.to_owned());
            self.phones.len() - 1
        })
    }

    fn moves(&mut self, case: &Case, begins: Instant) {
        let mut homes = BTreeSet::new();
        for subject in &case.facts.subjects {
            if homes.insert(home_of(subject)) {
                let (_, later) = say::residence(subject, begins.day());
                for (day, row) in later {
                    let subject = subject.id.clone();
                    self.steps.push((day.begins(), Step::Move { subject, row }));
                }
            }
        }
    }

    /// Every phone of a worker is last heard when the case says; one of which it says nothing, at
    /// the end.
    fn last_syncs(&mut self, case: &Case) {
        let mut synced: BTreeMap<&str, Instant> = BTreeMap::new();
        for held in &case.facts.assignments {
            if let Some(at) = held.last_sync {
                let known = synced.entry(&held.worker).or_insert(at);
                *known = (*known).max(at);
            }
        }
        for worker in synced.keys() {
            if !self.phones.iter().any(|owner| owner == worker) {
                self.phones.push((*worker).to_owned());
            }
        }
        let end = self.end(case.as_of);
        for (phone, owner) in self.phones.iter().enumerate() {
            let at = synced.get(owner.as_str()).copied().unwrap_or(end);
            self.steps.push((at, Step::Sync { phone }));
        }
    }

    /// When everything has happened, and `as_of` has come.
    pub fn end(&self, as_of: Instant) -> Instant {
        let steps = self.steps.iter().map(|(at, _)| *at);
        steps.chain([as_of]).max().unwrap_or(as_of)
    }

    /// How many visits are written by one who took part, and how many by the township.
    pub fn written(&self) -> (usize, usize) {
        let mut counts = (0, 0);
        for (_, step) in &self.steps {
            if let Step::Visit { phone, .. } = step {
                match self.phones[*phone] == TOWNSHIP {
                    true => counts.1 += 1,
                    false => counts.0 += 1,
                }
            }
        }
        counts
    }
}

/// When the visit is handed in: not before the phone last heard from the server, whose one clock
/// says both.
fn received(visit: &Visit) -> Instant {
    let received = visit.received_at.unwrap_or(visit.started_at);
    visit
        .last_server_time
        .map_or(received, |heard| heard.max(received))
}

/// When the writing phone last heard from the server before it recorded; where the case does not
/// say, as late as it may have been.
fn heard(visit: &Visit) -> Instant {
    let latest = visit.recorded_at.min(received(visit));
    visit
        .last_server_time
        .unwrap_or(latest)
        .min(received(visit))
}

/// The first of those who took part that has the household on a phone on the day of recording and
/// on the day of the sync before, and hands in before that phone was last heard.
fn writer(case: &Case, visit: &Visit, begins: Instant) -> Option<String> {
    let roles = Roles::built_in();
    let subject = case
        .facts
        .subjects
        .iter()
        .find(|subject| visit.subjects.contains_key(&subject.id))?;
    let days = [heard(visit).max(begins).day(), visit.recorded_at.day()];
    let has = |worker: &str| {
        let by_area = days.iter().all(|day| {
            case.facts.assignments.iter().any(|held| {
                held.worker == worker
                    && held.from.is_none_or(|from| from <= *day)
                    && held.to.is_none_or(|to| *day <= to)
                    && roles
                        .get(&held.role)
                        .is_some_and(|r| r.scope == Scope::Area)
                    && covers(&held.division, subject, *day)
            })
        });
        let paired = days.iter().all(|day| {
            case.facts.pairings.iter().any(|pairing| {
                pairing.worker == worker
                    && visit.subjects.contains_key(&pairing.subject)
                    && pairing.from.is_none_or(|from| from <= *day)
                    && pairing.to.is_none_or(|to| *day <= to)
            })
        });
        by_area || paired && visit.subjects.len() == 1
    };
    let in_time = |worker: &str| {
        let syncs = case.facts.assignments.iter();
        let last = syncs
            .filter(|held| held.worker == worker)
            .filter_map(|held| held.last_sync)
            .max();
        last.is_none_or(|last| received(visit) <= last)
    };
    let took_part = visit.participants.iter().map(|p| p.worker.as_str());
    took_part
        .filter(|worker| has(worker) && in_time(worker))
        .map(str::to_owned)
        .next()
}

fn covers(division: &str, subject: &Subject, day: tanfang_core::facts::rows::Day) -> bool {
    let lived = say::division_on(subject, day).and_then(|code| code.parse::<AreaCode>().ok());
    let over = division.parse::<AreaCode>().ok();
    matches!((over, lived), (Some(over), Some(lived)) if over.covers(&lived))
}
