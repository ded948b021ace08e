//! The state of each obligation: the order of the questions is that of the cases.

use std::collections::BTreeMap;

use super::credit::Credits;
use super::duty::Duty;
use super::excuse::{Excuses, Reason};
use super::index::{Judged, Standing};
use super::obligation::{Asked, Obligation};
use super::pack::{Demand, Roles};
use super::roster;
use crate::facts::rows::{Assignment, Day, Instant};

/// Where an obligation stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 不适用.
    NotDue,
    /// 已完成.
    Done,
    /// 待复核.
    Review,
    /// 免访.
    Exempt,
    /// 已尝试未见.
    Tried,
    /// 待走访.
    Open,
    /// 待同步.
    Unsynced,
    /// 已逾期.
    Overdue,
}

impl State {
    /// Every state.
    pub const ALL: [State; 8] = [
        State::NotDue,
        State::Done,
        State::Review,
        State::Exempt,
        State::Tried,
        State::Open,
        State::Unsynced,
        State::Overdue,
    ];

    /// The code, as reports and cases write it.
    pub fn code(self) -> &'static str {
        match self {
            State::NotDue => "not_due",
            State::Done => "done",
            State::Review => "review",
            State::Exempt => "exempt",
            State::Tried => "tried",
            State::Open => "open",
            State::Unsynced => "unsynced",
            State::Overdue => "overdue",
        }
    }

    /// Says whether the unit is on the list of people not seen.
    pub fn is_not_seen(self) -> bool {
        matches!(self, State::Tried | State::Unsynced | State::Overdue)
    }
}

/// What is found about one obligation.
pub(crate) struct Verdict<'a> {
    pub of: Obligation<'a>,
    pub state: State,
    pub due: Option<Day>,
    pub reason: Option<Reason>,
    /// Numbers of the visits credited, in the index's order.
    pub credited: Vec<u32>,
    /// Every visit that counts as one with a credited one, itself included.
    pub seen_in: Vec<u32>,
    /// Numbers of the visits that would be credited if none waited.
    pub if_none_waited: Vec<u32>,
    /// Numbers of the attempts.
    pub attempts: Vec<u32>,
    /// The last day, grace included.
    pub end: Day,
    pub flags: Vec<&'static str>,
}

/// Everything that was weighed for the periods of one duty.
#[derive(Default)]
pub(crate) struct Weighed<'a> {
    /// In the order of the periods.
    pub verdicts: Vec<Verdict<'a>>,
    /// Of each of them.
    pub excuses: Vec<Excuses>,
    /// Where each visit went.
    pub credits: Credits,
}

impl<'a, 'f> Duty<'a, 'f> {
    /// Judges these periods of a rule that asks visits.
    pub fn weigh(&self, asked: &[Asked<'a>]) -> Weighed<'a> {
        let obligations: Vec<Obligation<'a>> = asked
            .iter()
            .filter(|one| self.judges(one.period.first))
            .filter_map(|one| self.obligation(one))
            .collect();
        let excuses: Vec<Excuses> = obligations
            .iter()
            .map(|of| self.excuses(of, self.threshold(of)))
            .collect();
        let credits = self.credits(&obligations, &excuses);
        let each = obligations.into_iter().zip(&excuses).enumerate();
        let verdicts = each
            .map(|(at, (of, excused))| self.verdict(at, of, *excused, &credits))
            .collect();
        Weighed {
            verdicts,
            excuses,
            credits,
        }
    }

    /// Gives how many eligible days make the obligation due.
    pub fn threshold(&self, of: &Obligation<'a>) -> i64 {
        match self.rule.demand {
            Demand::FirstVisit { .. } => 1,
            _ => i64::from(self.pack.params.threshold(&of.period.name)),
        }
    }

    /// Says whether the rule is in force for a period that begins on the day.
    pub fn judges(&self, first: Day) -> bool {
        let from = [self.pack.valid_from, self.rule.valid_from];
        let to = [self.pack.valid_to, self.rule.valid_to];
        from.into_iter().flatten().all(|from| from <= first)
            && to.into_iter().flatten().all(|to| first <= to)
    }

    /// As `judges`, of a period that begins today.
    pub fn judges_now(&self) -> bool {
        let today = &self.index.today;
        for from in [self.pack.valid_from, self.rule.valid_from] {
            from.into_iter().for_each(|from| today.changes_on(from));
        }
        for to in [self.pack.valid_to, self.rule.valid_to] {
            to.into_iter().for_each(|to| today.changes_on(to.plus(1)));
        }
        self.judges(today.day())
    }

    fn verdict(
        &self,
        at: usize,
        of: Obligation<'a>,
        excused: Excuses,
        credits: &Credits,
    ) -> Verdict<'a> {
        let share = &credits.credited[at];
        let waiting = &credits.if_none_waited[at];
        let min = of.min as usize;
        let counted = |cluster: &usize| credits.clusters[*cluster].first_counted;
        let mut credited: Vec<u32> = share.iter().filter_map(counted).collect();
        credited.sort_unstable();
        let seen_in = share
            .iter()
            .flat_map(|cluster| credits.clusters[*cluster].visits.clone())
            .collect();
        let own = |number: &&u32| of.own(self.index.visit(**number).day);
        let own_credited = credited.iter().filter(own).count();
        let first = |cluster: &usize| credits.clusters[*cluster].visits.first().copied();
        let if_none_waited: Vec<u32> = waiting.iter().filter_map(first).collect();
        let own_possible = if_none_waited.iter().filter(own).count().max(own_credited);

        let exempt_alone = excused.in_period.is_some() && own_possible < min;
        let grace = of.reach.filter(|_| of.due && !exempt_alone);
        let end = grace.unwrap_or(of.period.last);
        let attempts = self.attempts(&of, end, credits);
        let (state, reason) = match () {
            () if !of.due => (State::NotDue, None),
            () if credited.len() >= min => (State::Done, None),
            () if waiting.len() >= min => (State::Review, None),
            () => match excused.reason(grace.is_some()) {
                Some(reason) => (State::Exempt, Some(reason)),
                None => (self.unseen(&of, end, &attempts), None),
            },
        };
        let runs = !self.index.today.is_after(end) && matches!(state, State::Open | State::Tried);
        let mut flags: Vec<&'static str> = Vec::new();
        let mut add = |holds: bool, flag| flags.extend(holds.then_some(flag));
        add(self.is_duplicate(at, credits), "duplicate");
        add(grace.is_some() && own_credited < min, "handover");
        add(self.is_vacant(&of), "vacant");
        let given_up =
            matches!(state, State::Tried | State::Overdue) && self.index.today.is_after(end);
        add(given_up && self.waits_for_a_phone(&of, end), "unsynced");
        let in_review = state == State::Review;
        let waits =
            |number: &&u32| self.standing(self.index.visit(**number)) == Some(Standing::Waits);
        let waiting = if_none_waited.iter().filter(waits);
        let of_visits = credited
            .iter()
            .chain(waiting.filter(|_| in_review))
            .filter_map(|number| self.judged(self.index.visit(*number)))
            .flat_map(Judged::flags);
        flags.extend(of_visits);
        let due = runs.then_some(end).filter(|day| *day < Day::MAX);
        Verdict {
            of,
            state,
            due,
            reason,
            credited,
            seen_in,
            if_none_waited,
            attempts,
            end,
            flags,
        }
    }

    /// Which of open, tried, unsynced and overdue holds for one that nothing excuses.
    fn unseen(&self, of: &Obligation<'a>, end: Day, attempts: &[u32]) -> State {
        let today = &self.index.today;
        if !today.is_after(end) {
            return if attempts.is_empty() {
                State::Open
            } else {
                State::Tried
            };
        }
        let waits = i32::try_from(self.pack.params.unsynced_days).unwrap_or(0);
        if !today.is_after(end.plus(waits)) && self.waits_for_a_phone(of, end) {
            return State::Unsynced;
        }
        let mut days: Vec<Day> = attempts
            .iter()
            .map(|number| self.index.visit(*number).day)
            .collect();
        days.dedup();
        let enough = days.len() >= self.pack.params.tried_days as usize;
        if enough { State::Tried } else { State::Overdue }
    }

    /// A cluster of several visits flags the obligation that it is credited to, or would be.
    fn is_duplicate(&self, at: usize, credits: &Credits) -> bool {
        let several = |cluster: &&usize| credits.clusters[**cluster].visits.len() > 1;
        let waits = |cluster: &&usize| credits.clusters[**cluster].first_counted.is_none();
        let credited = credits.credited[at].iter().any(|cluster| several(&cluster));
        let waiting = &credits.if_none_waited[at];
        credited
            || waiting
                .iter()
                .any(|cluster| several(&cluster) && waits(&cluster))
    }

    /// No assignment of the role over the unit on any eligible day.
    fn is_vacant(&self, of: &Obligation<'a>) -> bool {
        if self.unit.pairing.is_some() || self.rule.roles == Roles::Any {
            return false;
        }
        let there = |span| !super::days::Days::of([span]).and(&of.eligible).is_empty();
        let holders = self.holders(of.division);
        !holders.iter().any(|holder| there(roster::span(holder)))
    }

    fn waits_for_a_phone(&self, of: &Obligation<'a>, end: Day) -> bool {
        let may = self.may_have_been_there(of);
        let mut waits = roster::unsynced(&self.index.roster, &may, of.period.first, end);
        waits.next().is_some()
    }

    fn may_have_been_there(&self, of: &Obligation<'a>) -> Vec<&'f Assignment> {
        let mut may = self.holders(of.division).to_vec();
        if let Some(pairing) = self.unit.pairing {
            may.retain(|assignment| assignment.worker == pairing.worker);
        }
        may
    }

    /// Gives the workers who may have been there and whose phones have not been heard since, with
    /// when they last were; in the order of their ids.
    pub(crate) fn phones_waited_for(
        &self,
        of: &Obligation<'a>,
        end: Day,
    ) -> BTreeMap<String, Instant> {
        let may = self.may_have_been_there(of);
        let waits = roster::unsynced(&self.index.roster, &may, of.period.first, end);
        waits.map(|(worker, at)| (worker.to_owned(), at)).collect()
    }
}
