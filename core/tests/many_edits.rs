//! A field that was edited without end: the merge, and what a person is asked of it, cost as much as
//! was said, and no stack. Alone in its process, because it counts allocations; it judges nothing by
//! time. `TANFANG_EDITS` says how many edits, 100,000 in the night.
#![cfg(feature = "author")]

use std::collections::BTreeSet;
use std::sync::Arc;

use tanfang_core::form::Form;
use tanfang_core::merge::{Record, settle};
use tanfang_core::model::{
    Compartment, DeviceId, Envelope, Field, Head, Hlc, Kind, Origin, Part, RecordId, Value,
    WallTime, WorkerId, Write,
};
use tanfang_core::policy::Policies;
use uuid::Uuid;

#[path = "../../tests/bench/compliance/allocations.rs"]
mod allocations;

/// Less than a phone gives its smallest thread: what recurses by edits does not fit.
const STACK_BYTES: usize = 256 << 10;

const CARD: &str = r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:merge | bind::tanfang:compartment |
| | text | phone | phone | latest | contact |
| | select_multiple need | needs | needs | union | contact |
| | text | id_number | id | ask:identity | contact |
| | text | sex | sex | ask:identity | contact |
| choices | | |
| | list_name | name | label |
| | need | meal | m |
| | need | bath | b |
| settings | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | card | card | 1 | tanfang="https://tanfang.example/xlsform" | person |
"#;

type Said = (Part, Origin);

fn head(device: u8, seq: usize) -> Head {
    Head {
        device: DeviceId::from_uuid(Uuid::from_bytes([device; 16])),
        seq: seq as u64,
    }
}

fn record_id() -> RecordId {
    RecordId::from_uuid(Uuid::from_bytes([1; 16]))
}

fn edit(field: &str, value: Value, head: Head, seen: &[Head]) -> Said {
    let millis = 1_715_313_600_000 + head.seq as i64;
    let envelope = Envelope {
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
    };
    let part = Part {
        record: record_id(),
        kind: Kind::PERSON,
        compartment: Compartment::Contact,
        begins: head.seq == 1,
        row: None,
        writes: vec![Write {
            field: Field::parse(field).unwrap(),
            value,
            seen: seen.to_vec(),
            calculated: false,
        }],
    };
    let origin = Origin {
        envelope,
        received_at: Some(millis),
    };
    (part, origin)
}

/// The value of an edit: a list of codes where that is what the field holds.
fn value(field: &str, at: usize) -> Value {
    match field {
        "needs" if at.is_multiple_of(2) => Value::List(vec![Value::text("meal")]),
        "needs" => Value::List(vec![Value::text("bath")]),
        _ => Value::Int(at as i64),
    }
}

/// Edits of one device, each by somebody who looked at the one before; the first at `seen`.
fn chain(field: &str, device: u8, from: usize, many: usize, seen: Option<Head>) -> Vec<Said> {
    let mut before: Vec<Head> = seen.into_iter().collect();
    let edits = (from..from + many).map(|at| {
        let own = head(device, at);
        let seen = std::mem::replace(&mut before, vec![own]);
        edit(field, value(field, at), own, &seen)
    });
    edits.collect()
}

fn settled<'s>(said: impl IntoIterator<Item = &'s Said>) -> Record {
    let said = said.into_iter().map(|(part, origin)| (part, origin));
    settle(record_id(), Kind::PERSON, said)
}

/// A third in common, then two phones apart for a third each.
fn two_sides(field: &str, edits: usize) -> [Vec<Said>; 3] {
    let third = edits / 3;
    let common = chain(field, 1, 1, third, None);
    let last = Some(head(1, third));
    [
        common,
        chain(field, 2, 1, third, last),
        // They end with another value.
        chain(field, 3, 2, third, last),
    ]
}

/// One phone edits and edits; it is heard in any order.
fn one_phone(edits: usize) {
    let all = chain("phone", 1, 1, edits, None);
    let whole = settled(&all);
    assert_eq!(whole, settled(all.iter().rev()));
    assert!(whole.conflicts().is_empty());
    assert_eq!(whole.shown_named("phone"), Some(&value("phone", edits)));
    let packed = rmp_serde::to_vec_named(&whole).unwrap();
    assert_eq!(rmp_serde::from_slice::<Record>(&packed).unwrap(), whole);
}

/// Two phones edit apart and are joined; what stands open settles itself, or is asked.
fn joined(policies: &Policies, edits: usize) {
    for field in ["phone", "needs", "id_number"] {
        let [common, ours, theirs] = two_sides(field, edits);
        let third = common.len();
        let mut left = settled(common.iter().chain(&ours));
        let right = settled(common.iter().chain(&theirs));
        left.join(&right);
        assert_eq!(left, settled(theirs.iter().chain(&ours).chain(&common)));
        let conflicts = left.conflicts();
        assert_eq!((conflicts.len(), conflicts[0].rivals.len()), (1, 2));
        assert_eq!(conflicts[0].base, Some(&value(field, third)));
        let questions = policies.questions(&left);
        assert_eq!(questions.len(), 1);
        let itself = policies.choices(&left, &mut |_, _, _| true);
        assert_eq!(itself.is_empty(), field == "id_number");
        let heads: BTreeSet<Head> = left.origins.keys().copied().collect();
        assert_eq!(left.as_seen(&heads, |_| true), left);
    }
}

/// Nobody saw anybody: all of it stands beside each other, two values or as many as there are edits.
fn unseen(edits: usize) {
    for values in [2, edits] {
        let all = (1..=edits).map(|at| edit("name", value("name", at % values), head(2, at), &[]));
        let record = settled(&all.collect::<Vec<_>>());
        let conflicts = record.conflicts();
        assert_eq!(conflicts[0].rivals.len(), values);
        assert_eq!(record.heads(conflicts[0].field).len(), edits);
    }
}

/// Every edit voided the record, or was made by somebody who had not seen that.
fn voided(edits: usize) {
    let half = edits / 2;
    let mut all: Vec<Said> = (1..=half)
        .map(|at| edit("$void", Value::Bool(true), head(2, at), &[]))
        .collect();
    all.extend((1..=half).map(|at| edit("name", value("name", at), head(3, at), &[])));
    let record = settled(&all);
    let void = Field::void();
    let conflicts = record.conflicts();
    let asked = conflicts.iter().find(|conflict| *conflict.field == void);
    assert_eq!(asked.unwrap().rivals.len(), 1 + half);
}

/// The allocations of some work, done on a small stack.
fn cost(work: impl FnOnce() + Send + 'static) -> u64 {
    let before = allocations::so_far();
    let small = std::thread::Builder::new().stack_size(STACK_BYTES);
    small.spawn(work).unwrap().join().unwrap();
    allocations::so_far() - before
}

#[test]
fn twice_as_many_edits_of_a_field_cost_twice_as_much_and_no_stack() {
    let edits = std::env::var("TANFANG_EDITS");
    let edits: usize = edits.map_or(6_000, |many| many.parse().unwrap());
    let policies = Arc::new(Policies::of_forms([&Form::compile(CARD).unwrap()]));
    let linear = |what: &str, work: &dyn Fn(usize) -> u64| {
        let (once, twice) = (work(edits / 2), work(edits));
        println!("{what}: {once} allocations, then {twice}");
        assert!(twice * 10 < once * 22, "{what}: {once}, then {twice}");
    };
    linear("one phone", &|edits| cost(move || one_phone(edits)));
    linear("joined", &|edits| {
        let policies = policies.clone();
        cost(move || joined(&policies, edits))
    });
    linear("unseen", &|edits| cost(move || unseen(edits)));
    linear("voided", &|edits| cost(move || voided(edits)));
}
