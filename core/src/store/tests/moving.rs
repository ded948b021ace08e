//! Records that move, between feeds that a phone holds and out of its reach.

use std::collections::BTreeSet;

use super::support::*;
use crate::merge::{Record, settle};
use crate::model::{Compartment, Feed, Kind, Save};
use crate::store::{Store, StoreError};
use crate::wire::{Item, Page, Receipt, Verdict, VerdictKind};

const OTHER: &str = "530999201202";

fn feed(area: &str) -> Feed {
    format!("{area}/contact").parse().unwrap()
}

/// The household of everybody, moved to the other village.
fn moved(seq: u64) -> Save {
    let mut save = household(seq);
    save.parts[0].begins = false;
    save.parts[0].writes = vec![write("$area", OTHER, &[envelope(ME, 1).head])];
    save
}

fn page(area: &str, after: u64, items: Vec<Item>) -> Page {
    Page {
        feed: feed(area),
        after,
        position: after + items.len() as u64,
        items,
        complete: true,
    }
}

fn household_on(store: &Store) -> Option<Record> {
    store
        .read::<_, StoreError>(|tx| tx.record(record(200)))
        .unwrap()
}

/// Found by the simulator (seed 11): the feeds of the new place may come before those of the old.
#[test]
fn a_household_that_moves_between_two_held_villages_in_one_answer_is_kept() {
    for (old, new) in [(VILLAGE, OTHER), (OTHER, VILLAGE)] {
        let phone = Phone::new();
        let store = phone.open();
        let (first, second) = (household(1), moved(2));
        let told = [origin_of(&first, Some(5)), origin_of(&second, Some(6))];
        let said = [(&first.parts[0], &told[0]), (&second.parts[0], &told[1])];
        let settled = settle(record(200), Kind::HOUSEHOLD, said);
        let part = Item::Part {
            position: 1,
            received_at: 5,
            envelope: Box::new(first.envelope.clone()),
            part: Box::new(first.parts[0].clone()),
        };
        let arrived = Item::Settled {
            position: 1,
            record: Box::new(settled.clone()),
        };
        let left = Item::Departed {
            position: 2,
            records: vec![record(200)],
        };
        let mut pages = [page(new, 0, vec![arrived]), page(old, 1, vec![left])];
        pages.sort_by_key(|page| page.feed.clone());
        store
            .write::<_, StoreError>(|tx| {
                tx.allow_feeds(&[feed(old), feed(new)].into())?;
                tx.apply(&[page(old, 0, vec![part])])?;
                tx.apply(&pages)
            })
            .unwrap();
        let held = household_on(&store).expect("the phone holds both villages");
        assert_eq!(held.fields, settled.fields);
        // And it goes with the feed that brought it last.
        let gone = store.write::<_, StoreError>(|tx| tx.allow_feeds(&[feed(old)].into()));
        assert_eq!(gone.unwrap(), 1);
        assert!(household_on(&store).is_none());
    }
}

/// Found by the simulator (seed 23): a part that moved its record is in no feed, its receipt names
/// none.
#[test]
fn what_its_author_moved_out_of_reach_goes_when_it_is_accepted() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &household(1)).unwrap();
    append(&store, &moved(2)).unwrap();
    let accepted = |seq: u64, receipts: Vec<Receipt>| Verdict {
        seq,
        verdict: VerdictKind::Accepted {
            received_at: 5,
            receipts,
        },
    };
    let nothing: BTreeSet<Feed> = BTreeSet::new();
    let hear = |through: u64, verdict: Verdict| {
        store
            .write::<_, StoreError>(|tx| {
                tx.hear_verdicts(device(ME), &[verdict], &nothing)?;
                tx.set_through(through)
            })
            .unwrap();
    };
    let receipt = Receipt {
        feed: feed(VILLAGE),
        position: 1,
    };
    hear(1, accepted(1, vec![receipt]));
    let waits = household_on(&store).expect("the move is unsent");
    assert_eq!(waits.text("$area"), Some(OTHER));
    hear(2, accepted(2, vec![]));
    let left = household_on(&store);
    assert!(left.is_none_or(|record| record.fields.is_empty()));
}

/// What no move took away stays: a part of a record that no feed carries.
#[test]
fn what_is_accepted_and_in_no_feed_stays_on_its_authors_phone() {
    let phone = Phone::new();
    let store = phone.open();
    let mut alone = person(1, 11, "测试");
    alone.parts.truncate(1);
    alone.parts[0].compartment = Compartment::Contact;
    append(&store, &alone).unwrap();
    let verdict = Verdict {
        seq: 1,
        verdict: VerdictKind::Accepted {
            received_at: 5,
            receipts: vec![],
        },
    };
    store
        .write::<_, StoreError>(|tx| tx.hear_verdicts(device(ME), &[verdict], &BTreeSet::new()))
        .unwrap();
    let found = store.read::<_, StoreError>(|tx| tx.record(record(11)));
    assert_eq!(found.unwrap().unwrap().text("name"), Some("测试"));
}

/// Found by the simulator (seed 463): a server that was set back is offered a save that had left
/// its author's phone with an area since; with the area back it was on every phone but that one.
#[test]
fn what_is_offered_again_is_shown_again() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &household(1)).unwrap();
    let accepted = Verdict {
        seq: 1,
        verdict: VerdictKind::Accepted {
            received_at: 5,
            receipts: vec![Receipt {
                feed: feed(VILLAGE),
                position: 1,
            }],
        },
    };
    store
        .write::<_, StoreError>(|tx| {
            tx.hear_verdicts(device(ME), &[accepted], &BTreeSet::new())?;
            tx.set_through(1)
        })
        .unwrap();
    let left = household_on(&store);
    assert!(left.is_none_or(|record| record.fields.is_empty()));
    store
        .write::<_, StoreError>(|tx| tx.offer_again_after(0))
        .unwrap();
    let shown = household_on(&store).expect("it is unsent again");
    assert_eq!(shown.text("$area"), Some(VILLAGE));
}
