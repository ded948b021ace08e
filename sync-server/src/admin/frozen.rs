//! `compliance freeze`, `compliance frozen`

use serde_json::{Value as Json, json};
use tanfang_core::compliance::frozen::{Compared, Stood};
use tanfang_core::facts::rows::{Day, Instant};
use tanfang_core::model::AreaCode;

use super::compliance::must_know;
use super::verbs::{FreezeArgs, FrozenArgs};
use super::{AdminProblem, Said};
use crate::engine::Grounds;
use crate::server::Server;
use crate::store::FrozenRow;

/// Why nothing is frozen, or nothing frozen is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFrozen {
    /// The calendar names no such report day.
    #[error(
        "日历中没有报送日 {0};先用 calendar import 加入一行 report_day / the calendar has no report day {0}: import a row `report_day` first"
    )]
    NotAReportDay(Day),
    /// No report day of the calendar is over.
    #[error(
        "日历中没有已过的报送日;先用 calendar import 加入 report_day / no report day of the calendar is over: import rows `report_day`, or wait"
    )]
    NoReportDay,
    /// The day still runs.
    #[error("{0} 还没有过完,过后再冻结 / {0} is not over yet: freeze it afterwards")]
    NotOver(Day),
    /// Nothing is kept of the division and day.
    #[error(
        "没有冻结过 {0} 的 {1};compliance frozen 列出全部 / nothing is frozen of {0} on {1}: `compliance frozen` lists what is"
    )]
    NotThere(AreaCode, Day),
}

impl NotFrozen {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NotAReportDay(_) | Self::NoReportDay => "not_a_report_day",
            Self::NotOver(_) => "not_over",
            Self::NotThere(..) => "not_frozen",
        }
    }
}

/// Freezes the figures of a report day that is over. Doing it again alters nothing.
pub(super) fn freeze(server: &mut Server, asked: &FreezeArgs) -> Result<Said, AdminProblem> {
    let given = asked.day.as_deref().map(read_day).transpose()?;
    let today = Instant(server.now().millis).day();
    let area = asked.area;
    let figures = server.read(|turn| {
        let grounds = turn.grounds()?;
        must_know(&area, &grounds.list, &grounds.facts)?;
        let day = which(&grounds, given, today)?;
        Ok::<_, AdminProblem>(turn.figures_of(&grounds, &area, day)?)
    })?;
    let (row, new) = server.write(|turn| turn.keep_frozen(&area, &figures))?;
    let said = match new {
        true => "已冻结 / frozen",
        false => "早已冻结,没有变化 / frozen before, nothing alters",
    };
    let mut told = as_json(&row);
    told["new"] = new.into();
    Ok(Said::new(
        told,
        vec![format!("{}  {said}", in_a_line(&row))],
    ))
}

fn read_day(text: &str) -> Result<Day, AdminProblem> {
    let read = text.parse();
    read.map_err(|_| AdminProblem::NotADay(text.to_owned()))
}

/// The report day that is meant: the one given, else the latest that is over.
fn which(grounds: &Grounds, given: Option<Day>, today: Day) -> Result<Day, NotFrozen> {
    let days = &grounds.calendar.report_days;
    match given {
        None => days
            .range(..today)
            .next_back()
            .copied()
            .ok_or(NotFrozen::NoReportDay),
        Some(day) if !days.contains(&day) => Err(NotFrozen::NotAReportDay(day)),
        Some(day) if day >= today => Err(NotFrozen::NotOver(day)),
        Some(day) => Ok(day),
    }
}

/// Lists what is frozen; of one day the figures, and beside them what is known otherwise since.
pub(super) fn frozen(server: &mut Server, asked: &FrozenArgs) -> Result<Said, AdminProblem> {
    match (asked.area, &asked.day) {
        (Some(area), Some(day)) => of_day(server, area, read_day(day)?, asked.whole),
        (area, _) => list(server, area),
    }
}

fn list(server: &mut Server, area: Option<AreaCode>) -> Result<Said, AdminProblem> {
    let mut rows = server.read(|turn| turn.frozen())?;
    rows.retain(|row| area.is_none_or(|area| area.covers(&row.division)));
    let told: Vec<Json> = rows.iter().map(as_json).collect();
    let mut lines: Vec<String> = rows.iter().map(in_a_line).collect();
    if lines.is_empty() {
        lines.push("还没有冻结的报表 / nothing is frozen yet".to_owned());
    }
    Ok(Said::new(json!({ "frozen": told }), lines))
}

fn of_day(
    server: &mut Server,
    area: AreaCode,
    day: Day,
    whole: bool,
) -> Result<Said, AdminProblem> {
    let kept = server.read(|turn| turn.frozen_text(&area, day))?;
    let (row, text) = kept.ok_or(NotFrozen::NotThere(area, day))?;
    if whole {
        return Ok(Said {
            printed: Some(text),
            ..Said::new(Json::Null, vec![in_a_line(&row)])
        });
    }
    let beside = server.read(|turn| {
        let grounds = turn.grounds()?;
        Ok::<_, AdminProblem>(turn.frozen_beside_now(&grounds, &text)?)
    })?;
    let mut told = serde_json::to_value(&beside).unwrap_or_default();
    told["hash"] = row.hash.clone().into();
    Ok(Said::new(told, in_lines(&row, &beside)))
}

fn as_json(row: &FrozenRow) -> Json {
    json!({
        "division": row.division, "day": row.day, "hash": row.hash,
        "frozen_at": Instant(row.frozen_at).to_local_string(),
    })
}

fn in_a_line(row: &FrozenRow) -> String {
    let at = Instant(row.frozen_at).to_local_string();
    format!("{}  {}  {at}  {}", row.day, row.division, row.hash)
}

fn in_lines(row: &FrozenRow, beside: &Compared) -> Vec<String> {
    let mut lines = vec![in_a_line(row)];
    for one in &beside.figures {
        let seen = |of: &tanfang_core::compliance::Coverage| format!("{}/{}", of.done, of.asked());
        let (then, now) = (seen(&one.frozen), seen(&one.now));
        let now = match then == now {
            true => String::new(),
            false => format!("  现 now {now}"),
        };
        lines.push(format!(
            "{}  {}  冻结 frozen {then}{now}",
            one.rule, one.period
        ));
    }
    for one in &beside.corrections {
        let word = |stood: &Option<Stood>| match stood {
            Some(stood) => serde_json::to_value(stood.state)
                .ok()
                .and_then(|state| state.as_str().map(str::to_owned))
                .unwrap_or_default(),
            None => "-".to_owned(),
        };
        let by = one.by.iter().map(|cause| match &cause.record {
            Some(record) => format!("{} {record}", cause.kind),
            None => cause.kind.clone(),
        });
        let by: Vec<String> = by.collect();
        lines.push(format!(
            "更正 corrected  {}  {}  {}  {} → {}  {}",
            one.rule,
            one.unit,
            one.period,
            word(&one.frozen),
            word(&one.now),
            by.join("; ")
        ));
    }
    for one in &beside.counts {
        let count = |count: Option<u32>| count.map_or("-".to_owned(), |count| count.to_string());
        let (then, now) = (count(one.frozen), count(one.now));
        lines.push(format!(
            "人数 people  {} {}  {then} → {now}",
            one.table, one.code
        ));
    }
    lines
}
