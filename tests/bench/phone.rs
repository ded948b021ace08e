//! Our phone on the workload: the store that a phone has, the sync that it does.

use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Instant;
use tanfang_core::form::Form;
use tanfang_core::model::{
    Clock, Compartment, DeviceId, Envelope, Field, FormRef, Head, Hlc, Kind, Part, RecordId, RowId,
    Save, Value, WorkerId, Write,
};
use tanfang_core::store::{Enrolment, Store, StoreError, Together, Tx};
use tanfang_core::sync::{self, Plan, http::Http};
use tanfang_core::vault::{KeyPurpose, KeyVault, Secret};
use tanfang_core::wire::{EnrolRequest, VERSION};

use crate::counting::Counting;
use crate::device::{BenchClock, BenchRng, BenchVault};

const VISIT: &str = include_str!("form.md");
const HOUSEHOLD: &str = include_str!("household.md");
const BATCH: usize = 1000;

/// A phone's folder, open.
pub struct Phone {
    pub(crate) store: Store,
    vault: BenchVault,
    clock: BenchClock,
    rng: BenchRng,
}

/// What every save of a batch has in common.
pub(crate) struct Author {
    device: DeviceId,
    worker: WorkerId,
    form: FormRef,
    salt: Secret,
}

impl Phone {
    /// Opens the phone in `home`, a new one where there is none.
    pub fn open(home: &Path) -> Phone {
        std::fs::create_dir_all(home).expect("the folder can be made");
        let (vault, clock, rng) = (
            BenchVault::in_folder(home),
            BenchClock,
            BenchRng::seeded(home),
        );
        let store = Store::open(home, &vault, &clock, &rng).expect("the database opens");
        Phone {
            store,
            vault,
            clock,
            rng,
        }
    }

    /// Enrols and fetches what a phone needs before its first visit.
    pub fn enrol(&self, server: &str, code: &str) -> Json {
        let link = Http::new(server).expect("an address");
        let device = DeviceId::fresh(self.clock.now(), &self.rng);
        let request = EnrolRequest {
            version: VERSION,
            code: code.to_owned(),
            device,
            public_key: self.vault.public_key().expect("the vault is open"),
            algorithm: "ES256".to_owned(),
            salt_key: self.salt().expose().to_vec(),
            app: "bench".to_owned(),
            former: None,
            earlier: Vec::new(),
            agreement_key: None,
        };
        let reply = sync::enrol(&link, &request).expect("the server takes the code");
        let enrolment = Enrolment {
            server: server.to_owned(),
            device,
            worker: reply.worker,
            name: reply.name,
            county: reply.county,
            epoch: reply.epoch,
            token: reply.token,
            server_key: reply.server_key,
        };
        self.store
            .write::<_, StoreError>(|tx| tx.set_enrolment(&enrolment))
            .expect("the enrolment is kept");
        json!({ "device": device.to_string() })
    }

    /// Makes the households that the visits name.
    pub fn households(&self, visits: &Path) -> Json {
        let mut villages = BTreeMap::new();
        for fields in read(visits, Stretch::ALL) {
            villages.insert(text(&fields, "household"), text(&fields, "b_village"));
        }
        let homes: Vec<Part> = villages
            .into_iter()
            .map(|(id, village)| {
                let id = id.parse().expect("a household has an id");
                beginning(id, Kind::HOUSEHOLD, self.home(&village))
            })
            .collect();
        let count = self.append(&self.author(HOUSEHOLD), homes);
        json!({ "households": count })
    }

    /// Stores visits, a thousand in each transaction.
    #[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
    pub fn create(&self, visits: &Path, which: Stretch) -> Json {
        let author = self.author(VISIT);
        let start = Instant::now();
        let count = self.append(&author, read(visits, which).map(visit));
        let seconds = start.elapsed().as_secs_f64();
        self.store
            .checkpoint()
            .expect("the journal goes into the file");
        json!({ "seconds": seconds, "visits": count })
    }

    /// What a phone packs together at the end of its syncs, once thirty days have passed.
    pub fn month(&self) -> Json {
        let cut = Together {
            after_millis: 0,
            ..Together::default()
        };
        let pack = || {
            self.store
                .write::<_, StoreError>(|tx| tx.keep_together(cut))
        };
        let packed = std::iter::from_fn(|| Some(pack().expect("it packs")).filter(|n| *n > 0));
        let packed: u64 = packed.sum();
        self.store.give_back_space().expect("pages are given back");
        self.store
            .checkpoint()
            .expect("the journal goes into the file");
        json!({ "packed": packed })
    }

    /// Talks with the server until nothing remains.
    #[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
    pub fn sync(&self) -> Json {
        let server = self
            .store
            .read::<_, StoreError>(|tx| Ok(tx.enrolled()?.server));
        let start = Instant::now();
        let http = Http::new(&server.expect("the phone is enrolled")).expect("an address");
        let link = Counting::over(http);
        let done = sync::run(
            &self.store,
            &self.vault,
            &link,
            &Plan::default(),
            &mut |_| {},
        );
        let seconds = start.elapsed().as_secs_f64();
        self.store
            .checkpoint()
            .expect("the journal goes into the file");
        let outbox = self
            .store
            .read::<_, StoreError>(|tx| Ok(tx.outbox()?.len()));
        let mut report = json!({
            "seconds": seconds,
            "not_accepted": outbox.expect("the outbox is read"),
            "bodies_up": link.up(),
            "unheard": link.unheard(),
        });
        match done {
            Ok(tally) => {
                report["sent"] = tally.sent.into();
                report["received"] = tally.received.into();
                report["turns"] = tally.turns.into();
            }
            Err(problem) => report["broken"] = problem.to_string().into(),
        }
        report
    }

    fn home(&self, village: &str) -> Vec<Write> {
        let row = RowId::fresh(self.clock.now(), &self.rng);
        let residence = Field::in_row("residence", row, "area").expect("a field's name");
        let named = |name: &str| Field::parse(name).expect("a field's name");
        let fields = [named("home_division"), Field::area(), residence];
        fields.map(|field| first(field, village)).into()
    }

    /// A save for each part, a thousand in each transaction.
    pub(crate) fn append(&self, author: &Author, parts: impl IntoIterator<Item = Part>) -> usize {
        let mut parts = parts.into_iter().peekable();
        let mut count = 0;
        while parts.peek().is_some() {
            let batch: Vec<Part> = parts.by_ref().take(BATCH).collect();
            count += batch.len();
            let written = self.store.write::<_, StoreError>(|tx| {
                batch
                    .into_iter()
                    .try_for_each(|part| self.append_one(tx, author, part))
            });
            written.expect("the batch is stored");
        }
        count
    }

    fn append_one(&self, tx: &Tx<'_>, author: &Author, part: Part) -> Result<(), StoreError> {
        let (tip, now) = (tx.tip()?, self.clock.now());
        let head = Head {
            device: author.device,
            seq: tip.seq + 1,
        };
        let subject = part.record;
        let envelope = Envelope {
            head,
            stamp: Hlc::next(tip.stamp, now, author.device),
            wall: now,
            monotonic_millis: self.clock.monotonic_millis(),
            last_server_millis: None,
            author: author.worker,
            role: "township_civil".to_owned(),
            form: Some(author.form.clone()),
            app: "bench".to_owned(),
        };
        let save = Save {
            envelope,
            parts: vec![part],
        };
        tx.append(&save, subject, &author.salt)
    }

    /// Who writes with the form of the visits.
    pub(crate) fn visitor(&self) -> Author {
        self.author(VISIT)
    }

    fn author(&self, source: &str) -> Author {
        let form = Form::compile(source).expect("the bench's form compiles");
        let enrolment = self.store.read::<_, StoreError>(|tx| tx.enrolled());
        let enrolment = enrolment.expect("the phone is enrolled");
        Author {
            device: enrolment.device,
            worker: enrolment.worker,
            form: FormRef {
                id: form.id().to_owned(),
                version: form.version().to_owned(),
                hash: form.hash().to_owned(),
            },
            salt: self.salt(),
        }
    }

    fn salt(&self) -> Secret {
        let salt = self.vault.key(KeyPurpose::Salt).expect("the vault is open");
        salt.expect("the bench's vault has every key")
    }
}

/// Which lines of a workload.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// How many come before.
    pub from: usize,
    /// How many at most.
    pub count: usize,
}

impl Stretch {
    /// Every line.
    pub const ALL: Stretch = Stretch {
        from: 0,
        count: usize::MAX,
    };
}

/// The visits of a stretch of the workload, each an object of texts.
pub fn read(visits: &Path, which: Stretch) -> impl Iterator<Item = Map<String, Json>> {
    let file = std::fs::File::open(visits).expect("the workload is there");
    let lines = BufReader::new(file).lines();
    let lines = lines.skip(which.from).take(which.count);
    lines.map(|line| serde_json::from_str(&line.expect("the workload is text")).expect("JSON"))
}

/// One of the texts.
pub fn text(fields: &Map<String, Json>, name: &str) -> String {
    fields[name]
        .as_str()
        .expect("every field is text")
        .to_owned()
}

/// A visit as the part of a save.
pub fn visit(fields: Map<String, Json>) -> Part {
    let id = text(&fields, "id").parse().expect("a visit has an id");
    let writes = fields
        .iter()
        .filter(|(name, value)| *name != "id" && value.as_str() != Some(""))
        .map(|(name, value)| {
            let field = Field::parse(name).expect("a field's name");
            first(field, value.as_str().unwrap_or_default())
        })
        .collect();
    beginning(id, Kind::VISIT, writes)
}

/// The part that makes a record.
pub fn beginning(record: RecordId, kind: Kind, writes: Vec<Write>) -> Part {
    Part {
        record,
        kind,
        compartment: Compartment::Contact,
        begins: true,
        row: None,
        writes,
    }
}

/// A field that nobody wrote before.
pub fn first(field: Field, text: &str) -> Write {
    Write {
        field,
        value: Value::text(text),
        seen: Vec::new(),
        calculated: false,
    }
}
