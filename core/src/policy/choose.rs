//! What settles itself.

use std::collections::{BTreeMap, BTreeSet};

use super::Policies;
use crate::form::Merge;
use crate::merge::{Record, Register, Told};
use crate::model::{Compartment, Envelope, Field, Head, Hlc, Kind, Part, RowId, Value, Write};
use crate::planted::{self, Bug};

/// The role in which the server writes what settles itself.
pub const AUTOMATIC: &str = "automatic";

/// Whether a field may hold a value that nobody gave as it is; the values that were given come with
/// it. A form's rule may forbid what a union makes.
pub type Fits<'a> = dyn FnMut(&Field, &Value, &[&Value]) -> bool + 'a;

/// Whether nobody pressed a button for this save: the server, which is its own worker, wrote it by
/// a form's policy.
pub fn is_automatic(envelope: &Envelope) -> bool {
    envelope.role == AUTOMATIC && envelope.author.uuid() == envelope.head.device.uuid()
}

impl Policies {
    /// The parts of a save that settles what settles itself of a record: each write names every
    /// head, so that saying it again finds nothing to settle. Empty where a person is asked.
    pub fn choices(&self, record: &Record, fits: &mut Fits<'_>) -> Vec<Part> {
        if record.is_void() {
            return Vec::new();
        }
        let mut writes: BTreeMap<(Compartment, Option<RowId>), Vec<Write>> = BTreeMap::new();
        for conflict in record.conflicts() {
            let policy = self.policy(&record.kind, conflict.field);
            let Some(register) = record.fields.get(conflict.field) else {
                continue;
            };
            if let Some(value) = settled(record, conflict.field, register, policy, fits) {
                let row = conflict
                    .field
                    .row()
                    .filter(|(repeat, _)| record.kind == Kind::VISIT && *repeat == "people");
                let place = (register.compartment, row.map(|(_, row)| row));
                writes.entry(place).or_default().push(Write {
                    field: conflict.field.clone(),
                    value,
                    seen: register.live.keys().copied().collect(),
                    calculated: false,
                });
            }
        }
        let part = |((compartment, row), writes)| Part {
            record: record.id,
            kind: record.kind.clone(),
            compartment,
            begins: false,
            row,
            writes,
        };
        writes.into_iter().map(part).collect()
    }
}

fn settled(
    record: &Record,
    field: &Field,
    register: &Register,
    policy: Merge,
    fits: &mut Fits<'_>,
) -> Option<Value> {
    if policy == Merge::Ask {
        return None;
    }
    let told = in_question(record, register);
    let first = &told.values().next()?.value;
    if told.values().all(|told| told.value == *first) {
        return Some(first.clone());
    }
    if policy == Merge::Latest {
        let latest = told
            .iter()
            .max_by_key(|(head, told)| said_at(record, register, **head, told));
        return latest.map(|(_, told)| told.value.clone());
    }
    let value = union(register, &told)?;
    let given: Vec<&Value> = told.values().map(|told| &told.value).collect();
    (given.contains(&&value) || fits(field, &value, &given)).then_some(value)
}

/// The live writes but automatic ones that a person has decided over: who has seen everything that
/// was chosen between, and said something, is not overruled by the choice that was made meanwhile.
fn in_question<'r>(record: &Record, register: &'r Register) -> BTreeMap<Head, &'r Told> {
    let automatic = |head: &Head| {
        let origin = record.origins.get(head);
        origin.is_some_and(|origin| is_automatic(&origin.envelope))
    };
    let (by_itself, by_people): (Vec<_>, Vec<_>) =
        register.live.iter().partition(|(head, _)| automatic(head));
    let decided = |choice: &Told| {
        by_people.iter().any(|(_, told)| {
            let seen = register.ancestors(told);
            choice.seen.iter().all(|head| seen.contains(head))
        })
    };
    let left = by_itself.iter().filter(|(_, choice)| !decided(choice));
    left.chain(&by_people)
        .map(|(head, told)| (**head, *told))
        .collect()
}

/// When a value was said: of one that settled itself, when the person said it whose value it is.
fn said_at(record: &Record, register: &Register, head: Head, told: &Told) -> (Option<Hlc>, Head) {
    let automatic = |head: Head| {
        let origin = record.origins.get(&head);
        origin.is_some_and(|origin| is_automatic(&origin.envelope))
    };
    if !automatic(head) {
        return record.order(head);
    }
    let same = |seen: &Head| {
        let before = register.told_by(*seen);
        !automatic(*seen) && before.is_some_and(|before| before.value == told.value)
    };
    let said = register.ancestors(told).into_iter().filter(same);
    said.map(|seen| record.order(seen))
        .max()
        .unwrap_or_else(|| record.order(head))
}

/// Three-way: what each took out of the common base is out, what each added is in. The base's order
/// first, then what was added, by code. None without one common base, or where a value is no list of
/// codes.
fn union(register: &Register, told: &BTreeMap<Head, &Told>) -> Option<Value> {
    let base = match planted::is(Bug::UnionWithoutBase) {
        true => Vec::new(),
        false => codes(&common(register, told)?)?,
    };
    let given: Vec<Vec<String>> = told
        .values()
        .map(|told| codes(&told.value))
        .collect::<Option<_>>()?;
    let kept = base
        .iter()
        .filter(|code| given.iter().all(|codes| codes.contains(code)));
    let added: BTreeSet<&String> = given
        .iter()
        .flatten()
        .filter(|code| !base.contains(code))
        .collect();
    let all: Vec<Value> = kept.chain(added).map(Value::text).collect();
    Some(match all.is_empty() {
        true => Value::Null,
        false => Value::List(all),
    })
}

/// The one value that every rival's author had seen and that nothing else all of them had seen
/// comes after.
fn common(register: &Register, told: &BTreeMap<Head, &Told>) -> Option<Value> {
    let seen = told.values().map(|told| register.ancestors(told));
    let shared = seen.reduce(|all, seen| all.intersection(&seen).copied().collect())?;
    let latest = register.latest_of(|head| shared.contains(&head));
    let unheard = shared.iter().any(|head| register.told_by(*head).is_none());
    let mut values = latest.into_values().map(|told| told.value);
    let first = values.next().filter(|_| !unheard)?;
    values.all(|other| other == first).then_some(first)
}

fn codes(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::List(list) => {
            let code = |code: &Value| code.as_text().map(str::to_owned);
            list.iter().map(code).collect()
        }
        _ => None,
    }
}
