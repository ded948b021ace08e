//! Sync against a server that answers from a script, over a link that fails as told.

mod cuts;
mod digests;
mod together;
mod world;

use super::*;
use crate::store::tests::support::*;
use crate::store::{OwnState, StoreError};
use crate::vault::{Secret, ServerKey};
use crate::wire::{CodecError, Page, Refusal, RefusalReason, VerdictKind, link_save};
use world::*;

#[test]
fn everything_is_pushed_in_chunks_and_everything_pulled_in_pages() {
    let world = World::new();
    (1..=40).for_each(|seq| world.save(seq));
    (1..=25).for_each(|at| world.theirs("contact", at, 100 + at as u8, "name"));
    let tally = world.sync().unwrap();
    assert_eq!((tally.sent, tally.received), (40, 25));
    assert!(tally.turns > 2, "in chunks");
    let budgets = world.server().budgets.clone();
    let first = budgets.iter().position(|budget| *budget > 0).unwrap();
    assert!(first > 0, "no page before the last chunk");
    assert!(budgets[first..].iter().all(|budget| *budget > 0));
    assert!(tally.complete && world.states().is_empty());
    assert_eq!(world.server().log.len(), 40);
    assert!((101..=125).all(|n| world.has(n, "name")));
    let again = world.sync().unwrap();
    assert_eq!((again.turns, again.sent, again.received), (1, 0, 0));
}

#[test]
fn an_answer_lost_after_the_commit_makes_nothing_double() {
    let world = World::new();
    (1..=3).for_each(|seq| world.save(seq));
    world.fault(Fault::LoseAnswer);
    assert!(matches!(
        world.sync(),
        Err(SyncError::Link(LinkError::Unreachable))
    ));
    assert_eq!(world.states().len(), 3, "nothing is marked sent");
    assert_eq!(world.server().log.len(), 3);
    world.sync().unwrap();
    assert_eq!(world.server().log.len(), 3);
    assert_eq!(world.server().times_told, 6, "told twice, taken once");
    assert!(world.states().is_empty());
}

#[test]
fn a_page_cut_at_any_byte_changes_nothing_and_comes_again() {
    let world = World::new();
    world.theirs("contact", 1, 101, "name");
    let before = || {
        world
            .store
            .read::<_, StoreError>(|tx| tx.cursors())
            .unwrap()
    };
    let start = before();
    for at in 0.. {
        world.fault(Fault::CutAt(at));
        match world.sync() {
            Err(SyncError::Body(CodecError::Truncated)) => {}
            Ok(_) => break,
            Err(other) => panic!("{other}"),
        }
        assert_eq!(before(), start);
        assert!(!world.has(101, "name"));
    }
    world.sync().unwrap();
    assert!(world.has(101, "name"));
}

#[test]
fn a_sign_in_page_is_told_from_the_server() {
    let world = World::new();
    world.save(1);
    for fault in [Fault::Portal, Fault::PortalAsOurs] {
        world.fault(fault);
        assert!(matches!(
            world.sync(),
            Err(SyncError::Body(CodecError::NotOurs))
        ));
        assert_eq!(world.states(), [(1, OwnState::Unsent)]);
    }
    world.fault(Fault::Unreachable);
    assert!(matches!(world.sync(), Err(SyncError::Link(_))));
    world.sync().unwrap();
}

#[test]
fn a_refusal_stays_beside_good_ones_and_a_waiting_save_goes_in_by_itself() {
    let world = World::new();
    (1..=4).for_each(|seq| world.save(seq));
    let refusal = Refusal {
        reason: RefusalReason::UnknownCode,
        field: Some("mode".into()),
        message: "choose again".into(),
    };
    let refused = VerdictKind::Refused(refusal);
    world.server().verdicts.insert(2, refused);
    world.server().verdicts.insert(3, VerdictKind::Waiting);
    world.sync().unwrap();
    assert_eq!(
        world.states(),
        [(2, OwnState::Refused), (3, OwnState::Waiting)]
    );
    world.server().verdicts.remove(&3);
    world.sync().unwrap();
    assert_eq!(world.states(), [(2, OwnState::Refused)]);
    assert!(world.has(2, "name"), "what was refused stays on the phone");
}

#[test]
fn a_server_restored_from_an_older_backup_gets_again_what_it_forgot() {
    let world = World::new();
    (1..=5).for_each(|seq| world.save(seq));
    world.theirs("contact", 1, 101, "name");
    world.sync().unwrap();
    {
        let mut server = world.server();
        server.log.truncate(2);
        server.epoch = epoch(6);
        server.chain = server
            .log
            .iter()
            .fold([0; 32], |chain, save| link_save(&chain, save, &salt()));
    }
    world.sync().unwrap();
    assert_eq!(world.server().log.len(), 5);
    assert!(world.states().is_empty());
    let whole = world.store.read::<_, StoreError>(|tx| tx.whole_feeds());
    assert_eq!(whole.unwrap().len(), 2);
    let now = world.store.read::<_, StoreError>(|tx| tx.enrolled());
    assert_eq!(now.unwrap().epoch, epoch(6));
}

#[test]
fn a_right_that_ends_takes_its_feed_and_never_what_is_unsent() {
    let world = World::new();
    world.theirs("contact", 1, 101, "name");
    world.theirs("care", 1, 101, "health");
    world.sync().unwrap();
    assert!(world.has(101, "health") && world.has(101, "name"));
    world.save(1);
    world.server().verdicts.insert(1, VerdictKind::Waiting);
    world.server().feeds = vec![feed("contact")];
    world.sync().unwrap();
    assert!(world.has(101, "name") && !world.has(101, "health"));
    assert!(world.has(1, "health"), "not accepted, so not taken");
    world.server().feeds = vec![];
    world.sync().unwrap();
    let gone = world
        .store
        .read::<_, StoreError>(|tx| tx.record(record(101)));
    assert!(gone.unwrap().is_none());
    assert!(world.has(1, "health"));
    world.server().feeds = vec![feed("contact"), feed("care")];
    world.sync().unwrap();
    assert!(
        world.has(101, "health"),
        "and a right that returns fills again"
    );
}

#[test]
fn a_page_that_does_not_follow_the_cursor_is_left_alone() {
    let world = World::new();
    world.sync().unwrap();
    world.theirs("contact", 9, 101, "name");
    let item = world.server().items[0].1.clone();
    let page = Page {
        feed: feed("contact"),
        after: 8,
        items: vec![item],
        position: 9,
        complete: true,
    };
    let applied = world.store.write::<_, StoreError>(|tx| tx.apply(&[page]));
    let applied = applied.unwrap();
    assert_eq!((applied.items, applied.skipped), (0, 1));
    assert!(!world.has(101, "name"));
}

#[test]
fn a_phone_back_from_a_backup_is_told_so() {
    let world = World::new();
    world.save(1);
    world.server().chain = [1; 32];
    assert!(matches!(
        world.sync(),
        Err(SyncError::ChainBroken { through: 0 })
    ));
    assert_eq!(world.states().len(), 1);
}

#[test]
fn a_number_that_the_server_knows_with_another_content_is_a_backups_too_and_nothing_is_refused() {
    let world = World::new();
    world.save(1);
    let refusal = Refusal {
        reason: RefusalReason::AlteredBody,
        field: None,
        message: "another content".into(),
    };
    let verdict = VerdictKind::Refused(refusal);
    world.server().verdicts.insert(1, verdict);
    assert!(matches!(
        world.sync(),
        Err(SyncError::ChainBroken { through: 1 })
    ));
    assert_eq!(world.states(), [(1, OwnState::Unsent)]);
}

#[test]
fn an_answer_that_the_server_did_not_sign_is_not_believed() {
    let world = World::new();
    world.save(1);
    world.server().key = ServerKey::from_secret(&Secret::from_slice(&[6; 32]).unwrap());
    assert!(matches!(world.sync(), Err(SyncError::NotSigned { .. })));
    assert_eq!(world.states(), [(1, OwnState::Unsent)]);
}

#[test]
fn a_manifest_comes_into_force_when_all_of_it_is_held() {
    let world = World::new();
    let manifest = world.server().publish(3, &["{\"a\":1}", "{\"b\":2}"]);
    // The sync goes through, the first document does, the second does not.
    world.link.faults.lock().unwrap().extend([
        Fault::CutAt(usize::MAX),
        Fault::CutAt(usize::MAX),
        Fault::Unreachable,
    ]);
    assert!(world.sync().is_err());
    let held = || {
        world
            .store
            .read::<_, StoreError>(|tx| tx.manifest())
            .unwrap()
    };
    assert_eq!(held().number, 0);
    let tally = world.sync().unwrap();
    assert_eq!(tally.documents, 1, "what was fetched is not fetched again");
    assert_eq!(held(), manifest);
}
