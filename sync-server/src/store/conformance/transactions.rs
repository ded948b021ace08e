//! What a transaction is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use super::*;

fn mark(store: &mut Box<dyn ServerStore>) -> Option<Vec<u8>> {
    read(store, |tx| tx.meta("mark"))
}

pub(super) fn a_store_is_made_once_and_opens_with_its_key_alone(place: &Place) {
    assert_eq!(place.open(1).err(), Some(StoreError::NotThere));
    let mut made = place.create(1).unwrap();
    write(&mut made, |tx| tx.set_meta("mark", b"one"));
    assert_eq!(place.open(2).err(), Some(StoreError::WrongKeyOrDamaged));
    assert_eq!(place.create(1).err(), Some(StoreError::AlreadyThere));
    assert_eq!(place.create(2).err(), Some(StoreError::AlreadyThere));
    let mut again = place.open(1).unwrap();
    assert_eq!(mark(&mut again).as_deref(), Some(b"one".as_slice()));
}

pub(super) fn nothing_of_a_transaction_that_fails_is_kept(place: &Place) {
    let mut store = place.store();
    let failed = store.write::<(), StoreError>(|tx| {
        tx.set_meta("mark", b"one")?;
        Err(StoreError::Damaged { what: "a test" })
    });
    assert_eq!(failed, Err(StoreError::Damaged { what: "a test" }));
    assert_eq!(mark(&mut store), None);
}

pub(super) fn nothing_of_a_transaction_that_panics_is_kept_and_the_next_one_goes_through(
    place: &Place,
) {
    let mut store = place.store();
    let mut other = place.open(1).unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _ = store.write::<(), StoreError>(|tx| {
            tx.set_meta("mark", b"one")?;
            panic!("a fault of ours")
        });
    }));
    assert!(panicked.is_err());
    // Nobody waits for it either.
    write(&mut other, |tx| tx.set_meta("other", b"two"));
    assert_eq!(mark(&mut store), None);
    write(&mut store, |tx| tx.set_meta("mark", b"three"));
    assert_eq!(mark(&mut other).as_deref(), Some(b"three".as_slice()));
}

pub(super) fn two_processes_write_one_store_in_turn_and_each_sees_what_the_other_did(
    place: &Place,
) {
    let mut serving = place.store();
    let mut admin = place.open(1).unwrap();
    write(&mut admin, |tx| tx.set_meta("mark", b"a"));
    assert_eq!(mark(&mut serving).as_deref(), Some(b"a".as_slice()));
    write(&mut serving, |tx| tx.set_meta("mark", b"b"));
    assert_eq!(mark(&mut admin).as_deref(), Some(b"b".as_slice()));
}

/// The count is read and written back by two at once, a hundred times each: none is lost, and each
/// number is given once.
pub(super) fn a_writer_sees_what_was_committed_while_it_waited(place: &Place) {
    fn count(store: &mut Box<dyn ServerStore>) {
        for _ in 0..100 {
            write(store, |tx| {
                let known = tx.meta("count")?.unwrap_or_default();
                let (device, seq) = (DeviceNo(1), known.len() as u64 + 1);
                tx.append_save(device, &made::save(seq, SaveState::Accepted))?;
                tx.set_meta("count", &[known, vec![0]].concat())
            });
        }
    }
    let mut store = place.store();
    write(&mut store, |tx| tx.add_device(&made::phone(1, 1, 5)));
    let mut other = place.open(1).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| count(&mut store));
        scope.spawn(|| count(&mut other));
    });
    let counted = read(&mut store, |tx| {
        Ok(tx.meta("count")?.map(|count| count.len()))
    });
    assert_eq!(counted, Some(200));
    let all = read(&mut store, |tx| tx.accepted_after(SaveNo(0), 1_000));
    assert_eq!(all, (1..=200).map(SaveNo).collect::<Vec<_>>());
}

pub(super) fn a_reader_sees_one_moment_and_holds_nobody_up(place: &Place) {
    let mut store = place.store();
    let mut other = place.open(1).unwrap();
    write(&mut store, |tx| tx.set_meta("mark", b"before"));
    let (begun, go) = (mpsc::channel(), mpsc::channel());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            go_on(&go.1);
            write(&mut other, |tx| tx.set_meta("mark", b"after"));
            begun.0.send(()).unwrap();
        });
        let seen = read(&mut store, |tx| {
            let first = tx.meta("mark")?;
            go.0.send(()).unwrap();
            go_on(&begun.1);
            Ok((first, tx.meta("mark")?))
        });
        assert_eq!(seen.0.as_deref(), Some(b"before".as_slice()));
        assert_eq!(seen.1, seen.0, "one moment");
    });
    assert_eq!(mark(&mut store).as_deref(), Some(b"after".as_slice()));
}

fn go_on(when: &mpsc::Receiver<()>) {
    when.recv_timeout(std::time::Duration::from_secs(30))
        .expect("the other goes on");
}

pub(super) fn a_reading_transaction_alters_nothing(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| tx.set_meta("mark", b"before"));
    let _ = store.read::<(), StoreError>(|tx| {
        tx.set_meta("mark", b"after")?;
        Err(StoreError::RolledBack)
    });
    assert_eq!(mark(&mut store).as_deref(), Some(b"before".as_slice()));
}

pub(super) fn what_is_append_only_takes_nothing_back(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| {
        made::lived_in(tx, 2)?;
        let entry = AuditRow {
            no: 1,
            at: 5,
            verb: "assign".to_owned(),
            detail: "d".to_owned(),
            hash: [1; 32],
        };
        tx.add_audit(&entry)?;
        let figures = FrozenRow {
            division: "530999".parse().unwrap(),
            day: "2024-06-30".parse().unwrap(),
            frozen_at: 5,
            hash: "0".repeat(64),
        };
        tx.add_frozen(&figures, b"body")
    });
    for table in ["audit", "saves", "parts", "frozen"] {
        assert!(!place.lets(&format!("DELETE FROM {table}")), "{table}");
    }
    for altered in [
        "audit SET verb = 'w'",
        "saves SET received_at = 7",
        "saves SET state = 'waiting'",
        "parts SET place = 7",
        "frozen SET frozen_at = 7",
    ] {
        assert!(!place.lets(&format!("UPDATE {altered}")), "{altered}");
    }
    assert!(place.lets("DELETE FROM waits"), "what is no log may go");
}
