//! `calendar set`, `calendar import`, `calendar event`, `calendar show`, `calendar festivals`

use std::path::Path;

use chrono::Datelike;
use serde_json::{Value as Json, json};
use tanfang_core::compliance::{Calendar, CalendarRow, published};
use tanfang_core::facts::rows::Day;
use tanfang_core::form::{TableRow, read_table};
use tanfang_core::model::DocumentKind;

use super::verbs::{CalendarVerb, EventLine};
use super::{AdminProblem, Said, bytes, text};
use crate::engine::Turn;
use crate::festivals::festivals as of_year;
use crate::server::Server;

/// A cell of a row, by what it is.
type Place = fn(&mut CalendarRow) -> &mut String;

/// The columns of a table of days, in English and Chinese.
const COLUMNS: &[(&[&str], Place)] = &[
    (&["kind", "类型"], |row| &mut row.kind),
    (&["from", "start", "开始"], |row| &mut row.from),
    (&["to", "end", "结束"], |row| &mut row.to),
    (&["county", "县"], |row| &mut row.county),
    (&["school_year", "学年"], |row| &mut row.school_year),
    (&["id", "编号"], |row| &mut row.id),
    (&["divisions", "区划"], |row| &mut row.divisions),
    (&["min", "次数"], |row| &mut row.min),
    (&["modes", "方式"], |row| &mut row.modes),
];

/// The verbs of a server's directory.
pub(super) fn with_server(server: &mut Server, verb: CalendarVerb) -> Result<Said, AdminProblem> {
    match verb {
        CalendarVerb::Set { file } => set(server, &text(&file)?),
        CalendarVerb::Import { file } => import(server, &file),
        CalendarVerb::Event(line) => event(server, &line),
        CalendarVerb::Show => show(server),
        CalendarVerb::Festivals { year } => Ok(festivals(year)),
    }
}

/// The festivals that the moon decides.
pub(super) fn festivals(year: i32) -> Said {
    let found = of_year(year);
    let told: Vec<Json> = found
        .iter()
        .map(|one| json!({"zh": one.zh, "en": one.en, "on": one.on.to_string()}))
        .collect();
    let lines = found.iter();
    let lines = lines.map(|one| format!("{}  {}  {}", one.on, one.zh, one.en));
    Said::new(json!({"year": year, "festivals": told}), lines.collect())
}

fn set(server: &mut Server, text: &str) -> Result<Said, AdminProblem> {
    Calendar::parse(text).map_err(AdminProblem::Calendar)?;
    let altered = server.write(|turn| publish(turn, text.to_owned()))?;
    Ok(Said::new(
        json!({"altered": altered}),
        vec!["the calendar is published".to_owned()],
    ))
}

fn import(server: &mut Server, file: &Path) -> Result<Said, AdminProblem> {
    let is_json = file
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let given = match is_json {
        true => Calendar::parse(&text(file)?).map_err(AdminProblem::Calendar)?,
        false => {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let rows = read_table(&name, &bytes(file)?).map_err(AdminProblem::Table)?;
            Calendar::of_rows(&rows_of(&rows)?).map_err(AdminProblem::CalendarRows)?
        }
    };
    let source = file.file_name().unwrap_or_default().to_string_lossy();
    let altered = join(server, &given, "calendar import", &source)?;
    let warnings = unlike_the_moon(&given);
    let mut lines = vec![match altered {
        true => format!("日历已发布:{} / the calendar is published", counts(&given)),
        false => "没有变化 / nothing alters".to_owned(),
    }];
    lines.extend(warnings.iter().map(|warning| {
        let words = |lang: &str| warning[lang].as_str().unwrap_or_default().to_owned();
        format!("请核对 {} / {}", words("zh"), words("en"))
    }));
    let json = json!({
        "altered": altered, "warnings": warnings,
        "holidays": given.holidays.len(), "workdays": given.workdays.len(),
        "windows": given.windows.len(), "events": given.events.len(),
        "report_days": given.report_days.len(),
    });
    Ok(Said::new(json, lines))
}

fn event(server: &mut Server, line: &EventLine) -> Result<Said, AdminProblem> {
    let mut event = json!({
        "id": line.id, "kind": line.kind, "divisions": line.division,
        "start": line.start, "end": line.end, "modes": line.mode,
    });
    if let Some(min) = line.min {
        event["min"] = min.into();
    }
    // The same reading as of a file: one way to be wrong.
    let document = json!({"events": [event]}).to_string();
    let given = Calendar::parse(&document).map_err(AdminProblem::Calendar)?;
    let altered = join(server, &given, "calendar event", &line.id)?;
    let (id, start, end) = (&line.id, &line.start, &line.end);
    let said = match altered {
        true => format!(
            "{id} {start} – {end} 已发布,手机同步后可见 / published; phones learn it as they sync"
        ),
        false => format!("{id}:没有变化 / nothing alters"),
    };
    Ok(Said::new(
        json!({"id": line.id, "altered": altered}),
        vec![said],
    ))
}

fn show(server: &mut Server) -> Result<Said, AdminProblem> {
    let calendar = server.read(current)?;
    let document = calendar.to_document();
    let json = serde_json::from_str(&document).unwrap_or_default();
    let vacations = calendar.windows.iter().map(|window| {
        let (kind, year) = (&window.kind, &window.school_year);
        format!(
            "{kind}/{year}  {}  {} – {}",
            window.county, window.start, window.end
        )
    });
    let events = calendar.events.iter().map(|event| {
        let places = event.divisions.join(" ");
        format!(
            "{}  {}  {} – {}  {places}",
            event.id, event.kind, event.start, event.end
        )
    });
    let report_days = calendar.report_days.iter();
    let report_days = report_days.map(|day| format!("report_day  {day}"));
    let lines = [counts(&calendar)].into_iter();
    let lines = lines.chain(vacations).chain(events).chain(report_days);
    Ok(Said::new(json, lines.collect()))
}

fn current(turn: &mut Turn<'_>) -> Result<Calendar, AdminProblem> {
    let documents = turn.listed_documents(&[DocumentKind::Calendar])?;
    let texts = documents
        .iter()
        .map(|(listed, body)| (listed, body.as_str()));
    let (_, calendar) =
        published(texts).map_err(|misfit| AdminProblem::Pack(misfit.to_string()))?;
    Ok(calendar)
}

fn join(
    server: &mut Server,
    given: &Calendar,
    verb: &str,
    what: &str,
) -> Result<bool, AdminProblem> {
    server.write(|turn| {
        let before = current(turn)?;
        let after = before.clone().joined(given);
        if after.to_document() == before.to_document() {
            return Ok(false);
        }
        let altered = publish(turn, after.to_document())?;
        turn.audit(verb, what)?;
        Ok::<_, AdminProblem>(altered)
    })
}

fn publish(turn: &mut Turn<'_>, body: String) -> Result<bool, AdminProblem> {
    Ok(turn.publish_numbered(DocumentKind::Calendar, "calendar", body)?)
}

fn counts(calendar: &Calendar) -> String {
    format!(
        "{} holidays, {} workdays, {} windows, {} events, {} report days",
        calendar.holidays.len(),
        calendar.workdays.len(),
        calendar.windows.len(),
        calendar.events.len(),
        calendar.report_days.len()
    )
}

/// The rows under the headings of the first line; columns that are none of ours (name, source, year)
/// are for people.
fn rows_of(table: &[TableRow]) -> Result<Vec<CalendarRow>, AdminProblem> {
    let (headings, rows) = match table.split_first() {
        Some(((_, headings), rows)) => (headings.as_slice(), rows),
        None => (&[][..], table),
    };
    let mut places: Vec<Option<Place>> = Vec::new();
    for heading in headings {
        let heading = heading.trim().trim_start_matches('\u{feff}').to_lowercase();
        let known = COLUMNS
            .iter()
            .find(|(names, _)| names.contains(&heading.as_str()));
        places.push(known.map(|(_, place)| *place));
    }
    for (names, needed) in &COLUMNS[..2] {
        if !places
            .iter()
            .flatten()
            .any(|place| std::ptr::fn_addr_eq(*place, *needed))
        {
            return Err(AdminProblem::CalendarColumn(names[0]));
        }
    }
    let read = rows.iter().map(|(line, cells)| {
        let mut row = CalendarRow {
            line: *line as u64,
            ..CalendarRow::default()
        };
        for (place, cell) in places.iter().zip(cells) {
            if let Some(place) = place {
                cell.trim().clone_into(place(&mut row));
            }
        }
        row
    });
    Ok(read.collect())
}

/// A year of holidays in which a festival of the moon is a day of work: a slip of the table, or of
/// the year.
fn unlike_the_moon(given: &Calendar) -> Vec<Json> {
    let mut years: Vec<i32> = given.holidays.iter().map(|day| day.date().year()).collect();
    years.dedup();
    let mut found = Vec::new();
    for year in years {
        // A day or two that a county adds is no table of a year.
        let of_year_given = given
            .holidays
            .iter()
            .filter(|day| day.date().year() == year);
        if of_year_given.count() < 7 {
            continue;
        }
        for festival in of_year(year).iter().filter(|one| one.is_holiday) {
            if !given.holidays.contains(&Day::from(festival.on)) {
                let (zh, en, on) = (festival.zh, festival.en, festival.on);
                found.push(json!({
                    "day": on.to_string(),
                    "zh": format!("{on} 是{zh},表中没有放假"),
                    "en": format!("{on} is {en} and no holiday of the table"),
                }));
            }
        }
    }
    found
}
