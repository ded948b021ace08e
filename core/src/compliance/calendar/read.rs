//! Reading the `calendar` of a cases file, which is also the county's published document.

use std::collections::BTreeSet;

use super::super::codes;
use super::super::division;
use super::super::json::{self, At, Misfit, Words, Wrong};
use super::{Calendar, Event, PeriodName, Window, is_school_year};
use crate::facts::rows::Day;

const A_SCHOOL_YEAR: Words = Words::new("学年,如 2024-2025", "a school year such as 2024-2025");
const ENDS_FIRST: Words = Words::new("结束早于开始,请改正", "it ends before it starts");
const A_DIVISION: Words = Words::new(
    "2、4、6、9、12 或 15 位的行政区划代码",
    "a division's code of 2, 4, 6, 9, 12 or 15 digits",
);

impl Calendar {
    /// Reads a calendar document; every error has its place.
    pub fn parse(text: &str) -> Result<Self, Misfit> {
        Calendar::read(&At::root(&json::parse(text)?))
    }

    pub(crate) fn read(at: &At<'_>) -> Result<Self, Misfit> {
        let fields = at.object(&["holidays", "workdays", "windows", "events", "report_days"])?;
        let days = |name: &str| -> Result<BTreeSet<Day>, Misfit> {
            fields.list(name)?.iter().map(At::day).collect()
        };
        let mut calendar = Calendar {
            holidays: days("holidays")?,
            workdays: days("workdays")?,
            report_days: days("report_days")?,
            ..Calendar::default()
        };
        for item in fields.list("windows")? {
            let window = read_window(&item)?;
            let name = |window: &Window| {
                let county = division::trimmed(&window.county).to_string();
                (county, window.kind.clone(), window.school_year.clone())
            };
            if calendar
                .windows
                .iter()
                .any(|known| name(known) == name(&window))
            {
                return item.other(
                    "本县已有这个假期,请留一个",
                    "this county has that window already",
                );
            }
            calendar.windows.push(window);
        }
        for item in fields.list("events")? {
            let event = read_event(&item)?;
            if calendar.events.iter().any(|known| known.id == event.id) {
                return item.wrong(Wrong::Twice(event.id));
            }
            calendar.events.push(event);
        }
        Ok(calendar)
    }
}

fn read_window(at: &At<'_>) -> Result<Window, Misfit> {
    let fields = at.object(&["county", "kind", "school_year", "start", "end"])?;
    let year = fields.need("school_year")?;
    if !is_school_year(year.text()?) {
        return year.wrong(Wrong::Expected(A_SCHOOL_YEAR));
    }
    let (start, end) = (
        fields.day("start")?.unwrap_or(Day::MIN),
        fields.day("end")?.unwrap_or(Day::MAX),
    );
    if start > end {
        return at.other(ENDS_FIRST.zh, ENDS_FIRST.en);
    }
    Ok(Window {
        county: read_division(&fields.need("county")?)?,
        kind: fields
            .need("kind")?
            .code("kind of window", codes::WINDOWS)?
            .to_string(),
        school_year: year.text()?.to_string(),
        start,
        end,
    })
}

fn read_event(at: &At<'_>) -> Result<Event, Misfit> {
    let fields = at.object(&["id", "kind", "divisions", "start", "end", "min", "modes"])?;
    let id = fields.need("id")?;
    if PeriodName::parse(id.id()?).is_some() {
        return id.other(
            "事件编号不能写成其他周期的名称",
            "an event's id may not look like another period's name",
        );
    }
    let (start, end) = (
        fields.day("start")?.unwrap_or(Day::MIN),
        fields.day("end")?.unwrap_or(Day::MAX),
    );
    if start > end {
        return at.other(ENDS_FIRST.zh, ENDS_FIRST.en);
    }
    let modes = fields.list("modes")?;
    let modes = modes
        .iter()
        .map(|mode| mode.code("mode", codes::MODES).map(str::to_string));
    Ok(Event {
        id: id.text()?.to_string(),
        kind: fields
            .need("kind")?
            .code("kind of event", codes::EVENTS)?
            .to_string(),
        divisions: fields
            .list("divisions")?
            .iter()
            .map(read_division)
            .collect::<Result<_, _>>()?,
        start,
        end,
        min: fields
            .get("min")
            .map(|min| min.whole(1, 1000))
            .transpose()?,
        modes: modes.collect::<Result<_, _>>()?,
    })
}

/// Reads a division's code.
pub(crate) fn read_division(at: &At<'_>) -> Result<String, Misfit> {
    let code = at.text()?;
    if division::well_formed(code) {
        return Ok(code.to_string());
    }
    at.wrong(Wrong::Expected(A_DIVISION))
}
