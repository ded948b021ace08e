//! Single values, devices, codes, last exchanges.

use super::made::{device_id, phone, worker};
use super::*;

pub(super) fn values_are_set_and_set_again(place: &Place) {
    let mut store = place.store();
    assert_eq!(read(&mut store, |tx| tx.meta("a")), None);
    write(&mut store, |tx| tx.set_meta("a", b"one"));
    write(&mut store, |tx| {
        tx.set_meta("a", b"")?;
        tx.set_meta("b", b"two")
    });
    let both = read(&mut store, |tx| Ok((tx.meta("a")?, tx.meta("b")?)));
    assert_eq!(both, (Some(Vec::new()), Some(b"two".to_vec())));
}

fn entry(no: u64) -> AuditRow {
    AuditRow {
        no,
        at: no as i64 * 10,
        verb: "enrol".to_owned(),
        detail: format!("worker {no}"),
        hash: [no as u8; 32],
    }
}

pub(super) fn the_audit_log_is_read_from_its_first_entry_and_has_each_number_once(place: &Place) {
    let mut store = place.store();
    assert_eq!(read(&mut store, |tx| tx.last_audit()), None);
    write(&mut store, |tx| {
        tx.add_audit(&entry(1))?;
        tx.add_audit(&entry(2))
    });
    assert!(refuses(&mut store, |tx| tx.add_audit(&entry(2))));
    assert_eq!(read(&mut store, |tx| tx.audit()), [entry(1), entry(2)]);
    assert_eq!(read(&mut store, |tx| tx.last_audit()), Some(entry(2)));
}

pub(super) fn a_device_is_found_by_number_id_and_token(place: &Place) {
    let mut store = place.store();
    let (first, second) = write(&mut store, |tx| {
        Ok((
            tx.add_device(&phone(1, 1, 5))?,
            tx.add_device(&phone(2, 1, 6))?,
        ))
    });
    assert!(first < second);
    let found = read(&mut store, |tx| {
        let by_no = tx.device(second)?.unwrap();
        let by_id = tx.device_by_id(device_id(2))?.unwrap();
        let by_token = tx.device_by_token(&[2; 32])?.unwrap();
        assert_eq!((by_id.no, by_token.no), (second, second));
        Ok(by_no)
    });
    assert_eq!((found.id, found.worker), (device_id(2), worker(1)));
    assert_eq!(
        (found.kind, found.algorithm.as_str()),
        (DeviceKind::Phone, "ES256")
    );
    assert_eq!((found.public_key, found.salt_key), (vec![1; 33], [2; 32]));
    assert_eq!(
        (found.through, found.chain, found.revoked),
        (0, [0; 32], false)
    );
    write(&mut store, |tx| tx.advance(second, 7, &[9; 32]));
    let none = read(&mut store, |tx| {
        let moved = tx.device(second)?.unwrap();
        assert_eq!((moved.through, moved.chain), (7, [9; 32]));
        assert!(tx.device(DeviceNo(99))?.is_none() && tx.device_by_id(device_id(9))?.is_none());
        tx.device_by_token(&[9; 32])
    });
    assert!(none.is_none());
    for again in [phone(2, 3, 7), phone(3, 3, 7)] {
        let twice = NewDevice {
            token_hash: Some([1; 32]),
            ..again
        };
        assert!(refuses(&mut store, |tx| tx.add_device(&twice)));
    }
}

pub(super) fn a_token_stands_in_the_place_of_the_one_before(place: &Place) {
    let mut store = place.store();
    let no = write(&mut store, |tx| tx.add_device(&phone(1, 1, 5)));
    write(&mut store, |tx| tx.set_token(no, &[8; 32]));
    let (before, now) = read(&mut store, |tx| {
        Ok((tx.device_by_token(&[1; 32])?, tx.device_by_token(&[8; 32])?))
    });
    assert!(before.is_none());
    assert_eq!(now.unwrap().no, no);
}

pub(super) fn the_earliest_whole_of_a_worker_counts_phones_that_are_not_revoked(place: &Place) {
    let mut store = place.store();
    let earliest =
        |store: &mut Box<dyn ServerStore>| read(store, |tx| tx.earliest_whole(worker(1)));
    assert_eq!(earliest(&mut store), None);
    let first = write(&mut store, |tx| {
        tx.add_device(&phone(2, 1, 60))?;
        tx.add_device(&phone(1, 1, 50))
    });
    assert_eq!(earliest(&mut store), Some(50), "since its enrolment");
    write(&mut store, |tx| tx.heard_whole(first, 70));
    assert_eq!(earliest(&mut store), Some(60));
    write(&mut store, |tx| tx.revoke(worker(1), 80));
    assert_eq!(earliest(&mut store), None);
}

pub(super) fn a_phone_that_enrols_again_ends_what_it_was_and_takes_over_its_debts(place: &Place) {
    let mut store = place.store();
    let (former, another, again) = write(&mut store, |tx| {
        let former = tx.add_device(&phone(1, 1, 50))?;
        let mut of_another_key = phone(2, 1, 55);
        of_another_key.public_key = vec![7; 33];
        let another = tx.add_device(&of_another_key)?;
        tx.add_device(&phone(3, 2, 40))?;
        let again = tx.add_device(&phone(4, 1, 90))?;
        tx.succeed(again, 91)?;
        Ok((former, another, again))
    });
    read(&mut store, |tx| {
        let revoked = |row: Option<DeviceRow>| row.unwrap().revoked;
        assert!(revoked(tx.device(former)?));
        assert!(!revoked(tx.device(another)?) && !revoked(tx.device(again)?));
        assert!(tx.device_by_token(&[1; 32])?.is_none());
        assert_eq!(tx.earliest_whole(worker(1))?, Some(50), "what it owed");
        assert_eq!(tx.earliest_whole(worker(2))?, Some(40), "nobody else's");
        Ok(())
    });
}

pub(super) fn a_worker_is_revoked_with_every_phone_and_the_server_never(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| {
        let server = NewDevice {
            kind: DeviceKind::Server,
            token_hash: None,
            ..phone(9, 1, 1)
        };
        tx.add_device(&server)?;
        tx.add_device(&phone(1, 1, 5))?;
        tx.add_device(&phone(2, 1, 6))?;
        tx.add_device(&phone(3, 2, 6))
    });
    assert_eq!(write(&mut store, |tx| tx.revoke(worker(1), 9)), 2);
    assert_eq!(write(&mut store, |tx| tx.revoke(worker(1), 10)), 0);
    read(&mut store, |tx| {
        let revoked = |byte| device_id(byte);
        for (byte, is) in [(1, true), (2, true), (3, false), (9, false)] {
            assert_eq!(
                tx.device_by_id(revoked(byte))?.unwrap().revoked,
                is,
                "{byte}"
            );
        }
        assert_eq!(tx.server_devices()?, [device_id(9)]);
        Ok(())
    });
}

pub(super) fn a_code_is_used_once_and_ended(place: &Place) {
    let mut store = place.store();
    let code = |byte: u8| CodeRow {
        hash: [byte; 32],
        worker: worker(1),
        made_at: 10,
        ends_at: 100,
        used_at: None,
    };
    write(&mut store, |tx| {
        tx.add_code(&code(1))?;
        tx.add_code(&code(2))?;
        tx.use_code(&[1; 32], 20)?;
        tx.end_codes(worker(1), 30)?;
        tx.end_codes(worker(1), 40)
    });
    read(&mut store, |tx| {
        let (used, unused) = (tx.code(&[1; 32])?.unwrap(), tx.code(&[2; 32])?.unwrap());
        assert_eq!((used.used_at, used.ends_at), (Some(20), 100));
        assert_eq!((unused.used_at, unused.ends_at), (None, 30));
        assert_eq!((unused.worker, unused.made_at), (worker(1), 10));
        assert!(tx.code(&[3; 32])?.is_none());
        Ok(())
    });
}

pub(super) fn last_exchanges_are_told_in_the_order_of_change(place: &Place) {
    let mut store = place.store();
    let row = |of: u8, millis: Option<i64>, changed_at| LastSyncRow {
        worker: worker(of),
        millis,
        changed_at,
    };
    write(&mut store, |tx| {
        tx.set_last_sync(&row(1, Some(5), 1))?;
        tx.set_last_sync(&row(2, Some(6), 2))?;
        tx.set_last_sync(&row(1, None, 3))
    });
    read(&mut store, |tx| {
        assert_eq!(tx.last_sync(worker(1))?, Some(row(1, None, 3)));
        assert_eq!(tx.last_sync(worker(9))?, None);
        assert_eq!(tx.last_syncs(0)?, [row(2, Some(6), 2), row(1, None, 3)]);
        assert_eq!(tx.last_syncs(2)?, [row(1, None, 3)]);
        Ok(())
    });
}

pub(super) fn an_agreement_key_is_kept_with_its_device(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| tx.add_device(&phone(1, 1, 5)));
    let key = |store: &mut Box<dyn ServerStore>, byte| {
        read(store, |tx| tx.agreement_key(device_id(byte)))
    };
    assert_eq!(key(&mut store, 1), None);
    write(&mut store, |tx| tx.set_agreement_key(device_id(1), b"key"));
    assert_eq!(key(&mut store, 1).as_deref(), Some(b"key".as_slice()));
    assert_eq!(key(&mut store, 2), None);
}
