//! The expression language of forms and packs: ODK XForms' XPath.
//!
//! A text is parsed once ([`Expr::parse`]) and evaluated often ([`Expr::eval`]) over a [`Tree`],
//! which is what a form's answers look like from here: places with names, parents and values.
//! Time comes in through the tree; there is no other door to the world.
//!
//! What ends badly ends typed: an [`ExprError`] names the place in the text (characters, from 1)
//! and what the author should do. Nesting is limited to [`MAX_DEPTH`], and an evaluation costs
//! fuel, so that no form, however written, can end or hang a phone.
//!
//! Differences from JavaRosa that an author may meet: lengths are counted in characters (code
//! points), not in UTF-16 units; patterns are those of the crate `regex`, which has no look-around
//! and no back-references (refused when the form is compiled); a nodeset compared with a value
//! holds if any of its nodes does.

mod ast;
mod dates;
mod error;
mod eval;
mod functions;
mod lexer;
mod parser;
mod tree;
mod value;

#[cfg(test)]
mod tests;

pub use ast::{Axis, Path, Start, Step};
pub use dates::{Now, parse_date, parse_moment};
pub use error::{ExprError, ExprFault, likely};
pub use functions::function_names;
pub use tree::{Place, Tree};
pub use value::Value;

use ast::{Arena, NodeId};

/// How deep an expression may nest: brackets, calls, predicates. An unoptimised build needs about
/// 350 KB of stack for it, so that a thread of 512 KB is safe.
pub const MAX_DEPTH: usize = 150;
/// How long an expression's text may be, in bytes.
pub const MAX_SOURCE: usize = 64 * 1024;
/// Steps that one evaluation may take before it is stopped.
pub const FUEL: u64 = 400_000;

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
        eval::run(&self.arena, self.root, tree, at, FUEL).map_err(|fault| *fault)
    }

    /// Evaluates to a yes or no.
    ///
    /// # Errors
    /// As [`Expr::eval`].
    pub fn holds(&self, tree: &dyn Tree, at: Place) -> Result<bool, ExprError> {
        Ok(self.eval(tree, at)?.truth(tree))
    }

    /// Every path in the expression, each with the path whose predicate it stands in, if any;
    /// outer paths come before those in their predicates.
    pub fn paths(&self) -> Vec<(&Path, Option<usize>)> {
        self.arena.paths(self.root)
    }

    /// True where the text is one literal, so that it says the same wherever it is asked.
    pub fn is_constant(&self) -> bool {
        self.arena.is_constant(self.root)
    }

    /// True where the value depends on the day or the hour.
    pub fn reads_clock(&self) -> bool {
        self.arena.calls(self.root, &["today", "now"])
    }
}
