//! `form convert`, `form show`, `form diff`: a form as other files, as a page, beside another.

use std::io::Write;
use std::path::Path;

use serde_json::{Value as Json, json};
use tanfang_core::form::{Form, SourceProblem, diff, page};

use super::sources;
use crate::admin::{AdminProblem, Said};

/// What a form is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::admin) enum Kind {
    /// Markdown tables.
    Md,
    /// A workbook.
    Xlsx,
    /// ODK XForm.
    Xform,
    /// The compiled form, as it is published.
    Json,
}

/// Writes a form anew, to a file or to standard output. A source is written whatever it says;
/// XForm and JSON only of a form that has no problem.
pub(in crate::admin) fn convert(
    path: &Path,
    to: Kind,
    out: Option<&Path>,
) -> Result<Said, AdminProblem> {
    let bytes = match to {
        Kind::Md => sources::read(path)?.to_markdown().into_bytes(),
        Kind::Xlsx => {
            let book = sources::read(path)?.to_xlsx();
            book.map_err(AdminProblem::FormSource)?
        }
        Kind::Xform => form(path)?.to_xform().into_bytes(),
        Kind::Json => form(path)?.to_json(),
    };
    let Some(out) = out else {
        // A reader that has gone away is no fault of the verb.
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(&bytes).and_then(|()| stdout.flush());
        return Ok(Said {
            printed: Some(String::new()),
            ..Said::new(Json::Null, Vec::new())
        });
    };
    std::fs::write(out, &bytes).map_err(|_| AdminProblem::Unwritten(out.to_owned()))?;
    let file = out.display().to_string();
    let line = format!("{file} is written");
    Ok(Said::new(
        json!({"file": file, "bytes": bytes.len()}),
        vec![line],
    ))
}

/// A form of a source, or one that was compiled (`.json`).
pub(super) fn form(path: &Path) -> Result<Form, AdminProblem> {
    if path.extension().is_some_and(|ending| ending == "json") {
        let bytes = sources::bounded(path)?;
        return Form::from_json(&bytes).map_err(|e| AdminProblem::CompiledForm(e.to_string()));
    }
    let compiled = Form::of_source(&sources::read(path)?);
    compiled.form.ok_or_else(|| {
        let errors = compiled
            .problems
            .into_iter()
            .filter(SourceProblem::is_error);
        AdminProblem::FormSource(errors.collect())
    })
}

/// The form as a page for people.
pub(in crate::admin) fn show(path: &Path) -> Result<Said, AdminProblem> {
    let form = form(path)?;
    let fields: Vec<Json> = form
        .nodes()
        .iter()
        .map(|field| {
            json!({
                "name": field.name, "repeat": field.repeat, "path": field.path,
                "type": field.kind, "list": field.list, "of": field.of.as_str(),
                "compartment": field.compartment.as_str(), "label": field.label("zh"),
                "required": field.always_required, "calculated": field.calculated,
            })
        })
        .collect();
    let json = json!({
        "id": form.id(), "version": form.version(), "hash": form.hash(), "title": form.title("zh"),
        "kind": form.kind().as_str(), "languages": form.languages(), "fields": fields,
    });
    Ok(Said::new(
        json,
        page(&form).lines().map(str::to_owned).collect(),
    ))
}

/// What an upgrade from one form to another does to records and drafts.
pub(in crate::admin) fn compare(old: &Path, new: &Path, lang: &str) -> Result<Said, AdminProblem> {
    let (old, new) = (form(old)?, form(new)?);
    let found = diff(&old, &new);
    let listed: Vec<Json> = found
        .iter()
        .map(|d| json!({"field": d.field, "change": d.change, "effect": d.said.in_language(lang)}))
        .collect();
    let mut lines: Vec<String> = found
        .iter()
        .map(|d| format!("{}: {}", d.field, d.said.in_language(lang)))
        .collect();
    if lines.is_empty() {
        let none = match lang {
            "zh" => "没有差别",
            _ => "there is no difference",
        };
        lines.push(none.to_owned());
    }
    let version = |form: &Form| json!({"id": form.id(), "version": form.version()});
    let json = json!({"old": version(&old), "new": version(&new), "differences": listed});
    Ok(Said::new(json, lines))
}
