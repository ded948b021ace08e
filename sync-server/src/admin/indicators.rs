//! `indicators`, `areas confirm`

use serde_json::{Value as Json, json};
use tanfang_core::compliance::indicators::{
    Bounds, Indicators, Measure, Share, is_confirmed_as_one,
};
use tanfang_core::facts::rows::{Day, Instant};
use tanfang_core::model::{AreaCode, WorkerId};

use super::compliance::must_know;
use super::review::NotEntered;
use super::verbs::IndicatorArgs;
use super::{AdminProblem, Said};
use crate::server::Server;

/// Measures the data of an area.
pub(super) fn measure(server: &mut Server, asked: &IndicatorArgs) -> Result<Said, AdminProblem> {
    let measure = Measure {
        division: asked.area.to_string(),
        on: day_or_today(server, asked.on.as_deref())?,
        bounds: Bounds {
            refreshed_days: asked.refreshed_days,
            confirmed_days: asked.confirmed_days,
        },
    };
    let found = server.read(|turn| {
        let grounds = turn.grounds()?;
        must_know(&asked.area, &grounds.list, &grounds.facts)?;
        Ok::<_, AdminProblem>(turn.indicators(&grounds.facts, &grounds.list, &measure)?)
    })?;
    Ok(Said {
        printed: Some(found.to_json()),
        ..Said::new(Json::Null, lines(&found))
    })
}

/// Notes that the list of an area's people is complete.
pub(super) fn confirm(
    server: &mut Server,
    area: AreaCode,
    on: Option<&str>,
    by: WorkerId,
) -> Result<Said, AdminProblem> {
    let day = day_or_today(server, on)?;
    if day > Instant(server.now().millis).day() {
        return Err(AdminProblem::NotADay(day.to_string()));
    }
    server.write(|turn| {
        let list = turn.areas()?;
        if !list.knows(&area) {
            return Err(AdminProblem::UnknownArea(area));
        }
        if !is_confirmed_as_one(&list, &area, day) {
            return Err(AdminProblem::NotConfirmedAsOne(area));
        }
        match turn.confirm_area(&area, day, by)? {
            true => Ok(()),
            false => Err(NotEntered::NotASupervisor.into()),
        }
    })?;
    let said = format!("{area} {day} 人员名单已确认齐全 / the list of people is noted as complete");
    Ok(Said::new(json!({"area": area, "on": day}), vec![said]))
}

fn day_or_today(server: &Server, text: Option<&str>) -> Result<Day, AdminProblem> {
    let read = |text: &str| {
        let day = text.parse();
        day.map_err(|_| AdminProblem::NotADay(text.to_owned()))
    };
    match text {
        None => Ok(Instant(server.now().millis).day()),
        Some(text) => read(text),
    }
}

fn lines(found: &Indicators) -> Vec<String> {
    let shares = [
        ("底数清 complete", &found.complete),
        ("情况明 current", &found.current),
        ("数据准 correct", &found.correct),
        ("可追溯 traceable", &found.traceable),
    ];
    let mut lines = vec![format!("{}  {}", found.division, found.on)];
    lines.extend(shares.map(|(name, share)| line(name, share)));
    lines
}

fn line(name: &str, share: &Share) -> String {
    let rate = share.per_mille().map_or_else(
        || "-".to_owned(),
        |rate| format!("{}.{}%", rate / 10, rate % 10),
    );
    format!("  {name}  {}/{}  {rate}", share.count, share.of)
}
