//! The log.

use super::made::{device_id, lived_in, phone, record, save};
use super::*;

pub(super) fn saves_are_numbered_as_they_arrive_and_read_as_they_came(place: &Place) {
    let mut store = place.store();
    assert_eq!(read(&mut store, |tx| tx.last_save()), SaveNo(0));
    let (device, numbers) = write(&mut store, |tx| {
        let device = tx.add_device(&phone(1, 1, 5))?;
        let states = [SaveState::Accepted, SaveState::Refused, SaveState::Waiting];
        let saves = (1..).zip(states);
        let numbers = saves.map(|(seq, state)| tx.append_save(device, &save(seq, state)));
        Ok((device, numbers.collect::<Stored<Vec<_>>>()?))
    });
    let more = write(&mut store, |tx| {
        tx.append_save(device, &save(4, SaveState::Accepted))
    });
    assert!(numbers.is_sorted() && numbers[2] < more);
    read(&mut store, |tx| {
        let (of, refused) = tx.save(numbers[1])?.unwrap();
        assert_eq!(
            (of, refused.seq, refused.state),
            (device, 2, SaveState::Refused)
        );
        assert_eq!((refused.received_at, refused.chain), (1_002, [2; 32]));
        assert_eq!(refused.envelope, b"envelope 2");
        assert_eq!(refused.refusal.as_deref(), Some(b"why".as_slice()));
        let received = tx.received(device, 2)?.unwrap();
        assert_eq!(
            (received.no, received.state),
            (numbers[1], SaveState::Refused)
        );
        assert_eq!((received.received_at, received.chain), (1_002, [2; 32]));
        assert_eq!(received.refusal.as_deref(), Some(b"why".as_slice()));
        assert!(tx.received(device, 9)?.is_none() && tx.save(SaveNo(99))?.is_none());
        assert_eq!(tx.last_save()?, more);
        Ok(())
    });
}

pub(super) fn a_number_of_a_device_is_there_once(place: &Place) {
    let mut store = place.store();
    let (device, _) = write(&mut store, |tx| lived_in(tx, 1));
    assert!(refuses(&mut store, |tx| tx
        .append_save(device, &save(1, SaveState::Accepted))));
    assert!(refuses(&mut store, |tx| tx
        .append_save(device, &save(0, SaveState::Accepted))));
    assert!(refuses(&mut store, |tx| tx
        .append_save(DeviceNo(99), &save(1, SaveState::Accepted))));
    write(&mut store, |tx| {
        tx.append_save(device, &save(2, SaveState::Accepted))
    });
    assert_eq!(
        read(&mut store, |tx| tx.accepted_after(SaveNo(0), 9)).len(),
        2
    );
}

pub(super) fn a_save_that_waits_is_decided_once(place: &Place) {
    let mut store = place.store();
    let (goes_in, refused) = write(&mut store, |tx| {
        let device = tx.add_device(&phone(1, 1, 5))?;
        let goes_in = tx.append_save(device, &save(1, SaveState::Waiting))?;
        Ok((
            goes_in,
            tx.append_save(device, &save(2, SaveState::Waiting))?,
        ))
    });
    write(&mut store, |tx| {
        tx.decide(goes_in, SaveState::Accepted, None)?;
        tx.decide(refused, SaveState::Refused, Some(b"why not"))
    });
    for no in [goes_in, refused] {
        assert!(refuses(&mut store, |tx| tx.decide(
            no,
            SaveState::Waiting,
            None
        )));
    }
    read(&mut store, |tx| {
        let (in_log, not) = (tx.save(goes_in)?.unwrap().1, tx.save(refused)?.unwrap().1);
        assert_eq!((in_log.state, in_log.refusal), (SaveState::Accepted, None));
        assert_eq!(not.state, SaveState::Refused);
        assert_eq!(not.refusal.as_deref(), Some(b"why not".as_slice()));
        assert_eq!(not.envelope, b"envelope 2");
        Ok(())
    });
}

pub(super) fn parts_are_in_their_places(place: &Place) {
    let mut store = place.store();
    let (save, numbers) = write(&mut store, |tx| {
        let (device, _) = lived_in(tx, 1)?;
        let save = tx.append_save(device, &save(2, SaveState::Accepted))?;
        let key = tx.add_part_key(record(2), b"wrapped too")?;
        let part = |place: u32| SealedPart {
            key,
            sealed: vec![place as u8; 40],
        };
        // As they are told, not as they stand.
        let second = tx.append_part(save, 1, &part(1))?;
        Ok((save, [tx.append_part(save, 0, &part(0))?, second]))
    });
    let parts = read(&mut store, |tx| tx.parts_of(save));
    assert_eq!(parts.iter().map(|(no, _)| *no).collect::<Vec<_>>(), numbers);
    assert_eq!(parts[1].1.sealed, [1; 40]);
    let part = parts[0].1.clone();
    assert!(refuses(&mut store, |tx| tx.append_part(save, 0, &part)));
    assert!(refuses(&mut store, |tx| tx.append_part(
        SaveNo(99),
        0,
        &part
    )));
    let (_, none) = (write(&mut store, |_| Ok(())), SaveNo(99));
    assert!(read(&mut store, |tx| tx.parts_of(none)).is_empty());
}

pub(super) fn accepted_saves_follow_in_the_order_of_arrival(place: &Place) {
    let mut store = place.store();
    let made = write(&mut store, |tx| {
        let (device, made) = lived_in(tx, 3)?;
        tx.append_save(device, &save(4, SaveState::Refused))?;
        tx.append_save(device, &save(5, SaveState::Waiting))?;
        Ok(made)
    });
    let numbers: Vec<SaveNo> = made.iter().map(|(save, _)| *save).collect();
    read(&mut store, |tx| {
        assert_eq!(tx.accepted_after(SaveNo(0), 99)?, numbers);
        assert_eq!(tx.accepted_after(numbers[0], 1)?, [numbers[1]]);
        assert!(tx.accepted_after(numbers[2], 99)?.is_empty());
        Ok(())
    });
}

pub(super) fn a_key_is_found_by_its_owner_and_its_number(place: &Place) {
    let mut store = place.store();
    let no = write(&mut store, |tx| tx.add_part_key(record(1), b"wrapped"));
    assert!(refuses(&mut store, |tx| tx.add_part_key(record(1), b"another")));
    read(&mut store, |tx| {
        assert_eq!(
            tx.part_key(record(1))?,
            Some((no, Some(b"wrapped".to_vec())))
        );
        assert_eq!(
            tx.part_key_by_no(no)?.as_deref(),
            Some(b"wrapped".as_slice())
        );
        assert_eq!(
            (tx.part_key(record(2))?, tx.part_key_by_no(KeyNo(99))?),
            (None, None)
        );
        Ok(())
    });
    assert!(place.lets("UPDATE part_keys SET wrapped = NULL"), "erased");
    read(&mut store, |tx| {
        assert_eq!(tx.part_key(record(1))?, Some((no, None)));
        assert_eq!(tx.part_key_by_no(no)?, None);
        Ok(())
    });
}

pub(super) fn what_waits_for_a_record_is_told_once_and_in_order(place: &Place) {
    let mut store = place.store();
    let made = write(&mut store, |tx| Ok(lived_in(tx, 2)?.1));
    let (first, second) = (made[0].0, made[1].0);
    assert!(!read(&mut store, |tx| tx.anything_waits()));
    write(&mut store, |tx| {
        tx.wait_for(record(1), second)?;
        tx.wait_for(record(1), first)?;
        tx.wait_for(record(1), first)?;
        tx.wait_for(record(2), first)
    });
    read(&mut store, |tx| {
        assert!(tx.anything_waits()?);
        assert_eq!(tx.waiting_for(record(1))?, [first, second]);
        assert_eq!(tx.how_many_wait()?.beginnings, 2, "a save is counted once");
        Ok(())
    });
    write(&mut store, |tx| tx.stop_waiting(first));
    read(&mut store, |tx| {
        assert_eq!(tx.waiting_for(record(1))?, [second]);
        assert!(tx.waiting_for(record(2))?.is_empty());
        Ok(())
    });
}

pub(super) fn what_waits_for_the_county_is_told_by_whom_it_waits_for(place: &Place) {
    let mut store = place.store();
    let made = write(&mut store, |tx| Ok(lived_in(tx, 3)?.1));
    let [a, b, c] = [made[0].0, made[1].0, made[2].0];
    write(&mut store, |tx| {
        tx.wait_for_county(c, Some(device_id(1)))?;
        tx.wait_for_county(b, None)?;
        tx.wait_for_county(a, Some(device_id(2)))
    });
    assert!(refuses(&mut store, |tx| tx.wait_for_county(a, None)));
    let of = |device| WaitsFor::Device(device_id(device));
    read(&mut store, |tx| {
        assert_eq!(tx.waiting_for_county(WaitsFor::Anything)?, [a, b, c]);
        assert_eq!(tx.waiting_for_county(WaitsFor::TheOffice)?, [b]);
        assert_eq!(tx.waiting_for_county(of(1))?, [c]);
        assert!(tx.waiting_for_county(of(9))?.is_empty());
        assert!(!tx.anything_waits()?, "for no record");
        let waits = tx.how_many_wait()?;
        assert_eq!((waits.beginnings, waits.office, waits.phones), (0, 1, 2));
        Ok(())
    });
    write(&mut store, |tx| tx.stop_waiting(c));
    let left = read(&mut store, |tx| tx.waiting_for_county(WaitsFor::Anything));
    assert_eq!(left, [a, b]);
}
