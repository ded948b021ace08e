//! Which records a form writes, as ODK Entities say it: a list of records in the form, in a group
//! or in a repeat, and the property that each question fills.

use std::collections::BTreeMap;

use super::NodeKind;
use crate::form::Form;
use crate::form::linked::NodeIx;

/// One record that a form writes.
pub(super) struct Entity {
    /// The list of records: the kind.
    pub(super) list: String,
    /// The expression of its label, with `${name}`.
    pub(super) label: String,
    /// A question from which the label's names are looked up.
    pub(super) labelled_by: NodeIx,
}

/// The records by the group, repeat or form (0) that holds them.
#[derive(Default)]
pub(super) struct Entities {
    at: BTreeMap<NodeIx, Entity>,
}

impl Entities {
    /// Each kind of record stands in the nearest group, repeat or form that holds all its
    /// questions; where two kinds meet, the form's own comes first, then that of the first
    /// question. A container holds one record, so the later kind finds none and stays a matter of
    /// `tanfang:of`.
    pub(super) fn of(form: &Form) -> Entities {
        let mut found = Entities::default();
        let mut fields: BTreeMap<(NodeIx, String), Vec<NodeIx>> = BTreeMap::new();
        let mut order: Vec<(NodeIx, String)> = Vec::new();
        for ix in 1..form.links.nodes.len() {
            if !saves(form, ix) {
                continue;
            }
            let key = (row(form, ix), form.def(ix).of.as_str().to_owned());
            if !fields.contains_key(&key) {
                order.push(key.clone());
            }
            fields.entry(key).or_default().push(ix);
        }
        // A repeat that opens records is theirs; rows of the same record are no records.
        order.retain(|(row, kind)| *row == 0 || opens(form, *row, kind));
        order.sort_by_key(|(row, kind)| (*row, kind != form.definition.kind.as_str()));
        for key in order {
            let own = fields.get(&key).map(Vec::as_slice).unwrap_or_default();
            found.place(form, &key, own);
        }
        found
    }

    fn place(&mut self, form: &Form, (row, kind): &(NodeIx, String), own: &[NodeIx]) {
        let is_own = *kind == form.definition.kind.as_str() && *row == 0;
        let container = match is_own {
            true => 0,
            false => common(form, *row, own),
        };
        let Some(first) = own.first().filter(|_| !self.at.contains_key(&container)) else {
            return;
        };
        let named = |ix: &&NodeIx| {
            let def = form.def(**ix);
            def.name == "name" || def.refers.as_deref() == Some("name")
        };
        let labelled_by = own.iter().find(named).copied().unwrap_or(*first);
        let said = form
            .definition
            .settings
            .get(&format!("entity_label:{kind}"));
        let label = match said {
            Some(label) => label.clone(),
            None => format!("${{{}}}", form.def(labelled_by).name),
        };
        self.at.insert(
            container,
            Entity {
                list: kind.clone(),
                label,
                labelled_by,
            },
        );
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The record that a container holds.
    pub(super) fn held_by(&self, container: NodeIx) -> Option<&Entity> {
        self.at.get(&container)
    }

    /// The containers that hold a record.
    pub(super) fn containers(&self) -> impl Iterator<Item = (NodeIx, &Entity)> {
        self.at.iter().map(|(at, entity)| (*at, entity))
    }

    /// The property that a question fills, where the nearest record is of its kind and row.
    pub(super) fn property(&self, form: &Form, ix: NodeIx) -> Option<String> {
        if !saves(form, ix) {
            return None;
        }
        let def = form.def(ix);
        let mut above = form.links.above(ix).skip(1);
        let nearest = above.find(|at| self.at.contains_key(at))?;
        let entity = self.at.get(&nearest)?;
        let same_row = form.links.row_scope(&form.definition, nearest) == row(form, ix);
        if entity.list != def.of.as_str() || !same_row {
            return None;
        }
        let name = def.save_to.as_deref().unwrap_or(&def.name);
        let reserved = matches!(name.to_lowercase().as_str(), "name" | "label");
        Some(match reserved || name.starts_with("__") {
            // These names are the entity's own.
            true => format!("{}_{}", entity.list, name.trim_start_matches('_')),
            false => name.to_owned(),
        })
    }
}

/// Whether a node's answer belongs to a record.
fn saves(form: &Form, ix: NodeIx) -> bool {
    let def = form.def(ix);
    def.kind.is_leaf() && !def.kind.is_metadata() && def.kind != NodeKind::Note
}

fn row(form: &Form, ix: NodeIx) -> NodeIx {
    form.links.nodes[ix].scope
}

fn opens(form: &Form, repeat: NodeIx, kind: &str) -> bool {
    let field = &form.fields[repeat - 1];
    field.opens_record && form.def(repeat).of.as_str() == kind
}

/// The nearest container that holds all of some questions, within their row.
fn common(form: &Form, row: NodeIx, own: &[NodeIx]) -> NodeIx {
    let Some((first, rest)) = own.split_first() else {
        return row;
    };
    let holds = |at: &NodeIx| {
        rest.iter()
            .all(|ix| form.links.above(*ix).any(|a| a == *at))
    };
    let containers = form.links.above(*first).skip(1);
    containers.into_iter().find(holds).unwrap_or(row)
}
