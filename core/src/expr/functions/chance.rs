//! Chance: drawn from the seed that the tree was given, so that the same session draws the same.

use sha2::{Digest, Sha256};

use super::{Outcome, first, nodes_of};
use crate::expr::error::{ExprError, ExprFault};
use crate::expr::eval::Eval;
use crate::expr::value::Value;

/// The longest text that `uuid(n)` writes.
const MAX_TOKEN: f64 = 1_000.0;

/// Thirty-two bytes for this call: of the seed, the place, the call and how often it was drawn.
fn draw(eval: &mut Eval<'_>, at: usize) -> Result<[u8; 32], Box<ExprError>> {
    eval.pay(20, at)?;
    let Some(seed) = eval.tree.chance() else {
        return Err(ExprError::new(at, ExprFault::NoChance));
    };
    let mut hash = Sha256::new();
    hash.update(seed);
    hash.update(format!("{:?} {at} {}", eval.outer, eval.drawn));
    eval.drawn = eval.drawn.wrapping_add(1);
    Ok(hash.finalize().into())
}

/// `random()`: from 0 on, less than 1, each of 2^53 numbers as likely as the other.
pub(super) fn random(eval: &mut Eval<'_>, _: Vec<Value>, at: usize) -> Outcome {
    let bytes = draw(eval, at)?;
    Ok(Value::Number(fraction(&bytes)))
}

fn fraction(bytes: &[u8; 32]) -> f64 {
    let mut first = [0; 8];
    first.copy_from_slice(&bytes[..8]);
    (u64::from_be_bytes(first) >> 11) as f64 / (1u64 << 53) as f64
}

/// `uuid()`: RFC 4122, version 4; `uuid(n)`: n letters and digits.
pub(super) fn uuid(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    if args.is_empty() {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&draw(eval, at)?[..16]);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
        return Ok(Value::Text(id.to_string()));
    }
    let length = first(eval, args).number();
    let length = if length.is_nan() { 0.0 } else { length };
    let length = length.clamp(0.0, MAX_TOKEN) as usize;
    let letters = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut token = String::with_capacity(length);
    while token.len() < length {
        // What would favour the first letters is thrown away.
        let bytes = draw(eval, at)?.into_iter().filter(|b| *b < 252);
        let more = bytes.map(|b| char::from(letters[usize::from(b) % letters.len()]));
        token.extend(more.take(length - token.len()));
    }
    Ok(Value::Text(token))
}

/// `randomize(nodes, seed?)`: Fisher and Yates' shuffle, inside out, over Park and Miller's
/// numbers: with a seed the same order as every other ODK client.
pub(super) fn randomize(eval: &mut Eval<'_>, args: Vec<Value>, at: usize) -> Outcome {
    let mut args = args.into_iter();
    let nodes = nodes_of(args.next().unwrap_or_else(Value::empty), at)?;
    eval.pay(nodes.len(), at)?;
    let seed = match args.next() {
        Some(seed) => seed_of(&seed.single(eval.tree)),
        None => (fraction(&draw(eval, at)?) * MODULUS).trunc(),
    };
    let mut state = seed % MODULUS;
    if state <= 0.0 {
        state += MODULUS - 1.0;
    }
    let mut shuffled = Vec::with_capacity(nodes.len());
    for (i, node) in nodes.into_iter().enumerate() {
        state = state * 16_807.0 % MODULUS;
        let part = (state - 1.0) / (MODULUS - 1.0);
        let place = (part * (i + 1) as f64) as usize;
        shuffled.push(node);
        shuffled.swap(place.min(i), i);
    }
    Ok(Value::Nodes(shuffled))
}

const MODULUS: f64 = 2_147_483_647.0;

/// A number's whole part; a text that is no number gives the first eight bytes of its SHA-256, and
/// no text 0, as in JavaRosa, which counts in doubles from there on.
fn seed_of(seed: &Value) -> f64 {
    let number = seed.number();
    let text = seed.text();
    if number.is_finite() {
        return number.trunc();
    }
    if text.is_empty() {
        return 0.0;
    }
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(text.as_bytes())[..8]);
    i64::from_be_bytes(first) as f64
}
