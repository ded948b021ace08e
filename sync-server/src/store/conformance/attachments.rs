//! Attachments.

use tanfang_core::attachment::{AttachmentHash, AttachmentRef, MediaType};
use tanfang_core::model::Compartment;

use super::made::{lived_in, phone, record};
use super::*;

fn photo(byte: u8, length: u64) -> AttachmentRef {
    AttachmentRef {
        hash: AttachmentHash::from_slice(&[byte; 32]).unwrap(),
        length,
        media: MediaType::parse("image/jpeg").unwrap(),
    }
}

pub(super) fn an_upload_is_begun_grows_and_is_thrown_away(place: &Place) {
    let mut store = place.store();
    let of = photo(1, 100);
    let (device, other) = write(&mut store, |tx| {
        let (device, other) = (
            tx.add_device(&phone(1, 1, 5))?,
            tx.add_device(&phone(2, 2, 5))?,
        );
        tx.add_upload(&of, device, b"wrapped", 10)?;
        Ok((device, other))
    });
    assert!(refuses(&mut store, |tx| tx.add_upload(&of, device, b"again", 10)));
    assert!(refuses(&mut store, |tx| tx.add_upload(
        &photo(2, 0),
        device,
        b"empty",
        10
    )));
    let upload = read(&mut store, |tx| tx.upload(of.hash, device)).unwrap();
    assert_eq!((upload.reference, upload.received), (of, 0));
    assert_eq!(upload.wrapped.as_deref(), Some(b"wrapped".as_slice()));
    assert!(read(&mut store, |tx| tx.upload(of.hash, other)).is_none());
    write(&mut store, |tx| {
        tx.add_upload(&of, other, b"theirs", 10)?;
        tx.add_stretch(upload.no, 0, b"sealed")?;
        tx.set_received(upload.no, 60, 11)?;
        tx.forget_upload_key(upload.no)
    });
    assert!(refuses(&mut store, |tx| tx.set_received(upload.no, 101, 12)));
    let upload = read(&mut store, |tx| tx.upload(of.hash, device)).unwrap();
    assert_eq!(
        (upload.received, upload.is_whole(), upload.wrapped),
        (60, false, None)
    );
    assert_eq!(read(&mut store, |tx| tx.piece_count(upload.no)), 1);
    write(&mut store, |tx| tx.drop_upload(upload.no));
    assert!(read(&mut store, |tx| tx.upload(of.hash, device)).is_none());
    assert_eq!(read(&mut store, |tx| tx.piece_count(upload.no)), 0);
    assert!(read(&mut store, |tx| tx.upload(of.hash, other)).is_some());
}

pub(super) fn pieces_that_hold_a_stretch_are_found(place: &Place) {
    let mut store = place.store();
    let no = write(&mut store, |tx| {
        let device = tx.add_device(&phone(1, 1, 5))?;
        tx.add_upload(&photo(1, 100), device, b"wrapped", 10)?;
        let no = tx.upload(photo(1, 100).hash, device)?.unwrap().no;
        for start in [0, 40, 80] {
            tx.add_stretch(no, start, &[start as u8; 4])?;
        }
        Ok(no)
    });
    assert!(refuses(&mut store, |tx| tx.add_stretch(no, 40, b"again")));
    for (from, end, starts) in [
        (0, 100, vec![0, 40, 80]),
        (39, 41, vec![0, 40]),
        (40, 41, vec![40]),
        (79, 80, vec![40]),
        (90, 100, vec![80]),
    ] {
        let found = read(&mut store, |tx| tx.stretches(no, from, end));
        let found: Vec<u64> = found
            .into_iter()
            .map(|(start, sealed)| {
                assert_eq!(sealed, [start as u8; 4]);
                start
            })
            .collect();
        assert_eq!(found, starts, "{from}..{end}");
    }
}

fn name(of: AttachmentRef, part: PartNo, device: DeviceNo, key: KeyNo) -> NameRow {
    NameRow {
        reference: of,
        part,
        device,
        record: record(1),
        compartment: Compartment::Care,
        key,
        content: None,
    }
}

pub(super) fn what_no_save_names_is_counted_and_grows_stale(place: &Place) {
    let mut store = place.store();
    let (device, key, parts) = write(&mut store, |tx| {
        let (device, made) = lived_in(tx, 1)?;
        let key = tx.part_key(record(1))?.unwrap().0;
        for (byte, at) in [(1, 30), (2, 10), (3, 20)] {
            tx.add_upload(&photo(byte, 100), device, b"wrapped", at)?;
        }
        Ok((device, key, made))
    });
    let no = |store: &mut Box<dyn ServerStore>, byte| {
        read(store, |tx| tx.upload(photo(byte, 100).hash, device))
            .unwrap()
            .no
    };
    let all = [2, 3, 1].map(|byte| no(&mut store, byte));
    assert_eq!(read(&mut store, |tx| tx.unnamed(device)), (3, 300));
    assert_eq!(
        read(&mut store, |tx| tx.stale(31, 9)),
        all,
        "the oldest first"
    );
    assert_eq!(read(&mut store, |tx| tx.stale(30, 9)), all[..2]);
    assert_eq!(read(&mut store, |tx| tx.stale(31, 1)), all[..1]);
    write(&mut store, |tx| {
        tx.add_name(&name(photo(2, 100), parts[0].1, device, key))
    });
    assert_eq!(read(&mut store, |tx| tx.unnamed(device)), (2, 200));
    assert_eq!(read(&mut store, |tx| tx.stale(31, 9)), all[1..]);
    write(&mut store, |tx| tx.forget_upload_key(all[1]));
    assert_eq!(read(&mut store, |tx| tx.stale(31, 9)), all[2..]);
    assert_eq!(read(&mut store, |tx| tx.unnamed(DeviceNo(99))), (0, 0));
}

pub(super) fn parts_that_name_it_are_told_in_commit_order_with_its_bytes_once_they_are_here(
    place: &Place,
) {
    let mut store = place.store();
    let of = photo(1, 100);
    let (device, key, parts, no) = write(&mut store, |tx| {
        let (device, made) = lived_in(tx, 2)?;
        let key = tx.part_key(record(1))?.unwrap().0;
        tx.add_upload(&of, device, b"wrapped", 10)?;
        let no = tx.upload(of.hash, device)?.unwrap().no;
        let parts: Vec<PartNo> = made.iter().map(|(_, part)| *part).collect();
        Ok((device, key, parts, no))
    });
    write(&mut store, |tx| {
        let with_bytes = NameRow {
            content: Some((no, b"sealed".to_vec())),
            ..name(of, parts[1], device, key)
        };
        tx.add_name(&with_bytes)?;
        tx.add_name(&name(of, parts[0], device, key))?;
        tx.add_name(&name(of, parts[1], device, key))
    });
    let told = read(&mut store, |tx| tx.names(of.hash));
    assert_eq!(told.iter().map(|name| name.part).collect::<Vec<_>>(), parts);
    assert_eq!(told[0].content, None);
    assert_eq!(told[1].content, Some((no, b"sealed".to_vec())));
    assert_eq!(
        (told[0].reference, told[0].record, told[0].key),
        (of, record(1), key)
    );
    assert_eq!(
        (told[0].compartment, told[0].device),
        (Compartment::Care, device)
    );
    write(&mut store, |tx| {
        tx.set_content(of.hash, parts[0], no, b"too")
    });
    let told = read(&mut store, |tx| tx.names(of.hash));
    assert_eq!(told[0].content, Some((no, b"too".to_vec())));
    assert!(read(&mut store, |tx| tx.names(photo(2, 100).hash)).is_empty());
}
