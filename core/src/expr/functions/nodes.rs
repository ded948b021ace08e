//! Functions about places: rows, tables, names.

use super::{Outcome, nodes_of, texts};
use crate::expr::error::{ExprError, ExprFault};
use crate::expr::eval::Eval;
use crate::expr::tree::Place;
use crate::expr::value::Value;

/// `count(nodeset)`
pub(super) fn count(_: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let nodes = args.into_iter().next().unwrap_or_else(Value::empty);
    Ok(Value::Number(nodes_of(nodes, at)?.len() as f64))
}

/// `count-non-empty(nodeset)`; a row or group is not empty.
pub(super) fn count_non_empty(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let nodes = nodes_of(args.into_iter().next().unwrap_or_else(Value::empty), at)?;
    eval.pay(nodes.len(), at)?;
    let tree = eval.tree;
    let filled = nodes
        .into_iter()
        .filter(|node| !tree.is_leaf(*node) || !tree.value(*node).is_empty());
    Ok(Value::Number(filled.count() as f64))
}

/// `position()` in a predicate, 1 outside; `position(..)` of a row.
pub(super) fn position(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let Some(arg) = args.into_iter().next() else {
        return Ok(Value::Number(eval.stand.nth as f64));
    };
    let nodes = nodes_of(arg, at)?;
    Ok(nodes.first().map_or_else(Value::empty, |first| {
        Value::Number(eval.tree.position(*first) as f64)
    }))
}

/// `last()`: how many places the predicate is asked of.
pub(super) fn last(eval: &mut Eval<'_>, _: Vec<Value>, _: usize) -> Outcome {
    Ok(Value::Number(eval.stand.size as f64))
}

/// `name(node?)`, `local-name(node?)`: a form's names have no prefix, so the two are one.
pub(super) fn name(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let node = match args.into_iter().next() {
        Some(arg) => nodes_of(arg, at)?.first().copied(),
        None => Some(eval.stand.here),
    };
    let name = node.map(|node| eval.tree.name(node));
    Ok(Value::Text(name.unwrap_or_default().to_owned()))
}

/// `indexed-repeat(question, repeat, index, …)`: the question in that row of the repeat; where no
/// index is given for a repeat around it, in the row that one stands in, else in the first.
pub(super) fn indexed_repeat(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let mut args = args.into_iter();
    let target = nodes_of(args.next().unwrap_or_else(Value::empty), at)?;
    let mut wanted: Vec<(usize, f64)> = Vec::new();
    while let (Some(repeat), Some(index)) = (args.next(), args.next()) {
        let index = index.single(eval.tree).number();
        match nodes_of(repeat, at)?.first() {
            Some(row) => wanted.push((above(eval, *row).len(), index.trunc())),
            None => return Ok(Value::empty()),
        }
    }
    let Some(own) = target.first() else {
        return Ok(Value::empty());
    };
    let mut here = eval.tree.root();
    let mut moved = false;
    for (depth, own) in above(eval, *own).into_iter().enumerate().skip(1) {
        let mut rows = Vec::new();
        eval.tree.children(here, eval.tree.name(own), &mut rows);
        eval.pay(rows.len(), at)?;
        let index = wanted.iter().find(|(level, _)| *level == depth + 1);
        let next = match index {
            Some((_, nth)) if *nth >= 1.0 => rows.get(*nth as usize - 1).copied(),
            Some(_) => None,
            None if moved => rows.first().copied(),
            None => Some(own),
        };
        match next {
            Some(next) => {
                moved |= next != own;
                here = next;
            }
            None => return Ok(Value::empty()),
        }
    }
    Ok(eval.tree.value(here))
}

/// The places above one, the root first, itself last.
fn above(eval: &Eval<'_>, place: Place) -> Vec<Place> {
    let mut all = vec![place];
    while let Some(parent) = all.last().and_then(|at| eval.tree.parent(*at)) {
        all.push(parent);
    }
    all.reverse();
    all
}

/// `pulldata('table', 'column', 'key column', key)`: one cell of a table beside the form.
pub(super) fn pulldata(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    let [table, column, key_column, key] = texts.as_slice() else {
        return Ok(Value::empty());
    };
    let Some(document) = eval.tree.instance(table) else {
        let fault = ExprFault::UnknownInstance(table.clone());
        return Err(ExprError::new(at, fault));
    };
    let (mut roots, mut rows) = (Vec::new(), Vec::new());
    eval.tree.children(document, "root", &mut roots);
    roots
        .into_iter()
        .for_each(|root| eval.tree.children(root, "item", &mut rows));
    eval.pay(rows.len(), at)?;
    let cell = |row: Place, name: &str| {
        let mut cells = Vec::new();
        eval.tree.children(row, name, &mut cells);
        cells.first().map(|cell| eval.tree.value(*cell))
    };
    let found = rows
        .into_iter()
        .find(|row| cell(*row, key_column).is_some_and(|v| v.text() == *key));
    Ok(found
        .and_then(|row| cell(row, column))
        .unwrap_or_else(Value::empty))
}
