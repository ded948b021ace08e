//! Answers from a file or from standard input.

use serde_json::{Map, Value as Json};
use std::io::Read;

use crate::failure::Failure;
use tanfang_core::model::Value;

/// More than any form's answers.
const LIMIT_BYTES: u64 = 4 << 20;

/// Reads a JSON object; one that names a key twice, or nests without end, is refused.
pub fn read(from: &str) -> Result<Map<String, Json>, Failure> {
    let mut text = String::new();
    let read = match from {
        "-" => std::io::stdin()
            .take(LIMIT_BYTES + 1)
            .read_to_string(&mut text),
        path => std::fs::File::open(path)
            .and_then(|file| file.take(LIMIT_BYTES + 1).read_to_string(&mut text)),
    };
    let asked = |message: String| Failure::Asked(message);
    read.map_err(|error| asked(format!("the answers cannot be read: {}", error.kind())))?;
    if text.len() as u64 > LIMIT_BYTES {
        return Err(asked("the answers are longer than 4 MiB".into()));
    }
    let shape = |error: serde_json::Error| {
        asked(format!(
            "the answers are no JSON object of names and values (line {}, column {})",
            error.line(),
            error.column()
        ))
    };
    serde_json::from_str::<Value>(&text).map_err(shape)?;
    serde_json::from_str(&text).map_err(shape)
}
