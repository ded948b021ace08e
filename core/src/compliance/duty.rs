//! A rule applied to a unit: on which days, for which of its people.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::calendar::Calendar;
use super::days::Days;
use super::index::{Index, division_now, division_on};
use super::pack::{Pack, Rule};
use super::shared::Shared;
use super::today::Today;
use crate::facts::rows::{Assignment, Day, Pairing, Span, Subject};

/// What an obligation is about: a person, a household's children, a pairing.
pub(crate) struct Unit<'f> {
    pub id: &'f str,
    pub members: Vec<&'f Subject>,
    pub pairing: Option<&'f Pairing>,
    /// The visits that name one of its members, in the order of the index.
    pub visits: Vec<u32>,
}

/// A rule of a pack, with what its duties share.
pub(crate) struct Ruling<'a> {
    pub pack: &'a Pack,
    pub rule: &'a Rule,
    /// The modes that count, but for an event that names its own.
    modes: Vec<&'a str>,
    /// The outcomes that count.
    outcomes: Vec<&'a str>,
    pub words: RuleWords,
}

/// What each line says of its rule.
pub(crate) struct RuleWords {
    pub rule: Shared,
    pub document: Shared,
    pub article: Shared,
    pub quote: Shared,
    pub strength: Shared,
    pub pack: Shared,
}

impl<'a> Ruling<'a> {
    pub fn new(pack: &'a Pack, rule: &'a Rule) -> Self {
        let words = RuleWords {
            rule: rule.id.as_str().into(),
            document: rule.document.as_str().into(),
            article: rule.article.as_str().into(),
            quote: rule.quote.as_str().into(),
            strength: rule.strength.as_str().into(),
            pack: pack.id.as_str().into(),
        };
        Ruling {
            pack,
            rule,
            modes: rule.counted_modes(&pack.params),
            outcomes: rule.counted_outcomes(),
            words,
        }
    }
}

/// A rule, for one unit.
pub(crate) struct Duty<'a, 'f> {
    pub index: &'a Index<'f>,
    pub calendar: &'a Calendar,
    pub ruling: &'a Ruling<'a>,
    pub pack: &'a Pack,
    pub rule: &'a Rule,
    pub unit: &'a Unit<'f>,
    /// For each member the days on which the rule is about it.
    pub members: Vec<Days>,
    /// The days of any of them.
    pub eligible: Days,
    /// The modes that count, but for an event that names its own.
    pub modes: &'a [&'a str],
    /// The outcomes that count.
    pub outcomes: &'a [&'a str],
    last_seen: OnceCell<Option<Day>>,
}

impl<'f> Unit<'f> {
    pub fn new(
        index: &Index<'f>,
        id: &'f str,
        members: &[usize],
        pairing: Option<&'f Pairing>,
    ) -> Self {
        let mut visits = Vec::new();
        for member in members {
            visits.extend_from_slice(&index.named[*member]);
        }
        if members.len() > 1 {
            visits.sort_unstable();
            visits.dedup();
        }
        let members = members.iter().map(|at| index.subjects[*at]).collect();
        Unit {
            id,
            members,
            pairing,
            visits,
        }
    }

    /// Gives where it is on the day: where its first member is whose division is known, those of
    /// whom `asked` holds before the others.
    pub fn division(&self, day: Day, asked: impl Fn(usize) -> bool) -> Option<&'f str> {
        let of = |first: bool| {
            let chosen = self
                .members
                .iter()
                .enumerate()
                .filter(|(at, _)| asked(*at) == first);
            chosen
                .map(|(_, member)| *member)
                .find_map(|member| division_on(member, day))
        };
        of(true).or_else(|| of(false))
    }
}

impl<'f> Unit<'f> {
    /// As `division`, of today, those before the others who are eligible today.
    pub fn division_now(&self, today: &Today, members: &[Days]) -> Option<&'f str> {
        for member in &self.members {
            division_now(member, today);
        }
        self.division(today.day(), |at| {
            members.get(at).is_some_and(|days| today.is_in(days))
        })
    }
}

impl<'a, 'f> Duty<'a, 'f> {
    pub fn new(
        index: &'a Index<'f>,
        calendar: &'a Calendar,
        ruling: &'a Ruling<'a>,
        unit: &'a Unit<'f>,
    ) -> Self {
        let (pack, rule) = (ruling.pack, ruling.rule);
        let members: Vec<Days> = unit
            .members
            .iter()
            .map(|member| eligible(member, &rule.category.days(member), unit.pairing))
            .collect();
        let union = |all: Days, days: &Days| all.or(days);
        let eligible = members.iter().fold(Days::default(), union);
        Duty {
            index,
            calendar,
            ruling,
            pack,
            rule,
            unit,
            members,
            eligible,
            modes: &ruling.modes,
            outcomes: &ruling.outcomes,
            last_seen: OnceCell::new(),
        }
    }

    /// Gives the day of the latest visit in the rule's modes and roles that saw the unit.
    pub fn last_seen(&self) -> Option<Day> {
        *self.last_seen.get_or_init(|| {
            let latest = self
                .unit
                .visits
                .iter()
                .rev()
                .map(|number| self.index.visit(*number));
            latest
                .filter(|known| self.shows_the_unit_seen(known))
                .map(|known| known.day)
                .next()
        })
    }

    /// Gives every assignment of the rule's roles that covers the division.
    pub fn holders(&self, division: Option<&str>) -> Vec<&'f Assignment> {
        self.index.roster.over(&self.rule.roles, division)
    }

    /// Gives the first day on which the unit was registered and of the category; none where it
    /// is open to the past.
    pub fn came_in(&self) -> Option<Day> {
        let came = |member: &&Subject| {
            let registered = Days::of(member.registered.iter().copied());
            registered.and(&self.rule.category.days(member)).first()
        };
        self.unit
            .members
            .iter()
            .filter_map(came)
            .min()
            .filter(|day| *day > Day::MIN)
    }
}

/// Why a day is not eligible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// On or after the day of death.
    Died,
    /// On or after the day of moving.
    Moved,
    /// Not in the ledger.
    NotRegistered,
    /// Not of the rule's category, by rows and age.
    NotOfCategory,
    /// Not one of the pairing's own days.
    NotPaired,
    /// Outside the division of the window or event.
    OutsideDivision,
}

/// Gives for each ground but the division the days to which it does not apply.
pub(crate) fn grounds<'d>(
    subject: &Subject,
    category: &'d Days,
    pairing: Option<&Pairing>,
) -> impl Iterator<Item = (Ground, Cow<'d, Days>)> {
    let before = |ground, end: Option<Day>| {
        end.map(|end| {
            let days = match end {
                Day::MIN => Days::default(),
                end => Days::between(Day::MIN, end.plus(-1)),
            };
            (ground, Cow::Owned(days))
        })
    };
    let registered = Days::of(subject.registered.iter().copied());
    let paired = pairing.map(|pairing| {
        let (from, to) = (pairing.from, pairing.to);
        Days::of([Span { from, to }])
    });
    [(Ground::NotRegistered, Cow::Owned(registered))]
        .into_iter()
        .chain([(Ground::NotOfCategory, Cow::Borrowed(category))])
        .chain(before(Ground::Died, subject.died_on))
        .chain(before(Ground::Moved, subject.moved_on))
        .chain(paired.map(|days| (Ground::NotPaired, Cow::Owned(days))))
}

/// The days on which the subject is registered, not dead, not moved, of the category, and of a
/// pairing its own days. The days of death and of moving are not eligible.
pub(super) fn eligible(subject: &Subject, category: &Days, pairing: Option<&Pairing>) -> Days {
    if category.is_empty() {
        return Days::default();
    }
    let mut grounds = grounds(subject, category, pairing).map(|(_, days)| days);
    let first = grounds.next().map(Cow::into_owned).unwrap_or_default();
    grounds.fold(first, |days, more| days.and(&more))
}
