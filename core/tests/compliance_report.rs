//! The report as a whole: which lines it prints, in which order, the same whatever the order of
//! the facts, and fast enough for a phone.

use proptest::prelude::*;
use tanfang_core::compliance::{
    Calendar, Coverage, Pack, PeriodName, Periods, Query, State, first_due, report,
};
use tanfang_core::facts::rows::*;

mod compliance_world;
use compliance_world::*;

#[path = "compliance_report/own_clocks.rs"]
mod own_clocks;

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
            r#""pack_version":1,"strength":"must","last_seen":null,"advice":null}],"#,
            r#""not_seen":[{"unit":"a","risk":null,"last_seen":null,"days":null,"lines":[["LC-R2","2024-05"]]}],"#,
            r#""gaps":[{"rule":"LC-R2","division":"530999100201","period":"2024-05","unit":null,"gap":"vacant"}],"problems":[]}"#
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
        .filter(|gap| gap.gap == "no window published")
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

#[test]
fn the_not_seen_stand_by_risk_and_days_since_they_were_seen_whoever_visits_them() {
    let risky = |id: &str, code: &str| {
        let mut elder = subject(id, Group::Elder, id);
        elder
            .categories
            .push(row(code, Some(day("2023-01-01")), None));
        elder
    };
    let facts = Facts {
        subjects: vec![
            subject("a", Group::Elder, "ha"),
            subject("b", Group::Elder, "hb"),
            risky("c", "risk_general"),
            risky("d", "risk_high"),
            risky("e", "risk_high"),
            subject("f", Group::Elder, "hf"),
        ],
        visits: [
            ("a", "03-10"),
            ("b", "02-10"),
            ("d", "04-10"),
            ("f", "05-10"),
        ]
        .map(|(id, seen)| {
            let started = at(&format!("2024-{seen}T10:00:00+08:00"));
            visit(id, &[(id, Met::Met)], started)
        })
        .into(),
        ..Facts::default()
    };
    let query = Query {
        periods: Periods::Named(vec![PeriodName::Month(2024, 5)]),
        ..Query::default()
    };
    let as_of = at("2024-06-03T08:00:00+08:00");
    let found = report(&facts, &lincang(), &Calendar::default(), as_of, &query);
    let told: Vec<(&str, Option<i32>)> = found
        .not_seen
        .iter()
        .map(|one| (one.unit.as_str(), one.days))
        .collect();
    let expected = [
        ("e", None),
        ("d", Some(54)),
        ("c", None),
        ("b", Some(114)),
        ("a", Some(85)),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_vacancy_a_child_without_anybody_and_one_unseen_are_gaps_of_the_township() {
    let mut facts = Facts {
        subjects: vec![
            subject("k", Group::Child, "h"),
            subject("l", Group::Child, "h"),
        ],
        ..Facts::default()
    };
    let gaps = |facts: &Facts| {
        let as_of = at("2024-07-03T08:00:00+08:00");
        let found = report(
            facts,
            &lincang(),
            &Calendar::default(),
            as_of,
            &Query::default(),
        );
        let told = found
            .gaps
            .into_iter()
            .map(|gap| (gap.rule, gap.period, gap.unit.unwrap_or_default(), gap.gap));
        told.collect::<Vec<_>>()
    };
    let told = |rule: &str, period: &str, unit: &str, gap: &'static str| {
        (rule.to_owned(), period.to_owned(), unit.to_owned(), gap)
    };
    assert_eq!(
        gaps(&facts),
        [
            told("LC-R3a", "2024-06", "", "vacant"),
            told("LC-R3a", "2024-07", "", "vacant"),
            told("LC-R3a", "2024-07-03", "k", "no responsible person"),
            told("LC-R3a", "2024-07-03", "l", "no responsible person"),
            told("LC-R3b", "2024-Q2", "", "vacant"),
            told("LC-R3b", "2024-Q2", "h", "child_unseen"),
            told("LC-R3b", "2024-Q3", "", "vacant"),
        ]
    );
    facts.assignments = vec![holder(
        "w2",
        "child_director",
        None,
        Some(day("2024-07-02")),
    )];
    let gone = gaps(&facts);
    assert!(
        gone.contains(&told("LC-R3a", "2024-07-03", "k", "no responsible person")),
        "{gone:?}"
    );
    facts.assignments[0].to = Some(day("2024-07-03"));
    assert_eq!(
        gaps(&facts),
        [told("LC-R3b", "2024-Q2", "h", "child_unseen")]
    );
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
