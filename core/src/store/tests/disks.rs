//! A disk that is full at any page, and commits that fail or are said to have failed.

use super::support::*;
use crate::attachment::{Prepared, prepare};
use crate::merge::settle;
use crate::model::{Compartment, Feed, Kind, Part, Save};
use crate::store::{CommitFault, Store, StoreError};
use crate::wire::{Item, Page, PartName, SnapshotOffer, SnapshotPart};

/// Does it on a disk with room for no page more, then for one, until it goes through; how many pages
/// that took. Before that the disk is said to be full and all is as it was, also for who opens the
/// file anew.
fn with_room_for_each_page(act: impl Fn(&Store) -> Result<(), StoreError>) -> u32 {
    let phone = Phone::new();
    let mut store = phone.open();
    append(&store, &household(1)).unwrap();
    let before = contents(&store);
    for room in 0.. {
        store.limit_pages(store.pages().unwrap() + room).unwrap();
        match act(&store) {
            Ok(()) => {
                assert_ne!(contents(&store), before);
                return room;
            }
            Err(StoreError::DiskFull) => {}
            Err(other) => panic!("{room}: {other}"),
        }
        assert_eq!(contents(&store), before, "with room for {room}");
        drop(store);
        store = phone.open();
        assert_eq!(contents(&store), before, "opened anew with room for {room}");
    }
    unreachable!("some number of pages is enough")
}

/// A save of several records with long values.
fn long_save(seq: u64) -> Save {
    let mut save = person(seq, 10, &"长".repeat(4_000));
    save.parts.extend((11..15).map(|n| {
        let writes = vec![write("name", &"名".repeat(2_000), &[])];
        part(record(n), Kind::PERSON, Compartment::Contact, true, writes)
    }));
    save
}

fn scan(bytes: usize) -> Prepared {
    let mut pdf = b"%PDF-1.4 ".to_vec();
    pdf.resize(bytes, b'.');
    prepare(&pdf, None).unwrap()
}

#[test]
fn a_save_on_a_disk_that_is_full_at_any_page_is_whole_or_not_there() {
    let pages = with_room_for_each_page(|store| append(store, &long_save(2)));
    assert!(pages > 5, "{pages}");
}

#[test]
fn a_photo_on_a_disk_that_is_full_at_any_page_is_whole_or_not_there() {
    let photo = scan(150_000);
    let pages = with_room_for_each_page(|store| store.write(|tx| tx.attach(&photo, 5)));
    assert!(pages > 20, "{pages}");
}

#[test]
fn a_page_of_others_saves_on_a_disk_that_is_full_at_any_page_lands_with_its_cursor_or_not_at_all() {
    let contact: Feed = format!("{VILLAGE}/contact").parse().unwrap();
    let item = |(at, part): (usize, &Part)| Item::Part {
        position: at as u64 + 1,
        received_at: 77,
        envelope: Box::new(envelope(4, 1)),
        part: Box::new(part.clone()),
    };
    let save = long_save(1);
    let parts = save.parts.iter().filter(|part| part.begins);
    let items: Vec<Item> = parts.enumerate().map(item).collect();
    let page = Page {
        feed: contact.clone(),
        after: 0,
        position: items.len() as u64,
        items,
        complete: true,
    };
    let pages = with_room_for_each_page(|store| {
        store.write(|tx| {
            tx.allow_feeds(&[contact.clone()].into_iter().collect())?;
            let applied = tx.apply(std::slice::from_ref(&page))?;
            assert_eq!((applied.items, applied.skipped), (5, 0));
            Ok(())
        })
    });
    assert!(pages > 5, "{pages}");
}

#[test]
fn a_photo_that_is_fetched_onto_a_disk_that_is_full_at_any_page_has_its_piece_or_not() {
    let photo = scan(150_000);
    let pages = with_room_for_each_page(|store| {
        store.write(|tx| {
            tx.begin_attachment(&photo.reference)?;
            tx.add_piece(photo.reference.hash, &photo.bytes[..100_000])
        })
    });
    assert!(pages > 20, "{pages}");
}

#[test]
fn a_part_of_a_snapshot_on_a_disk_that_is_full_at_any_page_is_whole_or_still_to_come() {
    let feed: Feed = format!("{VILLAGE}/contact").parse().unwrap();
    let settled = |n: u8| {
        let mut save = person(u64::from(n), n, &"长".repeat(3_000));
        save.envelope = envelope(2, u64::from(n));
        let origin = origin_of(&save, Some(5));
        let record = settle(record(n), Kind::PERSON, [(&save.parts[0], &origin)]);
        Item::Settled {
            position: 40,
            record: Box::new(record),
        }
    };
    let part = SnapshotPart {
        feed: feed.clone(),
        position: 40,
        items: (11..16).map(settled).collect(),
    };
    let offer = SnapshotOffer {
        feed: feed.clone(),
        position: 40,
        parts: vec![PartName {
            hash: "0".repeat(64),
            length: 9,
        }],
    };
    let pages = with_room_for_each_page(|store| {
        store.write(|tx| {
            tx.allow_feeds(&[feed.clone()].into())?;
            tx.take_offer(&offer)?;
            let coming = tx.coming_parts()?.remove(0);
            assert_eq!(tx.apply_part(&coming, part.clone())?, 5);
            Ok(())
        })
    });
    assert!(pages > 5, "{pages}");
}

#[test]
fn what_a_colleague_hands_on_lands_whole_or_not_at_all_on_a_disk_that_is_full_at_any_page() {
    let feed: Feed = format!("{VILLAGE}/contact").parse().unwrap();
    let mut save = long_save(1);
    save.envelope = envelope(4, 1);
    let origin = origin_of(&save, None);
    let parts = save.parts.iter().filter(|part| part.begins);
    let told: Vec<_> = parts
        .map(|part| (feed.clone(), part.clone(), origin.clone()))
        .collect();
    let pages = with_room_for_each_page(|store| {
        store.write(|tx| {
            tx.allow_feeds(&[feed.clone()].into())?;
            tx.hear_shared(&told).map(drop)
        })
    });
    assert!(pages > 5, "{pages}");
}

#[test]
fn a_commit_that_fails_has_written_nothing_and_the_save_goes_in_under_its_number() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &household(1)).unwrap();
    let before = contents(&store);
    store.break_commits(Some(CommitFault::NotWritten)).unwrap();
    assert!(append(&store, &person(2, 10, "测试一")).is_err());
    assert_eq!(contents(&store), before);
    store.break_commits(None).unwrap();
    append(&store, &person(2, 10, "测试一")).unwrap();
}

#[test]
fn a_commit_that_is_said_to_have_failed_may_stand_and_the_next_save_goes_on_after_it() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &household(1)).unwrap();
    store.break_commits(Some(CommitFault::Written)).unwrap();
    assert!(append(&store, &person(2, 10, "测试一")).is_err());
    store.break_commits(None).unwrap();
    let (tip, there) = store
        .read::<_, StoreError>(|tx| Ok((tx.tip()?.seq, tx.record(record(10))?)))
        .unwrap();
    assert_eq!(tip, 2, "who looks finds it");
    assert_eq!(there.unwrap().text("name"), Some("测试一"));
    let again = append(&store, &person(2, 10, "测试一"));
    assert!(again.is_err(), "and it is not there twice");
    append(&store, &person(3, 11, "测试二")).unwrap();
    drop(store);
    let store = phone.open();
    let tip = store.read::<_, StoreError>(|tx| tx.tip()).unwrap();
    assert_eq!(tip.seq, 3);
}
