//! Numbers and truth.

use super::{Outcome, first, first_or_here};
use crate::expr::error::ExprError;
use crate::expr::eval::Eval;
use crate::expr::value::Value;

fn of_number(number: f64) -> Outcome {
    Ok(Value::Number(number))
}

fn of_truth(truth: bool) -> Outcome {
    Ok(Value::Bool(truth))
}

pub(super) fn number(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    of_number(first_or_here(eval, args).number())
}

pub(super) fn boolean(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    of_truth(args[0].truth(eval.tree))
}

/// "1" and "true" are yes, all else no.
pub(super) fn boolean_from_string(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let text = first(eval, args).text();
    of_truth(matches!(text.as_str(), "1" | "true"))
}

pub(super) fn not(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    of_truth(!args[0].truth(eval.tree))
}

/// The values of an argument, each with its own truth; paid for.
fn spread(eval: &mut Eval<'_>, arg: Value, at: usize) -> Result<Vec<Value>, Box<ExprError>> {
    let all = match arg {
        Value::Nodes(nodes) => nodes.into_iter().map(|n| Value::Nodes(vec![n])).collect(),
        other => vec![other],
    };
    eval.pay(all.len(), at)?;
    Ok(all)
}

/// `checklist(least, most, answer…)`: whether so many of the answers are yes; -1 is no limit.
pub(super) fn checklist(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let mut args = args.into_iter();
    let (least, most) = limits(eval, &mut args);
    let mut yes = 0.0;
    for arg in args {
        let all = spread(eval, arg, at)?;
        yes += all.iter().filter(|v| v.truth(eval.tree)).count() as f64;
    }
    of_truth(between(least, yes, most))
}

/// `weighted-checklist(least, most, [answer, weight]…)`: the same of the weights of those that are
/// yes; answers and weights may be nodesets of one length.
pub(super) fn weighted_checklist(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let mut args = args.into_iter();
    let (least, most) = limits(eval, &mut args);
    let mut weight = 0.0;
    while let (Some(answers), Some(weights)) = (args.next(), args.next()) {
        let answers = spread(eval, answers, at)?;
        let weights = spread(eval, weights, at)?;
        for (answer, own) in answers.into_iter().zip(weights) {
            if answer.truth(eval.tree) {
                weight += own.single(eval.tree).number();
            }
        }
    }
    of_truth(between(least, weight, most))
}

fn limits(eval: &Eval<'_>, args: &mut std::vec::IntoIter<Value>) -> (f64, f64) {
    let mut next = || {
        let limit = args.next().unwrap_or_else(Value::empty);
        limit.single(eval.tree).number()
    };
    (next(), next())
}

fn between(least: f64, found: f64, most: f64) -> bool {
    (least < 0.0 || found >= least) && (most < 0.0 || found <= most)
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

/// Nothing adds up to 0; `-0` is never shown.
pub(super) fn sum(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    of_number(numbers(eval, args, at)?.into_iter().fold(0.0, |a, b| a + b))
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
