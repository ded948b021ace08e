//! The verbs of rule packs.

mod activate;
mod check;
mod diff;
mod try_cases;

pub use activate::NotActivated;

use std::path::Path;

use serde_json::{Value as Json, json};
use tanfang_core::compliance::{Misfit, Pack};

use super::verbs::PackVerb;
use super::{AdminProblem, Said, text};
use crate::server::Server;

/// The verbs that need no server's directory; none for the others.
pub(super) fn without_server(
    verb: &PackVerb,
    has_data: bool,
) -> Option<Result<Said, AdminProblem>> {
    Some(match verb {
        PackVerb::Try { cases, pack } => try_cases::try_cases(cases, pack),
        PackVerb::Check { file } => check::check(file),
        PackVerb::Schema => Ok(schema()),
        PackVerb::Diff { old, new } if !has_data => diff::in_words(old, new),
        PackVerb::Diff { .. } | PackVerb::Activate { .. } | PackVerb::List => return None,
    })
}

/// The verbs of a server's directory.
pub(super) fn with_server(server: &mut Server, verb: PackVerb) -> Result<Said, AdminProblem> {
    match verb {
        PackVerb::Diff { old, new } => diff::counted(server, &old, &new),
        PackVerb::Activate { pack, from } => activate::activate(server, &pack, &from),
        PackVerb::List => activate::list(server),
        PackVerb::Try { .. } | PackVerb::Check { .. } | PackVerb::Schema => {
            Err(AdminProblem::NoData)
        }
    }
}

fn schema() -> Said {
    let json: Json = serde_json::from_str(Pack::schema()).unwrap_or_default();
    Said::new(json, Pack::schema().lines().map(str::to_owned).collect())
}

/// The text of a pack: of a file, else of the built-in one of this id.
fn pack_text(named: &str) -> Result<String, AdminProblem> {
    let path = Path::new(named);
    match Pack::built_in_text(named).filter(|_| !path.exists()) {
        Some(text) => Ok(text.to_owned()),
        None => text(path),
    }
}

/// Problems with their places, for a program.
fn listed(problems: &[Misfit]) -> Vec<Json> {
    let told = |misfit: &Misfit| {
        json!({
            "place": misfit.place, "code": misfit.wrong.code(),
            "zh": misfit.wrong.message("zh"), "en": misfit.wrong.message("en"),
        })
    };
    problems.iter().map(told).collect()
}
