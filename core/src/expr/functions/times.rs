//! Days and moments.

use chrono::{Datelike, Timelike};

use crate::expr::dates::{date_of_days, days, parse_date, parse_moment, universal_days};
use crate::expr::error::ExprError;
use crate::expr::eval::Eval;
use crate::expr::value::Value;

type Outcome = Result<Value, Box<ExprError>>;

pub(super) fn today(eval: &mut Eval<'_>, _: Vec<Value>, _: usize) -> Outcome {
    Ok(Value::Date(eval.tree.now().today()))
}

pub(super) fn now(eval: &mut Eval<'_>, _: Vec<Value>, _: usize) -> Outcome {
    Ok(Value::Moment(eval.tree.now().moment()))
}

fn time(eval: &Eval<'_>, mut args: Vec<Value>) -> Value {
    match args.swap_remove(0).single(eval.tree) {
        Value::Text(text) => parse_date(&text)
            .map(Value::Date)
            .or_else(|| parse_moment(&text, eval.tree.now().zone()).map(Value::Moment))
            .or_else(|| date_of_days(Value::Text(text).number()).map(Value::Date))
            .unwrap_or_else(Value::empty),
        Value::Number(number) => date_of_days(number).map_or_else(Value::empty, Value::Date),
        Value::Bool(_) => Value::empty(),
        other => other,
    }
}

/// `date(text, number of days, or moment)`: the day; empty where it is none.
pub(super) fn date(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    Ok(match time(eval, args) {
        Value::Moment(moment) => Value::Date(moment.date_naive()),
        other => other,
    })
}

/// `date-time(…)`: the moment as given.
pub(super) fn date_time(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    Ok(time(eval, args))
}

/// Days since 1970-01-01T00:00Z with their fraction; of a day, its beginning where one asks.
pub(super) fn decimal_date_time(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let offset = f64::from(eval.tree.now().offset_minutes) / 1440.0;
    Ok(Value::Number(match time(eval, args) {
        Value::Date(date) => days(date) - offset,
        Value::Moment(moment) => universal_days(&moment),
        _ => f64::NAN,
    }))
}

/// The fraction of the day that has passed, on the moment's own clock.
pub(super) fn decimal_time(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    Ok(Value::Number(match time(eval, args) {
        Value::Moment(moment) => f64::from(moment.num_seconds_from_midnight()) / 86_400.0,
        Value::Date(_) => 0.0,
        _ => f64::NAN,
    }))
}

/// `format-date(day, '%Y-%m-%d')` with %Y %y %m %n %d %e %H %h %M %S %3 %W %%; empty of no date.
pub(super) fn format_date(eval: &mut Eval<'_>, mut args: Vec<Value>, at: usize) -> Outcome {
    let shape = args.swap_remove(1).single(eval.tree).text();
    eval.pay(shape.len(), at)?;
    let moment = match time(eval, args) {
        Value::Moment(moment) => moment.naive_local(),
        Value::Date(date) => date.and_time(chrono::NaiveTime::MIN),
        _ => return Ok(Value::empty()),
    };
    let mut written = String::new();
    let mut letters = shape.chars();
    while let Some(c) = letters.next() {
        if c != '%' {
            written.push(c);
            continue;
        }
        match letters.next() {
            Some('Y') => written.push_str(&format!("{:04}", moment.year())),
            Some('y') => written.push_str(&format!("{:02}", moment.year().rem_euclid(100))),
            Some('m') => written.push_str(&format!("{:02}", moment.month())),
            Some('n') => written.push_str(&moment.month().to_string()),
            Some('d') => written.push_str(&format!("{:02}", moment.day())),
            Some('e') => written.push_str(&moment.day().to_string()),
            Some('H') => written.push_str(&format!("{:02}", moment.hour())),
            Some('h') => written.push_str(&moment.hour().to_string()),
            Some('M') => written.push_str(&format!("{:02}", moment.minute())),
            Some('S') => written.push_str(&format!("{:02}", moment.second())),
            Some('3') => written.push_str(&format!("{:03}", moment.nanosecond() / 1_000_000)),
            Some('W') => written.push_str(&moment.iso_week().week().to_string()),
            Some('%') => written.push('%'),
            Some(other) => written.extend(['%', other]),
            None => written.push('%'),
        }
    }
    Ok(Value::Text(written))
}
