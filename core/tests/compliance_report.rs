//! The report as a whole: which lines it prints, in which order, the same whatever the order of
//! the facts, and fast enough for a phone.

use proptest::prelude::*;
use tanfang_core::compliance::{
    Calendar, Coverage, Pack, PeriodName, Periods, Query, State, first_due, report,
};
use tanfang_core::facts::rows::*;

#[path = "compliance_report/own_clocks.rs"]
mod own_clocks;

const VILLAGE: &str = "530999100201";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn row(code: &str, from: Option<Day>, to: Option<Day>) -> Dated {
    Dated {
        code: code.into(),
        from,
        to,
    }
}

fn subject(id: &str, group: Group, household: &str) -> Subject {
    let codes: &[&str] = match group {
        Group::Elder => &["left_behind", "disabled_ability"],
        Group::Child => &["left_behind"],
    };
    Subject {
        id: id.into(),
        group,
        birth_date: Some(if group == Group::Elder {
            day("1944-02-29")
        } else {
            day("2014-06-01")
        }),
        divisions: vec![row(VILLAGE, None, None)],
        household: household.into(),
        registered: vec![Span {
            from: Some(day("2023-01-01")),
            to: None,
        }],
        categories: codes
            .iter()
            .map(|code| row(code, Some(day("2023-01-01")), None))
            .collect(),
        states: vec![],
        consent: vec![],
        died_on: None,
        moved_on: None,
        conflicted: false,
    }
}

fn visit(id: &str, subjects: &[(&str, Met)], started: Instant) -> Visit {
    let who = |worker: &str, role: &str| Participant {
        worker: worker.into(),
        role: role.into(),
    };
    Visit {
        id: id.into(),
        subjects: subjects
            .iter()
            .map(|(id, met)| ((*id).to_string(), *met))
            .collect(),
        mode: "home".into(),
        outcome: "met".into(),
        started_at: started,
        recorded_at: started,
        received_at: Some(started),
        last_server_time: None,
        participants: vec![who("w1", "village_committee"), who("w2", "child_director")],
        clocks: Default::default(),
        backfill_reason: None,
        confirmed: None,
        conflicted: false,
    }
}

fn lincang() -> Vec<Pack> {
    vec![Pack::built_in("yn-lincang-2024").unwrap()]
}

#[test]
fn it_prints_the_running_period_the_one_before_and_those_whose_unsynced_days_run() {
    let facts = Facts {
        subjects: vec![subject("a", Group::Elder, "h")],
        ..Facts::default()
    };
    let periods = |as_of: &str| -> Vec<String> {
        let found = report(
            &facts,
            &lincang(),
            &Calendar::default(),
            at(as_of),
            &Query::default(),
        );
        let lines = found.lines.into_iter().filter(|line| line.rule == "LC-R2");
        lines.map(|line| line.period.unwrap()).collect()
    };
    assert_eq!(periods("2024-07-01T08:00:00+08:00"), ["2024-06", "2024-07"]);
    assert_eq!(periods("2024-06-30T23:59:00+08:00"), ["2024-05", "2024-06"]);
    assert_eq!(
        periods("2024-03-01T23:59:00+08:00"),
        ["2024-01", "2024-02", "2024-03"]
    );
    assert_eq!(periods("2024-03-02T00:00:00+08:00"), ["2024-02", "2024-03"]);
}

#[test]
fn rules_without_number_are_shown_with_the_day_last_seen_and_never_judged() {
    let mut seen = visit("v", &[("a", Met::Met)], at("2024-03-10T10:00:00+08:00"));
    seen.participants[0].role = "first_secretary".into();
    let facts = Facts {
        subjects: vec![subject("a", Group::Elder, "h")],
        visits: vec![seen],
        ..Facts::default()
    };
    let as_of = at("2024-07-01T08:00:00+08:00");
    let found = report(
        &facts,
        &lincang(),
        &Calendar::default(),
        as_of,
        &Query::default(),
    );
    let of = |rule: &str| found.lines.iter().find(|line| line.rule == rule).unwrap();
    let (secretary, volunteer) = (of("LC-R4"), of("LC-H1"));
    assert_eq!(
        (secretary.state, secretary.last_seen),
        (None, Some(day("2024-03-10")))
    );
    assert_eq!(
        (
            volunteer.state,
            volunteer.period.as_deref(),
            volunteer.last_seen
        ),
        (None, None, None)
    );
}

#[test]
fn a_line_has_its_keys_in_a_fixed_order_with_document_article_and_quote() {
    let facts = Facts {
        subjects: vec![subject("a", Group::Elder, "h")],
        ..Facts::default()
    };
    let query = Query {
        periods: Periods::Named(vec![PeriodName::Month(2024, 5)]),
        ..Query::default()
    };
    let as_of = at("2024-06-03T08:00:00+08:00");
    let found = report(&facts, &lincang(), &Calendar::default(), as_of, &query);
    assert_eq!(
        serde_json::to_string(&found).unwrap(),
        concat!(
            r#"{"as_of":"2024-06-03T08:00:00+08:00","lines":[{"rule":"LC-R2","unit":"a","period":"2024-05","#,
            r#""state":"overdue","due":null,"reason":null,"credited":[],"flags":["vacant"],"unsent":[],"#,
            r#""document":"临沧市党建引领“一老一小”关爱服务工作方案(2024-03-26)","article":"三(三)3","#,
            r#""quote":"村(社区)两委成员每月至少探访1次失能留守老年人","pack":"yn-lincang-2024","#,
            r#""pack_version":1,"strength":"must","last_seen":null,"advice":null}],"gaps":[],"problems":[]}"#
        )
    );
}

#[test]
fn an_area_a_unit_or_both_narrow_the_report() {
    let mut far = subject("far", Group::Elder, "h2");
    far.divisions = vec![row("530999200201", None, None)];
    let facts = Facts {
        subjects: vec![subject("a", Group::Elder, "h"), far],
        ..Facts::default()
    };
    let units = |query: Query| {
        let as_of = at("2024-06-03T08:00:00+08:00");
        let found = report(&facts, &lincang(), &Calendar::default(), as_of, &query);
        let mut units: Vec<String> = found.lines.into_iter().map(|line| line.unit).collect();
        units.dedup();
        units.sort();
        units.dedup();
        units
    };
    let area = |code: &str| Some(vec![code.to_string()]);
    assert_eq!(units(Query::default()), ["a", "far"]);
    assert_eq!(
        units(Query {
            divisions: area("530999100000"),
            ..Query::default()
        }),
        ["a"]
    );
    assert_eq!(
        units(Query {
            units: Some(["far".to_string()].into()),
            ..Query::default()
        }),
        ["far"]
    );
    assert_eq!(
        units(Query {
            divisions: area("530998"),
            ..Query::default()
        }),
        Vec::<String>::new()
    );
}

#[test]
fn away_advises_a_call_and_a_window_that_nobody_published_is_a_gap() {
    let mut away = subject("a", Group::Elder, "h");
    away.states = vec![LifeState {
        state: "away".into(),
        from: None,
        to: None,
        family_contacted_on: None,
    }];
    let facts = Facts {
        subjects: vec![away, subject("c", Group::Child, "h")],
        ..Facts::default()
    };
    let packs = [lincang(), vec![Pack::built_in("ah-2024").unwrap()]].concat();
    let as_of = at("2025-01-20T08:00:00+08:00");
    let found = report(
        &facts,
        &packs,
        &Calendar::default(),
        as_of,
        &Query::default(),
    );
    let line = found
        .lines
        .iter()
        .find(|line| line.rule == "LC-R2")
        .unwrap();
    assert_eq!(
        (line.state, line.advice),
        (Some(State::Exempt), Some("phone"))
    );
    let gaps: Vec<(&str, &str, &str)> = found
        .gaps
        .iter()
        .map(|gap| {
            (
                gap.rule.as_str(),
                gap.division.as_str(),
                gap.period.as_str(),
            )
        })
        .collect();
    assert_eq!(
        gaps,
        [
            ("AH-R5", "530999", "summer_vacation/2024-2025"),
            ("AH-R5", "530999", "winter_vacation/2024-2025")
        ]
    );
}

#[test]
fn of_two_packs_the_unit_shows_the_line_that_falls_due_first_and_coverage_counts_people_seen() {
    let subjects = vec![
        subject("a", Group::Elder, "h"),
        subject("c", Group::Child, "h"),
    ];
    let visits = vec![visit(
        "v",
        &[("a", Met::Met)],
        at("2024-05-10T10:00:00+08:00"),
    )];
    let facts = Facts {
        subjects,
        visits,
        ..Facts::default()
    };
    let as_of = at("2024-06-03T08:00:00+08:00");
    let found = report(
        &facts,
        &lincang(),
        &Calendar::default(),
        as_of,
        &Query::default(),
    );
    let first = first_due(&found.lines);
    assert_eq!(
        first.get("h").map(|line| line.rule.as_str()),
        Some("LC-R3a")
    );
    let monthly = found
        .lines
        .iter()
        .filter(|line| line.period.as_deref() == Some("2024-05"));
    let coverage = Coverage::of(monthly);
    assert_eq!(
        (coverage.done, coverage.overdue, coverage.per_mille()),
        (1, 1, Some(500))
    );
}

#[derive(Debug, Clone)]
struct World {
    facts: Facts,
    as_of: Instant,
}

fn some_day() -> impl Strategy<Value = Day> {
    (0..400i32).prop_map(|days| day("2023-12-01").plus(days))
}

fn some_visit() -> impl Strategy<Value = Visit> {
    let who = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")];
    let modes = prop_oneof![4 => Just("home"), 1 => Just("phone")];
    let outcomes = prop_oneof![4 => Just("met"), 1 => Just("met_family"), 1 => Just("not_met")];
    let delay = prop_oneof![6 => Just(0i64), 1 => Just(30i64), 1 => Just(80i64)];
    let confirmed = prop_oneof![6 => Just(None), 1 => any::<bool>().prop_map(Some)];
    (
        prop::collection::btree_map(who, any::<bool>(), 1..3),
        some_day(),
        0..96i64,
        modes,
        outcomes,
        delay,
        confirmed,
    )
        .prop_map(|(who, day, quarter, mode, outcome, delay, confirmed)| {
            let met = |met: &bool| if *met { Met::Met } else { Met::NotMet };
            let named: Vec<(&str, Met)> = who.iter().map(|(id, seen)| (*id, met(seen))).collect();
            let started = Instant(day.begins().0 + quarter * 15 * 60_000);
            let mut visit = visit("v", &named, started);
            (visit.mode, visit.outcome, visit.confirmed) = (mode.into(), outcome.into(), confirmed);
            visit.recorded_at = Instant(started.0 + delay * 3_600_000);
            visit.received_at = Some(visit.recorded_at);
            visit
        })
}

fn some_world() -> impl Strategy<Value = World> {
    let ends = prop::collection::vec((some_day(), some_day(), any::<bool>()), 0..5);
    let leaves = prop::collection::vec(prop::option::of(some_day()), 4);
    (
        prop::collection::vec(some_visit(), 0..25),
        ends,
        leaves,
        some_day(),
    )
        .prop_map(|(mut visits, changes, leaves, as_of)| {
            for (number, visit) in visits.iter_mut().enumerate() {
                visit.id = format!("v{number:02}");
            }
            let mut subjects = vec![
                subject("a", Group::Elder, "h1"),
                subject("b", Group::Elder, "h2"),
                subject("c", Group::Child, "h1"),
                subject("d", Group::Child, "h1"),
            ];
            for (subject, leave) in subjects.iter_mut().zip(leaves) {
                subject.moved_on = leave;
            }
            let assignment = |worker: &str, role: &str, from, to| Assignment {
                worker: worker.into(),
                role: role.into(),
                division: VILLAGE.into(),
                from,
                to,
                last_sync: Some(at("2024-05-20T08:00:00+08:00")),
            };
            let mut assignments = vec![assignment("w2", "child_director", None, None)];
            for (to, from, cadre) in changes {
                let (worker, role) = if cadre {
                    ("w1", "village_committee")
                } else {
                    ("w2", "child_director")
                };
                assignments.push(assignment(worker, role, None, Some(to)));
                assignments.push(assignment(worker, role, Some(from), None));
            }
            let facts = Facts {
                subjects,
                assignments,
                visits,
                ..Facts::default()
            };
            World {
                facts,
                as_of: as_of.ends(),
            }
        })
}

fn text_of(world: &World, query: &Query) -> String {
    let found = report(
        &world.facts,
        &lincang(),
        &Calendar::default(),
        world.as_of,
        query,
    );
    serde_json::to_string(&found).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_facts_in_any_order_give_the_same_bytes(world in some_world(), turn in 0usize..20) {
        let mut other = world.clone();
        other.facts.subjects.reverse();
        other.facts.assignments.reverse();
        let length = other.facts.visits.len().max(1);
        other.facts.visits.rotate_left(turn % length);
        for visit in &mut other.facts.visits {
            visit.participants.reverse();
        }
        prop_assert_eq!(text_of(&world, &Query::default()), text_of(&other, &Query::default()));
    }

    #[test]
    fn a_report_says_of_a_unit_what_it_says_of_all(world in some_world()) {
        let all = report(&world.facts, &lincang(), &Calendar::default(), world.as_of, &Query::default());
        for unit in ["a", "b", "c", "h1"] {
            let query = Query { units: Some([unit.to_string()].into()), ..Query::default() };
            let one = report(&world.facts, &lincang(), &Calendar::default(), world.as_of, &query);
            let same: Vec<_> = all.lines.iter().filter(|line| line.unit == unit).cloned().collect();
            prop_assert_eq!(one.lines, same);
        }
    }

    #[test]
    fn a_period_asked_alone_is_judged_as_among_others(world in some_world()) {
        let all = report(&world.facts, &lincang(), &Calendar::default(), world.as_of, &Query::default());
        for line in all.lines.iter().filter(|line| line.state.is_some()) {
            let name = PeriodName::parse(line.period.as_deref().unwrap()).unwrap();
            let query = Query { periods: Periods::Named(vec![name]), ..Query::default() };
            let one = report(&world.facts, &lincang(), &Calendar::default(), world.as_of, &query);
            prop_assert!(one.lines.contains(line), "{:?}", line);
        }
    }

    #[test]
    fn no_visit_is_credited_twice_by_a_rule_to_a_unit(world in some_world()) {
        let names = (1..=12).map(|month| PeriodName::Month(2024, month)).collect();
        let query = Query { periods: Periods::Named(names), ..Query::default() };
        let found = report(&world.facts, &lincang(), &Calendar::default(), world.as_of, &query);
        let mut seen = std::collections::BTreeSet::new();
        for line in &found.lines {
            for visit in &line.credited {
                prop_assert!(seen.insert((line.rule.clone(), line.unit.clone(), visit.clone())));
            }
        }
    }

    #[test]
    fn one_more_visit_that_counts_never_makes_done_undone(mut world in some_world(), day in some_day()) {
        // Without a change of hands: a grace may rightly draw a visit to the earlier period.
        world.facts.assignments.truncate(1);
        let before = report(&world.facts, &lincang(), &Calendar::default(), world.as_of, &Query::default());
        let everybody = [("a", Met::Met), ("b", Met::Met), ("c", Met::Met), ("d", Met::Met)];
        world.facts.visits.push(visit("more", &everybody, Instant(day.begins().0 + 36_000_000)));
        let after = report(&world.facts, &lincang(), &Calendar::default(), world.as_of, &Query::default());
        for line in before.lines.iter().filter(|line| line.state == Some(State::Done)) {
            let same = |other: &&tanfang_core::compliance::Line| {
                (&other.rule, &other.unit, &other.period) == (&line.rule, &line.unit, &line.period)
            };
            prop_assert_eq!(after.lines.iter().find(same).and_then(|line| line.state), Some(State::Done));
        }
    }
}
