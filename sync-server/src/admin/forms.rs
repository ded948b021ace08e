//! `form add`

use serde_json::json;
use tanfang_core::form::Form;

use super::{AdminProblem, Said};
use crate::server::Server;

/// Compiles a form and publishes it.
pub(super) fn add(server: &mut Server, source: &str) -> Result<Said, AdminProblem> {
    let form = Form::compile(source).map_err(|problems| {
        AdminProblem::FormSource(problems.iter().map(ToString::to_string).collect())
    })?;
    let altered = server.write(|turn| turn.publish_form(&form, source))?;
    let line = match altered {
        true => format!("{} {} is published", form.id(), form.version()),
        false => format!("{} {} was published already", form.id(), form.version()),
    };
    let json = json!({
        "id": form.id(), "version": form.version(), "hash": form.hash(), "altered": altered,
    });
    Ok(Said::new(json, vec![line]))
}
