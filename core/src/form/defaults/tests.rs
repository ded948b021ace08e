use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::form::{Context, Form, Session, check, check_edit};
use crate::model::WallTime;

/// A place with people in it, whose rows a person adds, and beds, whose rows are counted.
fn form() -> Arc<Form> {
    let source = "| survey |\n| | type | name | label | default | calculation | repeat_count |\n\
         | | text | place | 地 | 甲地 | | |\n| | integer | beds | 床 | | | |\n\
         | | calculate | twice | | | ${beds} * 2 | |\n\
         | | begin repeat | people | 人 | | | |\n| | text | first | 名 | | | |\n\
         | | text | lives | 住 | ${place} | | |\n| | integer | age | 岁 | 60 | | |\n\
         | | calculate | older | | | ${age} + 1 | |\n\
         | | begin repeat | phones | 话 | | | |\n| | text | whose | 谁 | 本人 | | |\n| | end repeat |\n\
         | | end repeat |\n\
         | | begin repeat | bed | 床 | | | ${beds} |\n| | text | sheet | 单 | 白 | | |\n\
         | | integer | of | 共 | ${twice} | | |\n| | end repeat |\n\
         | settings |\n| | form_id | version |\n| | t | 1 |\n";
    Arc::new(Form::compile(source).unwrap_or_else(|p| panic!("{p:#?}")))
}

fn noon() -> WallTime {
    WallTime::parse("2024-07-01T12:00:00+08:00").unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn opened(answers: Value, context: Context) -> Session {
    Session::open(form(), &object(answers), context)
}

#[test]
fn a_row_that_a_person_adds_begins_with_its_defaults_and_what_reads_them_hears() {
    for context in [Context::creating(noon()), Context::editing(noon())] {
        let mut session = opened(json!({"place": "乙地"}), context);
        let (row, changes) = session.add_row("people").unwrap();
        assert_eq!(row, "people[1]");
        let older = changes.iter().find(|c| c.field == "people[1].older");
        assert_eq!(older.unwrap().value, json!(61));
        let people = json!([{"lives": "乙地", "age": 60, "older": 61}]);
        assert_eq!(session.answers()["people"], people);
        session.add_row("people[1].phones").unwrap();
        let phones = &session.answers()["people"][0]["phones"];
        assert_eq!(*phones, json!([{"whose": "本人"}]));
    }
}

#[test]
fn rows_that_a_count_adds_begin_with_their_defaults_once_all_else_is_settled() {
    for context in [Context::creating(noon()), Context::editing(noon())] {
        let mut session = opened(json!({}), context.clone());
        session.set("beds", &json!(2)).unwrap();
        let bed = json!({"sheet": "白", "of": 4});
        assert_eq!(session.answers()["bed"], json!([bed, bed]));
        session.set("bed[1].sheet", &json!("蓝")).unwrap();
        session.set("beds", &json!(3)).unwrap();
        let beds = json!([{"sheet": "蓝", "of": 4}, bed, {"sheet": "白", "of": 6}]);
        assert_eq!(session.answers()["bed"], beds);
        let checked = check(&form(), &object(json!({"beds": 1})), &context).unwrap();
        assert_eq!(checked.answers()["bed"], json!([{"sheet": "白", "of": 2}]));
    }
}

#[test]
fn a_row_of_a_record_never_begins_again_and_one_that_an_edit_adds_does() {
    let before = object(json!({"people": [{"$row": "r1", "first": "甲"}]}));
    let mut after = before.clone();
    after["people"]
        .as_array_mut()
        .unwrap()
        .push(json!({"first": "乙"}));
    let editing = Context::editing(noon());
    let checked = check_edit(&form(), &before, &after, &editing).unwrap();
    let people = checked.answers()["people"].as_array().unwrap();
    assert_eq!(people[0], json!({"$row": "r1", "first": "甲"}));
    assert_eq!(people[1], json!({"first": "乙", "age": 60, "older": 61}));
    assert!(!checked.answers().contains_key("place"));
}

#[test]
fn a_default_that_was_cleared_does_not_come_back() {
    let mut session = opened(json!({}), Context::creating(noon()));
    session.add_row("people").unwrap();
    for field in ["place", "people[1].lives", "people[1].age"] {
        session.set(field, &Value::Null).unwrap();
    }
    let kept = session.answers();
    assert_eq!(
        Value::Object(kept.clone()),
        json!({"place": null, "people": [{"lives": null, "age": null}]})
    );
    let again = Session::open(form(), &kept, Context::creating(noon()));
    assert_eq!(again.answers(), kept);
    // What is saved has no null.
    let checked = check(&form(), &kept, &Context::creating(noon())).unwrap();
    assert_eq!(
        Value::Object(checked.into_answers()),
        json!({"people": [{}]})
    );
}
