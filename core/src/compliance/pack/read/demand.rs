//! What a rule asks, by its kind.

use super::super::super::calendar::Cadence;
use super::super::super::codes;
use super::super::super::json::{At, Fields, Found, Misfit, Words, Wrong};
use super::super::params::cadence;
use super::super::{Demand, Recurrence};

const KINDS: &[&str] = &[
    "visits",
    "existence",
    "refresh",
    "deadline",
    "unquantified",
    "task",
];
const TRIGGERS: &[&str] = &[
    "child.registered",
    "elder.registered",
    "subject.grave_change",
    "emergency.found",
];
const A_CADENCE: Words = Words::new(
    "日历周期,如 half_year",
    "a period of the calendar such as `half_year`",
);
const ONE_PERIOD: Words = Words::new("只有一个周期的列表", "a list of one period");
const A_RECURRENCE: Words = Words::new(
    "day、week、calendar_month、calendar_quarter、half_year、vacation_window(winter)、\
     vacation_window(summer) 或 event_window(extreme_weather)",
    "`day`, `week`, `calendar_month`, `calendar_quarter`, `half_year`, `vacation_window(winter)`, \
     `vacation_window(summer)` or `event_window(extreme_weather)`",
);
const A_DEADLINE: Words = Words::new(
    "期限,如 5_workdays、24_hours 或 immediate",
    "`5_workdays`, `24_hours` or `immediate`",
);

/// Reads what is asked; what is wrong with it is found.
pub(super) fn read(fields: &Fields<'_>, found: &mut Found) -> Option<Demand> {
    let min = fields.get("min").map(|min| min.whole(1, 1000));
    let min = found.of(min.transpose());
    let listed = found.of(fields.list("period"));
    let kind = fields.need("kind");
    let kind = found.of(kind.and_then(|at| at.code("kind of rule", KINDS)))?;
    let periods = listed?;
    match kind {
        "visits" => {
            let all = periods.iter().map(|at| found.of(read_recurrence(at)));
            let all: Vec<Option<Recurrence>> = all.collect();
            let periods = all.into_iter().collect::<Option<_>>();
            periods
                .zip(min)
                .map(|(periods, min)| Demand::Visits { min, periods })
        }
        "existence" => {
            let document = fields.need("requires");
            let document = document.and_then(|at| at.code("document", codes::DOCUMENTS));
            let document = found.of(document)?.to_string();
            Some(Demand::Existence { document })
        }
        "refresh" => found.of(read_refresh(fields, &periods)),
        "deadline" => found.of(read_deadline(fields)),
        "unquantified" => Some(Demand::Unquantified),
        _ => {
            let sheets = periods.iter().map(|at| found.of(read_cadence(at)));
            let sheets: Vec<Option<Cadence>> = sheets.collect();
            let sheets = sheets.into_iter().collect::<Option<_>>()?;
            Some(Demand::Task { sheets })
        }
    }
}

fn read_refresh(fields: &Fields<'_>, periods: &[At<'_>]) -> Result<Demand, Misfit> {
    match periods {
        [only] => Ok(Demand::Refresh {
            cadence: read_cadence(only)?,
        }),
        _ => fields.need("period")?.wrong(Wrong::Expected(ONE_PERIOD)),
    }
}

fn read_cadence(at: &At<'_>) -> Result<Cadence, Misfit> {
    cadence(at.text()?).map_or_else(|| at.wrong(Wrong::Expected(A_CADENCE)), Ok)
}

fn read_recurrence(at: &At<'_>) -> Result<Recurrence, Misfit> {
    let text = at.text()?;
    if let Some(cadence) = cadence(text) {
        return Ok(Recurrence::Every(cadence));
    }
    let inside = |name: &str| {
        text.strip_prefix(name)?
            .strip_prefix('(')?
            .strip_suffix(')')
    };
    if let Some(kind) = inside("vacation_window") {
        let code = format!("{kind}_vacation");
        if codes::WINDOWS.contains(&code.as_str()) {
            return Ok(Recurrence::Window(code));
        }
    }
    if let Some(kind) = inside("event_window")
        && codes::EVENTS.contains(&kind)
    {
        return Ok(Recurrence::Event(kind.to_string()));
    }
    at.wrong(Wrong::Expected(A_RECURRENCE))
}

/// A deadline in workdays from the registration, in hours from what happened, or at once.
fn read_deadline(fields: &Fields<'_>) -> Result<Demand, Misfit> {
    let trigger = fields.need("trigger")?.code("trigger", TRIGGERS)?;
    let deadline = fields.need("deadline")?;
    let text = deadline.text()?;
    let number = |unit: &str| {
        text.strip_suffix(unit)?
            .parse::<u32>()
            .ok()
            .filter(|n| (1..=366).contains(n))
    };
    let trigger_of = || trigger.to_string();
    match (number("_workdays"), number("_hours"), text) {
        (Some(workdays), _, _) if trigger.ends_with(".registered") => {
            Ok(Demand::FirstVisit { workdays })
        }
        (Some(_), _, _) => Ok(Demand::Elsewhere),
        (_, Some(hours), _) => Ok(Demand::WithinHours {
            trigger: trigger_of(),
            hours,
        }),
        (_, _, "immediate") => Ok(Demand::AtOnce {
            trigger: trigger_of(),
        }),
        _ => deadline.wrong(Wrong::Expected(A_DEADLINE)),
    }
}
