//! What a store holds that no rule can read is told with its record, and the rest is judged.

use tanfang_core::compliance::{Calendar, Pack, Query, State, report};
use tanfang_core::facts::rows::*;
use tanfang_core::form::Form;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn dated(code: &str) -> Dated {
    Dated {
        code: code.into(),
        from: Some("2023-01-01".parse().unwrap()),
        to: None,
    }
}

fn elder(id: &str, village: &str) -> Subject {
    Subject {
        id: id.into(),
        group: Group::Elder,
        birth_date: Some("1944-02-29".parse().unwrap()),
        divisions: vec![dated(village)],
        household: format!("home of {id}"),
        registered: vec![Span::default()],
        categories: vec![dated("left_behind"), dated("disabled_ability")],
        states: vec![],
        consent: vec![],
        died_on: None,
        died_more_than_once: false,
        moved_on: None,
        conflicted: false,
    }
}

fn visit(id: &str, person: &str, mode: &str) -> Visit {
    let started = at("2024-06-10T10:00:00+08:00");
    Visit {
        id: id.into(),
        subjects: [(person.to_owned(), Met::Met)].into(),
        mode: mode.into(),
        outcome: "met".into(),
        started_at: started,
        recorded_at: started,
        received_at: Some(started),
        last_server_time: None,
        clocks: Default::default(),
        participants: vec![Participant {
            worker: "w".into(),
            role: "village_committee".into(),
        }],
        backfill_reason: None,
        confirmed: None,
        conflicted: false,
    }
}

fn judged(facts: &Facts, area: &str) -> tanfang_core::compliance::Report {
    let packs = [Pack::built_in("yn-lincang-2024").unwrap()];
    let query = Query {
        divisions: Some(vec![area.into()]),
        ..Query::default()
    };
    let as_of = at("2024-06-20T08:00:00+08:00");
    report(facts, &packs, &Calendar::default(), as_of, &query)
}

fn told(report: &tanfang_core::compliance::Report) -> Vec<(&str, Option<&str>, Vec<&str>)> {
    let problems = report.problems.iter();
    problems
        .map(|p| {
            let records = p.records.iter().map(String::as_str).collect();
            (p.field.as_str(), p.code.as_deref(), records)
        })
        .collect()
}

#[test]
fn an_unknown_code_is_a_problem_line_and_what_is_known_is_judged_all_the_same() {
    let mut a = elder("a", "530999201201");
    a.categories.push(dated("lives_on_a_boat"));
    a.states.push(LifeState {
        state: "in_orbit".into(),
        from: None,
        to: None,
        family_contacted_on: None,
    });
    a.consent.push(Consent {
        state: "perhaps".into(),
        on: None,
    });
    let mut b = elder("b", "530999201201");
    b.categories.push(dated("lives_on_a_boat"));
    let mut by_robot = visit("v2", "a", "home");
    by_robot.participants[0].role = "robot".into();
    by_robot.outcome = "dreamt".into();
    let facts = Facts {
        subjects: vec![a, b],
        visits: vec![
            visit("v1", "a", "drone"),
            by_robot,
            visit("v3", "b", "home"),
        ],
        ..Facts::default()
    };
    let report = judged(&facts, "530999");
    assert_eq!(
        told(&report),
        [
            ("category.code", Some("lives_on_a_boat"), vec!["a", "b"]),
            ("consent.code", Some("perhaps"), vec!["a"]),
            ("life_state.code", Some("in_orbit"), vec!["a"]),
            ("mode", Some("drone"), vec!["v1"]),
            ("outcome", Some("dreamt"), vec!["v2"]),
            ("participants.role", Some("robot"), vec!["v2"]),
        ]
    );
    assert!(
        report
            .problems
            .iter()
            .all(|p| p.message.contains("Update the app"))
    );
    let state = |unit: &str| {
        let mut lines = report.lines.iter();
        let line = lines.find(|l| {
            l.rule == "LC-R2" && l.unit == unit && l.period.as_deref() == Some("2024-06")
        });
        line.unwrap().state
    };
    assert_eq!(
        state("a"),
        Some(State::Open),
        "neither visit is one that a rule knows"
    );
    assert_eq!(state("b"), Some(State::Done));
}

#[test]
fn a_visit_that_cannot_be_read_is_named_and_only_to_who_asks_about_its_people() {
    let facts = Facts {
        subjects: vec![elder("a", "530999201201"), elder("b", "530999201202")],
        unread: vec![Unread {
            record: "v1".into(),
            field: "started_at".into(),
            subjects: vec!["a".into()],
        }],
        ..Facts::default()
    };
    let report = judged(&facts, "530999201201");
    assert_eq!(told(&report), [("started_at", None, vec!["v1"])]);
    assert!(report.problems[0].message.contains("correct the field"));
    assert!(judged(&facts, "530999201202").problems.is_empty());
}

#[test]
fn every_code_of_the_built_in_forms_is_known() {
    for form in ["elder_card", "child_left_behind"] {
        let form = Form::built_in(form).unwrap().unwrap();
        let mut a = elder("a", "530999201201");
        for list in ["category", "life_state", "consent_state"] {
            let choices = form.list(list);
            assert!(!choices.is_empty(), "{list}");
            for choice in choices {
                match list {
                    "category" => a.categories.push(dated(&choice.name)),
                    "consent_state" => a.consent.push(Consent {
                        state: choice.name.clone(),
                        on: None,
                    }),
                    // Not stays; the facts of a person leave them out.
                    _ if matches!(choice.name.as_str(), "active" | "moved" | "deceased") => {}
                    // One after the other: two on one day would contradict each other.
                    _ => {
                        let first: Day = "2024-01-01".parse().unwrap();
                        let day = first.plus(a.states.len() as i32);
                        a.states.push(LifeState {
                            state: choice.name.clone(),
                            from: Some(day),
                            to: Some(day),
                            family_contacted_on: None,
                        });
                    }
                }
            }
        }
        let facts = Facts {
            subjects: vec![a],
            ..Facts::default()
        };
        assert_eq!(
            told(&judged(&facts, "530999")),
            [],
            "{form:?}",
            form = form.id()
        );
    }
}
