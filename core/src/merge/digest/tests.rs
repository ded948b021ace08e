use super::super::{Record, settle};
use super::*;
use crate::model::{DeviceId, Envelope, Hlc, Kind, Origin, Part, WallTime, WorkerId, Write};
use proptest::prelude::*;
use uuid::Uuid;

const CONTACT: Compartment = Compartment::Contact;

fn head(device: u8, seq: u64) -> Head {
    let device = DeviceId::from_uuid(Uuid::from_bytes([device; 16]));
    Head { device, seq }
}

fn said(head: Head, field: &str, value: Value, seen: &[Head], received: bool) -> (Part, Origin) {
    let part = Part {
        record: RecordId::from_uuid(Uuid::from_bytes([1; 16])),
        kind: Kind::PERSON,
        compartment: CONTACT,
        begins: false,
        row: None,
        writes: vec![Write {
            field: Field::parse(field).unwrap(),
            value,
            seen: seen.to_vec(),
            calculated: false,
        }],
    };
    let envelope = Envelope {
        head,
        stamp: Hlc {
            millis: 1,
            counter: 0,
            device: head.device,
        },
        wall: WallTime::beijing(1),
        monotonic_millis: 0,
        last_server_millis: None,
        author: WorkerId::from_uuid(Uuid::from_bytes([7; 16])),
        role: "village_committee".into(),
        form: None,
        app: "test".into(),
    };
    let received_at = received.then_some(9);
    (
        part,
        Origin {
            envelope,
            received_at,
        },
    )
}

fn record(said: &[(Part, Origin)]) -> Record {
    let id = said[0].0.record;
    settle(id, Kind::PERSON, said.iter().map(|(p, o)| (p, o)))
}

/// Saves of three devices that write two fields, each having seen some of those before.
fn saves() -> impl Strategy<Value = Vec<(Part, Origin)>> {
    let one = (
        0u8..3,
        0u8..2,
        any::<i64>(),
        proptest::collection::vec(any::<prop::sample::Index>(), 0..3),
    );
    proptest::collection::vec(one, 1..12).prop_map(|drawn| {
        let mut heads: Vec<Head> = Vec::new();
        let made = drawn
            .into_iter()
            .enumerate()
            .map(|(at, (device, field, value, seen))| {
                let seen: Vec<Head> = match heads.is_empty() {
                    true => Vec::new(),
                    false => seen.iter().map(|i| *i.get(&heads)).collect(),
                };
                let head = head(device + 1, at as u64 + 1);
                heads.push(head);
                said(
                    head,
                    ["phone", "name"][field as usize],
                    Value::Int(value),
                    &seen,
                    true,
                )
            });
        made.collect()
    })
}

proptest! {
    #[test]
    fn a_record_is_the_sum_of_its_saves_in_whatever_order_they_came(
        saves in saves(), turn in any::<prop::sample::Index>(),
    ) {
        let whole = record(&saves);
        let sum = saves.iter().fold(FeedDigest::default(), |sum, (_, origin)| {
            sum + FeedDigest::of_save(&whole, CONTACT, origin.envelope.head)
        });
        prop_assert_eq!(FeedDigest::of_record(&whole, CONTACT), sum);
        let mut turned = saves.clone();
        turned.rotate_left(turn.index(saves.len()));
        turned.extend(saves.iter().take(2).cloned());
        prop_assert_eq!(FeedDigest::of_record(&record(&turned), CONTACT), sum);
        let (mut half, other) = (record(&saves[..1]), record(&saves));
        half.join(&other.in_compartment(CONTACT));
        prop_assert_eq!(FeedDigest::of_record(&half, CONTACT), sum);
    }

    #[test]
    fn a_save_that_is_missing_or_another_is_seen(saves in saves()) {
        let whole = FeedDigest::of_record(&record(&saves), CONTACT);
        let mut altered = saves.clone();
        altered[0].0.writes[0].value = Value::text("another");
        prop_assert_ne!(FeedDigest::of_record(&record(&altered), CONTACT), whole);
        if saves.len() > 1 {
            prop_assert_ne!(FeedDigest::of_record(&record(&saves[1..]), CONTACT), whole);
        }
    }
}

#[test]
fn what_the_server_has_not_received_is_not_counted() {
    let theirs = said(head(2, 1), "phone", Value::text("1"), &[], true);
    let mine = said(head(1, 1), "phone", Value::text("2"), &[head(2, 1)], false);
    let digest = FeedDigest::of_record(&record(std::slice::from_ref(&theirs)), CONTACT);
    let both = record(&[theirs, mine]);
    assert_eq!(FeedDigest::of_record(&both, CONTACT), digest);
    assert_eq!(
        FeedDigest::of_record(&both, Compartment::Care),
        FeedDigest::default()
    );
}

#[test]
fn the_digest_of_a_save_is_the_one_that_was_published() {
    let values = [
        Value::Null,
        Value::Bool(true),
        Value::Int(-1),
        Value::Real(0.5),
        Value::List(vec![Value::text("a")]),
        Value::Map([("b".to_owned(), Value::text("测试"))].into()),
    ];
    let all = values
        .into_iter()
        .zip(1..)
        .map(|(value, seq)| said(head(1, seq), &format!("field_{seq}"), value, &[], true));
    let all: Vec<_> = all.collect();
    let digest = FeedDigest::of_record(&record(&all), CONTACT);
    assert_eq!(hex::encode(digest.bytes()), GOLDEN);
    assert_eq!(FeedDigest::from_bytes(digest.bytes()), digest);
}

/// Another digest is another protocol: phones and servers of two versions would never agree.
const GOLDEN: &str = "8eb09c245ba3ba8442c29a9eafd84d77";
