//! `form check`

use std::path::Path;

use serde_json::{Value as Json, json};
use tanfang_core::form::{Compiled, Form, Source, SourceProblem};

use super::sources;
use crate::admin::problem::of_source;
use crate::admin::{AdminProblem, Said};

/// Every problem of a source at once, with its place and what to do. Exit 0 where the form could
/// be published, 2 where something must be corrected first.
pub(in crate::admin) fn check(path: &Path, lang: &str) -> Result<Said, AdminProblem> {
    let compiled = match sources::read(path) {
        Ok(source) => guarded(Form::of_source(&source), &source),
        Err(AdminProblem::FormSource(problems)) => Compiled {
            form: None,
            problems,
        },
        Err(other) => return Err(other),
    };
    let (errors, warnings): (Vec<_>, Vec<_>) = compiled
        .problems
        .iter()
        .partition(|problem| problem.is_error());
    let mut lines: Vec<String> = compiled
        .problems
        .iter()
        .map(|problem| problem.in_language(lang))
        .collect();
    lines.push(summary(&compiled, errors.len(), warnings.len(), lang));
    let form = compiled.form.as_ref();
    let json = json!({
        "id": form.map(Form::id), "version": form.map(Form::version), "hash": form.map(Form::hash),
        "errors": errors.len(), "warnings": warnings.len(),
        "problems": listed(&compiled.problems, lang),
    });
    Ok(Said {
        exit: if compiled.form.is_some() { 0 } else { 2 },
        ..Said::new(json, lines)
    })
}

/// A form that asks what may not be asked of those who work is no form to publish.
fn guarded(mut compiled: Compiled, source: &Source) -> Compiled {
    let form = compiled.form.as_ref();
    let burdens = form.map_or_else(Vec::new, |form| source.burdens(form));
    if !burdens.is_empty() {
        compiled.form = None;
        compiled.problems.extend(burdens);
    }
    compiled
}

fn listed(problems: &[SourceProblem], lang: &str) -> Vec<Json> {
    problems
        .iter()
        .map(|problem| of_source(problem, lang))
        .collect()
}

fn summary(compiled: &Compiled, errors: usize, warnings: usize, lang: &str) -> String {
    match (&compiled.form, lang.starts_with("zh")) {
        (Some(form), true) => format!(
            "{} {} 可以发布：{} 道题，{warnings} 条提示",
            form.id(),
            form.version(),
            form.leaves().count()
        ),
        (Some(form), false) => format!(
            "{} {} can be published: {} questions, {warnings} warnings",
            form.id(),
            form.version(),
            form.leaves().count()
        ),
        (None, true) => format!("{errors} 个问题需要改正，{warnings} 条提示"),
        (None, false) => format!("{errors} problems to correct, {warnings} warnings"),
    }
}
