//! People of one visit who were written down at different times.

use super::*;

#[test]
fn each_person_of_a_visit_is_judged_by_the_clocks_of_their_own_row() {
    let started = at("2024-05-10T10:00:00+08:00");
    let (added, received) = (
        at("2024-05-20T10:00:00+08:00"),
        at("2024-05-21T10:00:00+08:00"),
    );
    let mut seen = visit("v", &[("a", Met::Met), ("b", Met::Met)], started);
    let clocks = |recorded_at, received_at| Clocks {
        recorded_at,
        received_at,
        last_server_time: None,
    };
    seen.clocks = [
        ("a".to_owned(), clocks(started, Some(started))),
        ("b".to_owned(), clocks(added, Some(received))),
    ]
    .into();
    (seen.recorded_at, seen.received_at) = (added, Some(received));
    let roster = Assignment {
        worker: "w1".into(),
        role: "village_committee".into(),
        division: VILLAGE.into(),
        from: None,
        to: None,
        last_sync: None,
    };
    let facts = Facts {
        subjects: ["a", "b"].map(|id| subject(id, Group::Elder, "h")).into(),
        visits: vec![seen],
        assignments: vec![roster],
        ..Facts::default()
    };
    let query = Query {
        periods: Periods::Named(vec![PeriodName::Month(2024, 5)]),
        ..Query::default()
    };
    let states = |as_of: &str| {
        let found = report(&facts, &lincang(), &Calendar::default(), at(as_of), &query);
        let lines = found.lines.into_iter().filter(|line| line.rule == "LC-R2");
        lines.map(|line| line.state.unwrap()).collect::<Vec<_>>()
    };
    // Added ten days after the visit, without a reason: that row waits, the other counts.
    assert_eq!(
        states("2024-07-01T08:00:00+08:00"),
        [State::Done, State::Review]
    );
    // Before the row was added it was not known.
    assert_eq!(
        states("2024-05-15T08:00:00+08:00"),
        [State::Done, State::Open]
    );
}
