//! `audit`, `rebuild`, `status`

use serde_json::{Value as Json, json};
use tanfang_core::model::WallTime;

use super::{AdminProblem, Said};
use crate::engine::{FormerForm, epoch, verify_audit};
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

/// How the server stands, and which phones say that they hold something else than it does.
pub(super) fn status(server: &mut Server) -> Result<Said, AdminProblem> {
    let (epoch, saves, feeds, apart, former) = server.read(|turn| {
        let tx = turn.tx();
        let (epoch, saves, feeds) = (epoch(tx)?, tx.last_save()?.0, tx.feeds()?.len());
        let (apart, former) = (turn.feeds_apart()?, turn.former_forms()?);
        Ok::<_, AdminProblem>((epoch, saves, feeds, apart, former))
    })?;
    let mut lines = vec![format!("history {epoch}, {saves} saves, {feeds} feeds")];
    lines.extend(former.iter().map(of_former_form));
    let mut told = Vec::new();
    for (device, row) in apart {
        let at = WallTime::beijing(row.told_at).rfc3339();
        lines.push(format!(
            "phone {} of worker {} differs in {} at {} (told {at}): nothing is lost by it; compare, or `rebuild`",
            device.id, device.worker, row.feed, row.position
        ));
        told.push(json!({
            "device": device.id.to_string(), "worker": device.worker.to_string(),
            "feed": row.feed, "position": row.position, "told_at": at,
        }));
    }
    Ok(Said::new(
        json!({"epoch": epoch.to_string(), "saves": saves, "feeds": feeds, "apart": told,
            "former_forms": former.iter().map(former_form).collect::<Vec<_>>()}),
        lines,
    ))
}

/// What came with a former version of a form.
fn of_former_form((came, in_force): &(FormerForm, Option<String>)) -> String {
    let at = WallTime::beijing(came.last_at).rfc3339();
    let now = match in_force {
        Some(version) => format!("version {version} is in force"),
        None => "the form is not asked any more".to_owned(),
    };
    format!(
        "{} saves came with {} version {}, {now}: they were accepted as they are; the last from phone {} at {at}",
        came.saves, came.form, came.version, came.last_device
    )
}

fn former_form((came, in_force): &(FormerForm, Option<String>)) -> Json {
    json!({
        "form": came.form, "version": came.version, "in_force": in_force, "saves": came.saves,
        "last_device": came.last_device.to_string(),
        "last_at": WallTime::beijing(came.last_at).rfc3339(),
    })
}
