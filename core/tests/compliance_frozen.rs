//! Figures are frozen as they were; what comes to be known later stands beside them.

use proptest::prelude::*;
use tanfang_core::compliance::frozen::{Compared, Freezing, Frozen, compared, end_of};
use tanfang_core::compliance::statistics::{Count, Statistics, Tables, statistics};
use tanfang_core::compliance::{Calendar, Query, Report, State, report};
use tanfang_core::facts::rows::*;

mod compliance_world;
use compliance_world::*;

const VISITED: &str = "2024-04-20T09:00:00+08:00";

fn found(facts: &Facts, day: Day, known_at: Option<Instant>) -> Report {
    let query = Query {
        known_at,
        ..Query::default()
    };
    report(facts, &lincang(), &Calendar::default(), end_of(day), &query)
}

fn counted(facts: &Facts, day: Day) -> Statistics {
    let count = Count {
        division: "530999".into(),
        on: day,
        since: day.plus(-100),
    };
    let tables = Tables::built_in().unwrap();
    statistics(facts, &tables, &[], &count, &mut |_| None)
}

fn freeze(facts: &Facts, day: Day) -> Frozen {
    let freezing = Freezing {
        division: "530999".into(),
        day,
        frozen_at: Instant(end_of(day).0 + 3_600_000),
        demonstration: false,
        documents: Vec::new(),
    };
    Frozen::of(freezing, &found(facts, day, None), counted(facts, day))
}

/// The frozen figures beside what is known much later.
fn much_later(frozen: &Frozen, facts: &Facts) -> Compared {
    let later = Some(Instant(end_of(frozen.day).0 + 400 * 86_400_000));
    let now = found(facts, frozen.day, later);
    compared(frozen, &now, &counted(facts, frozen.day), &[])
}

fn one_elder() -> Facts {
    Facts {
        subjects: vec![subject("a", Group::Elder, "h")],
        assignments: vec![holder("w1", "village_committee", None, None)],
        ..Facts::default()
    }
}

fn received(mut visit: Visit, at_text: &str) -> Visit {
    visit.received_at = Some(at(at_text));
    visit
}

#[test]
fn a_visit_that_arrives_after_the_day_is_a_correction_and_the_frozen_line_stands() {
    let mut facts = one_elder();
    let visit = visit("v", &[("a", Met::Met)], at(VISITED));
    facts.visits = vec![received(visit, "2024-05-02T09:00:00+08:00")];
    let frozen = freeze(&facts, day("2024-04-30"));
    let line = |frozen: &Frozen| {
        let lines = frozen.lines.iter();
        let mut april = lines.filter(|line| line.period.as_deref() == Some("2024-04"));
        april.find_map(|line| line.state).unwrap()
    };
    assert_eq!(
        line(&frozen),
        State::Open,
        "the month runs to its last moment"
    );
    let later = much_later(&frozen, &facts);
    let mut corrected = later.corrections.iter();
    let april = corrected.find(|one| one.rule == "LC-R2" && one.period == "2024-04");
    let april = april.expect("a correction");
    assert_eq!(april.frozen.as_ref().unwrap().state, State::Open);
    let now = april.now.as_ref().unwrap();
    assert_eq!(
        (now.state, now.credited.as_slice()),
        (State::Done, &["v".to_owned()][..])
    );
    let figures = later.figures.iter();
    let mut april = figures.filter(|one| one.rule == "LC-R2" && one.period == "2024-04");
    let april = april.next().unwrap();
    assert_eq!((april.frozen.done, april.frozen.open), (0, 1));
    assert_eq!((april.now.done, april.now.open), (1, 0));
    assert_eq!(
        line(&Frozen::parse(&frozen.to_json()).unwrap()),
        State::Open
    );
}

#[test]
fn a_visit_made_after_the_day_corrects_nothing_of_it() {
    let mut facts = one_elder();
    let frozen = freeze(&facts, day("2024-04-30"));
    let after = at("2024-05-01T00:00:00+08:00");
    facts.visits = vec![visit("v", &[("a", Met::Met)], after)];
    assert_eq!(much_later(&frozen, &facts).corrections, vec![]);
}

#[test]
fn a_death_that_is_noted_later_corrects_the_lines_and_the_counts() {
    let mut facts = one_elder();
    let frozen = freeze(&facts, day("2024-04-30"));
    facts.subjects[0].died_on = Some(day("2024-04-15"));
    let later = much_later(&frozen, &facts);
    let lines = &later.corrections;
    let april = lines.iter().find(|one| one.period == "2024-04").unwrap();
    assert_eq!(april.now.as_ref().unwrap().state, State::Exempt);
    let total = later
        .counts
        .iter()
        .find(|one| one.table == "total")
        .unwrap();
    assert_eq!((total.frozen, total.now), (Some(1), Some(0)));
}

#[test]
fn a_text_that_is_no_frozen_report_is_refused_with_its_place() {
    let frozen = freeze(&one_elder(), day("2024-04-30")).to_json();
    for wrong in [
        "",
        "{}",
        &frozen[..frozen.len() - 1],
        &frozen.replace("tanfang-frozen/1", "tanfang-frozen/9"),
        &frozen.replacen("\"rule\":0", "\"rule\":999", 1),
        &frozen.replacen("\"day\":\"2024-04-30\"", "\"day\":\"30 April\"", 1),
    ] {
        assert!(Frozen::parse(wrong).is_err(), "{wrong:.80}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_frozen_reads_back_in_the_same_bytes_names_nobody_who_works_and_needs_no_correction(
        world in some_world(),
    ) {
        let day = world.as_of.day();
        let mut facts = world.facts;
        // What arrived in time: the day looks the same for ever.
        let end = end_of(day);
        facts.visits.retain(|visit| visit.started_at > end || visit.received_at <= Some(end));
        let frozen = freeze(&facts, day);
        let text = frozen.to_json();
        let read = Frozen::parse(&text).unwrap();
        prop_assert_eq!(&read, &frozen);
        prop_assert_eq!(read.to_json(), text.clone());
        prop_assert!(!text.contains("\"w1\"") && !text.contains("\"w2\""), "{}", text);
        let later = much_later(&frozen, &facts);
        prop_assert_eq!((later.corrections, later.counts), (vec![], vec![]));
        for figures in &later.figures {
            prop_assert_eq!(figures.frozen, figures.now);
        }
    }
}
