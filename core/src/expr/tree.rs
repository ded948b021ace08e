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
    /// Adds the nodes that `${name}` means at a place: those below the nearest node above both.
    fn named(&self, at: Place, name: &str, found: &mut Vec<Place>);
    /// The value, never [`Value::Nodes`].
    fn value(&self, at: Place) -> Value;
    /// A table beside the form.
    fn instance(&self, name: &str) -> Option<Place>;
    /// The place among the rows of its repeat, from 1.
    fn position(&self, at: Place) -> usize;
    /// The label of a code in the list of the question at a place.
    fn choice_label(&self, at: Place, code: &str) -> Option<String>;
    /// What time it is, and where.
    fn now(&self) -> Now;
}
