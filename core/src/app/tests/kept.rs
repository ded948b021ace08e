//! The list as it is opened: from what the phone keeps.

use std::collections::BTreeSet;

use super::*;
use crate::compliance::{Report, State};
use crate::store::CommitFault;

fn opened(world: &World) -> Report {
    world.app.compliance(&Asked::default()).unwrap()
}

/// The same, found anew.
fn anew(world: &World) -> Report {
    let now = world.app.doors.clock.now().rfc3339();
    let asked = Asked {
        as_of: Some(now),
        ..Asked::default()
    };
    world.app.compliance(&asked).unwrap()
}

const MONTH: &str = "2024-05";

/// The state of a person's month, of each of these; none where there is no line.
fn states<const N: usize>(report: &Report, people: [RecordId; N]) -> [Option<State>; N] {
    people.map(|person| {
        let unit = person.to_string();
        let mut lines = report.lines.iter();
        let line = lines.find(|line| {
            line.rule == "LC-R2" && line.unit == unit && line.period.as_deref() == Some(MONTH)
        });
        line.and_then(|line| line.state)
    })
}

/// Takes a person's part out of what is kept, as no change of the facts does: who opens the list from
/// what is kept misses the person, who finds all anew does not.
fn forget(world: &World, person: RecordId) {
    let units = BTreeSet::from([person.to_string()]);
    let forgotten = world.app.write(|tx| {
        let under = tx.kept_under()?.unwrap();
        Ok(tx.keep_again(&under, &units, &[])?)
    });
    forgotten.unwrap();
}

fn is_kept(world: &World) -> bool {
    world.app.read(|tx| Ok(tx.kept_under()?.is_some())).unwrap()
}

#[test]
fn a_list_is_opened_from_what_is_kept_and_a_visit_finds_only_its_own_people_anew() {
    let world = World::new("village_committee");
    let [first, second] = [world.elder(), world.elder()];
    let both = [first, second];
    assert_eq!(states(&opened(&world), both), [Some(State::Open); 2]);
    assert!(is_kept(&world));
    forget(&world, second);
    assert_eq!(states(&opened(&world), both), [Some(State::Open), None]);
    world.visit(first);
    assert_eq!(states(&opened(&world), both), [Some(State::Done), None]);
    assert_eq!(
        states(&anew(&world), both),
        [Some(State::Done), Some(State::Open)]
    );
    world.visit(second);
    assert_eq!(states(&opened(&world), both), [Some(State::Done); 2]);
    assert_eq!(opened(&world).to_json(true), anew(&world).to_json(true));
}

#[test]
fn another_area_or_another_list_of_areas_finds_all_anew() {
    let world = World::new("village_committee");
    let person = world.elder();
    opened(&world);
    forget(&world, person);
    assert_eq!(states(&opened(&world), [person]), [None]);
    world.knows_areas();
    assert_eq!(states(&opened(&world), [person]), [Some(State::Open)]);
    forget(&world, person);
    let asked = Asked {
        area: Some(VILLAGE.into()),
        ..Asked::default()
    };
    let there = world.app.compliance(&asked).unwrap();
    assert_eq!(states(&there, [person]), [Some(State::Open)]);
}

#[test]
fn a_pull_of_very_much_keeps_nothing_and_the_next_opening_finds_all() {
    let world = World::new("village_committee");
    let person = world.elder();
    opened(&world);
    let items = (1..=501u32).map(|number| {
        let mut id = [7; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        let id = RecordId::from_slice(&id).unwrap();
        let writes = vec![write("mode", "home", &[])];
        let part = part(id, Kind::VISIT, Compartment::Contact, true, writes);
        Item::Part {
            position: number.into(),
            received_at: 50,
            envelope: Box::new(envelope(2, number.into())),
            part: Box::new(part),
        }
    });
    let page = |items: Vec<Item>, after, position| Page {
        feed: format!("{VILLAGE}/contact").parse().unwrap(),
        after,
        items,
        position,
        complete: true,
    };
    let (last, most): (Vec<Item>, Vec<Item>) =
        items.partition(|item| matches!(item, Item::Part { position: 501, .. }));
    world
        .app
        .write(|tx| Ok(tx.apply(&[page(most, 0, 500)])?))
        .unwrap();
    assert!(is_kept(&world));
    world
        .app
        .write(|tx| Ok(tx.apply(&[page(last, 500, 501)])?))
        .unwrap();
    assert!(!is_kept(&world));
    assert_eq!(states(&opened(&world), [person]), [Some(State::Open)]);
    assert!(is_kept(&world));
}

#[test]
fn a_list_opens_also_where_nothing_can_be_written() {
    let world = World::new("village_committee");
    let person = world.elder();
    let fault = Some(CommitFault::NotWritten);
    world.app.store.break_commits(fault).unwrap();
    let full = opened(&world);
    assert_eq!(states(&full, [person]), [Some(State::Open)]);
    assert!(!is_kept(&world));
    assert_eq!(full.to_json(true), anew(&world).to_json(true));
}
