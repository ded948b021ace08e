//! Conversations that end where nobody wanted them to: stopped, cut, signed out, with a full disk.

use super::*;
use crate::model::DocumentKind;
use crate::wire::WireRefusal;

/// Everything that a sync stands on, and what it would bring.
fn laden() -> World {
    let world = World::new();
    (1..=12).for_each(|seq| world.save(seq));
    (1..=25).for_each(|at| world.theirs("contact", at, 100 + at as u8, "name"));
    world.server().publish(3, &["{\"a\":1}", "{\"b\":2}"]);
    world
}

fn plan() -> Plan {
    Plan {
        limits: Limits {
            push_bytes: 1,
            page_bytes: 1 << 20,
        },
        ..Plan::default()
    }
}

/// A phone says of itself only what is true: what is acknowledged is in the log, what a cursor stands
/// for is held.
fn holds_together(world: &World) {
    let through = world
        .store
        .read::<_, StoreError>(|tx| tx.through())
        .unwrap();
    assert!(through <= world.server().log.len() as u64);
    let cursors = world
        .store
        .read::<_, StoreError>(|tx| tx.cursors())
        .unwrap();
    let of = cursors.iter().find(|cursor| cursor.feed == feed("contact"));
    let at = of.map_or(0, |cursor| cursor.position);
    assert!((1..=at).all(|at| world.has(100 + at as u8, "name")), "{at}");
}

fn ends_well(world: &World) {
    let done = world.sync().unwrap();
    assert!(done.complete && !done.stopped);
    assert_eq!(world.server().log.len(), 12);
    assert!(world.states().is_empty());
    assert!((101..=125).all(|n| world.has(n, "name")));
    let manifest = world.store.read::<_, StoreError>(|tx| tx.manifest());
    assert_eq!(manifest.unwrap().number, 3);
}

#[test]
fn a_sync_that_is_stopped_at_any_turn_has_done_what_it_did_and_the_next_goes_on() {
    for stop_at in 0.. {
        let world = laden();
        let (plan, mut events) = (plan(), 0);
        let stop = |events: usize| {
            if events == stop_at {
                plan.cancel.cancel();
            }
        };
        stop(events);
        let done = run(
            &world.store,
            &world.phone.vault,
            &world.link,
            &plan,
            &mut |_| {
                events += 1;
                stop(events);
            },
        );
        let done = done.unwrap();
        holds_together(&world);
        if done.complete {
            assert!(stop_at > 10, "there were turns to stop at: {stop_at}");
            return;
        }
        assert!(done.stopped);
        ends_well(&world);
    }
}

#[test]
fn progress_rises_stage_by_stage_to_its_totals() {
    let world = laden();
    let mut told: Vec<Progress> = Vec::new();
    let heard = &mut |progress: &Progress| told.push(*progress);
    run(
        &world.store,
        &world.phone.vault,
        &world.link,
        &plan(),
        heard,
    )
    .unwrap();
    assert!(told.windows(2).all(|two| two[0].stage <= two[1].stage));
    let of = |stage: Stage| {
        let of: Vec<Progress> = told.iter().filter(|p| p.stage == stage).copied().collect();
        assert!(!of.is_empty(), "{stage:?}");
        let rises = |amount: fn(&Progress) -> u64| {
            assert!(of.windows(2).all(|two| amount(&two[0]) <= amount(&two[1])));
        };
        rises(|p| p.records.done);
        rises(|p| p.bytes.done);
        let within = |p: &Progress| {
            p.records.total.is_none_or(|total| p.records.done <= total)
                && p.bytes.total.is_none_or(|total| p.bytes.done <= total)
        };
        assert!(of.iter().all(within));
        of[of.len() - 1]
    };
    assert_eq!(of(Stage::Sending).records.total, Some(12));
    assert_eq!(of(Stage::Fetching).records.done, 25);
    let documents = of(Stage::Documents);
    assert_eq!(documents.records, Amount::of(2, 2));
    assert_eq!(documents.bytes, Amount::of(14, 14));
    assert!(of(Stage::Done).tally.complete);
}

#[test]
fn a_metered_link_carries_visits_and_leaves_documents_for_later() {
    let world = laden();
    let metered = Plan {
        budget: Budget::metered(10),
        ..plan()
    };
    let (vault, link) = (&world.phone.vault, &world.link);
    let done = run(&world.store, vault, link, &metered, &mut |_| {}).unwrap();
    assert_eq!((done.sent, done.received, done.documents), (12, 25, 0));
    assert!(done.complete && done.put_off == 14);
    assert!(metered.budget.spent() > 10 && metered.budget.left() == Some(0));
    let manifest = world.store.read::<_, StoreError>(|tx| tx.manifest());
    assert_eq!(manifest.unwrap().number, 0, "half a list is no list");
    ends_well(&world);
}

#[test]
fn a_session_that_ends_in_the_middle_keeps_what_was_acknowledged_and_the_rest_unsent() {
    for after in 0..6 {
        let world = laden();
        (0..after).for_each(|_| world.fault(Fault::CutAt(usize::MAX)));
        world.fault(Fault::Refuse(401, WireRefusal::SignedOut));
        let (vault, link) = (&world.phone.vault, &world.link);
        let ended = run(&world.store, vault, link, &plan(), &mut |_| {});
        assert!(matches!(ended, Err(SyncError::SignedOut)), "{after}");
        holds_together(&world);
        ends_well(&world);
    }
}

#[test]
fn a_server_without_room_says_when_to_come_again() {
    let world = laden();
    world.fault(Fault::Refuse(503, WireRefusal::Unavailable));
    let refused = world.sync().unwrap_err();
    assert_eq!(refused.retry_after_secs(), Some(7));
    assert!(refused.passes());
    ends_well(&world);
}

#[test]
fn a_disk_that_is_full_at_any_page_loses_nothing_and_applies_nothing_by_half() {
    let world = laden();
    for (_, item) in &mut world.server().items {
        if let crate::wire::Item::Part { part, .. } = item {
            part.writes[0].value = crate::model::Value::text("长".repeat(900));
        }
    }
    let mut refused = 0;
    for pages in 1.. {
        world.store.limit_pages(pages).unwrap();
        match world.sync() {
            Ok(_) => break,
            Err(SyncError::Store(StoreError::DiskFull)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
        holds_together(&world);
    }
    assert!(refused > 3, "{refused}");
    ends_well(&world);
}

#[test]
fn a_new_list_of_documents_is_in_force_only_when_each_of_them_is_held() {
    let texts = ["{\"form\":1}", "{\"codes\":2}", "{\"areas\":3}"];
    for held in 0..texts.len() {
        let world = World::new();
        world.server().publish(3, &texts);
        // The conversation and so many documents go through, the next does not.
        (0..=held).for_each(|_| world.fault(Fault::CutAt(usize::MAX)));
        world.fault(Fault::CutAt(3));
        assert!(world.sync().is_err());
        let read = |world: &World| {
            let read = world.store.read::<_, StoreError>(|tx| {
                Ok((
                    tx.manifest()?.number,
                    tx.active_documents(DocumentKind::Form)?.len(),
                ))
            });
            read.unwrap()
        };
        assert_eq!(read(&world), (0, 0), "{held} held");
        assert_eq!(world.sync().unwrap().documents, 3 - held as u64);
        assert_eq!(read(&world).0, 3);
    }
}

#[test]
fn a_document_of_another_hash_or_length_is_not_taken_and_the_list_before_stays_in_force() {
    let world = World::new();
    world.server().publish(3, &["{\"a\":1}"]);
    world.sync().unwrap();
    for wrong in ["{\"b\":2}", "{\"c\":22}", ""] {
        world.server().publish(4, &["{\"d\":4}"]);
        world.server().manifest.as_mut().unwrap().1[0] = wrong.to_owned();
        world.server().any_document = true;
        assert!(matches!(world.sync(), Err(SyncError::AlteredDocument)));
        let manifest = world.store.read::<_, StoreError>(|tx| tx.manifest());
        assert_eq!(manifest.unwrap().number, 3);
    }
}

#[test]
fn an_older_list_of_documents_is_not_taken_in_the_same_history_and_is_named() {
    let world = World::new();
    let older = |world: &World| {
        let read = world
            .store
            .read::<_, StoreError>(|tx| Ok((tx.manifest()?.number, tx.older_manifest()?)));
        read.unwrap()
    };
    world.server().publish(5, &["{\"a\":5}"]);
    world.sync().unwrap();
    world.server().publish(4, &["{\"a\":4}"]);
    world.sync().unwrap();
    assert_eq!(older(&world), (5, Some(4)));
    // A server that was restored says so by another history: then its list is the one in force.
    world.server().epoch = epoch(6);
    world.sync().unwrap();
    assert_eq!(older(&world), (4, None));
    world.server().publish(6, &["{\"a\":6}"]);
    world.sync().unwrap();
    assert_eq!(older(&world), (6, None));
}

#[test]
fn a_list_that_was_coming_is_let_go_when_the_server_does_not_have_it_any_more() {
    let world = World::new();
    world.server().publish(3, &["{\"a\":3}"]);
    world.sync().unwrap();
    for set_back_to in [3, 2] {
        world.server().publish(4, &["{\"a\":4}", "{\"b\":4}"]);
        // The list comes, its documents do not.
        world.fault(Fault::CutAt(usize::MAX));
        world.fault(Fault::CutAt(3));
        assert!(world.sync().is_err());
        world.server().publish(set_back_to, &["{\"a\":3}"]);
        assert!(world.sync().unwrap().complete, "back to {set_back_to}");
        let manifest = world.store.read::<_, StoreError>(|tx| tx.manifest());
        assert_eq!(manifest.unwrap().number, 3);
        world.server().publish(3, &["{\"a\":3}"]);
        world.sync().unwrap();
    }
}
