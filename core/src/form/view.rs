//! The answers, and the tables beside them, as expressions walk over them.

use std::collections::BTreeMap;

use super::Form;
use super::context::{Context, SUBJECT};
use super::definition::Choice;
use super::items::{ItemIx, Items, Slot};
use super::linked::pick;
use super::listed::List;
use crate::expr::{Now, Place, Tree, Value};

/// One form's answers at one moment.
pub(super) struct View<'a> {
    pub(super) form: &'a Form,
    pub(super) items: &'a Items,
    pub(super) context: &'a Context,
}

/// The rows of a table beside the form.
enum Rows<'a> {
    /// What the phone or a file gives.
    Given(&'a [BTreeMap<String, String>]),
    /// A code list or a file's rows.
    Listed(List<'a>),
}

impl<'a> View<'a> {
    pub(super) fn at(item: ItemIx) -> Place {
        Place::Node(u32::try_from(item).unwrap_or(0))
    }

    /// Tables are counted through: those that the form declares, then its lists.
    fn rows(&self, table: u16) -> Rows<'a> {
        let instances = &self.form.definition.instances;
        match instances.get(usize::from(table)) {
            Some(name) if name == SUBJECT => Rows::Given(&self.context.subject),
            Some(name) => Rows::Given(self.context.tables.get(name).map_or(&[], Vec::as_slice)),
            None => {
                let place = usize::from(table) - instances.len();
                List::at(&self.form.definition, place).map_or(Rows::Given(&[]), Rows::Listed)
            }
        }
    }

    /// A list of the form's, also where a table beside the form has its name.
    pub(super) fn list(&self, name: &str) -> Option<Place> {
        let definition = &self.form.definition;
        let table = definition.instances.len() + definition.list_place(name)?;
        u16::try_from(table).ok().map(Place::Table)
    }

    fn row_count(&self, table: u16) -> u32 {
        let count = match self.rows(table) {
            Rows::Given(rows) => rows.len(),
            Rows::Listed(list) => list.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The names of a row's columns.
    fn columns(&self, table: u16, row: u32) -> Vec<&'a str> {
        match self.rows(table) {
            Rows::Given(rows) => {
                let cells = rows.get(row as usize);
                cells.map_or(Vec::new(), |row| row.keys().map(String::as_str).collect())
            }
            Rows::Listed(list) => list.columns(row as usize),
        }
    }

    fn column(&self, table: u16, row: u32, name: &str) -> Option<usize> {
        match self.rows(table) {
            Rows::Given(rows) => rows
                .get(row as usize)?
                .keys()
                .position(|key| key.as_str() == name),
            Rows::Listed(list) => {
                let fallback = &self.form.definition.default_language;
                list.column(row as usize, name, &self.context.lang, fallback)
            }
        }
    }

    fn cell(&self, table: u16, row: u32, column: u16) -> Option<String> {
        let (row, column) = (row as usize, usize::from(column));
        match self.rows(table) {
            Rows::Given(rows) => rows.get(row)?.values().nth(column).cloned(),
            Rows::Listed(list) => {
                let fallback = &self.form.definition.default_language;
                let cell = list.cell(row, column, &self.context.lang, fallback);
                cell.map(str::to_owned)
            }
        }
    }

    fn label(&self, choice: &Choice) -> String {
        let fallback = &self.form.definition.default_language;
        let label = pick(&choice.labels, &self.context.lang, fallback);
        label.unwrap_or(&choice.name).to_owned()
    }
}

impl Tree for View<'_> {
    fn root(&self) -> Place {
        Place::Node(0)
    }

    fn parent(&self, at: Place) -> Option<Place> {
        match at {
            Place::Node(0) | Place::Table(_) => None,
            Place::Node(item) => Some(View::at(self.items.all[item as usize].parent)),
            Place::TableRoot(table) => Some(Place::Table(table)),
            Place::Row(table, _) => Some(Place::TableRoot(table)),
            Place::Cell(table, row, _) => Some(Place::Row(table, row)),
        }
    }

    fn children(&self, at: Place, name: &str, found: &mut Vec<Place>) {
        match at {
            Place::Node(item) => {
                let item = &self.items.all[item as usize];
                if let Some(node) = self.form.child(item.node, name)
                    && let Some(slot) = item.slots.get(self.form.links.nodes[node].slot)
                {
                    slot.each(|item| found.push(View::at(item)));
                }
            }
            Place::Table(table) if name == "root" => found.push(Place::TableRoot(table)),
            Place::TableRoot(_) if name == "item" => self.every_child(at, found),
            Place::Row(table, row) => {
                let column = self.column(table, row, name);
                let column = column.and_then(|c| u16::try_from(c).ok());
                found.extend(column.map(|c| Place::Cell(table, row, c)));
            }
            _ => {}
        }
    }

    fn every_child(&self, at: Place, found: &mut Vec<Place>) {
        match at {
            Place::Node(item) => {
                for slot in &self.items.all[item as usize].slots {
                    slot.each(|item| found.push(View::at(item)));
                }
            }
            Place::Table(table) => found.push(Place::TableRoot(table)),
            Place::TableRoot(table) => {
                found.extend((0..self.row_count(table)).map(|row| Place::Row(table, row)));
            }
            Place::Row(table, row) => {
                let columns = u16::try_from(self.columns(table, row).len()).unwrap_or(u16::MAX);
                found.extend((0..columns).map(|column| Place::Cell(table, row, column)));
            }
            Place::Cell(..) => {}
        }
    }

    fn name(&self, at: Place) -> &str {
        match at {
            Place::Node(0) => "data",
            Place::Node(item) => &self.form.def(self.items.all[item as usize].node).name,
            Place::Table(_) => "",
            Place::TableRoot(_) => "root",
            Place::Row(..) => "item",
            Place::Cell(table, row, column) => {
                let columns = self.columns(table, row);
                columns
                    .get(usize::from(column))
                    .copied()
                    .unwrap_or_default()
            }
        }
    }

    fn is_leaf(&self, at: Place) -> bool {
        match at {
            Place::Node(0) => false,
            Place::Node(item) => {
                let node = self.items.all[item as usize].node;
                self.form.links.nodes[node].children.is_empty()
            }
            Place::Cell(..) => true,
            _ => false,
        }
    }

    fn is_relevant(&self, at: Place) -> bool {
        match at {
            Place::Node(item) => self.items.all[item as usize].state.relevant,
            _ => true,
        }
    }

    fn order(&self, at: Place) -> Vec<u32> {
        let mut way = Vec::new();
        match at {
            Place::Node(item) => {
                let mut at = item as usize;
                while at != 0 {
                    let own = &self.items.all[at];
                    let slot = self.form.links.nodes[own.node].slot;
                    let row = self.items.place_of(self.form, at);
                    way.extend([row, slot].map(|n| u32::try_from(n).unwrap_or(u32::MAX)));
                    at = own.parent;
                }
            }
            Place::Table(table) | Place::TableRoot(table) => way.push(u32::from(table)),
            Place::Row(table, row) => way.extend([row, u32::from(table)]),
            Place::Cell(table, row, column) => {
                way.extend([u32::from(column), row, u32::from(table)]);
            }
        }
        way.reverse();
        way
    }

    fn named(&self, at: Place, name: &str, filtered: bool, found: &mut Vec<Place>) {
        let Place::Node(from) = at else { return };
        let from = from as usize;
        let links = &self.form.links;
        let Ok(target) = super::graph::named(links, self.items.all[from].node, name) else {
            return;
        };
        let top = super::graph::shared(
            &self.form.definition,
            links,
            self.items.all[from].node,
            target,
            filtered,
        );
        let mut at = from;
        while at != 0 && self.items.all[at].node != top {
            at = self.items.all[at].parent;
        }
        let items = self.items.spread(self.form, at, target);
        found.extend(items.into_iter().map(View::at));
    }

    fn value(&self, at: Place) -> Value {
        match at {
            Place::Node(item) => {
                let item = &self.items.all[item as usize];
                if item.state.relevant {
                    item.value()
                } else {
                    Value::empty()
                }
            }
            Place::Cell(table, row, column) => self
                .cell(table, row, column)
                .map_or_else(Value::empty, Value::Text),
            _ => Value::empty(),
        }
    }

    fn instance(&self, name: &str) -> Option<Place> {
        let declared = &self.form.definition.instances;
        match declared.iter().position(|i| i == name) {
            Some(table) => u16::try_from(table).ok().map(Place::Table),
            None => self.list(name),
        }
    }

    fn position(&self, at: Place) -> usize {
        match at {
            Place::Node(item) => {
                let row = self.items.row_of(self.form, item as usize);
                self.items.place_of(self.form, row)
            }
            Place::Row(_, row) => row as usize + 1,
            _ => 1,
        }
    }

    fn choice_label(&self, at: Place, code: &str) -> Option<String> {
        let Place::Node(item) = at else { return None };
        let node = self.items.all[item as usize].node;
        let codes = self.form.codes(node);
        let row = *codes.rows(code).first()?;
        let fallback = &self.form.definition.default_language;
        let label = codes.label(row, &self.context.lang, fallback);
        Some(label.unwrap_or(code).to_owned())
    }

    /// `/data/path/to/question:label` and `:hint`, and `LIST-N` for the label of a list's choice
    /// number N from 0, as pyxform numbers them.
    fn text(&self, id: &str) -> Option<String> {
        let fields = self.form.nodes();
        let lang = &self.context.lang;
        if let Some((path, part)) = id.rsplit_once(':') {
            let path = path.trim_start_matches('/');
            let (_, path) = path.split_once('/')?;
            let field = fields.iter().find(|field| field.path == path)?;
            return match part {
                "label" => Some(field.label(lang).to_owned()),
                "hint" => field.hint(lang).map(str::to_owned),
                _ => None,
            };
        }
        let (list, place) = id.rsplit_once('-')?;
        let choice = self.form.list(list).get(place.parse::<usize>().ok()?)?;
        Some(self.label(choice))
    }

    fn language(&self) -> &str {
        &self.context.lang
    }

    fn now(&self) -> Now {
        self.context.clock()
    }

    fn chance(&self) -> Option<[u8; 16]> {
        self.context.chance
    }
}

impl Slot {
    fn each(&self, mut take: impl FnMut(ItemIx)) {
        match self {
            Slot::One(item) => take(*item),
            Slot::Rows { live, .. } => live.iter().copied().for_each(take),
        }
    }
}
