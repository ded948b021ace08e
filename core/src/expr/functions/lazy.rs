//! Functions that do not need all of their arguments.

use crate::expr::ast::NodeId;
use crate::expr::error::ExprError;
use crate::expr::eval::Eval;
use crate::expr::value::Value;

/// `if(condition, then, else)`
pub(super) fn choose(
    eval: &mut Eval<'_>,
    args: &[NodeId],
    _: usize,
) -> Result<Value, Box<ExprError>> {
    let id = if eval.truth(args[0])? {
        args[1]
    } else {
        args[2]
    };
    eval.node(id)
}

/// `coalesce(a, b)`: a, or b where a is empty.
pub(super) fn coalesce(
    eval: &mut Eval<'_>,
    args: &[NodeId],
    _: usize,
) -> Result<Value, Box<ExprError>> {
    let first = eval.single(args[0])?;
    if first.is_empty() {
        eval.single(args[1])
    } else {
        Ok(first)
    }
}

/// `once(x)`: what the question already holds, or x.
pub(super) fn once(
    eval: &mut Eval<'_>,
    args: &[NodeId],
    _: usize,
) -> Result<Value, Box<ExprError>> {
    let held = eval.tree.value(eval.here);
    if held.is_empty() {
        eval.single(args[0])
    } else {
        Ok(held)
    }
}

/// `checklist(least, most, answer…)`: whether so many of the answers are yes; -1 is no limit.
pub(super) fn checklist(
    eval: &mut Eval<'_>,
    args: &[NodeId],
    _: usize,
) -> Result<Value, Box<ExprError>> {
    let least = eval.single(args[0])?.number();
    let most = eval.single(args[1])?.number();
    let mut yes = 0.0;
    for id in &args[2..] {
        if eval.truth(*id)? {
            yes += 1.0;
        }
    }
    Ok(Value::Bool(
        (least < 0.0 || yes >= least) && (most < 0.0 || yes <= most),
    ))
}
