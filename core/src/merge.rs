//! THE conflict rule: a multi-value register for each field.
//!
//! A write supersedes exactly the heads it names; what it has not seen survives beside it. A
//! record is a pure function of the *set* of parts it was told, in any order, told any number of
//! times. Clocks order what is shown and never decide what is kept.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Compartment, Field, GONE, Head, Hlc, Kind, Origin, Part, RecordId, RowId, VOID, Value,
};
use crate::planted::{self, Bug};

mod by_head;
mod digest;
mod origins;
mod place;

pub use by_head::{ByHead, Iter, Keys, Values};
pub use digest::FeedDigest;
pub use place::{LINKS, targets_of};

/// A record settled from every part heard of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// Its kind.
    pub kind: Kind,
    /// Whether the save that made it was heard.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begun: bool,
    /// The saves that wrote what is remembered here, by head.
    #[serde(with = "origins")]
    pub origins: ByHead<Origin>,
    /// A register for each field.
    pub fields: BTreeMap<Field, Register>,
}

/// One field: the values that nobody has superseded, and what is known to be superseded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Register {
    /// The compartment that the field travels in.
    pub compartment: Compartment,
    /// The writes that no heard write names.
    pub live: ByHead<Told>,
    /// The writes that some heard write names: with what they told, or nothing if not yet heard.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub past: BTreeMap<Head, Option<Told>>,
}

/// What one write told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The value.
    pub value: Value,
    /// The heads its author was looking at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Head>,
    /// Whether a form filled it in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calculated: bool,
}

/// One of several values that nobody has chosen between.
#[derive(Debug, Clone, PartialEq)]
pub struct Rival<'a> {
    /// Beside a taking out, the field that was edited; else the conflict's own.
    pub field: &'a Field,
    /// The value.
    pub value: &'a Value,
    /// Everybody who wrote it, the latest first; two devices that agree are one rival.
    pub by: Vec<&'a Origin>,
}

/// A field, or a row taken out beside an edit of it, that a person must decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict<'a> {
    /// The field; `$void` or `people[ROW].$gone` where a taking out stands against an edit.
    pub field: &'a Field,
    /// The value that all rivals had seen, if it is held.
    pub base: Option<&'a Value>,
    /// The rivals, the shown one first.
    pub rivals: Vec<Rival<'a>>,
}

impl Record {
    /// A record of which nothing has been heard.
    pub fn new(id: RecordId, kind: Kind) -> Self {
        Self {
            id,
            kind,
            begun: false,
            origins: ByHead::new(),
            fields: BTreeMap::new(),
        }
    }

    /// Hears one part of one save. Hearing it again alters nothing, save that a receipt that was
    /// missing is added.
    pub fn hear(&mut self, part: &Part, origin: &Origin) {
        self.begun |= part.begins;
        self.remember(origin);
        let head = origin.envelope.head;
        for write in &part.writes {
            let told = Told {
                value: write.value.clone(),
                seen: write.seen.clone(),
                calculated: write.calculated,
            };
            self.fields
                .entry(write.field.clone())
                .or_insert_with(|| Register::new(part.compartment))
                .hear(head, told);
            if planted::is(Bug::WallClockWins) {
                self.keep_the_latest(&write.field);
            }
        }
    }

    /// What a clock that decides what is kept would do.
    fn keep_the_latest(&mut self, field: &Field) {
        let latest = self.shown_told(field.as_str()).map(|(head, _)| head);
        if let Some(register) = self.fields.get_mut(field) {
            register.live.retain(|head, _| Some(*head) == latest);
        }
    }

    /// Hears everything that another copy of this record knows.
    pub fn join(&mut self, other: &Record) {
        self.begun |= other.begun;
        other
            .origins
            .values()
            .for_each(|origin| self.remember(origin));
        for (field, theirs) in &other.fields {
            match self.fields.get_mut(field) {
                Some(ours) => ours.join(theirs),
                None => {
                    self.fields.insert(field.clone(), theirs.clone());
                }
            }
        }
    }

    /// Takes back what one save told, as if it had never been heard: what only it had superseded
    /// stands again. Only for an own save that the server refused and that a person withdraws.
    pub fn forget(&mut self, head: Head) {
        self.origins.remove(&head);
        for register in self.fields.values_mut() {
            register.forget(head);
        }
        self.fields
            .retain(|_, register| !(register.live.is_empty() && register.past.is_empty()));
    }

    /// The server's first receipt stands: of two the earlier.
    fn remember(&mut self, origin: &Origin) {
        match self.origins.get_mut(&origin.envelope.head) {
            None => {
                self.origins.insert(origin.envelope.head, origin.clone());
            }
            Some(known) => {
                known.received_at = match (known.received_at, origin.received_at) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                }
            }
        }
    }

    /// Only what travels in one compartment, for a feed that carries it.
    pub fn in_compartment(&self, compartment: Compartment) -> Record {
        let fields: BTreeMap<_, _> = self
            .fields
            .iter()
            .filter(|(_, register)| register.compartment == compartment)
            .map(|(field, register)| (field.clone(), register.clone()))
            .collect();
        let named: BTreeSet<Head> = fields.values().flat_map(Register::heard).collect();
        let origins = self.origins.iter().filter(|(head, _)| named.contains(head));
        Record {
            id: self.id,
            kind: self.kind.clone(),
            begun: self.begun,
            origins: origins.map(|(h, o)| (*h, o.clone())).collect(),
            fields,
        }
    }

    /// The same, where the whole is not needed any more.
    pub fn into_compartment(mut self, compartment: Compartment) -> Record {
        let elsewhere = |register: &Register| register.compartment != compartment;
        if self.fields.values().any(elsewhere) {
            return self.in_compartment(compartment);
        }
        let named: BTreeSet<Head> = self.fields.values().flat_map(Register::heard).collect();
        self.origins.retain(|head, _| named.contains(head));
        self
    }

    /// The value that everyone is shown: of several the one with the latest stamp.
    pub fn shown(&self, field: &Field) -> Option<&Value> {
        self.shown_named(field.as_str())
    }

    /// The shown value by the field's name.
    pub fn shown_named(&self, name: &str) -> Option<&Value> {
        self.shown_told(name).map(|(_, told)| &told.value)
    }

    /// The shown text by the field's name; nothing where it is empty or another type.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.shown_named(name)?
            .as_text()
            .filter(|text| !text.is_empty())
    }

    /// The save that wrote the shown value.
    pub fn shown_origin(&self, field: &Field) -> Option<&Origin> {
        self.shown_told(field.as_str())
            .and_then(|(head, _)| self.origins.get(&head))
    }

    fn shown_told(&self, name: &str) -> Option<(Head, &Told)> {
        let register = self.fields.get(name)?;
        register
            .live
            .iter()
            .max_by_key(|(head, _)| self.order(**head))
            .map(|(h, t)| (*h, t))
    }

    /// By stamp; a head whose save was not heard sorts first.
    pub(crate) fn order(&self, head: Head) -> (Option<Hlc>, Head) {
        (self.origins.get(&head).map(Origin::ordering), head)
    }

    /// The heads a person who looks at this field is looking at.
    pub fn heads(&self, field: &Field) -> Vec<Head> {
        self.fields
            .get(field)
            .map(|r| r.live.keys().copied().collect())
            .unwrap_or_default()
    }

    /// The heads that a person who takes out this row, or voids this record, is looking at.
    pub fn heads_under(&self, row: Option<(&str, RowId)>) -> Vec<Head> {
        let under = self
            .fields
            .iter()
            .filter(|(field, _)| row.is_none() || field.row() == row);
        let heads: BTreeSet<Head> = under
            .flat_map(|(_, register)| register.live.keys().copied())
            .collect();
        heads.into_iter().collect()
    }

    /// Whether the record is void.
    pub fn is_void(&self) -> bool {
        self.shown_named(VOID) == Some(&Value::Bool(true))
    }

    /// The rows of a repeat that are not taken out, in the order of their birth.
    pub fn rows(&self, repeat: &str) -> Vec<RowId> {
        let rows: BTreeSet<RowId> = self
            .fields
            .keys()
            .filter_map(Field::row)
            .filter(|(r, _)| *r == repeat)
            .map(|(_, row)| row)
            .collect();
        rows.into_iter()
            .filter(|row| !self.row_gone(repeat, *row))
            .collect()
    }

    fn row_gone(&self, repeat: &str, row: RowId) -> bool {
        Field::gone(repeat, row).is_ok_and(|f| self.shown(&f) == Some(&Value::Bool(true)))
    }

    /// The shown value of a leaf in a row.
    pub fn in_row(&self, repeat: &str, row: RowId, leaf: &str) -> Option<&Value> {
        self.shown(&Field::in_row(repeat, row, leaf).ok()?)
    }

    /// The shown text of a leaf in a row.
    pub fn row_text(&self, repeat: &str, row: RowId, leaf: &str) -> Option<&str> {
        self.in_row(repeat, row, leaf)?
            .as_text()
            .filter(|text| !text.is_empty())
    }

    /// Everything that a person must decide, by field.
    pub fn conflicts(&self) -> Vec<Conflict<'_>> {
        self.fields
            .iter()
            .filter_map(|(field, register)| self.conflict(field, register))
            .collect()
    }

    fn conflict<'a>(&'a self, field: &'a Field, register: &'a Register) -> Option<Conflict<'a>> {
        let alone = register.live.len() < 2 && !matches!(field.leaf(), GONE | VOID);
        if alone || register.live.values().all(|told| told.calculated) {
            return None;
        }
        let mut rivals = self.rivals(field, register);
        if matches!(field.leaf(), GONE | VOID)
            && let [only] = rivals.as_slice()
            && *only.value == Value::Bool(true)
        {
            rivals.extend(self.edits_beside(field, register));
        }
        (rivals.len() > 1).then(|| Conflict {
            field,
            base: self.base(register),
            rivals,
        })
    }

    /// The values of a register, equal ones as one, the latest first.
    pub fn rivals<'a>(&'a self, field: &'a Field, register: &'a Register) -> Vec<Rival<'a>> {
        let mut heads: Vec<_> = register.live.iter().collect();
        heads.sort_by_key(|(head, _)| std::cmp::Reverse(self.order(**head)));
        let mut rivals: Vec<Rival<'a>> = Vec::new();
        let mut places: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for (head, told) in heads {
            let by = self.origins.get(head);
            let place = *places
                .entry(digest::value_bytes(&told.value))
                .or_insert(rivals.len());
            match rivals.get_mut(place) {
                Some(rival) => rival.by.extend(by),
                None => rivals.push(Rival {
                    field,
                    value: &told.value,
                    by: by.into_iter().collect(),
                }),
            }
        }
        rivals
    }

    /// Edits of what was taken out, by people who had not seen it taken out, unseen by who took it.
    fn edits_beside<'a>(&'a self, gone: &'a Field, taken: &'a Register) -> Vec<Rival<'a>> {
        let row = gone.row();
        let seen = taken.live.values().flat_map(|told| &told.seen);
        let seen: BTreeSet<Head> = seen.copied().collect();
        let mut out = Vec::new();
        for (field, register) in &self.fields {
            if field == gone || (row.is_some() && field.row() != row) {
                continue;
            }
            let unseen = register.live.iter().filter(|(head, told)| {
                !taken.live.contains_key(head)
                    && !seen.contains(head)
                    && !told.seen.iter().any(|seen| taken.live.contains_key(seen))
            });
            out.extend(unseen.map(|(head, told)| Rival {
                field,
                value: &told.value,
                by: self.origins.get(head).into_iter().collect(),
            }));
        }
        out
    }

    /// The latest value among those that every rival's author, or somebody before, had seen.
    fn base<'a>(&self, register: &'a Register) -> Option<&'a Value> {
        let mut common: Option<BTreeSet<Head>> = None;
        let mut looked_at: BTreeSet<&[Head]> = BTreeSet::new();
        for told in register.live.values() {
            // Who looked at the same had seen the same.
            if !looked_at.insert(&told.seen) {
                continue;
            }
            let seen = register.ancestors(told);
            common = Some(match common {
                None => seen,
                Some(before) => before.intersection(&seen).copied().collect(),
            });
        }
        let latest = common?.into_iter().max_by_key(|head| self.order(*head))?;
        register.past.get(&latest)?.as_ref().map(|told| &told.value)
    }
}

impl Register {
    /// A register that has heard nothing.
    pub fn new(compartment: Compartment) -> Self {
        Self {
            compartment,
            live: ByHead::new(),
            past: BTreeMap::new(),
        }
    }

    fn hear(&mut self, head: Head, told: Told) {
        for seen in told.seen.iter().filter(|seen| **seen != head) {
            let known = self.live.remove(seen);
            let past = self.past.entry(*seen).or_default();
            if past.is_none() {
                *past = known;
            }
        }
        match self.past.get_mut(&head) {
            Some(past) => {
                past.get_or_insert(told);
            }
            None => {
                self.live.insert_new(head, told);
            }
        }
    }

    fn forget(&mut self, head: Head) {
        let past = self.past.remove(&head);
        if past.is_some() && self.names(head) {
            self.past.insert(head, None);
        }
        let Some(told) = self.live.remove(&head).or(past.flatten()) else {
            return;
        };
        for seen in told.seen {
            if !self.names(seen)
                && let Some(Some(again)) = self.past.remove(&seen)
            {
                self.live.insert(seen, again);
            }
        }
    }

    /// Whether some write that was heard names this one.
    fn names(&self, head: Head) -> bool {
        let heard = self.live.values().chain(self.past.values().flatten());
        heard.into_iter().any(|told| told.seen.contains(&head))
    }

    fn join(&mut self, other: &Register) {
        for (head, told) in &other.past {
            match told {
                Some(told) => self.hear(*head, told.clone()),
                None => {
                    let known = self.live.remove(head);
                    self.past.entry(*head).or_insert(known);
                }
            }
        }
        for (head, told) in &other.live {
            self.hear(*head, told.clone());
        }
    }

    fn heard(&self) -> Vec<Head> {
        let past = self
            .past
            .iter()
            .filter(|(_, told)| told.is_some())
            .map(|(head, _)| *head);
        self.live.keys().copied().chain(past).collect()
    }
}

/// Settles a record from the whole set of what was said of it.
pub fn settle<'a>(
    id: RecordId,
    kind: Kind,
    said: impl IntoIterator<Item = (&'a Part, &'a Origin)>,
) -> Record {
    let mut record = Record::new(id, kind);
    for (part, origin) in said {
        record.hear(part, origin);
    }
    record
}

mod seen;

#[cfg(test)]
mod tests;
