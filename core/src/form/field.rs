//! What the rest of the house may know of a question: for splitting answers into record parts,
//! for drawing pages, for comparing one form with another.

use super::codes::Codes;
use super::definition::{Definition, Labels, Merge, NodeKind};
use super::linked::{Links, pick};
use crate::model::{Compartment, Kind};

/// A question, group, repeat or note of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// Its name.
    pub name: String,
    /// Its path from the form: `group/question`.
    pub path: String,
    /// Its type.
    pub kind: NodeKind,
    /// Its code list.
    pub list: Option<String>,
    /// The kind of record it belongs to.
    pub of: Kind,
    /// Its compartment.
    pub compartment: Compartment,
    /// How answers given apart are brought together.
    pub merge: Merge,
    /// The name of the fields that it is settled together with.
    pub together: Option<String>,
    /// The repeat that it stands in, groups between left out.
    pub repeat: Option<String>,
    /// Of a repeat: true where each row is a record of its own.
    pub opens_record: bool,
    /// True of what the form or the phone fills in; a person never answers it.
    pub calculated: bool,
    /// True of what must be answered wherever it is asked.
    pub always_required: bool,
    /// What a text names or how it is written.
    pub refers: Option<String>,
    /// For masking and export.
    pub sensitivity: Option<String>,
    /// The group or repeat it stands in, by place in `Form::nodes`.
    pub parent: Option<usize>,
    /// A hint to the screen.
    pub appearance: Option<String>,
    labels: Labels,
    hints: Labels,
    fallback: String,
}

impl FormField {
    /// The label in a language, else in the form's own; the name where there is none.
    pub fn label(&self, lang: &str) -> &str {
        pick(&self.labels, lang, &self.fallback).unwrap_or(&self.name)
    }

    /// The hint, if there is one.
    pub fn hint(&self, lang: &str) -> Option<&str> {
        pick(&self.hints, lang, &self.fallback)
    }
}

impl super::Definition {
    /// The label of a code of a list, in a language, else in the form's own.
    pub fn choice_label(&self, list: &str, code: &str, lang: &str) -> Option<&str> {
        let codes = Codes::of_list(self, list)?;
        let row = codes.rows(code).first().copied()?;
        codes.label(row, lang, &self.default_language)
    }
}

pub(super) fn fields(definition: &Definition, links: &Links) -> Vec<FormField> {
    let mut fields: Vec<FormField> = Vec::with_capacity(definition.nodes.len());
    for (i, def) in definition.nodes.iter().enumerate() {
        let ix = i + 1;
        let parent = def.parent.map(|p| p as usize);
        let above = parent.and_then(|p| fields.get(p));
        let path = above.map_or_else(|| def.name.clone(), |p| format!("{}/{}", p.path, def.name));
        let of_above = above.map_or(&definition.kind, |p| &p.of);
        let scope = links.nodes[ix].scope;
        let rules = &links.nodes[ix].rules;
        let always = rules
            .required
            .as_ref()
            .is_some_and(|r| r.expr.is_constant() && r.expr.source() != "false()");
        fields.push(FormField {
            opens_record: def.kind == NodeKind::Repeat && def.of != *of_above,
            calculated: def.kind.is_metadata()
                || (def.calculation.is_some() && rules.triggers.is_empty()),
            repeat: scope
                .checked_sub(1)
                .map(|r| definition.nodes[r].name.clone()),
            name: def.name.clone(),
            path,
            kind: def.kind,
            list: def.list.clone(),
            of: def.of.clone(),
            compartment: def.compartment,
            merge: def.merge,
            together: def.together.clone(),
            always_required: always,
            refers: def.refers.clone(),
            sensitivity: def.sensitivity.clone(),
            parent,
            appearance: def.appearance.clone(),
            labels: def.labels.clone(),
            hints: def.hints.clone(),
            fallback: definition.default_language.clone(),
        });
    }
    fields
}
