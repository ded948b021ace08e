use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::merge::settle;
use crate::model::{
    Compartment, DeviceId, Field, FormRef, Hlc, Kind, Part, RowId, Value, WallTime, WorkerId, Write,
};

const MEMORY: u64 = 64 << 20;

fn uuid() -> impl Strategy<Value = Uuid> {
    // Few different ones, of time and of chance alone, so that ids repeat.
    (0u8..6, any::<bool>()).prop_map(|(n, timed)| {
        let mut bytes = [n; 16];
        bytes[6] = if timed { 0x70 | n } else { 0x40 | n };
        bytes[8] = 0x80 | n;
        Uuid::from_bytes(bytes)
    })
}

fn head() -> impl Strategy<Value = Head> {
    (uuid(), any::<u64>()).prop_map(|(device, seq)| Head {
        device: DeviceId::from_uuid(device),
        seq,
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        Just(Value::Real(0.5)),
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]".prop_map(Value::Text),
        "[男女]".prop_map(Value::Text),
        ".{0,20}".prop_map(Value::Text),
        uuid().prop_map(|id| Value::text(id.to_string())),
    ];
    leaf.prop_recursive(3, 8, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            proptest::collection::btree_map("[a-z]{0,4}", inner, 0..4).prop_map(Value::Map),
        ]
    })
}

fn field() -> impl Strategy<Value = Field> {
    let row = "018f3c2a-7b1c-7def-8abc-0123456789ab";
    let other = "018F3C2A-7B1C-7DEF-8ABC-0123456789AB";
    prop_oneof![
        Just("b_date".to_owned()),
        Just("$void".to_owned()),
        Just("新字段".to_owned()),
        Just(format!("people[{row}].met")),
        Just(format!("people[{other}].met")),
        uuid().prop_map(|row| format!("people[{row}].$gone")),
    ]
    .prop_map(|name| Field::parse(&name).unwrap())
}

fn envelope() -> impl Strategy<Value = Envelope> {
    let times = (
        any::<i64>(),
        any::<u32>(),
        any::<i64>(),
        any::<i16>(),
        any::<u64>(),
    );
    let form = proptest::option::of(("[a-z]{1,5}", "[0-9]", "[0-9a-fA-F]{0,6}"));
    let told = proptest::option::of(any::<i64>());
    (head(), uuid(), times, told, uuid(), "[a-z_]{0,6}", form).prop_map(
        |(head, by, times, told, author, role, form)| Envelope {
            head,
            stamp: Hlc {
                millis: times.0,
                counter: times.1,
                device: DeviceId::from_uuid(by),
            },
            wall: WallTime {
                millis: times.2,
                offset_minutes: times.3,
            },
            monotonic_millis: times.4,
            last_server_millis: told,
            author: WorkerId::from_uuid(author),
            role,
            form: form.map(|(id, version, hash)| FormRef { id, version, hash }),
            app: "0.1".into(),
        },
    )
}

fn part() -> impl Strategy<Value = Part> {
    let write = (
        field(),
        value(),
        proptest::collection::vec(head(), 0..3),
        any::<bool>(),
    );
    let writes = proptest::collection::vec(write, 0..6);
    let kind = prop_oneof![Just("visit"), Just("a_kind_to_come")];
    let row = proptest::option::of(uuid());
    (uuid(), kind, 0usize..5, any::<bool>(), row, writes).prop_map(
        |(record, kind, compartment, begins, row, writes)| Part {
            record: RecordId::from_uuid(record),
            kind: Kind::named(kind),
            compartment: Compartment::ALL[compartment],
            begins,
            row: row.map(RowId::from_uuid),
            writes: writes
                .into_iter()
                .map(|(field, value, seen, calculated)| Write {
                    field,
                    value,
                    seen,
                    calculated,
                })
                .collect(),
        },
    )
}

fn item() -> impl Strategy<Value = Item> {
    let receipt = proptest::option::of(any::<i64>());
    let told = proptest::collection::vec((part(), envelope(), receipt), 1..4);
    prop_oneof![
        (any::<u64>(), any::<i64>(), envelope(), part()).prop_map(
            |(position, received_at, envelope, part)| Item::Part {
                position,
                received_at,
                envelope: Box::new(envelope),
                part: Box::new(part),
            }
        ),
        (any::<u64>(), told).prop_map(|(position, told)| {
            let first = &told[0].0;
            let (id, kind) = (first.record, first.kind.clone());
            let said: Vec<(Part, Origin)> = told
                .iter()
                .map(|(part, envelope, received_at)| {
                    let origin = Origin {
                        envelope: envelope.clone(),
                        received_at: *received_at,
                    };
                    (part.clone(), origin)
                })
                .collect();
            let record = settle(id, kind, said.iter().map(|(part, origin)| (part, origin)));
            Item::Settled {
                position,
                record: Box::new(record),
            }
        }),
        (any::<u64>(), proptest::collection::vec(uuid(), 0..4)).prop_map(|(position, ids)| {
            Item::Departed {
                position,
                records: ids.into_iter().map(RecordId::from_uuid).collect(),
            }
        }),
    ]
}

fn lifted() -> impl Strategy<Value = Lifted> {
    let save = (envelope(), proptest::collection::vec(part(), 0..4))
        .prop_map(|(envelope, parts)| Save { envelope, parts });
    let saves = proptest::collection::vec(save, 0..5);
    let pages = proptest::collection::vec(proptest::collection::vec(item(), 0..4), 0..4);
    (saves, pages).prop_map(|(saves, pages)| Lifted { saves, pages })
}

/// What a sheet that is read comes back as: of nothing at all not even the pages are counted.
fn there(lifted: &Lifted) -> bool {
    !(lifted.saves.is_empty() && lifted.pages.iter().all(Vec::is_empty))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_said_comes_back(lifted in lifted()) {
        let sheet = pack(&lifted);
        if there(&lifted) {
            prop_assert_eq!(unpack(&sheet, MEMORY).unwrap(), lifted);
        } else {
            prop_assert!(sheet.is_empty());
        }
    }

    #[test]
    fn a_sheet_that_is_cut_or_altered_anywhere_is_refused_or_read_and_nothing_panics(
        lifted in lifted().prop_filter("something", there), flip in 1u8..=255
    ) {
        let sheet = pack(&lifted);
        for end in 1..sheet.len() {
            prop_assert!(unpack(&sheet[..end], MEMORY).is_err(), "cut at {}", end);
        }
        for at in 0..sheet.len() {
            let mut altered = sheet.clone();
            altered[at] ^= flip;
            let _ = unpack(&altered, MEMORY);
        }
    }

    #[test]
    fn noise_is_refused_or_read_and_nothing_panics(
        noise in proptest::collection::vec(any::<u8>(), 0..200)
    ) {
        let _ = unpack(&noise, 1 << 20);
    }
}

#[test]
fn a_sheet_of_more_than_memory_allows_is_refused_before_it_is_built() {
    let write = Write {
        field: Field::parse("note").unwrap(),
        value: Value::text("长".repeat(1000)),
        seen: Vec::new(),
        calculated: false,
    };
    let part = Part {
        record: RecordId::from_uuid(Uuid::nil()),
        kind: Kind::VISIT,
        compartment: Compartment::Contact,
        begins: true,
        row: None,
        writes: vec![write],
    };
    let save = Save {
        envelope: envelope_of_nobody(),
        parts: vec![part; 100_000],
    };
    let lifted = Lifted {
        saves: vec![save],
        pages: Vec::new(),
    };
    let sheet = pack(&lifted);
    assert!(sheet.len() < 10_000, "{}", sheet.len());
    assert_eq!(unpack(&sheet, 16 << 20), Err(Unreadable::TooLarge));
}

#[test]
fn lengths_of_a_gigabyte_cost_nothing() {
    let gigabyte = [0x80, 0x80, 0x80, 0x80, 0x04];
    for before in 0..6 {
        let sheet: Vec<u8> = [vec![0; before], gigabyte.to_vec(), vec![0; 8]].concat();
        assert!(unpack(&sheet, 16 << 20).is_err());
    }
}

fn envelope_of_nobody() -> Envelope {
    let device = DeviceId::from_uuid(Uuid::nil());
    Envelope {
        head: Head { device, seq: 1 },
        stamp: Hlc {
            millis: 0,
            counter: 0,
            device,
        },
        wall: WallTime::beijing(0),
        monotonic_millis: 0,
        last_server_millis: None,
        author: WorkerId::from_uuid(Uuid::nil()),
        role: String::new(),
        form: None,
        app: String::new(),
    }
}
