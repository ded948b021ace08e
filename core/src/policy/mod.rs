//! What a form says of answers given apart (`bind::tanfang:merge`): which settle themselves, which
//! are decided together, which are asked of a person.
//!
//! The conflict rule keeps every value whatever stands here. What settles itself is a save like any
//! other, which the server writes ([`Policies::choices`]); so every phone sees it and it can be
//! taken back. A record or field that no form knows is never settled but by a person.

mod choose;
mod question;

pub use choose::{AUTOMATIC, Fits, is_automatic};
pub use question::{Question, Side};

use std::collections::BTreeMap;

use crate::form::{Form, FormField, Merge};
use crate::model::{Compartment, Field, Kind};

/// The policies of every field that the forms in use know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    /// By kind of record and the field's name, in a repeat `repeat.leaf`.
    rules: BTreeMap<(Kind, String), Rule>,
    /// By kind, repeat and the group's name.
    groups: BTreeMap<(Kind, Option<String>, String), Members>,
}

/// The fields of a group by name, in the form's order, each with the compartment it travels in.
type Members = Vec<(String, Compartment)>;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    merge: Merge,
    together: Option<String>,
}

/// Fields of a record, or of one row of it, that are settled together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name that the form gives them.
    pub name: String,
    /// The fields in the form's order, each with the compartment that it travels in.
    pub fields: Vec<(Field, Compartment)>,
}

impl Policies {
    /// What these forms say. Where two of them say different things of one field, a person decides.
    pub fn of_forms<'f>(forms: impl IntoIterator<Item = &'f Form>) -> Policies {
        let mut policies = Policies::default();
        for form in forms {
            for leaf in form.leaves().filter(|leaf| !leaf.calculated) {
                policies.hear(form, leaf);
            }
        }
        let Policies { rules, groups } = &mut policies;
        for ((kind, repeat, name), fields) in groups.iter_mut() {
            fields.retain(|(leaf, _)| {
                let key = (kind.clone(), named(repeat.as_deref(), leaf));
                let rule = rules.get(&key);
                rule.is_some_and(|rule| rule.together.as_ref() == Some(name))
            });
        }
        policies
    }

    fn hear(&mut self, form: &Form, leaf: &FormField) {
        let opens_record = |repeat: &&String| {
            let node = form.field(None, repeat);
            node.is_some_and(|node| node.opens_record)
        };
        // A leaf of a repeat whose rows are records of their own is a field of those records.
        let repeat = leaf.repeat.as_ref().filter(|repeat| !opens_record(repeat));
        let said = Rule {
            merge: leaf.merge,
            together: leaf.together.clone(),
        };
        if let Some(group) = &leaf.together {
            let key = (leaf.of.clone(), repeat.cloned(), group.clone());
            let fields = self.groups.entry(key).or_default();
            if !fields.iter().any(|(name, _)| *name == leaf.name) {
                fields.push((leaf.name.clone(), leaf.compartment));
            }
        }
        let key = (
            leaf.of.clone(),
            named(repeat.map(String::as_str), &leaf.name),
        );
        let known = self.rules.entry(key).or_insert_with(|| said.clone());
        if *known != said {
            *known = Rule {
                merge: Merge::Ask,
                together: None,
            };
        }
    }

    /// How a field is settled; a person is asked of what no form knows.
    pub fn policy(&self, kind: &Kind, field: &Field) -> Merge {
        self.rule(kind, field).map_or(Merge::Ask, |rule| rule.merge)
    }

    /// The fields that are settled together with this one, itself among them.
    pub fn group(&self, kind: &Kind, field: &Field) -> Option<Group> {
        let name = self.rule(kind, field)?.together.clone()?;
        let row = field.row();
        let repeat = row.map(|(repeat, _)| repeat.to_owned());
        let fields = self.groups.get(&(kind.clone(), repeat, name.clone()))?;
        let of_group = |(leaf, compartment): &(String, Compartment)| {
            let field = match row {
                Some((repeat, row)) => Field::in_row(repeat, row, leaf),
                None => Field::parse(leaf),
            };
            Some((field.ok()?, *compartment))
        };
        let fields: Vec<(Field, Compartment)> = fields.iter().filter_map(of_group).collect();
        (fields.len() > 1).then_some(Group { name, fields })
    }

    fn rule(&self, kind: &Kind, field: &Field) -> Option<&Rule> {
        let name = named(field.row().map(|(repeat, _)| repeat), field.leaf());
        self.rules.get(&(kind.clone(), name))
    }
}

fn named(repeat: Option<&str>, leaf: &str) -> String {
    match repeat {
        Some(repeat) => format!("{repeat}.{leaf}"),
        None => leaf.to_owned(),
    }
}

#[cfg(all(test, feature = "author"))]
mod tests;
