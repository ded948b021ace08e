//! The answers of one form while it is filled in: a tree of items beside the tree of nodes.

use serde_json::Value as Json;

use super::Form;
use super::answer::Answer;
use super::definition::NodeKind;
use super::linked::NodeIx;
use super::problem::ProblemCode;
use crate::expr::Value;

pub(super) type ItemIx = usize;

/// One node's place in the answers; a repeat has one for each row.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) node: NodeIx,
    pub(super) parent: ItemIx,
    pub(super) slots: Vec<Slot>,
    pub(super) answer: Answer,
    pub(super) state: State,
    /// Of a row: its id, if it was given one.
    pub(super) row: Option<String>,
    /// A given answer that could not be read, as it was given; its problem is already known.
    pub(super) unread: Option<Json>,
    /// What is wrong with its calculation, as it was last worked out.
    pub(super) fault: Option<ProblemCode>,
}

impl Item {
    /// The answer as expressions see it; one that could not be read as what it was, so that a code
    /// that another version took out of its list still opens what it opened.
    pub(super) fn value(&self) -> Value {
        match &self.unread {
            Some(Json::String(text)) => Value::Text(text.clone()),
            Some(Json::Number(number)) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            Some(Json::Array(codes)) => {
                let codes: Vec<&str> = codes.iter().filter_map(Json::as_str).collect();
                Value::Text(codes.join(" "))
            }
            _ => self.answer.value(),
        }
    }
}

/// What follows from the answers for one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) relevant: bool,
    pub(super) required: bool,
    pub(super) read_only: bool,
    pub(super) valid: bool,
}

/// What stands in a child's place.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    One(ItemIx),
    Rows {
        live: Vec<ItemIx>,
        /// Rows taken out, as they were given.
        gone: Vec<Json>,
    },
}

/// All items; 0 is the form.
#[derive(Debug, Clone)]
pub(super) struct Items {
    pub(super) all: Vec<Item>,
    /// What was given under names that the form does not have, by the form (0) or row.
    pub(super) left: Vec<(ItemIx, String, Json)>,
}

impl Items {
    pub(super) fn new(form: &Form) -> Items {
        let mut items = Items {
            all: Vec::with_capacity(form.links.nodes.len()),
            left: Vec::new(),
        };
        items.grow(form, 0, 0);
        items
    }

    /// Adds the items of a node and of all below it, without rows.
    pub(super) fn grow(&mut self, form: &Form, node: NodeIx, parent: ItemIx) -> ItemIx {
        let first = self.push(node, parent);
        let mut open = vec![first];
        while let Some(at) = open.pop() {
            let children = &form.links.nodes[self.all[at].node].children;
            let mut slots = Vec::with_capacity(children.len());
            for child in children {
                if form.is(*child, NodeKind::Repeat) {
                    slots.push(Slot::Rows {
                        live: Vec::new(),
                        gone: Vec::new(),
                    });
                } else {
                    let item = self.push(*child, at);
                    slots.push(Slot::One(item));
                    open.push(item);
                }
            }
            self.all[at].slots = slots;
        }
        first
    }

    fn push(&mut self, node: NodeIx, parent: ItemIx) -> ItemIx {
        let state = State {
            relevant: true,
            required: false,
            read_only: false,
            valid: true,
        };
        self.all.push(Item {
            node,
            parent,
            slots: Vec::new(),
            answer: Answer::Empty,
            state,
            row: None,
            unread: None,
            fault: None,
        });
        self.all.len() - 1
    }

    /// The rows of a repeat below an item.
    pub(super) fn rows(&self, form: &Form, parent: ItemIx, repeat: NodeIx) -> &[ItemIx] {
        match self.all[parent].slots.get(form.links.nodes[repeat].slot) {
            Some(Slot::Rows { live, .. }) => live,
            _ => &[],
        }
    }

    pub(super) fn rows_mut(
        &mut self,
        form: &Form,
        parent: ItemIx,
        repeat: NodeIx,
    ) -> Option<(&mut Vec<ItemIx>, &mut Vec<Json>)> {
        match self.all[parent]
            .slots
            .get_mut(form.links.nodes[repeat].slot)
        {
            Some(Slot::Rows { live, gone }) => Some((live, gone)),
            _ => None,
        }
    }

    /// The item of a node below one item of its scope (a row, or the form), groups between.
    pub(super) fn below(&self, form: &Form, row: ItemIx, node: NodeIx) -> Option<ItemIx> {
        let top = self.all[row].node;
        let mut chain: Vec<NodeIx> = form.links.above(node).take_while(|ix| *ix != top).collect();
        let mut at = row;
        while let Some(next) = chain.pop() {
            match self.all[at].slots.get(form.links.nodes[next].slot)? {
                Slot::One(item) => at = *item,
                Slot::Rows { .. } => return None,
            }
        }
        Some(at)
    }

    /// The items that node `to` has below an item of a node above it: every row between.
    pub(super) fn spread(&self, form: &Form, from: ItemIx, to: NodeIx) -> Vec<ItemIx> {
        let top = self.all[from].node;
        let mut chain: Vec<NodeIx> = form.links.above(to).take_while(|ix| *ix != top).collect();
        let mut found = vec![from];
        while let Some(next) = chain.pop() {
            let slot = form.links.nodes[next].slot;
            let mut deeper = Vec::new();
            for at in found {
                match self.all[at].slots.get(slot) {
                    Some(Slot::One(item)) => deeper.push(*item),
                    Some(Slot::Rows { live, .. }) => deeper.extend_from_slice(live),
                    None => {}
                }
            }
            found = deeper;
        }
        found
    }

    /// The row that an item is or stands in; the form where there is none.
    pub(super) fn row_of(&self, form: &Form, item: ItemIx) -> ItemIx {
        let mut at = item;
        while at != 0 && !form.is(self.all[at].node, NodeKind::Repeat) {
            at = self.all[at].parent;
        }
        at
    }

    /// The items whose answer could not be read.
    pub(super) fn unread(&self) -> impl Iterator<Item = ItemIx> {
        let items = self.all.iter().enumerate();
        items.filter_map(|(at, item)| item.unread.is_some().then_some(at))
    }

    /// Whether an item stands in no row that was taken out.
    pub(super) fn is_live(&self, form: &Form, item: ItemIx) -> bool {
        let mut row = self.row_of(form, item);
        while row != 0 {
            let own = &self.all[row];
            if !self.rows(form, own.parent, own.node).contains(&row) {
                return false;
            }
            row = self.row_of(form, own.parent);
        }
        true
    }

    /// The place of a row among its repeat's, from 1.
    pub(super) fn place_of(&self, form: &Form, row: ItemIx) -> usize {
        let item = &self.all[row];
        let rows = self.rows(form, item.parent, item.node);
        rows.iter().position(|r| *r == row).map_or(1, |i| i + 1)
    }

    /// The name under which a problem names an item: `name`, `people[2].met`, `people[ROW].met`.
    pub(super) fn field(&self, form: &Form, item: ItemIx) -> String {
        let own = &self.all[item];
        if item == 0 {
            return String::new();
        }
        let name = form.def(own.node).name.as_str();
        let is_row = form.is(own.node, NodeKind::Repeat);
        let row = if is_row {
            item
        } else {
            self.row_of(form, item)
        };
        let outer = self.row_of(form, self.all[row].parent);
        let mut path = String::new();
        if row != 0 {
            if outer != 0 {
                path = format!("{}.", self.field(form, outer));
            }
            let repeat = &form.def(self.all[row].node).name;
            let at = self.all[row].row.clone();
            let at = at.unwrap_or_else(|| self.place_of(form, row).to_string());
            path.push_str(&format!("{repeat}[{at}]"));
        }
        match (is_row, row) {
            (true, _) => path,
            (false, 0) => name.to_owned(),
            (false, _) => format!("{path}.{name}"),
        }
    }
}
