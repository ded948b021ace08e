//! Codes of selects and what they are called.

use super::{Outcome, texts};
use crate::expr::eval::Eval;
use crate::expr::value::Value;

/// `selected(answers, code)`; of no answer, the empty code is selected.
pub(super) fn selected(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    let code = texts[1].trim();
    Ok(Value::Bool(texts[0].split(' ').any(|own| own == code)))
}

/// `count-selected(answers)`
pub(super) fn count_selected(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    Ok(Value::Number(texts[0].split_whitespace().count() as f64))
}

/// `selected-at(answers, n)`: from 0; empty beyond the last.
pub(super) fn selected_at(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let nth = args[1].clone().single(eval.tree).number().trunc();
    let texts = texts(eval, args, at)?;
    let found = match nth >= 0.0 {
        true => texts[0].split_whitespace().nth(nth as usize),
        false => None,
    };
    Ok(Value::Text(found.unwrap_or_default().to_owned()))
}

/// `jr:choice-name(code, 'question')`: the label of a code in that question's list.
pub(super) fn choice_name(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    let question = match &args[1] {
        Value::Nodes(nodes) => nodes.first().copied(),
        _ => None,
    };
    let code = args[0].clone().single(eval.tree).text();
    let label = question.and_then(|at| eval.tree.choice_label(at, &code));
    Ok(label.map_or_else(Value::empty, Value::Text))
}

/// `jr:itext(id)`: a text of the form in the language of the person; empty where there is none.
pub(super) fn itext(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let id = texts(eval, args, at)?.swap_remove(0);
    let text = eval.tree.text(id.trim());
    Ok(text.map_or_else(Value::empty, Value::Text))
}
