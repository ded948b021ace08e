//! What a person is asked, what a choice says, and the history behind it.

use super::*;
use crate::model::{Envelope, Field, Head, Part, Value, WorkerId, Write};

/// Feeds of the village, each heard so far through these positions.
struct Feeds<'w> {
    world: &'w World,
    heard: std::cell::Cell<u64>,
}

impl<'w> Feeds<'w> {
    fn of(world: &'w World) -> Self {
        Self {
            world,
            heard: 0.into(),
        }
    }

    fn hear(&self, envelope: Envelope, part: Part) {
        let after = self.heard.get();
        self.heard.set(after + 1);
        let page = Page {
            feed: format!("{VILLAGE}/contact").parse().unwrap(),
            after,
            items: vec![Item::Part {
                position: after + 1,
                received_at: 1_715_304_600_000,
                envelope: Box::new(envelope),
                part: Box::new(part),
            }],
            position: after + 1,
            complete: true,
        };
        self.world.app.write(|tx| Ok(tx.apply(&[page])?)).unwrap();
    }

    /// Another phone writes a field, having seen these heads.
    fn says(&self, device: u8, seq: u64, id: RecordId, field: &str, value: Value, seen: &[Head]) {
        let writes = vec![Write {
            field: Field::parse(field).unwrap(),
            value,
            seen: seen.to_vec(),
            calculated: false,
        }];
        let part = part(id, Kind::PERSON, Compartment::Contact, false, writes);
        self.hear(envelope(device, seq), part);
    }
}

impl World {
    fn edits(&self, id: RecordId, answers: Json) {
        self.app.edit(id, &map(answers)).unwrap();
    }

    /// Decides a line of the inbox as it was shown.
    fn settles(&self, id: RecordId, line: &ConflictLine, choice: &Choice) {
        self.app
            .settle_seen(id, &line.field, choice, &line.seen)
            .unwrap();
    }

    fn to_decide(&self) -> usize {
        self.app.conflicts().unwrap().len()
    }
}

fn head_of(world: &World, id: RecordId, field: &str) -> Head {
    let record = world.app.read(|tx| Ok(tx.record(id)?.unwrap())).unwrap();
    record.heads(&Field::parse(field).unwrap())[0]
}

fn text(value: &str) -> Value {
    Value::text(value)
}

#[test]
fn the_inbox_says_who_when_where_and_what_in_the_forms_own_words() {
    let world = World::new("village_committee");
    let feeds = Feeds::of(&world);
    let id = world.elder();
    world.edits(id, json!({"ethnic": "01"}));
    let base = head_of(&world, id, "ethnic");
    world.edits(id, json!({"ethnic": "07"}));
    feeds.says(2, 9, id, "ethnic", text("21"), &[base]);
    let conflicts = world.app.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    let line = &conflicts[0];
    assert_eq!(
        (line.label_zh.as_str(), line.label_en.as_str()),
        ("民族", "Ethnic group")
    );
    assert_eq!(
        (line.base_zh.as_deref(), line.base_en.as_deref()),
        (Some("汉族"), Some("Han"))
    );
    assert_eq!(line.policy, "ask");
    assert!(line.decidable);
    let mut words: Vec<_> = line
        .values
        .iter()
        .map(|v| (v.text_zh.as_str(), v.text_en.as_str()))
        .collect();
    words.sort_unstable();
    assert_eq!(words, [("佤族", "Va"), ("彝族", "Yi")]);
    for value in &line.values {
        assert_eq!(value.by.len(), 1);
        assert_eq!(value.author_name.as_deref(), Some("测试甲"));
        assert!(value.device.is_some() && value.at.is_some());
    }
}

#[test]
fn rivals_of_three_devices_two_of_which_agree_are_two_values() {
    let world = World::new("village_committee");
    let feeds = Feeds::of(&world);
    let id = world.elder();
    world.edits(id, json!({"phone": "15400000001"}));
    feeds.says(2, 9, id, "phone", text("15400000002"), &[]);
    feeds.says(4, 9, id, "phone", text("15400000002"), &[]);
    let conflicts = world.app.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    let mut agree: Vec<usize> = conflicts[0].values.iter().map(|v| v.by.len()).collect();
    agree.sort_unstable();
    assert_eq!(agree, [1, 2]);
}

#[test]
fn a_rival_that_arrives_while_a_person_is_deciding_asks_again() {
    let world = World::new("village_committee");
    let feeds = Feeds::of(&world);
    let id = world.elder();
    world.edits(id, json!({"phone": "15400000001"}));
    feeds.says(2, 9, id, "phone", text("15400000002"), &[]);
    let shown = world.app.conflicts().unwrap().remove(0);
    let chosen = shown.values[1].value.clone();
    // A third phone has seen one of the two and says something else.
    let seen = Head {
        device: device(2),
        seq: 9,
    };
    feeds.says(4, 50, id, "phone", text("15400000004"), &[seen]);
    let choice = Choice::Place(2);
    world.settles(id, &shown, &choice);
    let again = world.app.conflicts().unwrap();
    assert_eq!(again.len(), 1, "the newcomer was not decided over");
    let mut values: Vec<&Json> = again[0].values.iter().map(|v| &v.value).collect();
    values.sort_by_key(|value| value.to_string());
    let mut wanted = vec![&chosen, &Json::Null];
    let newcomer = json!("15400000004");
    wanted[1] = &newcomer;
    wanted.sort_by_key(|value| value.to_string());
    assert_eq!(values, wanted, "the choice was saved all the same");
    let choice = Choice::Place(1);
    world.settles(id, &again[0], &choice);
    assert_eq!(world.to_decide(), 0);
    let other = world.app.settle_seen(id, "name", &choice, &again[0].seen);
    assert!(matches!(other, Err(AppError::Asked { .. })));
    for nonsense in ["", "x", "a/1"] {
        let told = world.app.settle_seen(id, "phone", &choice, nonsense);
        assert!(matches!(told, Err(AppError::Asked { .. })));
    }
}

#[test]
fn a_void_record_that_somebody_edited_stays_in_the_list_until_a_person_decides() {
    for keep in [true, false] {
        let world = World::new("village_committee");
        let feeds = Feeds::of(&world);
        let id = world.elder();
        let listed = || world.app.list(&Listing::default()).unwrap();
        let is_listed = || listed().iter().any(|line| line.id == id.to_string());
        world.app.void(id, true).unwrap();
        assert!(!is_listed());
        assert_eq!(world.to_decide(), 0);
        feeds.says(2, 9, id, "phone", text("15400000002"), &[]);
        assert!(is_listed(), "it is to be decided");
        let line = world.app.conflicts().unwrap().remove(0);
        assert_eq!(
            (line.field.as_str(), line.label_zh.as_str()),
            ("$void", "作废")
        );
        let place = |edited: bool| {
            let at = line
                .values
                .iter()
                .position(|v| v.edited.is_some() == edited);
            Choice::Place(at.unwrap() + 1)
        };
        let edit = line.values.iter().find(|v| v.edited.is_some()).unwrap();
        assert_eq!(edit.edited.as_deref(), Some("phone"));
        assert_eq!(edit.text_zh, "联系电话 15400000002");
        world.settles(id, &line, &place(keep));
        assert_eq!(world.to_decide(), 0);
        assert_eq!(is_listed(), keep);
        assert_eq!(world.app.show(id).unwrap().void, !keep);
        world.app.void(id, false).unwrap();
        assert!(is_listed(), "it was kept, and comes back");
        assert_eq!(world.shows(id, "phone"), "15400000002");
    }
}

#[test]
fn a_row_taken_out_and_edited_is_a_conflict_of_the_row() {
    for keep in [true, false] {
        let world = World::new("village_committee");
        let feeds = Feeds::of(&world);
        let id = world.elder();
        let row = world.shows(id, "category")[0]["$row"].clone();
        let seen = head_of(
            &world,
            id,
            &format!("category[{}].code", row.as_str().unwrap()),
        );
        let gone = json!({"category": [{"$row": row, "$gone": true}]});
        world.edits(id, gone);
        let row = row.as_str().unwrap();
        let field = format!("category[{row}].from");
        feeds.says(2, 9, id, &field, text("2024-04-20"), &[seen]);
        let line = world.app.conflicts().unwrap().remove(0);
        assert_eq!(line.field, format!("category[{row}].$gone"));
        assert_eq!(line.label_zh, "对象类别 · 删除此行");
        let at = line.values.iter().position(|v| v.edited.is_some() == keep);
        let choice = Choice::Place(at.unwrap() + 1);
        world.settles(id, &line, &choice);
        assert_eq!(world.to_decide(), 0);
        let left = world.shows(id, "category").as_array().unwrap().len();
        assert_eq!(left, if keep { 2 } else { 1 });
    }
}

#[test]
fn a_birthday_is_decided_with_the_number_and_the_sex_and_only_by_who_holds_all_of_them() {
    for (role, may) in [("village_committee", true), ("village_cadre", false)] {
        let world = World::new(role);
        let feeds = Feeds::of(&world);
        let id = world.elder();
        let base = head_of(&world, id, "birth_date");
        world.edits(id, json!({"birth_date": "1944-03-01", "sex": "2"}));
        feeds.says(2, 9, id, "birth_date", text("1945-02-28"), &[base]);
        let conflicts = world.app.conflicts().unwrap();
        assert_eq!(conflicts.len(), 1);
        let line = &conflicts[0];
        assert_eq!(line.group.as_deref(), Some("identity"));
        assert_eq!(line.fields, ["id_number", "sex", "birth_date"]);
        assert_eq!(line.decidable, may);
        let theirs = line
            .values
            .iter()
            .position(|v| v.value["birth_date"] == "1945-02-28");
        let theirs = theirs.unwrap();
        assert_eq!(
            line.values[theirs].value["sex"], "1",
            "what they had seen of it"
        );
        assert!(line.values[theirs].text_zh.contains("性别 男"));
        let done = world.app.settle(id, "sex", &Choice::Place(theirs + 1));
        if !may {
            assert!(matches!(done, Err(AppError::NeedsCorrection { .. })));
            continue;
        }
        done.unwrap();
        assert_eq!(world.to_decide(), 0);
        assert_eq!(world.shows(id, "birth_date"), "1945-02-28");
        assert_eq!(world.shows(id, "sex"), "1");
    }
}

/// A save of the server's own device.
fn automatic(seq: u64) -> Envelope {
    let own = envelope(7, seq);
    Envelope {
        author: WorkerId::from_uuid(own.head.device.uuid()),
        role: crate::policy::AUTOMATIC.into(),
        ..own
    }
}

#[test]
fn what_settled_itself_stands_in_the_history_and_is_taken_back_from_there() {
    let world = World::new("village_committee");
    let feeds = Feeds::of(&world);
    let id = world.elder();
    world.edits(id, json!({"phone": "15400000001"}));
    let mine = head_of(&world, id, "phone");
    feeds.says(2, 9, id, "phone", text("15400000002"), &[]);
    let theirs = Head {
        device: device(2),
        seq: 9,
    };
    let write = Write {
        field: Field::parse("phone").unwrap(),
        value: text("15400000002"),
        seen: vec![mine, theirs],
        calculated: false,
    };
    feeds.hear(
        automatic(1),
        part(id, Kind::PERSON, Compartment::Contact, false, vec![write]),
    );
    assert_eq!(world.to_decide(), 0);
    let history = world.app.history(id).unwrap();
    assert!(history.whole && !history.from_server);
    let phone = history.fields.iter().find(|f| f.field == "phone").unwrap();
    assert_eq!(phone.label_zh, "联系电话");
    assert!(phone.entries[0].shown && phone.entries[0].who.as_ref().unwrap().automatic);
    assert_eq!(phone.entries[0].supersedes.len(), 2);
    let lost = phone
        .entries
        .iter()
        .find(|e| e.value == "15400000001")
        .unwrap();
    assert!(lost.superseded && !lost.shown);
    world.app.choose_again(id, "phone", &lost.head).unwrap();
    assert_eq!(world.shows(id, "phone"), "15400000001");
    assert_eq!(world.to_decide(), 0);
    let same = world.app.choose_again(id, "phone", &lost.head).unwrap();
    assert_eq!(same.seq, None, "nothing had altered");
    for head in ["", "x/1", &format!("{}/77", device(2))] {
        let error = world.app.choose_again(id, "phone", head).unwrap_err();
        assert!(matches!(error, AppError::NotFound { what: "value" }));
    }
}

#[test]
fn a_history_is_in_the_forms_order_and_says_what_is_not_held() {
    let world = World::new("village_committee");
    let feeds = Feeds::of(&world);
    let id = world.elder();
    let unheard = Head {
        device: device(4),
        seq: 3,
    };
    feeds.says(2, 9, id, "phone", text("15400000002"), &[unheard]);
    feeds.says(2, 10, id, "favourite_colour", text("red"), &[]);
    let history = world.app.history(id).unwrap();
    assert!(!history.whole);
    let fields: Vec<&str> = history.fields.iter().map(|f| f.field.as_str()).collect();
    let at = |name: &str| fields.iter().position(|field| *field == name).unwrap();
    assert!(at("name") < at("sex") && at("sex") < at("phone"));
    assert_eq!(at("favourite_colour"), fields.len() - 1);
    let phone = &history.fields[at("phone")];
    assert_eq!((phone.not_held, phone.entries.len()), (1, 1));
    let nobody = RecordId::from_uuid(uuid::Uuid::nil());
    assert!(matches!(
        world.app.history(nobody),
        Err(AppError::NotFound { .. })
    ));
}
