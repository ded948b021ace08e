//! Values and how one kind is read as another.

use std::cmp::Ordering;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::dates::{self, parse_date, parse_moment, show_moment};
use super::{Place, Tree};

/// What an expression yields. Empty is the empty text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A number; "not a number" is what empty text reads as.
    Number(f64),
    /// Text.
    Text(String),
    /// A day.
    Date(NaiveDate),
    /// A moment with its zone.
    Moment(DateTime<FixedOffset>),
    /// Places; a function decides whether it wants the first or all.
    Nodes(Vec<Place>),
}

impl Value {
    /// Nothing.
    pub fn empty() -> Value {
        Value::Text(String::new())
    }

    /// One value: a nodeset's first, or empty.
    pub fn single(self, tree: &dyn Tree) -> Value {
        match self {
            Value::Nodes(nodes) => nodes
                .first()
                .map_or_else(Value::empty, |at| tree.value(*at)),
            other => other,
        }
    }

    /// The values of all nodes, or the one value.
    pub fn all(self, tree: &dyn Tree) -> Vec<Value> {
        match self {
            Value::Nodes(nodes) => nodes.iter().map(|at| tree.value(*at)).collect(),
            other => vec![other],
        }
    }

    /// True where nothing was answered.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.is_empty(),
            Value::Nodes(nodes) => nodes.is_empty(),
            _ => false,
        }
    }

    /// True of what [`Value::is_empty`] is, and of what is no number.
    pub(super) fn is_blank(&self) -> bool {
        self.is_empty() || matches!(self, Value::Number(number) if number.is_nan())
    }

    /// As a yes or no: a number but 0, a text but the empty one; a nodeset with an answer that is
    /// one, or with a row or group.
    pub fn truth(&self, tree: &dyn Tree) -> bool {
        match self {
            Value::Bool(truth) => *truth,
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
            Value::Date(_) | Value::Moment(_) => true,
            Value::Nodes(nodes) => nodes
                .iter()
                .any(|at| !tree.is_leaf(*at) || as_bool(&tree.value(*at))),
        }
    }

    /// As a number; days since 1970 for dates and what is written like one, counted on its own
    /// clock; NaN where it is none.
    pub fn number(&self) -> f64 {
        match self {
            Value::Bool(truth) => f64::from(u8::from(*truth)),
            Value::Number(number) => *number,
            Value::Text(text) => match self.as_time() {
                Some(time) => time.number(),
                None => read_number(text),
            },
            Value::Date(date) => dates::days(*date),
            Value::Moment(moment) => dates::local_days(moment),
            Value::Nodes(_) => f64::NAN,
        }
    }

    /// As text: whole numbers without a point, dates as ISO.
    pub fn text(&self) -> String {
        match self {
            Value::Bool(truth) => truth.to_string(),
            Value::Number(number) => show_number(*number),
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.format("%Y-%m-%d").to_string(),
            Value::Moment(moment) => show_moment(moment),
            Value::Nodes(_) => String::new(),
        }
    }

    /// Equal, as `=` asks of two single values.
    pub(super) fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Bool(_), _) | (_, Value::Bool(_)) => as_bool(self) == as_bool(other),
            (Value::Number(_), _) | (_, Value::Number(_)) => self.number() == other.number(),
            _ => match self.order_in_time(other) {
                Some(order) => order == Ordering::Equal,
                None => self.text() == other.text(),
            },
        }
    }

    /// Which comes first, as `<` asks; none where the two cannot be compared.
    pub(super) fn order(&self, other: &Value) -> Option<Ordering> {
        self.order_in_time(other)
            .or_else(|| self.number().partial_cmp(&other.number()))
    }

    /// Dates and moments, one of which may be written as text.
    fn order_in_time(&self, other: &Value) -> Option<Ordering> {
        if !self.is_time() && !other.is_time() {
            let texts = matches!((self, other), (Value::Text(_), Value::Text(_)));
            return if texts {
                self.as_time()?.order_in_time(&other.as_time()?)
            } else {
                None
            };
        }
        match (self.as_time()?, other.as_time()?) {
            (Value::Moment(a), Value::Moment(b)) => Some(a.cmp(&b)),
            (a, b) => a.number().partial_cmp(&b.number()),
        }
    }

    fn is_time(&self) -> bool {
        matches!(self, Value::Date(_) | Value::Moment(_))
    }

    fn as_time(&self) -> Option<Value> {
        match self {
            Value::Date(_) | Value::Moment(_) => Some(self.clone()),
            Value::Text(text) => parse_date(text)
                .map(Value::Date)
                .or_else(|| parse_moment(text, FixedOffset::east_opt(0)?).map(Value::Moment)),
            _ => None,
        }
    }
}

fn as_bool(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => *number != 0.0 && !number.is_nan(),
        other => !other.is_empty(),
    }
}

/// Reads a number as XPath writes it: digits, a point, a minus, no exponent; NaN where it is none.
pub(crate) fn read_number(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

fn show_number(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}").replace("-0", if number == 0.0 { "0" } else { "-0" })
    } else {
        number.to_string()
    }
}
