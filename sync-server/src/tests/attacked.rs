//! What a worker with a phone's keys tries beyond their own areas.

use tanfang_core::merge::FeedDigest;
use tanfang_core::model::{Compartment, DeviceId, Head, Kind, Value};
use tanfang_core::wire::{FeedEnd, Former, RefusalReason, WireRefusal};

use super::world::*;
use crate::engine::{Request, Response};

/// A village of another township.
const BEYOND: &str = "530999202201";

fn changed(
    record: tanfang_core::model::RecordId,
    kind: Kind,
    fields: &[(&str, &str)],
) -> tanfang_core::model::Part {
    part(record, kind, Compartment::Contact, fields)
}

#[test]
fn a_supervisor_turns_no_pairing_to_somebody_of_another_township() {
    let mut world = World::new();
    let mut there = world.worker("village_committee", BEYOND);
    let (_, stranger) = there.card(&world, BEYOND);
    world.push(&there, 1).unwrap();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (_, person) = cadre.card(&world, VILLAGE);
    let (_, neighbour) = cadre.card(&world, VILLAGE);
    world.push(&cadre, 1).unwrap();
    let mut helper = world.worker("helper", "530999");
    let mut supervisor = world.worker("township_civil", "530999201");
    let pair = pairing(&world, helper.worker, person, None);
    let pair_id = pair.record;
    supervisor.save(&world, None, vec![pair]);
    assert!(accepted(&world.verdict(&supervisor)));
    world.pull(&mut helper);
    let turned = |to: &str| vec![changed(pair_id, Kind::PAIRING, &[("person", to)])];
    supervisor.save(&world, None, turned(&stranger.to_string()));
    assert_eq!(
        refused_for(&world.verdict(&supervisor)),
        Some(RefusalReason::OutOfScope)
    );
    let feed = format!("worker/{}", helper.worker);
    assert!(told(&world.pull(&mut helper), &feed).is_empty());
    supervisor.save(&world, None, turned(&neighbour.to_string()));
    assert!(accepted(&world.verdict(&supervisor)));
    assert!(told(&world.pull(&mut helper), &feed).contains(&('s', neighbour)));
}

#[test]
fn a_visit_counts_for_nobody_beyond_its_household_and_its_authors_areas() {
    let mut world = World::new();
    let mut there = world.worker("village_committee", OTHER);
    let (_, stranger) = there.card(&world, OTHER);
    world.push(&there, 1).unwrap();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (home, _) = cadre.card(&world, VILLAGE);
    let (_, neighbour) = cadre.card(&world, VILLAGE);
    world.push(&cadre, 1).unwrap();
    cadre.visit(&world, home, stranger);
    assert_eq!(
        refused_for(&world.verdict(&cadre)),
        Some(RefusalReason::OutOfScope)
    );
    cadre.visit(&world, home, neighbour);
    assert!(accepted(&world.verdict(&cadre)), "of the same village");
}

#[test]
fn a_late_visit_counts_for_somebody_who_has_moved_to_another_household() {
    let mut world = World::new();
    let mut there = world.worker("village_committee", OTHER);
    let (new_home, _) = there.card(&world, OTHER);
    world.push(&there, 1).unwrap();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (home, person) = cadre.card(&world, VILLAGE);
    world.push(&cadre, 1).unwrap();
    let moves = changed(
        person,
        Kind::PERSON,
        &[("household", &new_home.to_string())],
    );
    world.own(vec![moves]);
    cadre.visit(&world, home, person);
    assert!(accepted(&world.verdict(&cadre)));
}

#[test]
fn who_comes_to_an_area_is_not_told_of_those_who_have_left_it() {
    let mut world = World::new();
    let mut old = world.worker("village_committee", VILLAGE);
    let (household, person) = old.card(&world, VILLAGE);
    let visit = old.visit(&world, household, person);
    let (stays, _) = old.card(&world, VILLAGE);
    let mut moves = changed(household, Kind::HOUSEHOLD, &[("$area", OTHER)]);
    moves.writes[0].seen = vec![old.saves[0].envelope.head];
    old.save(&world, None, vec![moves]);
    world.push(&old, 1).unwrap();
    let mut successor = world.worker("village_committee", VILLAGE);
    let items = world.pull(&mut successor);
    let contact = told(&items, &format!("{VILLAGE}/contact"));
    assert!(contact.contains(&('p', stays)));
    for (what, id) in &contact {
        let left = [household, person, visit].contains(id);
        assert!(!left || *what == 'd', "{what} of who has left");
    }
    assert!(!told(&items, &format!("{VILLAGE}/identity")).contains(&('p', person)));
    // Who comes back is told of again, whole.
    let mut back = changed(household, Kind::HOUSEHOLD, &[("$area", VILLAGE)]);
    back.writes[0].seen = vec![old.saves.last().unwrap().envelope.head];
    old.save(&world, None, vec![back]);
    assert!(accepted(&world.verdict(&old)));
    let again = told(&world.pull(&mut successor), &format!("{VILLAGE}/contact"));
    for id in [household, person, visit] {
        assert!(again.contains(&('s', id)), "{again:?}");
    }
}

#[test]
fn an_enrolment_whose_answer_was_lost_is_answered_again_to_the_same_phone_only() {
    let mut world = World::new();
    let worker = world.worker("village_committee", VILLAGE).worker;
    let code = world.server.write(|turn| turn.give_code(worker)).unwrap();
    let (request, _) = world.enrolment(&code);
    let ask = |world: &mut World, request| world.server.handle(Request::Enrol(request));
    let token = |answer| match answer {
        Response::Enrolled(reply) => reply.token,
        other => panic!("{other:?}"),
    };
    let first = token(ask(&mut world, request.clone()));
    let second = token(ask(&mut world, request.clone()));
    let signed_in = |world: &mut World, token| world.server.handle(Request::SignedIn { token });
    assert!(matches!(
        signed_in(&mut world, first),
        Response::Refused(WireRefusal::SignedOut)
    ));
    assert!(matches!(signed_in(&mut world, second), Response::SignedIn));
    // Who found the slip of paper, and even knows the phone's id, gets nothing.
    let (other, _) = world.enrolment(&code);
    let mut stolen = other.clone();
    stolen.device = request.device;
    let mut salted = request.clone();
    salted.salt_key[0] ^= 1;
    for thief in [other, stolen, salted] {
        assert!(matches!(
            ask(&mut world, thief),
            Response::Refused(WireRefusal::CodeUsed)
        ));
    }
}

#[test]
fn a_phone_that_enrols_again_goes_on_in_its_own_place_and_what_it_was_has_ended() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let worker = phone.worker;
    phone.card(&world, VILLAGE);
    world.push(&phone, 1).unwrap();
    let whole_at = |world: &mut World| {
        world
            .stored(|turn| turn.tx().last_sync(worker))
            .unwrap()
            .millis
    };
    let before = whole_at(&mut world);
    world.move_clock(86_400_000);
    let code = world.server.write(|turn| turn.give_code(worker)).unwrap();
    let (mut request, _) = world.enrolment(&code);
    request.public_key = phone.key.public();
    request.former = Some(Former {
        device: phone.id,
        acknowledged: None,
    });
    let Response::Enrolled(reply) = world.server.handle(Request::Enrol(request.clone())) else {
        panic!("enrolled")
    };
    assert_eq!(reply.former_through, Some(1));
    assert_eq!(
        whole_at(&mut world),
        before,
        "what waits on it is not here yet"
    );
    assert_eq!(
        world.ask(&phone, phone.request(None)),
        Err(WireRefusal::SignedOut)
    );
    let again = phone.into_another(request.device, reply.token.clone());
    world.ask(&again, again.request(None)).unwrap();
    assert_eq!(
        whole_at(&mut world),
        Some(world.clock_millis()),
        "not held back by what it was"
    );
}

#[test]
fn who_supervised_where_somebody_was_pairs_nobody_with_them_and_may_still_end_a_pairing() {
    let mut world = World::new();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (household, person) = cadre.card(&world, VILLAGE);
    world.push(&cadre, 1).unwrap();
    let mut helper = world.worker("helper", "530999");
    let mut supervisor = world.worker("township_civil", "530999201");
    let pair = pairing(&world, helper.worker, person, None);
    let pair_id = pair.record;
    supervisor.save(&world, None, vec![pair]);
    assert!(accepted(&world.verdict(&supervisor)));
    let mut moves = changed(household, Kind::HOUSEHOLD, &[("$area", BEYOND)]);
    moves.writes[0].seen = vec![cadre.saves[0].envelope.head];
    cadre.save(&world, None, vec![moves]);
    assert!(accepted(&world.verdict(&cadre)));
    let ends = changed(pair_id, Kind::PAIRING, &[("to", "2024-05-09")]);
    supervisor.save(&world, None, vec![ends]);
    assert!(accepted(&world.verdict(&supervisor)));
    world.pull(&mut helper);
    let other = world.worker("helper", "530999");
    let again = pairing(&world, other.worker, person, None);
    let goes_on = changed(pair_id, Kind::PAIRING, &[("to", "2099-01-01")]);
    for parts in [vec![again], vec![goes_on]] {
        supervisor.save(&world, None, parts);
        assert_eq!(
            refused_for(&world.verdict(&supervisor)),
            Some(RefusalReason::OutOfScope)
        );
    }
    let feed = format!("worker/{}", helper.worker);
    assert!(told(&world.pull(&mut helper), &feed).is_empty());
}

#[test]
fn records_with_long_pasts_are_sent_a_few_at_once() {
    const BUDGET: u32 = 100_000;
    let mut world = World::new();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let long = "长".repeat(1_300);
    let homes: Vec<_> = (0..8).map(|_| cadre.card(&world, VILLAGE).0).collect();
    for home in &homes {
        for _ in 0..20 {
            let edit = changed(*home, Kind::HOUSEHOLD, &[("address", &long)]);
            cadre.save(&world, Some(&world.card.clone()), vec![edit]);
        }
    }
    for home in &homes {
        let moves = changed(*home, Kind::HOUSEHOLD, &[("$area", OTHER)]);
        cadre.save(&world, None, vec![moves]);
    }
    world.push(&cadre, 1).unwrap();
    let mut new = world.worker("village_committee", OTHER);
    let mut homes_told = 0;
    loop {
        let mut request = new.request(None);
        request.budget_bytes = BUDGET;
        let reply = world.ask(&new, request).unwrap();
        let items = || reply.pages.iter().flat_map(|page| &page.items);
        let bytes: usize = items()
            .map(|item| rmp_serde::to_vec_named(item).unwrap().len())
            .sum();
        assert!(bytes < 2 * BUDGET as usize, "{bytes}");
        homes_told += items()
            .filter(|item| matches!(item, tanfang_core::wire::Item::Settled { record, .. } if homes.contains(&record.id)))
            .count();
        new.hear(&reply);
        if !reply.more {
            break;
        }
    }
    assert_eq!(homes_told, homes.len());
}

#[test]
fn a_record_that_is_filled_without_end_takes_no_more_and_can_still_be_sent() {
    let mut world = World::new();
    let mut cadre = world.worker("village_committee", VILLAGE);
    let (home, _) = cadre.card(&world, VILLAGE);
    world.push(&cadre, 1).unwrap();
    let long = "长".repeat(3_900);
    let form = world.card.clone();
    let edits = 4 * 1_024 * 1_024 / long.len() + 2;
    for _ in 0..edits {
        let edit = changed(home, Kind::HOUSEHOLD, &[("address", &long)]);
        cadre.save(&world, Some(&form), vec![edit]);
    }
    let reply = world.push(&cadre, 2).unwrap();
    let last = &reply.verdicts.last().unwrap().verdict;
    assert_eq!(refused_for(last), Some(RefusalReason::Malformed));
    let taken = reply
        .verdicts
        .iter()
        .filter(|verdict| accepted(&verdict.verdict));
    assert!(taken.count() > edits / 2);
    let mut other = world.worker("village_committee", VILLAGE);
    assert!(!world.pull(&mut other).is_empty());
}

#[test]
fn nobody_supersedes_what_others_have_not_written_yet() {
    let mut world = World::new();
    let mut honest = world.worker("village_committee", VILLAGE);
    let (_, person) = honest.card(&world, VILLAGE);
    world.push(&honest, 1).unwrap();
    let mut other = world.worker("village_committee", VILLAGE);
    let form = world.card.clone();
    let made = honest.saves[0].envelope.head;
    let ahead = Head { seq: 2, ..made };
    let own = Head {
        device: other.id,
        seq: 1,
    };
    let stranger = Head {
        device: DeviceId::from_uuid(world.id().uuid()),
        seq: 1,
    };
    for seen in [ahead, own, stranger] {
        let mut edit = changed(person, Kind::PERSON, &[("phone", "15400000009")]);
        edit.writes[0].seen = vec![made, seen];
        other.save(&world, Some(&form), vec![edit]);
        if seen == own {
            // The first of its own saves is made by now; its last is not.
            other.alter(other.saves.len() as u64, |save| {
                save.parts[0].writes[0].seen = vec![save.envelope.head];
            });
        }
        assert_eq!(
            refused_for(&world.verdict(&other)),
            Some(RefusalReason::Malformed)
        );
    }
    honest.edit(&world, person, "phone", "15400000001");
    assert!(accepted(&world.verdict(&honest)));
    let record = world.stored(|turn| turn.record(person)).unwrap();
    assert_eq!(record.text("phone"), Some("15400000001"));
    let mut edit = changed(person, Kind::PERSON, &[("phone", "15400000009")]);
    edit.writes[0].seen = vec![ahead];
    other.save(&world, Some(&form), vec![edit]);
    assert!(accepted(&world.verdict(&other)), "what is made may be seen");
}

#[test]
fn a_choice_without_a_form_is_a_value_that_was_given_or_that_a_form_would_take() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let (_, person) = phone.card(&world, VILLAGE);
    world.push(&phone, 1).unwrap();
    let mut says = |field: &str, value: Value, seen: u64| {
        let mut one = part(person, Kind::PERSON, Compartment::Contact, &[(field, "x")]);
        one.writes[0].value = value;
        if seen > 0 {
            one.writes[0].seen = vec![phone.saves[seen as usize - 1].envelope.head];
        }
        phone.save(&world, None, vec![one]);
        let from = phone.saves.len() as u64;
        let reply = world.push(&phone, from).unwrap();
        refused_for(&reply.verdicts[0].verdict)
    };
    assert_eq!(
        says("name", Value::Int(5), 1),
        Some(RefusalReason::WrongType)
    );
    assert_eq!(
        says("$void", Value::text("x"), 0),
        Some(RefusalReason::WrongType)
    );
    assert_eq!(says("name", Value::text("测试乙"), 1), None);
    assert_eq!(says("$void", Value::Bool(true), 0), None);
}

#[test]
fn numbers_that_no_save_and_no_feed_can_have_are_refused_or_left_alone() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let (_, person) = phone.card(&world, VILLAGE);
    world.push(&phone, 1).unwrap();
    let mut one = part(
        person,
        Kind::PERSON,
        Compartment::Contact,
        &[("phone", "15400000001")],
    );
    one.writes[0].seen = vec![Head {
        device: phone.id,
        seq: 0,
    }];
    phone.save(&world, None, vec![one]);
    let reply = world.push(&phone, 2).unwrap();
    assert_eq!(
        refused_for(&reply.verdicts[0].verdict),
        Some(RefusalReason::Malformed)
    );
    let mut request = phone.request(None);
    request.apart = vec![FeedEnd {
        feed: format!("{VILLAGE}/contact").parse().unwrap(),
        position: u64::MAX,
        digest: FeedDigest::default(),
    }];
    assert!(world.ask(&phone, request).is_ok());
    assert!(world.stored(|turn| turn.feeds_apart()).is_empty());
}

#[test]
fn an_envelope_names_a_role_and_an_app_and_no_page_of_text() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let (_, person) = phone.card(&world, VILLAGE);
    world.push(&phone, 1).unwrap();
    for (seq, name) in [(2, "r".repeat(65)), (3, "a\0".to_owned())] {
        phone.edit(&world, person, "phone", "15400000001");
        phone.alter(seq, |save| save.envelope.app = name);
        let reply = world.push(&phone, seq).unwrap();
        assert_eq!(
            refused_for(&reply.verdicts[0].verdict),
            Some(RefusalReason::Malformed)
        );
    }
}
