//! Attachments on a phone: whole or not, never lost while they are needed, gone with the right.

use std::collections::BTreeSet;

use super::support::*;
use crate::attachment::{AttachmentRef, MediaType, PIECE_BYTES, Prepared};
use crate::model::{Feed, Field, Save, Value, Write};
use crate::store::{Store, StoreError, Tx};
use crate::wire::{Item, Page, Receipt, Verdict, VerdictKind};

fn photo(number: u8, bytes: usize) -> Prepared {
    let mut all = b"\x89PNG\r\n\x1a\n".to_vec();
    all.resize(bytes, number);
    Prepared {
        reference: AttachmentRef::to(&all, MediaType::Png),
        bytes: all,
    }
}

/// A person of this number with a portrait.
fn with_portrait(seq: u64, n: u8, of: &AttachmentRef) -> Save {
    let mut save = person(seq, n, "测试一");
    save.parts[0].writes.push(Write {
        field: Field::parse("portrait").unwrap(),
        value: of.to_value(),
        seen: Vec::new(),
        calculated: false,
    });
    save
}

fn attach(store: &Store, photo: &Prepared, at: i64) {
    store
        .write::<_, StoreError>(|tx| tx.attach(photo, at))
        .unwrap();
}

fn sweep(store: &Store, before: i64) -> u64 {
    store
        .write::<_, StoreError>(|tx| Ok(tx.sweep_unnamed()? + tx.sweep_attached_before(before)?))
        .unwrap()
}

fn to_send(store: &Store) -> usize {
    store
        .read::<_, StoreError>(|tx| tx.attachments_to_send())
        .unwrap()
        .len()
}

fn is_here(store: &Store, photo: &Prepared) -> bool {
    let held = store.read::<_, StoreError>(|tx| tx.attachment(photo.reference.hash));
    held.unwrap().is_some_and(|held| held.is_whole())
}

fn feed() -> Feed {
    format!("{VILLAGE}/contact").parse().unwrap()
}

fn accept(store: &Store, seq: u64, allowed: &BTreeSet<Feed>) {
    let verdict = Verdict {
        seq,
        verdict: VerdictKind::Accepted {
            received_at: 9,
            receipts: vec![Receipt {
                feed: feed(),
                position: seq,
            }],
        },
    };
    store
        .write::<_, StoreError>(|tx| {
            tx.hear_verdicts(device(ME), &[verdict], allowed)?;
            tx.set_through(seq)
        })
        .unwrap();
}

#[test]
fn every_byte_comes_back_from_any_place_and_two_times_is_once() {
    let phone = Phone::new();
    let store = phone.open();
    let photo = photo(1, 2 * PIECE_BYTES + 100);
    attach(&store, &photo, 5);
    attach(&store, &photo, 6);
    for from in [0, 1, PIECE_BYTES - 1, PIECE_BYTES, 2 * PIECE_BYTES + 99] {
        let bytes = store.read::<_, StoreError>(|tx| {
            tx.attachment_bytes(photo.reference.hash, from as u64, PIECE_BYTES)
        });
        let end = photo.bytes.len().min(from + PIECE_BYTES);
        assert_eq!(bytes.unwrap(), photo.bytes[from..end], "{from}");
    }
}

#[test]
fn a_photo_is_sent_once_its_save_is_accepted_and_not_before() {
    let phone = Phone::new();
    let store = phone.open();
    let photo = photo(1, 100);
    attach(&store, &photo, 5);
    append(&store, &with_portrait(1, 10, &photo.reference)).unwrap();
    assert_eq!(to_send(&store), 0);
    let allowed = BTreeSet::from([feed()]);
    store
        .write::<_, StoreError>(|tx| tx.allow_feeds(&allowed))
        .unwrap();
    accept(&store, 1, &allowed);
    assert_eq!(to_send(&store), 1);
    store
        .write::<_, StoreError>(|tx| tx.set_sent(photo.reference.hash, 99))
        .unwrap();
    assert_eq!(to_send(&store), 1, "a byte is lacking");
    store
        .write::<_, StoreError>(|tx| tx.set_sent(photo.reference.hash, 100))
        .unwrap();
    assert_eq!(to_send(&store), 0);
    // A server of another history may have lost it.
    store
        .write::<_, StoreError>(|tx| {
            tx.offer_again_after(0)?;
            tx.set_through(1)
        })
        .unwrap();
    accept(&store, 1, &allowed);
    assert_eq!(to_send(&store), 1);
}

#[test]
fn what_an_unsent_save_names_is_never_swept_and_what_nothing_names_is() {
    let phone = Phone::new();
    let store = phone.open();
    let (named, loose) = (photo(1, 100), photo(2, 100));
    attach(&store, &named, 5);
    attach(&store, &loose, 5);
    append(&store, &with_portrait(1, 10, &named.reference)).unwrap();
    assert_eq!(sweep(&store, 5), 0, "none is old enough");
    assert_eq!(sweep(&store, 6), 1);
    assert!(is_here(&store, &named) && !is_here(&store, &loose));
    // Withdrawn, it stays for reading.
    let verdict = Verdict {
        seq: 1,
        verdict: VerdictKind::Refused(crate::wire::Refusal {
            reason: crate::wire::RefusalReason::OutOfScope,
            field: None,
            message: "no".into(),
        }),
    };
    store
        .write::<_, StoreError>(|tx| {
            tx.hear_verdicts(device(ME), &[verdict], &BTreeSet::new())?;
            tx.withdraw(&[1], 7)
        })
        .unwrap();
    assert_eq!(sweep(&store, i64::MAX), 0);
    assert!(is_here(&store, &named));
}

#[test]
fn a_right_that_ends_takes_the_photos_of_others_with_it_in_one_transaction() {
    let phone = Phone::new();
    let store = phone.open();
    let (theirs, own) = (photo(1, 100), photo(2, 100));
    let allowed = BTreeSet::from([feed()]);
    let mut told = with_portrait(1, 20, &theirs.reference);
    told.envelope = envelope(2, 1);
    let page = Page {
        feed: feed(),
        after: 0,
        position: 1,
        items: vec![Item::Part {
            position: 1,
            received_at: 5,
            envelope: Box::new(told.envelope.clone()),
            part: Box::new(told.parts[0].clone()),
        }],
        complete: true,
    };
    store
        .write::<_, StoreError>(|tx| {
            tx.allow_feeds(&allowed)?;
            tx.apply(&[page])?;
            tx.begin_attachment(&theirs.reference)?;
            tx.add_piece(theirs.reference.hash, &theirs.bytes)?;
            tx.set_at_server(theirs.reference.hash)
        })
        .unwrap();
    attach(&store, &own, 5);
    append(&store, &with_portrait(1, 10, &own.reference)).unwrap();
    assert!(is_here(&store, &theirs));
    store
        .write::<_, StoreError>(|tx| tx.allow_feeds(&BTreeSet::new()))
        .unwrap();
    assert!(!is_here(&store, &theirs), "it went with the record");
    assert!(is_here(&store, &own), "what is unsent is never taken");
    let left = store.read::<_, StoreError>(|tx| tx.attachments_left());
    assert_eq!(left.unwrap(), (0, 0));
}

/// Nobody else need have it: the household moved before anybody fetched it.
#[test]
fn a_photo_that_was_sent_is_offered_again_to_a_server_set_back_though_its_record_has_left() {
    const DAY: i64 = 86_400_000;
    let phone = Phone::new();
    let store = phone.open();
    let own = photo(1, 100);
    attach(&store, &own, 5);
    append(&store, &with_portrait(1, 10, &own.reference)).unwrap();
    let allowed = BTreeSet::from([feed()]);
    let enrolled = store.write::<_, StoreError>(|tx| tx.set_enrolment(&enrolment(vec![])));
    enrolled.unwrap();
    let day = |day: i64, then: &dyn Fn(&Tx<'_>) -> Result<(), StoreError>| {
        let write = store.write::<_, StoreError>(|tx| {
            tx.set_server_millis(day * DAY)?;
            then(tx)?;
            tx.sweep_unnamed()
        });
        write.unwrap()
    };
    day(100, &|tx| tx.allow_feeds(&allowed).map(drop));
    accept(&store, 1, &allowed);
    day(100, &|tx| tx.set_sent(own.reference.hash, 100));
    day(100, &|tx| tx.allow_feeds(&BTreeSet::new()).map(drop));
    day(129, &|_| Ok(()));
    assert!(is_here(&store, &own) && to_send(&store) == 0);
    let six = crate::model::Epoch::from_uuid(uuid::Uuid::from_bytes([6; 16]));
    day(129, &|tx| tx.begin_history(six));
    assert_eq!(to_send(&store), 1);
    day(140, &|tx| tx.set_sent(own.reference.hash, 100));
    day(169, &|_| Ok(()));
    assert!(is_here(&store, &own));
    day(171, &|_| Ok(()));
    assert!(!is_here(&store, &own), "thirty days after it was sent");
}

#[test]
fn a_full_disk_leaves_no_half_a_photo() {
    let phone = Phone::new();
    let store = phone.open();
    let (small, large) = (photo(1, 1_000), photo(2, 4 << 20));
    attach(&store, &small, 5);
    store.checkpoint().unwrap();
    store.limit_pages(200).unwrap();
    let full = store.write::<_, StoreError>(|tx| tx.attach(&large, 6));
    assert!(matches!(full, Err(StoreError::DiskFull)), "{full:?}");
    assert!(is_here(&store, &small) && !is_here(&store, &large));
    let all = store.read::<_, StoreError>(|tx| tx.attachments());
    assert_eq!(all.unwrap().len(), 1);
    store.limit_pages(None).unwrap();
    attach(&store, &large, 6);
    assert!(is_here(&store, &large));
}

#[test]
fn a_reference_in_a_repeat_and_in_a_rival_value_counts_and_a_word_does_not() {
    let phone = Phone::new();
    let store = phone.open();
    let row = Field::in_row(
        "photos",
        crate::model::RowId::from_uuid(record(7).uuid()),
        "photo",
    );
    let mut save = person(1, 10, "测试一");
    let values = [photo(1, 50), photo(2, 60)].map(|photo| photo.reference.to_value());
    let [first, second] = values;
    save.parts[0].writes.push(Write {
        field: row.unwrap(),
        value: first,
        seen: Vec::new(),
        calculated: false,
    });
    append(&store, &save).unwrap();
    let mut rival = with_portrait(1, 10, &photo(3, 70).reference);
    rival.envelope = envelope(2, 1);
    rival.parts[0]
        .writes
        .retain(|write| write.field.as_str() == "portrait");
    rival.parts.truncate(1);
    let mut other = rival.clone();
    other.envelope = envelope(3, 1);
    other.parts[0].writes[0].value = second;
    let mut word = rival.clone();
    word.envelope = envelope(4, 1);
    word.parts[0].writes[0].value = Value::text("a picture");
    let items = [rival, other, word].map(|save| Item::Part {
        position: u64::from(save.envelope.head.device.bytes()[0]) - 1,
        received_at: 5,
        envelope: Box::new(save.envelope.clone()),
        part: Box::new(save.parts[0].clone()),
    });
    let page = Page {
        feed: feed(),
        after: 0,
        position: 3,
        items: items.to_vec(),
        complete: true,
    };
    store
        .write::<_, StoreError>(|tx| {
            tx.allow_feeds(&BTreeSet::from([feed()]))?;
            tx.apply(&[page])
        })
        .unwrap();
    let named = store.read::<_, StoreError>(|tx| tx.named_attachments(None));
    let named = named.unwrap();
    assert_eq!(named.len(), 3, "{named:?}");
    assert_eq!(named.iter().filter(|named| named.accepted).count(), 2);
}

#[test]
fn an_own_photo_that_no_record_names_any_more_is_still_sent_and_never_swept_before() {
    let phone = Phone::new();
    let store = phone.open();
    let (first, second) = (photo(1, 100), photo(2, 100));
    attach(&store, &first, 5);
    attach(&store, &second, 5);
    append(&store, &with_portrait(1, 10, &first.reference)).unwrap();
    let allowed = BTreeSet::from([feed()]);
    store
        .write::<_, StoreError>(|tx| tx.allow_feeds(&allowed))
        .unwrap();
    accept(&store, 1, &allowed);
    // The link was paid by the byte: the save went, the photo did not, and another took its place.
    let mut other = with_portrait(2, 10, &second.reference);
    other.parts[0].begins = false;
    other.parts[0]
        .writes
        .retain(|write| write.field.as_str() == "portrait");
    other.parts[0].writes[0].seen = vec![envelope(ME, 1).head];
    append(&store, &other).unwrap();
    let shown = store.read::<_, StoreError>(|tx| tx.named_attachments(None));
    let shown: Vec<_> = shown.unwrap().iter().map(|named| named.reference).collect();
    assert_eq!(shown, [second.reference]);
    let far = 1 << 50;
    let later = store.write::<_, StoreError>(|tx| tx.set_server_millis(far));
    later.unwrap();
    assert_eq!(sweep(&store, i64::MAX), 0);
    assert_eq!(to_send(&store), 1);
    let left = store.read::<_, StoreError>(|tx| tx.attachments_left());
    assert_eq!(left.unwrap(), (1, 0), "and it is told");
    store
        .write::<_, StoreError>(|tx| tx.set_sent(first.reference.hash, 100))
        .unwrap();
    assert_eq!(sweep(&store, i64::MAX), 0, "a copy may not have it");
    let later = store.write::<_, StoreError>(|tx| tx.set_server_millis(far + 31 * 86_400_000));
    later.unwrap();
    assert_eq!(sweep(&store, i64::MAX), 1, "the server has had it for long");
    assert!(is_here(&store, &second));
}

#[test]
fn a_photo_that_was_replaced_stays_thirty_days_and_is_known_by_the_records_past() {
    let phone = Phone::new();
    let store = phone.open();
    let (old, new) = (photo(1, 100), photo(2, 100));
    let at = |millis: i64| {
        let set = store.write::<_, StoreError>(|tx| tx.set_server_millis(millis));
        set.unwrap();
    };
    let allowed = BTreeSet::from([feed()]);
    attach(&store, &old, 5);
    attach(&store, &new, 5);
    append(&store, &with_portrait(1, 10, &old.reference)).unwrap();
    store
        .write::<_, StoreError>(|tx| tx.allow_feeds(&allowed))
        .unwrap();
    accept(&store, 1, &allowed);
    at(1_000);
    let mut edit = with_portrait(2, 10, &new.reference);
    edit.parts.truncate(1);
    edit.parts[0].begins = false;
    edit.parts[0]
        .writes
        .retain(|write| write.field.as_str() == "portrait");
    edit.parts[0].writes[0].seen = vec![envelope(ME, 1).head];
    append(&store, &edit).unwrap();
    accept(&store, 2, &allowed);
    for photo in [&old, &new] {
        store
            .write::<_, StoreError>(|tx| tx.set_sent(photo.reference.hash, 100))
            .unwrap();
    }
    let day = 86_400_000;
    at(1_000 + 29 * day);
    assert_eq!(sweep(&store, i64::MAX), 0);
    assert!(is_here(&store, &old));
    let shown = store.read::<_, StoreError>(|tx| tx.named_attachments(None));
    assert_eq!(shown.unwrap().len(), 1, "the record shows the new one");
    // A server that is set back is offered both.
    store
        .write::<_, StoreError>(|tx| tx.offer_again_after(2))
        .unwrap();
    assert_eq!(to_send(&store), 2);
    store
        .write::<_, StoreError>(|tx| tx.set_sent(old.reference.hash, 100))
        .unwrap();
    at(1_000 + 31 * day);
    assert_eq!(sweep(&store, i64::MAX), 0, "that was sent two days ago");
    at(1_000 + 60 * day);
    assert_eq!(sweep(&store, i64::MAX), 1);
    assert!(!is_here(&store, &old) && is_here(&store, &new));
    let named = store.read::<_, StoreError>(|tx| tx.named_attachment(old.reference.hash));
    assert_eq!(
        named.unwrap(),
        Some(old.reference),
        "it can be fetched again"
    );
}
