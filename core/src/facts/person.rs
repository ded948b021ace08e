//! A person's row.

use std::collections::BTreeSet;

use super::rows::{Consent, Dated, Group, LifeState, Span, Subject};
use super::{PersonRow, conflicted, dated_rows, day};
use crate::merge::Record;

/// Sub-types of 困境儿童 (S000, S004, `requirements.md`); any of them makes the category
/// `difficulty`.
pub(crate) const DIFFICULTY: [&str; 16] = [
    "orphan",
    "de_facto_unattended",
    "hiv_affected",
    "severe_illness",
    "severe_disability",
    "disability_other",
    "dibao",
    "low_income",
    "extreme_poor",
    "poverty_monitor",
    "guardian_missing",
    "guardian_unable",
    "guardian_improper",
    "street",
    "parent_prison_drug",
    "other",
];

const READ: [&str; 9] = [
    "group",
    "birth_date",
    "household",
    "membership",
    "registration",
    "category",
    "life_state",
    "consent",
    "carer",
];

pub(super) fn row(record: &Record) -> Option<PersonRow> {
    let group = match record.text("group")? {
        "elder" => Group::Elder,
        "child" => Group::Child,
        _ => return None,
    };
    let states = dated_rows_with_contact(record);
    let since = |code: &str| {
        states
            .iter()
            .filter(|s| s.state == code)
            .filter_map(|s| s.from)
            .min()
    };
    let subject = Subject {
        id: record.id.to_string(),
        group,
        birth_date: day(record.text("birth_date")),
        divisions: Vec::new(),
        household: record.text("household").unwrap_or_default().to_owned(),
        registered: registered(record),
        categories: categories(record, group),
        died_on: since("deceased"),
        died_more_than_once: {
            let days = states.iter().filter(|s| s.state == "deceased");
            let days: BTreeSet<_> = days.filter_map(|s| s.from).collect();
            days.len() > 1
        },
        moved_on: since("moved"),
        states: states
            .into_iter()
            .filter(|s| !matches!(s.state.as_str(), "active" | "moved" | "deceased"))
            .collect(),
        consent: consent(record),
        conflicted: conflicted(record, &READ),
    };
    Some(PersonRow {
        subject,
        memberships: dated_rows(record, "membership", "household"),
    })
}

fn registered(record: &Record) -> Vec<Span> {
    let rows = record.rows("registration").into_iter();
    rows.map(|row| Span {
        from: day(record.row_text("registration", row, "from")),
        to: day(record.row_text("registration", row, "to")),
    })
    .collect()
}

fn categories(record: &Record, group: Group) -> Vec<Dated> {
    let mut out = Vec::new();
    for mut dated in dated_rows(record, "category", "code") {
        if matches!(dated.code.as_str(), "high" | "key" | "general") {
            dated.code = format!("risk_{}", dated.code);
        }
        if group == Group::Child && DIFFICULTY.contains(&dated.code.as_str()) {
            out.push(Dated {
                code: "difficulty".into(),
                ..dated.clone()
            });
        }
        out.push(dated);
    }
    let carers = record.rows("carer").into_iter().map(|row| Dated {
        code: "has_entrusted".into(),
        from: day(record.row_text("carer", row, "from")),
        to: day(record.row_text("carer", row, "to")),
    });
    out.extend(carers);
    out
}

fn dated_rows_with_contact(record: &Record) -> Vec<LifeState> {
    let rows = record.rows("life_state").into_iter();
    rows.filter_map(|row| {
        let text = |leaf| record.row_text("life_state", row, leaf);
        Some(LifeState {
            state: text("code")?.to_owned(),
            from: day(text("from")),
            to: day(text("to")),
            family_contacted_on: day(text("family_contacted_on")),
        })
    })
    .collect()
}

/// In the order in which the rows were born: of two consents on one day the later row is the later.
fn consent(record: &Record) -> Vec<Consent> {
    let rows = record.rows("consent").into_iter();
    rows.filter_map(|row| {
        let state = record.row_text("consent", row, "code")?.to_owned();
        Some(Consent {
            state,
            on: day(record.row_text("consent", row, "on")),
        })
    })
    .collect()
}
