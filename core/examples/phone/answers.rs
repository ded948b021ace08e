//! Answers from a file or from standard input.

use serde_json::{Map, Value as Json};
use std::io::Read;
use std::path::Path;

use crate::failure::Failure;
use tanfang_core::app::App;
use tanfang_core::model::Value;

/// More than any form's answers.
const LIMIT_BYTES: u64 = 4 << 20;
/// More than any photo that a camera writes.
const PHOTO_LIMIT_BYTES: u64 = 64 << 20;

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

/// The same answers with each `{"file": "PATH"}` attached: in its place stands what names it.
pub fn with_files(app: &App, answers: Map<String, Json>) -> Result<Map<String, Json>, Failure> {
    let attached = answers.into_iter().map(|(name, given)| {
        let given = attached(app, given)?;
        Ok((name, given))
    });
    attached.collect()
}

fn attached(app: &App, given: Json) -> Result<Json, Failure> {
    Ok(match given {
        Json::Object(fields) => {
            if let (1, Some(Json::String(path))) = (fields.len(), fields.get("file")) {
                let kept = app.attach(&bytes(Path::new(path))?, None)?;
                return Ok((&kept).into());
            }
            Json::Object(with_files(app, fields)?)
        }
        Json::Array(rows) => {
            let rows = rows.into_iter().map(|row| attached(app, row));
            Json::Array(rows.collect::<Result<_, _>>()?)
        }
        other => other,
    })
}

/// A file's bytes.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(PHOTO_LIMIT_BYTES + 1).read_to_end(&mut bytes));
    let named = path.display();
    read.map_err(|error| Failure::Asked(format!("{named} cannot be read: {}", error.kind())))?;
    if bytes.len() as u64 > PHOTO_LIMIT_BYTES {
        return Err(Failure::Asked(format!("{named} is longer than 64 MiB")));
    }
    Ok(bytes)
}
