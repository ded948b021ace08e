//! What apps of the first expression language can read: those that know the formats 1 and 2 of
//! compiled forms. They refuse the rest as a broken text, or read it otherwise.

use super::Expr;
use super::ast::{Axis, Node, Path, Start};
use super::functions::TABLE;
use super::lexer::{Token, tokens};

/// The longest text that they read, in bytes.
const MAX_SOURCE: usize = 64 * 1024;
/// Brackets within brackets. They stop at 150 levels, of which one bracket takes up to seven: one
/// for each precedence of operators.
const MAX_BRACKETS: usize = 20;

/// Their functions with the arguments that they take.
#[rustfmt::skip]
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("abs", 1, 1), ("boolean", 1, 1), ("boolean-from-string", 1, 1), ("checklist", 3, MANY),
    ("coalesce", 2, 2), ("concat", 0, MANY), ("contains", 2, 2), ("count", 1, 1),
    ("count-non-empty", 1, 1), ("count-selected", 1, 1), ("date", 1, 1), ("date-time", 1, 1),
    ("decimal-date-time", 1, 1), ("decimal-time", 1, 1), ("ends-with", 2, 2), ("false", 0, 0),
    ("format-date", 2, 2), ("format-date-time", 2, 2), ("if", 3, 3), ("indexed-repeat", 3, 7),
    ("int", 1, 1),
    ("join", 1, MANY), ("jr:choice-name", 2, 2), ("max", 1, MANY), ("min", 1, MANY),
    ("normalize-space", 1, 1), ("not", 1, 1), ("now", 0, 0), ("number", 1, 1), ("once", 1, 1),
    ("position", 0, 1), ("pow", 2, 2), ("pulldata", 4, 4), ("regex", 2, 2), ("round", 1, 2),
    ("selected", 2, 2), ("selected-at", 2, 2), ("starts-with", 2, 2), ("string", 1, 1),
    ("string-length", 1, 1), ("substr", 2, 3), ("substring-after", 2, 2),
    ("substring-before", 2, 2), ("sum", 1, 1), ("today", 0, 0), ("translate", 3, 3),
    ("true", 0, 0),
];

const MANY: usize = usize::MAX;

impl Expr {
    /// True where apps of the first language read the text as it is read here, given the tables
    /// beside the form that they know and whether the text stands in a row of a repeat: there they
    /// take an absolute path for every row's, and look up `indexed-repeat` in their own row.
    pub fn is_of_first_language(&self, instances: &[String], in_row: bool) -> bool {
        self.source.len() <= MAX_SOURCE
            && has_first_signs(&self.source)
            && self.arena.nodes.iter().all(|node| match node {
                Node::Call { function, args, .. } => {
                    let own = TABLE[*function].name;
                    let elsewhere = in_row && own == "indexed-repeat";
                    !elsewhere
                        && FUNCTIONS.iter().any(|(name, least, most)| {
                            *name == own && (*least..=*most).contains(&args.len())
                        })
                }
                Node::Path(path) => is_first_path(path, instances, in_row),
                _ => true,
            })
    }
}

/// Shallow, without `|`, `//` and axes that are spelt out.
fn has_first_signs(source: &str) -> bool {
    let mut depth = 0usize;
    // What was parsed once has tokens.
    tokens(source).unwrap_or_default().iter().all(|(_, token)| {
        match token {
            Token::Sign("(" | "[") => depth += 1,
            Token::Sign(")" | "]") => depth = depth.saturating_sub(1),
            Token::Sign("|" | "//" | "::") => return false,
            _ => {}
        }
        depth <= MAX_BRACKETS
    })
}

fn is_first_path(path: &Path, instances: &[String], in_row: bool) -> bool {
    let start = match &path.start {
        Start::Here | Start::Current => true,
        // They choose among the questions of their own row.
        Start::Named(_) => !(in_row && path.is_filtered()),
        Start::Instance(name) => instances.contains(name),
        Start::Root => !in_row,
        Start::Of(_) => false,
    };
    start
        && path.steps.iter().all(|step| match step.axis {
            Axis::Child => step.name.is_some(),
            Axis::Parent | Axis::Here => step.name.is_none(),
            Axis::Below => false,
        })
}
