//! Which rows of a list are offered beside the other answers (`choice_filter`).

use super::answer::Answer;
use super::codes::Codes;
use super::items::ItemIx;
use super::linked::Rule;
use super::view::View;
use crate::expr::{ExprError, Now, Place, Tree, Value};

/// A row of a list as a person chooses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The code.
    pub name: String,
    /// What it is called in the person's language.
    pub label: String,
}

/// A view in which a list has only some of its rows.
struct Narrowed<'v> {
    view: &'v View<'v>,
    rows: &'v [u32],
}

impl Tree for Narrowed<'_> {
    fn root(&self) -> Place {
        self.view.root()
    }
    fn parent(&self, at: Place) -> Option<Place> {
        self.view.parent(at)
    }
    fn children(&self, at: Place, name: &str, found: &mut Vec<Place>) {
        match at {
            Place::TableRoot(table) if name == "item" && self.view.is_list(table) => {
                found.extend(self.rows.iter().map(|row| Place::Row(table, *row)));
            }
            _ => self.view.children(at, name, found),
        }
    }
    fn every_child(&self, at: Place, found: &mut Vec<Place>) {
        match at {
            Place::TableRoot(_) => self.children(at, "item", found),
            _ => self.view.every_child(at, found),
        }
    }
    fn name(&self, at: Place) -> &str {
        self.view.name(at)
    }
    fn is_leaf(&self, at: Place) -> bool {
        self.view.is_leaf(at)
    }
    fn is_relevant(&self, at: Place) -> bool {
        self.view.is_relevant(at)
    }
    fn order(&self, at: Place) -> Vec<u32> {
        self.view.order(at)
    }
    fn named(&self, at: Place, name: &str, found: &mut Vec<Place>) {
        self.view.named(at, name, found);
    }
    fn value(&self, at: Place) -> Value {
        self.view.value(at)
    }
    fn instance(&self, name: &str) -> Option<Place> {
        self.view.instance(name)
    }
    fn position(&self, at: Place) -> usize {
        self.view.position(at)
    }
    fn choice_label(&self, at: Place, code: &str) -> Option<String> {
        self.view.choice_label(at, code)
    }
    fn text(&self, id: &str) -> Option<String> {
        self.view.text(id)
    }
    fn language(&self) -> &str {
        self.view.language()
    }
    fn now(&self) -> Now {
        self.view.now()
    }
    fn chance(&self) -> Option<[u8; 16]> {
        self.view.chance()
    }
}

/// Those of some rows that a filter lets pass.
fn passing(
    view: &View<'_>,
    filter: &Rule,
    item: ItemIx,
    rows: &[u32],
) -> Result<Vec<u32>, ExprError> {
    let tree = Narrowed { view, rows };
    let row = |place: Place| match place {
        Place::Row(_, row) => Some(row),
        _ => None,
    };
    Ok(match filter.expr.eval(&tree, View::at(item))? {
        Value::Nodes(places) => places.into_iter().filter_map(row).collect(),
        _ => Vec::new(),
    })
}

/// Whether every code of an item's answer is offered. Only the rows of these codes are looked at,
/// so that it costs the same in a list of a hundred thousand.
pub(super) fn all_offered(view: &View<'_>, filter: &Rule, item: ItemIx) -> Result<bool, ExprError> {
    let own = &view.items.all[item];
    let codes = view.form.codes(own.node);
    let chosen: Vec<&str> = match &own.answer {
        Answer::Text(code) => vec![code],
        Answer::Many(codes) => codes.iter().map(String::as_str).collect(),
        _ => return Ok(true),
    };
    for code in chosen {
        if passing(view, filter, item, &codes.rows(code))?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The rows offered to a person, in the list's order: those whose label or code contains a text,
/// at most so many.
pub(super) fn offered(
    view: &View<'_>,
    item: ItemIx,
    containing: &str,
    most: usize,
) -> Result<Vec<Offered>, ExprError> {
    let node = view.items.all[item].node;
    let (def, codes) = (view.form.def(node), view.form.codes(node));
    let filter = view.form.links.nodes[node].rules.choice_filter.as_ref();
    let mut found = Vec::new();
    // Row by row in small lots: an evaluation over all rows would run out of its steps.
    for first in (0..codes.len()).step_by(LOT) {
        let last = codes.len().min(first + LOT as u32);
        let rows: Vec<u32> = (first..last)
            .filter(|row| holds(&codes, view, def, *row, containing))
            .collect();
        let rows = match filter {
            Some(filter) => passing(view, filter, item, &rows)?,
            None => rows,
        };
        for row in rows {
            if found.len() >= most {
                return Ok(found);
            }
            let name = codes.code(row).unwrap_or_default();
            let label = label(&codes, view, def, row).unwrap_or(name);
            found.push(Offered {
                name: name.to_owned(),
                label: label.to_owned(),
            });
        }
    }
    Ok(found)
}

/// How many rows one evaluation looks at.
const LOT: usize = 500;

fn label<'f>(
    codes: &Codes<'f>,
    view: &View<'_>,
    def: &super::NodeDef,
    row: u32,
) -> Option<&'f str> {
    let fallback = &view.form.definition.default_language;
    codes.label(def, row, &view.context.lang, fallback)
}

fn holds(codes: &Codes<'_>, view: &View<'_>, def: &super::NodeDef, row: u32, text: &str) -> bool {
    let within = |found: Option<&str>| found.is_some_and(|found| found.contains(text));
    text.is_empty() || within(codes.code(row)) || within(label(codes, view, def, row))
}
