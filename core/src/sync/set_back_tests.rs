//! A server that was set back in the middle of a conversation's life.

use super::*;
use crate::model::{Compartment, Epoch, Feed, Kind};
use crate::store::StoreError;
use crate::store::tests::support::*;
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
    }
}

/// Found by the simulator (seed 400): the server sent the feed from its beginning for ever, and the
/// phone, whose cursor was beyond the feed's end, left every page alone.
#[test]
fn a_feed_that_the_server_begins_again_is_taken_from_its_beginning() {
    let phone = Phone::new();
    let store = phone.open();
    let key = ServerKey::from_secret(&Secret::from_slice(&[4; 32]).unwrap());
    let enrolled = enrolment(key.public());
    let epoch = enrolled.epoch;
    store
        .write::<_, StoreError>(|tx| tx.set_enrolment(&enrolled))
        .unwrap();
    let turn = |reply: SyncReply| {
        let mut session = Session::new(Limits::default());
        store
            .read::<_, SyncError>(|tx| session.ask(tx, &phone.vault))
            .unwrap();
        let heard = session.hear(reply).unwrap();
        store.write(|tx| heard.write(tx)).unwrap();
        store.read::<_, StoreError>(|tx| tx.cursors()).unwrap()[0].position
    };
    assert_eq!(turn(answer(&key, epoch, 0, 3)), 3);
    assert_eq!(
        turn(answer(&key, epoch, 1, 1)),
        3,
        "a page of another cursor"
    );
    assert_eq!(turn(answer(&key, epoch, 0, 1)), 1);
    assert_eq!(turn(answer(&key, epoch, 1, 4)), 5);
}

/// Found by the simulator (seed 2020): the next question was on its way with an old cursor, its page
/// was left alone, and the conversation was called complete.
#[test]
fn a_page_that_was_left_alone_is_asked_for_again_and_is_no_progress() {
    let phone = Phone::new();
    let store = phone.open();
    let key = ServerKey::from_secret(&Secret::from_slice(&[4; 32]).unwrap());
    let enrolled = enrolment(key.public());
    let epoch = enrolled.epoch;
    store
        .write::<_, StoreError>(|tx| tx.set_enrolment(&enrolled))
        .unwrap();
    let turn = |reply: SyncReply| {
        let mut session = Session::new(Limits::default());
        store
            .read::<_, SyncError>(|tx| session.ask(tx, &phone.vault))
            .unwrap();
        let heard = session.hear(reply).unwrap();
        let written = store.write(|tx| heard.write(tx)).unwrap();
        (written.more, written.moved)
    };
    turn(answer(&key, epoch, 0, 3));
    assert_eq!(turn(answer(&key, epoch, 1, 4)), (true, false));
    assert_eq!(turn(answer(&key, epoch, 3, 2)), (false, true));
}
