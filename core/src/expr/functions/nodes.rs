//! Functions about places: rows, tables, lists.

use crate::expr::ast::NodeId;
use crate::expr::error::{ExprError, ExprFault};
use crate::expr::eval::Eval;
use crate::expr::tree::Place;
use crate::expr::value::Value;

/// `count(nodeset)`
pub(super) fn count(_: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Result<Value, Box<ExprError>> {
    Ok(Value::Number(match &args[0] {
        Value::Nodes(nodes) => nodes.len() as f64,
        other => f64::from(u8::from(!other.is_empty())),
    }))
}

/// `count-non-empty(nodeset)`
pub(super) fn count_non_empty(
    eval: &mut Eval<'_>,
    mut args: Vec<Value>,
    _: usize,
) -> Result<Value, Box<ExprError>> {
    let values = args.swap_remove(0).all(eval.tree);
    Ok(Value::Number(
        values.iter().filter(|v| !v.is_empty()).count() as f64,
    ))
}

/// `position()` in a predicate, `position(..)` of a row of a repeat.
pub(super) fn position(
    eval: &mut Eval<'_>,
    args: &[NodeId],
    _: usize,
) -> Result<Value, Box<ExprError>> {
    let nth = match args.first() {
        None => eval.nth,
        Some(id) => match eval.places(*id)?.as_deref() {
            Some([first, ..]) => eval.tree.position(*first),
            _ => return Ok(Value::empty()),
        },
    };
    Ok(Value::Number(nth as f64))
}

/// `indexed-repeat(question, repeat, index, …)`: the question in that row of the repeat.
pub(super) fn indexed_repeat(
    eval: &mut Eval<'_>,
    args: &[NodeId],
    at: usize,
) -> Result<Value, Box<ExprError>> {
    let mut candidates = eval.places(args[0])?.unwrap_or_default();
    for pair in args[1..].chunks(2) {
        let [repeat, index] = pair else {
            return Err(ExprError::new(
                at,
                ExprFault::Arity {
                    name: "indexed-repeat".to_owned(),
                    takes: "3, 5 or 7".to_owned(),
                    given: args.len(),
                },
            ));
        };
        let wanted = eval.single(*index)?.number();
        let rows = eval.places(*repeat)?.unwrap_or_default();
        eval.pay(candidates.len().saturating_mul(4), at)?;
        candidates.retain(|place| {
            row_above(eval, *place, &rows)
                .is_some_and(|row| eval.tree.position(row) as f64 == wanted)
        });
    }
    Ok(candidates
        .first()
        .map_or_else(Value::empty, |place| eval.tree.value(*place)))
}

fn row_above(eval: &Eval<'_>, place: Place, rows: &[Place]) -> Option<Place> {
    let mut at = Some(place);
    while let Some(here) = at {
        if rows.contains(&here) {
            return Some(here);
        }
        at = eval.tree.parent(here);
    }
    None
}

/// `jr:choice-name(code, 'question')`: the label of a code in that question's list.
pub(super) fn choice_name(
    eval: &mut Eval<'_>,
    args: &[NodeId],
    _: usize,
) -> Result<Value, Box<ExprError>> {
    let code = eval.single(args[0])?.text();
    let label = match eval.places(args[1])?.as_deref() {
        Some([first, ..]) => eval.tree.choice_label(*first, &code),
        _ => None,
    };
    Ok(label.map_or_else(Value::empty, Value::Text))
}

/// `pulldata('table', 'column', 'key column', key)`: one cell of a table beside the form.
pub(super) fn pulldata(
    eval: &mut Eval<'_>,
    mut args: Vec<Value>,
    at: usize,
) -> Result<Value, Box<ExprError>> {
    let texts: Vec<String> = args.drain(..).map(|v| v.single(eval.tree).text()).collect();
    let [table, column, key_column, key] = texts.as_slice() else {
        return Ok(Value::empty());
    };
    let Some(document) = eval.tree.instance(table) else {
        return Err(ExprError::new(
            at,
            ExprFault::UnknownInstance(table.clone()),
        ));
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
