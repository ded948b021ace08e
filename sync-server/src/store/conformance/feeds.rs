//! Feeds, their items, who holds them.

use tanfang_core::merge::FeedDigest;

use super::made::{lived_in, phone, record};
use super::*;

const FEED: &str = "530999201201/contact";
const OTHER: &str = "530999201202/care";

pub(super) fn a_feed_begins_empty_and_is_found_by_its_name(place: &Place) {
    let mut store = place.store();
    let (second, first) = write(&mut store, |tx| {
        Ok((tx.add_feed(OTHER)?, tx.add_feed(FEED)?))
    });
    assert!(refuses(&mut store, |tx| tx.add_feed(FEED)));
    read(&mut store, |tx| {
        let found = tx.feed(FEED)?.unwrap();
        assert_eq!(
            (found.no, found.name.as_str(), found.last),
            (first, FEED, 0)
        );
        assert_eq!(found.digest, Some(FeedDigest::default()));
        assert!(tx.feed("530999201209/contact")?.is_none());
        let all: Vec<(FeedNo, String)> = tx.feeds()?.into_iter().map(|f| (f.no, f.name)).collect();
        assert_eq!(
            all,
            [(first, FEED.to_owned()), (second, OTHER.to_owned())],
            "by name"
        );
        Ok(())
    });
}

pub(super) fn a_feed_without_a_sum_has_none(place: &Place) {
    let mut store = place.store();
    let no = write(&mut store, |tx| tx.add_feed(FEED));
    for digest in [Some(FeedDigest::from_bytes([7; 16])), None] {
        let end = FeedRow {
            no,
            name: FEED.to_owned(),
            last: 5,
            digest,
        };
        write(&mut store, |tx| tx.set_end(&end));
        let found = read(&mut store, |tx| tx.feed(FEED)).unwrap();
        assert_eq!((found.last, found.digest), (5, digest));
    }
}

/// The places that are walked.
fn walked(
    store: &mut Box<dyn ServerStore>,
    feed: FeedNo,
    after: u64,
    but: Option<(DeviceNo, SaveNo)>,
    most: usize,
) -> Vec<(u64, char)> {
    read(store, |tx| {
        let mut all = Vec::new();
        tx.items(feed, after, but, &mut |item| {
            all.push(match item {
                ItemRow::Part { position, .. } => (position, 'p'),
                ItemRow::Settled { position, .. } => (position, 's'),
                ItemRow::Departed { position, .. } => (position, 'd'),
            });
            Ok(all.len() < most)
        })?;
        Ok(all)
    })
}

pub(super) fn items_are_walked_in_their_order_from_a_place_until_told_to_stop(place: &Place) {
    let mut store = place.store();
    let (feed, device, save, part) = write(&mut store, |tx| {
        let (device, made) = lived_in(tx, 1)?;
        let (save, part) = made[0];
        let feed = tx.add_feed(FEED)?;
        tx.add_item(feed, 3, &ItemTold::Departed(&[record(1), record(2)]))?;
        tx.add_item(feed, 1, &ItemTold::Part { part, save, device })?;
        tx.add_item(feed, 2, &ItemTold::Settled(record(9)))?;
        Ok((feed, device, save, part))
    });
    let all = [(1, 'p'), (2, 's'), (3, 'd')];
    assert_eq!(walked(&mut store, feed, 0, None, 99), all);
    assert_eq!(walked(&mut store, feed, 1, None, 99), all[1..]);
    assert_eq!(walked(&mut store, feed, 0, None, 2), all[..2]);
    assert_eq!(walked(&mut store, feed, 3, None, 99), []);
    let before = (device, SaveNo(save.0 - 1));
    assert_eq!(walked(&mut store, feed, 0, Some(before), 99), all[1..]);
    assert_eq!(walked(&mut store, feed, 0, Some((device, save)), 99), all);
    assert_eq!(
        walked(&mut store, feed, 0, Some((DeviceNo(99), SaveNo(0))), 99),
        all
    );
    read(&mut store, |tx| {
        tx.items(feed, 0, None, &mut |item| {
            match item {
                ItemRow::Part {
                    save: of,
                    received_at,
                    envelope,
                    place,
                    part,
                    key,
                    ..
                } => {
                    assert_eq!((of, received_at, place), (save, 1_001, 0));
                    assert_eq!(envelope, b"envelope 1");
                    assert_eq!(part.sealed, b"part 1");
                    assert_eq!(key.as_deref(), Some(b"wrapped".as_slice()));
                }
                ItemRow::Settled { record: id, .. } => assert_eq!(id, record(9)),
                ItemRow::Departed { records, .. } => assert_eq!(records, [record(1), record(2)]),
            }
            Ok(true)
        })
    });
    let stops = store.read::<(), StoreError>(|tx| {
        tx.items(feed, 0, None, &mut |_| {
            Err(StoreError::Damaged { what: "a test" })
        })
    });
    assert_eq!(stops, Err(StoreError::Damaged { what: "a test" }));
    let _ = part;
}

pub(super) fn a_long_feed_is_walked_whole_and_what_a_device_sent_itself_passed_over(place: &Place) {
    let mut store = place.store();
    let (feed, device, middle) = write(&mut store, |tx| {
        let (device, made) = lived_in(tx, 500)?;
        let feed = tx.add_feed(FEED)?;
        for (position, (save, part)) in (1..).zip(&made) {
            let (save, part) = (*save, *part);
            tx.add_item(feed, position, &ItemTold::Part { part, save, device })?;
        }
        tx.add_item(feed, 501, &ItemTold::Settled(record(9)))?;
        Ok((feed, device, made[249].0))
    });
    let all = walked(&mut store, feed, 0, None, 999);
    assert!(all.iter().map(|(position, _)| *position).eq(1..=501));
    let others = walked(&mut store, feed, 0, Some((device, middle)), 999);
    assert!(
        others
            .iter()
            .map(|(position, _)| *position)
            .eq((1..=250).chain([501]))
    );
    assert_eq!(walked(&mut store, feed, 0, None, 333).len(), 333);
}

pub(super) fn departures_are_told_with_their_places(place: &Place) {
    let mut store = place.store();
    let feed = write(&mut store, |tx| {
        let feed = tx.add_feed(FEED)?;
        tx.add_item(feed, 1, &ItemTold::Departed(&[record(1)]))?;
        tx.add_item(feed, 2, &ItemTold::Settled(record(9)))?;
        tx.add_item(feed, 3, &ItemTold::Departed(&[record(2), record(3)]))?;
        Ok(feed)
    });
    let told = read(&mut store, |tx| tx.departures(feed, 0));
    assert_eq!(
        told,
        [(1, vec![record(1)]), (3, vec![record(2), record(3)])]
    );
    assert_eq!(read(&mut store, |tx| tx.departures(feed, 1)), told[1..]);
}

pub(super) fn receipts_are_the_places_of_a_saves_parts_by_feed(place: &Place) {
    let mut store = place.store();
    let save = write(&mut store, |tx| {
        let (device, made) = lived_in(tx, 2)?;
        let (save, part) = made[0];
        let (other, feed) = (tx.add_feed(OTHER)?, tx.add_feed(FEED)?);
        tx.add_item(other, 7, &ItemTold::Part { part, save, device })?;
        tx.add_item(feed, 4, &ItemTold::Part { part, save, device })?;
        let (save_2, part) = made[1];
        let told = ItemTold::Part {
            part,
            save: save_2,
            device,
        };
        tx.add_item(feed, 5, &told)?;
        Ok(save)
    });
    let receipts = read(&mut store, |tx| tx.receipts(save));
    let told: Vec<(String, u64)> = receipts
        .iter()
        .map(|r| (r.feed.to_string(), r.position))
        .collect();
    assert_eq!(told, [(FEED.to_owned(), 4), (OTHER.to_owned(), 7)]);
}

pub(super) fn a_position_is_there_once(place: &Place) {
    let mut store = place.store();
    let feed = write(&mut store, |tx| {
        let feed = tx.add_feed(FEED)?;
        tx.add_item(feed, 1, &ItemTold::Settled(record(1)))?;
        Ok(feed)
    });
    for position in [1, 0] {
        let told = ItemTold::Settled(record(2));
        assert!(refuses(&mut store, |tx| tx.add_item(feed, position, &told)));
    }
    assert!(refuses(&mut store, |tx| tx.add_item(
        feed,
        u64::MAX,
        &ItemTold::Settled(record(2))
    )));
    assert_eq!(walked(&mut store, feed, 0, None, 9), [(1, 's')]);
}

pub(super) fn a_device_holds_feeds_until_it_holds_them_no_longer(place: &Place) {
    let mut store = place.store();
    let (device, other, feeds) = write(&mut store, |tx| {
        let (device, other) = (
            tx.add_device(&phone(1, 1, 5))?,
            tx.add_device(&phone(2, 2, 5))?,
        );
        let feeds = [tx.add_feed(FEED)?, tx.add_feed(OTHER)?];
        tx.hold_feed(device, feeds[0], SaveNo(3))?;
        tx.hold_feed(device, feeds[1], SaveNo(4))?;
        tx.hold_feed(device, feeds[0], SaveNo(9))?;
        tx.hold_feed(other, feeds[0], SaveNo(1))?;
        Ok((device, other, feeds))
    });
    let held = |store: &mut Box<dyn ServerStore>, of| {
        let mut held = read(store, |tx| tx.held_feeds(of));
        held.sort();
        held
    };
    let both = [(feeds[0], SaveNo(9)), (feeds[1], SaveNo(4))];
    assert_eq!(held(&mut store, device), both);
    write(&mut store, |tx| tx.drop_feed(device, feeds[0]));
    assert_eq!(held(&mut store, device), both[1..]);
    assert_eq!(held(&mut store, other), [(feeds[0], SaveNo(1))]);
    write(&mut store, |tx| tx.drop_every_feed());
    assert!(held(&mut store, device).is_empty() && held(&mut store, other).is_empty());
}

pub(super) fn what_stands_apart_is_told_by_device_and_feed(place: &Place) {
    let mut store = place.store();
    let row = |device, feed: &str, position| ApartRow {
        device,
        feed: feed.to_owned(),
        position,
        phone: FeedDigest::from_bytes([position as u8; 16]),
        told_at: 77,
    };
    let (a, b) = write(&mut store, |tx| {
        let (a, b) = (
            tx.add_device(&phone(1, 1, 5))?,
            tx.add_device(&phone(2, 2, 5))?,
        );
        tx.set_apart(&row(b, FEED, 1))?;
        tx.set_apart(&row(a, OTHER, 2))?;
        tx.set_apart(&row(a, FEED, 3))?;
        tx.set_apart(&row(a, FEED, 4))?;
        Ok((a, b))
    });
    read(&mut store, |tx| {
        let of_a = [row(a, FEED, 4), row(a, OTHER, 2)];
        assert_eq!(tx.feeds_apart_of(a)?, of_a);
        let [first, second] = of_a;
        assert_eq!(tx.feeds_apart()?, [first, second, row(b, FEED, 1)]);
        Ok(())
    });
    write(&mut store, |tx| tx.forget_apart(a, FEED));
    assert_eq!(
        read(&mut store, |tx| tx.feeds_apart_of(a)),
        [row(a, OTHER, 2)]
    );
}
