//! A phone for tests: a vault in memory, a clock that is moved, chance from a seed.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use rusqlite::types::Value as Cell;
use tempfile::TempDir;
use uuid::Uuid;

use crate::model::{
    AreaCode, Clock, Compartment, DeviceId, Envelope, Epoch, Field, Head, Hlc, Kind, Origin, Part,
    RecordId, Rng, Save, Value, WallTime, WorkerId, Write,
};
use crate::store::{Enrolment, ServerHas, Store, StoreError};
use crate::vault::{KeyPurpose, KeyVault, Secret, SoftwareKey, VaultError};

pub(crate) struct MovedClock(pub(crate) AtomicI64);

impl Clock for MovedClock {
    fn now(&self) -> WallTime {
        WallTime::beijing(self.0.load(Ordering::Relaxed))
    }
    fn monotonic_millis(&self) -> u64 {
        0
    }
}

/// SplitMix64 (Steele et al. 2014).
pub(crate) struct Seeded(pub(crate) AtomicU64);

impl Rng for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self
                .0
                .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
                .wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_be_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) struct MemoryVault {
    keys: Mutex<HashMap<KeyPurpose, Secret>>,
    signing: SoftwareKey,
}

impl MemoryVault {
    pub(crate) fn new() -> Self {
        let secret = Secret::from_slice(&[7; 32]).unwrap();
        Self {
            keys: Mutex::default(),
            signing: SoftwareKey::from_secret(&secret).unwrap(),
        }
    }
}

impl KeyVault for MemoryVault {
    fn key(&self, purpose: KeyPurpose) -> Result<Option<Secret>, VaultError> {
        Ok(self.keys.lock().unwrap().get(&purpose).cloned())
    }
    fn keep(&self, purpose: KeyPurpose, key: &Secret) -> Result<(), VaultError> {
        self.keys.lock().unwrap().insert(purpose, key.clone());
        Ok(())
    }
    fn public_key(&self) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.public())
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.sign(message))
    }
}

pub(crate) struct Phone {
    pub(crate) dir: TempDir,
    pub(crate) vault: MemoryVault,
    pub(crate) clock: MovedClock,
    pub(crate) rng: Seeded,
}

pub(crate) fn salt() -> Secret {
    Secret::from_slice(&[3; 32]).unwrap()
}

pub(crate) fn device(n: u8) -> DeviceId {
    DeviceId::from_uuid(Uuid::from_bytes([n; 16]))
}

pub(crate) fn record(n: u8) -> RecordId {
    RecordId::from_uuid(Uuid::from_bytes([n; 16]))
}

pub(crate) const ME: u8 = 1;
pub(crate) const VILLAGE: &str = "530999201201";

pub(crate) fn enrolment(server_key: Vec<u8>) -> Enrolment {
    Enrolment {
        server: "http://127.0.0.1:1".into(),
        device: device(ME),
        worker: WorkerId::from_uuid(Uuid::from_bytes([9; 16])),
        name: "测试甲".into(),
        county: "530999".parse::<AreaCode>().unwrap(),
        epoch: Epoch::from_uuid(Uuid::from_bytes([5; 16])),
        token: "token".into(),
        server_key,
    }
}

impl Phone {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            vault: MemoryVault::new(),
            clock: MovedClock(AtomicI64::new(1_715_304_600_000)),
            rng: Seeded(AtomicU64::new(1)),
        }
    }

    pub(crate) fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(self.dir.path(), &self.vault, &self.clock, &self.rng)
    }

    pub(crate) fn open(&self) -> Store {
        self.try_open().unwrap()
    }
}

pub(crate) fn envelope(device_n: u8, seq: u64) -> Envelope {
    let device = device(device_n);
    let wall = WallTime::beijing(1_715_304_600_000 + seq as i64);
    Envelope {
        head: Head { device, seq },
        stamp: Hlc {
            millis: wall.millis,
            counter: 0,
            device,
        },
        wall,
        monotonic_millis: 5,
        last_server_millis: None,
        author: WorkerId::from_uuid(Uuid::from_bytes([9; 16])),
        role: "village_committee".into(),
        form: None,
        app: "test".into(),
    }
}

pub(crate) fn write(field: &str, value: &str, seen: &[Head]) -> Write {
    Write {
        field: Field::parse(field).unwrap(),
        value: Value::text(value),
        seen: seen.to_vec(),
        calculated: field == "health",
    }
}

pub(crate) fn part(
    record: RecordId,
    kind: Kind,
    compartment: Compartment,
    begins: bool,
    writes: Vec<Write>,
) -> Part {
    Part {
        record,
        kind,
        compartment,
        begins,
        row: None,
        writes,
    }
}

/// A new person of this name.
pub(crate) fn person(seq: u64, n: u8, name: &str) -> Save {
    let fields = vec![
        write("name", name, &[]),
        write("group", "elder", &[]),
        write("household", &record(200).to_string(), &[]),
    ];
    Save {
        envelope: envelope(ME, seq),
        parts: vec![
            part(record(n), Kind::PERSON, Compartment::Contact, true, fields),
            part(
                record(n),
                Kind::PERSON,
                Compartment::Care,
                false,
                vec![write("health", "fair", &[])],
            ),
        ],
    }
}

/// The household of everybody.
pub(crate) fn household(seq: u64) -> Save {
    let fields = vec![
        write("$area", VILLAGE, &[]),
        write("address", "测试村一组", &[]),
    ];
    let part = part(
        record(200),
        Kind::HOUSEHOLD,
        Compartment::Contact,
        true,
        fields,
    );
    Save {
        envelope: envelope(ME, seq),
        parts: vec![part],
    }
}

pub(crate) fn append(store: &Store, save: &Save) -> Result<(), StoreError> {
    store.write(|tx| tx.append(save, save.parts[0].record, &salt()))
}

pub(crate) fn origin_of(save: &Save, received_at: Option<i64>) -> Origin {
    Origin {
        envelope: save.envelope.clone(),
        received_at,
    }
}

/// A server that has the former id's saves through a number.
pub(crate) fn has(through: u64) -> ServerHas {
    ServerHas {
        former: Some(through),
        earlier: Vec::new(),
    }
}

/// Every row of every table.
pub(crate) fn contents(store: &Store) -> Vec<(String, Vec<Cell>)> {
    let inner = store.inner.lock().unwrap();
    let connection = &inner.connection;
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut names = connection.prepare(names).unwrap();
    let tables = names.query_map([], |row| row.get(0)).unwrap();
    let tables: Vec<String> = tables.collect::<Result<_, _>>().unwrap();
    let mut all = Vec::new();
    for table in tables {
        let mut rows = connection
            .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))
            .or_else(|_| connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")))
            .unwrap();
        let columns = rows.column_count();
        let cells = rows.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
        for row in cells.unwrap() {
            all.push((table.clone(), row.unwrap()));
        }
    }
    all
}
