//! Snapshots under way: each part once, resumed after any break, the cursor with the last.

use super::support::*;
use crate::merge::{Record, settle};
use crate::model::{Feed, Kind};
use crate::store::{ComingPart, Store, StoreError};
use crate::wire::{Item, Page, PartName, SnapshotOffer, SnapshotPart};

fn feed() -> Feed {
    format!("{VILLAGE}/contact").parse().unwrap()
}

fn offer(position: u64, parts: u8) -> SnapshotOffer {
    let names = (0..parts).map(|n| PartName {
        hash: format!("{position:062}{n:02}"),
        length: 9,
    });
    SnapshotOffer {
        feed: feed(),
        position,
        parts: names.collect(),
    }
}

/// Somebody else's person of this number, as the server has it.
fn settled(n: u8, name: &str) -> Record {
    let mut save = person(u64::from(n), n, name);
    save.envelope = envelope(2, u64::from(n));
    let origin = origin_of(&save, Some(5));
    settle(record(n), Kind::PERSON, [(&save.parts[0], &origin)])
}

fn brought(position: u64, records: Vec<Record>) -> SnapshotPart {
    let items = records.into_iter().map(|record| Item::Settled {
        position,
        record: Box::new(record),
    });
    SnapshotPart {
        feed: feed(),
        position,
        items: items.collect(),
    }
}

fn offered(store: &Store, offer: &SnapshotOffer) {
    let taken = store.write::<_, StoreError>(|tx| {
        tx.allow_feeds(&[feed()].into())?;
        tx.take_offer(offer)
    });
    taken.unwrap();
}

fn coming(store: &Store) -> Vec<ComingPart> {
    store.read::<_, StoreError>(|tx| tx.coming_parts()).unwrap()
}

fn apply(store: &Store, which: &ComingPart, part: SnapshotPart) -> u64 {
    store
        .write::<_, StoreError>(|tx| tx.apply_part(which, part))
        .unwrap()
}

fn cursor(store: &Store) -> u64 {
    let cursors = store.read::<_, StoreError>(|tx| tx.cursors()).unwrap();
    cursors[0].position
}

fn name_of(store: &Store, n: u8) -> Option<String> {
    let found = store.read::<_, StoreError>(|tx| tx.record(record(n)));
    found.unwrap()?.text("name").map(str::to_owned)
}

#[test]
fn a_snapshot_is_usable_before_it_is_whole_and_sets_the_cursor_with_its_last_part() {
    let phone = Phone::new();
    let store = phone.open();
    offered(&store, &offer(40, 2));
    let parts = coming(&store);
    assert_eq!(parts.len(), 2);
    let first = brought(40, vec![settled(11, "测试一"), settled(12, "测试二")]);
    assert_eq!(apply(&store, &parts[0], first.clone()), 2);
    assert_eq!(
        (name_of(&store, 11).as_deref(), cursor(&store)),
        (Some("测试一"), 0)
    );
    assert_eq!(apply(&store, &parts[0], first), 0, "a part is applied once");

    drop(store);
    let store = phone.open();
    offered(&store, &offer(40, 2));
    assert_eq!(
        coming(&store),
        parts[1..],
        "after a break only the rest is to come"
    );
    apply(&store, &parts[1], brought(40, vec![settled(13, "测试三")]));
    assert_eq!((coming(&store).len(), cursor(&store)), (0, 40));
    offered(&store, &offer(80, 1));
    assert!(
        coming(&store).is_empty(),
        "a feed that was begun takes no snapshot"
    );
}

#[test]
fn what_is_unsent_is_kept_beside_what_a_snapshot_brings() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 11, "自己写的")).unwrap();
    offered(&store, &offer(40, 1));
    let parts = coming(&store);
    apply(&store, &parts[0], brought(40, vec![settled(11, "测试一")]));
    let found = store.read::<_, StoreError>(|tx| tx.record(record(11)));
    let found = found.unwrap().unwrap();
    assert_eq!(found.origins.len(), 2);
    let conflicts = found.conflicts();
    assert!(
        conflicts
            .iter()
            .any(|conflict| conflict.field.as_str() == "name")
    );
}

#[test]
fn a_part_of_another_snapshot_or_of_a_feed_that_is_gone_is_left_alone() {
    let phone = Phone::new();
    let store = phone.open();
    offered(&store, &offer(40, 1));
    let old = coming(&store);
    offered(&store, &offer(60, 1));
    assert_eq!(
        apply(&store, &old[0], brought(40, vec![settled(11, "测试一")])),
        0
    );
    let new = coming(&store);
    assert_eq!(
        apply(&store, &new[0], brought(40, vec![settled(11, "测试一")])),
        0
    );
    store
        .write::<_, StoreError>(|tx| tx.allow_feeds(&Default::default()))
        .unwrap();
    assert_eq!(
        apply(&store, &new[0], brought(60, vec![settled(11, "测试一")])),
        0
    );
    assert!(name_of(&store, 11).is_none() && coming(&store).is_empty());
}

#[test]
fn what_has_left_the_feed_leaves_the_phone_with_the_snapshot_that_says_so() {
    let phone = Phone::new();
    let store = phone.open();
    offered(&store, &offer(40, 2));
    let parts = coming(&store);
    apply(&store, &parts[0], brought(40, vec![settled(11, "测试一")]));
    // The snapshot is no longer there; the next one tells who has gone meanwhile.
    offered(&store, &offer(60, 1));
    let mut next = brought(60, vec![settled(12, "测试二")]);
    next.items.push(Item::Departed {
        position: 60,
        records: vec![record(11), record(77)],
    });
    apply(&store, &coming(&store)[0], next);
    assert!(name_of(&store, 11).is_none());
    assert!(name_of(&store, 12).is_some());
}

#[test]
fn pages_from_the_beginning_end_a_snapshot_that_was_under_way() {
    let phone = Phone::new();
    let store = phone.open();
    offered(&store, &offer(40, 2));
    let page = Page {
        feed: feed(),
        after: 0,
        items: brought(3, vec![settled(11, "测试一")]).items,
        position: 3,
        complete: false,
    };
    store
        .write::<_, StoreError>(|tx| tx.apply(&[page]))
        .unwrap();
    assert!(coming(&store).is_empty());
    assert_eq!(cursor(&store), 3);
}
