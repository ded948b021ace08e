//! Coverage by area and what falls due.

use tanfang_core::compliance::{
    Calendar, Coverage, Line, Query, Report, coverage_by_area, due_within, report,
};
use tanfang_core::facts::rows::*;

mod compliance_world;
use compliance_world::*;

const OTHER: &str = "530999100202";
const AS_OF: &str = "2024-06-25T08:00:00+08:00";

/// Two elders of one village, one of whom was seen in June, and one of another village.
fn facts() -> Facts {
    let mut away = subject("c", Group::Elder, "h3");
    away.divisions[0].code = OTHER.into();
    Facts {
        subjects: vec![
            subject("a", Group::Elder, "h1"),
            subject("b", Group::Elder, "h2"),
            away,
        ],
        assignments: vec![holder("w1", "village_committee", None, None)],
        visits: ["2024-05-10", "2024-06-10"]
            .map(|on| {
                let started = Instant(day(on).begins().0 + 36_000_000);
                visit(&format!("v{on}"), &[("a", Met::Met)], started)
            })
            .into(),
        ..Facts::default()
    }
}

fn found() -> Report {
    let (calendar, all) = (Calendar::default(), Query::default());
    report(&facts(), &lincang(), &calendar, at(AS_OF), &all)
}

fn lines(due: Vec<&Line>) -> Vec<(String, String)> {
    let all = due.into_iter();
    let of_rule = all.filter(|line| line.rule == "LC-R2");
    of_rule
        .map(|line| (line.unit.clone(), line.due.unwrap().to_string()))
        .collect()
}

#[test]
fn coverage_is_counted_in_each_area_by_rule_and_period_and_adds_up_to_the_whole() {
    let found = found();
    let counted = coverage_by_area(&found, "530999100");
    let of = |division: &str, period: &str| {
        let mut own = counted.iter();
        let own = own
            .find(|one| (&*one.division, &*one.rule, &*one.period) == (division, "LC-R2", period));
        own.unwrap_or_else(|| panic!("{division} {period}"))
    };
    let may = of(VILLAGE, "2024-05");
    assert_eq!((may.coverage.done, may.coverage.overdue), (1, 1));
    assert_eq!(may.per_mille, Some(500));
    let june = of(VILLAGE, "2024-06");
    assert_eq!(
        (june.coverage.done, june.coverage.open, june.per_mille),
        (1, 1, Some(1000))
    );
    assert_eq!(of(OTHER, "2024-05").per_mille, Some(0));
    let whole = Coverage::of(&found.lines);
    let sum = |count: fn(&Coverage) -> usize| -> usize {
        counted.iter().map(|one| count(&one.coverage)).sum()
    };
    assert_eq!(sum(|of| of.done), whole.done);
    assert_eq!(sum(|of| of.overdue), whole.overdue);
    assert_eq!(sum(|of| of.open), whole.open);
}

#[test]
fn what_falls_due_within_some_days_counts_today_as_the_first() {
    let found = found();
    let today = at(AS_OF).day();
    // June's last day is the sixth from the 25th on.
    assert_eq!(lines(due_within(&found, today, 5)), []);
    let june = |unit: &str| (unit.to_owned(), "2024-06-30".to_owned());
    assert_eq!(lines(due_within(&found, today, 6)), [june("b"), june("c")]);
    assert_eq!(lines(due_within(&found, today, 0)), []);
}
