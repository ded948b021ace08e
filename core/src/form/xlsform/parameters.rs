//! The `parameters` column: names and values for one type of question.

use std::collections::BTreeMap;

use super::problem::SourceProblem;
use super::sheets::Row;
use crate::form::definition::{NodeDef, NodeKind};
use crate::form::told::{Told, told};

const COLUMN: &str = "parameters";

/// The parameters that a type takes.
fn known(kind: NodeKind, from_file: bool) -> &'static [&'static str] {
    match kind {
        NodeKind::Range => &[
            "start",
            "end",
            "step",
            "placeholder",
            "tick_interval",
            "tick_labelset",
        ],
        NodeKind::Text => &["rows"],
        NodeKind::Image => &["max-pixels", "app"],
        NodeKind::Geopoint => &[
            "capture-accuracy",
            "warning-accuracy",
            "allow-mock-accuracy",
            "reference-geometry",
        ],
        NodeKind::Geotrace | NodeKind::Geoshape => {
            &["allow-mock-accuracy", "incremental", "reference-geometry"]
        }
        kind if kind.has_list() && from_file => &["value", "label", "randomize", "seed"],
        kind if kind.has_list() => &["randomize", "seed"],
        _ => &[],
    }
}

/// Reads the cell; what no such question has is refused.
pub(super) fn read(
    row: &Row,
    kind: NodeKind,
    from_file: bool,
    problems: &mut Vec<SourceProblem>,
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(text) = row.get(COLUMN) else {
        return found;
    };
    let known = known(kind, from_file);
    let mut refuse = |word: &str, said: Told| {
        let problem = SourceProblem::new("survey", row.line, COLUMN, said);
        problems.push(problem.meaning(word, known.iter().copied()));
    };
    for part in parts(text) {
        match part.split_once('=') {
            Some((name, value)) if known.contains(&name.trim()) && !fits(name.trim(), value) => {
                let value = value.trim();
                refuse(
                    name.trim(),
                    told!(
                        "参数“{name}”不能是“{value}”",
                        "the parameter \"{name}\" cannot be \"{value}\""
                    ),
                );
            }
            Some((name, value)) if known.contains(&name.trim()) => {
                found.insert(name.trim().to_owned(), value.trim().to_owned());
            }
            Some((name, _)) => refuse(
                name.trim(),
                told!(
                    "这种题型没有参数“{name}”",
                    "this type has no parameter \"{name}\""
                ),
            ),
            None => refuse(
                &part,
                told!(
                    "“{part}”应写成 名称=值",
                    "\"{part}\" is written as name=value"
                ),
            ),
        }
    }
    found
}

/// Whether a parameter may have a value: numbers, words of yes and no, a number or a question.
fn fits(name: &str, value: &str) -> bool {
    let value = value.trim();
    match name {
        "rows" | "max-pixels" => value.parse::<u32>().is_ok(),
        "allow-mock-accuracy" | "randomize" => matches!(value, "true" | "false"),
        "incremental" => value == "true",
        "capture-accuracy" | "warning-accuracy" => value.parse::<f64>().is_ok(),
        "seed" => value.parse::<f64>().is_ok() || value.starts_with("${"),
        _ => true,
    }
}

/// Parts stand apart by blanks, commas or semicolons; blanks around `=` belong to it.
fn parts(text: &str) -> Vec<String> {
    let separated = text.replace([',', ';'], " ");
    let mut parts: Vec<String> = Vec::new();
    for word in separated.split_whitespace() {
        let joins = word.starts_with('=') || parts.last().is_some_and(|last| last.ends_with('='));
        match parts.last_mut().filter(|_| joins) {
            Some(last) => last.push_str(word),
            None => parts.push(word.to_owned()),
        }
    }
    parts
}

/// A range holds a number between its ends: the rule that says so joins the author's own.
pub(super) fn range(row: &Row, def: &mut NodeDef, problems: &mut Vec<SourceProblem>) {
    let mut ends = [1.0, 10.0, 1.0];
    for (end, name) in ends.iter_mut().zip(["start", "end", "step"]) {
        let given = def.parameters.get(name).map(|text| text.parse::<f64>());
        match given {
            None => {}
            Some(Ok(number)) if number.is_finite() => *end = number,
            Some(_) => {
                let said = told!("{name} 应是数字", "{name} is a number");
                problems.push(SourceProblem::new("survey", row.line, COLUMN, said));
            }
        }
        def.parameters
            .entry(name.to_owned())
            .or_insert(end.to_string());
    }
    let [start, end, step] = ends;
    if step == 0.0 || start == end {
        let said = told!(
            "step 不能为 0，start 与 end 不能相同",
            "step is not 0, and start and end differ"
        );
        problems.push(SourceProblem::new("survey", row.line, COLUMN, said));
    }
    let (low, high) = (start.min(end), start.max(end));
    let within = format!(". >= {low} and . <= {high}");
    def.constraint = Some(match def.constraint.take() {
        Some(own) => format!("({own}) and {within}"),
        None => {
            def.constraint_message = [
                ("zh".to_owned(), format!("请填写 {low} 到 {high} 之间的数")),
                ("en".to_owned(), format!("a number from {low} to {high}")),
            ]
            .into();
            within
        }
    });
}
