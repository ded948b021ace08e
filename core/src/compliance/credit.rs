//! Which visits are credited to which obligation of a duty (rules 1 to 10 of the cases), and
//! which are attempts.

use std::collections::BTreeSet;

use super::duty::Duty;
use super::excuse::Excuses;
use super::index::{Judged, Known, Standing, days_within, division_on};
use super::obligation::Obligation;
use super::pack::Roles;
use crate::facts::rows::{Day, Met, Participant, Subject};

/// Visits in one mode by one worker that begin within this of the first count as one (rule 3).
const SAME_VISIT_MILLIS: i64 = 30 * 60_000;

/// Why a visit is none that an obligation could take, or none that the rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal<'f> {
    /// Its mode is not among those that count.
    Mode,
    /// On its day nobody of the unit was eligible.
    NotEligible,
    /// Its day is neither of the period nor of a grace.
    OtherDay,
    /// It is in the grace of a period that was excused before.
    Excused,
    /// A supervisor said that it did not take place.
    Rejected,
    /// Its outcome is not among those that count.
    Outcome,
    /// It names nobody of the unit as met.
    NotMet,
    /// Nobody took part in a role that counts; of a pairing, not its worker in that role.
    Role,
    /// Somebody took part in a role that counts, which that worker did not hold there that day.
    NotHeld(&'f Participant),
}

/// A visit that a rule could credit, and the workers whose role counts.
struct Creditable<'f> {
    number: u32,
    known_workers: BTreeSet<&'f str>,
}

/// Visits that count as one.
pub(crate) struct Cluster {
    /// All of them, the earliest first.
    pub visits: Vec<u32>,
    /// The first that does not wait.
    pub first_counted: Option<u32>,
}

/// What a sharing out gave to one obligation: numbers of clusters.
pub(crate) type Share = Vec<usize>;

/// The verdicts' raw material for all obligations of one duty.
#[derive(Default)]
pub(crate) struct Credits {
    pub clusters: Vec<Cluster>,
    /// For each obligation the clusters credited to it.
    pub credited: Vec<Share>,
    /// The same if no visit waited.
    pub if_none_waited: Vec<Share>,
}

impl Cluster {
    /// The visit that is credited: the first that counts, or, if none waited, the first.
    fn credited(&self, none_waits: bool) -> Option<u32> {
        if none_waits {
            self.visits.first().copied()
        } else {
            self.first_counted
        }
    }
}

impl<'a, 'f> Duty<'a, 'f> {
    /// Gives the workers whose participation counts for the rule where this subject is (rule 1).
    fn counted_workers(&self, known: &Known<'f>, subject: &'f Subject) -> BTreeSet<&'f str> {
        let division = division_on(subject, known.day);
        let counts = |worker: &str, role: &str| match (&self.unit.pairing, &self.rule.roles) {
            (Some(pairing), roles) => pairing.worker == worker && roles.include(role),
            (None, Roles::Any) => true,
            (None, roles) => {
                roles.include(role) && self.index.roster.holds(worker, role, known.day, division)
            }
        };
        let there = known.visit.participants.iter();
        let there = there.filter(|person| counts(&person.worker, &person.role));
        there.map(|person| person.worker.as_str()).collect()
    }

    /// Gives the members that the visit names, each with whether it was met.
    fn named(&self, known: &Known<'f>) -> impl Iterator<Item = (&'f Subject, Met)> {
        let named = &known.visit.subjects;
        let members = self.unit.members.iter();
        let known_now = members.filter(|member| known.judged(&member.id).is_some());
        known_now.filter_map(|member| named.get(&member.id).map(|met| (*member, *met)))
    }

    /// What the clocks say of the visit for this unit: of its members those who were seen, else
    /// those who are named, and of several the one that stands best.
    pub(crate) fn judged(&self, known: &Known<'f>) -> Option<Judged> {
        let seen = |met: Met| met == Met::Met || known.visit.outcome == "met_family";
        let named = self.named(known);
        let of = named.filter_map(|(member, met)| Some((!seen(met), known.judged(&member.id)?)));
        of.min_by_key(|(unseen, judged)| (*unseen, judged.standing))
            .map(|(_, judged)| judged)
    }

    pub(crate) fn standing(&self, known: &Known<'f>) -> Option<Standing> {
        self.judged(known).map(|judged| judged.standing)
    }

    /// Whether what the visit says of the unit has no receipt yet.
    pub(crate) fn is_unsent(&self, known: &Known<'f>) -> bool {
        let mut named = self.named(known);
        named.any(|(member, _)| known.visit.clocks_of(&member.id).received_at.is_none())
    }

    /// Gives the workers for whom the rule could credit the visit, apart from day and mode; there
    /// is one at least.
    pub(crate) fn crediting(&self, known: &Known<'f>) -> Result<BTreeSet<&'f str>, Refusal<'f>> {
        let outcome = known.visit.outcome.as_str();
        if known.is_rejected() {
            return Err(Refusal::Rejected);
        }
        if !self.outcomes.contains(&outcome) {
            return Err(Refusal::Outcome);
        }
        let seen = |met: Met| met == Met::Met || outcome == "met_family";
        if !self.named(known).any(|(_, met)| seen(met)) {
            return Err(Refusal::NotMet);
        }
        let seen = self.named(known).filter(|(_, met)| seen(*met));
        let workers: BTreeSet<&str> = seen
            .flat_map(|(subject, _)| self.counted_workers(known, subject))
            .collect();
        match workers.is_empty() {
            true => Err(self.no_role(known)),
            false => Ok(workers),
        }
    }

    /// Why nobody's participation counts.
    fn no_role(&self, known: &Known<'f>) -> Refusal<'f> {
        if self.unit.pairing.is_some() {
            return Refusal::Role;
        }
        let mut there = known.visit.participants.iter();
        let asked = there.find(|person| self.rule.roles.include(&person.role));
        asked.map_or(Refusal::Role, Refusal::NotHeld)
    }

    /// Says whether the visit is one that the rule asks for, whatever the day.
    pub(crate) fn shows_the_unit_seen(&self, known: &Known<'f>) -> bool {
        let roles = &self.rule.roles;
        let mut there = known.visit.participants.iter();
        there.any(|person| roles.include(&person.role))
            && self.standing(known) == Some(Standing::Counts)
            && self.modes.contains(&known.visit.mode.as_str())
            && self.crediting(known).is_ok()
    }

    /// Says why the obligation, its grace included, could not take the visit (rules 8 and 10).
    pub(crate) fn taking(
        &self,
        to: &Obligation<'a>,
        excuses: &Excuses,
        known: &Known<'f>,
    ) -> Result<(), Refusal<'f>> {
        let day = known.day;
        if !to.modes.contain(&known.visit.mode) {
            return Err(Refusal::Mode);
        }
        let eligible = match () {
            () if to.own(day) => to.eligible.holds(day),
            () if !to.due || !to.in_reach(day) => return Err(Refusal::OtherDay),
            () if excuses.before(day) => return Err(Refusal::Excused),
            () => self.eligible_in_area(to, day),
        };
        eligible.then_some(()).ok_or(Refusal::NotEligible)
    }

    fn could_take(&self, to: &Obligation<'a>, excuses: &Excuses, known: &Known<'f>) -> bool {
        self.taking(to, excuses, known).is_ok()
    }

    fn eligible_in_area(&self, to: &Obligation<'a>, day: Day) -> bool {
        if to.area.is_empty() {
            return self.eligible.holds(day);
        }
        let mut members = self.members.iter().zip(&self.unit.members);
        members.any(|(days, member)| days.holds(day) && days_within(member, &to.area).holds(day))
    }

    /// Gives the unit's visits from the first day that may matter to the last.
    fn visits_of(&self, obligations: &[Obligation<'a>]) -> &'a [u32] {
        let first = obligations
            .iter()
            .map(|one| one.period.first)
            .min()
            .unwrap_or(Day::MAX);
        let last = obligations
            .iter()
            .map(Obligation::end)
            .max()
            .unwrap_or(Day::MIN);
        let visits = &self.unit.visits;
        let from = visits.partition_point(|number| self.index.visit(*number).day < first);
        let to = visits.partition_point(|number| self.index.visit(*number).day <= last);
        visits.get(from..to).unwrap_or(&[])
    }

    /// Shares the unit's visits out among its obligations, which stand in the order of their
    /// periods.
    pub fn credits(&self, obligations: &[Obligation<'a>], excuses: &[Excuses]) -> Credits {
        let mut found: Vec<Creditable<'f>> = Vec::new();
        for number in self.visits_of(obligations) {
            let known = self.index.visit(*number);
            let mut takers = obligations.iter().zip(excuses);
            if !takers.any(|(to, excused)| self.could_take(to, excused, known)) {
                continue;
            }
            if let Ok(known_workers) = self.crediting(known) {
                found.push(Creditable {
                    number: *number,
                    known_workers,
                });
            }
        }
        let clusters = self.clusters(&found, obligations, excuses);
        let credited = self.share(&clusters, obligations, excuses, false);
        let if_none_waited = self.share(&clusters, obligations, excuses, true);
        Credits {
            clusters,
            credited,
            if_none_waited,
        }
    }

    /// Rule 3: those that share the mode and a worker with the first, begin at most 30 minutes
    /// after it, and that some one period could take.
    fn clusters(
        &self,
        found: &[Creditable<'f>],
        obligations: &[Obligation<'a>],
        excuses: &[Excuses],
    ) -> Vec<Cluster> {
        let mut clusters = Vec::new();
        let mut taken = vec![false; found.len()];
        for (at, first) in found.iter().enumerate() {
            if taken[at] {
                continue;
            }
            let opening = self.index.visit(first.number);
            let mut visits = vec![first.number];
            for (later, other) in found.iter().enumerate().skip(at + 1) {
                let next = self.index.visit(other.number);
                let after = next.visit.started_at.millis_since(opening.visit.started_at);
                if after > SAME_VISIT_MILLIS {
                    break;
                }
                let one_period = || {
                    obligations.iter().zip(excuses).any(|(to, excused)| {
                        self.could_take(to, excused, opening) && self.could_take(to, excused, next)
                    })
                };
                let same = next.visit.mode == opening.visit.mode
                    && !first.known_workers.is_disjoint(&other.known_workers);
                if !taken[later] && same && one_period() {
                    taken[later] = true;
                    visits.push(other.number);
                }
            }
            let counted =
                |number: &&u32| self.standing(self.index.visit(**number)) == Some(Standing::Counts);
            let first_counted = visits.iter().find(counted).copied();
            clusters.push(Cluster {
                visits,
                first_counted,
            });
        }
        clusters
    }

    /// Rule 10: in a grace to the earliest period that is due, was not excused before the day
    /// and is still short; else to its own, of overlapping ones to the earliest that is due, not
    /// excused and still short, if none is, to the earliest.
    fn share(
        &self,
        clusters: &[Cluster],
        obligations: &[Obligation<'a>],
        excuses: &[Excuses],
        none_waits: bool,
    ) -> Vec<Share> {
        let credited = |cluster: &Cluster| cluster.credited(none_waits);
        let mut queue: Vec<(u32, usize)> = clusters
            .iter()
            .enumerate()
            .filter_map(|(at, cluster)| credited(cluster).map(|number| (number, at)))
            .collect();
        queue.sort_unstable();
        let mut shares: Vec<Share> = vec![Vec::new(); obligations.len()];
        for (number, cluster) in queue {
            let known = self.index.visit(number);
            let takes = |at: &usize| self.could_take(&obligations[*at], &excuses[*at], known);
            let short = |at: &usize| shares[*at].len() < obligations[*at].min as usize;
            let own = |at: &usize| obligations[*at].own(known.day);
            let all = 0..obligations.len();
            let wanting = |at: &usize| obligations[*at].due && !excuses[*at].any() && short(at);
            let chosen = all
                .clone()
                .find(|at| !own(at) && takes(at) && short(at))
                .or_else(|| all.clone().find(|at| own(at) && takes(at) && wanting(at)))
                .or_else(|| all.clone().find(|at| own(at) && takes(at)));
            if let Some(at) = chosen {
                shares[at].push(cluster);
            }
        }
        shares
    }

    /// Gives the attempts on the obligation: visits in a mode and by a role that would count,
    /// neither waiting nor rejected nor credited, in which the unit was not seen.
    pub fn attempts(&self, on: &Obligation<'a>, end: Day, credits: &Credits) -> Vec<u32> {
        let credited = |number: u32| {
            let shares = credits.credited.iter().flatten();
            shares
                .clone()
                .any(|at| credits.clusters[*at].visits.contains(&number))
        };
        let mut attempts = Vec::new();
        for number in self.visits_of(std::slice::from_ref(on)) {
            let known = self.index.visit(*number);
            let grace = known.day > on.period.last && known.day <= end;
            let holds = on.own(known.day) && on.eligible.holds(known.day);
            let mode = on.modes.contain(&known.visit.mode);
            if (holds || grace) && mode && self.is_attempt(known) && !credited(*number) {
                attempts.push(*number);
            }
        }
        attempts
    }

    fn is_attempt(&self, known: &Known<'f>) -> bool {
        if self.standing(known) != Some(Standing::Counts) {
            return false;
        }
        let mut unseen = matches!(known.visit.outcome.as_str(), "not_met" | "refused");
        let (mut named, mut all_not_met, mut by_role) = (false, true, false);
        for (subject, met) in self.named(known) {
            named = true;
            all_not_met &= met == Met::NotMet;
            by_role = by_role || !self.counted_workers(known, subject).is_empty();
        }
        unseen = unseen || all_not_met;
        named && unseen && by_role
    }
}
