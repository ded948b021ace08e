//! A server that answers from a script, over a link that fails as told.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::super::*;
use crate::model::{
    Compartment, DeviceSeq, DocumentKind, DocumentRef, Epoch, Feed, Kind, Manifest, SignedManifest,
    content_hash,
};
use crate::store::tests::support::*;
use crate::store::{OwnState, Store, StoreError};
use crate::vault::KeyVault;
use crate::vault::{Secret, ServerKey, device_signed};
use crate::wire::{
    Acknowledgement, CONTENT_TYPE, FeedEnd, Item, Page, REPLY_LIMIT_BYTES, Receipt, SyncReply,
    SyncRequest, VERSION, Verdict, VerdictKind, WireRefusal, acknowledgement_message, encode,
    link_save, push_message, unpack,
};

/// What the link does to one answer.
pub(super) enum Fault {
    /// The server works, its answer is lost.
    LoseAnswer,
    /// The answer breaks off after so many bytes.
    CutAt(usize),
    /// A sign-in page in its place, the server never reached.
    Portal,
    /// A sign-in page that even names our media type.
    PortalAsOurs,
    Unreachable,
    /// The server refuses, with this status.
    Refuse(u16, WireRefusal),
}

pub(super) struct Server {
    pub(super) key: ServerKey,
    pub(super) epoch: Epoch,
    pub(super) feeds: Vec<Feed>,
    pub(super) log: Vec<crate::model::Save>,
    pub(super) times_told: usize,
    pub(super) chain: [u8; 32],
    /// How saves are taken: by number, else accepted.
    pub(super) verdicts: std::collections::BTreeMap<DeviceSeq, VerdictKind>,
    pub(super) items: Vec<(Feed, Item)>,
    pub(super) per_page: usize,
    pub(super) manifest: Option<(SignedManifest, Vec<String>)>,
    pub(super) device_key: Vec<u8>,
    /// The bytes of pages that each question asked for.
    pub(super) budgets: Vec<u32>,
    /// What it says that its feeds carry.
    pub(super) ends: Vec<FeedEnd>,
    /// What the last question said of feeds that differ.
    pub(super) apart: Vec<FeedEnd>,
    /// How often a feed was asked for from its beginning because it differed.
    pub(super) begun: usize,
    /// What its clock shows.
    pub(super) now: i64,
    /// Whether it hands out its first document whatever is asked for.
    pub(super) any_document: bool,
}

pub(super) struct Link {
    pub(super) server: Mutex<Server>,
    pub(super) faults: Mutex<VecDeque<Fault>>,
}

pub(super) fn feed(compartment: &str) -> Feed {
    format!("{VILLAGE}/{compartment}").parse().unwrap()
}

pub(super) fn epoch(n: u8) -> Epoch {
    Epoch::from_uuid(uuid::Uuid::from_bytes([n; 16]))
}

impl Server {
    pub(super) fn verdict(&self, seq: DeviceSeq) -> Verdict {
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

    pub(super) fn answer(&mut self, request: SyncRequest) -> Result<SyncReply, WireRefusal> {
        self.apart = request.apart.clone();
        self.begun += request.again.len();
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
        let (mut pages, mut more) = self.pages(&request.cursors, foreign);
        self.budgets.push(request.budget_bytes);
        if request.budget_bytes == 0 {
            more |= pages.iter().any(|page| !page.items.is_empty());
            pages.clear();
        }
        let message = acknowledgement_message(self.epoch, device(ME), through);
        let news = |m: &SignedManifest| {
            serde_json::from_str::<Manifest>(&m.body).unwrap().number != request.manifest
        };
        Ok(SyncReply {
            version: VERSION,
            epoch: self.epoch,
            server_millis: self.now,
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
            snapshots: Vec::new(),
            last_syncs: vec![],
            ahead: None,
            digests: self.ends.clone(),
        })
    }

    /// Publishes documents under a manifest of this number.
    pub(super) fn publish(&mut self, number: u64, texts: &[&str]) -> Manifest {
        let documents = texts.iter().map(|text| DocumentRef {
            kind: DocumentKind::Form,
            id: "form".into(),
            version: "1".into(),
            hash: content_hash(text.as_bytes()),
            length: text.len() as u64,
            active: true,
        });
        let manifest = Manifest {
            number,
            documents: documents.collect(),
            demo: false,
        };
        let body = serde_json::to_string(&manifest).unwrap();
        let signature = hex::encode(self.key.sign(body.as_bytes()));
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.manifest = Some((SignedManifest { body, signature }, texts));
        manifest
    }

    pub(super) fn pages(
        &self,
        cursors: &[crate::wire::Cursor],
        foreign: bool,
    ) -> (Vec<Page>, bool) {
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
            retry_after_secs: None,
        };
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            Some(Fault::Unreachable) => return Err(LinkError::Unreachable),
            Some(Fault::Portal) => return Ok(page()),
            Some(Fault::Refuse(status, refusal)) => {
                return Ok(Answer {
                    status,
                    content_type: Some(CONTENT_TYPE.into()),
                    body: encode(&refusal).unwrap(),
                    retry_after_secs: Some(7),
                });
            }
            Some(Fault::PortalAsOurs) => {
                return Ok(Answer {
                    content_type: Some(CONTENT_TYPE.into()),
                    ..page()
                });
            }
            _ => {}
        }
        if call.path.starts_with(crate::wire::SAME_PATH) {
            // This server keeps no digests: it asks for the whole question.
            return Ok(Answer {
                status: 204,
                content_type: None,
                body: Vec::new(),
                retry_after_secs: None,
            });
        }
        let mut server = self.server.lock().unwrap();
        let (status, mut body) = match call.path.strip_prefix("/v1/documents/") {
            Some(hash) => {
                let all = &server.manifest.as_ref().unwrap().1;
                let first = server.any_document;
                let text = all
                    .iter()
                    .find(|t| first || content_hash(t.as_bytes()) == hash);
                (200, encode(text.unwrap()).unwrap())
            }
            None => {
                let request = unpack(call.body.as_ref().unwrap(), REPLY_LIMIT_BYTES).unwrap();
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
            retry_after_secs: None,
        })
    }
}

pub(super) struct World {
    pub(super) phone: Phone,
    pub(super) store: Store,
    pub(super) link: Link,
}

impl World {
    pub(super) fn new() -> World {
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
            budgets: vec![],
            ends: vec![],
            apart: vec![],
            begun: 0,
            now: 5_000,
            any_document: false,
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

    pub(super) fn server(&self) -> std::sync::MutexGuard<'_, Server> {
        self.link.server.lock().unwrap()
    }

    pub(super) fn fault(&self, fault: Fault) {
        self.link.faults.lock().unwrap().push_back(fault);
    }

    pub(super) fn sync(&self) -> Result<Tally, SyncError> {
        let limits = Limits {
            push_bytes: 2_000,
            page_bytes: 1 << 20,
        };
        let plan = Plan {
            limits,
            ..Plan::default()
        };
        run(
            &self.store,
            &self.phone.vault,
            &self.link,
            &plan,
            &mut |_| {},
        )
    }

    pub(super) fn save(&self, seq: u64) {
        append(&self.store, &person(seq, seq as u8, "测试")).unwrap();
    }

    /// An elder of another phone, in a feed at a place.
    pub(super) fn theirs(&self, compartment: &str, position: u64, n: u8, field: &str) {
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

    pub(super) fn states(&self) -> Vec<(u64, OwnState)> {
        let outbox = self.store.read::<_, StoreError>(|tx| tx.outbox()).unwrap();
        outbox.iter().map(|save| (save.seq, save.state)).collect()
    }

    pub(super) fn has(&self, n: u8, field: &str) -> bool {
        let found = self.store.read::<_, StoreError>(|tx| tx.record(record(n)));
        found.unwrap().is_some_and(|r| r.text(field).is_some())
    }
}
