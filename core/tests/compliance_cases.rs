//! Every worked case of `tests/cases` and the county's example holds.

use tanfang_core::compliance::cases;

macro_rules! holds {
    ($($name:ident: $file:literal),* $(,)?) => {$(
        #[test]
        fn $name() {
            let outcome = cases::run(include_str!($file), &[]).unwrap_or_else(|error| panic!("{error}"));
            let failures: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
            assert!(failures.is_empty(), "{}", failures.join("\n"));
            assert!(outcome.checked > 0);
        }
    )*};
}

holds! {
    the_countys_example_holds: "data/cases-example.json",
    eligibility_holds: "cases/eligibility.json",
    states_hold: "cases/states.json",
    credit_holds: "cases/credit.json",
    pairings_hold: "cases/pairings.json",
    excuses_hold: "cases/excuses.json",
    parameters_hold: "cases/parameters.json",
    handover_holds: "cases/handover.json",
    handover_under_other_parameters_holds: "cases/handover_params.json",
    moves_within_the_county_hold: "cases/moved.json",
    documents_hold: "cases/documents.json",
    refreshes_hold: "cases/refresh.json",
    windows_events_and_deadlines_hold: "cases/windows.json",
    the_countys_event_min_holds: "cases/event_min.json",
    other_packs_hold: "cases/other_packs.json",
    the_thirty_cases_hold_at_their_borders: "cases/thirty.json",
    those_that_a_county_publishes_hold_at_theirs: "cases/thirty_published.json",
}

/// Each expectation, turned into another one, is reported: none of them holds by itself.
#[test]
fn every_expectation_can_fail() {
    use tanfang_core::compliance::State;
    for text in [
        include_str!("cases/eligibility.json"),
        include_str!("cases/states.json"),
        include_str!("cases/credit.json"),
        include_str!("cases/handover.json"),
        include_str!("cases/windows.json"),
        include_str!("cases/documents.json"),
        include_str!("cases/thirty.json"),
        include_str!("cases/thirty_published.json"),
    ] {
        let file = cases::parse(text, &[]).unwrap();
        for case in &file.cases {
            for at in 0..case.expect.len() {
                let mut wrong = case.clone();
                wrong.expect[at].state = match wrong.expect[at].state {
                    Some(State::Review) | None => Some(State::Done),
                    Some(_) => Some(State::Review),
                };
                let found = wrong.failures(&file.packs, &file.calendar);
                assert_eq!(found.len(), 1, "{}", wrong.expect[at].place);
                assert_eq!(found[0].place, wrong.expect[at].place);
            }
        }
    }
}

/// Case 29, which the format cannot say: two versions of one pack.
#[test]
fn case_29_a_rule_that_changes_within_a_month_holds_as_it_was_to_the_months_end() {
    use tanfang_core::compliance::{Calendar, Pack, PeriodName, Periods, Query, State, report};
    let file = cases::parse(include_str!("cases/thirty.json"), &[]).unwrap();
    let holds =
        |case: &&cases::Case| case.name.starts_with("case 10: ") && case.facts.visits.len() == 1;
    let facts = &file.cases.iter().find(holds).unwrap().facts;
    let first = Pack::built_in("yn-lincang-2024").unwrap();
    let judged = |changes_on: &str| {
        let changed: tanfang_core::facts::rows::Day = changes_on.parse().unwrap();
        let (mut old, mut new) = (first.clone(), first.clone());
        old.valid_to = Some(changed.plus(-1));
        (new.version, new.valid_from) = (2, Some(changed));
        let asked = |month| Query {
            units: Some(["b".to_string()].into()),
            periods: Periods::Named(vec![PeriodName::Month(2024, month)]),
            ..Query::default()
        };
        let of = |month| {
            let as_of = "2024-07-03T08:00:00+08:00".parse().unwrap();
            let found = report(
                facts,
                &[old.clone(), new.clone()],
                &Calendar::default(),
                as_of,
                &asked(month),
            );
            let lines = found.lines.into_iter().filter(|line| line.rule == "LC-R2");
            lines
                .map(|line| (line.pack_version, line.state.unwrap()))
                .collect::<Vec<_>>()
        };
        (of(5), of(6))
    };
    let (done, overdue) = (State::Done, State::Overdue);
    assert_eq!(judged("2024-05-01"), (vec![(2, done)], vec![(2, overdue)]));
    assert_eq!(judged("2024-05-02"), (vec![(1, done)], vec![(2, overdue)]));
    assert_eq!(judged("2024-06-01"), (vec![(1, done)], vec![(2, overdue)]));
    assert_eq!(judged("2024-06-02"), (vec![(1, done)], vec![(1, overdue)]));
}
