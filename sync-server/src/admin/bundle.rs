//! `bundle open`, `bundle list`, `bundle accept`, `bundle refuse`: sealed files at the county's desk.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use tanfang_core::model::{WallTime, WorkerId};
use tanfang_core::sealed::{BundleId, Piece};

use super::{AdminProblem, Said};
use crate::engine::{BundleFault, Turn};
use crate::server::Server;
use crate::store::{BundleRow, BundleState, Stored};

/// More than any piece; what is longer is not read.
const LIMIT_BYTES: u64 = 8 << 20;

/// Opens files from a card. Each piece is taken for itself: one that is unusable is told by the place
/// of its file on the command line, the others count.
pub(super) fn open(server: &mut Server, files: &[PathBuf]) -> Result<Said, AdminProblem> {
    let mut told: Vec<Json> = Vec::new();
    let mut lines = Vec::new();
    let mut touched: Vec<BundleId> = Vec::new();
    let mut exit = 0;
    for (place, file) in files.iter().enumerate() {
        let place = place + 1;
        let taken = piece(file).and_then(|piece| {
            server.write(|turn| {
                let row = turn.bring_piece(&piece, None, false)?;
                let detail = format!("{} piece {}", row.id, piece.number() + 1);
                turn.audit("bundle open", &detail)?;
                Ok::<_, AdminProblem>(row.id)
            })
        });
        match taken {
            Ok(id) if touched.contains(&id) => {}
            Ok(id) => touched.push(id),
            Err(AdminProblem::Store(error)) => return Err(AdminProblem::Store(error)),
            Err(problem) => {
                exit = 2;
                let message = problem.to_string();
                lines.push(format!("file {place}: {message}"));
                told.push(json!({"file": place, "error": problem.code(), "message": message}));
            }
        }
    }
    let rows = server.read(|turn| {
        let mut rows = Vec::new();
        for id in touched {
            if let Some(row) = turn.tx().bundle(id)? {
                rows.push(said(turn, &row)?);
            }
        }
        Ok::<_, AdminProblem>(rows)
    })?;
    lines.extend(rows.iter().map(line));
    Ok(Said {
        exit,
        ..Said::new(json!({"bundles": rows, "problems": told}), lines)
    })
}

/// Every sealed file that was brought, and how it stands.
pub(super) fn list(server: &mut Server) -> Result<Said, AdminProblem> {
    let rows = server.read(|turn| {
        let rows = turn.tx().bundles()?;
        let rows: Stored<Vec<Json>> = rows.iter().map(|row| said(turn, row)).collect();
        Ok::<_, AdminProblem>(rows?)
    })?;
    let lines = rows.iter().map(line).collect();
    Ok(Said::new(json!({ "bundles": rows }), lines))
}

/// Takes one out of quarantine by a supervisor's word.
pub(super) fn accept(server: &mut Server, id: &str, by: WorkerId) -> Result<Said, AdminProblem> {
    let id = bundle(id)?;
    decided(server, |turn| Ok(turn.accept_bundle(id, by)?))
}

/// Refuses one that stands in quarantine.
pub(super) fn refuse(server: &mut Server, id: &str) -> Result<Said, AdminProblem> {
    let id = bundle(id)?;
    decided(server, |turn| Ok(turn.refuse_bundle(id)?))
}

fn decided(
    server: &mut Server,
    decide: impl FnOnce(&mut Turn<'_>) -> Result<BundleRow, AdminProblem>,
) -> Result<Said, AdminProblem> {
    let row = server.write(|turn| {
        let row = decide(turn)?;
        Ok::<_, AdminProblem>(said(turn, &row)?)
    })?;
    let lines = vec![line(&row)];
    Ok(Said::new(row, lines))
}

fn bundle(id: &str) -> Result<BundleId, AdminProblem> {
    BundleId::from_hex(id).ok_or(AdminProblem::Bundle(BundleFault::NotThere))
}

fn piece(path: &Path) -> Result<Piece, AdminProblem> {
    let no_file = || AdminProblem::NoFile(path.to_owned());
    let length = std::fs::metadata(path).map_err(|_| no_file())?.len();
    if length > LIMIT_BYTES {
        return Err(BundleFault::Sealed(tanfang_core::sealed::SealedError::TooLarge).into());
    }
    let bytes = std::fs::read(path).map_err(|_| no_file())?;
    Ok(Piece::read(&bytes).map_err(BundleFault::from)?)
}

/// Ids, numbers and times; nothing of what is inside.
fn said(turn: &mut Turn<'_>, row: &BundleRow) -> Stored<Json> {
    let device = turn.tx().device_by_id(row.device)?;
    let worker = device.as_ref().map(|device| device.worker);
    let name = match worker {
        Some(worker) => turn.record(worker.record())?,
        None => None,
    };
    let missing: Vec<u32> = turn
        .missing_pieces(row)?
        .into_iter()
        .map(|no| u32::from(no) + 1)
        .collect();
    Ok(json!({
        "id": row.id.to_string(), "device": row.device, "worker": worker,
        "name": name.as_ref().and_then(|record| record.text("name")),
        "carrier": row.carrier, "state": state(row.state), "reason": row.reason,
        "pieces": row.pieces, "missing": missing,
        "from": row.seqs.map(|(first, _)| first), "through": row.seqs.map(|(_, last)| last),
        "arrived_at": moment(row.arrived_at), "decided_at": row.decided_at.map(moment),
        "decided_by": row.decided_by,
    }))
}

fn moment(millis: i64) -> String {
    WallTime::beijing(millis).rfc3339()
}

fn state(state: BundleState) -> &'static str {
    match state {
        BundleState::Arriving => "arriving",
        BundleState::Early => "early",
        BundleState::Quarantined => "quarantined",
        BundleState::Taken => "taken",
        BundleState::Refused => "refused",
    }
}

fn line(row: &Json) -> String {
    let word = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
    let mut text = format!(
        "{} {} {} {}",
        word("id"),
        word("state"),
        word("name"),
        word("device")
    );
    if let (Some(from), Some(through)) = (row["from"].as_u64(), row["through"].as_u64()) {
        text.push_str(&format!(" #{from}–#{through}"));
    }
    if let Some(reason) = row["reason"].as_str() {
        text.push_str(&format!(" ({reason})"));
    }
    if row["missing"]
        .as_array()
        .is_some_and(|missing| !missing.is_empty())
    {
        text.push_str(&format!(" lacks pieces {}", row["missing"]));
    }
    text
}
