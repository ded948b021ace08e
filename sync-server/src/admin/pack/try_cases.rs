//! `pack try`

use std::path::{Path, PathBuf};

use serde_json::json;
use tanfang_core::compliance::cases;

use super::super::{AdminProblem, Said, text};

/// Compares every expectation of a cases file with what the engine finds.
pub(in crate::admin) fn try_cases(file: &Path, packs: &[PathBuf]) -> Result<Said, AdminProblem> {
    let text_of_cases = text(file)?;
    let packs = packs
        .iter()
        .map(|path| text(path))
        .collect::<Result<Vec<_>, _>>()?;
    let packs: Vec<&str> = packs.iter().map(String::as_str).collect();
    let outcome = match cases::run(&text_of_cases, &packs) {
        Ok(outcome) => outcome,
        Err(error) => {
            let json = json!({"error": "cases", "message": error.to_string()});
            let lines = vec![format!("{}: {error}", file.display())];
            return Ok(Said {
                exit: 2,
                ..Said::new(json, lines)
            });
        }
    };
    let failures: Vec<_> = outcome
        .failures
        .iter()
        .map(|failure| {
            json!({
                "case": failure.case, "place": failure.place, "obligation": failure.obligation,
                "expected": failure.expected, "found": failure.found,
            })
        })
        .collect();
    let mut lines: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
    lines.push(format!(
        "{} expectations, {} do not hold",
        outcome.checked,
        outcome.failures.len()
    ));
    let json = json!({"checked": outcome.checked, "failures": failures});
    Ok(Said {
        exit: u8::from(!outcome.failures.is_empty()),
        ..Said::new(json, lines)
    })
}
