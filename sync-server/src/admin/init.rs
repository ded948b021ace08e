//! `init`

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tanfang_core::compliance::Pack;
use tanfang_core::form::BUILT_IN;
use tanfang_core::model::{Clock, DocumentKind, Rng, content_hash};

use super::verbs::InitArgs;
use super::{AdminProblem, Said, moving};
use crate::engine::{PublishError, Turn};
use crate::server::Server;
use crate::store::DocumentRow;

/// The pack that a new server judges by.
const PACK: &str = "yn-lincang-2024";
const ROLES: &str = include_str!("../../../core/packs/roles.json");
const CALENDAR: &str = "{\"holidays\":[],\"workdays\":[],\"windows\":[],\"events\":[]}";

/// Makes a server, and publishes what every county begins with.
pub(super) fn init(
    dir: &Path,
    asked: &InitArgs,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
) -> Result<Said, AdminProblem> {
    let mut server = match &asked.postgres {
        Some(file) => {
            let address = moving::address(file)?;
            Server::init_postgres(dir, &address, asked.demo, clock, rng)?
        }
        None => Server::init(dir, asked.demo, clock, rng)?,
    };
    server.write(first_documents)?;
    let key = server.public_key();
    Ok(Said::new(
        json!({"dir": dir, "server_key": key, "pack": PACK}),
        vec![
            format!("a server in {}", dir.display()),
            "keep a copy of server.key apart: without it nothing here can be read".to_owned(),
        ],
    ))
}

fn first_documents(turn: &mut Turn<'_>) -> Result<(), AdminProblem> {
    for built_in in BUILT_IN {
        let form = built_in.form();
        let form = form.map_err(|error| AdminProblem::BuiltIn(error.to_string()))?;
        turn.publish_form(&form, built_in.source)?;
    }
    let pack = Pack::built_in_text(PACK).ok_or_else(|| AdminProblem::Pack(PACK.to_owned()))?;
    publish(turn, DocumentKind::Pack, PACK, "1", pack)?;
    publish(turn, DocumentKind::Roles, "roles", "1", ROLES)?;
    turn.publish_numbered(DocumentKind::Calendar, "calendar", CALENDAR.to_owned())?;
    Ok(())
}

fn publish(
    turn: &mut Turn<'_>,
    kind: DocumentKind,
    id: &str,
    version: &str,
    body: &str,
) -> Result<bool, PublishError> {
    turn.publish(DocumentRow {
        hash: content_hash(body.as_bytes()),
        kind,
        id: id.to_owned(),
        version: version.to_owned(),
        body: body.to_owned(),
        source: None,
    })
}
