//! Rows of many records, put together for compliance.

use std::collections::BTreeMap;

use super::rows::{Assignment, Dated, Day, Facts, Instant, Subject};
use super::{FactRow, PersonRow};
use crate::model::WorkerId;

/// Puts rows together: a person gets the divisions of the household, a worker's assignments the
/// last exchange of the phone. The order of the rows alters nothing.
pub fn assemble(
    rows: impl IntoIterator<Item = FactRow>,
    last_syncs: &BTreeMap<WorkerId, i64>,
) -> Facts {
    let mut facts = Facts::default();
    let mut people = Vec::new();
    let mut households = BTreeMap::new();
    let synced: BTreeMap<String, i64> = last_syncs
        .iter()
        .map(|(w, at)| (w.to_string(), *at))
        .collect();
    for row in rows {
        match row {
            FactRow::Person(person) => people.push(*person),
            FactRow::Household { id, residence } => {
                households.insert(id, residence);
            }
            FactRow::Visit(visit) => facts.visits.push(*visit),
            FactRow::Pairing(pairing) => facts.pairings.push(pairing),
            FactRow::Document(document) => facts.documents.push(document),
            FactRow::Unread(unread) => facts.unread.push(unread),
            FactRow::Assignment {
                worker,
                role,
                division,
                span,
            } => facts.assignments.push(Assignment {
                last_sync: synced.get(&worker).copied().map(Instant),
                worker,
                role,
                division,
                from: span.from,
                to: span.to,
            }),
        }
    }
    facts.subjects = people
        .into_iter()
        .map(|person| subject(person, &households))
        .collect();
    facts.subjects.sort_by(|a, b| a.id.cmp(&b.id));
    facts.visits.sort_by(|a, b| a.id.cmp(&b.id));
    facts
}

fn subject(person: PersonRow, households: &BTreeMap<String, Vec<Dated>>) -> Subject {
    let PersonRow {
        mut subject,
        memberships,
    } = person;
    let always = [Dated {
        code: subject.household.clone(),
        from: None,
        to: None,
    }];
    let memberships: &[Dated] = if memberships.is_empty() {
        &always
    } else {
        &memberships
    };
    for membership in memberships {
        let residence = households.get(&membership.code).into_iter().flatten();
        subject
            .divisions
            .extend(residence.filter_map(|lived| within(lived, membership)));
    }
    subject
}

/// The part of one stay that lies within a membership.
fn within(lived: &Dated, membership: &Dated) -> Option<Dated> {
    let from = lived.from.max(membership.from);
    let to = earlier(lived.to, membership.to);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return None;
    }
    Some(Dated {
        code: lived.code.clone(),
        from,
        to,
    })
}

fn earlier(a: Option<Day>, b: Option<Day>) -> Option<Day> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
