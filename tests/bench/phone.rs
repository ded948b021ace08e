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
use tanfang_core::store::{Enrolment, Store, StoreError};
use tanfang_core::sync::{self, Plan, http::Http};
use tanfang_core::vault::{KeyPurpose, KeyVault, Secret};
use tanfang_core::wire::{EnrolRequest, VERSION};

use crate::device::{BenchClock, BenchRng, BenchVault};

const VISIT: &str = include_str!("form.md");
const HOUSEHOLD: &str = include_str!("household.md");
const BATCH: usize = 1000;

/// A phone's folder, open.
pub struct Phone {
    store: Store,
    vault: BenchVault,
    clock: BenchClock,
    rng: BenchRng,
}

/// What every save of a batch has in common.
struct Author {
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
        for fields in read(visits) {
            villages.insert(text(&fields, "household"), text(&fields, "b_village"));
        }
        let homes: Vec<(RecordId, Vec<Write>)> = villages
            .into_iter()
            .map(|(id, village)| {
                (
                    id.parse().expect("a household has an id"),
                    self.home(&village),
                )
            })
            .collect();
        let author = self.author(HOUSEHOLD);
        for batch in homes.chunks(BATCH) {
            self.append(&author, &Kind::HOUSEHOLD, batch);
        }
        json!({ "households": homes.len() })
    }

    /// Stores all visits, a thousand in each transaction.
    #[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
    pub fn create(&self, visits: &Path) -> Json {
        let author = self.author(VISIT);
        let start = Instant::now();
        let mut count = 0;
        let mut batch = Vec::with_capacity(BATCH);
        for fields in read(visits) {
            batch.push(visit(fields));
            if batch.len() == BATCH {
                count += self.append(&author, &Kind::VISIT, &batch);
                batch.clear();
            }
        }
        count += self.append(&author, &Kind::VISIT, &batch);
        let seconds = start.elapsed().as_secs_f64();
        self.store
            .checkpoint()
            .expect("the journal goes into the file");
        json!({ "seconds": seconds, "visits": count })
    }

    /// Talks with the server until nothing remains.
    #[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
    pub fn sync(&self) -> Json {
        let server = self
            .store
            .read::<_, StoreError>(|tx| Ok(tx.enrolled()?.server));
        let start = Instant::now();
        let link = Http::new(&server.expect("the phone is enrolled")).expect("an address");
        let tally = sync::run(
            &self.store,
            &self.vault,
            &link,
            &Plan::default(),
            &mut |_| {},
        )
        .expect("the conversation ends well");
        let seconds = start.elapsed().as_secs_f64();
        self.store
            .checkpoint()
            .expect("the journal goes into the file");
        let outbox = self
            .store
            .read::<_, StoreError>(|tx| Ok(tx.outbox()?.len()));
        json!({
            "seconds": seconds,
            "turns": tally.turns,
            "sent": tally.sent,
            "received": tally.received,
            "not_accepted": outbox.expect("the outbox is read"),
        })
    }

    fn home(&self, village: &str) -> Vec<Write> {
        let row = RowId::fresh(self.clock.now(), &self.rng);
        let residence = Field::in_row("residence", row, "area").expect("a field's name");
        let named = |name: &str| Field::parse(name).expect("a field's name");
        let fields = [named("home_division"), Field::area(), residence];
        fields.map(|field| first(field, village)).into()
    }

    /// One transaction.
    fn append(&self, author: &Author, kind: &Kind, batch: &[(RecordId, Vec<Write>)]) -> usize {
        let written = self.store.write::<_, StoreError>(|tx| {
            for (record, writes) in batch {
                let (tip, now) = (tx.tip()?, self.clock.now());
                let head = Head {
                    device: author.device,
                    seq: tip.seq + 1,
                };
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
                let part = Part {
                    record: *record,
                    kind: kind.clone(),
                    compartment: Compartment::Contact,
                    begins: true,
                    row: None,
                    writes: writes.clone(),
                };
                tx.append(
                    &Save {
                        envelope,
                        parts: vec![part],
                    },
                    *record,
                    &author.salt,
                )?;
            }
            Ok(())
        });
        written.expect("the batch is stored");
        batch.len()
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

fn read(visits: &Path) -> impl Iterator<Item = Map<String, Json>> {
    let file = std::fs::File::open(visits).expect("the workload is there");
    let lines = BufReader::new(file).lines();
    lines.map(|line| serde_json::from_str(&line.expect("the workload is text")).expect("JSON"))
}

fn text(fields: &Map<String, Json>, name: &str) -> String {
    fields[name]
        .as_str()
        .expect("every field is text")
        .to_owned()
}

fn visit(fields: Map<String, Json>) -> (RecordId, Vec<Write>) {
    let id = text(&fields, "id").parse().expect("a visit has an id");
    let writes = fields
        .iter()
        .filter(|(name, value)| *name != "id" && value.as_str() != Some(""))
        .map(|(name, value)| {
            let field = Field::parse(name).expect("a field's name");
            first(field, value.as_str().unwrap_or_default())
        })
        .collect();
    (id, writes)
}

fn first(field: Field, text: &str) -> Write {
    Write {
        field,
        value: Value::text(text),
        seen: Vec::new(),
        calculated: false,
    }
}
