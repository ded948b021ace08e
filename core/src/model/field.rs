//! Names of fields, kinds and compartments.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::ids::RowId;

/// A field of a record: `name`, or in a repeat `measures[ROW].owner`; pseudo-fields begin with `$`.
///
/// A field is (kind, name), whichever form wrote it. Every record names the same few, so a copy is
/// the same text once more.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Field(Arc<str>);

impl Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

/// A field's name that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a field's name: letters, digits, _ and -, in a repeat NAME[ROW].NAME")]
pub struct NotAField;

/// Voiding a record: `true` when it is void.
pub const VOID: &str = "$void";
/// The area that a household is routed by.
pub const AREA: &str = "$area";
/// Taking a row out: `true` when it is gone.
pub const GONE: &str = "$gone";

/// Both are ordered as their text is: a map of fields is asked by a name that is not one yet.
impl std::borrow::Borrow<str> for Field {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Field {
    /// Reads a field's name.
    pub fn parse(text: &str) -> Result<Self, NotAField> {
        Self::check(text)?;
        Ok(Self(text.into()))
    }

    /// Whether a text is a field's name.
    pub fn is_name(text: &str) -> bool {
        Self::check(text).is_ok()
    }

    fn check(text: &str) -> Result<(), NotAField> {
        if text.len() > 200 {
            return Err(NotAField);
        }
        match text.split_once('[') {
            None => name(text),
            Some((repeat, rest)) => {
                let (row, leaf) = rest.split_once("].").ok_or(NotAField)?;
                name(repeat)?;
                row.parse::<RowId>().map_err(|_| NotAField)?;
                name(leaf)
            }
        }
    }

    /// A leaf in a row of a repeat.
    pub fn in_row(repeat: &str, row: RowId, leaf: &str) -> Result<Self, NotAField> {
        name(repeat)?;
        name(leaf)?;
        Ok(Self(format!("{repeat}[{row}].{leaf}").into()))
    }

    /// The pseudo-field that takes a row out.
    pub fn gone(repeat: &str, row: RowId) -> Result<Self, NotAField> {
        Self::in_row(repeat, row, GONE)
    }

    /// The pseudo-field that voids a record.
    pub fn void() -> Self {
        Self(VOID.into())
    }

    /// The pseudo-field that routes a household.
    pub fn area() -> Self {
        Self(AREA.into())
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The repeat and row, if the field is in one.
    pub fn row(&self) -> Option<(&str, RowId)> {
        if !self.is_in_row() {
            return None;
        }
        let (repeat, rest) = self.0.split_once('[')?;
        let (row, _) = rest.split_once("].")?;
        Some((repeat, row.parse().ok()?))
    }

    /// The last name: `owner` of `measures[ROW].owner`.
    pub fn leaf(&self) -> &str {
        if !self.is_in_row() {
            return &self.0;
        }
        // No name holds a bracket, so the last one closes the row.
        let behind = self.0.rsplit_once(']').map(|(_, behind)| behind);
        let leaf = behind.and_then(|behind| behind.strip_prefix('.'));
        leaf.unwrap_or(&self.0)
    }

    /// Asked of every field again and again, and nearly never so.
    fn is_in_row(&self) -> bool {
        self.0.bytes().any(|byte| byte == b'[')
    }

    /// Whether the field is one of the house, not of a form.
    pub fn is_pseudo(&self) -> bool {
        self.leaf().starts_with('$')
    }
}

fn name(text: &str) -> Result<(), NotAField> {
    let body = text.strip_prefix('$').unwrap_or(text);
    let mut chars = body.chars();
    let first = chars.next().ok_or(NotAField)?;
    let ok = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if (first.is_alphabetic() || first == '_') && chars.all(ok) {
        Ok(())
    } else {
        Err(NotAField)
    }
}

impl TryFrom<String> for Field {
    type Error = NotAField;
    fn try_from(text: String) -> Result<Self, NotAField> {
        Self::parse(&text)
    }
}

impl From<Field> for String {
    fn from(field: Field) -> String {
        field.0.as_ref().to_owned()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a record is: `person`, `household`, `visit` … A kind of a newer app is carried unharmed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// An old person or a child, and whoever else a form is about.
    pub const PERSON: Kind = Kind(Cow::Borrowed("person"));
    /// People who live together; it has the address and the area.
    pub const HOUSEHOLD: Kind = Kind(Cow::Borrowed("household"));
    /// A visit, a call, a contact.
    pub const VISIT: Kind = Kind(Cow::Borrowed("visit"));
    /// Who visits.
    pub const WORKER: Kind = Kind(Cow::Borrowed("worker"));
    /// A worker's role over an area for a time.
    pub const ASSIGNMENT: Kind = Kind(Cow::Borrowed("assignment"));
    /// A helper and the person helped (结对).
    pub const PAIRING: Kind = Kind(Cow::Borrowed("pairing"));
    /// A confirmation of entrusted guardianship (委托监护责任确认书).
    pub const AGREEMENT: Kind = Kind(Cow::Borrowed("agreement"));
    /// A service plan (一人一服务方案).
    pub const PLAN: Kind = Kind(Cow::Borrowed("plan"));
    /// Something to be done by somebody (交办).
    pub const ISSUE: Kind = Kind(Cow::Borrowed("issue"));
    /// An emergency (突发事件).
    pub const EMERGENCY: Kind = Kind(Cow::Borrowed("emergency"));
    /// A person found who is in no ledger.
    pub const FINDING: Kind = Kind(Cow::Borrowed("finding"));
    /// Two records that are one person.
    pub const MERGE: Kind = Kind(Cow::Borrowed("merge"));

    /// A kind by name, as a form's `of` gives it.
    pub fn named(name: &str) -> Kind {
        let known = [Self::VISIT, Self::PERSON, Self::HOUSEHOLD];
        let known = known.into_iter().find(|kind| kind.as_str() == name);
        known.unwrap_or_else(|| Kind(Cow::Owned(name.to_owned())))
    }

    /// The kind's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which part of a record: it decides the feed, and so who may hold it (`docs/sync-model.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compartment {
    /// What is needed to find and visit, and what the rules ask.
    Contact,
    /// Health, income, needs, checks and notes.
    Care,
    /// Id numbers, certificates, the exact place.
    Identity,
    /// Emergencies, suspected harm: one feed a case.
    Protection,
    /// Workers and assignments, which every enrolled phone of the county holds.
    Roster,
}

impl Compartment {
    /// Every compartment.
    pub const ALL: [Compartment; 5] = [
        Self::Contact,
        Self::Care,
        Self::Identity,
        Self::Protection,
        Self::Roster,
    ];

    /// The name as feeds and forms write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Care => "care",
            Self::Identity => "identity",
            Self::Protection => "protection",
            Self::Roster => "roster",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}
