//! Text.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use super::{Outcome, TEXT_A_STEP, all_texts, first_or_here, texts};
use crate::expr::eval::Eval;
use crate::expr::value::Value;

fn of_text(text: impl Into<String>) -> Outcome {
    Ok(Value::Text(text.into()))
}

pub(super) fn string(eval: &mut Eval<'_>, args: Vec<Value>, _: usize) -> Outcome {
    of_text(first_or_here(eval, args).text())
}

pub(super) fn concat(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    of_text(all_texts(eval, args, at)?.concat())
}

/// `join(separator, nodeset)`, or `join(separator, value, …)`: among several values a question that
/// is not asked is an empty one, as in JavaRosa.
pub(super) fn join(eval: &mut Eval<'_>, mut args: Vec<Value>, at: usize) -> Outcome {
    let mut values = args.split_off(1);
    let separator = first_or_here(eval, args).text();
    if values.len() > 1 {
        let missing = |value: &&mut Value| matches!(value, Value::Nodes(nodes) if nodes.is_empty());
        for value in values.iter_mut().filter(missing) {
            *value = Value::empty();
        }
    }
    let texts = all_texts(eval, values, at)?;
    let between = separator
        .len()
        .saturating_mul(texts.len().saturating_sub(1));
    eval.pay(between / TEXT_A_STEP, at)?;
    of_text(texts.join(&separator))
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
        // No number counts as 0, as in both reference engines.
        let bound = if bound.is_nan() { 0.0 } else { bound.trunc() };
        let from_start = if bound < 0.0 {
            length as f64 + bound
        } else {
            bound
        };
        from_start.clamp(0.0, length as f64) as usize
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

/// `substring(text, from, length?)`, as XPath 1.0 has it: from 1, both rounded, those characters
/// whose place is at least the one and less than the sum; NaN is no place.
pub(super) fn substring(eval: &mut Eval<'_>, mut args: Vec<Value>, at: usize) -> Outcome {
    let bounds = args.split_off(1).into_iter();
    let bounds: Vec<f64> = bounds
        .map(|v| half_up(v.single(eval.tree).number()))
        .collect();
    let text = texts(eval, args, at)?.swap_remove(0);
    let (from, end) = (bounds[0], bounds.get(1).map(|length| bounds[0] + length));
    let within = |place: usize| {
        let place = place as f64 + 1.0;
        place >= from && end.is_none_or(|end| place < end)
    };
    let kept = text.chars().enumerate().filter(|(i, _)| within(*i));
    of_text(kept.map(|(_, c)| c).collect::<String>())
}

fn half_up(number: f64) -> f64 {
    (number + 0.5).floor()
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

/// White space is what XML calls so: space, tab, line feed, carriage return.
pub(super) fn normalize_space(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let text = first_or_here(eval, args).text();
    eval.pay(text.len() / 16, at)?;
    let words = text
        .split([' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty());
    of_text(words.collect::<Vec<_>>().join(" "))
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

/// `base64-decode(text)`: the bytes read as UTF-8, what is none shown as U+FFFD; empty of what is
/// no base64. Padding may be left out.
pub(super) fn base64_decode(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let text = texts(eval, args, at)?.swap_remove(0);
    let written: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let bytes = GeneralPurpose::new(&base64::alphabet::STANDARD, config).decode(written);
    of_text(String::from_utf8_lossy(&bytes.unwrap_or_default()))
}

/// `regex(text, pattern)`: the pattern must fit the whole text.
pub(super) fn regex(
    eval: &mut Eval<'_>,
    args: Vec<Value>,
    compiled: Option<&Regex>,
    at: usize,
) -> Outcome {
    let texts = texts(eval, args, at)?;
    eval.pay(texts[0].len() / 16, at)?;
    if let Some(regex) = compiled {
        return Ok(Value::Bool(regex.is_match(&texts[0])));
    }
    let last = eval
        .pattern
        .take()
        .filter(|(source, _)| *source == texts[1]);
    let (source, regex) = match last {
        Some(last) => last,
        None => {
            // A pattern put together at run time costs as much as two hundred can be paid for.
            eval.pay(10_000, at)?;
            (texts[1].clone(), super::pattern(&texts[1], at)?)
        }
    };
    let fits = regex.is_match(&texts[0]);
    eval.pattern = Some((source, regex));
    Ok(Value::Bool(fits))
}
