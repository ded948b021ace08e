//! `pack check`

use std::path::Path;

use serde_json::json;
use tanfang_core::compliance::Pack;

use super::super::{AdminProblem, Said, text};
use super::listed;

/// Every problem of a pack at once, with its place and what to do. Exit 0 where the pack could be
/// activated, 2 where something must be corrected first.
pub(super) fn check(file: &Path) -> Result<Said, AdminProblem> {
    let text = text(file)?;
    Ok(match Pack::check(&text) {
        Ok(pack) => {
            let json = json!({
                "id": pack.id, "version": pack.version, "rules": pack.rules.len(), "problems": [],
            });
            let (id, version, rules) = (&pack.id, pack.version, pack.rules.len());
            let line =
                format!("{id} {version}:{rules} 条规则,可以启用 / {rules} rules, can be activated");
            Said::new(json, vec![line])
        }
        Err(problems) => {
            let told = problems.iter().map(|misfit| {
                let english = misfit.wrong.message("en");
                format!("{} / {english}", misfit.in_language("zh"))
            });
            let mut lines: Vec<String> = told.collect();
            let number = problems.len();
            lines.push(format!(
                "{number} 个问题需要改正 / {number} problems to correct"
            ));
            Said {
                exit: 2,
                ..Said::new(json!({"problems": listed(&problems)}), lines)
            }
        }
    })
}
