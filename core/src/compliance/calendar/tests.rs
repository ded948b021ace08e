use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn every_form_of_a_period_reads_and_prints_the_same() {
    let forms = [
        ("2024-05", "2024-05-01", "2024-05-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-Q2", "2024-04-01", "2024-06-30"),
        ("2024-Q4", "2024-10-01", "2024-12-31"),
        ("2024-H1", "2024-01-01", "2024-06-30"),
        ("2024-H2", "2024-07-01", "2024-12-31"),
        ("2024-W22", "2024-05-27", "2024-06-02"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2024-05-10", "2024-05-10", "2024-05-10"),
    ];
    for (text, first, last) in forms {
        let name = PeriodName::parse(text).unwrap();
        assert_eq!(name.to_string(), text);
        let (cadence, period) = name.calendar_period().unwrap();
        assert_eq!(
            (period.first, period.last, &period.name),
            (day(first), day(last), &name)
        );
        assert_eq!(cadence.holding(day(last)), period, "{text}");
        assert_eq!(cadence.before(&period).unwrap().last, day(first).plus(-1));
    }
    let window = PeriodName::parse("winter_vacation/2024-2025").unwrap();
    assert_eq!(window.to_string(), "winter_vacation/2024-2025");
    assert_eq!(window.calendar_period(), None);
}

#[test]
fn what_is_no_period_is_refused() {
    let wrong = [
        "2024",
        "2024-13",
        "2024-0",
        "2024-00",
        "2024-Q5",
        "2024-Q02",
        "2024-H3",
        "2024-W54",
        "2023-W53",
        "24-05",
        "2024-5",
        "2024-05-32",
        "winter/2024-2025",
        "winter_vacation/2024-2026",
        "winter_vacation/2024",
        "",
        "2024-",
        "2024-季",
        "+024-05",
        "0000-05",
    ];
    for text in wrong {
        assert_eq!(PeriodName::parse(text), None, "{text}");
    }
}

#[test]
fn five_workdays_skip_the_weekend_and_holidays_and_take_a_worked_sunday() {
    let mut calendar = Calendar::default();
    // Wednesday 2024-06-05; the Monday after is the dragon boat festival.
    assert_eq!(
        calendar.workdays_after(day("2024-06-05"), 5),
        day("2024-06-12")
    );
    calendar.holidays.insert(day("2024-06-10"));
    assert_eq!(
        calendar.workdays_after(day("2024-06-05"), 5),
        day("2024-06-13")
    );
    calendar.workdays.insert(day("2024-06-09"));
    assert_eq!(
        calendar.workdays_after(day("2024-06-05"), 5),
        day("2024-06-12")
    );
    calendar.workdays.insert(day("2024-06-10"));
    assert_eq!(
        calendar.workdays_after(day("2024-06-05"), 5),
        day("2024-06-11"),
        "workdays win"
    );
}

#[test]
fn a_calendar_says_where_it_is_wrong() {
    let place = |text: &str| Calendar::parse(text).err().unwrap().place;
    assert_eq!(place(r#"{"holidays":["2024-06-31"]}"#), "holidays[0]");
    assert_eq!(
        place(r#"{"windows":[{"county":"5309","kind":"spring","school_year":"2024-2025"}]}"#),
        "windows[0].kind"
    );
    assert_eq!(
        place(r#"{"events":[{"id":"2024-05","kind":"extreme_weather"}]}"#),
        "events[0].id"
    );
    assert_eq!(
        place(r#"{"events":[{"id":"e","kind":"extreme_weather","min":0}]}"#),
        "events[0].min"
    );
    assert_eq!(place(r#"{"extra":[]}"#), "the file");
    assert!(Calendar::parse("{}").is_ok());
}

#[test]
fn the_school_year_begins_in_september() {
    assert_eq!(school_year_of(day("2025-01-18")), "2024-2025");
    assert_eq!(school_year_of(day("2025-08-31")), "2024-2025");
    assert_eq!(school_year_of(day("2025-09-01")), "2025-2026");
}
