#![cfg(feature = "author")]

use super::*;
use crate::form::{Checked, Context, Form, check};
use crate::merge::settle;
use crate::model::{
    Compartment, DeviceId, Envelope, Field, Head, Hlc, Origin, Part, WallTime, WorkerId,
};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

const CARD: &str = r#"
| survey | | | | | | | |
| | type | name | label | required | calculation | bind::tanfang:of | bind::tanfang:compartment |
| | text | household | household | | | person | contact |
| | text | name | name | yes | | person | contact |
| | calculate | group | | | 'elder' | person | contact |
| | text | id_number | id | | | person | identity |
| | begin repeat | category | category | | | person | contact |
| | text | code | code | | | | |
| | date | from | from | | | | |
| | end repeat | | | | | | |
| | begin group | home | home | | | household | contact |
| | text | home_division | village | | | | |
| | text | address | address | | | | |
| | begin repeat | residence | residence | | | household | contact |
| | text | area | area | | | | |
| | date | from | from | | | | |
| | date | to | to | | | | |
| | end repeat | | | | | | |
| | end group | | | | | | |
| settings | | | | |
| | form_title | form_id | version | namespaces |
| | card | card | 1 | tanfang="https://tanfang.invalid/xforms" |
"#;

const VISIT: &str = r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:of | bind::tanfang:compartment |
| | text | mode | mode | visit | contact |
| | begin repeat | people | people | visit | contact |
| | text | person | person | | |
| | text | met | met | | |
| | text | chk_health | health | | care |
| | end repeat | | | | |
| | begin repeat | issues | issues | issue | care |
| | text | type | type | | |
| | end repeat | | | | |
| settings | | | | |
| | form_title | form_id | version | namespaces |
| | visit | visit | 1 | tanfang="https://tanfang.invalid/xforms" |
"#;

struct World {
    records: BTreeMap<RecordId, Record>,
    next: u128,
    /// From one drawn id to the next.
    step: u128,
    seq: u64,
}

impl World {
    fn new() -> Self {
        Self {
            records: BTreeMap::new(),
            next: 0,
            step: 1,
            seq: 0,
        }
    }

    fn checked(&self, form: &Form, answers: Json) -> Checked {
        let now = WallTime::parse("2024-05-01T08:00:00+08:00").unwrap();
        let Json::Object(answers) = answers else {
            panic!("answers are an object")
        };
        check(form, &answers, &Context::creating(now)).unwrap()
    }

    fn split(
        &mut self,
        form: &Form,
        answers: Json,
        subject: Option<RecordId>,
    ) -> Result<Drafted, EntryProblem> {
        let checked = self.checked(form, answers);
        let records = self.records.clone();
        let (next, step) = (&mut self.next, self.step);
        let mut fresh = || {
            *next = next.wrapping_add(step);
            Uuid::from_u128(*next)
        };
        split(
            form,
            &checked,
            subject,
            None,
            &|id| records.get(&id).cloned(),
            &mut fresh,
        )
    }

    fn save(&mut self, form: &Form, answers: Json, subject: Option<RecordId>) -> Drafted {
        let drafted = self.split(form, answers, subject).unwrap();
        self.seq += 1;
        let device = DeviceId::from_uuid(Uuid::from_u128(99));
        let origin = Origin {
            envelope: Envelope {
                head: Head {
                    device,
                    seq: self.seq,
                },
                stamp: Hlc {
                    millis: self.seq as i64,
                    counter: 0,
                    device,
                },
                wall: WallTime::beijing(self.seq as i64),
                monotonic_millis: 0,
                last_server_millis: None,
                author: WorkerId::from_uuid(Uuid::from_u128(7)),
                role: "village_committee".into(),
                form: None,
                app: "test".into(),
            },
            received_at: None,
        };
        for part in &drafted.parts {
            let record = self
                .records
                .entry(part.record)
                .or_insert_with(|| settle(part.record, part.kind.clone(), []));
            record.hear(part, &origin);
        }
        drafted
    }

    fn answers(&self, form: &Form, id: RecordId) -> Map<String, Json> {
        answers(form, id, &|id| self.records.get(&id).cloned())
    }
}

fn forms() -> (Form, Form) {
    (Form::compile(CARD).unwrap(), Form::compile(VISIT).unwrap())
}

fn an_elder() -> Json {
    json!({"name": "测试甲", "id_number": "x", "category": [{"code": "left_behind", "from": "2024-04-12"}],
        "home_division": "530999201201", "address": "1"})
}

fn fields(parts: &[Part], kind: &str) -> Vec<String> {
    let of_kind = parts.iter().filter(|p| p.kind.as_str() == kind);
    of_kind
        .flat_map(|p| &p.writes)
        .map(|w| w.field.leaf().to_owned())
        .collect()
}

#[test]
fn a_card_writes_a_person_and_a_household_by_compartment() {
    let (card, _) = forms();
    let mut world = World::new();
    let drafted = world.save(&card, an_elder(), None);
    let kinds: Vec<_> = drafted
        .records
        .iter()
        .map(|(_, kind)| kind.to_string())
        .collect();
    assert_eq!(kinds, ["person", "household"]);
    assert!(drafted.parts.iter().all(|part| part.begins));
    let identity: Vec<_> = drafted
        .parts
        .iter()
        .filter(|p| p.compartment == Compartment::Identity)
        .collect();
    assert_eq!(identity.len(), 1);
    assert_eq!(identity[0].writes.len(), 1);
    let home = &world.records[&drafted.records[1].0];
    assert_eq!(
        home.shown(&Field::area()).unwrap().as_text(),
        Some("530999201201")
    );
    let row = home.rows("residence")[0];
    assert_eq!(
        home.row_text("residence", row, "area"),
        Some("530999201201"),
        "a route is never without its row"
    );
}

#[test]
fn an_edit_writes_only_what_altered_and_names_what_was_seen() {
    let (card, _) = forms();
    let mut world = World::new();
    let id = world.save(&card, an_elder(), None).id;
    let mut now = world.answers(&card, id);
    assert!(
        world
            .split(&card, Json::Object(now.clone()), Some(id))
            .unwrap()
            .parts
            .is_empty()
    );
    now.insert("address".into(), json!("2"));
    now.insert("name".into(), json!("测试乙"));
    let drafted = world.split(&card, Json::Object(now), Some(id)).unwrap();
    assert_eq!(fields(&drafted.parts, "person"), ["name"]);
    assert_eq!(fields(&drafted.parts, "household"), ["address"]);
    assert!(
        drafted
            .parts
            .iter()
            .all(|p| !p.begins && p.writes.iter().all(|w| w.seen.len() == 1))
    );
}

#[test]
fn a_row_is_changed_by_its_id_added_without_one_and_taken_out_by_gone() {
    let (card, _) = forms();
    let mut world = World::new();
    let id = world.save(&card, an_elder(), None).id;
    let mut now = world.answers(&card, id);
    let row = now["category"][0]["$row"].clone();
    now.insert(
        "category".into(),
        json!([{"$row": row, "$gone": true}, {"code": "living_alone"}]),
    );
    world.save(&card, Json::Object(now), Some(id));
    let after = world.answers(&card, id);
    assert_eq!(after["category"].as_array().unwrap().len(), 1);
    assert_eq!(after["category"][0]["code"], "living_alone");
}

#[test]
fn a_move_is_told_by_rows_and_a_corrected_place_corrects_the_open_row() {
    let (card, _) = forms();
    let mut world = World::new();
    let drafted = world.save(&card, an_elder(), None);
    let (id, home) = (drafted.id, drafted.records[1].0);
    let area = |world: &World| {
        world.records[&home]
            .shown(&Field::area())
            .unwrap()
            .as_text()
            .unwrap()
            .to_owned()
    };
    let mut now = world.answers(&card, id);
    now.insert("home_division".into(), json!("530999201202"));
    world.save(&card, Json::Object(now), Some(id));
    assert_eq!(area(&world), "530999201202");
    assert_eq!(world.records[&home].rows("residence").len(), 1);
    let mut now = world.answers(&card, id);
    let mut closed = now["residence"][0].clone();
    closed["to"] = json!("2024-05-31");
    now.insert(
        "residence".into(),
        json!([closed, {"area": "530999201203", "from": "2024-06-01"}]),
    );
    world.save(&card, Json::Object(now), Some(id));
    assert_eq!(area(&world), "530999201203");
    assert_eq!(world.records[&home].rows("residence").len(), 2);
}

#[test]
fn a_visit_goes_where_its_people_live_and_opens_its_issues() {
    let (card, visit) = forms();
    let mut world = World::new();
    let elder = world.save(&card, an_elder(), None);
    let said = json!({"mode": "home", "people": [{"person": elder.id.to_string(), "met": "met", "chk_health": "good"}],
        "issues": [{"type": "roof"}]});
    let made = world.save(&visit, said, None);
    let record = &world.records[&made.id];
    assert_eq!(
        record.text("household"),
        Some(elder.records[1].0.to_string().as_str())
    );
    let issue = made
        .records
        .iter()
        .find(|(_, kind)| *kind == Kind::ISSUE)
        .unwrap()
        .0;
    assert_eq!(world.records[&issue].text("type"), Some("roof"));
    assert_eq!(
        world.records[&issue].text("visit"),
        Some(made.id.to_string().as_str())
    );
    let rows: Vec<_> = made.parts.iter().filter(|p| p.row.is_some()).collect();
    assert_eq!(
        rows.len(),
        2,
        "a row's contact and care are parts of their own"
    );
    let back =
        answers_of_parts(&visit, &made.parts, &|id| world.records.get(&id).cloned()).unwrap();
    assert_eq!(back.0, made.id);
    assert_eq!(back.1["people"][0]["chk_health"], "good");
    assert_eq!(back.1["issues"][0]["type"], "roof");
}

#[test]
fn a_visit_to_nobody_known_or_to_two_households_is_not_split() {
    let (card, visit) = forms();
    let mut world = World::new();
    let a = world.save(&card, an_elder(), None).id.to_string();
    let b = world.save(&card, an_elder(), None).id.to_string();
    let two = json!({"mode": "home", "people": [{"person": a, "met": "met"}, {"person": b, "met": "met"}]});
    assert_eq!(
        world.split(&visit, two, None),
        Err(EntryProblem::TwoHouseholds)
    );
    let nobody = json!({"mode": "home", "people": [{"person": Uuid::from_u128(77).to_string(), "met": "met"}]});
    assert_eq!(
        world.split(&visit, nobody, None),
        Err(EntryProblem::UnknownPerson)
    );
}

#[test]
fn a_place_that_is_no_village_is_refused_with_its_question() {
    let (card, _) = forms();
    let mut world = World::new();
    let mut card_answers = an_elder();
    card_answers["home_division"] = json!("530999");
    assert_eq!(
        world.split(&card, card_answers, None),
        Err(EntryProblem::NotAPlace)
    );
}

#[test]
fn rows_stand_in_the_order_in_which_they_were_answered_whatever_clock_and_chance_say() {
    let (card, _) = forms();
    let mut world = World::new();
    (world.next, world.step) = (900 << 80, u128::MAX);
    let mut told = an_elder();
    told["category"] = json!([{"code": "a"}, {"code": "b"}, {"code": "c"}]);
    let id = world.save(&card, told, None).id;
    world.next = 100 << 80;
    let mut again = Json::Object(world.answers(&card, id));
    again["category"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "d"}));
    world.save(&card, again, Some(id));
    let answers = world.answers(&card, id);
    let rows = answers["category"].as_array().unwrap();
    let codes: Vec<&Json> = rows.iter().map(|row| &row["code"]).collect();
    assert_eq!(codes, ["a", "b", "c", "d"]);
}
