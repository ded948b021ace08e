//! What a person is asked: one field, or the fields that are settled together.

use std::collections::BTreeSet;

use super::{Group, Policies};
use crate::form::Merge;
use crate::merge::{Conflict, Record, Register};
use crate::model::{Compartment, Field, GONE, Head, Origin, VOID, Value};

/// Something that a person has to decide of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The field that it is asked by; of a group the first in the form's order that differs.
    pub field: Field,
    /// The group's name, where fields are settled together.
    pub group: Option<String>,
    /// What is decided: the field, or each of the group, with its compartment.
    pub fields: Vec<(Field, Compartment)>,
    /// How it is settled: what is not `ask` settles itself when the server hears of it.
    pub policy: Merge,
    /// What everybody had seen before, a value a field, if it is held.
    pub base: Option<Vec<Value>>,
    /// What stands against each other, the shown one first.
    pub sides: Vec<Side>,
    /// Everything that a person who is asked is looking at: exactly this a choice names.
    pub heads: BTreeSet<Head>,
}

/// One of the answers, by everybody who gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// A value a field. Of a group each is the value as this side's author knew it, written by them
    /// or not.
    pub values: Vec<Value>,
    /// Beside a taking out, the field that was edited.
    pub edited: Option<Field>,
    /// The saves, the latest first.
    pub by: Vec<Origin>,
}

impl Policies {
    /// Everything that a person has to decide of a record; fields that are settled together are one
    /// question.
    pub fn questions(&self, record: &Record) -> Vec<Question> {
        let conflicts = record.conflicts();
        let mut asked: BTreeSet<Field> = BTreeSet::new();
        let mut questions = Vec::new();
        for conflict in &conflicts {
            if asked.contains(conflict.field) {
                continue;
            }
            match self.group(&record.kind, conflict.field) {
                Some(group) => {
                    asked.extend(group.fields.iter().map(|(field, _)| field.clone()));
                    questions.push(of_group(record, group, &conflicts));
                }
                None => questions.push(self.of_field(record, conflict)),
            }
        }
        questions
    }

    fn of_field(&self, record: &Record, conflict: &Conflict<'_>) -> Question {
        let field = conflict.field;
        let compartment = record
            .fields
            .get(field)
            .map(|register| register.compartment);
        let sides = conflict.rivals.iter().map(|rival| Side {
            values: vec![rival.value.clone()],
            edited: (rival.field != field).then(|| rival.field.clone()),
            by: rival.by.iter().map(|origin| (*origin).clone()).collect(),
        });
        Question {
            field: field.clone(),
            group: None,
            fields: vec![(field.clone(), compartment.unwrap_or(Compartment::Contact))],
            policy: self.policy(&record.kind, field),
            base: conflict.base.map(|value| vec![value.clone()]),
            sides: sides.collect(),
            heads: heads_of(record, field),
        }
    }
}

/// The heads that a person who is asked of a field is looking at; of a taking out also those of
/// what is taken out.
pub(super) fn heads_of(record: &Record, field: &Field) -> BTreeSet<Head> {
    let mut heads: BTreeSet<Head> = record.heads(field).into_iter().collect();
    if matches!(field.leaf(), GONE | VOID) {
        heads.extend(record.heads_under(field.row()));
    }
    heads
}

fn of_group(record: &Record, group: Group, conflicts: &[Conflict<'_>]) -> Question {
    let differing: Vec<&Conflict<'_>> = conflicts
        .iter()
        .filter(|conflict| {
            group
                .fields
                .iter()
                .any(|(field, _)| field == conflict.field)
        })
        .collect();
    let rivals: BTreeSet<Head> = differing
        .iter()
        .flat_map(|conflict| record.heads(conflict.field))
        .collect();
    let mut in_order: Vec<Head> = rivals.iter().copied().collect();
    in_order.sort_by_key(|head| std::cmp::Reverse(record.order(*head)));
    let mut sides: Vec<Side> = Vec::new();
    for head in in_order {
        let others: BTreeSet<Head> = rivals.iter().copied().filter(|h| *h != head).collect();
        let value = |field: &Field| said_by(record, field, head, &others);
        let values: Vec<Value> = group.fields.iter().map(|(field, _)| value(field)).collect();
        let by = record.origins.get(&head).cloned();
        match sides.iter_mut().find(|side| side.values == values) {
            Some(side) => side.by.extend(by),
            None => sides.push(Side {
                values,
                edited: None,
                by: by.into_iter().collect(),
            }),
        }
    }
    let base: Option<Vec<Value>> = differing.iter().all(|c| c.base.is_some()).then(|| {
        let before = |field: &Field| stood(record, record.fields.get(field.as_str()), &rivals);
        let fields = group.fields.iter();
        fields
            .map(|(field, _)| before(field).unwrap_or_default())
            .collect()
    });
    let first = group.fields.iter().map(|(field, _)| field);
    let first = first
        .clone()
        .find(|field| differing.iter().any(|c| c.field == *field));
    Question {
        field: first
            .or(group.fields.first().map(|(field, _)| field))
            .cloned()
            .unwrap_or(Field::void()),
        heads: group
            .fields
            .iter()
            .flat_map(|(field, _)| record.heads(field))
            .collect(),
        group: Some(group.name),
        fields: group.fields,
        policy: Merge::Ask,
        base,
        sides,
    }
}

/// A field as the author of one rival knew it.
fn said_by(record: &Record, field: &Field, head: Head, others: &BTreeSet<Head>) -> Value {
    let register = record.fields.get(field.as_str());
    if let Some(told) = register.and_then(|register| register.live.get(&head)) {
        return told.value.clone();
    }
    stood(record, register, others).unwrap_or_default()
}

/// The value without what these saves and whoever had seen them wrote.
fn stood(record: &Record, register: Option<&Register>, without: &BTreeSet<Head>) -> Option<Value> {
    let register = register?;
    let touched = register.touched_by(without);
    let standing = register.latest_of(|head| !touched.contains(&head));
    let standing = standing.into_iter();
    let latest = standing.max_by_key(|(head, _)| record.order(*head))?;
    Some(latest.1.value)
}
