//! A server in a folder of its own, and phones that speak to its mind.
//!
//! With `TANFANG_STORE=postgres` in the environment the servers keep their history in PostgreSQL:
//! the same tests hold of both (`cargo xtask test` runs them so too).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tanfang_core::form::Form;
use tanfang_core::model::{
    Clock, Compartment, DeviceId, Envelope, Epoch, Feed, Field, FormRef, Head, Hlc, Kind, Part,
    Position, RecordId, Rng, RowId, Save, Value, WallTime, WorkerId, Write,
};
use tanfang_core::vault::{Secret, SoftwareKey};
use tanfang_core::wire::{
    Acknowledgement, ChainHead, Cursor, EnrolRequest, Item, Push, RefusalReason, SyncReply,
    SyncRequest, VERSION, VerdictKind, WireRefusal, link_save, push_message,
};

use crate::engine::{OwnSave, Request, Response};
use crate::server::Server;
use crate::store::StoreError;
use throwaway_postgres::{Database, cluster};

mod phone;
pub use phone::Phone;

pub const VILLAGE: &str = "530999201201";
pub const OTHER: &str = "530999201202";
pub const NOON: i64 = 1_715_313_600_000; // 2024-05-10T12:00:00+08:00

pub const CARD: &str = r#"
| survey | | | | | | |
| | type | name | label | required | bind::tanfang:of | bind::tanfang:compartment |
| | text | household | household | | person | contact |
| | text | name | name | yes | person | contact |
| | select_one sex | sex | sex | | person | contact |
| | text | phone | phone | | person | contact |
| | text | id_number | id | | person | identity |
| | begin repeat | category | category | | person | contact |
| | text | code | code | | | |
| | date | from | from | | | |
| | end repeat | | | | | |
| | text | home_division | village | | household | contact |
| | text | address | address | | household | contact |
| choices | | |
| | list_name | name | label |
| | sex | 1 | m |
| | sex | 2 | f |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | card | card | 1 | tanfang="https://tanfang.example/xlsform" | person |
"#;

pub const VISIT: &str = r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:of | bind::tanfang:compartment |
| | text | mode | mode | visit | contact |
| | text | started_at | started | visit | contact |
| | text | note | note | visit | care |
| | begin repeat | people | people | visit | contact |
| | text | person | person | | |
| | text | met | met | | |
| | end repeat | | | | |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | visit | visit | 1 | tanfang="https://tanfang.example/xlsform" | visit |
"#;

/// A clock that stands until it is moved.
pub struct Standing(AtomicI64);

impl Clock for Standing {
    fn now(&self) -> WallTime {
        WallTime::beijing(self.0.load(Ordering::Relaxed))
    }
    fn monotonic_millis(&self) -> u64 {
        0
    }
}

/// The same chances every time.
pub struct Seeded(pub AtomicU64);

impl Rng for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (x >> 56) as u8;
        }
    }
}

pub struct World {
    pub dir: tempfile::TempDir,
    /// The database of its history, where that is no file.
    pub database: Option<Database>,
    pub server: Server,
    pub clock: Arc<Standing>,
    pub rng: Arc<Seeded>,
    pub card: FormRef,
    pub visit: FormRef,
}

impl World {
    pub fn new() -> Self {
        Self::with_forms([CARD, VISIT])
    }

    /// A server whose history is in a file, whatever the environment asks for.
    pub fn on_file() -> Self {
        Self::on_file_with([CARD, VISIT])
    }

    /// The same with these forms.
    pub fn on_file_with(sources: [&str; 2]) -> Self {
        Self::with(sources, None)
    }

    /// A server whose history is in PostgreSQL.
    pub fn on_postgres() -> Self {
        Self::with([CARD, VISIT], Some(cluster().database()))
    }

    /// A server with these forms: a person's and a visit's.
    pub fn with_forms(sources: [&str; 2]) -> Self {
        let database = match std::env::var("TANFANG_STORE").as_deref() {
            Err(_) | Ok("sqlite") => None,
            Ok("postgres") => Some(cluster().database()),
            Ok(other) => panic!("TANFANG_STORE is sqlite or postgres, not {other}"),
        };
        Self::with(sources, database)
    }

    fn with(sources: [&str; 2], database: Option<Database>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Standing(NOON.into()));
        let rng = Arc::new(Seeded(7.into()));
        let (now, chance) = (clock.clone(), rng.clone());
        let mut server = match &database {
            None => Server::init(dir.path(), true, now, chance).unwrap(),
            Some(database) => {
                let address = database.address().parse().unwrap();
                Server::init_postgres(dir.path(), &address, true, now, chance).unwrap()
            }
        };
        let [card, visit] = sources.map(|source| {
            let form = Form::compile(source).unwrap();
            server
                .write(|turn| turn.publish_form(&form, source))
                .unwrap();
            FormRef {
                id: form.id().into(),
                version: form.version().into(),
                hash: form.hash().into(),
            }
        });
        Self {
            dir,
            database,
            server,
            clock,
            rng,
            card,
            visit,
        }
    }

    /// What lies where the history is kept, as who has a copy of it reads it.
    pub fn at_rest(&self) -> Vec<u8> {
        match &self.database {
            None => {
                let file = |name| std::fs::read(self.dir.path().join(name)).unwrap();
                [file("server.db"), file("server.db-wal")].concat()
            }
            Some(database) => readable(&database.dump()),
        }
    }

    pub fn move_clock(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    pub fn reopen(&mut self, dir: &Path) {
        self.server = Server::open(dir, self.clock.clone(), self.rng.clone()).unwrap();
    }

    pub fn id(&self) -> RecordId {
        RecordId::fresh(self.clock.now(), &*self.rng)
    }

    pub fn row(&self) -> RowId {
        RowId::from_uuid(self.id().uuid())
    }

    /// A worker with one role, and a phone.
    pub fn worker(&mut self, role: &str, area: &str) -> Phone {
        let worker = self.worker_until(role, area, None);
        self.phone_of(worker)
    }

    /// A worker with one role until a day.
    pub fn worker_until(&mut self, role: &str, area: &str, to: Option<&str>) -> WorkerId {
        let worker = self.id().worker();
        self.own(vec![
            house(
                worker.record(),
                Kind::WORKER,
                Compartment::Roster,
                &[("name", "测试甲")],
            ),
            self.assignment(worker, role, area, to),
        ]);
        worker
    }

    pub fn assignment(&self, worker: WorkerId, role: &str, area: &str, to: Option<&str>) -> Part {
        let worker = worker.to_string();
        let mut fields = vec![("worker", worker.as_str()), ("role", role), ("area", area)];
        fields.extend(to.map(|to| ("to", to)));
        house(self.id(), Kind::ASSIGNMENT, Compartment::Roster, &fields)
    }

    pub fn own(&mut self, parts: Vec<Part>) {
        let own = OwnSave {
            role: "administrator",
            form: None,
            parts,
        };
        self.server
            .write(|turn| turn.write_own(own))
            .map(|_| ())
            .unwrap();
    }

    pub fn phone_of(&mut self, worker: WorkerId) -> Phone {
        let code = self.server.write(|turn| turn.give_code(worker)).unwrap();
        let (request, key) = self.enrolment(&code);
        let (id, salt) = (
            request.device,
            Secret::from_slice(&request.salt_key).unwrap(),
        );
        let Response::Enrolled(reply) = self.server.handle(Request::Enrol(request)) else {
            panic!("enrolled")
        };
        Phone {
            id,
            key,
            salt,
            token: reply.token.clone(),
            worker,
            saves: Vec::new(),
            chains: vec![[0; 32]],
            epoch: None,
            cursors: Vec::new(),
            acknowledged: None,
        }
    }

    /// What a new phone says with this code, and its key.
    pub fn enrolment(&self, code: &str) -> (EnrolRequest, SoftwareKey) {
        let key = SoftwareKey::from_secret(&Secret::fresh(&*self.rng)).unwrap();
        let request = EnrolRequest {
            version: VERSION,
            code: code.to_owned(),
            device: DeviceId::fresh(self.clock.now(), &*self.rng),
            public_key: key.public(),
            algorithm: "ES256".into(),
            salt_key: Secret::fresh(&*self.rng).expose().to_vec(),
            app: "test".into(),
            former: None,
            earlier: Vec::new(),
            agreement_key: None,
        };
        (request, key)
    }

    pub fn clock_millis(&self) -> i64 {
        self.clock.now().millis
    }

    pub fn ask(&mut self, phone: &Phone, request: SyncRequest) -> Result<SyncReply, WireRefusal> {
        let token = phone.token.clone();
        match self.server.handle(Request::Sync {
            token,
            body: Box::new(request),
        }) {
            Response::Synced(reply) => Ok(*reply),
            Response::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Pushes what the phone has from `from` on.
    pub fn push(&mut self, phone: &Phone, from: u64) -> Result<SyncReply, WireRefusal> {
        self.ask(phone, phone.request(Some(phone.push_from(from))))
    }

    /// Pushes everything that is new, expecting it to be heard.
    pub fn verdict(&mut self, phone: &Phone) -> VerdictKind {
        let last = phone.saves.len() as u64;
        let reply = self.push(phone, last).unwrap();
        reply
            .verdicts
            .into_iter()
            .find(|verdict| verdict.seq == last)
            .unwrap()
            .verdict
    }

    /// Pulls until nothing more comes; the phone keeps its cursors.
    pub fn pull(&mut self, phone: &mut Phone) -> Vec<(Feed, Item)> {
        let mut items = Vec::new();
        loop {
            let reply = self.ask(phone, phone.request(None)).unwrap();
            phone.hear(&reply);
            for page in reply.pages {
                items.extend(page.items.into_iter().map(|item| (page.feed.clone(), item)));
            }
            if !reply.more {
                return items;
            }
        }
    }

    pub fn stored<T>(
        &mut self,
        look: impl FnOnce(&mut crate::engine::Turn<'_>) -> Result<T, StoreError>,
    ) -> T {
        self.server.read(look).unwrap()
    }
}

/// A dump with its bytes as they are, beside the text that it is.
pub fn readable(dump: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(dump.to_vec()).unwrap();
    let columns = text
        .split_ascii_whitespace()
        .filter_map(|word| word.strip_prefix("\\\\x"));
    let bytes = columns.flat_map(|column| hex::decode(column).unwrap_or_default());
    let bytes = bytes.collect();
    [dump.to_vec(), bytes].concat()
}

pub fn card(household: RecordId, person: RecordId, area: &str, name: &str) -> Vec<Part> {
    let mut home = part(
        household,
        Kind::HOUSEHOLD,
        Compartment::Contact,
        &[
            ("$area", area),
            ("home_division", area),
            ("address", "样板村一组1号"),
        ],
    );
    home.begins = true;
    let mut contact = part(
        person,
        Kind::PERSON,
        Compartment::Contact,
        &[
            ("household", &household.to_string()),
            ("name", name),
            ("sex", "1"),
        ],
    );
    contact.begins = true;
    let mut identity = part(
        person,
        Kind::PERSON,
        Compartment::Identity,
        &[("id_number", "530999194402290016")],
    );
    identity.begins = true;
    vec![home, contact, identity]
}

pub fn part(
    record: RecordId,
    kind: Kind,
    compartment: Compartment,
    fields: &[(&str, &str)],
) -> Part {
    let writes = fields
        .iter()
        .map(|(field, value)| Write {
            field: Field::parse(field).unwrap(),
            value: Value::text(*value),
            seen: Vec::new(),
            calculated: false,
        })
        .collect();
    Part {
        record,
        kind,
        compartment,
        begins: false,
        row: None,
        writes,
    }
}

fn house(record: RecordId, kind: Kind, compartment: Compartment, fields: &[(&str, &str)]) -> Part {
    Part {
        begins: true,
        ..part(record, kind, compartment, fields)
    }
}

pub fn pairing(world: &World, worker: WorkerId, person: RecordId, to: Option<&str>) -> Part {
    let (worker, person) = (worker.to_string(), person.to_string());
    let mut fields = vec![("worker", worker.as_str()), ("person", person.as_str())];
    fields.extend(to.map(|to| ("to", to)));
    house(world.id(), Kind::PAIRING, Compartment::Contact, &fields)
}

pub fn accepted(verdict: &VerdictKind) -> bool {
    matches!(verdict, VerdictKind::Accepted { .. })
}

pub fn refused_for(verdict: &VerdictKind) -> Option<RefusalReason> {
    match verdict {
        VerdictKind::Refused(refusal) => {
            // A question's problem is said in its form's words; all else for who reads either language.
            let chinese = refusal.message.chars().any(|c| ('一'..='龥').contains(&c));
            let both = chinese && refusal.message.contains(" / ");
            assert!(refusal.field.is_some() || both, "{}", refusal.message);
            Some(refusal.reason)
        }
        _ => None,
    }
}

/// The records that the items are about, with what the item is.
pub fn told(items: &[(Feed, Item)], feed: &str) -> Vec<(char, RecordId)> {
    let of_feed = items.iter().filter(|(of, _)| of.to_string() == feed);
    of_feed
        .flat_map(|(_, item)| match item {
            Item::Part { part, .. } => vec![('p', part.record)],
            Item::Settled { record, .. } => vec![('s', record.id)],
            Item::Departed { records, .. } => records.iter().map(|id| ('d', *id)).collect(),
        })
        .collect()
}
