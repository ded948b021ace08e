//! Sync against a server that answers from a script, over a link that fails as told.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;
use crate::model::{
    Compartment, DeviceSeq, DocumentKind, DocumentRef, Epoch, Feed, Kind, Manifest, SignedManifest,
    content_hash,
};
use crate::store::tests::support::*;
use crate::store::{OwnState, Store, StoreError};
use crate::vault::KeyVault;
use crate::vault::{Secret, ServerKey, device_signed};
use crate::wire::{
    Acknowledgement, CONTENT_TYPE, CodecError, Item, Page, REPLY_LIMIT_BYTES, Receipt, Refusal,
    RefusalReason, SyncReply, SyncRequest, VERSION, Verdict, VerdictKind, WireRefusal,
    acknowledgement_message, decode, encode, link_save, push_message,
};

/// What the link does to one answer.
enum Fault {
    /// The server works, its answer is lost.
    LoseAnswer,
    /// The answer breaks off after so many bytes.
    CutAt(usize),
    /// A sign-in page in its place, the server never reached.
    Portal,
    /// A sign-in page that even names our media type.
    PortalAsOurs,
    Unreachable,
}

struct Server {
    key: ServerKey,
    epoch: Epoch,
    feeds: Vec<Feed>,
    log: Vec<crate::model::Save>,
    times_told: usize,
    chain: [u8; 32],
    /// How saves are taken: by number, else accepted.
    verdicts: std::collections::BTreeMap<DeviceSeq, VerdictKind>,
    items: Vec<(Feed, Item)>,
    per_page: usize,
    manifest: Option<(SignedManifest, Vec<String>)>,
    device_key: Vec<u8>,
}

struct Link {
    server: Mutex<Server>,
    faults: Mutex<VecDeque<Fault>>,
}

fn feed(compartment: &str) -> Feed {
    format!("{VILLAGE}/{compartment}").parse().unwrap()
}

fn epoch(n: u8) -> Epoch {
    Epoch::from_uuid(uuid::Uuid::from_bytes([n; 16]))
}

impl Server {
    fn verdict(&self, seq: DeviceSeq) -> Verdict {
        let verdict = self.verdicts.get(&seq).cloned();
        Verdict {
            seq,
            verdict: verdict.unwrap_or(VerdictKind::Accepted {
                received_at: 1_000 + seq as i64,
                receipts: vec![Receipt {
                    feed: feed("contact"),
                    position: seq,
                }],
            }),
        }
    }

    fn answer(&mut self, request: SyncRequest) -> Result<SyncReply, WireRefusal> {
        let mut verdicts: Vec<Verdict> = request.waiting.iter().map(|s| self.verdict(*s)).collect();
        if let Some(push) = request.push {
            let mut chain = self.chain;
            for save in push.saves {
                let seq = save.envelope.head.seq;
                self.times_told += 1;
                if seq == self.log.len() as u64 + 1 {
                    chain = link_save(&chain, &save, &salt());
                    self.log.push(save);
                }
                verdicts.push(self.verdict(seq));
            }
            let message = push_message(device(ME), self.log.len() as u64, &chain);
            if !device_signed(&self.device_key, &message, &push.signature) {
                return Err(WireRefusal::ChainBroken { through: 0 });
            }
            self.chain = chain;
        }
        let through = self.log.len() as u64;
        let foreign = request.epoch != Some(self.epoch);
        let (pages, more) = self.pages(&request.cursors, foreign);
        let message = acknowledgement_message(self.epoch, device(ME), through);
        let news = |m: &SignedManifest| {
            serde_json::from_str::<Manifest>(&m.body).unwrap().number != request.manifest
        };
        Ok(SyncReply {
            version: VERSION,
            epoch: self.epoch,
            server_millis: 5_000,
            through,
            acknowledgement: Acknowledgement {
                epoch: self.epoch,
                through,
                signature: self.key.sign(&message),
            },
            verdicts,
            feeds: self.feeds.clone(),
            pages,
            more,
            manifest: self.manifest.as_ref().map(|m| m.0.clone()).filter(news),
            last_syncs: vec![],
        })
    }

    fn pages(&self, cursors: &[crate::wire::Cursor], foreign: bool) -> (Vec<Page>, bool) {
        let mut more = false;
        let pages = self.feeds.iter().map(|feed| {
            let known = cursors.iter().find(|c| c.feed == *feed && !foreign);
            let after = known.map_or(0, |c| c.position);
            let all = self
                .items
                .iter()
                .filter(|(f, i)| f == feed && i.position() > after);
            let all: Vec<Item> = all.map(|(_, item)| item.clone()).collect();
            let items: Vec<Item> = all.iter().take(self.per_page).cloned().collect();
            more |= items.len() < all.len();
            Page {
                feed: feed.clone(),
                after,
                position: items.last().map_or(after, Item::position),
                complete: items.len() == all.len(),
                items,
            }
        });
        (pages.collect(), more)
    }
}

impl Transport for Link {
    fn exchange(&self, call: &Call) -> Result<Answer, LinkError> {
        let page = || Answer {
            status: 200,
            content_type: Some("text/html".into()),
            body: b"<html>Sign in</html>".to_vec(),
        };
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            Some(Fault::Unreachable) => return Err(LinkError::Unreachable),
            Some(Fault::Portal) => return Ok(page()),
            Some(Fault::PortalAsOurs) => {
                return Ok(Answer {
                    content_type: Some(CONTENT_TYPE.into()),
                    ..page()
                });
            }
            _ => {}
        }
        let mut server = self.server.lock().unwrap();
        let (status, mut body) = match call.path.strip_prefix("/v1/documents/") {
            Some(hash) => {
                let all = &server.manifest.as_ref().unwrap().1;
                let text = all.iter().find(|t| content_hash(t.as_bytes()) == hash);
                (200, encode(text.unwrap()).unwrap())
            }
            None => {
                let request = decode(call.body.as_ref().unwrap(), REPLY_LIMIT_BYTES).unwrap();
                match server.answer(request) {
                    Ok(reply) => (200, encode(&reply).unwrap()),
                    Err(refusal) => (409, encode(&refusal).unwrap()),
                }
            }
        };
        match fault {
            Some(Fault::LoseAnswer) => return Err(LinkError::Unreachable),
            Some(Fault::CutAt(at)) => body.truncate(at),
            _ => {}
        }
        Ok(Answer {
            status,
            content_type: Some(CONTENT_TYPE.into()),
            body,
        })
    }
}

struct World {
    phone: Phone,
    store: Store,
    link: Link,
}

impl World {
    fn new() -> World {
        let phone = Phone::new();
        let key = ServerKey::from_secret(&Secret::from_slice(&[4; 32]).unwrap());
        let store = phone.open();
        store
            .write::<_, StoreError>(|tx| tx.set_enrolment(&enrolment(key.public())))
            .unwrap();
        let server = Server {
            key,
            epoch: epoch(5),
            feeds: vec![feed("contact"), feed("care")],
            log: vec![],
            times_told: 0,
            chain: [0; 32],
            verdicts: Default::default(),
            items: vec![],
            per_page: 10,
            manifest: None,
            device_key: phone.vault.public_key().unwrap(),
        };
        World {
            phone,
            store,
            link: Link {
                server: Mutex::new(server),
                faults: Mutex::default(),
            },
        }
    }

    fn server(&self) -> std::sync::MutexGuard<'_, Server> {
        self.link.server.lock().unwrap()
    }

    fn fault(&self, fault: Fault) {
        self.link.faults.lock().unwrap().push_back(fault);
    }

    fn sync(&self) -> Result<Tally, SyncError> {
        let limits = Limits {
            push_bytes: 2_000,
            page_bytes: 1 << 20,
        };
        run(
            &self.store,
            &self.phone.vault,
            &self.link,
            limits,
            &mut |_| {},
        )
    }

    fn save(&self, seq: u64) {
        append(&self.store, &person(seq, seq as u8, "测试")).unwrap();
    }

    /// An elder of another phone, in a feed at a place.
    fn theirs(&self, compartment: &str, position: u64, n: u8, field: &str) {
        let at = Compartment::parse(compartment).unwrap();
        let begins = compartment == "contact";
        let writes = vec![write(field, "测试", &[])];
        let item = Item::Part {
            position,
            received_at: 50,
            envelope: Box::new(envelope(2, position)),
            part: Box::new(part(record(n), Kind::PERSON, at, begins, writes)),
        };
        self.server().items.push((feed(compartment), item));
    }

    fn states(&self) -> Vec<(u64, OwnState)> {
        let outbox = self.store.read::<_, StoreError>(|tx| tx.outbox()).unwrap();
        outbox.iter().map(|save| (save.seq, save.state)).collect()
    }

    fn has(&self, n: u8, field: &str) -> bool {
        let found = self.store.read::<_, StoreError>(|tx| tx.record(record(n)));
        found.unwrap().is_some_and(|r| r.text(field).is_some())
    }
}

#[test]
fn everything_is_pushed_in_chunks_and_everything_pulled_in_pages() {
    let world = World::new();
    (1..=40).for_each(|seq| world.save(seq));
    (1..=25).for_each(|at| world.theirs("contact", at, 100 + at as u8, "name"));
    let tally = world.sync().unwrap();
    assert_eq!((tally.sent, tally.received), (40, 25));
    assert!(tally.turns > 2, "in chunks");
    assert!(tally.complete && world.states().is_empty());
    assert_eq!(world.server().log.len(), 40);
    assert!((101..=125).all(|n| world.has(n, "name")));
    let again = world.sync().unwrap();
    assert_eq!((again.turns, again.sent, again.received), (1, 0, 0));
}

#[test]
fn an_answer_lost_after_the_commit_makes_nothing_double() {
    let world = World::new();
    (1..=3).for_each(|seq| world.save(seq));
    world.fault(Fault::LoseAnswer);
    assert!(matches!(
        world.sync(),
        Err(SyncError::Link(LinkError::Unreachable))
    ));
    assert_eq!(world.states().len(), 3, "nothing is marked sent");
    assert_eq!(world.server().log.len(), 3);
    world.sync().unwrap();
    assert_eq!(world.server().log.len(), 3);
    assert_eq!(world.server().times_told, 6, "told twice, taken once");
    assert!(world.states().is_empty());
}

#[test]
fn a_page_cut_at_any_byte_changes_nothing_and_comes_again() {
    let world = World::new();
    world.theirs("contact", 1, 101, "name");
    let before = || {
        world
            .store
            .read::<_, StoreError>(|tx| tx.cursors())
            .unwrap()
    };
    let start = before();
    for at in (0..300).step_by(7) {
        world.fault(Fault::CutAt(at));
        match world.sync() {
            Err(SyncError::Body(CodecError::Truncated)) => {}
            Ok(_) => break,
            Err(other) => panic!("{other}"),
        }
        assert_eq!(before(), start);
        assert!(!world.has(101, "name"));
    }
    world.sync().unwrap();
    assert!(world.has(101, "name"));
}

#[test]
fn a_sign_in_page_is_told_from_the_server() {
    let world = World::new();
    world.save(1);
    for fault in [Fault::Portal, Fault::PortalAsOurs] {
        world.fault(fault);
        assert!(matches!(
            world.sync(),
            Err(SyncError::Body(CodecError::NotOurs))
        ));
        assert_eq!(world.states(), [(1, OwnState::Unsent)]);
    }
    world.fault(Fault::Unreachable);
    assert!(matches!(world.sync(), Err(SyncError::Link(_))));
    world.sync().unwrap();
}

#[test]
fn a_refusal_stays_beside_good_ones_and_a_waiting_save_goes_in_by_itself() {
    let world = World::new();
    (1..=4).for_each(|seq| world.save(seq));
    let refusal = Refusal {
        reason: RefusalReason::UnknownCode,
        field: Some("mode".into()),
        message: "choose again".into(),
    };
    let refused = VerdictKind::Refused(refusal);
    world.server().verdicts.insert(2, refused);
    world.server().verdicts.insert(3, VerdictKind::Waiting);
    world.sync().unwrap();
    assert_eq!(
        world.states(),
        [(2, OwnState::Refused), (3, OwnState::Waiting)]
    );
    world.server().verdicts.remove(&3);
    world.sync().unwrap();
    assert_eq!(world.states(), [(2, OwnState::Refused)]);
    assert!(world.has(2, "name"), "what was refused stays on the phone");
}

#[test]
fn a_server_restored_from_an_older_backup_gets_again_what_it_forgot() {
    let world = World::new();
    (1..=5).for_each(|seq| world.save(seq));
    world.theirs("contact", 1, 101, "name");
    world.sync().unwrap();
    {
        let mut server = world.server();
        server.log.truncate(2);
        server.epoch = epoch(6);
        server.chain = server
            .log
            .iter()
            .fold([0; 32], |chain, save| link_save(&chain, save, &salt()));
    }
    world.sync().unwrap();
    assert_eq!(world.server().log.len(), 5);
    assert!(world.states().is_empty());
    let whole = world.store.read::<_, StoreError>(|tx| tx.whole_feeds());
    assert_eq!(whole.unwrap().len(), 2);
    let now = world.store.read::<_, StoreError>(|tx| tx.enrolled());
    assert_eq!(now.unwrap().epoch, epoch(6));
}

#[test]
fn a_right_that_ends_takes_its_feed_and_never_what_is_unsent() {
    let world = World::new();
    world.theirs("contact", 1, 101, "name");
    world.theirs("care", 1, 101, "health");
    world.sync().unwrap();
    assert!(world.has(101, "health") && world.has(101, "name"));
    world.save(1);
    world.server().verdicts.insert(1, VerdictKind::Waiting);
    world.server().feeds = vec![feed("contact")];
    world.sync().unwrap();
    assert!(world.has(101, "name") && !world.has(101, "health"));
    assert!(world.has(1, "health"), "not accepted, so not taken");
    world.server().feeds = vec![];
    world.sync().unwrap();
    let gone = world
        .store
        .read::<_, StoreError>(|tx| tx.record(record(101)));
    assert!(gone.unwrap().is_none());
    assert!(world.has(1, "health"));
    world.server().feeds = vec![feed("contact"), feed("care")];
    world.sync().unwrap();
    assert!(
        world.has(101, "health"),
        "and a right that returns fills again"
    );
}

#[test]
fn a_page_that_does_not_follow_the_cursor_is_left_alone() {
    let world = World::new();
    world.sync().unwrap();
    world.theirs("contact", 9, 101, "name");
    let item = world.server().items[0].1.clone();
    let page = Page {
        feed: feed("contact"),
        after: 8,
        items: vec![item],
        position: 9,
        complete: true,
    };
    let applied = world.store.write::<_, StoreError>(|tx| tx.apply(&[page]));
    let applied = applied.unwrap();
    assert_eq!((applied.items, applied.skipped), (0, 1));
    assert!(!world.has(101, "name"));
}

#[test]
fn a_phone_back_from_a_backup_is_told_so() {
    let world = World::new();
    world.save(1);
    world.server().chain = [1; 32];
    assert!(matches!(
        world.sync(),
        Err(SyncError::ChainBroken { through: 0 })
    ));
    assert_eq!(world.states().len(), 1);
}

#[test]
fn a_number_that_the_server_knows_with_another_content_is_a_backups_too_and_nothing_is_refused() {
    let world = World::new();
    world.save(1);
    let refusal = Refusal {
        reason: RefusalReason::AlteredBody,
        field: None,
        message: "another content".into(),
    };
    let verdict = VerdictKind::Refused(refusal);
    world.server().verdicts.insert(1, verdict);
    assert!(matches!(
        world.sync(),
        Err(SyncError::ChainBroken { through: 1 })
    ));
    assert_eq!(world.states(), [(1, OwnState::Unsent)]);
}

#[test]
fn an_answer_that_the_server_did_not_sign_is_not_believed() {
    let world = World::new();
    world.save(1);
    world.server().key = ServerKey::from_secret(&Secret::from_slice(&[6; 32]).unwrap());
    assert!(matches!(world.sync(), Err(SyncError::NotSigned { .. })));
    assert_eq!(world.states(), [(1, OwnState::Unsent)]);
}

#[test]
fn a_manifest_comes_into_force_when_all_of_it_is_held() {
    let world = World::new();
    let texts = vec!["{\"a\":1}".to_owned(), "{\"b\":2}".to_owned()];
    let documents = texts.iter().map(|text| DocumentRef {
        kind: DocumentKind::Pack,
        id: "pack".into(),
        version: "1".into(),
        hash: content_hash(text.as_bytes()),
        length: text.len() as u64,
        active: true,
    });
    let manifest = Manifest {
        number: 3,
        documents: documents.collect(),
        demo: false,
    };
    let body = serde_json::to_string(&manifest).unwrap();
    {
        let mut server = world.server();
        let signature = hex::encode(server.key.sign(body.as_bytes()));
        server.manifest = Some((SignedManifest { body, signature }, texts));
    }
    // The sync goes through, the first document does, the second does not.
    world.link.faults.lock().unwrap().extend([
        Fault::CutAt(usize::MAX),
        Fault::CutAt(usize::MAX),
        Fault::Unreachable,
    ]);
    assert!(world.sync().is_err());
    let held = || {
        world
            .store
            .read::<_, StoreError>(|tx| tx.manifest())
            .unwrap()
    };
    assert_eq!(held().number, 0);
    let tally = world.sync().unwrap();
    assert_eq!(tally.documents, 1, "what was fetched is not fetched again");
    assert_eq!(held(), manifest);
}
