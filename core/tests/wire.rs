//! Bodies of each released version, frozen: what a phone wrote then is read for ever.

use serde::{Serialize, de::DeserializeOwned};
use std::path::PathBuf;

use tanfang_core::merge::settle;
use tanfang_core::model::{
    Compartment, DeviceId, Envelope, Epoch, Feed, Field, FormRef, Head, Hlc, Kind, Origin, Part,
    RecordId, RowId, Save, Value, WallTime, WorkerId, Write,
};
use tanfang_core::wire::{
    Acknowledgement, Cursor, EnrolReply, EnrolRequest, Former, Item, LastSync, Page, PartName,
    Push, Receipt, Refusal, RefusalReason, SnapshotOffer, SnapshotPart, SyncReply, SyncRequest,
    Verdict, VerdictKind, WireRefusal, decode, encode, pack, unpack,
};
use uuid::Uuid;

const LIMIT: u64 = 1 << 20;

fn id(n: u8) -> Uuid {
    let mut bytes = [n; 16];
    (bytes[6], bytes[8]) = (0x70 | (n & 15), 0x80 | (n & 15));
    Uuid::from_bytes(bytes)
}

fn head(seq: u64) -> Head {
    Head {
        device: DeviceId::from_uuid(id(1)),
        seq,
    }
}

fn envelope(seq: u64, form: bool) -> Envelope {
    Envelope {
        head: head(seq),
        stamp: Hlc {
            millis: 1_715_313_600_000 + seq as i64,
            counter: 2,
            device: DeviceId::from_uuid(id(1)),
        },
        wall: WallTime::beijing(1_715_313_599_000),
        monotonic_millis: 77_000 + seq,
        last_server_millis: form.then_some(1_715_313_000_000),
        author: WorkerId::from_uuid(id(2)),
        role: "village_committee".into(),
        form: form.then(|| FormRef {
            id: "visit_elder".into(),
            version: "3".into(),
            hash: "0f".repeat(32),
        }),
        app: "tanfang 0.1.0".into(),
    }
}

fn write(field: &str, value: Value) -> Write {
    Write {
        field: Field::parse(field).unwrap(),
        value,
        seen: Vec::new(),
        calculated: false,
    }
}

fn parts() -> Vec<Part> {
    let row = RowId::from_uuid(id(4));
    let part = |kind: Kind, compartment, writes| Part {
        record: RecordId::from_uuid(id(3)),
        kind,
        compartment,
        begins: true,
        row: None,
        writes,
    };
    let mut seen = write("note", Value::Null);
    seen.seen = vec![head(1), head(2)];
    let mut counted = write("age", Value::Int(81));
    counted.calculated = true;
    let in_row = |leaf: &str| format!("people[{row}].{leaf}");
    vec![
        part(
            Kind::VISIT,
            Compartment::Contact,
            vec![
                write("household", Value::text(id(5).to_string())),
                write("visit_date", Value::text("2024-05-10")),
                write(&in_row("met"), Value::Bool(true)),
            ],
        ),
        Part {
            begins: false,
            row: Some(row),
            ..part(Kind::VISIT, Compartment::Care, vec![seen, counted])
        },
        part(
            Kind::named("a_kind_to_come"),
            Compartment::Identity,
            vec![
                write("weight_kg", Value::Real(51.5)),
                write(
                    "needs",
                    Value::List(vec![Value::text("meals"), Value::text("bath")]),
                ),
                write(
                    "photo",
                    Value::Map([("length".to_owned(), Value::Int(4096))].into()),
                ),
            ],
        ),
        part(
            Kind::EMERGENCY,
            Compartment::Protection,
            vec![write("what", Value::text("测试"))],
        ),
        part(
            Kind::WORKER,
            Compartment::Roster,
            vec![write("name", Value::text("测试甲"))],
        ),
    ]
}

fn enrol_request() -> EnrolRequest {
    EnrolRequest {
        version: 1,
        code: "TESTCODE".into(),
        device: DeviceId::from_uuid(id(1)),
        public_key: vec![4; 65],
        algorithm: "ES256".into(),
        salt_key: vec![9; 32],
        app: "tanfang 0.1.0".into(),
        former: Some(Former {
            device: DeviceId::from_uuid(id(6)),
            acknowledged: Some(acknowledgement()),
        }),
    }
}

fn enrol_reply() -> EnrolReply {
    EnrolReply {
        token: "token".into(),
        worker: WorkerId::from_uuid(id(2)),
        name: "测试甲".into(),
        county: "530999".parse().unwrap(),
        epoch: Epoch::from_uuid(id(7)),
        server_key: vec![5; 32],
        server_millis: 1_715_313_600_000,
        former_through: Some(3),
    }
}

fn acknowledgement() -> Acknowledgement {
    Acknowledgement {
        epoch: Epoch::from_uuid(id(7)),
        through: 3,
        signature: vec![8; 64],
    }
}

fn feed(compartment: &str) -> Feed {
    format!("530999201202/{compartment}").parse().unwrap()
}

fn request(version: u16) -> SyncRequest {
    let save = |seq, form| Save {
        envelope: envelope(seq, form),
        parts: parts(),
    };
    let mut request = SyncRequest {
        version,
        epoch: Some(Epoch::from_uuid(id(7))),
        push: Some(Push {
            from: 4,
            saves: vec![save(4, true), save(5, false)],
            signature: vec![6; 64],
        }),
        highest: 9,
        waiting: vec![2, 3],
        acknowledged: Some(acknowledgement()),
        cursors: vec![Cursor {
            feed: feed("contact"),
            position: 12,
        }],
        manifest: 2,
        last_syncs_after: 5,
        budget_bytes: 1 << 20,
    };
    request.version = version;
    request
}

fn reply(version: u16) -> SyncReply {
    let receipt = |position| Receipt {
        feed: feed("contact"),
        position,
    };
    let refusal = Refusal {
        reason: RefusalReason::OutOfScope,
        field: Some("household".into()),
        message: "choose a household of your own area".into(),
    };
    let verdict = |seq, verdict| Verdict { seq, verdict };
    SyncReply {
        version,
        epoch: Epoch::from_uuid(id(7)),
        server_millis: 1_715_313_601_000,
        through: 6,
        acknowledgement: acknowledgement(),
        verdicts: vec![
            verdict(
                4,
                VerdictKind::Accepted {
                    received_at: 1_715_313_601_000,
                    receipts: vec![receipt(13), receipt(14)],
                },
            ),
            verdict(5, VerdictKind::Waiting),
            verdict(6, VerdictKind::Refused(refusal)),
        ],
        feeds: vec![feed("contact"), feed("care")],
        pages: vec![page(), empty_page()],
        more: true,
        manifest: None,
        last_syncs: vec![LastSync {
            worker: WorkerId::from_uuid(id(2)),
            millis: None,
            changed_at: 6,
        }],
        ahead: (version > 1).then_some(12),
        snapshots: match version {
            1 => Vec::new(),
            _ => vec![SnapshotOffer {
                feed: feed("identity"),
                position: 900,
                parts: vec![PartName {
                    hash: "0e".repeat(32),
                    length: 70_000,
                }],
            }],
        },
    }
}

fn page() -> Page {
    let parts = parts();
    let origin = |seq, received_at| Origin {
        envelope: envelope(seq, true),
        received_at,
    };
    let origins = [origin(1, Some(1_715_313_600_500)), origin(2, None)];
    let visit = &parts[0];
    let said = [(visit, &origins[0]), (&parts[1], &origins[1])];
    Page {
        feed: feed("contact"),
        after: 12,
        items: vec![
            Item::Part {
                position: 13,
                received_at: 1_715_313_600_900,
                envelope: Box::new(envelope(3, true)),
                part: Box::new(visit.clone()),
            },
            Item::Settled {
                position: 15,
                record: Box::new(settle(visit.record, Kind::VISIT, said)),
            },
            Item::Departed {
                position: 16,
                records: vec![RecordId::from_uuid(id(8)), RecordId::from_uuid(id(9))],
            },
        ],
        position: 17,
        complete: false,
    }
}

fn snapshot_part() -> SnapshotPart {
    SnapshotPart {
        feed: feed("contact"),
        position: 900,
        items: page().items,
    }
}

fn empty_page() -> Page {
    Page {
        feed: feed("care"),
        after: 0,
        items: Vec::new(),
        position: 3,
        complete: true,
    }
}

fn refusals() -> Vec<WireRefusal> {
    vec![
        WireRefusal::SignedOut,
        WireRefusal::Revoked,
        WireRefusal::Malformed {
            message: "a length is wrong".into(),
        },
        WireRefusal::ChainBroken { through: 3 },
        WireRefusal::Unavailable,
    ]
}

fn frozen(version: u16, name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let file = folder.join(format!("v{version}/{name}.bin"));
    std::fs::read(file).unwrap_or_else(|_| panic!("v{version}/{name}.bin is frozen"))
}

/// What a body says, as its description beside it has it.
fn described<T: Serialize>(version: u16, name: &str, message: &T) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let file = folder.join(format!("v{version}/{name}.json"));
    let text = std::fs::read_to_string(file).expect("each body has a description");
    let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let said = serde_json::to_value(message).expect("a message has a description");
    let fields = told.as_object().into_iter().flatten();
    for (field, value) in fields.filter(|(field, _)| *field != "items") {
        assert_eq!(said.get(field), Some(value), "{name}: {field}");
    }
}

/// What an answer says: its items as text, for they have keys that JSON has not.
fn said(told: &SyncReply) -> serde_json::Value {
    let mut told = told.clone();
    let items = told
        .pages
        .iter_mut()
        .flat_map(|page| std::mem::take(&mut page.items));
    let items: Vec<String> = items.map(|item| format!("{item:?}")).collect();
    let mut said = serde_json::to_value(&told).expect("the rest has a description");
    said["items"] = items.into();
    said
}

fn reads<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(
    version: u16,
    name: &str,
    message: &T,
) {
    let read: T = decode(&frozen(version, name), LIMIT).expect(name);
    assert_eq!(&read, message, "{name}");
    described(version, name, &read);
}

#[test]
fn bodies_of_version_1_are_read_for_ever() {
    reads(1, "enrol-request", &enrol_request());
    reads(1, "enrol-reply", &enrol_reply());
    reads(1, "refusals", &refusals());
    let pushed: SyncRequest = unpack(&frozen(1, "sync-request"), LIMIT).unwrap();
    assert_eq!(pushed, request(1));
    described(1, "sync-request", &pushed);
    let told: SyncReply = unpack(&frozen(1, "sync-reply"), LIMIT).unwrap();
    assert_eq!(told, reply(1));
    described(1, "sync-reply", &said(&told));
}

#[test]
fn bodies_of_version_2_are_read_for_ever() {
    let pushed: SyncRequest = unpack(&frozen(2, "sync-request"), LIMIT).unwrap();
    assert_eq!(pushed, request(2));
    described(2, "sync-request", &pushed);
    let told: SyncReply = unpack(&frozen(2, "sync-reply"), LIMIT).unwrap();
    assert_eq!(told, reply(2));
    described(2, "sync-reply", &said(&told));
    let part: SnapshotPart = unpack(&frozen(2, "snapshot-part"), LIMIT).unwrap();
    assert_eq!(part, snapshot_part());
}

#[test]
fn what_a_newer_server_says_besides_is_left_alone_and_its_new_words_are_carried() {
    let mut newer = reply(3);
    newer.pages.clear();
    let mut newer = serde_json::to_value(newer).unwrap();
    newer["a_field_to_come"] = serde_json::json!({ "deep": [1, 2] });
    newer["verdicts"][2]["verdict"]["refused"]["reason"] = "a_reason_to_come".into();
    newer["verdicts"][2]["verdict"]["refused"]["hint"] = "besides".into();
    let read: SyncReply = unpack(&encode(&readable(newer)).unwrap(), LIMIT).unwrap();
    assert!(matches!(
        &read.verdicts[2].verdict,
        VerdictKind::Refused(refusal) if refusal.reason == RefusalReason::Other
    ));
    // A kind that nobody here knows goes through both versions unharmed.
    let two = pack(reply(2)).unwrap();
    assert_eq!(unpack::<SyncReply>(&two, LIMIT).unwrap(), reply(2));
    let one = encode(&request(1)).unwrap();
    let again: SyncRequest = unpack(&one, LIMIT).unwrap();
    assert_eq!(
        unpack::<SyncRequest>(&pack(again.clone()).unwrap(), LIMIT).unwrap(),
        again
    );
}

/// JSON as MessagePack with the ids as the bytes that they are there.
fn readable(json: serde_json::Value) -> rmp_like::Node {
    rmp_like::Node::from(json)
}

mod rmp_like {
    use serde::{Serialize, Serializer};

    /// JSON whose texts that are ids are written as bytes.
    pub struct Node(serde_json::Value);

    impl From<serde_json::Value> for Node {
        fn from(json: serde_json::Value) -> Self {
            Self(json)
        }
    }

    impl Serialize for Node {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            match &self.0 {
                serde_json::Value::String(text) => match uuid::Uuid::parse_str(text) {
                    Ok(id) => to.serialize_bytes(id.as_bytes()),
                    Err(_) => to.serialize_str(text),
                },
                serde_json::Value::Array(all) => {
                    to.collect_seq(all.iter().map(|one| Node(one.clone())))
                }
                serde_json::Value::Object(all) => {
                    to.collect_map(all.iter().map(|(name, one)| (name, Node(one.clone()))))
                }
                other => other.serialize(to),
            }
        }
    }
}

#[test]
fn a_body_of_version_2_that_is_cut_is_refused_and_one_altered_says_nothing_else() {
    let (asked, told) = (request(2), reply(2));
    let body = pack(asked.clone()).unwrap();
    for end in 0..body.len() {
        assert!(
            unpack::<SyncRequest>(&body[..end], LIMIT).is_err(),
            "cut at {end}"
        );
    }
    // A bit that only fills up says nothing: what is read is what was written.
    for at in 0..body.len() {
        let mut altered = body.clone();
        altered[at] ^= 0x20;
        let read = unpack::<SyncRequest>(&altered, LIMIT);
        assert!(read.is_err() || read.as_ref() == Ok(&asked), "byte {at}");
    }
    let body = pack(told.clone()).unwrap();
    for at in 0..body.len() {
        let mut altered = body.clone();
        altered[at] ^= 0x20;
        let read = unpack::<SyncReply>(&altered, LIMIT);
        assert!(read.is_err() || read.as_ref() == Ok(&told), "byte {at}");
    }
}

/// Writes the bodies down once, when a version is released: `TANFANG_FREEZE=2 cargo test …`.
#[test]
fn a_version_is_frozen_when_it_is_released() {
    let Ok(version) = std::env::var("TANFANG_FREEZE") else {
        return;
    };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let put = |name: &str, body: Vec<u8>, json: serde_json::Value| {
        let file = |end: &str| folder.join(format!("v{version}/{name}.{end}"));
        std::fs::write(file("bin"), body).unwrap();
        let text = serde_json::to_string_pretty(&json).unwrap();
        std::fs::write(file("json"), text + "\n").unwrap();
    };
    let json =
        |message: &dyn Fn() -> Result<serde_json::Value, serde_json::Error>| message().unwrap();
    let number: u16 = version.parse().unwrap();
    if number == 1 {
        let (ask, told, no) = (enrol_request(), enrol_reply(), refusals());
        put(
            "enrol-request",
            encode(&ask).unwrap(),
            json(&|| serde_json::to_value(&ask)),
        );
        put(
            "enrol-reply",
            encode(&told).unwrap(),
            json(&|| serde_json::to_value(&told)),
        );
        put(
            "refusals",
            encode(&no).unwrap(),
            json(&|| serde_json::to_value(&no)),
        );
    }
    let (ask, told) = (request(number), reply(number));
    let bodies = match number {
        1 => (encode(&ask).unwrap(), encode(&told).unwrap()),
        _ => (pack(ask.clone()).unwrap(), pack(told.clone()).unwrap()),
    };
    if number > 1 {
        let part = snapshot_part();
        let items: Vec<String> = part.items.iter().map(|item| format!("{item:?}")).collect();
        let said = serde_json::json!({
            "feed": part.feed, "position": part.position, "items": items,
        });
        put("snapshot-part", pack(part).unwrap(), said);
    }
    put(
        "sync-request",
        bodies.0,
        json(&|| serde_json::to_value(&ask)),
    );
    put("sync-reply", bodies.1, json(&|| Ok(said(&told))));
}
