//! `audit`, `rebuild`

use serde_json::json;

use super::{AdminProblem, Said};
use crate::engine::verify_audit;
use crate::server::Server;

/// Follows the audit log.
pub(super) fn audit(server: &mut Server) -> Result<Said, AdminProblem> {
    let entries = server.read(|turn| Ok::<_, AdminProblem>(verify_audit(turn.tx())?))?;
    Ok(Said::new(
        json!({"entries": entries, "whole": true}),
        vec![format!("{entries} entries, whole")],
    ))
}

/// Makes everything settled again from the log.
pub(super) fn rebuild(server: &mut Server) -> Result<Said, AdminProblem> {
    let saves = server.write(|turn| turn.rebuild())?;
    Ok(Said::new(
        json!({"saves": saves}),
        vec![format!("made again from {saves} saves")],
    ))
}
