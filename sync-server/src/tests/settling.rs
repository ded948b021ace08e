//! What settles itself, and what a phone is told of a record's past.

use tanfang_core::form::Form;
use tanfang_core::model::{Compartment, Field, Head, Kind, RecordId, Value};
use tanfang_core::policy::is_automatic;
use tanfang_core::wire::{HistoryRequest, Item, VERSION, WireRefusal};

use super::world::*;
use crate::engine::{Request, Response};

const POLICIES: &str = r#"
| survey | | | | | | | |
| | type | name | label | required | bind::tanfang:of | bind::tanfang:compartment | bind::tanfang:merge | constraint |
| | text | household | household | | person | contact | | |
| | text | name | name | yes | person | contact | | |
| | select_one sex | sex | sex | | person | contact | | |
| | text | phone | phone | | person | contact | latest | |
| | select_multiple need | needs | needs | | person | contact | union | not(selected(., 'none') and count-selected(.) > 1) |
| | text | id_number | id | | person | identity | | |
| | text | home_division | village | | household | contact | | |
| | text | address | address | | household | contact | | |
| choices | | |
| | list_name | name | label |
| | sex | 1 | m |
| | sex | 2 | f |
| | need | meal | meal |
| | need | walk | walk |
| | need | none | none |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | card | card | 1 | tanfang="https://tanfang.example/xlsform" | person |
"#;

const VISIT: &str = r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:of | bind::tanfang:compartment |
| | text | mode | mode | visit | contact |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | visit | visit | 1 | tanfang="https://tanfang.example/xlsform" | visit |
"#;

fn list(codes: &[&str]) -> Value {
    Value::List(codes.iter().map(|code| Value::text(*code)).collect())
}

/// Two phones of the village that hold one card.
fn two(world: &mut World) -> (Phone, Phone, RecordId) {
    let mut a = world.worker("village_committee", VILLAGE);
    let mut b = world.worker("village_committee", VILLAGE);
    let (_, person) = a.card(world, VILLAGE);
    world.push(&a, 1).unwrap();
    world.pull(&mut b);
    (a, b, person)
}

fn writes(
    phone: &mut Phone,
    world: &World,
    person: RecordId,
    field: &str,
    value: Value,
    seen: &[Head],
) -> Head {
    let mut edit = part(person, Kind::PERSON, Compartment::Contact, &[(field, "")]);
    edit.writes[0].value = value;
    edit.writes[0].seen = seen.to_vec();
    world.move_clock(1_000);
    phone.save(world, Some(&world.card), vec![edit])
}

/// The number by which the person is called.
fn calls(phone: &mut Phone, world: &World, person: RecordId, number: &str, seen: &[Head]) -> Head {
    writes(phone, world, person, "phone", Value::text(number), seen)
}

fn needs(
    phone: &mut Phone,
    world: &World,
    person: RecordId,
    codes: &[&str],
    seen: &[Head],
) -> Head {
    writes(phone, world, person, "needs", list(codes), seen)
}

fn shown(world: &mut World, person: RecordId, field: &str) -> (Option<Value>, usize) {
    let record = world.stored(|turn| turn.record(person)).unwrap();
    let value = record.shown(&Field::parse(field).unwrap()).cloned();
    (value, record.conflicts().len())
}

#[test]
fn what_settles_itself_is_a_save_of_the_servers_that_every_phone_is_told() {
    let mut world = World::with_forms([POLICIES, VISIT]);
    let (mut a, mut b, person) = two(&mut world);
    let base = needs(&mut a, &world, person, &["meal"], &[]);
    world.push(&a, 2).unwrap();
    world.pull(&mut b);
    calls(&mut a, &world, person, "15400000001", &[]);
    needs(&mut a, &world, person, &["meal", "walk"], &[base]);
    calls(&mut b, &world, person, "15400000002", &[]);
    writes(&mut b, &world, person, "needs", Value::Null, &[base]);
    world.push(&b, 1).unwrap();
    world.push(&a, 3).unwrap();
    assert_eq!(
        shown(&mut world, person, "phone"),
        (Some(Value::text("15400000002")), 0)
    );
    assert_eq!(
        shown(&mut world, person, "needs"),
        (Some(list(&["walk"])), 0)
    );
    let last = world.stored(|turn| turn.tx().last_save());
    for phone in [&mut a, &mut b] {
        let told = world.pull(phone);
        let automatic = told.iter().filter_map(|(_, item)| match item {
            Item::Part { envelope, part, .. } if is_automatic(envelope) => Some(part),
            _ => None,
        });
        let fields: Vec<&str> = automatic
            .flat_map(|part| &part.writes)
            .map(|write| write.field.as_str())
            .collect();
        assert_eq!(fields, ["needs", "phone"], "one save, once");
    }
    world.push(&a, 3).unwrap();
    let again = world.stored(|turn| turn.tx().last_save());
    assert_eq!(again, last, "what comes twice settles nothing anew");
}

#[test]
fn a_person_who_takes_it_back_is_not_overruled() {
    let mut world = World::with_forms([POLICIES, VISIT]);
    let (mut a, mut b, person) = two(&mut world);
    calls(&mut a, &world, person, "15400000001", &[]);
    calls(&mut b, &world, person, "15400000002", &[]);
    world.push(&a, 2).unwrap();
    world.push(&b, 1).unwrap();
    let record = world.stored(|turn| turn.record(person)).unwrap();
    let seen = record.heads(&Field::parse("phone").unwrap());
    calls(&mut a, &world, person, "15400000001", &seen);
    assert!(accepted(&world.verdict(&a)));
    assert_eq!(
        shown(&mut world, person, "phone"),
        (Some(Value::text("15400000001")), 0)
    );
}

#[test]
fn a_union_that_the_form_forbids_and_a_field_without_a_policy_are_left_to_people() {
    let mut world = World::with_forms([POLICIES, VISIT]);
    let (mut a, mut b, person) = two(&mut world);
    let base = writes(&mut a, &world, person, "needs", Value::Null, &[]);
    world.push(&a, 2).unwrap();
    needs(&mut a, &world, person, &["none"], &[base]);
    writes(&mut a, &world, person, "name", Value::text("测试丙"), &[]);
    needs(&mut b, &world, person, &["walk"], &[base]);
    writes(&mut b, &world, person, "name", Value::text("测试丁"), &[]);
    world.push(&a, 3).unwrap();
    let before = world.stored(|turn| turn.tx().last_save());
    world.push(&b, 1).unwrap();
    let record = world.stored(|turn| turn.record(person)).unwrap();
    let fields: Vec<&str> = record
        .conflicts()
        .iter()
        .map(|c| c.field.as_str())
        .collect();
    assert_eq!(fields, ["name", "needs"]);
    let after = world.stored(|turn| turn.tx().last_save());
    assert_eq!(after.0, before.0 + 2, "the two that came, nothing else");
}

#[test]
fn a_policy_of_a_newer_version_of_the_form_counts() {
    let mut world = World::with_forms([POLICIES, VISIT]);
    let (mut a, mut b, person) = two(&mut world);
    let newer = POLICIES
        .replace("| latest |", "| ask |")
        .replace("| card | card | 1 |", "| card | card | 2 |");
    let form = Form::compile(&newer).unwrap();
    world
        .server
        .write(|turn| turn.publish_form(&form, &newer))
        .unwrap();
    calls(&mut a, &world, person, "15400000001", &[]);
    calls(&mut b, &world, person, "15400000002", &[]);
    world.push(&a, 2).unwrap();
    world.push(&b, 1).unwrap();
    assert_eq!(shown(&mut world, person, "phone").1, 1);
}

fn history(world: &mut World, phone: &Phone, record: RecordId) -> Response {
    world.server.handle(Request::History {
        token: phone.token.clone(),
        body: HistoryRequest {
            version: VERSION,
            record,
        },
    })
}

#[test]
fn a_history_is_told_in_the_compartments_that_the_phone_may_hold_and_no_others() {
    let mut world = World::new();
    let (mut a, mut b, person) = two(&mut world);
    let first = calls(&mut a, &world, person, "15400000001", &[]);
    calls(&mut a, &world, person, "15400000002", &[first]);
    world.push(&a, 2).unwrap();
    world.pull(&mut b);
    let grid = world.worker("grid_worker", VILLAGE);
    let other = world.worker("village_committee", OTHER);
    let fields = |response: Response| match response {
        Response::History(reply) => reply.record.map(|record| {
            let fields = record.fields.keys().map(Field::to_string);
            (
                fields.collect::<Vec<_>>(),
                record.fields["phone"].past.len(),
            )
        }),
        other => panic!("{other:?}"),
    };
    let (all, past) = fields(history(&mut world, &a, person)).unwrap();
    assert!(all.contains(&"id_number".to_owned()));
    assert_eq!(past, 1, "what was superseded is told");
    let (some, _) = fields(history(&mut world, &grid, person)).unwrap();
    assert!(!some.contains(&"id_number".to_owned()) && some.contains(&"name".to_owned()));
    assert_eq!(fields(history(&mut world, &other, person)), None);
    let nobody = world.id();
    assert_eq!(fields(history(&mut world, &a, nobody)), None, "told alike");
    let mut stranger = a;
    stranger.token = "no token".into();
    assert!(matches!(
        history(&mut world, &stranger, person),
        Response::Refused(WireRefusal::SignedOut)
    ));
}
