//! Snapshots: what they hold, who gets them, and when they are given no more.

use std::collections::BTreeSet;

use tanfang_core::model::{Compartment, Feed, Kind, RecordId, content_hash};
use tanfang_core::wire::{Item, SnapshotOffer, SnapshotPart, SyncReply, WireRefusal, unpack};

use super::world::*;
use crate::engine::{Cut, Request, Response};

const SMALL: Cut = Cut {
    tail: 3,
    part_bytes: 900,
};

fn build(world: &mut World) -> u32 {
    let mut built = 0;
    while world.server.build_snapshot(SMALL).unwrap() {
        built += 1;
        assert!(built < 50, "building ends");
    }
    built
}

fn contact(area: &str) -> Feed {
    format!("{area}/contact").parse().unwrap()
}

fn offer(reply: &SyncReply, feed: &Feed) -> Option<SnapshotOffer> {
    let mut offers = reply.snapshots.iter();
    offers.find(|offer| offer.feed == *feed).cloned()
}

fn fetch(world: &mut World, phone: &Phone, hash: &str) -> Result<Vec<u8>, WireRefusal> {
    let asked = Request::SnapshotPart {
        token: phone.token.clone(),
        hash: hash.to_owned(),
    };
    match world.server.handle(asked) {
        Response::SnapshotPart(body) => Ok(body),
        Response::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

fn items(world: &mut World, phone: &Phone, offer: &SnapshotOffer) -> Vec<Item> {
    let mut items = Vec::new();
    for part in &offer.parts {
        let body = fetch(world, phone, &part.hash).unwrap();
        assert_eq!(
            (body.len() as u64, content_hash(&body)),
            (part.length, part.hash.clone())
        );
        let part: SnapshotPart = unpack(&body, 1 << 20).unwrap();
        assert_eq!((&part.feed, part.position), (&offer.feed, offer.position));
        items.extend(part.items);
    }
    items
}

fn settled(items: &[Item]) -> BTreeSet<RecordId> {
    let records = items.iter().filter_map(|item| match item {
        Item::Settled { record, .. } => Some(record.id),
        _ => None,
    });
    records.collect()
}

/// A village of ten people with a visit each; its worker.
fn village(world: &mut World) -> (Phone, Vec<(RecordId, RecordId, RecordId)>) {
    let mut phone = world.worker("village_committee", VILLAGE);
    let all = (0..10)
        .map(|_| {
            let (household, person) = phone.card(world, VILLAGE);
            (household, person, phone.visit(world, household, person))
        })
        .collect();
    world.push(&phone, 1).unwrap();
    (phone, all)
}

#[test]
fn who_begins_a_long_feed_is_offered_all_that_its_pages_would_leave_behind() {
    let mut world = World::new();
    let (_, all) = village(&mut world);
    let fresh = world.worker("village_committee", VILLAGE);
    let before = world.ask(&fresh, fresh.request(None)).unwrap();
    assert!(before.snapshots.is_empty());
    assert!(build(&mut world) > 0);
    assert_eq!(build(&mut world), 0, "what is built is not built again");

    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    let offer = offer(&reply, &contact(VILLAGE)).unwrap();
    assert!(offer.parts.len() > 1 && reply.more);
    assert!(reply.pages.iter().all(|page| page.feed != offer.feed));
    let items = items(&mut world, &fresh, &offer);
    let each = all.iter().flat_map(|(h, p, v)| [*h, *p, *v]);
    assert_eq!(settled(&items), each.collect());
    let all_contact = items.iter().all(|item| match item {
        Item::Settled { record, .. } => {
            let mut fields = record.fields.values();
            fields.all(|register| register.compartment == Compartment::Contact)
        }
        _ => true,
    });
    assert!(all_contact, "nothing of another compartment is in it");
    let visits = items.iter().filter_map(|item| match item {
        Item::Settled { record, .. } if record.kind == Kind::VISIT => Some(record.id),
        _ => None,
    });
    let newest_first: Vec<RecordId> = all.iter().rev().map(|(.., visit)| *visit).collect();
    assert_eq!(visits.collect::<Vec<_>>(), newest_first);

    let mut old_app = fresh.request(None);
    old_app.version = 1;
    let reply = world.ask(&fresh, old_app).unwrap();
    assert!(reply.snapshots.is_empty(), "an old app gets pages");
    assert!(reply.pages.iter().any(|page| page.feed == contact(VILLAGE)));
}

#[test]
fn a_part_is_given_only_to_who_may_hold_its_feed_at_that_moment() {
    let mut world = World::new();
    village(&mut world);
    build(&mut world);
    let mut fresh = world.worker("village_committee", VILLAGE);
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    let hash = offer(&reply, &contact(VILLAGE)).unwrap().parts[0]
        .hash
        .clone();
    assert!(fetch(&mut world, &fresh, &hash).is_ok());

    let elsewhere = world.worker("village_committee", OTHER);
    let refused = fetch(&mut world, &elsewhere, &hash).unwrap_err();
    assert!(matches!(refused, WireRefusal::Malformed { .. }));
    let unknown = fetch(&mut world, &fresh, &"0".repeat(64)).unwrap_err();
    assert!(matches!(unknown, WireRefusal::Malformed { .. }));

    let worker = fresh.worker;
    world
        .server
        .write(|turn| turn.revoke(worker))
        .expect("an administrator revokes");
    assert_eq!(fetch(&mut world, &fresh, &hash), Err(WireRefusal::Revoked));
    fresh.token = "none".to_owned();
    assert_eq!(
        fetch(&mut world, &fresh, &hash),
        Err(WireRefusal::SignedOut)
    );
}

#[test]
fn what_has_left_the_feed_is_in_no_snapshot_and_ends_the_one_that_it_was_in() {
    let mut world = World::new();
    let (mut old, all) = village(&mut world);
    build(&mut world);
    let fresh = world.worker("village_committee", VILLAGE);
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    let before = offer(&reply, &contact(VILLAGE)).unwrap();

    let gone = all[4];
    let mut moves = part(
        gone.0,
        Kind::HOUSEHOLD,
        Compartment::Contact,
        &[("$area", OTHER)],
    );
    moves.writes[0].seen = vec![old.saves[8].envelope.head];
    old.save(&world, None, vec![moves]);
    assert!(accepted(&world.verdict(&old)));

    let refused = fetch(&mut world, &fresh, &before.parts[0].hash).unwrap_err();
    assert!(matches!(refused, WireRefusal::Malformed { .. }));
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    assert_eq!(offer(&reply, &contact(VILLAGE)), None);
    build(&mut world);
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    let after = offer(&reply, &contact(VILLAGE)).unwrap();
    let items = items(&mut world, &fresh, &after);
    let left = [gone.0, gone.1, gone.2];
    assert!(settled(&items).is_disjoint(&left.into()));
    assert_eq!(settled(&items).len(), 27);
    let told: Vec<RecordId> = items
        .iter()
        .flat_map(|item| match item {
            Item::Departed { records, .. } => records.clone(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), left.into());
}

#[test]
fn a_snapshot_is_built_again_when_the_tail_is_long_and_the_one_before_stays_for_an_hour() {
    let mut world = World::new();
    let (mut old, _) = village(&mut world);
    build(&mut world);
    let fresh = world.worker("village_committee", VILLAGE);
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    let first = offer(&reply, &contact(VILLAGE)).unwrap();
    let from = old.saves.len() as u64 + 1;
    old.card(&world, VILLAGE);
    world.push(&old, from).unwrap();
    build(&mut world);
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    let same = offer(&reply, &contact(VILLAGE)).unwrap();
    assert_eq!(same.position, first.position, "two more are left to pages");

    let from = old.saves.len() as u64 + 1;
    for _ in 0..10 {
        old.card(&world, VILLAGE);
    }
    world.push(&old, from).unwrap();
    build(&mut world);
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    let second = offer(&reply, &contact(VILLAGE)).unwrap();
    assert!(second.position > first.position);
    assert!(fetch(&mut world, &fresh, &first.parts[0].hash).is_ok());

    world.move_clock(2 * 60 * 60 * 1000);
    let from = old.saves.len() as u64 + 1;
    for _ in 0..12 {
        old.card(&world, VILLAGE);
    }
    world.push(&old, from).unwrap();
    build(&mut world);
    world.move_clock(2 * 60 * 60 * 1000);
    let from = old.saves.len() as u64 + 1;
    for _ in 0..20 {
        old.card(&world, VILLAGE);
    }
    world.push(&old, from).unwrap();
    build(&mut world);
    assert!(fetch(&mut world, &fresh, &first.parts[0].hash).is_err());
}
