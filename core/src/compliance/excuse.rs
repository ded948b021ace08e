//! Why nobody had to come: death, moving away, hospital, refusal and their like.

use std::collections::BTreeSet;

use super::days::Days;
use super::duty::Duty;
use super::obligation::Obligation;
use super::pack::Demand;
use crate::facts::rows::{Day, Span, Subject};

/// 免访原因, in the order in which they are asked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// 去世.
    Deceased,
    /// 迁出.
    Moved,
    /// 退出台账.
    Left,
    /// 住院, and the family was contacted.
    Hospital,
    /// 外出.
    Away,
    /// 机构供养.
    Institution,
    /// 本人拒绝.
    Refused,
}

impl Reason {
    /// Every reason, in the order in which they are asked.
    pub const ALL: [Reason; 7] = [
        Reason::Deceased,
        Reason::Moved,
        Reason::Left,
        Reason::Hospital,
        Reason::Away,
        Reason::Institution,
        Reason::Refused,
    ];

    /// The code, as reports and cases write it.
    pub fn code(self) -> &'static str {
        match self {
            Reason::Deceased => "deceased",
            Reason::Moved => "moved",
            Reason::Left => "left",
            Reason::Hospital => "hospital",
            Reason::Away => "away",
            Reason::Institution => "institution",
            Reason::Refused => "refused",
        }
    }
}

/// An excuse of which there is a trace, as it was weighed for one obligation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Excuse {
    /// Which.
    pub reason: Reason,
    /// Whether it holds; it excuses only where the line says so.
    pub holds: bool,
    /// Of one who died, moved or left, the day; of a refusal, the day on which it still held.
    pub on: Option<Day>,
    /// The eligible days that speak for it: in the state, or until that day.
    pub days: i64,
    /// How many of them are needed.
    pub needed: i64,
    /// What it lacks.
    pub short: Option<Short>,
}

/// Why an excuse does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Short {
    /// Fewer days than are needed.
    TooFewDays,
    /// Nobody asked the family within the period.
    FamilyNotContacted,
    /// The rule also counts calls.
    CanBeCalled,
    /// The rule asks for no visit.
    NotAsked,
}

/// The excuses of one obligation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Excuses {
    /// What holds by the period alone.
    pub in_period: Option<Reason>,
    /// That everybody died, moved or left in the period or its grace, and when the last did.
    pub gone: Option<(Reason, Day)>,
}

impl Excuses {
    /// Says whether the obligation was excused before the day, which is after the period.
    pub fn before(&self, day: Day) -> bool {
        self.in_period.is_some() || self.gone.is_some_and(|(_, when)| when < day)
    }

    pub fn any(&self) -> bool {
        self.in_period.is_some() || self.gone.is_some()
    }

    /// Gives the first that holds; what happened in a grace only where there is one.
    pub fn reason(&self, with_grace: bool) -> Option<Reason> {
        self.in_period
            .or_else(|| self.gone.filter(|_| with_grace).map(|(reason, _)| reason))
    }
}

impl<'a, 'f> Duty<'a, 'f> {
    /// Gives the excuses that hold for the obligation.
    pub fn excuses(&self, of: &Obligation<'a>, threshold: i64) -> Excuses {
        let period = (of.period.first, of.period.last);
        let gone_in_period = self.gone(of, period.1, threshold).map(|(reason, _)| reason);
        let in_period = gone_in_period.or_else(|| {
            let mut reasons = Reason::ALL.into_iter().skip(3);
            reasons.find(|reason| self.holds(*reason, of))
        });
        let gone = of.reach.and_then(|reach| self.gone(of, reach, threshold));
        Excuses { in_period, gone }
    }

    fn holds(&self, reason: Reason, of: &Obligation<'a>) -> bool {
        match reason {
            Reason::Deceased | Reason::Moved | Reason::Left => false,
            Reason::Refused => of
                .eligible
                .last()
                .is_some_and(|last| self.refuses(&of.members, last)),
            _ => {
                let (days, needed) = self.days_of(reason, of);
                days > 0 && days >= needed && self.falls_short(reason, of).is_none()
            }
        }
    }

    /// Gives on how many eligible days the unit was in the state of the reason, and how many
    /// are needed.
    fn days_of(&self, reason: Reason, of: &Obligation<'a>) -> (i64, i64) {
        let eligible = of.eligible.count();
        let most = (7 * eligible + 9) / 10;
        match reason {
            Reason::Institution => (self.days_in_state(of, reason.code()), eligible),
            _ => (self.days_in_state(of, reason.code()), most),
        }
    }

    /// Why the days in the state do not excuse, however many they are.
    fn falls_short(&self, reason: Reason, of: &Obligation<'a>) -> Option<Short> {
        let callable = || of.modes.contain("phone") || of.modes.contain("video");
        match reason {
            Reason::Hospital if !self.families_contacted(of) => Some(Short::FamilyNotContacted),
            Reason::Away if matches!(self.rule.demand, Demand::Refresh { .. }) => {
                Some(Short::NotAsked)
            }
            Reason::Away if callable() => Some(Short::CanBeCalled),
            _ => None,
        }
    }

    /// Gives of each excuse of which there is a trace whether it holds, and what it lacks.
    pub fn weighed_excuses(&self, of: &Obligation<'a>, end: Day, threshold: i64) -> Vec<Excuse> {
        let mut found = Vec::new();
        if let Some((reason, on, days)) = self.gone_by(of, end) {
            found.push(Excuse {
                reason,
                holds: days >= threshold,
                on: Some(on),
                days,
                needed: threshold,
                short: (days < threshold).then_some(Short::TooFewDays),
            });
        }
        for reason in [Reason::Hospital, Reason::Away, Reason::Institution] {
            let (days, needed) = self.days_of(reason, of);
            if days > 0 {
                let few = (days < needed).then_some(Short::TooFewDays);
                found.push(Excuse {
                    reason,
                    holds: self.holds(reason, of),
                    on: None,
                    days,
                    needed,
                    short: few.or_else(|| self.falls_short(reason, of)),
                });
            }
        }
        if self.holds(Reason::Refused, of) {
            let (holds, on) = (true, of.eligible.last());
            let (days, needed, short) = (0, 0, None);
            let reason = Reason::Refused;
            found.push(Excuse {
                reason,
                holds,
                on,
                days,
                needed,
                short,
            });
        }
        found
    }

    /// Counts the eligible days on which every member eligible on that day is in the state.
    fn days_in_state(&self, of: &Obligation<'a>, state: &str) -> i64 {
        let mut members = self.unit.members.iter();
        if members.all(|member| member.states.iter().all(|stay| stay.state != state)) {
            return 0;
        }
        let mut elsewhere = Days::default();
        for (days, member) in of.members.iter().zip(&self.unit.members) {
            let stays = member.states.iter().filter(|stay| stay.state == state);
            let in_state = Days::of(stays.map(|stay| Span {
                from: stay.from,
                to: stay.to,
            }));
            elsewhere = elsewhere.or(&days.without(&in_state));
        }
        of.eligible.count() - elsewhere.count()
    }

    fn families_contacted(&self, of: &Obligation<'a>) -> bool {
        let mut eligible = of
            .members
            .iter()
            .zip(&self.unit.members)
            .filter(|(days, _)| !days.is_empty());
        eligible.all(|(_, member)| {
            let stays = member.states.iter().filter(|stay| stay.state == "hospital");
            stays
                .filter_map(|stay| stay.family_contacted_on)
                .any(|day| of.own(day))
        })
    }

    /// Says whether every member eligible on the day refuses by then.
    pub fn refuses(&self, members: &[Days], day: Day) -> bool {
        let mut eligible = members
            .iter()
            .zip(&self.unit.members)
            .filter(|(days, _)| days.holds(day));
        eligible.all(|(_, member)| refused_by(member, day))
    }

    /// Gives when the last member eligible in the period had died, moved or left, if all had by
    /// `end`, after enough eligible days; the reason is the first of the three that happened.
    fn gone(&self, of: &Obligation<'a>, end: Day, threshold: i64) -> Option<(Reason, Day)> {
        let (reason, last, days) = self.gone_by(of, end)?;
        (days >= threshold).then_some((reason, last))
    }

    /// As `gone`, with the eligible days until then, however few.
    fn gone_by(&self, of: &Obligation<'a>, end: Day) -> Option<(Reason, Day, i64)> {
        let mut reasons = BTreeSet::new();
        let mut last = Day::MIN;
        for (days, member) in of.members.iter().zip(&self.unit.members) {
            if days.is_empty() {
                continue;
            }
            let happened = departures(member, of.period.first, end);
            last = last.max(happened.iter().map(|(_, day)| *day).min()?);
            reasons.extend(happened.into_iter().map(|(reason, _)| reason));
        }
        let until = of.eligible.and(&Days::between(Day::MIN, last));
        Some((*reasons.first()?, last, until.count()))
    }
}

fn refused_by(member: &Subject, day: Day) -> bool {
    let mut latest: Option<(Day, bool)> = None;
    for said in &member.consent {
        let refusal = match said.state.as_str() {
            "informed_refuse" => true,
            "informed_agree" | "guardian_agree" => false,
            _ => continue,
        };
        let on = said.on.unwrap_or(Day::MIN);
        if on <= day && latest.is_none_or(|(before, _)| before <= on) {
            latest = Some((on, refusal));
        }
    }
    latest.is_some_and(|(_, refusal)| refusal)
}

/// Gives what ended a subject's being there from `first` to `end`; an end of registration that
/// another registration follows by then is none.
fn departures(subject: &Subject, first: Day, end: Day) -> Vec<(Reason, Day)> {
    let within = |day: &Day| first <= *day && *day <= end;
    let registered = Days::of(subject.registered.iter().copied());
    let left = subject
        .registered
        .iter()
        .filter_map(|span| span.to)
        .filter(within);
    let left = left
        .filter(|to| registered.and(&Days::between(to.plus(1), end)).is_empty())
        .max();
    let all = [
        (Reason::Deceased, subject.died_on),
        (Reason::Moved, subject.moved_on),
        (Reason::Left, left),
    ];
    all.into_iter()
        .filter_map(|(reason, day)| day.filter(within).map(|day| (reason, day)))
        .collect()
}
