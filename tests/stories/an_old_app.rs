//! An app of the first released version, nine months behind: what it made goes in and is answered in
//! its own words. Its messages are written here as that version wrote them, field by field, by nothing
//! of ours.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stories::raw::{Counted, MORNING, http, part};
use stories::world::{VILLAGE, World, elder, must, word};
use tanfang_core::model::{
    Compartment, DeviceId, Envelope, Epoch, FormRef, Head, Hlc, Kind, Manifest, Part, RecordId,
    Save, SignedManifest, WallTime, WorkerId,
};
use tanfang_core::vault::{Secret, SoftwareKey};
use tanfang_core::wire::{Cursor, Page, link_save, push_message};

const DAY: &str = "2024-06-24T08:00:00+08:00";
/// Nine months before that.
const THEN: i64 = MORNING - 270 * 86_400_000;
const MAGIC: &[u8] = b"TANFANG1";

const FORM: &str = r#"
| survey | | | | | |
| | type | name | label | required | bind::tanfang:of | bind::tanfang:compartment |
| | text | household | household | | person | contact |
| | text | name | name | yes | person | contact |
| | text | home_division | village | | household | contact |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | card | old_card | 1 | tanfang="https://tanfang.example/xlsform" | person |
"#;

#[derive(Serialize)]
struct Enrols<'a> {
    version: u16,
    code: &'a str,
    device: DeviceId,
    public_key: Vec<u8>,
    algorithm: &'a str,
    salt_key: Vec<u8>,
    app: &'a str,
}

#[derive(Deserialize)]
struct Enrolled {
    token: String,
    worker: WorkerId,
    epoch: Epoch,
}

#[derive(Serialize)]
struct Pushed {
    from: u64,
    saves: Vec<Save>,
    signature: Vec<u8>,
}

#[derive(Serialize)]
struct Asks {
    version: u16,
    epoch: Option<Epoch>,
    push: Option<Pushed>,
    highest: u64,
    waiting: Vec<u64>,
    cursors: Vec<Cursor>,
    manifest: u64,
    last_syncs_after: i64,
    budget_bytes: u32,
}

#[derive(Deserialize)]
struct Told {
    version: u16,
    through: u64,
    verdicts: Vec<serde_json::Value>,
    pages: Vec<Page>,
    manifest: Option<SignedManifest>,
}

/// The old app, with what it made.
struct OldApp {
    address: String,
    device: DeviceId,
    key: SoftwareKey,
    salt: Secret,
    chance: Counted,
    enrolled: Enrolled,
    saves: Vec<Save>,
    cursors: Vec<Cursor>,
}

/// A message as the first version packed it, and its answer, which must be in that version too.
fn call<A: DeserializeOwned>(
    address: &str,
    path: &str,
    token: &str,
    message: &impl Serialize,
) -> A {
    let plain = rmp_serde::to_vec_named(message).unwrap();
    let body = [MAGIC, &zstd::encode_all(&plain[..], 3).unwrap()].concat();
    let head = format!("POST {path} HTTP/1.1\r\nAuthorization: Bearer {token}");
    let (status, answer) = http(address, &head, &body);
    assert_eq!(status, 200, "{path}");
    let packed = answer
        .strip_prefix(MAGIC)
        .expect("answered as it was asked");
    rmp_serde::from_slice(&zstd::decode_all(packed).unwrap()).expect("what it knows is there")
}

impl OldApp {
    fn enrols(world: &World, name: &str) -> OldApp {
        let line = [
            "--name",
            name,
            "--role",
            "village_committee",
            "--area",
            VILLAGE,
        ];
        let given = must(world.county.verb(DAY, &[&["enrol"][..], &line].concat()));
        let chance = Counted::from(11);
        let key = SoftwareKey::from_secret(&Secret::fresh(&chance)).unwrap();
        let salt = Secret::fresh(&chance);
        let device = DeviceId::fresh(WallTime::beijing(THEN), &chance);
        let address = world.link.url().replace("http://", "");
        let asked = Enrols {
            version: 1,
            code: &word(&given, "code"),
            device,
            public_key: key.public(),
            algorithm: "ES256",
            salt_key: salt.expose().to_vec(),
            app: "tanfang 0.1.0",
        };
        let enrolled = call(&address, "/v1/enrol", "", &asked);
        OldApp {
            address,
            device,
            key,
            salt,
            chance,
            enrolled,
            saves: Vec::new(),
            cursors: Vec::new(),
        }
    }

    fn id(&self) -> RecordId {
        RecordId::fresh(WallTime::beijing(THEN), &self.chance)
    }

    fn makes(&mut self, form: &FormRef, parts: Vec<Part>) {
        let (device, seq) = (self.device, self.saves.len() as u64 + 1);
        let envelope = Envelope {
            head: Head { device, seq },
            stamp: Hlc {
                millis: THEN,
                counter: u32::try_from(seq).unwrap(),
                device,
            },
            wall: WallTime::beijing(THEN),
            monotonic_millis: 0,
            last_server_millis: None,
            author: self.enrolled.worker,
            role: "village_committee".into(),
            form: Some(form.clone()),
            app: "tanfang 0.1.0".into(),
        };
        self.saves.push(Save { envelope, parts });
    }

    /// Sends all that it made, whatever was heard of it, and asks for pages.
    fn syncs(&mut self) -> Told {
        let mut chain = [0; 32];
        for save in &self.saves {
            chain = link_save(&chain, save, &self.salt);
        }
        let last = self.saves.len() as u64;
        let signature = self.key.sign(&push_message(self.device, last, &chain));
        let push = Pushed {
            from: 1,
            saves: self.saves.clone(),
            signature,
        };
        let asked = Asks {
            version: 1,
            epoch: Some(self.enrolled.epoch),
            push: (last > 0).then_some(push),
            highest: last,
            waiting: Vec::new(),
            cursors: self.cursors.clone(),
            manifest: 0,
            last_syncs_after: 0,
            budget_bytes: 1 << 20,
        };
        let told: Told = call(&self.address, "/v1/sync", &self.enrolled.token, &asked);
        for page in &told.pages {
            self.cursors.retain(|cursor| cursor.feed != page.feed);
            self.cursors.push(Cursor {
                feed: page.feed.clone(),
                position: page.position,
            });
        }
        told
    }
}

fn published(world: &World, version: &str) {
    let file = world.path("old_card.md");
    let source = FORM.replace("| old_card | 1 |", &format!("| old_card | {version} |"));
    std::fs::write(&file, source).unwrap();
    must(
        world
            .county
            .verb(DAY, &["form", "add", &file.to_string_lossy()]),
    );
}

#[test]
fn an_app_of_the_first_version_nine_months_behind_uploads_what_it_made_and_is_answered() {
    let world = World::at(DAY);
    published(&world, "1");
    let mut old = OldApp::enrols(&world, "测试旧");
    let manifest: Manifest =
        serde_json::from_str(&old.syncs().manifest.expect("a list").body).unwrap();
    let listed = manifest
        .documents
        .into_iter()
        .find(|one| one.id == "old_card");
    let listed = listed.expect("the form is published");
    let form = FormRef {
        id: listed.id,
        version: listed.version,
        hash: listed.hash,
    };
    // The county goes on without it.
    published(&world, "2");
    let new = world.worker(DAY, "n", "village_committee", VILLAGE);
    let theirs = word(
        &new.new_record(DAY, "elder_card", &elder("测试新", VILLAGE)),
        "id",
    );
    new.sync(DAY);

    let (home, person) = (old.id(), old.id());
    let area = [("$area", VILLAGE), ("home_division", VILLAGE)];
    let household = home.to_string();
    let of = [("household", household.as_str()), ("name", "测试旧事")];
    let parts = vec![
        part(home, Kind::HOUSEHOLD, Compartment::Contact, true, &area),
        part(person, Kind::PERSON, Compartment::Contact, true, &of),
    ];
    old.makes(&form, parts);
    let told = old.syncs();
    assert_eq!(
        (told.version, told.through),
        (2, 1),
        "the server says what it speaks"
    );
    assert!(
        told.verdicts[0]["verdict"]["accepted"].is_object(),
        "{:?}",
        told.verdicts
    );
    // Its answer was lost: the same again, with the same answer.
    let again = old.syncs();
    assert_eq!((again.through, &again.verdicts), (1, &told.verdicts));
    new.sync(DAY);
    assert_eq!(new.shows(DAY, &person.to_string(), "name"), "测试旧事");
    // What a newer app made comes to it too, as items that it knows.
    let heard = told.pages.iter().flat_map(|page| &page.items);
    let heard = heard
        .filter(|item| format!("{item:?}").contains(&theirs))
        .count();
    assert!(
        heard > 0,
        "pages of the first version carry what the second made"
    );
}
