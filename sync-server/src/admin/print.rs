//! `print`: a person's card for paper.

#[cfg(unix)]
use std::fs::Permissions;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;
use tanfang_core::model::RecordId;
use tanfang_core::print::{Card, html, xlsx};

use super::{AdminProblem, Said};
use crate::server::Server;

/// What a card is written as.
enum Paper {
    Page,
    Workbook,
}

impl Paper {
    /// By the file's name.
    fn of(out: &Path) -> Result<Self, AdminProblem> {
        let ending = out.extension().map(|ending| ending.to_ascii_lowercase());
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("html" | "htm") => Ok(Self::Page),
            Some("xlsx") => Ok(Self::Workbook),
            _ => Err(AdminProblem::NoSuchPaper(out.to_owned())),
        }
    }

    fn bytes(&self, card: &Card) -> Result<Vec<u8>, AdminProblem> {
        match self {
            Self::Page => Ok(html(card).into_bytes()),
            Self::Workbook => Ok(xlsx(card)?),
        }
    }
}

/// Writes the card for A4, as a page of HTML or as a workbook by the name of the file; the audit
/// log says whose.
pub(super) fn print(
    server: &mut Server,
    person: RecordId,
    out: &Path,
) -> Result<Said, AdminProblem> {
    let paper = Paper::of(out)?;
    let card = server.write(|turn| {
        let card = turn.paper(person)?;
        if card.is_some() {
            turn.audit("print", &person.to_string())?;
        }
        Ok::<_, AdminProblem>(card)
    })?;
    let card = card.ok_or(AdminProblem::UnknownPerson)?;
    let bytes = paper.bytes(&card)?;
    for_its_owner_only(out)
        .and_then(|mut file| file.write_all(&bytes))
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
