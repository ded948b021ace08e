//! A server that was set back in the middle of a conversation's life.

use super::*;
use crate::model::{Compartment, Epoch, Feed, Kind, WorkerId};
use crate::store::tests::support::*;
use crate::store::{Store, StoreError};
use crate::vault::{Secret, ServerKey};
use crate::wire::{Acknowledgement, Item, Page, SyncReply, VERSION, acknowledgement_message};

fn feed() -> Feed {
    format!("{VILLAGE}/contact").parse().unwrap()
}

/// The server's answer with one page of households, from `after` on.
fn answer(key: &ServerKey, epoch: Epoch, after: u64, count: u64) -> SyncReply {
    let items = (after + 1..=after + count).map(|position| {
        let mut envelope = envelope(2, position);
        envelope.app = "another".into();
        Item::Part {
            position,
            received_at: 5,
            envelope: Box::new(envelope),
            part: Box::new(part(
                record(position as u8),
                Kind::HOUSEHOLD,
                Compartment::Contact,
                true,
                vec![write("$area", VILLAGE, &[])],
            )),
        }
    });
    let message = acknowledgement_message(epoch, device(ME), 0);
    SyncReply {
        version: VERSION,
        epoch,
        server_millis: 9,
        through: 0,
        acknowledgement: Acknowledgement {
            epoch,
            through: 0,
            signature: key.sign(&message),
        },
        verdicts: vec![],
        feeds: vec![feed()],
        pages: vec![Page {
            feed: feed(),
            after,
            items: items.collect(),
            position: after + count,
            complete: true,
        }],
        more: false,
        manifest: None,
        last_syncs: vec![],
        ahead: None,
        digests: vec![],
        snapshots: vec![],
    }
}

/// A phone, and what it makes of one answer after another: its cursor, whether it asks again,
/// whether anything moved.
struct Told {
    phone: Phone,
    store: Store,
    key: ServerKey,
    epoch: Epoch,
}

impl Told {
    fn new() -> Told {
        let phone = Phone::new();
        let store = phone.open();
        let key = ServerKey::from_secret(&Secret::from_slice(&[4; 32]).unwrap());
        let enrolled = enrolment(key.public());
        store
            .write::<_, StoreError>(|tx| tx.set_enrolment(&enrolled))
            .unwrap();
        Told {
            phone,
            store,
            key,
            epoch: enrolled.epoch,
        }
    }

    fn hears(&self, after: u64, count: u64) -> (u64, bool, bool) {
        let mut session = Session::new(Limits::default());
        self.store
            .read::<_, SyncError>(|tx| session.ask(tx, &self.phone.vault))
            .unwrap();
        let reply = answer(&self.key, self.epoch, after, count);
        let heard = session.hear(reply).unwrap();
        let written = self.store.write(|tx| heard.write(tx)).unwrap();
        let cursors = self.store.read::<_, StoreError>(|tx| tx.cursors());
        (cursors.unwrap()[0].position, written.more, written.moved)
    }
}

/// Found by the simulator (seed 400): the server sent the feed from its beginning for ever, and the
/// phone, whose cursor was beyond the feed's end, left every page alone.
#[test]
fn a_feed_that_the_server_begins_again_is_taken_from_its_beginning() {
    let told = Told::new();
    assert_eq!(told.hears(0, 3).0, 3);
    assert_eq!(told.hears(1, 1).0, 3, "a page of another cursor");
    assert_eq!(told.hears(0, 1).0, 1);
    assert_eq!(told.hears(1, 4).0, 5);
}

/// Found by the simulator (seed 2020): the next question was on its way with an old cursor, its page
/// was left alone, and the conversation was called complete.
#[test]
fn a_page_that_was_left_alone_is_asked_for_again_and_is_no_progress() {
    let told = Told::new();
    told.hears(0, 3);
    assert_eq!(told.hears(1, 4), (3, true, false));
    assert_eq!(told.hears(3, 2), (5, false, true));
}

/// Found by the simulator: the server chose between rivals, was set back to before that, and chose
/// between others under the same number; a phone that had heard the first never heard the second.
#[test]
fn what_the_county_says_under_a_number_that_it_used_before_is_what_it_says_now() {
    let told = Told::new();
    let says = |at: i64, value: &str| {
        let mut reply = answer(&told.key, told.epoch, 0, 1);
        for item in &mut reply.pages[0].items {
            let Item::Part { envelope, part, .. } = item else {
                panic!("a part");
            };
            envelope.author = WorkerId::from_uuid(envelope.head.device.uuid());
            envelope.stamp.millis += at;
            part.writes.push(write("address", value, &[]));
        }
        reply
    };
    for (at, value) in [(0, "first"), (9, "second")] {
        let reply = says(at, value);
        told.store
            .write::<_, StoreError>(|tx| {
                tx.allow_feeds(&[feed()].into())?;
                tx.start_feed_again(&feed())?;
                tx.apply(&reply.pages).map(|_| ())
            })
            .unwrap();
        let read = told.store.read::<_, StoreError>(|tx| tx.record(record(1)));
        assert_eq!(read.unwrap().unwrap().text("address"), Some(value));
    }
}
