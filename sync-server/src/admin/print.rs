//! `print`: a person's card for paper.

#[cfg(unix)]
use std::fs::Permissions;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;
use tanfang_core::model::RecordId;
use tanfang_core::print::html;

use super::{AdminProblem, Said};
use crate::server::Server;

/// Writes the card as one page of HTML for A4; the audit log says whose.
pub(super) fn print(
    server: &mut Server,
    person: RecordId,
    out: &Path,
) -> Result<Said, AdminProblem> {
    let card = server.write(|turn| {
        let card = turn.paper(person)?;
        if card.is_some() {
            turn.audit("print", &person.to_string())?;
        }
        Ok::<_, AdminProblem>(card)
    })?;
    let card = card.ok_or(AdminProblem::UnknownPerson)?;
    for_its_owner_only(out)
        .and_then(|mut file| file.write_all(html(&card).as_bytes()))
        .map_err(|_| AdminProblem::Unwritten(out.to_owned()))?;
    let said = format!("{} -> {}", card.title, out.display());
    Ok(Said::new(
        json!({"card": card.title, "file": out}),
        vec![said],
    ))
}

/// A card is personal data: on systems that know owners, nobody else reads the file, also where it
/// stood there before for everybody.
fn for_its_owner_only(out: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let file = options.mode(0o600).open(out)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(out)
}
