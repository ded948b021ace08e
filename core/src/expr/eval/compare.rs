//! Operators between two values.

use std::cmp::Ordering;

use super::{Eval, Outcome};
use crate::expr::ast::Op;
use crate::expr::error::{ExprError, ExprFault};
use crate::expr::value::Value;

pub(super) fn binary(eval: &mut Eval<'_>, left: Value, op: Op, right: Value) -> Outcome<Value> {
    match op {
        Op::Plus | Op::Minus | Op::Times | Op::Div | Op::Mod => {
            let (a, b) = (left.single(eval.tree), right.single(eval.tree));
            Ok(Value::Number(arithmetic(a.number(), op, b.number())))
        }
        Op::Union => union(eval, left, right),
        _ => compared(eval, left, op, right).map(Value::Bool),
    }
}

fn arithmetic(a: f64, op: Op, b: f64) -> f64 {
    match op {
        Op::Plus => a + b,
        Op::Minus => a - b,
        Op::Times => a * b,
        Op::Div => a / b,
        _ => a % b,
    }
}

/// The nodes of both, each once, in the order of the form.
fn union(eval: &mut Eval<'_>, left: Value, right: Value) -> Outcome<Value> {
    let (Value::Nodes(mut nodes), Value::Nodes(more)) = (left, right) else {
        return Err(ExprError::new(1, ExprFault::NoNodes));
    };
    nodes.extend(more);
    eval.pay(nodes.len() * 4, 1)?;
    nodes.sort_unstable();
    nodes.dedup();
    nodes.sort_by_cached_key(|node| eval.tree.order(*node));
    Ok(Value::Nodes(nodes))
}

/// A nodeset compared holds if any of its nodes does; with a yes or no, the nodeset's own truth is
/// compared.
fn compared(eval: &mut Eval<'_>, left: Value, op: Op, right: Value) -> Outcome<bool> {
    let truth = matches!(left, Value::Bool(_)) || matches!(right, Value::Bool(_));
    if truth {
        let (a, b) = (left.truth(eval.tree), right.truth(eval.tree));
        return Ok(holds(&Value::Bool(a), op, &Value::Bool(b)));
    }
    let (left, right) = (comparable(eval, left), comparable(eval, right));
    eval.pay(left.len().saturating_mul(right.len()), 1)?;
    Ok(left.iter().any(|a| right.iter().any(|b| holds(a, op, b))))
}

/// A nodeset without nodes compares as empty.
fn comparable(eval: &Eval<'_>, value: Value) -> Vec<Value> {
    let mut all = value.all(eval.tree);
    if all.is_empty() {
        all.push(Value::empty());
    }
    all
}

fn holds(a: &Value, op: Op, b: &Value) -> bool {
    match op {
        Op::Equal => a.same(b),
        Op::Unequal => !a.same(b),
        _ => match a.order(b) {
            None => false,
            Some(Ordering::Less) => matches!(op, Op::Less | Op::AtMost),
            Some(Ordering::Greater) => matches!(op, Op::Greater | Op::AtLeast),
            Some(Ordering::Equal) => matches!(op, Op::AtMost | Op::AtLeast),
        },
    }
}
