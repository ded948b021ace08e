use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::merge::Record;
use crate::model::{
    DeviceId, Envelope, Head, Hlc, Origin, Part, RecordId, Value, WallTime, WorkerId, Write,
};

const CARD: &str = r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:merge | bind::tanfang:compartment |
| | text | phone | phone | latest | contact |
| | select_multiple need | needs | needs | union | contact |
| | text | address | address | | contact |
| | text | id_number | id | ask:identity | identity |
| | date | birth | born | ask:identity | contact |
| | text | sex | sex | ask:identity | contact |
| choices | | |
| | list_name | name | label |
| | need | meal | m |
| | need | bath | b |
| | need | walk | w |
| | need | none | n |
| settings | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | card | card | 1 | tanfang="https://tanfang.example/xlsform" | person |
"#;

/// The server writes as this device.
const SERVER: u8 = 200;

fn form(source: &str) -> Form {
    Form::compile(source).unwrap()
}

fn policies() -> Policies {
    Policies::of_forms([&form(CARD)])
}

fn head(device: u8, seq: u64) -> Head {
    Head {
        device: DeviceId::from_uuid(Uuid::from_bytes([device; 16])),
        seq,
    }
}

fn origin(head: Head) -> Origin {
    let server = head.device.bytes()[0] == SERVER;
    let millis = 1_000 * head.seq as i64 + i64::from(head.device.bytes()[0]);
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
            author: WorkerId::from_uuid(match server {
                true => head.device.uuid(),
                false => Uuid::from_bytes([7; 16]),
            }),
            role: if server { AUTOMATIC } else { "grid_worker" }.into(),
            form: None,
            app: "test".into(),
        },
        received_at: None,
    }
}

fn record() -> Record {
    Record::new(RecordId::from_uuid(Uuid::from_bytes([1; 16])), Kind::PERSON)
}

fn field(name: &str) -> Field {
    Field::parse(name).unwrap()
}

fn list(codes: &[&str]) -> Value {
    Value::List(codes.iter().map(|code| Value::text(*code)).collect())
}

fn says(record: &mut Record, at: Head, name: &str, value: Value, seen: &[Head]) {
    let part = Part {
        record: record.id,
        kind: record.kind.clone(),
        compartment: Compartment::Contact,
        begins: false,
        row: None,
        writes: vec![Write {
            field: field(name),
            value,
            seen: seen.to_vec(),
            calculated: false,
        }],
    };
    record.hear(&part, &origin(at));
}

/// The server settles what settles itself; how many fields that was.
fn settle_itself(record: &mut Record, policies: &Policies, seq: u64) -> usize {
    let parts = policies.choices(record, &mut |_, _, _| true);
    let origin = origin(head(SERVER, seq));
    parts.iter().for_each(|part| record.hear(part, &origin));
    parts.iter().map(|part| part.writes.len()).sum()
}

#[test]
fn latest_settles_itself_once_and_keeps_the_other_value_for_who_looks_for_it() {
    let (policies, mut card) = (policies(), record());
    says(&mut card, head(1, 1), "phone", Value::text("1"), &[]);
    says(
        &mut card,
        head(1, 2),
        "phone",
        Value::text("2"),
        &[head(1, 1)],
    );
    says(
        &mut card,
        head(2, 1),
        "phone",
        Value::text("3"),
        &[head(1, 1)],
    );
    assert_eq!(settle_itself(&mut card, &policies, 9), 1);
    assert!(card.conflicts().is_empty());
    assert_eq!(card.text("phone"), Some("2"));
    let register = &card.fields["phone"];
    assert_eq!(
        register.told_by(head(2, 1)).unwrap().value,
        Value::text("3")
    );
    assert_eq!(
        settle_itself(&mut card, &policies, 10),
        0,
        "it does not loop"
    );
}

#[test]
fn a_union_takes_out_what_either_took_out_and_adds_what_either_added() {
    let (policies, mut card) = (policies(), record());
    says(&mut card, head(1, 1), "needs", list(&["meal", "bath"]), &[]);
    says(
        &mut card,
        head(1, 2),
        "needs",
        list(&["meal"]),
        &[head(1, 1)],
    );
    says(
        &mut card,
        head(2, 1),
        "needs",
        list(&["meal", "bath", "walk"]),
        &[head(1, 1)],
    );
    settle_itself(&mut card, &policies, 9);
    assert_eq!(card.shown(&field("needs")), Some(&list(&["meal", "walk"])));
    assert!(card.conflicts().is_empty());
}

#[test]
fn a_union_without_a_common_base_is_asked_of_a_person() {
    let (policies, mut card) = (policies(), record());
    says(&mut card, head(1, 1), "needs", list(&["meal"]), &[]);
    says(&mut card, head(2, 1), "needs", list(&["walk"]), &[]);
    assert_eq!(settle_itself(&mut card, &policies, 9), 0);
    assert_eq!(card.conflicts().len(), 1);
}

#[test]
fn a_union_that_the_form_does_not_take_is_asked_of_a_person() {
    let (policies, mut card) = (policies(), record());
    says(&mut card, head(1, 1), "needs", Value::Null, &[]);
    says(
        &mut card,
        head(1, 2),
        "needs",
        list(&["none"]),
        &[head(1, 1)],
    );
    says(
        &mut card,
        head(2, 1),
        "needs",
        list(&["walk"]),
        &[head(1, 1)],
    );
    let mut tried = Vec::new();
    let parts = policies.choices(&card, &mut |_, value, given| {
        tried.push((value.clone(), given.len()));
        false
    });
    assert!(parts.is_empty());
    assert_eq!(tried, [(list(&["none", "walk"]), 2)]);
}

#[test]
fn what_no_form_knows_and_what_is_void_is_never_settled_but_by_a_person() {
    let policies = policies();
    for kind in [Kind::PERSON, Kind::named("orchard")] {
        let mut thing = Record::new(record().id, kind.clone());
        for name in ["phone", "colour", "$area"] {
            says(&mut thing, head(1, 1), name, Value::text("1"), &[]);
            says(&mut thing, head(2, 1), name, Value::text("2"), &[]);
        }
        let known = usize::from(kind == Kind::PERSON);
        assert_eq!(settle_itself(&mut thing, &policies, 9), known);
        says(&mut thing, head(1, 2), "phone", Value::text("1"), &[]);
        says(&mut thing, head(2, 2), "phone", Value::text("2"), &[]);
        says(&mut thing, head(1, 3), "$void", Value::Bool(true), &[]);
        assert_eq!(settle_itself(&mut thing, &policies, 10), 0);
    }
}

#[test]
fn where_two_forms_say_different_things_of_a_field_a_person_decides() {
    let other = form(
        &CARD
            .replace("| latest |", "| ask |")
            .replace("| card | card |", "| b | b |"),
    );
    let policies = Policies::of_forms([&form(CARD), &other, &form(CARD)]);
    assert_eq!(policies.policy(&Kind::PERSON, &field("phone")), Merge::Ask);
    assert_eq!(
        policies.policy(&Kind::PERSON, &field("needs")),
        Merge::Union
    );
}

#[test]
fn a_person_who_decided_meanwhile_is_not_overruled_by_what_settled_itself() {
    let policies = policies();
    for (name, one, two, chosen) in [
        (
            "phone",
            Value::text("1"),
            Value::text("2"),
            Value::text("3"),
        ),
        ("needs", list(&["meal"]), list(&["walk"]), list(&["bath"])),
    ] {
        let mut card = record();
        says(&mut card, head(1, 1), name, Value::Null, &[]);
        says(&mut card, head(1, 2), name, one, &[head(1, 1)]);
        says(&mut card, head(2, 2), name, two, &[head(1, 1)]);
        settle_itself(&mut card, &policies, 9);
        // Without a link, by somebody who held both.
        says(
            &mut card,
            head(3, 3),
            name,
            chosen.clone(),
            &[head(1, 2), head(2, 2)],
        );
        assert_eq!(card.conflicts().len(), 1);
        settle_itself(&mut card, &policies, 10);
        assert!(card.conflicts().is_empty());
        assert_eq!(card.shown(&field(name)), Some(&chosen));
    }
}

#[test]
fn what_settled_itself_is_as_late_as_the_person_who_said_it() {
    let (policies, mut card) = (policies(), record());
    says(&mut card, head(1, 1), "phone", Value::text("1"), &[]);
    says(
        &mut card,
        head(2, 2),
        "phone",
        Value::text("2"),
        &[head(1, 1)],
    );
    says(
        &mut card,
        head(3, 3),
        "phone",
        Value::text("3"),
        &[head(1, 1)],
    );
    settle_itself(&mut card, &policies, 90);
    // Later than each value, earlier than the server's save; it comes late.
    says(
        &mut card,
        head(2, 50),
        "phone",
        Value::text("4"),
        &[head(2, 2)],
    );
    settle_itself(&mut card, &policies, 91);
    assert_eq!(card.text("phone"), Some("4"));
}

/// A card whose identity two people corrected apart: one the number and the day, one the day.
fn disputed() -> Record {
    let mut card = record();
    for (name, value) in [("id_number", "A"), ("birth", "1950"), ("sex", "1")] {
        says(&mut card, head(1, 1), name, Value::text(value), &[]);
    }
    says(
        &mut card,
        head(1, 2),
        "id_number",
        Value::text("B"),
        &[head(1, 1)],
    );
    says(
        &mut card,
        head(1, 2),
        "birth",
        Value::text("1951"),
        &[head(1, 1)],
    );
    says(
        &mut card,
        head(2, 3),
        "birth",
        Value::text("1952"),
        &[head(1, 1)],
    );
    card
}

#[test]
fn a_number_a_birthday_and_a_sex_are_one_question_with_each_sides_whole_answer() {
    let (policies, mut card) = (policies(), disputed());
    let texts = |values: &[Value]| -> Vec<String> {
        let text = |value: &Value| value.as_text().unwrap_or_default().to_owned();
        values.iter().map(text).collect()
    };
    let questions = policies.questions(&card);
    assert_eq!(questions.len(), 1);
    let question = &questions[0];
    assert_eq!(question.group.as_deref(), Some("identity"));
    assert_eq!(question.field, field("birth"));
    assert_eq!(texts(question.base.as_deref().unwrap()), ["A", "1950", "1"]);
    assert_eq!(texts(&question.sides[0].values), ["A", "1952", "1"]);
    assert_eq!(texts(&question.sides[1].values), ["B", "1951", "1"]);
    assert_eq!(
        settle_itself(&mut card, &policies, 9),
        0,
        "a group is asked"
    );
    // A third device that agrees with the first is no third answer.
    says(
        &mut card,
        head(3, 4),
        "id_number",
        Value::text("B"),
        &[head(1, 1)],
    );
    says(
        &mut card,
        head(3, 4),
        "birth",
        Value::text("1951"),
        &[head(1, 1)],
    );
    let sides = policies.questions(&card).remove(0).sides;
    assert_eq!(sides.len(), 2);
    assert_eq!(sides[0].by.len(), 2, "two devices agree");
}

#[test]
fn a_record_is_looked_at_again_as_it_was_shown() {
    let (policies, mut card) = (policies(), disputed());
    let shown = policies.questions(&card).remove(0);
    says(
        &mut card,
        head(3, 9),
        "birth",
        Value::text("1949"),
        &[head(1, 2), head(2, 3)],
    );
    assert!(policies.questions(&card).is_empty());
    let asked = |field: &Field| shown.fields.iter().any(|(of, _)| of == field);
    let seen = card.as_seen(&shown.heads, asked);
    assert_eq!(policies.questions(&seen), [shown]);
}

proptest! {
    /// Whatever was said in whatever order: what settles itself is settled at once, and settling
    /// again finds nothing.
    #[test]
    fn settling_itself_ends(
        said in proptest::collection::vec((1u8..4, 0usize..4, 0usize..6, proptest::collection::vec(0usize..12, 0..3)), 1..12)
    ) {
        let (policies, mut card) = (policies(), record());
        let codes = ["meal", "bath", "walk"];
        let mut made: Vec<(Head, &str)> = Vec::new();
        for (at, (device, what, value, seen)) in said.into_iter().enumerate() {
            let name = ["phone", "needs", "address", "birth"][what];
            let value = match name {
                "needs" => list(&codes[..value % 4]),
                _ => Value::text(value.to_string()),
            };
            let head = head(device, at as u64 + 1);
            let seen: Vec<Head> = seen.iter().filter_map(|i| made.get(*i)).map(|(h, _)| *h).collect();
            made.push((head, name));
            says(&mut card, head, name, value, &seen);
        }
        settle_itself(&mut card, &policies, 100);
        let settled = card.clone();
        prop_assert_eq!(settle_itself(&mut card, &policies, 101), 0);
        prop_assert_eq!(&card, &settled);
        for conflict in card.conflicts() {
            prop_assert!(conflict.field.as_str() != "phone");
        }
    }
}
