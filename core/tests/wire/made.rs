//! The messages that the frozen bodies hold: every kind of thing that is said.

use tanfang_core::merge::{FeedDigest, settle};
use tanfang_core::model::{
    Compartment, DeviceId, Envelope, Epoch, Feed, Field, FormRef, Head, Hlc, Kind, Origin, Part,
    RecordId, RowId, Save, Value, WallTime, WorkerId, Write,
};
use tanfang_core::wire::{
    Acknowledgement, AttachmentRefusal, Bytes, CarryReply, CarryRequest, CarryState, Certificate,
    CertifyRequest, Cursor, EnrolReply, EnrolRequest, FeedEnd, Former, HistoryReply,
    HistoryRequest, Item, LastSync, Page, PartName, Push, Receipt, Refusal, RefusalReason,
    SnapshotOffer, SnapshotPart, SyncReply, SyncRequest, Verdict, VerdictKind, WireRefusal,
};
use uuid::Uuid;

pub fn id(n: u8) -> Uuid {
    let mut bytes = [n; 16];
    (bytes[6], bytes[8]) = (0x70 | (n & 15), 0x80 | (n & 15));
    Uuid::from_bytes(bytes)
}

pub fn head(seq: u64) -> Head {
    Head {
        device: DeviceId::from_uuid(id(1)),
        seq,
    }
}

pub fn envelope(seq: u64, form: bool) -> Envelope {
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

pub fn write(field: &str, value: Value) -> Write {
    Write {
        field: Field::parse(field).unwrap(),
        value,
        seen: Vec::new(),
        calculated: false,
    }
}

pub fn parts() -> Vec<Part> {
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

pub fn enrol_request() -> EnrolRequest {
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
        earlier: Vec::new(),
        agreement_key: None,
    }
}

pub fn enrol_reply() -> EnrolReply {
    EnrolReply {
        token: "token".into(),
        worker: WorkerId::from_uuid(id(2)),
        name: "测试甲".into(),
        county: "530999".parse().unwrap(),
        epoch: Epoch::from_uuid(id(7)),
        server_key: vec![5; 32],
        server_millis: 1_715_313_600_000,
        former_through: Some(3),
        earlier_through: Vec::new(),
        certificate: None,
    }
}

pub fn acknowledgement() -> Acknowledgement {
    Acknowledgement {
        epoch: Epoch::from_uuid(id(7)),
        through: 3,
        signature: vec![8; 64],
    }
}

pub fn feed(compartment: &str) -> Feed {
    format!("530999201202/{compartment}").parse().unwrap()
}

pub fn request(version: u16) -> SyncRequest {
    let save = |seq, form| Save {
        envelope: envelope(seq, form),
        parts: parts(),
    };
    SyncRequest {
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
        manifest_hash: None,
        last_syncs_after: 5,
        budget_bytes: 1 << 20,
        again: if version > 1 {
            vec![feed("identity")]
        } else {
            Vec::new()
        },
        apart: if version > 1 { vec![end()] } else { Vec::new() },
    }
}

/// What a feed carries at its end.
fn end() -> FeedEnd {
    FeedEnd {
        feed: feed("care"),
        position: 3,
        digest: FeedDigest::from_bytes([11; 16]),
    }
}

pub fn reply(version: u16) -> SyncReply {
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
        digests: if version > 1 { vec![end()] } else { Vec::new() },
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

pub fn page() -> Page {
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

pub fn snapshot_part() -> SnapshotPart {
    SnapshotPart {
        feed: feed("contact"),
        position: 900,
        items: page().items,
    }
}

pub fn empty_page() -> Page {
    Page {
        feed: feed("care"),
        after: 0,
        items: Vec::new(),
        position: 3,
        complete: true,
    }
}

pub fn refusals() -> Vec<WireRefusal> {
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

pub fn history_request() -> HistoryRequest {
    HistoryRequest {
        version: 2,
        record: RecordId::from_uuid(id(3)),
    }
}

pub fn history_reply() -> HistoryReply {
    let settled = page().items.into_iter().find_map(|item| match item {
        Item::Settled { record, .. } => Some(record),
        _ => None,
    });
    HistoryReply {
        version: 2,
        record: settled,
    }
}

pub fn carry_request() -> CarryRequest {
    CarryRequest {
        version: 2,
        bundle: Bytes(vec![7; 16]),
        piece: Some(Bytes(vec![1, 2, 3])),
        vouched: true,
    }
}

pub fn carry_replies() -> Vec<CarryReply> {
    let refused = CarryState::Refused {
        message: "it is of another county".into(),
    };
    let states = [
        CarryState::Arriving,
        CarryState::Early,
        CarryState::Quarantined,
        CarryState::Taken,
        refused,
    ];
    let reply = |state: CarryState| CarryReply {
        version: 2,
        missing: vec![0, 3],
        refused: vec![4],
        receipt: (state == CarryState::Taken).then(|| Bytes(vec![9; 5])),
        state,
    };
    states.into_iter().map(reply).collect()
}

pub fn certify_request() -> CertifyRequest {
    CertifyRequest {
        version: 2,
        agreement_key: Bytes(vec![4; 65]),
    }
}

pub fn certificate() -> Certificate {
    Certificate {
        county: "530999".parse().unwrap(),
        device: DeviceId::from_uuid(id(1)),
        worker: WorkerId::from_uuid(id(2)),
        public_key: vec![4; 65],
        agreement_key: vec![5; 65],
        county_key: vec![6; 65],
        signature: vec![7; 64],
    }
}

pub fn attachment_refusals() -> Vec<AttachmentRefusal> {
    use AttachmentRefusal::*;
    vec![
        NotAHash,
        Unknown,
        NotYet,
        LengthNotTaken { limit: 9 },
        TypeNotTaken,
        AnotherReference,
        OffsetIs { offset: 3 },
        TooLong { length: 4 },
        PieceTooLong { limit: 5 },
        TooManyPieces,
        ChecksumUnknown,
        ChecksumDiffers,
        ContentDiffers,
        TooManyUnnamed,
        DiskFull,
        ProtocolNotSpoken,
        NoSuchRange { length: 6 },
    ]
}
