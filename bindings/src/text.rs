//! Texts that a caller gives: ids and JSON.

use serde_json::{Map, Value as Json};
use tanfang_core::app::DraftId;
use tanfang_core::model::{RecordId, Value};

use crate::error::TanfangError;

pub(crate) fn record(id: &str) -> Result<RecordId, TanfangError> {
    id.parse()
        .map_err(|_| TanfangError::asked("this is no record's id: take it from `list`"))
}

pub(crate) fn draft(id: &str) -> Result<DraftId, TanfangError> {
    id.parse()
        .map_err(|_| TanfangError::asked("this is no draft's id: take it from `drafts`"))
}

/// Answers by question name; what names a question twice is refused, for one answer would be lost.
pub(crate) fn answers(text: &str) -> Result<Map<String, Json>, TanfangError> {
    serde_json::from_str::<Value>(text).map_err(|error| not_json("answers", &error))?;
    serde_json::from_str(text).map_err(|error| not_json("answers", &error))
}

pub(crate) fn value(text: &str) -> Result<Json, TanfangError> {
    serde_json::from_str::<Value>(text).map_err(|error| not_json("value", &error))?;
    serde_json::from_str(text).map_err(|error| not_json("value", &error))
}

/// The place alone: what stands there may be about a person.
fn not_json(what: &str, error: &serde_json::Error) -> TanfangError {
    let shape = match what {
        "answers" => "a JSON object of names and values, each name once",
        _ => "JSON: \"text\", 3, true, [\"a\"], null",
    };
    TanfangError::asked(format!(
        "the {what} must be {shape} (line {}, column {})",
        error.line(),
        error.column()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused<T>(read: Result<T, TanfangError>) -> String {
        match read {
            Err(TanfangError::Asked { advice }) => advice,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("taken"),
        }
    }

    #[test]
    fn answers_are_one_object_that_names_each_question_once() {
        assert_eq!(answers(r#"{"name":"测试甲"}"#).unwrap()["name"], "测试甲");
        for text in ["", "[]", "null", "{", r#"{"a":1,"a":2}"#, r#"{"a":1} {}"#] {
            refused(answers(text));
        }
    }

    #[test]
    fn nesting_without_end_is_refused_and_nothing_panics() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        refused(value(&deep));
        refused(answers(&format!("{{\"a\":{deep}}}")));
    }

    #[test]
    fn what_is_refused_is_named_by_place_and_not_repeated() {
        assert!(!refused(answers(r#"{"name":"测试甲" "#)).contains("测试甲"));
        assert!(!refused(record("测试甲")).contains("测试甲"));
        assert!(!refused(draft("测试甲")).contains("测试甲"));
    }
}
