//! Sealed files.

use tanfang_core::sealed::BundleId;

use super::made::{device_id, phone, worker};
use super::*;

fn row(byte: u8, device: u8, carrier: Option<u8>) -> BundleRow {
    BundleRow {
        id: BundleId([byte; 16]),
        device: device_id(device),
        carrier: carrier.map(worker),
        pieces: 3,
        state: BundleState::Arriving,
        reason: None,
        seqs: None,
        arrived_at: 10,
        decided_at: None,
        decided_by: None,
    }
}

pub(super) fn a_sealed_file_is_put_and_altered_and_stays_in_its_place(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| {
        tx.put_bundle(&row(1, 1, Some(7)))?;
        tx.put_bundle(&row(2, 1, None))
    });
    let decided = BundleRow {
        carrier: None,
        state: BundleState::Refused,
        reason: Some("revoked".to_owned()),
        seqs: Some((4, 9)),
        decided_at: Some(20),
        decided_by: Some(worker(8)),
        ..row(1, 1, None)
    };
    write(&mut store, |tx| tx.put_bundle(&decided));
    read(&mut store, |tx| {
        assert_eq!(tx.bundle(BundleId([1; 16]))?, Some(decided.clone()));
        assert_eq!(tx.bundle(BundleId([9; 16]))?, None);
        assert_eq!(tx.bundles()?, [decided, row(2, 1, None)]);
        Ok(())
    });
}

pub(super) fn sealed_files_are_told_by_device_and_the_early_ones_by_their_numbers(place: &Place) {
    let mut store = place.store();
    let early = |byte, device, first| BundleRow {
        state: BundleState::Early,
        seqs: Some((first, first + 3)),
        ..row(byte, device, None)
    };
    write(&mut store, |tx| {
        for row in [
            early(1, 1, 30),
            early(2, 2, 5),
            early(3, 1, 10),
            row(4, 1, None),
        ] {
            tx.put_bundle(&row)?;
        }
        Ok(())
    });
    read(&mut store, |tx| {
        let of_one = tx.bundles_of(device_id(1))?;
        assert_eq!(of_one, [early(1, 1, 30), early(3, 1, 10), row(4, 1, None)]);
        let early = tx.early_bundles(device_id(1))?;
        assert!(early == [BundleId([3; 16]), BundleId([1; 16])]);
        Ok(())
    });
}

pub(super) fn pieces_are_kept_once_counted_by_carrier_and_let_go(place: &Place) {
    let mut store = place.store();
    let (first, second) = (BundleId([1; 16]), BundleId([2; 16]));
    write(&mut store, |tx| {
        tx.put_bundle(&row(1, 1, Some(7)))?;
        tx.put_bundle(&row(2, 1, None))?;
        tx.add_piece(first, 2, b"three")?;
        tx.add_piece(first, 0, b"one")?;
        tx.add_piece(first, 0, b"another")?;
        tx.add_piece(second, 1, b"two")
    });
    read(&mut store, |tx| {
        assert_eq!(tx.piece_numbers(first)?, [0, 2]);
        assert_eq!(tx.pieces(first)?, [b"one".to_vec(), b"three".to_vec()]);
        assert_eq!(tx.kept_bytes(Some(worker(7)))?, 8);
        assert_eq!(
            (tx.kept_bytes(None)?, tx.kept_bytes(Some(worker(1)))?),
            (3, 0)
        );
        Ok(())
    });
    write(&mut store, |tx| tx.drop_pieces(first));
    read(&mut store, |tx| {
        assert!(tx.piece_numbers(first)?.is_empty() && tx.pieces(first)?.is_empty());
        assert_eq!(tx.piece_numbers(second)?, [1]);
        Ok(())
    });
}

pub(super) fn a_device_that_enrolled_again_is_known(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| {
        tx.add_device(&phone(1, 1, 5))?;
        tx.add_device(&phone(2, 2, 5))?;
        tx.revoke(worker(2), 6)?;
        let again = tx.add_device(&phone(3, 1, 7))?;
        tx.succeed(again, 8)
    });
    for (byte, ended) in [(1, true), (2, false), (3, false), (9, false)] {
        let told = read(&mut store, |tx| tx.enrolled_again(device_id(byte)));
        assert_eq!(told, ended, "{byte}");
    }
}
