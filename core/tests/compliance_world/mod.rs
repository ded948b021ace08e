//! Facts by hand and by chance, for the tests of reports and explanations.
#![allow(dead_code, reason = "each of those tests takes what it needs")]

use proptest::prelude::*;
use tanfang_core::compliance::Pack;
use tanfang_core::facts::rows::*;

pub const VILLAGE: &str = "530999100201";

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn row(code: &str, from: Option<Day>, to: Option<Day>) -> Dated {
    Dated {
        code: code.into(),
        from,
        to,
    }
}

pub fn subject(id: &str, group: Group, household: &str) -> Subject {
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
        died_more_than_once: false,
        moved_on: None,
        conflicted: false,
    }
}

pub fn visit(id: &str, subjects: &[(&str, Met)], started: Instant) -> Visit {
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

pub fn holder(worker: &str, role: &str, from: Option<Day>, to: Option<Day>) -> Assignment {
    Assignment {
        worker: worker.into(),
        role: role.into(),
        division: VILLAGE.into(),
        from,
        to,
        last_sync: None,
    }
}

pub fn lincang() -> Vec<Pack> {
    vec![Pack::built_in("yn-lincang-2024").unwrap()]
}

#[derive(Debug, Clone)]
pub struct World {
    pub facts: Facts,
    pub as_of: Instant,
}

pub fn some_day() -> impl Strategy<Value = Day> {
    (0..400i32).prop_map(|days| day("2023-12-01").plus(days))
}

pub fn some_visit() -> impl Strategy<Value = Visit> {
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

pub fn some_world() -> impl Strategy<Value = World> {
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
                last_sync: Some(at("2024-05-20T08:00:00+08:00")),
                ..holder(worker, role, from, to)
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
