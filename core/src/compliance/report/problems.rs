//! What records hold that no rule can read: a code from a newer form, a visit without a time. In a
//! cases file it is an error; in a store it is told, and what is known is judged all the same
//! (`design/model.md`, facts).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::codes;
use super::{Scope, within};
use crate::facts::DIFFICULTY;
use crate::facts::rows::{Assignment, Dated, Day, Group, LifeState, Met, Pairing, Subject, Visit};

const UNKNOWN_CODE: &str = "此代码来自更新的表单，本程序不认识，其余照常判断；请更新应用程序，仍有此提示时请县级改正记录 / the code is from a newer form and not known here; everything else is judged. Update the app; if this stays, let the county correct the record";
const UNREADABLE: &str = "此项为空或读不出，这条记录未计入；请打开记录补正 / the field is empty or cannot be read, so the record counts for nothing; open it and correct the field";

const TWO_DEATHS: &str = "记录中有不止一个去世日，按最早的判断；请打开这个人的记录核对，删去错的一条 / more than one day of death is written down, the earliest counts; open the person's record and remove the wrong one";
const REVERSED: &str = "止日早于起日，这一段不计；请打开记录改正日期 / it ends before it begins, so it counts for no day; open the record and correct the dates";
const OVERLAPPING: &str = "同一天写着两种不同的生活状态，两种都按写的判断；请打开这个人的记录核对起止 / two different states share a day and both are taken as written; open the person's record and correct their days";
const BEFORE_BIRTH: &str = "早于此人的出生日期，仍照写的判断；请核对走访时间或出生日期 / it lies before the person's birth and is judged as written; check the visit's time or the birthday";
const AFTER_DEATH: &str = "在此人去世当天之后还写着见到本人；请核对走访时间或去世日期 / it says that the person was met after the day of death; check the visit's time or that day";

/// A value that no rule can read, or that another contradicts, and where it stands. It names records, never people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The field, such as `category.code`.
    pub field: String,
    /// The code that is not known; none where nothing can be read.
    pub code: Option<String>,
    /// The records that hold it, by id.
    pub records: Vec<String>,
    /// What it means and what to do, in Chinese and English.
    pub message: &'static str,
}

/// A field, the code that stands in it, and what it means.
type Place<'a> = (&'a str, Option<&'a str>, &'static str);

/// A problem of one record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub field: String,
    pub code: Option<String>,
    pub message: &'static str,
    pub record: String,
}

/// Everything that may be said of a problem.
pub(crate) const MESSAGES: [&str; 7] = [
    UNKNOWN_CODE,
    UNREADABLE,
    TWO_DEATHS,
    REVERSED,
    OVERLAPPING,
    BEFORE_BIRTH,
    AFTER_DEATH,
];

fn found(record: &str) -> impl Fn(Place<'_>) -> Found {
    move |(field, code, message)| Found {
        field: field.to_owned(),
        code: code.map(str::to_owned),
        message,
        record: record.to_owned(),
    }
}

/// Finds what cannot be read, or cannot all be so, of a person in scope, of the visits that name
/// the person and of the person's pairings.
pub(super) fn of_person(scope: &Scope<'_, '_>, at: usize) -> Vec<Found> {
    let subject = scope.index.subjects[at];
    let places = of_subject(subject).chain(contradicted(subject));
    let mut told: Vec<Found> = places.map(found(&subject.id)).collect();
    for number in &scope.index.named[at] {
        let known = scope.index.visit(*number);
        let outside = outside_a_life(known.visit, known.day, subject);
        let places = of_visit(known.visit).chain(outside);
        told.extend(places.map(found(&known.visit.id)));
    }
    for unread in &scope.facts.unread {
        if unread.subjects.contains(&subject.id) {
            let place = (unread.field.as_str(), None, UNREADABLE);
            told.push(found(&unread.record)(place));
        }
    }
    told
}

/// As `of_person`, of a pairing.
pub(super) fn of_pairing(pairing: &Pairing) -> Option<Found> {
    let place = ("pairing.to", None, REVERSED);
    reversed(pairing.from, pairing.to).then(|| found(&pairing.id)(place))
}

/// Finds the assignments in scope that end before they begin.
pub(super) fn of_assignments(all: &[Assignment], divisions: Option<&[String]>) -> Vec<Found> {
    let backwards = all.iter().filter(|one| reversed(one.from, one.to));
    let here = backwards.filter(|one| within(divisions, Some(&one.division)));
    here.map(|one| {
        let place = ("assignment.to", Some(one.role.as_str()), REVERSED);
        found(&one.worker)(place)
    })
    .collect()
}

/// Puts the problems of all records together.
pub(super) fn together(told: impl IntoIterator<Item = Found>) -> Vec<Problem> {
    let mut places: BTreeMap<(String, Option<String>, &'static str), BTreeSet<String>> =
        BTreeMap::new();
    for one in told {
        let records = places
            .entry((one.field, one.code, one.message))
            .or_default();
        records.insert(one.record);
    }
    let problem = |((field, code, message), records): (_, BTreeSet<String>)| Problem {
        field,
        code,
        records: records.into_iter().collect(),
        message,
    };
    places.into_iter().map(problem).collect()
}

fn reversed(from: Option<Day>, to: Option<Day>) -> bool {
    from.zip(to).is_some_and(|(from, to)| to < from)
}

/// What a person's rows say that cannot all be so.
fn contradicted(subject: &Subject) -> impl Iterator<Item = Place<'_>> {
    let backwards = |field, holds: bool| holds.then_some((field, None, REVERSED));
    let dated = |rows: &[Dated]| rows.iter().any(|row| reversed(row.from, row.to));
    let registered = &subject.registered;
    let states = &subject.states;
    let overlapping = states.iter().enumerate().any(|(at, one)| {
        let mut later = states.iter().skip(at + 1);
        later.any(|other| other.state != one.state && share_a_day(one, other))
    });
    let twice = subject.died_more_than_once;
    [
        backwards(
            "registration.to",
            registered.iter().any(|span| reversed(span.from, span.to)),
        ),
        backwards("category.to", dated(&subject.categories)),
        backwards("residence.to", dated(&subject.divisions)),
        backwards(
            "life_state.to",
            states.iter().any(|stay| reversed(stay.from, stay.to)),
        ),
        overlapping.then_some(("life_state.from", None, OVERLAPPING)),
        twice.then_some(("life_state.code", Some("deceased"), TWO_DEATHS)),
    ]
    .into_iter()
    .flatten()
}

fn share_a_day(one: &LifeState, other: &LifeState) -> bool {
    let first = one.from.max(other.from).unwrap_or(Day::MIN);
    let last = |stay: &LifeState| stay.to.unwrap_or(Day::MAX);
    first <= last(one).min(last(other))
}

/// A visit before somebody's birth, or that met somebody after the day of death.
fn outside_a_life<'a>(
    visit: &'a Visit,
    day: Day,
    person: &Subject,
) -> impl Iterator<Item = Place<'a>> {
    let before = person.birth_date.is_some_and(|born| day < born);
    let met = visit.subjects.get(&person.id) == Some(&Met::Met);
    let after = met && person.died_on.is_some_and(|died| died < day);
    let told = [
        before.then_some(("started_at", None, BEFORE_BIRTH)),
        after.then_some(("people.met", None, AFTER_DEATH)),
    ];
    told.into_iter().flatten()
}

fn of_subject(subject: &Subject) -> impl Iterator<Item = Place<'_>> {
    let known = |code: &str| {
        let both = [Group::Elder, Group::Child];
        both.into_iter()
            .any(|group| codes::categories(group).any(|known| known == code))
            || DIFFICULTY.contains(&code)
    };
    let categories = subject.categories.iter().map(|row| row.code.as_str());
    let states = subject.states.iter().map(|stay| stay.state.as_str());
    let consent = subject.consent.iter().map(|said| said.state.as_str());
    categories
        .filter(move |code| !known(code))
        .map(|code| ("category.code", Some(code), UNKNOWN_CODE))
        .chain(unknown("life_state.code", states, codes::STATES))
        .chain(unknown("consent.code", consent, codes::CONSENT))
}

fn of_visit(visit: &Visit) -> impl Iterator<Item = Place<'_>> {
    let roles = visit.participants.iter().map(|one| one.role.as_str());
    unknown("mode", [visit.mode.as_str()], codes::MODES)
        .chain(unknown(
            "outcome",
            [visit.outcome.as_str()],
            codes::OUTCOMES,
        ))
        .chain(unknown("participants.role", roles, codes::ROLES))
}

fn unknown<'a>(
    field: &'static str,
    told: impl IntoIterator<Item = &'a str>,
    known: &'static [&'static str],
) -> impl Iterator<Item = Place<'a>> {
    let told = told.into_iter();
    told.filter(move |code| !code.is_empty() && !known.contains(code))
        .map(move |code| (field, Some(code), UNKNOWN_CODE))
}
