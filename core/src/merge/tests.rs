use super::*;
use crate::model::{DeviceId, Envelope, WallTime, WorkerId, Write};
use proptest::prelude::*;
use uuid::Uuid;

fn device(n: u8) -> DeviceId {
    DeviceId::from_uuid(Uuid::from_bytes([n; 16]))
}

fn head(device_no: u8, seq: u64) -> Head {
    Head {
        device: device(device_no),
        seq,
    }
}

fn origin(head: Head, millis: i64) -> Origin {
    Origin {
        envelope: Envelope {
            head,
            stamp: Hlc {
                millis,
                counter: 0,
                device: head.device,
            },
            wall: WallTime::beijing(millis),
            monotonic_millis: 0,
            last_server_millis: None,
            author: WorkerId::from_uuid(Uuid::from_bytes([7; 16])),
            role: "village_committee".into(),
            form: None,
            app: "test".into(),
        },
        received_at: None,
    }
}

fn part(field: &str, value: Value, seen: &[Head]) -> Part {
    Part {
        record: record_id(),
        kind: Kind::PERSON,
        compartment: Compartment::Contact,
        begins: false,
        row: None,
        writes: vec![Write {
            field: Field::parse(field).unwrap(),
            value,
            seen: seen.to_vec(),
            calculated: false,
        }],
    }
}

fn record_id() -> RecordId {
    RecordId::from_uuid(Uuid::from_bytes([1; 16]))
}

fn said(list: &[(Part, Origin)]) -> Record {
    settle(record_id(), Kind::PERSON, list.iter().map(|(p, o)| (p, o)))
}

fn phone() -> Field {
    Field::parse("phone").unwrap()
}

#[test]
fn a_write_supersedes_exactly_the_heads_it_names() {
    let first = (part("phone", Value::text("1"), &[]), origin(head(1, 1), 10));
    let a = (
        part("phone", Value::text("2"), &[head(1, 1)]),
        origin(head(1, 2), 20),
    );
    let b = (
        part("phone", Value::text("3"), &[head(1, 1)]),
        origin(head(2, 1), 30),
    );
    let record = said(&[first.clone(), a.clone(), b.clone()]);
    let conflicts = record.conflicts();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        conflicts[0]
            .rivals
            .iter()
            .map(|r| r.value.clone())
            .collect::<Vec<_>>(),
        [Value::text("3"), Value::text("2")]
    );
    assert_eq!(conflicts[0].base, Some(&Value::text("1")));
    let choice = (
        part("phone", Value::text("2"), &[head(1, 2), head(2, 1)]),
        origin(head(3, 1), 40),
    );
    let record = said(&[choice, b, first, a]);
    assert!(record.conflicts().is_empty());
    assert_eq!(record.shown(&phone()), Some(&Value::text("2")));
}

#[test]
fn three_devices_of_which_two_agree_show_two_values() {
    let writes: Vec<_> = [(1, "a"), (2, "b"), (3, "a")]
        .into_iter()
        .map(|(n, v)| {
            (
                part("phone", Value::text(v), &[]),
                origin(head(n, 1), i64::from(n)),
            )
        })
        .collect();
    let record = said(&writes);
    assert_eq!(record.conflicts()[0].rivals.len(), 2);
    assert_eq!(record.conflicts()[0].rivals[0].by.len(), 2);
}

#[test]
fn a_clock_a_day_ahead_does_not_stay_on_top() {
    let mut future = origin(head(1, 1), 100 * AHEAD);
    future.received_at = Some(AHEAD);
    let later = origin(head(2, 1), 3 * AHEAD);
    let record = said(&[
        (part("phone", Value::text("future"), &[]), future),
        (part("phone", Value::text("now"), &[]), later),
    ]);
    assert_eq!(record.shown(&phone()), Some(&Value::text("now")));
    assert_eq!(
        record.conflicts()[0].rivals.len(),
        2,
        "the order decides what is shown, never what is kept"
    );
}
const AHEAD: i64 = crate::model::AHEAD_LIMIT_MILLIS;

#[test]
fn a_row_taken_out_and_edited_is_a_conflict_that_a_person_sees() {
    let row: RowId = "018f3c2a-7b1c-7def-8abc-0123456789ab".parse().unwrap();
    let leaf = format!("category[{row}].to");
    let gone = format!("category[{row}].$gone");
    let born = (
        part(&leaf, Value::text("2024-01-01"), &[]),
        origin(head(1, 1), 1),
    );
    let out = (
        part(&gone, Value::Bool(true), &[head(1, 1)]),
        origin(head(1, 2), 2),
    );
    let quiet = said(&[born.clone(), out.clone()]);
    assert!(quiet.conflicts().is_empty());
    assert!(quiet.rows("category").is_empty());
    let edit = (
        part(&leaf, Value::text("2024-02-02"), &[head(1, 1)]),
        origin(head(2, 1), 3),
    );
    let record = said(&[edit, born, out]);
    let conflicts = record.conflicts();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].field.as_str(), gone);
    let kept = (
        part(&gone, Value::Bool(false), &[head(1, 2), head(2, 1)]),
        origin(head(3, 1), 4),
    );
    let mut record = record;
    record.hear(&kept.0, &kept.1);
    assert!(record.conflicts().is_empty());
    assert_eq!(record.rows("category"), [row]);
}

/// A history that real devices could have made: each write names heads that its device had heard.
fn history() -> impl Strategy<Value = Vec<(Part, Origin)>> {
    let step = (0u8..4, 0usize..3, 0i64..50, 0u8..4, proptest::bool::ANY);
    proptest::collection::vec(step, 1..40).prop_map(|steps| {
        let fields = [
            "phone",
            "name",
            "category[018f3c2a-7b1c-7def-8abc-0123456789ab].to",
        ];
        let mut seqs = [0u64; 4];
        let mut devices: Vec<Record> = (0..4).map(|_| said(&[])).collect();
        let mut out = Vec::new();
        for (device_no, field_no, millis, value, meet) in steps {
            let who = device_no as usize;
            if meet {
                let other = devices[(who + 1) % 4].clone();
                devices[who].join(&other);
            }
            seqs[who] += 1;
            let field = Field::parse(fields[field_no]).unwrap();
            let seen = devices[who].heads(&field);
            let made = (
                part(fields[field_no], Value::Int(i64::from(value)), &seen),
                origin(head(device_no + 1, seqs[who]), millis),
            );
            devices[who].hear(&made.0, &made.1);
            out.push(made);
        }
        out
    })
}

proptest! {
    #[test]
    fn a_record_is_a_function_of_the_set_in_any_order_and_repetition(
        (history, shuffled) in history().prop_flat_map(|h| {
            let n = h.len();
            let twice: Vec<usize> = (0..n).chain(0..n).collect();
            (Just(h), Just(twice).prop_shuffle())
        })
    ) {
        let whole = said(&history);
        let mixed: Vec<_> = shuffled.iter().map(|i| history[*i].clone()).collect();
        prop_assert_eq!(&said(&mixed), &whole);
    }

    #[test]
    fn the_compact_state_obeys_the_same_law(
        (history, cut, shuffled) in history().prop_flat_map(|h| {
            let n = h.len();
            (Just(h), 0..=n, Just((0..n).collect::<Vec<_>>()).prop_shuffle())
        })
    ) {
        let whole = said(&history);
        let mixed: Vec<_> = shuffled.iter().map(|i| history[*i].clone()).collect();
        let (left, right) = mixed.split_at(cut);
        // A phone holds the compact state as bytes, and hears the rest of the world's as another.
        let packed = rmp_serde::to_vec_named(&said(left)).unwrap();
        let mut phone: Record = rmp_serde::from_slice(&packed).unwrap();
        phone.join(&said(right));
        prop_assert_eq!(&phone, &whole);
        phone.join(&said(left));
        prop_assert_eq!(&phone, &whole);
        let mut other_way = said(right);
        other_way.join(&said(left));
        prop_assert_eq!(&other_way, &whole);
    }

    #[test]
    fn what_is_forgotten_was_never_heard((history, at) in history().prop_flat_map(|h| {
        let n = h.len();
        (Just(h), 0..n)
    })) {
        let mut without = history.clone();
        let (_, origin) = without.remove(at);
        let mut record = said(&history);
        record.forget(origin.envelope.head);
        prop_assert_eq!(record, said(&without));
    }

    #[test]
    fn no_value_that_nobody_has_seen_is_lost(history in history()) {
        let record = said(&history);
        for (part, origin) in &history {
            let write = &part.writes[0];
            let named = history.iter().any(|(p, _)| p.writes[0].field == write.field && p.writes[0].seen.contains(&origin.envelope.head));
            let live = record.fields[&write.field].live.contains_key(&origin.envelope.head);
            prop_assert_eq!(live, !named);
        }
    }
}
