//! A session by the paths that an XForm gives its questions: `/data/group/r[2]/a`.

use serde_json::Value as Json;

use super::definition::NodeKind;
use super::items::{ItemIx, Slot};
use super::session::{Session, SessionError};

/// How a question stands, as ODK XForms has it: its answer as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The path from the root, which is called `data`; of a row with its place, from 1.
    pub path: String,
    /// The answer as an XForm would hold it; empty where there is none or it is not relevant.
    pub value: String,
    /// Whether it is asked.
    pub relevant: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether a person may not change it.
    pub read_only: bool,
    /// Whether the answer may be saved as it stands.
    pub valid: bool,
}

impl Session {
    /// Takes an answer to the question at a path. Of a repeat whose rows a person adds, the row
    /// after the last one is added first; a path that ends at such a row only adds it.
    ///
    /// # Errors
    /// [`SessionError`]; then no answer changed.
    pub fn answer(&mut self, path: &str, answer: &Json) -> Result<(), SessionError> {
        let missing = || SessionError::NoSuchField {
            field: path.to_owned(),
        };
        let mut item = 0;
        // Before the first name stand nothing and the root, whatever it is called.
        for part in path.split('/').skip(2) {
            let (name, place) = part_of(part).ok_or_else(missing)?;
            let node = self.items.all[item].node;
            let child = self.form.child(node, name).ok_or_else(missing)?;
            item = self.enter(item, child, place, path)?;
        }
        let node = self.items.all[item].node;
        match self.form.is(node, NodeKind::Repeat) {
            true => Ok(()),
            false if item != 0 && self.form.def(node).kind.is_leaf() => {
                self.set_item(item, path, answer).map(drop)
            }
            false => Err(missing()),
        }
    }

    /// The child of an item, or the row of that place.
    fn enter(
        &mut self,
        item: ItemIx,
        child: usize,
        place: usize,
        path: &str,
    ) -> Result<ItemIx, SessionError> {
        let missing = || SessionError::NoSuchField {
            field: path.to_owned(),
        };
        let slot = self.form.links.nodes[child].slot;
        let rows = match &self.items.all[item].slots[slot] {
            Slot::One(only) if place == 1 => return Ok(*only),
            Slot::One(_) => return Err(missing()),
            Slot::Rows { live, .. } => live,
        };
        match rows.get(place - 1) {
            Some(row) => Ok(*row),
            None if place == rows.len() + 1 && self.form.def(child).repeat_count.is_none() => {
                self.add_row_below(item, child, path).map(|(row, _)| row)
            }
            None => Err(missing()),
        }
    }

    /// The paths that new rows would have: one for each repeat that is asked, wherever it stands, and
    /// whose rows a person adds.
    pub fn rows_to_add(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![(0, "/data".to_owned())];
        while let Some((item, path)) = open.pop() {
            let own = &self.items.all[item];
            if !own.state.relevant {
                continue;
            }
            let children = &self.form.links.nodes[own.node].children;
            for (slot, child) in own.slots.iter().zip(children) {
                let name = &self.form.def(*child).name;
                let rows = match slot {
                    Slot::One(item) => {
                        open.push((*item, format!("{path}/{name}")));
                        continue;
                    }
                    Slot::Rows { live, .. } => live,
                };
                let free = self.form.def(*child).repeat_count.is_none();
                if free && self.may_have_rows(item, *child) {
                    found.push(format!("{path}/{name}[{}]", rows.len() + 1));
                }
                let rows = rows.iter().enumerate();
                open.extend(rows.map(|(i, row)| (*row, format!("{path}/{name}[{}]", i + 1))));
            }
        }
        found
    }

    /// Every question as it stands, rows included, in the order of the form.
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut found = Vec::new();
        let mut open = vec![(0, "/data".to_owned())];
        while let Some((item, path)) = open.pop() {
            let own = &self.items.all[item];
            let kind = match item {
                0 => NodeKind::Group,
                _ => self.form.def(own.node).kind,
            };
            if kind.is_leaf() || kind == NodeKind::Note {
                let change = self.change(item);
                let value = match change.relevant {
                    true => own.answer.value().text(),
                    false => String::new(),
                };
                found.push(Leaf {
                    path,
                    value,
                    relevant: change.relevant,
                    required: change.required,
                    read_only: change.read_only || kind == NodeKind::Note,
                    valid: change.valid,
                });
                continue;
            }
            let children = &self.form.links.nodes[own.node].children;
            for (slot, child) in own.slots.iter().zip(children).rev() {
                let name = &self.form.def(*child).name;
                match slot {
                    Slot::One(item) => open.push((*item, format!("{path}/{name}"))),
                    Slot::Rows { live, .. } => {
                        let rows = live.iter().enumerate().rev();
                        open.extend(
                            rows.map(|(i, row)| (*row, format!("{path}/{name}[{}]", i + 1))),
                        );
                    }
                }
            }
        }
        found
    }
}

/// `a` is the first of its name, `r[2]` the second.
fn part_of(part: &str) -> Option<(&str, usize)> {
    match part.split_once('[') {
        None => Some((part, 1)),
        Some((name, place)) => {
            let place: usize = place.strip_suffix(']')?.parse().ok()?;
            (place > 0).then_some((name, place))
        }
    }
}
