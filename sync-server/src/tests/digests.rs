//! What each feed carries, as one sum: the same however it is reckoned.

use std::collections::BTreeMap;

use tanfang_core::merge::FeedDigest;
use tanfang_core::model::{Compartment, Feed, Kind, RecordId};
use tanfang_core::wire::{
    FeedEnd, Item, SameAnswer, SameQuestion, WireRefusal, manifest_hash, state_digest,
};

use super::world::*;
use crate::engine::{Request, Response};

type Digests = BTreeMap<String, Option<FeedDigest>>;

fn digests(world: &mut World) -> Digests {
    let rows = world.stored(|turn| turn.tx().feeds());
    rows.into_iter().map(|row| (row.name, row.digest)).collect()
}

/// Reckoned from the records alone.
fn reckoned(world: &mut World) -> Digests {
    let again = world.server.write(|turn| turn.reckon_digests());
    again.unwrap();
    digests(world)
}

fn moves(phone: &mut Phone, world: &World, household: RecordId, to: &str, seen: u64) {
    let mut part = part(
        household,
        Kind::HOUSEHOLD,
        Compartment::Contact,
        &[("$area", to)],
    );
    part.writes[0].seen = vec![phone.saves[seen as usize - 1].envelope.head];
    phone.save(world, None, vec![part]);
}

/// A county in which households moved there and back, a pairing ended, a right came late.
fn lived_in() -> (World, Phone, RecordId) {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let helper = world.worker("helper", VILLAGE);
    let (household, person) = phone.card(&world, VILLAGE);
    phone.card(&world, VILLAGE);
    phone.visit(&world, household, person);
    phone.edit(&world, person, "phone", "15400000001");
    world.push(&phone, 1).unwrap();
    let paired = pairing(&world, helper.worker, person, None);
    world.own(vec![paired]);
    moves(&mut phone, &world, household, OTHER, 1);
    phone.edit(&world, person, "name", "测试丙");
    moves(&mut phone, &world, household, VILLAGE, 5);
    phone.edit(&world, person, "phone", "15400000002");
    let reply = world.push(&phone, 5).unwrap();
    assert!(reply.verdicts.iter().all(|told| accepted(&told.verdict)));
    (world, phone, household)
}

#[test]
fn a_digest_that_was_kept_is_the_one_that_is_reckoned_and_that_a_rebuild_gives() {
    let (mut world, ..) = lived_in();
    let kept = digests(&mut world);
    let carrying = kept
        .values()
        .flatten()
        .filter(|d| **d != FeedDigest::default());
    assert!(carrying.count() >= 4, "{kept:?}");
    assert_eq!(reckoned(&mut world), kept);
    world.server.write(|turn| turn.rebuild()).unwrap();
    assert_eq!(digests(&mut world), kept);
}

#[test]
fn what_left_a_feed_is_in_its_digest_no_more() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let (household, _) = phone.card(&world, VILLAGE);
    world.push(&phone, 1).unwrap();
    let contact = format!("{VILLAGE}/contact");
    assert_ne!(digests(&mut world)[&contact], Some(FeedDigest::default()));
    moves(&mut phone, &world, household, OTHER, 1);
    world.push(&phone, 2).unwrap();
    let after = digests(&mut world);
    assert_eq!(after[&contact], Some(FeedDigest::default()));
    assert_eq!(reckoned(&mut world), after);
}

#[test]
fn a_store_of_an_older_program_is_reckoned_when_it_is_opened() {
    let (mut world, ..) = lived_in();
    let kept = digests(&mut world);
    let emptied = world.server.write(|turn| {
        for mut row in turn.tx().feeds()? {
            row.digest = None;
            turn.tx().set_end(&row)?;
        }
        Ok::<_, crate::store::StoreError>(())
    });
    emptied.unwrap();
    let dir = world.dir.path().to_owned();
    world.reopen(&dir);
    assert_eq!(digests(&mut world), kept);
}

#[test]
fn an_answer_names_what_each_feed_carries_at_its_end_and_none_before() {
    let (mut world, ..) = lived_in();
    let mut fresh = world.worker("village_committee", VILLAGE);
    let mut request = fresh.request(None);
    request.budget_bytes = 1;
    let begun = world.ask(&fresh, request).unwrap();
    let at_end = |end: &FeedEnd| begun.pages.iter().all(|p| p.feed != end.feed || p.complete);
    assert!(begun.more && begun.digests.iter().all(at_end));
    world.pull(&mut fresh);
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    assert_eq!(reply.digests.len(), reply.feeds.len());
    let mut request = fresh.request(None);
    request.budget_bytes = 0;
    let chunk = world.ask(&fresh, request).unwrap();
    assert!(chunk.digests.is_empty(), "while chunks are under way");
}

#[test]
fn a_record_that_left_and_came_back_is_never_told_as_gone() {
    let (mut world, _, household) = lived_in();
    let mut fresh = world.worker("village_committee", VILLAGE);
    let mut told = Vec::new();
    loop {
        let mut request = fresh.request(None);
        request.budget_bytes = 1;
        let reply = world.ask(&fresh, request).unwrap();
        fresh.hear(&reply);
        told.extend(reply.pages.into_iter().flat_map(|page| page.items));
        if !reply.more {
            break;
        }
    }
    let gone = |item: &Item| matches!(item, Item::Departed { records, .. } if records.contains(&household));
    let whole =
        |item: &Item| matches!(item, Item::Settled { record, .. } if record.id == household);
    assert!(!told.iter().any(gone));
    assert!(told.iter().any(whole));
}

#[test]
fn a_feed_that_is_pulled_again_brings_the_phones_own_parts_too() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let (household, _) = phone.card(&world, VILLAGE);
    world.push(&phone, 1).unwrap();
    let feed: Feed = format!("{VILLAGE}/contact").parse().unwrap();
    world.pull(&mut phone);
    let own = |world: &mut World, again: Vec<Feed>| {
        let mut request = phone.request(None);
        (request.cursors, request.again) = (Vec::new(), again);
        let reply = world.ask(&phone, request).unwrap();
        let pages = reply.pages.into_iter().filter(|page| page.feed == feed);
        let items: Vec<_> = pages.flat_map(|page| page.items).collect();
        let of = |item: &Item| matches!(item, Item::Part { part, .. } if part.record == household);
        items.iter().any(of)
    };
    assert!(!own(&mut world, Vec::new()));
    assert!(own(&mut world, vec![feed.clone()]));
}

#[test]
fn a_phone_that_differs_is_listed_until_it_agrees_and_the_audit_log_says_so() {
    let mut world = World::new();
    let phone = world.worker("village_committee", VILLAGE);
    let end = FeedEnd {
        feed: format!("{VILLAGE}/contact").parse().unwrap(),
        position: 7,
        digest: FeedDigest::from_bytes([9; 16]),
    };
    let say = |world: &mut World, apart: Vec<FeedEnd>| {
        let mut request = phone.request(None);
        request.apart = apart;
        world.ask(&phone, request).unwrap();
        let listed = world.stored(|turn| turn.feeds_apart());
        let listed = listed
            .into_iter()
            .map(|(device, row)| (device.id, row.feed, row.phone));
        let verbs = world.stored(|turn| turn.tx().audit());
        let verbs = verbs
            .into_iter()
            .filter(|row| row.verb.starts_with("feed_"));
        (listed.collect::<Vec<_>>(), verbs.count())
    };
    let row = (phone.id, end.feed.to_string(), end.digest);
    assert_eq!(say(&mut world, vec![end.clone()]), (vec![row.clone()], 1));
    assert_eq!(say(&mut world, vec![end]), (vec![row], 1), "said once");
    assert_eq!(say(&mut world, Vec::new()), (vec![], 2));
}

fn rests(world: &mut World, phone: &Phone, question: SameQuestion) -> Response {
    let token = phone.token.clone();
    world.server.handle(Request::Same { token, question })
}

/// What a phone knows that has just heard everything.
fn knows(world: &mut World, phone: &mut Phone) -> SameQuestion {
    world.pull(phone);
    let reply = world.ask(phone, phone.request(None)).unwrap();
    let manifest = reply.manifest.unwrap().body;
    let hash = manifest_hash(&manifest);
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let number = manifest["number"].as_u64().unwrap();
    let latest = reply.last_syncs.iter().map(|row| row.changed_at).max();
    SameQuestion {
        state: state_digest(
            reply.epoch,
            reply.through,
            number,
            Some(hash),
            &reply.digests,
        ),
        last_syncs_after: latest.unwrap_or(0),
    }
}

#[test]
fn a_phone_at_rest_hears_that_all_is_the_same_and_only_then_and_counts_as_heard_whole() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let mut other = world.worker("village_committee", VILLAGE);
    other.card(&world, VILLAGE);
    let reply = world.push(&other, 1).unwrap();
    other.hear(&reply);
    let question = knows(&mut world, &mut phone);
    world.move_clock(60_000);
    let now = world.clock_millis();
    let Response::Same(Some(SameAnswer {
        server_millis,
        last_syncs,
    })) = rests(&mut world, &phone, question)
    else {
        panic!("the same")
    };
    assert_eq!(server_millis, now);
    let own: Vec<_> = last_syncs
        .iter()
        .map(|row| (row.worker, row.millis))
        .collect();
    assert_eq!(
        own,
        [(phone.worker, Some(now))],
        "its own, and nobody else's"
    );
    other.card(&world, VILLAGE);
    world.push(&other, 2).unwrap();
    assert!(matches!(
        rests(&mut world, &phone, question),
        Response::Same(None)
    ));
    world
        .server
        .write(|turn| turn.revoke(phone.worker))
        .unwrap();
    assert!(matches!(
        rests(&mut world, &phone, question),
        Response::Refused(WireRefusal::Revoked)
    ));
}

#[test]
fn what_a_phone_says_of_a_feed_that_it_may_not_hold_is_not_noted() {
    let mut world = World::new();
    let phone = world.worker("village_committee", VILLAGE);
    let mut request = phone.request(None);
    request.apart = [VILLAGE, OTHER]
        .map(|area| FeedEnd {
            feed: format!("{area}/contact").parse().unwrap(),
            position: 1,
            digest: Default::default(),
        })
        .into();
    world.ask(&phone, request).unwrap();
    let noted = world.stored(|turn| turn.feeds_apart());
    let feeds: Vec<&str> = noted.iter().map(|(_, row)| row.feed.as_str()).collect();
    assert_eq!(feeds, [format!("{VILLAGE}/contact")]);
}
