//! Numbers of numbers: trigonometry, powers, rounding.

use super::{Outcome, first};
use crate::expr::eval::Eval;
use crate::expr::value::Value;

/// A function of one number.
pub(super) fn one(eval: &mut Eval<'_>, args: Vec<Value>, of: fn(f64) -> f64) -> Outcome {
    Ok(Value::Number(of(first(eval, args).number())))
}

/// A function of two numbers.
pub(super) fn two(eval: &mut Eval<'_>, args: Vec<Value>, of: fn(f64, f64) -> f64) -> Outcome {
    let numbers = args.into_iter().map(|v| v.single(eval.tree).number());
    let numbers: Vec<f64> = numbers.collect();
    Ok(Value::Number(of(numbers[0], numbers[1])))
}

/// `round(x)` or `round(x, places)`: a half goes up, as XPath 1.0 has it, so -1.5 becomes -1.
pub(super) fn round(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let numbers = args.into_iter().map(|v| v.single(eval.tree).number());
    let numbers: Vec<f64> = numbers.collect();
    let places = numbers.get(1).copied().unwrap_or(0.0).trunc();
    Ok(Value::Number(rounded(numbers[0], places)))
}

/// Rounds the decimal digits that the number is written with, so that 2.675 to two places is 2.68
/// although no binary number is 2.675. More than thirty places are no number, as in JavaRosa.
fn rounded(number: f64, places: f64) -> f64 {
    if !number.is_finite() {
        return number;
    }
    if places.is_nan() || places.abs() > 30.0 {
        return f64::NAN;
    }
    let places = places as i32;
    let written = format!("{:e}", number.abs());
    let Some((digits, exponent)) = written.split_once('e') else {
        return number;
    };
    let digits = digits.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let kept = exponent + 1 + places;
    let size = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if kept >= size {
        return number;
    }
    // Where nothing is kept, the first digit stands one place or more below.
    let (head, tail) = match usize::try_from(kept) {
        Ok(kept) => digits.split_at(kept),
        Err(_) => return 0.0_f64.copysign(number),
    };
    let half = tail.starts_with('5') && tail[1..].bytes().all(|b| b == b'0');
    let up = match half {
        true => number > 0.0,
        false => tail.as_bytes()[0] >= b'5',
    };
    let whole = head.parse::<u64>().unwrap_or(0) + u64::from(up);
    let magnitude: f64 = format!("{whole}e{}", -places).parse().unwrap_or(0.0);
    magnitude.copysign(number)
}
