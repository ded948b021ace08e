//! `audit`, `rebuild`, `restored`, `status`

use serde_json::{Value as Json, json};
use tanfang_core::model::WallTime;

use super::{AdminProblem, Said};
use crate::engine::{FormerForm, epoch, verify_audit};
use crate::server::Server;
use crate::store::Waits;

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

/// Opens a new history: the store is an older copy than the one that phones spoke to.
pub(super) fn restored(server: &mut Server) -> Result<Said, AdminProblem> {
    let epoch = server.write(|turn| {
        turn.begin_another_history()?;
        Ok::<_, AdminProblem>(epoch(turn.tx())?)
    })?;
    let line = format!(
        "history {epoch}: at its next sync each phone offers again what it had sent after the copy"
    );
    Ok(Said::new(json!({"epoch": epoch.to_string()}), vec![line]))
}

/// How the server stands, and which phones say that they hold something else than it does.
pub(super) fn status(server: &mut Server) -> Result<Said, AdminProblem> {
    let (epoch, saves, feeds, waits, suspected, apart, former) = server.read(|turn| {
        let tx = turn.tx();
        let (epoch, saves, feeds) = (epoch(tx)?, tx.last_save()?.0, tx.feeds()?.len());
        let waits = tx.how_many_wait()?;
        let suspected = turn.is_suspected()?;
        let (apart, former) = (turn.feeds_apart()?, turn.former_forms()?);
        Ok::<_, AdminProblem>((epoch, saves, feeds, waits, suspected, apart, former))
    })?;
    let place = server.kept_in();
    let mut lines = vec![format!(
        "history {epoch}, {saves} saves, {feeds} feeds, in {place}"
    )];
    if suspected {
        lines.push(SUSPECTED.to_owned());
    }
    lines.extend(of_waiting(&waits));
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
        json!({"epoch": epoch.to_string(), "saves": saves, "feeds": feeds, "kept_in": place, "suspected": suspected, "apart": told,
            "waiting": {"beginnings": waits.beginnings, "office": waits.office, "phones": waits.phones},
            "former_forms": former.iter().map(former_form).collect::<Vec<_>>()}),
        lines,
    ))
}

const SUSPECTED: &str = "a phone has seen more than is here: if this store is an older copy, say so with `restored`; \
     what rests on what is not here waits meanwhile";

/// What waits, and who can help.
fn of_waiting(waits: &Waits) -> Vec<String> {
    let told = [
        (
            waits.beginnings,
            "wait for the beginning of their record: its phone has to sync",
        ),
        (
            waits.office,
            "wait for a form or a right that is not here: publish it, assign it",
        ),
        (
            waits.phones,
            "wait for what another phone has seen and said: it has to sync",
        ),
    ];
    let some = told.into_iter().filter(|(saves, _)| *saves > 0);
    some.map(|(saves, for_what)| format!("{saves} saves {for_what}"))
        .collect()
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
