use super::*;
use crate::compliance::made::{self, day, elder};
use crate::facts::rows::{Instant, Participant};

const TOWN: &str = "530999201";

fn visit(id: &str, person: &str, worker: &str) -> Visit {
    let at = Instant(day("2024-05-10").begins().0 + 36_000_000);
    Visit {
        participants: vec![Participant {
            worker: worker.to_owned(),
            role: "village_committee".into(),
        }],
        ..made::visit(id, &[person], at)
    }
}

/// Two villages; forty visits of a busy worker in one, three of another in the other.
fn world() -> Facts {
    let mut facts = Facts::default();
    for (village, worker, many) in [("530999201201", "w1", 40), ("530999201202", "w2", 3)] {
        for number in 0..many {
            let id = format!("{worker}-{number:02}");
            facts.subjects.push(elder(&id, village));
            facts.visits.push(visit(&format!("v-{id}"), &id, worker));
        }
    }
    facts
}

/// Credits every visit but the first.
fn lines(facts: &Facts) -> Vec<Line> {
    let credited = facts.visits.iter().skip(1);
    credited
        .map(|visit| Line {
            rule: "LC-R2".into(),
            unit: visit.subjects.keys().next().unwrap().clone(),
            period: Some("2024-05".into()),
            state: None,
            due: None,
            reason: None,
            credited: vec![visit.id.clone()],
            flags: vec![],
            unsent: vec![],
            document: "".into(),
            article: "".into(),
            quote: "".into(),
            pack: "".into(),
            pack_version: 1,
            strength: "".into(),
            last_seen: None,
            advice: None,
            division: None,
        })
        .collect()
}

fn draw(seed: &str, each: usize) -> Draw {
    Draw {
        division: TOWN.to_owned(),
        seed: seed.to_owned(),
        each,
    }
}

fn ids(place: &PlaceDrawn) -> Vec<&str> {
    place.drawn.iter().map(|call| call.visit.as_str()).collect()
}

#[test]
fn each_division_gives_the_same_number_whoever_was_busy_there() {
    let facts = world();
    let found = sample(&facts, &lines(&facts), &draw("2024-05", 4));
    let places: Vec<(&str, usize, usize)> = found
        .places
        .iter()
        .map(|place| (place.division.as_str(), place.of, place.drawn.len()))
        .collect();
    assert_eq!(places, [("530999201201", 39, 4), ("530999201202", 3, 3)]);
}

#[test]
fn a_visit_that_no_rule_credited_is_not_drawn_and_nobody_who_works_is_named() {
    let facts = world();
    let found = sample(&facts, &lines(&facts), &draw("x", 1000));
    let all: Vec<&str> = found.places.iter().flat_map(ids).collect();
    assert_eq!(all.len(), 42);
    assert!(!all.contains(&"v-w1-00"));
    assert!(!found.to_json().contains("\"w1\"") && !found.to_json().contains("worker"));
}

#[test]
fn the_same_seed_draws_the_same_in_any_order_of_the_facts_and_another_draws_others() {
    let facts = world();
    let first = sample(&facts, &lines(&facts), &draw("a", 5));
    let mut turned = facts.clone();
    turned.visits.reverse();
    turned.subjects.reverse();
    let mut reversed = lines(&facts);
    reversed.reverse();
    assert_eq!(
        sample(&turned, &reversed, &draw("a", 5)).to_json(),
        first.to_json()
    );
    let other = sample(&facts, &lines(&facts), &draw("b", 5));
    assert_ne!(ids(&other.places[0]), ids(&first.places[0]));
}

#[test]
fn a_visit_more_takes_at_most_one_place_and_moves_no_other_lot() {
    let mut facts = world();
    let before = sample(&facts, &lines(&facts), &draw("a", 5));
    facts.subjects.push(elder("w1-99", "530999201201"));
    facts.visits.push(visit("v-w1-99", "w1-99", "w1"));
    let after = sample(&facts, &lines(&facts), &draw("a", 5));
    let kept = ids(&after.places[0]);
    let kept: Vec<&str> = kept.into_iter().filter(|id| *id != "v-w1-99").collect();
    assert!(kept.len() >= 4);
    assert_eq!(kept, ids(&before.places[0])[..kept.len()]);
}

#[test]
fn every_visit_is_drawn_about_as_often_as_any_other() {
    let facts = world();
    let lines = lines(&facts);
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..1000 {
        let found = sample(&facts, &lines, &draw(&seed.to_string(), 4));
        for id in ids(&found.places[0]) {
            *times.entry(id.to_owned()).or_default() += 1;
        }
    }
    // 4 of 39 in a thousand draws: 103 each, give or take four standard deviations.
    assert_eq!(times.len(), 39);
    assert!(
        times.values().all(|count| (65..=141).contains(count)),
        "{times:?}"
    );
}
