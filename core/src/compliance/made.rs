//! People and visits of the tests of this room, in one place.

use std::collections::BTreeMap;

use crate::facts::rows::{Dated, Day, Group, Instant, Met, Span, Subject, Visit};

/// A day as text.
pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A left-behind elder who lives in a division, in the ledger since 2023.
pub(super) fn elder(id: &str, division: &str) -> Subject {
    let begun = Some(day("2023-01-01"));
    Subject {
        id: id.to_owned(),
        group: Group::Elder,
        birth_date: Some(day("1944-02-29")),
        divisions: vec![Dated {
            code: division.to_owned(),
            from: None,
            to: None,
        }],
        household: String::new(),
        registered: vec![Span {
            from: begun,
            to: None,
        }],
        categories: vec![Dated {
            code: "left_behind".into(),
            from: begun,
            to: None,
        }],
        states: vec![],
        consent: vec![],
        died_on: None,
        died_more_than_once: false,
        moved_on: None,
        conflicted: false,
    }
}

/// A visit at home that met these people, received as it was made.
pub(super) fn visit(id: &str, people: &[&str], at: Instant) -> Visit {
    let met = people.iter().map(|person| ((*person).to_owned(), Met::Met));
    Visit {
        id: id.to_owned(),
        subjects: met.collect(),
        mode: "home".into(),
        outcome: "met".into(),
        started_at: at,
        recorded_at: at,
        received_at: Some(at),
        last_server_time: None,
        clocks: BTreeMap::new(),
        participants: vec![],
        backfill_reason: None,
        confirmed: None,
        conflicted: false,
    }
}
