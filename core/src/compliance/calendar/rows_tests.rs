use super::super::{Calendar, Event, Window};
use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn row(kind: &str, from: &str, to: &str) -> CalendarRow {
    CalendarRow {
        line: 2,
        kind: kind.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        ..CalendarRow::default()
    }
}

fn vacation() -> CalendarRow {
    CalendarRow {
        county: "530999".to_owned(),
        school_year: "2024-2025".to_owned(),
        ..row("寒假", "2025-01-18", "2025-02-23")
    }
}

fn weather() -> CalendarRow {
    CalendarRow {
        id: "cold-1".to_owned(),
        divisions: "530999201;530999202".to_owned(),
        min: "2".to_owned(),
        modes: "home、phone".to_owned(),
        ..row("极端天气", "2024-12-20", "2024-12-24")
    }
}

#[test]
fn a_table_is_read_in_both_languages_and_days_are_counted_out() {
    let rows = [
        row("节假日", "2026-02-15", "2026-02-17"),
        row("workday", "2026-02-14", ""),
        vacation(),
        weather(),
        row("报送日", "2026-04-30", ""),
        row("report_day", "2026-12-25", "2026-12-25"),
    ];
    let calendar = Calendar::of_rows(&rows).unwrap();
    let report_days: Vec<String> = calendar.report_days.iter().map(Day::to_string).collect();
    assert_eq!(report_days, ["2026-04-30", "2026-12-25"]);
    assert_eq!(
        Calendar::parse(&calendar.to_document()).as_ref(),
        Ok(&calendar)
    );
    let holidays: Vec<String> = calendar.holidays.iter().map(Day::to_string).collect();
    assert_eq!(holidays, ["2026-02-15", "2026-02-16", "2026-02-17"]);
    assert!(calendar.is_workday(day("2026-02-14")) && !calendar.is_workday(day("2026-02-16")));
    assert_eq!(calendar.windows[0].kind, "winter_vacation");
    assert_eq!(calendar.events[0].min, Some(2));
    assert_eq!(calendar.events[0].modes, ["home", "phone"]);
}

#[test]
fn every_wrong_cell_is_told_with_its_line_and_column() {
    let wrong = |row: CalendarRow| -> Vec<&'static str> {
        let found = Calendar::of_rows(&[row]).unwrap_err();
        found.iter().map(|error| error.column).collect()
    };
    assert_eq!(wrong(row("假", "2026-02-30", "")), ["kind", "from"]);
    assert_eq!(wrong(row("holiday", "2026-02-15", "2026-02-14")), ["to"]);
    assert_eq!(wrong(row("report_day", "2026-04-29", "2026-04-30")), ["to"]);
    assert_eq!(wrong(row("holiday", "2026-02-15", "2046-02-14")), ["to"]);
    assert_eq!(
        wrong(row("寒假", "2025-01-18", "2025-02-23")),
        ["county", "school_year"]
    );
    let odd = CalendarRow {
        id: "2024-05".to_owned(),
        divisions: "53x".to_owned(),
        min: "0".to_owned(),
        modes: "car".to_owned(),
        ..weather()
    };
    assert_eq!(wrong(odd), ["id", "divisions", "min", "modes"]);
    let twice = Calendar::of_rows(&[weather(), weather(), vacation(), vacation()]).unwrap_err();
    let columns: Vec<&str> = twice.iter().map(|error| error.column).collect();
    assert_eq!(columns, ["id", "school_year"]);
}

#[test]
fn the_document_of_a_calendar_reads_as_the_same_calendar() {
    let rows = [row("holiday", "2026-01-01", ""), vacation(), weather()];
    let calendar = Calendar::of_rows(&rows).unwrap();
    assert_eq!(
        Calendar::parse(&calendar.to_document()),
        Ok(calendar.clone())
    );
    let again = Calendar::parse(&calendar.to_document()).unwrap();
    assert_eq!(again.to_document(), calendar.to_document());
}

#[test]
fn what_is_joined_later_stands_and_the_rest_stays() {
    let rows = [
        row("holiday", "2026-01-01", "2026-01-03"),
        vacation(),
        weather(),
    ];
    let known = Calendar::of_rows(&rows).unwrap();
    let longer = CalendarRow {
        to: "2024-12-28".to_owned(),
        ..weather()
    };
    let later = CalendarRow {
        county: "530999000000".to_owned(),
        from: "2025-01-20".to_owned(),
        ..vacation()
    };
    let rows = [row("workday", "2026-01-03", ""), later, longer];
    let joined = known.joined(&Calendar::of_rows(&rows).unwrap());
    assert!(joined.is_workday(day("2026-01-03")) && !joined.is_workday(day("2026-01-02")));
    let ends: Vec<Day> = joined
        .events
        .iter()
        .map(|event: &Event| event.end)
        .collect();
    assert_eq!(ends, [day("2024-12-28")]);
    let starts: Vec<Day> = joined
        .windows
        .iter()
        .map(|window: &Window| window.start)
        .collect();
    assert_eq!(starts, [day("2025-01-20")]);
}
