//! Text and codes.

use regex::Regex;

use crate::expr::error::ExprError;
use crate::expr::eval::Eval;
use crate::expr::value::Value;

type Outcome = Result<Value, Box<ExprError>>;

fn texts(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Result<Vec<String>, Box<ExprError>> {
    let texts: Vec<String> = args
        .into_iter()
        .map(|v| v.single(eval.tree).text())
        .collect();
    eval.pay(texts.iter().map(String::len).sum::<usize>() / 16, at)?;
    Ok(texts)
}

fn all_texts(
    eval: &mut Eval<'_>,
    args: Vec<Value>,
    at: usize,
) -> Result<Vec<String>, Box<ExprError>> {
    let texts: Vec<String> = args
        .into_iter()
        .flat_map(|v| v.all(eval.tree))
        .map(|v| v.text())
        .collect();
    eval.pay(
        texts.len() + texts.iter().map(String::len).sum::<usize>() / 16,
        at,
    )?;
    Ok(texts)
}

fn of_text(text: impl Into<String>) -> Outcome {
    Ok(Value::Text(text.into()))
}

pub(super) fn string(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    of_text(texts(eval, args, at)?.swap_remove(0))
}

pub(super) fn concat(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    of_text(all_texts(eval, args, at)?.concat())
}

/// `join(separator, value or nodeset…)`
pub(super) fn join(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let mut args = args.into_iter();
    let separator = args
        .next()
        .unwrap_or_else(Value::empty)
        .single(eval.tree)
        .text();
    of_text(all_texts(eval, args.collect(), at)?.join(&separator))
}

/// In characters (code points).
pub(super) fn string_length(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    Ok(Value::Number(
        texts(eval, args, at)?[0].chars().count() as f64
    ))
}

/// `substr(text, from, to)`: from 0, `to` not included; negative counts from the end.
pub(super) fn substr(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let bounds: Vec<f64> = args[1..]
        .iter()
        .map(|v| v.clone().single(eval.tree).number())
        .collect();
    let text = texts(eval, args.into_iter().take(1).collect(), at)?.swap_remove(0);
    let length = text.chars().count();
    let place = |bound: f64| {
        let from_end = if bound < 0.0 {
            length as f64 + bound
        } else {
            bound
        };
        if from_end.is_nan() {
            length
        } else {
            from_end.clamp(0.0, length as f64) as usize
        }
    };
    let from = place(bounds[0]);
    let to = bounds.get(1).map_or(length, |bound| place(*bound));
    of_text(
        text.chars()
            .skip(from)
            .take(to.saturating_sub(from))
            .collect::<String>(),
    )
}

pub(super) fn substring_before(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    of_text(
        texts[0]
            .split_once(texts[1].as_str())
            .map_or("", |(before, _)| before),
    )
}

pub(super) fn substring_after(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    of_text(
        texts[0]
            .split_once(texts[1].as_str())
            .map_or("", |(_, after)| after),
    )
}

pub(super) fn contains(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    Ok(Value::Bool(texts[0].contains(&texts[1])))
}

pub(super) fn starts_with(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    Ok(Value::Bool(texts[0].starts_with(&texts[1])))
}

pub(super) fn ends_with(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    Ok(Value::Bool(texts[0].ends_with(&texts[1])))
}

pub(super) fn normalize_space(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    of_text(texts[0].split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Each character of the second text becomes that of the third in its place, or goes.
pub(super) fn translate(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    let (from, to): (Vec<char>, Vec<char>) =
        (texts[1].chars().collect(), texts[2].chars().collect());
    eval.pay(texts[0].len().saturating_mul(from.len()) / 16, at)?;
    let change = |c: char| match from.iter().position(|f| *f == c) {
        Some(i) => to.get(i).copied(),
        None => Some(c),
    };
    of_text(texts[0].chars().filter_map(change).collect::<String>())
}

/// `selected(answers, code)`
pub(super) fn selected(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    Ok(Value::Bool(
        texts[0].split_whitespace().any(|code| code == texts[1]),
    ))
}

pub(super) fn count_selected(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let texts = texts(eval, args, at)?;
    Ok(Value::Number(texts[0].split_whitespace().count() as f64))
}

/// `selected-at(answers, n)`: from 0; empty beyond the last.
pub(super) fn selected_at(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let nth = args[1].clone().single(eval.tree).number();
    let texts = texts(eval, args, at)?;
    let found = if nth >= 0.0 {
        texts[0].split_whitespace().nth(nth as usize)
    } else {
        None
    };
    of_text(found.unwrap_or_default())
}

/// `regex(text, pattern)`: the pattern must fit the whole text.
pub(super) fn regex(
    eval: &mut Eval<'_>,
    text: &str,
    compiled: Option<&Regex>,
    pattern: &str,
    at: usize,
) -> Outcome {
    eval.pay(text.len() / 16, at)?;
    let fits = match compiled {
        Some(regex) => regex.is_match(text),
        None => {
            eval.pay(1000, at)?;
            super::pattern(pattern, at)?.is_match(text)
        }
    };
    Ok(Value::Bool(fits))
}
