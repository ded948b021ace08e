//! `form add`

use serde_json::json;
use tanfang_core::form::Form;

use super::{AdminProblem, Said};
use crate::engine::{Contradiction, PublishError};
use crate::server::Server;

/// Compiles a form and publishes it.
pub(super) fn add(server: &mut Server, source: &str) -> Result<Said, AdminProblem> {
    let form = Form::compile(source).map_err(AdminProblem::FormSource)?;
    let altered = server
        .write(|turn| turn.publish_form(&form, source))
        .map_err(|error| match error {
            PublishError::AnotherMeaning(contradictions) => {
                AdminProblem::AnotherMeaning(located(source, contradictions))
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

/// Each with the line of the source that names the question, 0 where none does.
fn located(source: &str, contradictions: Vec<Contradiction>) -> Vec<(usize, Contradiction)> {
    let line_of = |field: &str| {
        let name = field.rsplit('.').next().unwrap_or(field);
        let names = |line: &str| line.split('|').any(|cell| cell.trim() == name);
        let mut lines = source.lines().zip(1..);
        lines.find(|(line, _)| names(line)).map(|(_, at)| at)
    };
    let place = |said: Contradiction| (line_of(&said.field).unwrap_or(0), said);
    contradictions.into_iter().map(place).collect()
}
