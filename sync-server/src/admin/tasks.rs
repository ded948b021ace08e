//! `tasks`

use serde_json::json;
use tanfang_core::compliance::{Says, sheets};
use tanfang_core::model::AreaCode;

use super::compliance::{must_know, read_instant};
use super::{AdminProblem, Said};
use crate::server::Server;

/// The sheets that the active packs ask of an area.
pub(super) fn tasks(
    server: &mut Server,
    area: AreaCode,
    as_of: Option<&str>,
) -> Result<Said, AdminProblem> {
    let as_of = read_instant(server, as_of)?;
    let sheets = server.read(|turn| {
        let grounds = turn.grounds()?;
        must_know(&area, &grounds.list, &grounds.facts)?;
        let (facts, packs) = (&grounds.facts, &grounds.packs);
        let area = area.to_string();
        Ok::<_, AdminProblem>(sheets(facts, packs, &grounds.calendar, as_of, &area))
    })?;
    let mut lines = Vec::new();
    for sheet in &sheets {
        let said = match &sheet.says {
            Says::Patrol { to_see } => format!("日巡查 / to see: {}", to_see.len()),
            Says::Analysis { met, people, .. } => format!("周分析 / met {met} of {people}"),
            Says::Summary { by_rule } => format!("月汇总 / {} rules", by_rule.len()),
        };
        lines.push(format!(
            "{}  {}  {said}  {}",
            sheet.rule, sheet.period, sheet.quote
        ));
    }
    if sheets.is_empty() {
        lines.push("没有规则包要求 / no active pack asks any".to_owned());
    }
    Ok(Said::new(json!({"area": area, "sheets": sheets}), lines))
}
