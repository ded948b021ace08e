//! What is kept and refreshed unit by unit is always what the whole computation finds.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tanfang_core::compliance::{
    Calendar, Kept, Pack, Query, Rules, concerned, concerned_by_assignment, concerned_by_visit,
    report,
};
use tanfang_core::facts::rows::*;

mod compliance_world;
use compliance_world::*;

const PACKS: [&str; 4] = ["yn-lincang-2024", "ah-2024", "nm-2022", "cn-2022-73"];

/// Something that happens to the facts, or time that passes.
#[derive(Debug, Clone)]
enum Step {
    Visit(Box<Visit>),
    Removed(usize),
    Died(usize, Option<Day>),
    Stays(usize, Day, Day),
    Refuses(usize, Day),
    Plan(usize, Day, Day),
    Appointed(bool, Option<Day>, Option<Day>),
    Heard(usize, Day),
    Moves(usize, Day),
    Risk(usize, Day),
    Hours(i64),
}

fn some_step() -> impl Strategy<Value = Step> {
    let who = 0..4usize;
    prop_oneof![
        3 => some_visit().prop_map(|visit| Step::Visit(Box::new(visit))),
        1 => (some_visit(), any::<bool>()).prop_map(|(mut visit, known)| {
            visit.received_at = visit.received_at.filter(|_| known);
            Step::Visit(Box::new(visit))
        }),
        1 => (0..25usize).prop_map(Step::Removed),
        1 => (who.clone(), prop::option::of(some_day())).prop_map(|(who, on)| Step::Died(who, on)),
        1 => (who.clone(), some_day(), 0..40i32).prop_map(|(who, from, days)| Step::Stays(who, from, from.plus(days))),
        1 => (who.clone(), some_day()).prop_map(|(who, on)| Step::Refuses(who, on)),
        1 => (who.clone(), some_day(), 0..90i32).prop_map(|(who, from, days)| Step::Plan(who, from, from.plus(days))),
        1 => (any::<bool>(), prop::option::of(some_day()), prop::option::of(some_day()))
            .prop_map(|(cadre, from, to)| Step::Appointed(cadre, from, to)),
        1 => (0..6usize, some_day()).prop_map(|(which, on)| Step::Heard(which, on)),
        1 => (who.clone(), some_day()).prop_map(|(who, on)| Step::Moves(who, on)),
        1 => (who, some_day()).prop_map(|(who, on)| Step::Risk(who, on)),
        4 => (1..1200i64).prop_map(Step::Hours),
        // A clock that was wrong is set right.
        2 => (-1200..0i64).prop_map(Step::Hours),
    ]
}

struct Told {
    facts: Facts,
    as_of: Instant,
    number: usize,
}

impl Told {
    /// Does the step; the units that it concerns.
    fn does(&mut self, step: &Step) -> BTreeSet<String> {
        self.number += 1;
        match step {
            Step::Hours(hours) => {
                self.as_of = Instant(self.as_of.0 + hours * 3_600_000);
                BTreeSet::new()
            }
            Step::Visit(visit) => {
                let id = format!("n{:03}", self.number);
                self.facts.visits.push(Visit {
                    id,
                    ..(**visit).clone()
                });
                concerned_by_visit(&self.facts, visit)
            }
            Step::Removed(which) if *which < self.facts.visits.len() => {
                let visit = self.facts.visits.remove(*which);
                concerned_by_visit(&self.facts, &visit)
            }
            Step::Removed(_) => BTreeSet::new(),
            Step::Appointed(cadre, from, to) => {
                let (worker, role) = match cadre {
                    true => ("w1", "village_committee"),
                    false => ("w2", "child_director"),
                };
                self.facts
                    .assignments
                    .push(holder(worker, role, *from, *to));
                let last = self.facts.assignments.last().unwrap();
                concerned_by_assignment(&self.facts, last)
            }
            Step::Heard(which, on) => {
                let count = self.facts.assignments.len();
                self.facts.assignments[which % count].last_sync = Some(on.begins());
                concerned_by_assignment(&self.facts, &self.facts.assignments[which % count])
            }
            Step::Plan(who, from, to) => {
                let subject = self.facts.subjects[*who].id.clone();
                self.facts.documents.push(Document {
                    subject: subject.clone(),
                    kind: "service_plan".into(),
                    from: Some(*from),
                    to: Some(*to),
                });
                concerned(&self.facts, [subject.as_str()])
            }
            Step::Died(who, _)
            | Step::Stays(who, ..)
            | Step::Refuses(who, _)
            | Step::Moves(who, _)
            | Step::Risk(who, _) => {
                alter(&mut self.facts.subjects[*who], step);
                concerned(&self.facts, [self.facts.subjects[*who].id.as_str()])
            }
        }
    }
}

fn alter(subject: &mut Subject, step: &Step) {
    match step {
        Step::Died(_, on) => subject.died_on = *on,
        Step::Stays(_, from, to) => subject.states.push(LifeState {
            state: "hospital".into(),
            from: Some(*from),
            to: Some(*to),
            family_contacted_on: Some(*from),
        }),
        Step::Refuses(_, on) => subject.consent.push(Consent {
            state: "informed_refuse".into(),
            on: Some(*on),
        }),
        Step::Moves(_, on) => subject.divisions.push(row("530999100202", Some(*on), None)),
        Step::Risk(_, on) => subject.categories.push(row("risk_high", Some(*on), None)),
        _ => {}
    }
}

/// Only what is known of these units, and every assignment.
fn of_units(facts: &Facts, units: &BTreeSet<String>) -> Facts {
    let mut own = facts.clone();
    let paired: BTreeSet<&str> = facts
        .pairings
        .iter()
        .filter(|one| units.contains(&one.id))
        .map(|one| one.subject.as_str())
        .collect();
    own.subjects.retain(|one| {
        units.contains(&one.id)
            || units.contains(&one.household)
            || paired.contains(one.id.as_str())
    });
    let people: BTreeSet<String> = own.subjects.iter().map(|one| one.id.clone()).collect();
    own.visits
        .retain(|visit| visit.subjects.keys().any(|id| people.contains(id)));
    own.documents
        .retain(|paper| people.contains(&paper.subject));
    own.pairings.retain(|pairing| units.contains(&pairing.id));
    own
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_is_what_is_found_anew_whatever_happens_and_however_time_passes(
        world in some_world(),
        steps in prop::collection::vec(some_step(), 1..15),
        narrow in any::<bool>(),
    ) {
        let packs: Vec<Pack> = PACKS.into_iter().filter_map(Pack::built_in).collect();
        let calendar = Calendar::default();
        let village = [VILLAGE.to_owned()];
        let divisions = narrow.then_some(&village[..]);
        let rules = Rules { packs: &packs, calendar: &calendar, divisions };
        let query = Query { divisions: divisions.map(<[String]>::to_vec), ..Query::default() };
        let mut told = Told { facts: world.facts, as_of: world.as_of, number: 0 };
        told.facts.pairings.push(Pairing {
            id: "p".into(), subject: "b".into(), worker: "w1".into(), from: None, to: None,
        });
        let mut kept = Kept::new(&told.facts, rules, told.as_of);
        for step in &steps {
            let mut units = told.does(step);
            units.extend(kept.due(told.as_of));
            kept.refresh(&of_units(&told.facts, &units), rules, told.as_of, &units);
            let whole = report(&told.facts, &packs, &calendar, told.as_of, &query);
            let found = kept.report(&told.facts, rules, told.as_of);
            prop_assert_eq!(found.to_json(false), whole.to_json(false), "after {:?}", step);
        }
    }
}

#[test]
fn nothing_is_due_the_next_day_within_a_month_that_brings_nothing() {
    let facts = Facts {
        subjects: vec![subject("a", Group::Elder, "h")],
        assignments: vec![holder("w1", "village_committee", None, None)],
        ..Facts::default()
    };
    let (packs, calendar) = (lincang(), Calendar::default());
    let rules = Rules {
        packs: &packs,
        calendar: &calendar,
        divisions: None,
    };
    let kept = Kept::new(&facts, rules, at("2024-06-10T08:00:00+08:00"));
    assert!(kept.due(at("2024-06-11T08:00:00+08:00")).is_empty());
    assert!(kept.due(at("2024-06-30T23:59:59+08:00")).is_empty());
    assert!(kept.due(at("2024-07-01T00:00:00+08:00")).contains("a"));
    assert!(
        kept.due(at("2024-06-09T08:00:00+08:00")).contains("a"),
        "nothing is known of before"
    );
}
