//! The function table. A function is a row: name, how many arguments, how it is run. ODK's list
//! grows here; `docs/form-format.md` says which of it is there.

mod lazy;
mod nodes;
mod numbers;
mod text;
mod times;

use regex::{Regex, RegexBuilder};

use super::ast::NodeId;
use super::error::{ExprError, ExprFault};
use super::eval::Eval;
use super::value::Value;

type Eager = fn(&mut Eval<'_>, Vec<Value>, usize) -> Result<Value, Box<ExprError>>;
type Lazy = fn(&mut Eval<'_>, &[NodeId], usize) -> Result<Value, Box<ExprError>>;
type Pattern =
    fn(&mut Eval<'_>, &str, Option<&Regex>, &str, usize) -> Result<Value, Box<ExprError>>;

/// How a function is run.
pub(super) enum Kind {
    /// With all its arguments' values.
    Eager(Eager),
    /// With its arguments unevaluated: it decides which it needs, or needs places.
    Lazy(Lazy),
    /// With a text and a pattern, which was compiled with the form if it is quoted there.
    Pattern(Pattern),
}

/// A row of the table.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) kind: Kind,
}

impl Function {
    pub(super) fn takes(&self) -> String {
        match (self.least, self.most) {
            (a, b) if a == b => a.to_string(),
            (a, MANY) => format!("at least {a}"),
            (a, b) => format!("{a} to {b}"),
        }
    }
}

const MANY: usize = usize::MAX;

const fn eager(name: &'static str, least: usize, most: usize, run: Eager) -> Function {
    Function {
        name,
        least,
        most,
        kind: Kind::Eager(run),
    }
}

const fn lazy(name: &'static str, least: usize, most: usize, run: Lazy) -> Function {
    Function {
        name,
        least,
        most,
        kind: Kind::Lazy(run),
    }
}

/// Every function, by name.
pub(super) static TABLE: &[Function] = &[
    eager("abs", 1, 1, numbers::abs),
    eager("boolean", 1, 1, numbers::boolean),
    eager("boolean-from-string", 1, 1, numbers::boolean_from_string),
    lazy("checklist", 3, MANY, lazy::checklist),
    lazy("coalesce", 2, 2, lazy::coalesce),
    eager("concat", 0, MANY, text::concat),
    eager("contains", 2, 2, text::contains),
    eager("count", 1, 1, nodes::count),
    eager("count-non-empty", 1, 1, nodes::count_non_empty),
    eager("count-selected", 1, 1, text::count_selected),
    eager("date", 1, 1, times::date),
    eager("date-time", 1, 1, times::date_time),
    eager("decimal-date-time", 1, 1, times::decimal_date_time),
    eager("decimal-time", 1, 1, times::decimal_time),
    eager("ends-with", 2, 2, text::ends_with),
    eager("false", 0, 0, |_, _, _| Ok(Value::Bool(false))),
    eager("format-date", 2, 2, times::format_date),
    eager("format-date-time", 2, 2, times::format_date),
    lazy("if", 3, 3, lazy::choose),
    lazy("indexed-repeat", 3, 7, nodes::indexed_repeat),
    eager("int", 1, 1, numbers::int),
    eager("join", 1, MANY, text::join),
    lazy("jr:choice-name", 2, 2, nodes::choice_name),
    eager("max", 1, MANY, numbers::max),
    eager("min", 1, MANY, numbers::min),
    eager("normalize-space", 1, 1, text::normalize_space),
    eager("not", 1, 1, numbers::not),
    eager("now", 0, 0, times::now),
    eager("number", 1, 1, numbers::number),
    lazy("once", 1, 1, lazy::once),
    lazy("position", 0, 1, nodes::position),
    eager("pow", 2, 2, numbers::pow),
    eager("pulldata", 4, 4, nodes::pulldata),
    Function {
        name: "regex",
        least: 2,
        most: 2,
        kind: Kind::Pattern(text::regex),
    },
    eager("round", 1, 2, numbers::round),
    eager("selected", 2, 2, text::selected),
    eager("selected-at", 2, 2, text::selected_at),
    eager("starts-with", 2, 2, text::starts_with),
    eager("string", 1, 1, text::string),
    eager("string-length", 1, 1, text::string_length),
    eager("substr", 2, 3, text::substr),
    eager("substring-after", 2, 2, text::substring_after),
    eager("substring-before", 2, 2, text::substring_before),
    eager("sum", 1, 1, numbers::sum),
    eager("today", 0, 0, times::today),
    eager("translate", 3, 3, text::translate),
    eager("true", 0, 0, |_, _, _| Ok(Value::Bool(true))),
];

/// The names of all functions, for a form's documentation.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|f| f.name).chain(["current", "instance"])
}

/// Compiles a pattern; like Java's `matches`, it must fit the whole text.
pub(super) fn pattern(source: &str, at: usize) -> Result<Regex, Box<ExprError>> {
    RegexBuilder::new(&format!("^(?:{source})$"))
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
