//! What sealed files told, and files that are carried.

use std::collections::BTreeSet;

use super::support::*;
use crate::model::{Compartment, Feed, Head, Kind, Origin, Part, Save};
use crate::sealed::{Kind as For, Piece, seal};
use crate::store::{CarriedState, Store, StoreError};
use crate::vault::{AgreementKey, Secret};
use crate::wire::{Item, Page};

const THEIRS: u8 = 4;

fn feed() -> Feed {
    format!("{VILLAGE}/contact").parse().unwrap()
}

/// A colleague's save: another name for the person of this phone's first save.
fn theirs() -> Save {
    let seen = [envelope(ME, 1).head];
    let writes = vec![write("name", "测试他名", &seen)];
    let contact = Compartment::Contact;
    Save {
        envelope: envelope(THEIRS, 1),
        parts: vec![part(record(10), Kind::PERSON, contact, false, writes)],
    }
}

fn told(save: &Save) -> Vec<(Feed, Part, Origin)> {
    let parts = save.parts.iter();
    parts
        .map(|part| (feed(), part.clone(), origin_of(save, None)))
        .collect()
}

fn phone_that_was_told() -> (Phone, Store) {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 10, "测试一")).unwrap();
    let new = store.write::<_, StoreError>(|tx| tx.hear_shared(&told(&theirs())));
    assert_eq!(new.unwrap(), 1);
    (phone, store)
}

fn name(store: &Store) -> String {
    let found = store.read::<_, StoreError>(|tx| tx.record(record(10)));
    let found = found.unwrap().unwrap();
    found.text("name").unwrap_or_default().to_owned()
}

fn marked(store: &Store) -> usize {
    let marked = store.read::<_, StoreError>(|tx| tx.unconfirmed_records());
    marked.unwrap().len()
}

#[test]
fn what_a_file_told_is_shown_and_marked_until_the_countys_copy_comes() {
    let (_phone, store) = phone_that_was_told();
    assert_eq!((name(&store).as_str(), marked(&store)), ("测试他名", 1));
    let again = store.write::<_, StoreError>(|tx| {
        tx.confirm_shared(&|_| true)?;
        tx.hear_shared(&told(&theirs()))
    });
    assert_eq!((again.unwrap(), marked(&store)), (0, 1), "heard twice");
    let item = Item::Part {
        position: 1,
        received_at: 77,
        envelope: Box::new(theirs().envelope),
        part: Box::new(theirs().parts[0].clone()),
    };
    let page = Page {
        feed: feed(),
        after: 0,
        items: vec![item],
        position: 1,
        complete: true,
    };
    let done = store.write::<_, StoreError>(|tx| {
        tx.allow_feeds(&BTreeSet::from([feed()]))?;
        tx.apply(std::slice::from_ref(&page))?;
        tx.confirm_shared(&|_| true)?;
        tx.record(record(10))
    });
    let record = done.unwrap().unwrap();
    let head = Head {
        device: device(THEIRS),
        seq: 1,
    };
    assert_eq!(record.origins.get(&head).unwrap().received_at, Some(77));
    assert_eq!(
        record.conflicts().len(),
        0,
        "the same head is the same part"
    );
    assert_eq!((name(&store).as_str(), marked(&store)), ("测试他名", 0));
    // A file that comes later than the county's copy says nothing new.
    let late = store.write::<_, StoreError>(|tx| tx.hear_shared(&told(&theirs())));
    assert_eq!((late.unwrap(), marked(&store)), (0, 0));
}

#[test]
fn what_the_county_refuses_is_taken_back_and_what_was_before_stands_again() {
    let (_phone, store) = phone_that_was_told();
    let forget = |device_n: u8, seqs: &[u64]| {
        store
            .write::<_, StoreError>(|tx| tx.forget_shared(device(device_n), Some(seqs)))
            .unwrap();
    };
    forget(THEIRS, &[2]);
    forget(5, &[1]);
    assert_eq!((name(&store).as_str(), marked(&store)), ("测试他名", 1));
    forget(THEIRS, &[1]);
    assert_eq!((name(&store).as_str(), marked(&store)), ("测试一", 0));
}

#[test]
fn a_right_that_ended_takes_what_only_a_file_told_and_nothing_of_ones_own() {
    let (_phone, store) = phone_that_was_told();
    // Somebody of whom this phone knows nothing else.
    let mut unknown = theirs();
    unknown.envelope = envelope(THEIRS, 2);
    unknown.parts[0].record = record(11);
    let done = store.write::<_, StoreError>(|tx| {
        tx.hear_shared(&told(&unknown))?;
        tx.confirm_shared(&|_| false)?;
        tx.record(record(11))
    });
    assert!(done.unwrap().is_none());
    assert_eq!((name(&store).as_str(), marked(&store)), ("测试一", 0));
}

#[test]
fn a_file_is_carried_once_and_let_go_when_the_county_has_had_it_for_thirty_days() {
    let phone = Phone::new();
    let store = phone.open();
    let county = AgreementKey::from_secret(&Secret::from_slice(&[8; 32]).unwrap());
    let made = seal(
        For::County,
        device(THEIRS),
        county.public(),
        &[1; 90],
        40,
        &phone.rng,
    );
    let pieces: Vec<Piece> = made.unwrap();
    let id = pieces[0].bundle();
    let carry = || {
        store
            .write::<_, StoreError>(|tx| {
                for piece in &pieces {
                    tx.carry(piece, None, 5)?;
                }
                tx.carried()
            })
            .unwrap()
    };
    assert_eq!(carry(), carry());
    let file = carry().pop().unwrap();
    assert_eq!((file.pieces, file.held.as_slice()), (3, &[0, 1, 2][..]));
    assert_eq!(file.state, CarriedState::Carried);
    let piece = store.read::<_, StoreError>(|tx| tx.carried_piece(id, 1));
    assert_eq!(piece.unwrap(), Some(pieces[1].bytes()));
    let day = 86_400_000;
    let swept_at = |millis: i64| {
        let swept = store.write::<_, StoreError>(|tx| {
            tx.set_server_millis(millis)?;
            tx.set_carried(id, CarriedState::HandedIn, None, None)?;
            tx.sweep_carried()
        });
        swept.unwrap();
        carry().pop().unwrap()
    };
    for (after, held) in [(0, 3), (29 * day, 3), (31 * day, 0)] {
        let file = swept_at(1_000 + after);
        assert_eq!(file.state, CarriedState::HandedIn);
        // Opened again after it was let go it is not carried again.
        assert_eq!(file.held.len(), held, "{after}");
    }
}
