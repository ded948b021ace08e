//! A county in one process: the real server's mind, real stores and the real sync, with nothing between
//! them but a function. So something can happen at exactly one exchange of a conversation.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tanfang_core::form::Form;
use tanfang_core::model::{
    Clock, Compartment, DeviceId, Envelope, FormRef, Head, Hlc, Kind, Part, RecordId, Save,
    WallTime, WorkerId,
};
use tanfang_core::store::{Enrolment, Store, StoreError};
use tanfang_core::sync::{self, Answer, Call, LinkError, Plan, SyncError, Tally, Transport};
use tanfang_core::vault::{KeyPurpose, KeyVault, Secret, SoftwareKey, VaultError};
use tanfang_core::wire::{
    CONTENT_TYPE, EnrolRequest, REQUEST_LIMIT_BYTES, SAME_PATH, SameQuestion, VERSION, WireRefusal,
    encode, pack, unpack,
};
use tanfang_server::Server;
use tanfang_server::engine::{OwnSave, Request, Response};
use tanfang_server::store::StoreError as ServerError;

use crate::raw::{Counted, MORNING, part};

/// A clock that only the test moves.
pub struct Still(AtomicI64);

impl Clock for Still {
    fn now(&self) -> WallTime {
        WallTime::beijing(self.0.load(Ordering::Relaxed))
    }
    fn monotonic_millis(&self) -> u64 {
        0
    }
}

/// A county's server, and the folder of everybody's data.
pub struct Inside {
    server: Mutex<Server>,
    clock: Arc<Still>,
    chance: Arc<Counted>,
    dir: tempfile::TempDir,
}

/// The keys of a phone, in memory.
pub struct Keys {
    root: Secret,
    signing: SoftwareKey,
}

impl KeyVault for Keys {
    fn key(&self, purpose: KeyPurpose) -> Result<Option<Secret>, VaultError> {
        Ok(Some(self.root.derive(purpose.as_str())))
    }
    fn keep(&self, _: KeyPurpose, _: &Secret) -> Result<(), VaultError> {
        Err(VaultError::Broken)
    }
    fn public_key(&self) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.public())
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.sign(message))
    }
}

impl Keys {
    /// What salts the phone's chain.
    pub fn salt(&self) -> Secret {
        self.root.derive(KeyPurpose::Salt.as_str())
    }
}

/// A phone: its store, its keys, whose it is.
pub struct Pocket {
    /// Its store.
    pub store: Store,
    /// Its keys.
    pub keys: Keys,
    /// As which device it is enrolled.
    pub device: DeviceId,
    /// Whose it is.
    pub worker: WorkerId,
    role: &'static str,
    home: PathBuf,
}

/// When something happens in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the server hears the question of this number, from 0.
    Before(u32),
    /// After the server answered it, before the phone hears the answer.
    After(u32),
}

impl Inside {
    /// A county with these forms.
    pub fn with_forms(sources: &[&str]) -> Inside {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(Still(AtomicI64::new(MORNING)));
        let chance = Arc::new(Counted::from(5));
        let home = dir.path().join("server");
        let mut server =
            Server::init(&home, true, clock.clone(), chance.clone()).expect("a server");
        for source in sources {
            let form = Form::compile(source).expect("the form compiles");
            let published = server.write(|turn| turn.publish_form(&form, source));
            published.expect("the form is published");
        }
        Inside {
            server: Mutex::new(server),
            clock,
            chance,
            dir,
        }
    }

    /// The server.
    pub fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// The server's folder.
    pub fn server_home(&self) -> PathBuf {
        self.dir.path().join("server")
    }

    /// A new id.
    pub fn id(&self) -> RecordId {
        RecordId::fresh(self.clock.now(), &*self.chance)
    }

    /// The published form of this id.
    pub fn form(&self, id: &str) -> FormRef {
        let listed = self.server().read(|turn| turn.manifest());
        let listed = listed.expect("a list");
        let found = listed.documents.iter().find(|of| of.id == id && of.active);
        let found = found.expect("the form is listed").clone();
        FormRef {
            id: found.id,
            version: found.version,
            hash: found.hash,
        }
    }

    /// The office writes.
    pub fn own(&self, part: Part) {
        let own = OwnSave {
            role: "administrator",
            form: None,
            parts: vec![part],
        };
        let wrote: Result<Head, ServerError> = self.server().write(|turn| turn.write_own(own));
        wrote.expect("the office writes");
    }

    /// Somebody new, with a role over an area and an enrolled phone; and the right's record.
    pub fn worker(&self, name: &'static str, role: &'static str, area: &str) -> (Pocket, RecordId) {
        let (worker, right) = (self.id().worker(), self.id());
        let of = Compartment::Roster;
        let named = [("name", name)];
        self.own(part(worker.record(), Kind::WORKER, of, true, &named));
        let id = worker.to_string();
        let given = [("worker", id.as_str()), ("role", role), ("area", area)];
        self.own(part(right, Kind::ASSIGNMENT, of, true, &given));
        (self.enrol(name, role, worker), right)
    }

    fn enrol(&self, name: &'static str, role: &'static str, worker: WorkerId) -> Pocket {
        let root = Secret::fresh(&*self.chance);
        let signing = SoftwareKey::from_secret(&root.derive("signing")).expect("a key");
        let keys = Keys { root, signing };
        let home = self.dir.path().join(name);
        let store = Store::open(&home, &keys, &*self.clock, &*self.chance).expect("a store");
        let code: Result<String, ServerError> = self.server().write(|turn| turn.give_code(worker));
        let device = DeviceId::fresh(self.clock.now(), &*self.chance);
        let request = EnrolRequest {
            version: VERSION,
            code: code.expect("a code"),
            device,
            public_key: keys.signing.public(),
            algorithm: "ES256".into(),
            salt_key: keys.salt().expose().to_vec(),
            app: "inside".into(),
            former: None,
            earlier: Vec::new(),
            agreement_key: None,
        };
        let Response::Enrolled(reply) = self.server().handle(Request::Enrol(request)) else {
            panic!("{name} is not enrolled");
        };
        let enrolment = Enrolment {
            server: "http://county".into(),
            device,
            worker,
            name: reply.name,
            county: reply.county,
            epoch: reply.epoch,
            token: reply.token,
            server_key: reply.server_key,
        };
        let kept = store.write::<_, StoreError>(|tx| {
            tx.set_enrolment(&enrolment)?;
            tx.set_server_millis(reply.server_millis)
        });
        kept.expect("the enrolment is kept");
        Pocket {
            store,
            keys,
            device,
            worker,
            role,
            home,
        }
    }

    /// A worker presses the button.
    pub fn saves(&self, phone: &Pocket, form: Option<FormRef>, parts: Vec<Part>) {
        self.clock.0.fetch_add(1_000, Ordering::Relaxed);
        let now = self.clock.now();
        let saved = phone.store.write::<_, StoreError>(|tx| {
            let tip = tx.tip()?;
            let head = Head {
                device: phone.device,
                seq: tip.seq + 1,
            };
            let save = Save {
                envelope: Envelope {
                    head,
                    stamp: Hlc::next(tip.stamp, now, phone.device),
                    wall: now,
                    monotonic_millis: 0,
                    last_server_millis: tx.server_millis()?,
                    author: phone.worker,
                    role: phone.role.to_owned(),
                    form,
                    app: "inside".to_owned(),
                },
                parts,
            };
            tx.append(&save, save.parts[0].record, &phone.keys.salt())
        });
        saved.expect("it is saved");
    }

    /// A whole sync, in which something may happen at each moment.
    ///
    /// # Errors
    /// Those of the sync.
    pub fn sync(
        &self,
        phone: &Pocket,
        plan: &Plan,
        happens: &(dyn Fn(Moment) + Sync),
    ) -> Result<Tally, SyncError> {
        let link = Between {
            county: self,
            happens,
            asked: Mutex::new(0),
        };
        sync::run(&phone.store, &phone.keys, &link, plan, &mut |_| {})
    }

    /// The same, in which nothing happens and which comes to its end.
    pub fn sync_whole(&self, phone: &Pocket) {
        let done = self.sync(phone, &Plan::default(), &|_| {});
        assert!(done.expect("a sync").complete);
    }

    fn answer(&self, call: &Call) -> Answer {
        let token = call.token.clone().unwrap_or_default();
        let last = call.path.rsplit('/').next().unwrap_or_default().to_owned();
        let same = call.path.strip_prefix(SAME_PATH);
        let same = same.and_then(SameQuestion::parse);
        let request = match (&call.body, same) {
            (Some(body), _) => Request::Sync {
                token: token.clone(),
                body: Box::new(unpack(body, REQUEST_LIMIT_BYTES).expect("a question")),
            },
            (None, Some(question)) => Request::Same {
                token: token.clone(),
                question,
            },
            (None, None) if call.path.starts_with("/v1/documents/") => Request::Document {
                token: token.clone(),
                hash: last,
            },
            (None, None) => Request::SnapshotPart {
                token: token.clone(),
                hash: last,
            },
        };
        match (self.server().handle(request), same) {
            (Response::Synced(reply), _) => whole(pack(*reply).expect("an answer")),
            (Response::Document(body), _) => whole(encode(&body).expect("a document")),
            (Response::SnapshotPart(body), _) => whole(body),
            (Response::Same(Some(answer)), Some(question)) => whole(answer.seal(&token, &question)),
            (Response::Same(_), _) => Answer {
                status: 204,
                ..whole(Vec::new())
            },
            (Response::Refused(refusal), _) => Answer {
                status: match refusal {
                    WireRefusal::SignedOut => 401,
                    WireRefusal::Revoked => 403,
                    _ => 400,
                },
                ..whole(encode(&refusal).expect("a refusal"))
            },
            (other, _) => panic!("{other:?}"),
        }
    }
}

impl Pocket {
    /// The folder of its database.
    pub fn folder(&self) -> PathBuf {
        self.home.join("store")
    }
}

fn whole(body: Vec<u8>) -> Answer {
    Answer {
        status: 200,
        content_type: Some(CONTENT_TYPE.to_owned()),
        body,
        retry_after_secs: None,
    }
}

struct Between<'c> {
    county: &'c Inside,
    happens: &'c (dyn Fn(Moment) + Sync),
    asked: Mutex<u32>,
}

impl Transport for Between<'_> {
    fn exchange(&self, call: &Call) -> Result<Answer, LinkError> {
        let mut asked = self.asked.lock().unwrap_or_else(|e| e.into_inner());
        (self.happens)(Moment::Before(*asked));
        let answer = self.county.answer(call);
        (self.happens)(Moment::After(*asked));
        *asked += 1;
        Ok(answer)
    }
}
