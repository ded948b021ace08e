//! A field that is edited again and again: the store takes as many steps for the last edit as for the
//! first, and a page about one record is one reading and one writing of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::support::*;
use crate::model::{Compartment, Feed, Head, Kind, Save};
use crate::store::{Store, StoreError};
use crate::wire::{Item, Page};

/// An edit by somebody who looked at the one before.
fn edit(device_n: u8, seq: u64) -> Save {
    let seen: Vec<Head> = (seq > 1)
        .then(|| envelope(device_n, seq - 1).head)
        .into_iter()
        .collect();
    let writes = vec![write("phone", &format!("1540000{seq:04}"), &seen)];
    Save {
        envelope: envelope(device_n, seq),
        parts: vec![part(
            record(10),
            Kind::PERSON,
            Compartment::Contact,
            seq == 1,
            writes,
        )],
    }
}

/// The steps that SQLite took for some work.
fn steps(store: &Store, work: impl FnOnce()) -> u64 {
    let counter = Arc::new(AtomicU64::new(0));
    store.break_off_after(None, counter.clone()).unwrap();
    work();
    counter.load(Ordering::Relaxed)
}

#[test]
fn the_three_hundredth_edit_of_a_field_takes_as_many_steps_as_the_thirtieth() {
    let phone = Phone::new();
    let store = phone.open();
    let thirty = |from: u64| {
        steps(&store, || {
            for seq in from..from + 30 {
                append(&store, &edit(ME, seq)).unwrap();
            }
        })
    };
    thirty(1);
    let early = thirty(31);
    (61..271).for_each(|seq| append(&store, &edit(ME, seq)).unwrap());
    let late = thirty(271);
    assert!(late * 10 <= early * 11, "{early} steps, then {late}");
    let found = store.read::<_, StoreError>(|tx| tx.record(record(10)));
    let found = found.unwrap().unwrap();
    assert_eq!(found.text("phone"), Some("15400000300"));
    assert_eq!(
        found.origins.len(),
        300,
        "nothing of its past is thrown away"
    );
}

#[test]
fn a_page_of_four_hundred_edits_of_a_field_takes_no_more_steps_than_one_of_two_hundred() {
    let read = |many: u64| {
        let phone = Phone::new();
        let store = phone.open();
        let feed: Feed = format!("{VILLAGE}/contact").parse().unwrap();
        let items = (1..=many).map(|seq| {
            let save = edit(2, seq);
            Item::Part {
                position: seq,
                received_at: 5,
                envelope: Box::new(save.envelope),
                part: Box::new(save.parts[0].clone()),
            }
        });
        let page = Page {
            feed: feed.clone(),
            after: 0,
            items: items.collect(),
            position: many,
            complete: true,
        };
        let allowed = [feed].into();
        store
            .write::<_, StoreError>(|tx| tx.allow_feeds(&allowed))
            .unwrap();
        steps(&store, || {
            let applied = store.write::<_, StoreError>(|tx| tx.apply(&[page]));
            assert_eq!(applied.unwrap().items, many);
        })
    };
    let (once, twice) = (read(200), read(400));
    assert!(twice * 10 <= once * 11, "{once} steps, then {twice}");
}
