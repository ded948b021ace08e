//! What became of each visit of the unit.

use serde::Serialize;

use super::super::super::credit::Refusal;
use super::super::super::duty::Duty;
use super::super::super::index::{Known, Standing};
use super::super::super::pack::Demand;
use super::super::super::verdict::{Verdict, Weighed};
use crate::facts::rows::{Instant, Visit};

/// What became of a visit, for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Credited to this period.
    Credited,
    /// Counts as one with another visit (`of`): the same mode and worker within 30 minutes.
    Duplicate,
    /// Credited to another period of the rule (`period`).
    OtherPeriod,
    /// Waits for a supervisor (`why`).
    Waits,
    /// A supervisor said that it did not take place.
    Rejected,
    /// Its mode is not among those that count.
    Mode,
    /// Its outcome is not among those that count.
    Outcome,
    /// It names nobody of the unit as met.
    NotMet,
    /// Nobody took part in a role that counts; of a pairing, not its worker in that role.
    Role,
    /// Somebody (`worker`) took part in a role that counts (`role`), which that worker did not
    /// hold there that day.
    RoleNotHeld,
    /// On its day nobody of the unit was eligible.
    NotEligible,
    /// Its day is neither of the period nor of its grace.
    OtherDay,
    /// It is in a grace, but the period was excused before, or had its number already.
    NotNeeded,
    /// It was not received yet on the day of the report.
    NotKnown,
    /// It would count: the rule has no number, and nothing is judged.
    Shown,
    /// The rule asks a document, no visit.
    DocumentAsked,
}

/// A visit, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VisitAccount {
    /// The visit's id.
    pub visit: String,
    /// When it began, in UTC+8.
    pub started_at: String,
    /// What became of it.
    pub fate: Fate,
    /// Of a duplicate, the visit that is credited or waits.
    pub of: Option<String>,
    /// Of one that is credited elsewhere, the period.
    pub period: Option<String>,
    /// Of one that waits, why: `clock`, `no_reason` (written down after more than 24 hours without
    /// a reason), `too_late` (after more than 72).
    pub why: Vec<&'static str>,
    /// The worker who did not hold the role.
    pub worker: Option<String>,
    /// The role that was not held.
    pub role: Option<String>,
    /// Whether it counts as an attempt.
    pub attempt: bool,
}

/// Gives an account of every visit that names one of the unit.
pub(super) fn accounts(
    duty: &Duty<'_, '_>,
    verdict: &Verdict<'_>,
    weighed: &Weighed<'_>,
    all: &[Visit],
) -> Vec<VisitAccount> {
    each(duty, all, |number, known| {
        let mut account = of_known(duty, verdict, weighed, number, known);
        account.attempt = verdict.attempts.contains(&number);
        account
    })
}

/// Gives an account of every visit under a rule that judges none.
pub(super) fn unjudged(duty: &Duty<'_, '_>, all: &[Visit]) -> Vec<VisitAccount> {
    each(duty, all, |_, known| {
        let visit = known.visit;
        if !matches!(duty.rule.demand, Demand::Unquantified) {
            return plain(visit, Fate::DocumentAsked);
        }
        if !duty.modes.contains(&visit.mode.as_str()) {
            return plain(visit, Fate::Mode);
        }
        match (duty.crediting(known), duty.standing(known)) {
            (Err(refusal), _) => refused(visit, refusal),
            (Ok(_), Some(Standing::Counts)) => plain(visit, Fate::Shown),
            (Ok(_), _) => waiting(duty, known),
        }
    })
}

/// Those that are known, in the order of the index, and those that are not, in the same order.
fn each<'f>(
    duty: &Duty<'_, 'f>,
    all: &[Visit],
    account: impl Fn(u32, &Known<'f>) -> VisitAccount,
) -> Vec<VisitAccount> {
    let mut found: Vec<((Instant, &str), VisitAccount)> = Vec::new();
    let known = |number: &u32| duty.index.visit(*number);
    for number in &duty.unit.visits {
        let one = known(number);
        let told = match duty.standing(one) {
            None => plain(one.visit, Fate::NotKnown),
            Some(_) => account(*number, one),
        };
        found.push(((one.visit.started_at, &one.visit.id), told));
    }
    let names = |visit: &&Visit| {
        let mut members = duty.unit.members.iter();
        members.any(|member| visit.subjects.contains_key(&member.id))
    };
    for visit in all.iter().filter(names) {
        let mut listed = duty.unit.visits.iter().map(known);
        if !listed.any(|one| std::ptr::eq(one.visit, visit)) {
            let told = plain(visit, Fate::NotKnown);
            found.push(((visit.started_at, &visit.id), told));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().map(|(_, account)| account).collect()
}

fn of_known(
    duty: &Duty<'_, '_>,
    verdict: &Verdict<'_>,
    weighed: &Weighed<'_>,
    number: u32,
    known: &Known<'_>,
) -> VisitAccount {
    let (of, visit) = (&verdict.of, known.visit);
    if verdict.credited.contains(&number) {
        return plain(visit, Fate::Credited);
    }
    if !of.own(known.day) && !of.in_reach(known.day) {
        return plain(visit, Fate::OtherDay);
    }
    let clusters = weighed.credits.clusters.iter().enumerate();
    let mut holding = clusters.filter(|(_, cluster)| cluster.visits.contains(&number));
    if let Some((at, cluster)) = holding.next() {
        return match cluster.first_counted {
            Some(first) if first != number => VisitAccount {
                of: Some(duty.index.visit(first).visit.id.clone()),
                ..plain(visit, Fate::Duplicate)
            },
            Some(_) => credited_elsewhere(weighed, at, visit),
            None => waiting(duty, known),
        };
    }
    let excuses = weighed
        .verdicts
        .iter()
        .zip(&weighed.excuses)
        .find(|(one, _)| one.of.period == of.period)
        .map(|(_, excuses)| *excuses)
        .unwrap_or_default();
    let refusal = match duty.crediting(known).err() {
        Some(Refusal::Rejected) => Some(Refusal::Rejected),
        other => duty.taking(of, &excuses, known).err().or(other),
    };
    refusal.map_or_else(
        || plain(visit, Fate::OtherDay),
        |refusal| refused(visit, refusal),
    )
}

fn credited_elsewhere(weighed: &Weighed<'_>, cluster: usize, visit: &Visit) -> VisitAccount {
    let shares = weighed.credits.credited.iter();
    let mut taken = shares.zip(&weighed.verdicts);
    match taken.find(|(share, _)| share.contains(&cluster)) {
        Some((_, verdict)) => VisitAccount {
            period: Some(verdict.of.period.name.to_string()),
            ..plain(visit, Fate::OtherPeriod)
        },
        None => plain(visit, Fate::NotNeeded),
    }
}

fn waiting(duty: &Duty<'_, '_>, known: &Known<'_>) -> VisitAccount {
    let why = duty.judged(known).into_iter();
    VisitAccount {
        why: why.flat_map(|judged| judged.waits_for()).collect(),
        ..plain(known.visit, Fate::Waits)
    }
}

fn refused(visit: &Visit, refusal: Refusal<'_>) -> VisitAccount {
    let fate = match refusal {
        Refusal::Mode => Fate::Mode,
        Refusal::NotEligible => Fate::NotEligible,
        Refusal::OtherDay => Fate::OtherDay,
        Refusal::Excused => Fate::NotNeeded,
        Refusal::Rejected => Fate::Rejected,
        Refusal::Outcome => Fate::Outcome,
        Refusal::NotMet => Fate::NotMet,
        Refusal::Role => Fate::Role,
        Refusal::NotHeld(who) => {
            return VisitAccount {
                worker: Some(who.worker.clone()),
                role: Some(who.role.clone()),
                ..plain(visit, Fate::RoleNotHeld)
            };
        }
    };
    plain(visit, fate)
}

fn plain(visit: &Visit, fate: Fate) -> VisitAccount {
    VisitAccount {
        visit: visit.id.clone(),
        started_at: visit.started_at.to_local_string(),
        fate,
        of: None,
        period: None,
        why: Vec::new(),
        worker: None,
        role: None,
        attempt: false,
    }
}
