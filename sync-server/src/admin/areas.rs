//! `areas import`

use serde_json::json;
use tanfang_core::model::DocumentKind;

use super::{AdminProblem, Said};
use crate::ledger::read_areas;
use crate::server::Server;

/// Joins a list of areas to the published one.
pub(super) fn import(server: &mut Server, bytes: &[u8]) -> Result<Said, AdminProblem> {
    let (count, altered) = server.write(|turn| {
        let known = turn.areas()?;
        let tree = read_areas(bytes, &known)?;
        let altered = turn.publish_numbered(DocumentKind::Areas, "areas", tree.to_document())?;
        Ok::<_, AdminProblem>((tree.len(), altered))
    })?;
    let line = match altered {
        true => format!("{count} areas in the list, published"),
        false => format!("{count} areas in the list, nothing altered"),
    };
    Ok(Said::new(
        json!({"areas": count, "altered": altered}),
        vec![line],
    ))
}
