//! The function table. A function is a row: name, how many arguments, how it is run.
//! `docs/form-format.md` says which document each comes from.

mod chance;
mod codes;
mod digests;
mod geo;
mod maths;
mod nodes;
mod numbers;
mod table;
mod text;
mod times;

use regex::{Regex, RegexBuilder};

use super::error::{ExprError, ExprFault};
use super::eval::Eval;
use super::value::Value;
pub(super) use table::TABLE;

type Outcome = Result<Value, Box<ExprError>>;
type Eager = fn(&mut Eval<'_>, Vec<Value>, usize) -> Outcome;
type Pattern = fn(&mut Eval<'_>, Vec<Value>, Option<&Regex>, usize) -> Outcome;

/// How a function is run.
pub(super) enum Kind {
    /// With all its arguments' values.
    Eager(Eager),
    /// It decides which of its arguments are evaluated.
    Lazy(Lazy),
    /// With a pattern that was compiled with the form, if it is quoted there.
    Pattern(Pattern),
}

/// The functions that do not need all of their arguments.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lazy {
    /// `if(condition, then, else)`
    If,
    /// `coalesce(a, b)`: a, or b where a is empty or no number.
    Coalesce,
    /// `once(x)`: what the question already holds, or x.
    Once,
}

/// A row of the table.
pub(super) struct Function {
    pub(super) name: &'static str,
    least: usize,
    most: usize,
    /// Beyond the least, arguments come in groups of so many.
    by: usize,
    pub(super) kind: Kind,
}

impl Function {
    pub(super) fn allows(&self, given: usize) -> bool {
        (self.least..=self.most).contains(&given) && (given - self.least).is_multiple_of(self.by)
    }

    /// How many arguments it takes, in words.
    pub(super) fn takes(&self) -> String {
        let (least, most) = (self.least, self.most);
        match self.by {
            _ if least == most => least.to_string(),
            1 if most == MANY => format!("at least {least}"),
            1 => format!("{least} to {most}"),
            by if most == MANY => format!("{least}, {}, {}…", least + by, least + 2 * by),
            by => {
                let all: Vec<String> = (least..=most).step_by(by).map(|n| n.to_string()).collect();
                all.join(", ")
            }
        }
    }
}

const MANY: usize = usize::MAX;

/// The names of all functions, for a form's documentation.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|f| f.name).chain(["current", "instance"])
}

/// The row of a function.
pub(super) fn find(name: &str) -> Option<usize> {
    TABLE.iter().position(|f| f.name == name)
}

/// Compiles a pattern; like Java's `matches`, it must fit the whole text.
pub(super) fn pattern(source: &str, at: usize) -> Result<Regex, Box<ExprError>> {
    RegexBuilder::new(&format!("^(?:{})$", ascii_classes(source)))
        .size_limit(1 << 20)
        .build()
        .map_err(|error| {
            let cause = error.to_string();
            let last = cause.lines().last().unwrap_or_default();
            ExprError::new(
                at,
                ExprFault::Pattern(last.trim_start_matches("error: ").to_owned()),
            )
        })
}

/// `\d`, `\w` and `\s` mean ASCII, as in Java and JavaScript: a full-width digit is no digit.
fn ascii_classes(source: &str) -> String {
    let mut written = String::with_capacity(source.len());
    let mut letters = source.chars();
    while let Some(c) = letters.next() {
        if c != '\\' {
            written.push(c);
            continue;
        }
        match letters.next() {
            Some('d') => written.push_str("[0-9]"),
            Some('D') => written.push_str("[^0-9]"),
            Some('w') => written.push_str("[A-Za-z0-9_]"),
            Some('W') => written.push_str("[^A-Za-z0-9_]"),
            Some('s') => written.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => written.push_str(r"[^ \t\n\x0B\f\r]"),
            other => {
                written.push(c);
                written.extend(other);
            }
        }
    }
    written
}

/// The first argument, one value.
fn first(eval: &Eval<'_>, args: Vec<Value>) -> Value {
    let first = args.into_iter().next().unwrap_or_else(Value::empty);
    first.single(eval.tree)
}

/// The first argument, or where the expression stands if there is none.
fn first_or_here(eval: &Eval<'_>, args: Vec<Value>) -> Value {
    match args.is_empty() {
        true => eval.tree.value(eval.stand.here),
        false => first(eval, args),
    }
}

/// How many bytes of text one step pays for.
const TEXT_A_STEP: usize = 16;

/// Each argument as one text, paid for.
fn texts(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Result<Vec<String>, Box<ExprError>> {
    let mut texts = Vec::with_capacity(args.len());
    for value in args {
        texts.push(paid(eval, value.single(eval.tree).text(), at)?);
    }
    Ok(texts)
}

/// The texts of all nodes of all arguments, paid for.
fn all_texts(
    eval: &mut Eval<'_>,
    args: Vec<Value>,
    at: usize,
) -> Result<Vec<String>, Box<ExprError>> {
    let mut texts = Vec::new();
    for value in args.into_iter().flat_map(|v| v.all(eval.tree)) {
        eval.pay(1, at)?;
        texts.push(paid(eval, value.text(), at)?);
    }
    Ok(texts)
}

/// A text paid for before the next is made: what has no fuel left has no memory either.
fn paid(eval: &mut Eval<'_>, text: String, at: usize) -> Result<String, Box<ExprError>> {
    eval.pay(text.len() / TEXT_A_STEP, at)?;
    Ok(text)
}

fn nodes_of(value: Value, at: usize) -> Result<Vec<super::Place>, Box<ExprError>> {
    match value {
        Value::Nodes(nodes) => Ok(nodes),
        _ => Err(ExprError::new(at, ExprFault::NoNodes)),
    }
}
