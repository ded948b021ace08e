//! `tasks`

use serde_json::json;
use tanfang_core::compliance::{Says, as_of as read_as_of, published, sheets, succeeded};
use tanfang_core::facts::rows::Instant;
use tanfang_core::model::{AreaCode, DocumentKind};

use super::compliance::must_know;
use super::{AdminProblem, Said};
use crate::server::Server;

/// The sheets that the active packs ask of an area.
pub(super) fn tasks(
    server: &mut Server,
    area: AreaCode,
    as_of: Option<&str>,
) -> Result<Said, AdminProblem> {
    let as_of = match as_of {
        None => Instant(server.now().millis),
        Some(text) => read_as_of(text).map_err(|_| AdminProblem::NotATime(text.to_owned()))?,
    };
    let sheets = server.read(|turn| {
        let documents = turn.listed_documents(&[DocumentKind::Pack, DocumentKind::Calendar])?;
        let texts = documents
            .iter()
            .map(|(listed, body)| (listed, body.as_str()));
        let (packs, calendar) =
            published(texts).map_err(|misfit| AdminProblem::Pack(misfit.to_string()))?;
        let (facts, list) = (turn.facts()?, turn.areas()?);
        must_know(&area, &list, &facts)?;
        let (facts, _) = succeeded(facts, &list);
        let area = area.to_string();
        Ok::<_, AdminProblem>(sheets(&facts, &packs, &calendar, as_of, &area))
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
