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
