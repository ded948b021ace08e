//! Days and moments.

use chrono::{Datelike, NaiveDateTime, NaiveTime, Timelike};

use super::Outcome;
use crate::expr::dates::{
    date_of_days, days, moment_of_days, parse_date, parse_moment, parse_time, universal_days,
};
use crate::expr::error::{ExprError, ExprFault};
use crate::expr::eval::Eval;
use crate::expr::value::{Value, read_number};

pub(super) fn today(eval: &mut Eval<'_>, _: Vec<Value>, _: usize) -> Outcome {
    Ok(Value::Date(eval.tree.now().today()))
}

pub(super) fn now(eval: &mut Eval<'_>, _: Vec<Value>, _: usize) -> Outcome {
    Ok(Value::Moment(eval.tree.now().moment()))
}

/// A date, a moment, a number of days, or empty.
fn time(eval: &Eval<'_>, args: Vec<Value>) -> Value {
    match super::first(eval, args) {
        Value::Text(text) => parse_date(&text)
            .map(Value::Date)
            .or_else(|| parse_moment(&text, eval.tree.now().zone()).map(Value::Moment))
            .unwrap_or_else(|| Value::Number(read_number(&text))),
        Value::Bool(_) => Value::empty(),
        other => other,
    }
}

/// `date(text, number of days, or moment)`: the day; empty where it is none.
pub(super) fn date(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    Ok(match time(eval, args) {
        Value::Moment(moment) => Value::Date(moment.date_naive()),
        Value::Number(days) => date_of_days(days).map_or_else(Value::empty, Value::Date),
        other => other,
    })
}

/// `date-time(…)`: the moment; a day stays a day, a number counts days since 1970-01-01T00:00Z.
pub(super) fn date_time(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let zone = eval.tree.now().zone();
    Ok(match time(eval, args) {
        Value::Number(days) => moment_of_days(days, zone).map_or_else(Value::empty, Value::Moment),
        other => other,
    })
}

/// Days since 1970-01-01T00:00Z with their fraction; of a day, its beginning where one asks.
pub(super) fn decimal_date_time(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let offset = f64::from(eval.tree.now().offset_minutes);
    Ok(Value::Number(match time(eval, args) {
        Value::Date(date) => (days(date) * 1440.0 - offset) / 1440.0,
        Value::Moment(moment) => universal_days(&moment),
        Value::Number(days) => days,
        _ => f64::NAN,
    }))
}

/// The fraction of the day that has passed, on the clock that the time was read from.
pub(super) fn decimal_time(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let text = args[0].clone().single(eval.tree);
    if let Value::Text(text) = text
        && let Some(clock) = parse_time(&text)
    {
        return Ok(Value::Number(fraction(clock)));
    }
    Ok(Value::Number(match time(eval, args) {
        Value::Moment(moment) => fraction(moment.time()),
        Value::Date(_) => 0.0,
        Value::Number(days) => days - days.floor(),
        _ => f64::NAN,
    }))
}

fn fraction(clock: NaiveTime) -> f64 {
    let seconds = f64::from(clock.num_seconds_from_midnight());
    (seconds + f64::from(clock.nanosecond()) / 1e9) / 86_400.0
}

/// `format-date(day, '%Y-%m-%d')`, `format-date-time(…)`: both take every sign; empty of no date.
pub(super) fn format_date(eval: &mut Eval<'_>, mut args: Vec<Value>, at: usize) -> Outcome {
    let shape = args.pop().unwrap_or_else(Value::empty);
    let shape = shape.single(eval.tree).text();
    eval.pay(shape.len(), at)?;
    if !has_signs(&shape) {
        let (function, takes) = ("format-date", SIGNS);
        return Err(ExprError::new(at, ExprFault::Argument { function, takes }));
    }
    let zone = eval.tree.now().zone();
    let clock = match args[0].clone().single(eval.tree) {
        Value::Text(text) => parse_time(&text),
        _ => None,
    };
    let moment = match (time(eval, args), clock) {
        (Value::Moment(moment), _) => moment.naive_local(),
        (Value::Date(date), _) => date.and_time(NaiveTime::MIN),
        (_, Some(clock)) => eval.tree.now().today().and_time(clock),
        (Value::Number(days), _) => match moment_of_days(days, zone) {
            Some(moment) => moment.naive_local(),
            None => return Ok(Value::empty()),
        },
        _ => return Ok(Value::empty()),
    };
    let text = written(moment, &shape, eval.tree.language());
    Ok(Value::Text(text))
}

/// Whether every `%` is followed by a sign that has a meaning: a shape is wrong also of no date.
fn has_signs(shape: &str) -> bool {
    let mut letters = shape.chars();
    while let Some(c) = letters.next() {
        let sign = |c: Option<char>| c.is_some_and(|c| "YymnbdeaHhMS3W%".contains(c));
        if c == '%' && !sign(letters.next()) {
            return false;
        }
    }
    true
}

fn written(moment: NaiveDateTime, shape: &str, language: &str) -> String {
    let mut written = String::new();
    let mut letters = shape.chars();
    while let Some(c) = letters.next() {
        if c != '%' {
            written.push(c);
            continue;
        }
        written.push_str(&match letters.next() {
            Some('Y') => format!("{:04}", moment.year()),
            Some('y') => format!("{:02}", moment.year().rem_euclid(100)),
            Some('m') => format!("{:02}", moment.month()),
            Some('n') => moment.month().to_string(),
            Some('b') => month(moment.month0(), language),
            Some('d') => format!("{:02}", moment.day()),
            Some('e') => moment.day().to_string(),
            Some('a') => weekday(moment.weekday().num_days_from_monday(), language),
            Some('H') => format!("{:02}", moment.hour()),
            Some('h') => moment.hour().to_string(),
            Some('M') => format!("{:02}", moment.minute()),
            Some('S') => format!("{:02}", moment.second()),
            Some('3') => format!("{:03}", moment.nanosecond() / 1_000_000),
            Some('W') => moment.iso_week().week().to_string(),
            // A percent sign; others were refused.
            _ => "%".to_owned(),
        });
    }
    written
}

const SIGNS: &str = "after % comes one of Y y m n b d e a H h M S 3 W %";

/// The short name of a month, as `3月` or `Mar`.
fn month(month: u32, language: &str) -> String {
    const SHORT: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    match language.starts_with("zh") {
        true => format!("{}月", month + 1),
        false => SHORT[month as usize % 12].to_owned(),
    }
}

/// The short name of a day of the week, counted from Monday, as `周一` or `Mon`.
fn weekday(day: u32, language: &str) -> String {
    const SHORT: [(&str, &str); 7] = [
        ("周一", "Mon"),
        ("周二", "Tue"),
        ("周三", "Wed"),
        ("周四", "Thu"),
        ("周五", "Fri"),
        ("周六", "Sat"),
        ("周日", "Sun"),
    ];
    let (chinese, english) = SHORT[day as usize % 7];
    let name = if language.starts_with("zh") {
        chinese
    } else {
        english
    };
    name.to_owned()
}
