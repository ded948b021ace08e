//! Households that move, and who then holds what.

use tanfang_core::model::{Compartment, Kind, Part, RecordId};

use super::world::*;

/// To a village of the same township, of another township, of another county on the same server.
const ELSEWHERE: [&str; 3] = [OTHER, "530999202201", "530998101201"];

/// The household's next area, as its worker notes it.
fn moves(household: RecordId, old: &Phone, to: &str) -> Part {
    let area = [("$area", to)];
    let mut moves = part(household, Kind::HOUSEHOLD, Compartment::Contact, &area);
    moves.writes[0].seen = vec![old.saves[0].envelope.head];
    moves
}

#[test]
fn a_household_that_moves_is_settled_in_the_new_area_and_departs_from_the_old() {
    for to in ELSEWHERE {
        let mut world = World::new();
        let mut old = world.worker("village_committee", VILLAGE);
        let mut new = world.worker("village_committee", to);
        let (household, person) = old.card(&world, VILLAGE);
        let visit = old.visit(&world, household, person);
        world.push(&old, 1).unwrap();
        world.pull(&mut new);
        let mut second = world.phone_of(old.worker);
        world.pull(&mut second);
        let moved = moves(household, &old, to);
        old.save(&world, None, vec![moved]);
        assert!(accepted(&world.verdict(&old)));

        let arrived = world.pull(&mut new);
        let contact = told(&arrived, &format!("{to}/contact"));
        for id in [household, person, visit] {
            assert!(contact.contains(&('s', id)), "{contact:?}");
        }
        assert_eq!(told(&arrived, &format!("{to}/identity")), [('s', person)]);
        assert_eq!(told(&arrived, &format!("{to}/care")), [('s', visit)]);

        let left = told(&world.pull(&mut second), &format!("{VILLAGE}/contact"));
        for id in [household, person, visit] {
            assert!(left.contains(&('d', id)), "{left:?}");
        }
    }
}

#[test]
fn a_late_visit_of_the_former_worker_goes_where_the_household_is_now() {
    for to in ELSEWHERE {
        let mut world = World::new();
        let mut old = world.worker("village_committee", VILLAGE);
        let mut new = world.worker("village_committee", to);
        let (household, person) = old.card(&world, VILLAGE);
        let moved = moves(household, &old, to);
        old.save(&world, None, vec![moved]);
        world.push(&old, 1).unwrap();
        world.pull(&mut new);
        let late = old.visit(&world, household, person);
        assert!(accepted(&world.verdict(&old)));
        let arrived = told(&world.pull(&mut new), &format!("{to}/contact"));
        assert!(arrived.contains(&('p', late)));
    }
}

#[test]
fn two_areas_that_nobody_chose_between_both_carry_the_household() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let mut b = world.worker("village_committee", OTHER);
    let (household, person) = a.card(&world, VILLAGE);
    // The same move, unseen: nobody named the first area's head.
    a.save(
        &world,
        None,
        vec![part(
            household,
            Kind::HOUSEHOLD,
            Compartment::Contact,
            &[("$area", OTHER)],
        )],
    );
    world.push(&a, 1).unwrap();
    let at_b = told(&world.pull(&mut b), &format!("{OTHER}/contact"));
    assert!(at_b.contains(&('s', household)) && at_b.contains(&('s', person)));
    let mut fresh = world.phone_of(a.worker);
    let at_a = told(&world.pull(&mut fresh), &format!("{VILLAGE}/contact"));
    assert!(at_a.contains(&('p', household)) && !at_a.iter().any(|(what, _)| *what == 'd'));
}

#[test]
fn a_worker_who_gains_an_area_gets_all_of_it_and_one_who_loses_it_is_told_so() {
    let mut world = World::new();
    let mut there = world.worker("village_committee", OTHER);
    let (household, _) = there.card(&world, OTHER);
    world.push(&there, 1).unwrap();
    let mut phone = world.worker("village_committee", VILLAGE);
    assert!(told(&world.pull(&mut phone), &format!("{OTHER}/contact")).is_empty());
    let gained = world.assignment(phone.worker, "village_committee", OTHER, Some("2024-05-20"));
    world.own(vec![gained]);
    assert!(told(&world.pull(&mut phone), &format!("{OTHER}/contact")).contains(&('p', household)));
    world.move_clock(20 * 86_400_000);
    let reply = world.ask(&phone, phone.request(None)).unwrap();
    assert!(
        !reply
            .feeds
            .iter()
            .any(|feed| feed.to_string().starts_with(OTHER))
    );
}

#[test]
fn a_phone_that_lost_a_feed_and_has_it_again_gets_its_own_parts_too() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let term = world.assignment(phone.worker, "village_committee", OTHER, Some("2024-05-20"));
    world.own(vec![term]);
    let (household, _) = phone.card(&world, OTHER);
    world.push(&phone, 1).unwrap();
    let own = told(&world.pull(&mut phone), &format!("{OTHER}/contact"));
    assert!(!own.contains(&('p', household)), "its own parts it has");
    world.move_clock(20 * 86_400_000);
    world.pull(&mut phone);
    let again = world.assignment(phone.worker, "village_committee", OTHER, None);
    world.own(vec![again]);
    assert!(told(&world.pull(&mut phone), &format!("{OTHER}/contact")).contains(&('p', household)));
}

/// Who works where is for those who work there, on a server of two counties too.
#[test]
fn a_worker_hears_of_the_workers_of_their_own_county_and_of_no_other() {
    let mut world = World::new();
    let holds_a_role = world.worker("village_committee", VILLAGE);
    let former = world.worker_until("village_committee", VILLAGE, Some("2024-05-09"));
    let former = world.phone_of(former);
    let there = world.worker("village_committee", "530998101201");
    world.ask(&there, there.request(None)).unwrap();
    for phone in [&holds_a_role, &former] {
        let reply = world.ask(phone, phone.request(None)).unwrap();
        let feeds = reply.feeds.iter().map(ToString::to_string);
        let rosters: Vec<String> = feeds.filter(|feed| feed.ends_with("/roster")).collect();
        assert_eq!(rosters, ["530999/roster"]);
    }
    // Who supervises both counties hears of both.
    let prefecture = world.worker("county_civil", "5309");
    let reply = world.ask(&prefecture, prefecture.request(None)).unwrap();
    let feeds = reply.feeds.iter().map(ToString::to_string);
    let rosters: Vec<String> = feeds.filter(|feed| feed.ends_with("/roster")).collect();
    assert!(rosters.contains(&"530999/roster".to_owned()));
    assert!(rosters.contains(&"530998/roster".to_owned()));
}
