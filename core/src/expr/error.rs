//! What can be wrong with an expression, and where.

use thiserror::Error;

/// A fault in an expression, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at character {at}: {fault}")]
pub struct ExprError {
    /// Place in the text, counted in characters from 1.
    pub at: usize,
    /// What is wrong there.
    pub fault: ExprFault,
}

/// The kinds of fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExprFault {
    /// A character that no expression has.
    #[error("\"{0}\" has no meaning here; remove it, or put text into quotes")]
    Character(char),
    /// A quote or `${` that is not closed.
    #[error("this {0} is not closed")]
    Unclosed(&'static str),
    /// A word or sign where another was due.
    #[error("found {found}, expected {expected}")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
    /// Part of XPath that forms do not have.
    #[error("{0} is not supported in forms")]
    Unsupported(&'static str),
    /// A function that does not exist.
    #[error("there is no function {name}(){}", did_you_mean(.likely))]
    UnknownFunction {
        /// As written.
        name: String,
        /// A function of nearly that name.
        likely: Option<String>,
    },
    /// Too few or too many arguments.
    #[error("{name}() takes {takes} arguments, not {given}")]
    Arity {
        /// The function.
        name: String,
        /// How many it takes, in words.
        takes: String,
        /// How many it was given.
        given: usize,
    },
    /// An argument that the function cannot use, as far as the form wrote it.
    #[error("{function}() does not know this: {takes}")]
    Argument {
        /// The function.
        function: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// `..` of what nothing stands around.
    #[error("this path leads out of the form; it has one .. too many")]
    AboveForm,
    /// A value where nodes were due.
    #[error("a path to questions is due here, not a value")]
    NoNodes,
    /// `random()`, `uuid()` or an unseeded `randomize()` where nothing may be drawn.
    #[error("nothing may be drawn by chance here; give randomize() a seed, or let once() keep it")]
    NoChance,
    /// A pattern that `regex()` cannot read.
    #[error("the pattern cannot be read: {0}")]
    Pattern(String),
    /// Deeper than [`super::MAX_DEPTH`].
    #[error("nested more than {0} deep; split it into calculations")]
    TooDeep(usize),
    /// Longer than [`super::MAX_SOURCE`].
    #[error("longer than {0} bytes; split it into calculations")]
    TooLong(usize),
    /// Evaluation stopped: too many steps.
    #[error("too much work for one expression; split it, or let it read fewer rows")]
    OutOfFuel,
    /// An `instance('…')` that the form does not declare or that has no rows here.
    #[error("there is no instance '{0}'; declare it with type csv-external")]
    UnknownInstance(String),
    /// A name that the form does not have.
    #[error("there is no question {name}{}", did_you_mean(.likely))]
    UnknownName {
        /// As written.
        name: String,
        /// A question of nearly that name.
        likely: Option<String>,
    },
    /// A name that several questions have.
    #[error("several questions are called {0}; use a path such as ../{0}")]
    AmbiguousName(String),
}

fn did_you_mean(likely: &Option<String>) -> String {
    likely
        .as_ref()
        .map(|name| format!("; did you mean {name}?"))
        .unwrap_or_default()
}

impl ExprError {
    /// Boxed, because what recurs carries it: a fault's size is not paid on every level.
    pub(crate) fn new(at: usize, fault: ExprFault) -> Box<Self> {
        Box::new(Self { at, fault })
    }
}

/// The name nearest to a mistyped one, if any is near enough to be meant.
pub fn likely<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wrong: Vec<char> = wrong.to_lowercase().chars().take(64).collect();
    let most = wrong.len().div_ceil(3).clamp(1, 3);
    let near = |name: &&str| name.chars().count().abs_diff(wrong.len()) <= most;
    known
        .into_iter()
        .filter(near)
        .map(|name| {
            (
                distance(&wrong, &name.to_lowercase().chars().collect::<Vec<_>>()),
                name,
            )
        })
        .filter(|(far, _)| *far <= most)
        .min()
        .map(|(_, name)| name.to_owned())
}

/// Levenshtein's distance, with one row.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let above = row[j + 1];
            let change = diagonal + usize::from(left != right);
            row[j + 1] = change.min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}
