//! `form try`

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use tanfang_core::form::{Context, Leaf, Session};
use tanfang_core::model::WallTime;

use super::convert;
use crate::admin::{AdminProblem, Said, text};

/// One answer of `--answers`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// `/data/group/repeat[2]/question`
    path: String,
    /// As an XForm holds it; empty clears the answer.
    #[serde(default)]
    value: Json,
}

/// Answers a form step by step. With `--json`, a line for the start and one after each step; else
/// what each step changed. Exit 1 where a step was not taken: the answers before it stay.
pub(in crate::admin) fn answered(
    file: &Path,
    answers: &str,
    now: WallTime,
) -> Result<Said, AdminProblem> {
    let form = convert::form(file)?;
    let steps = steps(answers)?;
    let context = Context {
        chance: Some([0; 16]),
        ..Context::creating(now)
    };
    let mut session = Session::open(Arc::new(form), &Map::new(), context);
    let mut before = session.leaves();
    let mut printed = vec![line(0, &before, None)];
    let mut lines = told(&[], &before);
    let mut exit = 0;
    for (i, step) in steps.iter().enumerate() {
        let value = match step.value.as_str() {
            Some("") => &Json::Null,
            _ => &step.value,
        };
        let refused = session.answer(&step.path, value).err();
        let refused = refused.map(|error| error.to_string());
        let after = session.leaves();
        printed.push(line(i + 1, &after, refused.as_deref()));
        lines.push(format!("{}: {}", i + 1, step.path));
        lines.extend(told(&before, &after));
        if let Some(refused) = refused {
            lines.push(format!("  {refused}"));
            exit = 1;
        }
        before = after;
    }
    Ok(Said {
        printed: Some(printed.join("\n")),
        exit,
        ..Said::new(Json::Null, lines)
    })
}

/// The steps: written on the command line, in a file, or on standard input.
fn steps(answers: &str) -> Result<Vec<Step>, AdminProblem> {
    let source = match answers {
        "-" => {
            let mut source = String::new();
            let read = std::io::stdin().lock().read_to_string(&mut source);
            read.map_err(|_| AdminProblem::NotText("-".into()))?;
            source
        }
        written if written.trim_start().starts_with('[') => written.to_owned(),
        file => text(Path::new(file))?,
    };
    serde_json::from_str(&source).map_err(|error| AdminProblem::NotSteps {
        line: error.line(),
        column: error.column(),
    })
}

fn line(step: usize, leaves: &[Leaf], refused: Option<&str>) -> String {
    let nodes: Map<String, Json> = leaves
        .iter()
        .map(|leaf| {
            let stands = json!({
                "value": leaf.value, "relevant": leaf.relevant, "required": leaf.required,
                "readonly": leaf.read_only, "valid": leaf.valid,
            });
            (leaf.path.clone(), stands)
        })
        .collect();
    let mut line = json!({"step": step, "nodes": nodes});
    if let Some(refused) = refused {
        line["refused"] = refused.into();
    }
    line.to_string()
}

/// What changed, a line for each question.
fn told(before: &[Leaf], after: &[Leaf]) -> Vec<String> {
    let changed = after.iter().filter(|leaf| !before.contains(leaf));
    changed
        .map(|leaf| {
            let mut line = format!("  {} = {}", leaf.path, leaf.value);
            for (said, word) in [
                (!leaf.relevant, "not asked"),
                (leaf.required, "required"),
                (leaf.read_only, "read-only"),
                (!leaf.valid, "not valid"),
            ] {
                if said {
                    line.push_str(", ");
                    line.push_str(word);
                }
            }
            line
        })
        .collect()
}
