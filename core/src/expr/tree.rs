//! What an expression walks over.

use super::{Now, Value};

/// A place in a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A node of the form's answers.
    Node(u32),
    /// The document of a table beside the form.
    Table(u16),
    /// Its one child, `root`.
    TableRoot(u16),
    /// A row, `item`.
    Row(u16, u32),
    /// A column of a row, by its position among the row's columns.
    Cell(u16, u32, u16),
}

/// The answers as an expression sees them. What is not relevant reads as empty.
pub trait Tree {
    /// The form's root.
    fn root(&self) -> Place;
    /// The node above.
    fn parent(&self, at: Place) -> Option<Place>;
    /// Adds the children of a name, in order.
    fn children(&self, at: Place, name: &str, found: &mut Vec<Place>);
    /// Adds all children, in order.
    fn every_child(&self, at: Place, found: &mut Vec<Place>);
    /// The name of a node; `data` of the root.
    fn name(&self, at: Place) -> &str;
    /// True of what can hold a value, false of a group, a row, a table.
    fn is_leaf(&self, at: Place) -> bool;
    /// False of what is not asked.
    fn is_relevant(&self, at: Place) -> bool;
    /// Where a place stands in the order of the document; those of one tree compare.
    fn order(&self, at: Place) -> Vec<u32>;
    /// Adds the nodes that `${name}` means at a place: those below the nearest node above both. A
    /// repeat around the place is the row that one stands in, or every row where a predicate chooses
    /// among them (`filtered`).
    fn named(&self, at: Place, name: &str, filtered: bool, found: &mut Vec<Place>);
    /// The value, never [`Value::Nodes`].
    fn value(&self, at: Place) -> Value;
    /// A table beside the form.
    fn instance(&self, name: &str) -> Option<Place>;
    /// The place among the rows of its repeat, from 1.
    fn position(&self, at: Place) -> usize;
    /// The label of a code in the list of the question at a place.
    fn choice_label(&self, at: Place, code: &str) -> Option<String>;
    /// A text of the form by its id, as `jr:itext()` names it.
    fn text(&self, id: &str) -> Option<String>;
    /// The language in which names of months and days are written: `zh`, `en`.
    fn language(&self) -> &str;
    /// What time it is, and where.
    fn now(&self) -> Now;
    /// Where `random()`, `uuid()` and an unseeded `randomize()` draw from; the same seed draws the
    /// same. None where nothing may be drawn.
    fn chance(&self) -> Option<[u8; 16]>;
}
