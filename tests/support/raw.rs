//! A phone whose owner writes its messages by hand: what no app of ours would send.

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use tanfang_core::model::{
    Compartment, DeviceId, Envelope, Epoch, Field, FormRef, Head, Hlc, Kind, Manifest, Part,
    RecordId, Rng, Save, Value, WallTime, WorkerId, Write,
};
use tanfang_core::vault::{Secret, SoftwareKey};
use tanfang_core::wire::{
    ChainHead, EnrolReply, EnrolRequest, Push, SyncReply, SyncRequest, VERSION, Verdict,
    VerdictKind, WireRefusal, decode, encode, link_save, push_message,
};

use crate::world::{World, must, word};

/// The moment of every hand-made save: 2024-06-24T08:00:00+08:00.
pub const MORNING: i64 = 1_719_187_200_000;
const LIMIT: u64 = 64 << 20;

/// Chances that differ from call to call and not from run to run.
pub struct Counted(AtomicU64);

impl From<u64> for Counted {
    fn from(seed: u64) -> Self {
        Counted(seed.into())
    }
}

impl Rng for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (x >> 56) as u8;
        }
    }
}

/// A hand-made phone.
pub struct Raw {
    /// Where the server listens.
    pub address: String,
    /// The phone's id.
    pub device: DeviceId,
    /// Whose phone it is.
    pub worker: WorkerId,
    /// Its session.
    pub token: String,
    /// What it has made.
    pub saves: Vec<Save>,
    /// The server's history, once it was told.
    pub epoch: Option<Epoch>,
    key: SoftwareKey,
    salt: Secret,
    chance: Counted,
}

/// Status and body of an answer.
pub fn http(address: &str, head: &str, body: &[u8]) -> (u16, Vec<u8>) {
    answer_of(asked(address, head, body.len(), body))
}

/// Status and body of the answer to a body that is announced and never sent.
pub fn http_announced(address: &str, head: &str, length: usize) -> (u16, Vec<u8>) {
    let mut link = asked(address, head, length, &[]);
    // The answer comes first; then the server is told that nothing will follow.
    let mut first = [0];
    let read = link.read(&mut first).expect("an answer before the body");
    let _ = link.shutdown(Shutdown::Write);
    let mut rest = Vec::new();
    let _ = link.read_to_end(&mut rest);
    answer_of_bytes([&first[..read], &rest].concat())
}

fn asked(address: &str, head: &str, length: usize, body: &[u8]) -> TcpStream {
    let mut link = TcpStream::connect(address).expect("the server still listens");
    link.set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a link that is not waited for without end");
    let head =
        format!("{head}\r\nHost: county\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    // A server that refuses early closes before all is written: its answer is read all the same.
    let _ = link.write_all(head.as_bytes());
    let _ = link.write_all(body);
    link
}

fn answer_of(mut link: TcpStream) -> (u16, Vec<u8>) {
    let mut answer = Vec::new();
    let _ = link.read_to_end(&mut answer);
    answer_of_bytes(answer)
}

fn answer_of_bytes(mut answer: Vec<u8>) -> (u16, Vec<u8>) {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n");
    let Some(end) = end else { return (0, answer) };
    let status = String::from_utf8_lossy(&answer[..end])
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    (status, answer.split_off(end + 4))
}

/// A part by hand.
pub fn part(
    record: RecordId,
    kind: Kind,
    compartment: Compartment,
    begins: bool,
    fields: &[(&str, &str)],
) -> Part {
    let writes = fields.iter().map(|(field, value)| Write {
        field: Field::parse(field).expect("a field's name"),
        value: Value::text(*value),
        seen: Vec::new(),
        calculated: false,
    });
    Part {
        record,
        kind,
        compartment,
        begins,
        row: None,
        writes: writes.collect(),
    }
}

impl Raw {
    /// A hand-made phone of a new worker, enrolled.
    pub fn enrol(world: &World, now: &str, name: &str, role: &str, area: &str) -> Raw {
        let given = must(world.county.verb(
            now,
            &["enrol", "--name", name, "--role", role, "--area", area],
        ));
        Raw::with_code(world, &word(&given, "code"), name)
    }

    /// A hand-made phone that types this code.
    pub fn with_code(world: &World, code: &str, name: &str) -> Raw {
        let seed = name
            .bytes()
            .fold(7u64, |s, b| s.wrapping_mul(131) ^ u64::from(b));
        let chance = Counted(seed.into());
        let key = SoftwareKey::from_secret(&Secret::fresh(&chance)).expect("a key");
        let salt = Secret::fresh(&chance);
        let device = DeviceId::fresh(WallTime::beijing(MORNING), &chance);
        let address = world.link.url().replace("http://", "");
        let request = EnrolRequest {
            version: VERSION,
            code: code.to_owned(),
            device,
            public_key: key.public(),
            algorithm: "ES256".into(),
            salt_key: salt.expose().to_vec(),
            app: "by hand".into(),
            former: None,
            earlier: Vec::new(),
            agreement_key: None,
        };
        let reply: EnrolReply = call(&address, "/v1/enrol", "", &request).expect("enrolled");
        Raw {
            address,
            device,
            worker: reply.worker,
            token: reply.token,
            saves: Vec::new(),
            epoch: None,
            key,
            salt,
            chance,
        }
    }

    /// Its public signing key.
    pub fn public_key(&self) -> Vec<u8> {
        self.key.public()
    }

    /// A new id.
    pub fn id(&self) -> RecordId {
        RecordId::fresh(WallTime::beijing(MORNING), &self.chance)
    }

    /// Makes a save.
    pub fn save(&mut self, form: Option<&FormRef>, parts: Vec<Part>) -> &mut Save {
        let seq = self.saves.len() as u64 + 1;
        let head = Head {
            device: self.device,
            seq,
        };
        let envelope = Envelope {
            head,
            stamp: Hlc {
                millis: MORNING,
                counter: 0,
                device: self.device,
            },
            wall: WallTime::beijing(MORNING),
            monotonic_millis: 0,
            last_server_millis: None,
            author: self.worker,
            role: "village_committee".into(),
            form: form.cloned(),
            app: "by hand".into(),
        };
        self.saves.push(Save { envelope, parts });
        let at = self.saves.len() - 1;
        &mut self.saves[at]
    }

    /// What it has from a number on, signed.
    pub fn push_from(&self, from: u64) -> Push {
        let mut chain: ChainHead = [0; 32];
        for save in &self.saves {
            chain = link_save(&chain, save, &self.salt);
        }
        let last = self.saves.len() as u64;
        Push {
            from,
            saves: self.saves[from as usize - 1..].to_vec(),
            signature: self.key.sign(&push_message(self.device, last, &chain)),
        }
    }

    /// A request that says nothing yet.
    pub fn request(&self, push: Option<Push>) -> SyncRequest {
        SyncRequest {
            version: VERSION,
            epoch: self.epoch,
            push,
            highest: self.saves.len() as u64,
            waiting: Vec::new(),
            acknowledged: None,
            cursors: Vec::new(),
            manifest: 0,
            manifest_hash: None,
            last_syncs_after: 0,
            budget_bytes: 8 << 20,
            again: Vec::new(),
            apart: Vec::new(),
        }
    }

    /// Asks.
    pub fn ask(&self, request: &SyncRequest) -> Result<SyncReply, WireRefusal> {
        call(&self.address, "/v1/sync", &self.token, request)
    }

    /// Sends the last save and tells how it stands.
    #[track_caller]
    pub fn verdict(&self) -> VerdictKind {
        let last = self.saves.len() as u64;
        let told = self.ask(&self.request(Some(self.push_from(last))));
        let verdicts: Vec<Verdict> = told.expect("an answer").verdicts;
        let own = verdicts.into_iter().find(|verdict| verdict.seq == last);
        own.expect("a verdict").verdict
    }

    /// The published forms by id, as the signed list has them.
    pub fn forms(&self) -> BTreeMap<String, FormRef> {
        let reply = self.ask(&self.request(None)).expect("an answer");
        let body = reply.manifest.expect("a manifest").body;
        let manifest: Manifest = serde_json::from_str(&body).expect("a manifest's shape");
        let forms = manifest.documents.into_iter().map(|listed| {
            let form = FormRef {
                id: listed.id.clone(),
                version: listed.version,
                hash: listed.hash,
            };
            (listed.id, form)
        });
        forms.collect()
    }

    /// Everything that the server gives it, unpacked, as text to be searched.
    pub fn everything(&self) -> String {
        let reply = self.ask(&self.request(None)).expect("an answer");
        format!("{reply:?}")
    }
}

fn call<Q: Serialize, A: DeserializeOwned>(
    address: &str,
    path: &str,
    token: &str,
    message: &Q,
) -> Result<A, WireRefusal> {
    let body = encode(message).expect("packed");
    let head = format!("POST {path} HTTP/1.1\r\nAuthorization: Bearer {token}");
    let (status, answer) = http(address, &head, &body);
    match status {
        200 => Ok(decode(&answer, LIMIT).expect("a reply's shape")),
        _ => Err(decode(&answer, LIMIT).unwrap_or_else(|e| panic!("status {status}: {e}"))),
    }
}
