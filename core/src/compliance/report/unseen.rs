//! `child_unseen`: a child whom nobody met for two quarters, though the household was visited.

use super::super::calendar::Cadence;
use super::super::duty::Duty;
use super::super::obligation::Asked;
use super::super::pack::{Demand, Recurrence, UnitKind};
use super::super::verdict::{Verdict, Weighed};
use crate::facts::rows::{Day, Met};

/// Gives for each quarter that is asked and over the days of it and of the one before: the flag
/// needs what every rule credited in them.
pub(super) fn quarters(duties: &[Duty<'_, '_>], asked: &[Vec<Asked<'_>>]) -> Vec<(Day, Day)> {
    let mut needed: Vec<(Day, Day)> = Vec::new();
    for (duty, asked) in duties
        .iter()
        .zip(asked)
        .filter(|(duty, _)| asks_each_quarter(duty))
    {
        for one in asked
            .iter()
            .filter(|one| duty.index.today.is_after(one.period.last))
        {
            needed.extend(two_quarters(one.period.first, one.period.last));
        }
    }
    needed.sort_unstable();
    needed.dedup();
    needed
}

/// Flags the quarters in which a child, eligible in it and in the one before, was met in no
/// visit credited to the household in either.
pub(super) fn flag(duties: &[Duty<'_, '_>], judged: &mut [Weighed<'_>]) {
    let mut flagged = Vec::new();
    for (at, duty) in duties
        .iter()
        .enumerate()
        .filter(|(_, duty)| asks_each_quarter(duty))
    {
        for (number, verdict) in judged[at].verdicts.iter().enumerate() {
            let (first, last) = (verdict.of.period.first, verdict.of.period.last);
            if duty.index.today.is_after(last)
                && two_quarters(first, last)
                    .is_some_and(|two| has_unseen(duty, verdict, two, judged))
            {
                flagged.push((at, number));
            }
        }
    }
    for (at, number) in flagged {
        judged[at].verdicts[number].flags.push("child_unseen");
    }
}

fn asks_each_quarter(duty: &Duty<'_, '_>) -> bool {
    let quarterly = Recurrence::Every(Cadence::Quarter);
    duty.rule.unit == UnitKind::Household
        && matches!(&duty.rule.demand, Demand::Visits { periods, .. } if periods.contains(&quarterly))
}

fn two_quarters(first: Day, last: Day) -> Option<(Day, Day)> {
    Cadence::Quarter
        .before(&Cadence::Quarter.holding(first))
        .map(|before| (before.first, last))
}

/// A visit is of the two quarters by its own day, or by the period to which it was credited.
fn has_unseen(
    duty: &Duty<'_, '_>,
    quarter: &Verdict<'_>,
    (first, last): (Day, Day),
    judged: &[Weighed<'_>],
) -> bool {
    let met = |child: &str| {
        judged.iter().flat_map(|one| &one.verdicts).any(|verdict| {
            let of_period = verdict.of.period.first >= first && verdict.of.period.last <= last;
            verdict
                .seen_in
                .iter()
                .map(|number| duty.index.visit(*number))
                .any(|known| {
                    (of_period || (first <= known.day && known.day <= last))
                        && known.visit.subjects.get(child) == Some(&Met::Met)
                })
        })
    };
    let before = super::super::days::Days::between(first, quarter.of.period.first.plus(-1));
    let children = duty
        .unit
        .members
        .iter()
        .zip(&duty.members)
        .zip(&quarter.of.members);
    let both = children.filter(|((_, days), own)| !own.is_empty() && !days.and(&before).is_empty());
    both.map(|((child, _), _)| child)
        .any(|child| !met(&child.id))
}
