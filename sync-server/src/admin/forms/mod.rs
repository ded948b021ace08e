//! The verbs of forms.

mod answered;
mod check;
mod convert;
mod sources;

pub(super) use answered::answered;
pub(super) use convert::Kind;

use std::path::Path;

use serde_json::json;
use tanfang_core::form::Source;

use super::{AdminProblem, FormVerb, Said};
use crate::engine::{Contradiction, PublishError};
use crate::server::Server;

/// The verbs that need no server's directory; none for the others.
pub(super) fn without_server(verb: &FormVerb) -> Option<Result<Said, AdminProblem>> {
    Some(match verb {
        FormVerb::Add { .. } | FormVerb::Try { .. } => return None,
        FormVerb::Check { file, lang } => check::check(file, lang),
        FormVerb::Convert { file, to, out } => convert::convert(file, *to, out.as_deref()),
        FormVerb::Show { file } => convert::show(file),
        FormVerb::Diff { old, new, lang } => convert::compare(old, new, lang),
    })
}

/// Compiles a form and publishes it.
pub(super) fn add(server: &mut Server, path: &Path) -> Result<Said, AdminProblem> {
    let form = convert::form(path)?;
    let source = sources::read(path)?;
    let burdens = source.burdens(&form);
    if !burdens.is_empty() {
        return Err(AdminProblem::FormSource(burdens));
    }
    let text = source_text(path, &source);
    let altered = server
        .write(|turn| turn.publish_form(&form, &text))
        .map_err(|error| match error {
            PublishError::AnotherMeaning(contradictions) => {
                AdminProblem::AnotherMeaning(located(&source, contradictions))
            }
            other => other.into(),
        })?;
    let line = match altered {
        true => format!("{} {} is published", form.id(), form.version()),
        false => format!("{} {} was published already", form.id(), form.version()),
    };
    let json = json!({
        "id": form.id(), "version": form.version(), "hash": form.hash(), "altered": altered,
    });
    Ok(Said::new(json, vec![line]))
}

/// What is kept of the source beside the form: Markdown as it is, of a workbook its tables.
fn source_text(path: &Path, source: &Source) -> String {
    let markdown = path.extension().is_some_and(|e| e == "md");
    let own = markdown
        .then(|| std::fs::read_to_string(path).ok())
        .flatten();
    own.unwrap_or_else(|| source.to_markdown())
}

/// Each with the row of the source that names the question, 0 where none does.
fn located(source: &Source, contradictions: Vec<Contradiction>) -> Vec<(usize, Contradiction)> {
    let place = |said: Contradiction| {
        let name = said.field.rsplit('.').next().unwrap_or(&said.field);
        (source.row_naming(name), said)
    };
    contradictions.into_iter().map(place).collect()
}
