//! Numbers and truth.

use crate::expr::error::ExprError;
use crate::expr::eval::Eval;
use crate::expr::value::Value;

type Outcome = Result<Value, Box<ExprError>>;

fn first(eval: &Eval<'_>, mut args: Vec<Value>) -> Value {
    args.swap_remove(0).single(eval.tree)
}

fn of_number(number: f64) -> Outcome {
    Ok(Value::Number(number))
}

pub(super) fn abs(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    of_number(first(eval, args).number().abs())
}

/// Cuts toward zero; of a date, its day.
pub(super) fn int(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    of_number(first(eval, args).number().trunc())
}

pub(super) fn number(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let value = first(eval, args);
    of_number(value.number())
}

pub(super) fn pow(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let values: Vec<f64> = args
        .into_iter()
        .map(|v| v.single(eval.tree).number())
        .collect();
    of_number(values[0].powf(values[1]))
}

/// `round(x)` or `round(x, places)`, halves away from zero.
pub(super) fn round(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let values: Vec<f64> = args
        .into_iter()
        .map(|v| v.single(eval.tree).number())
        .collect();
    let places = values
        .get(1)
        .copied()
        .unwrap_or(0.0)
        .clamp(-15.0, 15.0)
        .trunc();
    let scale = 10f64.powf(places);
    of_number((values[0] * scale).round() / scale)
}

pub(super) fn boolean(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    Ok(Value::Bool(args[0].truth(eval.tree)))
}

/// "1" and "true" are yes, all else no.
pub(super) fn boolean_from_string(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let text = first(eval, args).text();
    Ok(Value::Bool(
        text == "1" || text.eq_ignore_ascii_case("true"),
    ))
}

pub(super) fn not(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    Ok(Value::Bool(!args[0].truth(eval.tree)))
}

/// The numbers of all arguments; what is empty is left out.
fn numbers(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Result<Vec<f64>, Box<ExprError>> {
    let mut found = Vec::new();
    for arg in args {
        let all = arg.all(eval.tree);
        eval.pay(all.len(), at)?;
        found.extend(all.iter().filter(|v| !v.is_empty()).map(Value::number));
    }
    Ok(found)
}

pub(super) fn sum(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    of_number(numbers(eval, args, at)?.into_iter().sum())
}

pub(super) fn min(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    extreme(numbers(eval, args, at)?, f64::min)
}

pub(super) fn max(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    extreme(numbers(eval, args, at)?, f64::max)
}

/// Empty where there is nothing to compare; NaN where something is no number.
fn extreme(numbers: Vec<f64>, pick: fn(f64, f64) -> f64) -> Outcome {
    if numbers.iter().any(|n| n.is_nan()) {
        return of_number(f64::NAN);
    }
    Ok(numbers
        .into_iter()
        .reduce(pick)
        .map_or_else(Value::empty, Value::Number))
}
