use super::*;
use crate::merge::settle;
use crate::model::{
    Compartment, DeviceId, Envelope, Head, Hlc, Origin, Part, RecordId, WallTime, WorkerId, Write,
};
use rows::{Group, Met};
use uuid::Uuid;

pub(super) fn id(n: u8) -> RecordId {
    RecordId::from_uuid(Uuid::from_bytes([n; 16]))
}

pub(super) fn origin(seq: u64, recorded: &str, received: Option<&str>) -> Origin {
    let device = DeviceId::from_uuid(Uuid::from_bytes([1; 16]));
    let wall = WallTime::parse(recorded).unwrap();
    Origin {
        envelope: Envelope {
            head: Head { device, seq },
            stamp: Hlc {
                millis: wall.millis,
                counter: 0,
                device,
            },
            wall,
            monotonic_millis: 0,
            last_server_millis: None,
            author: WorkerId::from_uuid(Uuid::from_bytes([7; 16])),
            role: "village_committee".into(),
            form: None,
            app: "test".into(),
        },
        received_at: received.map(|t| WallTime::parse(t).unwrap().millis),
    }
}

pub(super) fn part(record: RecordId, kind: Kind, fields: &[(&str, &str)]) -> Part {
    let writes = fields.iter().map(|(field, value)| Write {
        field: Field::parse(field).unwrap(),
        value: Value::text(*value),
        seen: vec![],
        calculated: false,
    });
    Part {
        record,
        kind,
        compartment: Compartment::Contact,
        begins: true,
        row: None,
        writes: writes.collect(),
    }
}

pub(super) const A: &str = "018f3c2a-7b1c-7def-8abc-0123456789aa";
pub(super) const B: &str = "018f3c2a-7b1c-7def-8abc-0123456789ab";

#[test]
fn a_person_gets_the_divisions_of_the_household_and_the_intervals_of_the_rows() {
    let o = origin(1, "2024-05-01T08:00:00+08:00", None);
    let household = id(2).to_string();
    let person = part(
        id(1),
        Kind::PERSON,
        &[
            ("name", "测试甲"),
            ("group", "child"),
            ("birth_date", "2014-06-01"),
            ("household", &household),
            (&format!("registration[{A}].from"), "2024-01-10"),
            (&format!("category[{A}].code"), "orphan"),
            (&format!("category[{A}].from"), "2024-01-10"),
            (&format!("category[{B}].code"), "high"),
            (&format!("life_state[{A}].code"), "hospital"),
            (&format!("life_state[{A}].from"), "2024-03-01"),
            (
                &format!("life_state[{A}].family_contacted_on"),
                "2024-03-02",
            ),
            (&format!("life_state[{B}].code"), "moved"),
            (&format!("life_state[{B}].from"), "2024-04-21"),
            (&format!("carer[{A}].from"), "2024-02-01"),
        ],
    );
    let home = part(
        id(2),
        Kind::HOUSEHOLD,
        &[
            (&format!("residence[{A}].area"), "530999201201"),
            (&format!("residence[{A}].to"), "2024-02-29"),
            (&format!("residence[{B}].area"), "530999201202"),
            (&format!("residence[{B}].from"), "2024-03-01"),
        ],
    );
    let rows = [
        of_record(&settle(id(1), Kind::PERSON, [(&person, &o)])).unwrap(),
        of_record(&settle(id(2), Kind::HOUSEHOLD, [(&home, &o)])).unwrap(),
    ];
    let facts = assemble(rows, &Default::default());
    let subject = &facts.subjects[0];
    assert_eq!(subject.group, Group::Child);
    let codes: Vec<_> = subject.categories.iter().map(|c| c.code.as_str()).collect();
    assert_eq!(
        codes,
        ["difficulty", "orphan", "risk_high", "has_entrusted"]
    );
    assert_eq!(subject.divisions.len(), 2);
    assert_eq!(subject.moved_on, day(Some("2024-04-21")));
    assert_eq!(subject.states.len(), 1, "a move is no stay");
    assert_eq!(
        subject.states[0].family_contacted_on,
        day(Some("2024-03-02"))
    );
}

#[test]
fn a_visit_is_judged_by_the_latest_save_of_a_shown_value() {
    let person = id(1).to_string();
    let made = part(
        id(3),
        Kind::VISIT,
        &[
            ("mode", "home"),
            ("outcome", "met"),
            ("started_at", "2024-06-30T23:50:00+08:00"),
            (&format!("people[{A}].person"), &person),
            (&format!("people[{A}].met"), "met"),
            (&format!("participants[{A}].worker"), "w1"),
            (&format!("participants[{A}].role"), "child_director"),
            (&format!("confirmation[{A}].confirmed"), "no"),
            (&format!("confirmation[{B}].confirmed"), "yes"),
        ],
    );
    let first = origin(
        1,
        "2024-06-30T23:59:00+08:00",
        Some("2024-07-01T08:00:00+08:00"),
    );
    let mut again = part(id(3), Kind::VISIT, &[("mode", "video")]);
    again.writes[0].seen = vec![first.envelope.head];
    let second = origin(
        2,
        "2024-07-02T08:00:00+08:00",
        Some("2024-07-03T08:00:00+08:00"),
    );
    let mut note = part(id(3), Kind::VISIT, &[("note", "text")]);
    note.begins = false;
    let third = origin(3, "2024-07-09T08:00:00+08:00", None);
    let record = settle(
        id(3),
        Kind::VISIT,
        [(&made, &first), (&again, &second), (&note, &third)],
    );
    let Some(FactRow::Visit(visit)) = of_record(&record) else {
        panic!("a visit gives a visit")
    };
    assert_eq!(visit.mode, "video");
    assert_eq!(
        visit.recorded_at.0, second.envelope.wall.millis,
        "a note alters no evidence"
    );
    assert_eq!(visit.received_at.map(|at| at.0), second.received_at);
    assert_eq!(visit.subjects[&person], Met::Met);
    assert_eq!(
        visit.confirmed,
        Some(true),
        "the latest confirmation decides"
    );
}

#[test]
fn a_void_visit_gives_no_fact() {
    let o = origin(1, "2024-05-01T08:00:00+08:00", None);
    let mut made = part(
        id(3),
        Kind::VISIT,
        &[
            ("mode", "home"),
            ("started_at", "2024-05-01T08:00:00+08:00"),
        ],
    );
    assert!(of_record(&settle(id(3), Kind::VISIT, [(&made, &o)])).is_some());
    made.writes.push(Write {
        field: Field::void(),
        value: Value::Bool(true),
        seen: vec![],
        calculated: false,
    });
    assert!(of_record(&settle(id(3), Kind::VISIT, [(&made, &o)])).is_none());
}

#[test]
fn a_person_who_is_written_into_a_visit_later_has_clocks_of_their_own() {
    let (early, late) = (id(7).to_string(), id(8).to_string());
    let made = part(
        id(3),
        Kind::VISIT,
        &[
            ("mode", "home"),
            ("started_at", "2024-06-30T22:00:00+08:00"),
            (&format!("people[{A}].person"), &early),
            (&format!("people[{A}].met"), "met"),
        ],
    );
    let first = origin(
        1,
        "2024-06-30T23:59:00+08:00",
        Some("2024-07-01T08:00:00+08:00"),
    );
    let row = [
        (format!("people[{B}].person"), late.as_str()),
        (format!("people[{B}].met"), "met"),
    ];
    let row = row
        .each_ref()
        .map(|(field, value)| (field.as_str(), *value));
    let added = part(id(3), Kind::VISIT, &row);
    let second = origin(2, "2024-07-05T08:00:00+08:00", None);
    let record = settle(id(3), Kind::VISIT, [(&made, &first), (&added, &second)]);
    let Some(FactRow::Visit(visit)) = of_record(&record) else {
        panic!("a visit gives a visit")
    };
    let recorded = |subject: &str| visit.clocks_of(subject).recorded_at.0;
    assert_eq!(recorded(&early), first.envelope.wall.millis);
    assert_eq!(recorded(&late), second.envelope.wall.millis);
    assert_eq!(visit.clocks_of(&late).received_at, None);
    let alone = settle(id(3), Kind::VISIT, [(&made, &first)]);
    let Some(FactRow::Visit(alone)) = of_record(&alone) else {
        panic!("a visit gives a visit")
    };
    assert!(alone.clocks.is_empty(), "one save, one evidence");
}

#[test]
fn a_visit_without_a_time_is_named_with_its_people_and_not_dropped_in_silence() {
    let o = origin(1, "2024-05-01T08:00:00+08:00", None);
    let person = id(1).to_string();
    let made = part(
        id(3),
        Kind::VISIT,
        &[
            ("mode", "home"),
            ("started_at", "yesterday"),
            (&format!("people[{A}].person"), &person),
        ],
    );
    let row = of_record(&settle(id(3), Kind::VISIT, [(&made, &o)])).unwrap();
    let facts = assemble([row], &Default::default());
    assert_eq!(facts.visits.len(), 0);
    let unread = &facts.unread[0];
    assert_eq!(unread.record, id(3).to_string());
    assert_eq!(unread.field, "started_at");
    assert_eq!(unread.subjects, [person]);
}
