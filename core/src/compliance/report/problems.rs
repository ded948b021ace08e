//! What records hold that no rule can read: a code from a newer form, a visit without a time. In a
//! cases file it is an error; in a store it is told, and what is known is judged all the same
//! (`design/model.md`, facts).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::codes;
use super::super::index::division_on;
use super::Scope;
use crate::facts::DIFFICULTY;
use crate::facts::rows::{Group, Subject, Visit};

const UNKNOWN_CODE: &str = "此代码来自更新的表单，本程序不认识，其余照常判断；请更新应用程序，仍有此提示时请县级改正记录 / the code is from a newer form and not known here; everything else is judged. Update the app; if this stays, let the county correct the record";
const UNREADABLE: &str = "此项为空或读不出，这条记录未计入；请打开记录补正 / the field is empty or cannot be read, so the record counts for nothing; open it and correct the field";

/// A value that no rule can read, and where it stands. It names records, never people.
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

/// A field, and the code that stands in it.
type Place<'a> = (&'a str, Option<&'a str>);

/// Finds what cannot be read of the people in scope and of the visits that name one of them.
pub(super) fn problems(scope: &Scope<'_, '_>) -> Vec<Problem> {
    let mut found: BTreeMap<Place<'_>, BTreeSet<&str>> = BTreeMap::new();
    let in_scope: BTreeSet<&str> = scope
        .index
        .subjects
        .iter()
        .filter(|subject| asked_about(scope, subject))
        .map(|subject| subject.id.as_str())
        .collect();
    let subjects = scope.index.subjects.iter();
    for subject in subjects.filter(|subject| in_scope.contains(subject.id.as_str())) {
        for place in of_subject(subject) {
            found.entry(place).or_default().insert(&subject.id);
        }
    }
    for known in &scope.index.visits {
        let visit = known.visit;
        if visit
            .subjects
            .keys()
            .any(|id| in_scope.contains(id.as_str()))
        {
            for place in of_visit(visit) {
                found.entry(place).or_default().insert(&visit.id);
            }
        }
    }
    for unread in &scope.facts.unread {
        if unread
            .subjects
            .iter()
            .any(|id| in_scope.contains(id.as_str()))
        {
            let records = found.entry((&unread.field, None)).or_default();
            records.insert(&unread.record);
        }
    }
    let problem = |((field, code), records): (Place<'_>, BTreeSet<&str>)| Problem {
        field: field.to_owned(),
        code: code.map(str::to_owned),
        records: records.into_iter().map(str::to_owned).collect(),
        message: code.map_or(UNREADABLE, |_| UNKNOWN_CODE),
    };
    found.into_iter().map(problem).collect()
}

fn asked_about(scope: &Scope<'_, '_>, subject: &Subject) -> bool {
    let units = scope.query.units.as_ref();
    units.is_none_or(|units| units.contains(&subject.id))
        && scope.covers(division_on(subject, scope.index.today))
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
        .map(|code| ("category.code", Some(code)))
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
        .map(move |code| (field, Some(code)))
}
