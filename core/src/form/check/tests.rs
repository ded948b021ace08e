use serde_json::{Map, Value, json};

use crate::form::{Checked, Context, Form, Problem, ProblemCode, Severity, check, check_edit};
use crate::model::WallTime;

/// The second version of a form: the code `old` is no longer in the list, `n` was a text.
fn form() -> Form {
    let source = "| survey |\n| | type | name | label | required | relevant |\n\
         | | text | name | 姓名 | yes | |\n| | select_one l | s | S | | |\n| | integer | n | N | | |\n\
         | | text | why | W | | ${s} = 'old' |\n\
         | | begin repeat | r | R | | |\n| | select_one l | t | T | | |\n| | text | u | U | | |\n| | end repeat |\n\
         | choices |\n| | list_name | name | label |\n| | l | x | X |\n\
         | settings |\n| | form_id | version |\n| | t | 2 |\n";
    Form::compile(source).unwrap_or_else(|p| panic!("{p:#?}"))
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// A record that the first version made.
fn before() -> Value {
    json!({"name": "测试甲", "s": "old", "n": "many", "why": "w",
        "r": [{"$row": "1", "t": "old", "u": "a"}]})
}

fn edited(change: impl FnOnce(&mut Value)) -> Result<Checked, Vec<Problem>> {
    let mut after = before();
    change(&mut after);
    let now = WallTime::parse("2024-07-01T12:00:00+08:00").unwrap();
    let editing = Context::editing(now);
    check_edit(&form(), &object(before()), &object(after), &editing)
}

#[test]
fn an_edit_leaves_alone_what_this_version_cannot_read() {
    let checked = edited(|after| after["name"] = json!("测试乙")).unwrap();
    let mut wanted = before();
    wanted["name"] = json!("测试乙");
    assert_eq!(Value::Object(checked.answers().clone()), wanted);
    let told = checked.warnings().iter();
    let told: Vec<(&str, Severity)> = told.map(|p| (p.field.as_str(), p.severity)).collect();
    let warned = ["s", "n", "r[1].t"].map(|field| (field, Severity::Warning));
    assert_eq!(told, warned);
}

#[test]
fn an_edit_of_such_an_answer_is_asked_as_ever() {
    let other = edited(|after| after["s"] = json!("older")).unwrap_err();
    let first = other.iter().find(|p| p.severity == Severity::Error);
    let first = first.unwrap();
    assert_eq!(
        (first.field.as_str(), first.code),
        ("s", ProblemCode::UnknownCode)
    );
    let good = edited(|after| after["s"] = json!("x")).unwrap();
    assert!(!good.answers().contains_key("why"), "asked no more");
    let row = edited(|after| after["r"][0]["t"] = json!("older")).unwrap_err();
    assert!(
        row.iter()
            .any(|p| p.field == "r[1].t" && p.severity == Severity::Error)
    );
}

#[test]
fn a_new_record_takes_nothing_that_cannot_be_read() {
    let now = WallTime::parse("2024-07-01T12:00:00+08:00").unwrap();
    let problems = check(&form(), &object(before()), &Context::creating(now)).unwrap_err();
    assert_eq!(
        problems
            .iter()
            .filter(|p| p.severity == Severity::Error)
            .count(),
        3
    );
}
