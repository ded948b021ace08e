//! Facts that contradict each other, at the ends of the calendar: told, judged all the same, and
//! nothing panics.

use proptest::prelude::*;
use tanfang_core::compliance::{
    Calendar, Event, Language, Pack, PeriodName, Query, Question, Report, Window, explain, report,
};
use tanfang_core::facts::rows::*;

mod compliance_world;
use compliance_world::*;

fn all_packs() -> Vec<Pack> {
    Pack::built_in_ids().filter_map(Pack::built_in).collect()
}

fn told(facts: &Facts) -> Vec<(String, Option<String>, Vec<String>)> {
    let as_of = at("2024-06-03T08:00:00+08:00");
    let found = report(
        facts,
        &lincang(),
        &Calendar::default(),
        as_of,
        &Query::default(),
    );
    assert!(!found.lines.is_empty(), "it is judged all the same");
    let problems = found.problems.into_iter();
    problems
        .map(|one| (one.field, one.code, one.records))
        .collect()
}

fn with(change: impl FnOnce(&mut Facts)) -> Vec<(String, Option<String>, Vec<String>)> {
    let mut facts = Facts {
        subjects: vec![subject("a", Group::Elder, "h")],
        ..Facts::default()
    };
    change(&mut facts);
    told(&facts)
}

fn problem(
    field: &str,
    code: Option<&str>,
    record: &str,
) -> Vec<(String, Option<String>, Vec<String>)> {
    vec![(
        field.to_owned(),
        code.map(str::to_owned),
        vec![record.to_owned()],
    )]
}

fn stay(state: &str, from: &str, to: &str) -> LifeState {
    LifeState {
        state: state.into(),
        from: Some(day(from)),
        to: Some(day(to)),
        family_contacted_on: None,
    }
}

#[test]
fn what_cannot_all_be_so_is_told_with_its_record_and_judged_all_the_same() {
    assert_eq!(with(|_| ()), []);
    let twice = with(|facts| {
        facts.subjects[0].died_on = Some(day("2024-05-20"));
        facts.subjects[0].died_more_than_once = true;
    });
    assert_eq!(twice, problem("life_state.code", Some("deceased"), "a"));
    let reversed = |facts: &mut Facts| {
        facts.subjects[0].registered.push(Span {
            from: Some(day("2024-05-10")),
            to: Some(day("2024-05-09")),
        })
    };
    assert_eq!(with(reversed), problem("registration.to", None, "a"));
    let assignment = holder(
        "w1",
        "village_committee",
        Some(day("2024-05-10")),
        Some(day("2024-05-09")),
    );
    let reversed = with(|facts| facts.assignments.push(assignment));
    assert_eq!(
        reversed,
        problem("assignment.to", Some("village_committee"), "w1")
    );
    let pairing = Pairing {
        id: "p".into(),
        subject: "a".into(),
        worker: "w1".into(),
        from: Some(day("2024-05-10")),
        to: Some(day("2024-05-09")),
    };
    assert_eq!(
        with(|facts| facts.pairings.push(pairing)),
        problem("pairing.to", None, "p")
    );
}

#[test]
fn states_that_share_a_day_are_told_and_those_that_follow_each_other_are_not() {
    let two = |to: &str| {
        with(|facts| {
            facts.subjects[0].states = vec![
                stay("hospital", "2024-05-01", to),
                stay("away", "2024-05-10", "2024-05-20"),
            ];
        })
    };
    assert_eq!(two("2024-05-09"), []);
    assert_eq!(two("2024-05-10"), problem("life_state.from", None, "a"));
}

#[test]
fn a_visit_outside_a_life_is_told_on_the_right_side_of_its_days() {
    let seen_on = |on: &str, met: Met| {
        with(|facts| {
            let started = at(&format!("{on}T10:00:00+08:00"));
            facts.visits.push(visit("v", &[("a", met)], started));
            facts.subjects[0].died_on = Some(day("2024-05-20"));
        })
    };
    assert_eq!(seen_on("1944-02-29", Met::Met), []);
    assert_eq!(
        seen_on("1944-02-28", Met::Met),
        problem("started_at", None, "v")
    );
    assert_eq!(seen_on("2024-05-20", Met::Met), []);
    assert_eq!(
        seen_on("2024-05-21", Met::Met),
        problem("people.met", None, "v")
    );
    assert_eq!(seen_on("2024-05-21", Met::NotMet), []);
}

fn any_day() -> impl Strategy<Value = Day> {
    prop_oneof![
        4 => (0..500i32).prop_map(|days| day("2023-12-01").plus(days)),
        1 => Just(Day::MIN),
        1 => Just(Day::MAX),
        1 => Just(Day::MIN.plus(1)),
        1 => Just(Day::MAX.plus(-1)),
    ]
}

fn any_instant() -> impl Strategy<Value = Instant> {
    prop_oneof![
        6 => (any_day(), 0..86_400_000i64).prop_map(|(day, of_day)| Instant(day.begins().0 + of_day)),
        1 => Just(Instant(i64::MIN)),
        1 => Just(Instant(i64::MAX)),
        1 => Just(Instant(0)),
    ]
}

fn open_day() -> impl Strategy<Value = Option<Day>> {
    prop::option::of(any_day())
}

fn dated(codes: &'static [&'static str]) -> impl Strategy<Value = Vec<Dated>> {
    let one = (prop::sample::select(codes), open_day(), open_day());
    prop::collection::vec(one.prop_map(|(code, from, to)| row(code, from, to)), 0..4)
}

fn any_subject() -> impl Strategy<Value = Subject> {
    let codes = &[
        "left_behind",
        "disabled_ability",
        "difficulty",
        "migrant",
        "risk_high",
        "nonsense",
    ];
    let states = (
        prop::sample::select(vec!["hospital", "away", "institution", "missing", "?"]),
        open_day(),
        open_day(),
        open_day(),
    );
    let states = states.prop_map(|(state, from, to, family_contacted_on)| LifeState {
        state: state.into(),
        from,
        to,
        family_contacted_on,
    });
    let consent = (
        prop::sample::select(vec!["informed_refuse", "informed_agree"]),
        open_day(),
    );
    let consent = consent.prop_map(|(state, on)| Consent {
        state: state.into(),
        on,
    });
    let spans = (open_day(), open_day()).prop_map(|(from, to)| Span { from, to });
    (
        (
            prop::sample::select(vec!["a", "b", "c", ""]),
            any::<bool>(),
            prop::sample::select(vec!["h", "a", ""]),
        ),
        (open_day(), open_day(), open_day()),
        prop::collection::vec(spans, 0..3),
        dated(codes),
        dated(&["530999100201", "530999", "53", "0", "x", ""]),
        prop::collection::vec(states, 0..3),
        prop::collection::vec(consent, 0..3),
    )
        .prop_map(
            |(
                (id, elder, household),
                (birth_date, died_on, moved_on),
                registered,
                categories,
                divisions,
                states,
                consent,
            )| Subject {
                birth_date,
                died_on,
                moved_on,
                registered,
                categories,
                divisions,
                states,
                consent,
                ..subject(
                    id,
                    if elder { Group::Elder } else { Group::Child },
                    household,
                )
            },
        )
}

fn any_visit() -> impl Strategy<Value = Visit> {
    let who = prop::collection::btree_map(
        prop::sample::select(vec!["a", "b", "c", "nobody"]),
        any::<bool>(),
        0..3,
    );
    (
        (prop::sample::select(vec!["v1", "v2", "v3"]), who),
        (
            prop::sample::select(vec!["home", "phone", "?"]),
            prop::sample::select(vec!["met", "met_family", "not_met", "?"]),
        ),
        (
            any_instant(),
            any_instant(),
            prop::option::of(any_instant()),
            prop::option::of(any_instant()),
        ),
        prop::option::of(any::<bool>()),
    )
        .prop_map(
            |(
                (id, who),
                (mode, outcome),
                (started, recorded_at, received_at, last_server_time),
                confirmed,
            )| {
                let met = |met: bool| if met { Met::Met } else { Met::NotMet };
                let named: Vec<(&str, Met)> =
                    who.iter().map(|(id, seen)| (*id, met(*seen))).collect();
                Visit {
                    mode: mode.into(),
                    outcome: outcome.into(),
                    recorded_at,
                    received_at,
                    last_server_time,
                    confirmed,
                    ..visit(id, &named, started)
                }
            },
        )
}

fn any_assignment() -> impl Strategy<Value = Assignment> {
    let codes = vec!["530999100201", "530999", "530999000000", "", "x"];
    (
        prop::sample::select(vec!["w1", "w2", ""]),
        prop::sample::select(vec!["village_committee", "child_director", "?"]),
        prop::sample::select(codes),
        (open_day(), open_day(), prop::option::of(any_instant())),
    )
        .prop_map(
            |(worker, role, division, (from, to, last_sync))| Assignment {
                division: division.into(),
                last_sync,
                ..holder(worker, role, from, to)
            },
        )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let pairing = (any_subject(), open_day(), open_day()).prop_map(|(of, from, to)| Pairing {
        id: "p".into(),
        subject: of.id,
        worker: "w1".into(),
        from,
        to,
    });
    let kinds = prop::sample::select(vec!["service_plan", "guardian_agreement", "refresh", "?"]);
    let paper = (kinds, open_day(), open_day()).prop_map(|(kind, from, to)| Document {
        subject: "a".into(),
        kind: kind.into(),
        from,
        to,
    });
    (
        prop::collection::vec(any_subject(), 1..4),
        prop::collection::vec(any_visit(), 0..6),
        prop::collection::vec(any_assignment(), 0..4),
        prop::collection::vec(pairing, 0..2),
        prop::collection::vec(paper, 0..3),
    )
        .prop_map(
            |(subjects, visits, assignments, pairings, documents)| Facts {
                subjects,
                visits,
                assignments,
                pairings,
                documents,
                unread: Vec::new(),
            },
        )
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let window = (any_day(), any_day()).prop_map(|(start, end)| Window {
        county: "530999".into(),
        kind: "winter_vacation".into(),
        school_year: "2024-2025".into(),
        start,
        end,
    });
    let event = (any_day(), any_day()).prop_map(|(start, end)| Event {
        id: "cold".into(),
        kind: "extreme_weather".into(),
        divisions: vec!["530999".into()],
        start,
        end,
        min: Some(1),
        modes: Vec::new(),
    });
    (
        prop::collection::vec(window, 0..2),
        prop::collection::vec(event, 0..2),
    )
        .prop_map(|(windows, events)| Calendar {
            windows,
            events,
            ..Calendar::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_facts_a_report_and_its_explanations_come(facts in any_facts(), calendar in any_calendar(), as_of in any_instant()) {
        let packs = all_packs();
        let found: Report = report(&facts, &packs, &calendar, as_of, &Query::default());
        prop_assert!(serde_json::to_string(&found).is_ok());
        for line in &found.lines {
            let period = line.period.as_deref().map(|text| PeriodName::read(text, &calendar).unwrap());
            let question = Question { rule: line.rule.to_string(), unit: line.unit.clone(), period };
            if let Some(explained) = explain(&facts, &packs, &calendar, as_of, &question) {
                prop_assert!(!explained.sentences(Language::En).is_empty());
            }
        }
    }
}
