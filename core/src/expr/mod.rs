//! The expression language of forms and packs: ODK XForms' XPath.
//!
//! A text is parsed once ([`Expr::parse`]) and evaluated often ([`Expr::eval`]) over a [`Tree`],
//! which is what a form's answers look like from here: places with names, parents and values.
//! Time comes in through the tree; there is no other door to the world.
//!
//! What ends badly ends typed: an [`ExprError`] names the place in the text (characters, from 1)
//! and what the author should do. Neither reading nor evaluating recurs, so that no nesting can
//! end a phone's thread, and an evaluation costs fuel, so that none can hang it.
//!
//! Where the ODK specification, JavaRosa and Enketo differ, `docs/form-format.md` says what is
//! done here and why.

mod ast;
mod dates;
mod error;
mod eval;
#[cfg(feature = "author")]
mod first;
mod functions;
mod lexer;
mod parser;
mod tree;
mod value;

#[cfg(test)]
mod tests;

pub use ast::{Axis, Path, Start, Step, Used};
pub use dates::{Now, parse_date, parse_moment};
pub use error::{ExprError, ExprFault, likely};
pub use eval::Stand;
pub use functions::function_names;
pub use tree::{Place, Tree};
pub use value::Value;
pub(crate) use value::read_number;

use ast::{Arena, NodeId};

/// How deep an expression may nest: brackets, calls, predicates.
pub const MAX_DEPTH: usize = 20_000;
/// How long an expression's text may be, in bytes.
pub const MAX_SOURCE: usize = 512 * 1024;
/// Steps that one evaluation may take before it is stopped.
pub const FUEL: u64 = 2_000_000;

/// A parsed expression; it keeps its text.
#[derive(Debug, Clone)]
pub struct Expr {
    source: String,
    arena: Arena,
    root: NodeId,
}

impl Expr {
    /// Parses a text.
    ///
    /// # Errors
    /// [`ExprError`] with the place and the cause; an unknown function is refused by name.
    pub fn parse(source: &str) -> Result<Expr, ExprError> {
        let (arena, root) = parser::parse(source).map_err(|fault| *fault)?;
        Ok(Expr {
            source: source.to_owned(),
            arena,
            root,
        })
    }

    /// The text as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Evaluates at a place of a tree.
    ///
    /// # Errors
    /// [`ExprFault::OutOfFuel`], or what only shows with values: a pattern put together at run
    /// time, an instance that is not there.
    pub fn eval(&self, tree: &dyn Tree, at: Place) -> Result<Value, ExprError> {
        self.eval_within(tree, at, &mut { FUEL })
    }

    /// The same out of a fuel that many evaluations share; one may take [`FUEL`] of it at most.
    ///
    /// # Errors
    /// As [`Expr::eval`].
    pub fn eval_within(
        &self,
        tree: &dyn Tree,
        at: Place,
        fuel: &mut u64,
    ) -> Result<Value, ExprError> {
        let most = FUEL.min(*fuel);
        let mut left = most;
        let value = eval::run_within(&self.arena, self.root, tree, at, &mut left);
        *fuel -= most - left;
        value.map_err(|fault| *fault)
    }

    /// Evaluates to a yes or no.
    ///
    /// # Errors
    /// As [`Expr::eval`].
    pub fn holds(&self, tree: &dyn Tree, at: Place) -> Result<bool, ExprError> {
        Ok(self.eval(tree, at)?.truth(tree))
    }

    /// Of a path whose last step has a predicate: whether that predicate keeps the place `row`,
    /// asked as the walk would ask it, at its position among all that the step leads to. What it
    /// costs is taken from `fuel`, so that many rows share what one evaluation may cost.
    ///
    /// # Errors
    /// As [`Expr::eval`].
    pub fn keeps(
        &self,
        tree: &dyn Tree,
        at: Place,
        row: Stand,
        fuel: &mut u64,
    ) -> Result<bool, ExprError> {
        eval::keeps(&self.arena, self.root, tree, at, row, fuel).map_err(|fault| *fault)
    }

    /// Every path in the expression; what a path begins with and what it stands in come before it.
    pub fn paths(&self) -> Vec<Used<'_>> {
        self.arena.paths(self.root)
    }

    /// True where the text is one literal, so that it says the same wherever it is asked.
    pub fn is_constant(&self) -> bool {
        self.arena.is_constant(self.root)
    }

    /// True where the value is a yes or no, as far as its outermost sign or function says.
    #[cfg(feature = "author")]
    pub fn is_truth(&self) -> bool {
        self.arena.is_truth(self.root)
    }

    /// True where the value depends on the day or the hour.
    pub fn reads_clock(&self) -> bool {
        self.arena
            .calls(self.root, |name, _| matches!(name, "today" | "now"))
    }

    /// True where the value is drawn by chance, so that evaluating again may give another.
    pub fn draws(&self) -> bool {
        self.arena.calls(self.root, |name, arguments| {
            matches!(name, "random" | "uuid") || (name == "randomize" && arguments == 1)
        })
    }
}
