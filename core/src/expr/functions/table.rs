//! The rows.

use super::{Eager, Function, Kind, Lazy, MANY};
use super::{chance, codes, digests, geo, maths, nodes, numbers, text, times};
use crate::expr::value::Value;

const fn row(name: &'static str, least: usize, most: usize, by: usize, kind: Kind) -> Function {
    Function {
        name,
        least,
        most,
        by,
        kind,
    }
}

const fn eager(name: &'static str, least: usize, most: usize, run: Eager) -> Function {
    row(name, least, most, 1, Kind::Eager(run))
}

/// A number of a number.
macro_rules! maths {
    ($name:literal, $run:expr) => {
        eager($name, 1, 1, |eval, args, _| maths::one(eval, args, $run))
    };
}

/// Every function, by name.
pub(in crate::expr) static TABLE: &[Function] = &[
    maths!("abs", f64::abs),
    maths!("acos", f64::acos),
    eager("area", 1, 1, geo::area),
    maths!("asin", f64::asin),
    maths!("atan", f64::atan),
    eager("atan2", 2, 2, |eval, args, _| {
        maths::two(eval, args, f64::atan2)
    }),
    eager("base64-decode", 1, 1, text::base64_decode),
    eager("boolean", 1, 1, numbers::boolean),
    eager("boolean-from-string", 1, 1, numbers::boolean_from_string),
    maths!("ceiling", f64::ceil),
    eager("checklist", 2, MANY, numbers::checklist),
    row("coalesce", 2, 2, 1, Kind::Lazy(Lazy::Coalesce)),
    eager("concat", 0, MANY, text::concat),
    eager("contains", 2, 2, text::contains),
    maths!("cos", f64::cos),
    eager("count", 1, 1, nodes::count),
    eager("count-non-empty", 1, 1, nodes::count_non_empty),
    eager("count-selected", 1, 1, codes::count_selected),
    eager("date", 1, 1, times::date),
    eager("date-time", 1, 1, times::date_time),
    eager("decimal-date-time", 1, 1, times::decimal_date_time),
    eager("decimal-time", 1, 1, times::decimal_time),
    eager("digest", 2, 3, digests::digest),
    eager("distance", 1, MANY, geo::distance),
    eager("ends-with", 2, 2, text::ends_with),
    maths!("exp", f64::exp),
    maths!("exp10", |x| 10f64.powf(x)),
    eager("false", 0, 0, |_, _, _| Ok(Value::Bool(false))),
    maths!("floor", f64::floor),
    eager("format-date", 2, 2, times::format_date),
    eager("format-date-time", 2, 2, times::format_date),
    eager("geofence", 2, 2, geo::geofence),
    row("if", 3, 3, 1, Kind::Lazy(Lazy::If)),
    row(
        "indexed-repeat",
        3,
        11,
        2,
        Kind::Eager(nodes::indexed_repeat),
    ),
    maths!("int", f64::trunc),
    eager("join", 1, MANY, text::join),
    eager("jr:choice-name", 2, 2, codes::choice_name),
    eager("jr:itext", 1, 1, codes::itext),
    eager("last", 0, 0, nodes::last),
    eager("local-name", 0, 1, nodes::name),
    maths!("log", f64::ln),
    maths!("log10", f64::log10),
    eager("max", 1, MANY, numbers::max),
    eager("min", 1, MANY, numbers::min),
    eager("name", 0, 1, nodes::name),
    eager("namespace-uri", 0, 1, |_, _, _| Ok(Value::empty())),
    eager("normalize-space", 0, 1, text::normalize_space),
    eager("not", 1, 1, numbers::not),
    eager("now", 0, 0, times::now),
    eager("number", 0, 1, numbers::number),
    row("once", 1, 1, 1, Kind::Lazy(Lazy::Once)),
    eager("pi", 0, 0, |_, _, _| {
        Ok(Value::Number(std::f64::consts::PI))
    }),
    eager("position", 0, 1, nodes::position),
    eager("pow", 2, 2, |eval, args, _| {
        maths::two(eval, args, f64::powf)
    }),
    eager("pulldata", 4, 4, nodes::pulldata),
    eager("random", 0, 0, chance::random),
    eager("randomize", 1, 2, chance::randomize),
    row("regex", 2, 2, 1, Kind::Pattern(text::regex)),
    eager("round", 1, 2, maths::round),
    eager("selected", 2, 2, codes::selected),
    eager("selected-at", 2, 2, codes::selected_at),
    maths!("sin", f64::sin),
    maths!("sqrt", f64::sqrt),
    eager("starts-with", 2, 2, text::starts_with),
    eager("string", 0, 1, text::string),
    eager("string-length", 1, 1, text::string_length),
    eager("substr", 2, 3, text::substr),
    eager("substring", 2, 3, text::substring),
    eager("substring-after", 2, 2, text::substring_after),
    eager("substring-before", 2, 2, text::substring_before),
    eager("sum", 1, 1, numbers::sum),
    maths!("tan", f64::tan),
    eager("today", 0, 0, times::today),
    eager("translate", 3, 3, text::translate),
    eager("true", 0, 0, |_, _, _| Ok(Value::Bool(true))),
    eager("uuid", 0, 1, chance::uuid),
    row(
        "weighted-checklist",
        2,
        MANY,
        2,
        Kind::Eager(numbers::weighted_checklist),
    ),
];
