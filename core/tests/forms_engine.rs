//! The form engine on small forms: reading sources, checking, sessions.
#![cfg(feature = "author")]

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tanfang_core::form::{
    Context, Form, FormError, ProblemCode, Session, Severity, check, check_types_only,
};
use tanfang_core::model::{Compartment, WallTime};

const FAMILY: &str = r#"
| survey |
| | type | name | label::中文(zh) | label::English(en) | required | relevant | constraint | constraint_message::中文(zh) | constraint_message::English(en) | calculation | trigger | read_only | default | bind::tanfang:of | bind::tanfang:compartment | bind::tanfang:warn | bind::tanfang:warn_message | bind::tanfang:ref |
| | csv-external | subject | | |
| | text | name | 姓名 | Name | yes | | regex(., '[^0-9]{1,50}') | 姓名不能有数字 | no digits in a name | | | | | person | contact | | | name |
| | select_one sex | sex | 性别 | Sex | yes | | | | | | | | 9 | person | contact |
| | date | birth | 出生日期 | Born | yes | | . <= today() | | | | | | | person | contact |
| | calculate | age | | | | | | | | int((number(format-date(today(), '%Y%m%d')) - number(format-date(${birth}, '%Y%m%d'))) div 10000) | | | | person | contact |
| | select_multiple need | needs | 需求 | Needs | | ${age} >= 60 | | | | | | | | person | care | selected(., 'none') and count-selected(.) > 1 | 无与其他不能同选 | |
| | begin group | papers | 证件 | Papers | | | | | | | | | | person | identity |
| | text | number | 号码 | Number | ${sex} != '9' | | string-length(.) = 18 | | | | | | | | |
| | end group | | | |
| | begin repeat | children | 子女 | Children | | | | | | | | | | person | care |
| | text | first | 名 | First | yes |
| | integer | years | 岁 | Years | | | . < ${age} | | | | | | |
| | calculate | minor | | | | | | | | if(${years} < 18, 1, 0) |
| | text | school | 学校 | School | yes | ${minor} = 1 |
| | end repeat | | | |
| | calculate | minors | | | | | | | | sum(${minor}) | | | | person | care |
| | select_one yn | alone | 独居 | Alone | yes | | if(${minors} > 0, . = 'no', true()) | | | if(${minors} > 0, 'no', '') | ${first} | ${minors} > 0 | | person | care |
| choices |
| | list_name | name | label::中文(zh) | label::English(en) |
| | sex | 1 | 男 | Male |
| | sex | 2 | 女 | Female |
| | sex | 9 | 未说明 | Not said |
| | need | meal | 助餐 | Meals |
| | need | none | 无 | None |
| | yn | yes | 是 | Yes |
| | yn | no | 否 | No |
| settings |
| | form_id | form_title | version | namespaces | default_language | attribute::tanfang:title_en |
| | family | 家庭 | 1 | tanfang="https://tanfang.example/xlsform" | 中文(zh) | Family |
"#;

fn family() -> Form {
    Form::compile(FAMILY).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn noon() -> WallTime {
    WallTime::parse("2024-07-01T12:00:00+08:00").unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn whole() -> Value {
    json!({"name": "测试甲", "sex": "1", "birth": "1944-02-29", "number": "530999194402290016",
        "needs": "meal", "alone": "no",
        "children": [{"first": "乙", "years": 12, "school": "小学"}, {"first": "丙", "years": 40}]})
}

#[test]
fn whole_answers_come_back_typed_with_calculations_filled_in() {
    let checked = check(&family(), &object(whole()), &Context::creating(noon())).unwrap();
    assert_eq!(
        Value::Object(checked.into_answers()),
        json!({"name": "测试甲", "sex": "1", "birth": "1944-02-29", "age": 80, "needs": ["meal"],
            "number": "530999194402290016",
            "children": [{"first": "乙", "years": 12, "minor": 1, "school": "小学"}, {"first": "丙", "years": 40, "minor": 0}],
            "minors": 1, "alone": "no"})
    );
}

#[test]
fn every_problem_is_named_at_once() {
    let answers = object(
        json!({"name": "测试1", "sex": "7", "birth": "2030-01-01", "needs": ["meal"], "nmae": 1,
        "children": [{"first": 5}, {"$row": "r-1", "years": "x"}, "no row"]}),
    );
    let problems = check(&family(), &answers, &Context::creating(noon())).unwrap_err();
    let found: Vec<(&str, ProblemCode)> = problems
        .iter()
        .map(|p| (p.field.as_str(), p.code))
        .collect();
    for wanted in [
        ("name", ProblemCode::Constraint),
        ("sex", ProblemCode::UnknownCode),
        ("birth", ProblemCode::Constraint),
        ("nmae", ProblemCode::UnknownField),
        ("children[1].first", ProblemCode::WrongType),
        ("children[r-1].years", ProblemCode::WrongType),
        ("children[r-1].first", ProblemCode::RequiredMissing),
        ("children[3]", ProblemCode::WrongType),
        ("alone", ProblemCode::RequiredMissing),
        ("number", ProblemCode::RequiredMissing),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} in {found:#?}");
    }
    let name = problems.iter().find(|p| p.field == "name").unwrap();
    assert_eq!(name.message, "姓名不能有数字");
    assert!(
        problems
            .iter()
            .any(|p| p.field == "nmae" && p.message.contains("name"))
    );
}

#[test]
fn an_answer_that_is_not_asked_is_left_out() {
    let mut answers = object(whole());
    answers.insert("birth".into(), json!("2000-01-01"));
    answers.insert("children".into(), json!([]));
    let checked = check(&family(), &answers, &Context::creating(noon())).unwrap();
    assert!(!checked.answers().contains_key("needs"));
    assert!(!checked.answers().contains_key("children"));
}

#[test]
fn a_warning_does_not_stop_a_save() {
    let mut answers = object(whole());
    answers.insert("needs".into(), json!(["meal", "none"]));
    let checked = check(&family(), &answers, &Context::creating(noon())).unwrap();
    let [warning] = checked.warnings() else {
        panic!("{:?}", checked.warnings())
    };
    assert_eq!(
        (warning.field.as_str(), warning.severity),
        ("needs", Severity::Warning)
    );
    assert_eq!(warning.message, "无与其他不能同选");
}

#[test]
fn a_default_is_for_new_records_and_unsaid_names_only() {
    let mut answers = object(whole());
    answers.remove("sex");
    answers.remove("number");
    let form = family();
    let checked = check(&form, &answers, &Context::creating(noon())).unwrap();
    assert_eq!(checked.answers()["sex"], "9");
    let problems = check(&form, &answers, &Context::editing(noon())).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|p| p.field == "sex" && p.code == ProblemCode::RequiredMissing)
    );
    answers.insert("sex".into(), Value::Null);
    assert!(check(&form, &answers, &Context::creating(noon())).is_err());
}

#[test]
fn what_a_phone_does_not_hold_is_neither_asked_nor_evaluated() {
    let form = family();
    let answers = object(json!({"name": "测试甲", "sex": "1", "birth": "1944-02-29"}));
    let held = |all: &[Compartment]| Context {
        held: Some(all.iter().copied().collect()),
        ..Context::editing(noon())
    };
    let fields = |context: &Context| -> Vec<String> {
        check(&form, &answers, context)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|p| p.field)
            .collect()
    };
    assert_eq!(fields(&held(&[Compartment::Contact])), Vec::<String>::new());
    assert_eq!(
        fields(&held(&[Compartment::Contact, Compartment::Care])),
        ["alone"]
    );
    assert_eq!(fields(&Context::editing(noon())), ["number", "alone"]);
}

#[test]
fn a_row_that_is_out_is_kept_and_not_asked() {
    let mut answers = object(whole());
    answers.insert(
        "children".into(),
        json!([{"$row": "r-1", "$gone": true}, {"$row": "r-2", "first": "丙", "years": 40}]),
    );
    let checked = check(&family(), &answers, &Context::editing(noon())).unwrap();
    assert_eq!(
        checked.answers()["children"],
        json!([{"$row": "r-2", "first": "丙", "years": 40, "minor": 0}, {"$row": "r-1", "$gone": true}])
    );
}

#[test]
fn a_triggered_calculation_stands_where_a_person_may_not_change_it() {
    let mut answers = object(whole());
    answers.insert("alone".into(), json!("yes"));
    let checked = check(&family(), &answers, &Context::creating(noon())).unwrap();
    assert_eq!(checked.answers()["alone"], "no");
    answers.insert("children".into(), json!([]));
    let checked = check(&family(), &answers, &Context::creating(noon())).unwrap();
    assert_eq!(checked.answers()["alone"], "yes");
}

#[test]
fn letters_that_hide_and_texts_without_end_are_refused() {
    let form = family();
    for (text, code) in [
        ("测\u{0}试".to_owned(), ProblemCode::ForbiddenCharacter),
        ("\u{202e}测试".to_owned(), ProblemCode::ForbiddenCharacter),
        ("测".repeat(5_000), ProblemCode::TooLong),
    ] {
        let answers = object(json!({"number": text}));
        let problems = check_types_only(&form, &answers, &Context::editing(noon())).unwrap_err();
        assert_eq!(problems.iter().map(|p| p.code).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn a_later_save_is_refused_for_types_only() {
    let form = family();
    let context = Context::editing(noon());
    assert!(check_types_only(&form, &object(json!({"birth": "2090-01-01"})), &context).is_ok());
    for (answers, code) in [
        (json!({"sex": "x"}), ProblemCode::UnknownCode),
        (json!({"birth": 1944}), ProblemCode::WrongType),
        (json!({"other": 1}), ProblemCode::UnknownField),
        (json!({"children": {"first": "x"}}), ProblemCode::WrongType),
    ] {
        let problems = check_types_only(&form, &object(answers), &context).unwrap_err();
        assert_eq!(problems[0].code, code);
    }
}

#[test]
fn a_compiled_form_reads_back_as_itself() {
    let form = family();
    let again = Form::from_json(&form.to_json()).unwrap();
    assert_eq!(again.to_json(), form.to_json());
    assert_eq!(again.hash(), form.hash());
    assert_eq!(again.title("en"), "Family");
    let field = again.field(Some("children"), "first").unwrap();
    assert_eq!(field.compartment, Compartment::Care);
    assert_eq!(
        again.field(None, "number").unwrap().compartment,
        Compartment::Identity
    );
    assert_eq!(field.label("en"), "First");
}

#[test]
fn a_form_from_outside_that_is_none_is_a_typed_error() {
    assert!(matches!(
        Form::from_json(b"<html>"),
        Err(FormError::Json { .. })
    ));
    assert!(matches!(
        Form::from_json(br#"{"format":4}"#),
        Err(FormError::NewerFormat { found: 4 })
    ));
    let text = String::from_utf8(family().to_json()).unwrap();
    for (from, to) in [
        ("\"in\":5", "\"in\":600"),
        ("${birth}", "${brith}"),
        ("\"name\":\"years\"", "\"name\":\"ye].ars\""),
        ("\"list\":\"sex\"", "\"list\":\"sxe\""),
    ] {
        assert!(text.contains(from), "{from}");
        let bad = text.replacen(from, to, 1);
        assert!(
            matches!(
                Form::from_json(bad.as_bytes()),
                Err(FormError::Faults { .. })
            ),
            "{from}"
        );
    }
}

fn problems_of(survey: &str) -> Vec<String> {
    let source = format!(
        "| survey |\n| | type | name | label | relevant | calculation | constraint |\n{survey}\n| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |\n| settings |\n| | form_id | version |\n| | t | 1 |\n"
    );
    Form::compile(&source)
        .err()
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_source_is_refused_with_line_column_and_a_likely_name() {
    for (survey, wanted) in [
        (
            "| | text | a | A |\n| | text | a | A |",
            "line 4, name: \"a\" is there already",
        ),
        (
            "| | texr | a | A |",
            "line 3, type: there is no type \"texr\" here (did you mean text?)",
        ),
        (
            "| | text | a | A | ${b} = 1 |\n| | text | bb | B |",
            "line 3, relevant: at character 1: there is no question b",
        ),
        (
            "| | select_one ny | a | A |",
            "line 3, type: there is no list \"ny\" on the choices sheet",
        ),
        (
            "| | begin group | g | G |\n| | text | a | A |",
            "line 3, type: \"g\" is begun and never ended",
        ),
        (
            "| | text | a | A |\n| | end group | | |",
            "line 4, type: nothing is open here",
        ),
        (
            "| | text | a | A | | | substrr(., 1) = 1 |",
            "line 3, constraint: at character 1: there is no function substrr(); did you mean substr?",
        ),
        (
            "| | calculate | a | | | ${b} + 1 |\n| | calculate | b | | | ${c} |\n| | calculate | c | | | ${a} |",
            "each waits for the next: a -> b -> c -> a",
        ),
        (
            "| | text | a | A | ${a} = '' |",
            "line 3, relevant: a -> a: this rule reads its own question",
        ),
        (
            "| | text | a | A | ${b} = 1 |\n| | calculate | b | | | ${nope} |\n| | calculate | c | | | ${c} + 1 |",
            "line 5, calculation: c -> c: this rule reads its own question",
        ),
        ("| | text | a b | A |", "a name begins with a letter"),
        ("| | text | a | A | | | | x |", "stands under no header"),
    ] {
        let found = problems_of(survey);
        assert!(
            found.iter().any(|p| p.contains(wanted)),
            "{wanted}\n{found:#?}"
        );
    }
}

#[test]
fn a_mistyped_column_is_refused() {
    let source = "| survey |\n| | type | name | label | requierd |\n| | text | a | A | yes |\n| settings |\n| | form_id | version |\n| | t | 1 |\n";
    let problems = Form::compile(source).unwrap_err();
    assert_eq!(problems[0].likely.as_deref(), Some("required"));
}

#[test]
fn an_answer_tells_what_changed_and_nothing_else() {
    let mut session = Session::open(
        Arc::new(family()),
        &object(whole()),
        Context::creating(noon()),
    );
    let fields = |changes: Vec<tanfang_core::form::Change>| {
        let mut names: Vec<String> = changes.into_iter().map(|c| c.field).collect();
        names.sort();
        names
    };
    assert_eq!(
        fields(session.set("number", &json!("530999194402290016")).unwrap()),
        ["number"]
    );
    assert_eq!(
        fields(session.set("children[2].years", &json!(3)).unwrap()),
        [
            "children[2].minor",
            "children[2].school",
            "children[2].years",
            "minors"
        ]
    );
    assert!(
        session
            .problems()
            .iter()
            .any(|p| p.field == "children[2].school")
    );
    assert!(session.set("children[3].years", &json!(3)).is_err());
    assert!(session.set("birth", &json!("yesterday")).is_err());
    let (row, _) = session.add_row("children").unwrap();
    assert_eq!(row, "children[3]");
    session.set("children[3].first", &json!("丁")).unwrap();
    session.remove_row("children[1]").unwrap();
    assert_eq!(session.answers()["minors"], 1);
}

#[derive(Debug, Clone)]
enum Deed {
    Set(&'static str, Value),
    Add,
    Remove(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let set = |field: &'static str, values: Vec<Value>| {
        proptest::sample::select(values)
            .prop_map(move |value| Deed::Set(field, value))
            .boxed()
    };
    prop_oneof![
        set("name", vec![json!("甲"), json!("乙"), Value::Null]),
        set("sex", vec![json!("1"), json!("9"), Value::Null]),
        set(
            "birth",
            vec![json!("1944-02-29"), json!("2010-01-01"), Value::Null]
        ),
        set("needs", vec![json!(["meal"]), json!(["meal", "none"])]),
        set("number", vec![json!("1"), json!("530999194402290016")]),
        set("alone", vec![json!("yes"), json!("no"), Value::Null]),
        set("children[1].years", vec![json!(3), json!(30), Value::Null]),
        set("children[2].years", vec![json!(3), json!(30)]),
        set("children[1].school", vec![json!("x"), Value::Null]),
        set("children[2].first", vec![json!("x"), Value::Null]),
        Just(Deed::Add),
        (1usize..4).prop_map(Deed::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn working_out_what_depends_equals_working_out_everything(deeds in proptest::collection::vec(deed(), 0..25)) {
        let form = Arc::new(family());
        let context = Context::editing(noon());
        let mut session = Session::open(Arc::clone(&form), &Map::new(), context.clone());
        for deed in deeds {
            match deed {
                Deed::Set(field, value) => drop(session.set(field, &value)),
                Deed::Add => drop(session.add_row("children")),
                Deed::Remove(n) => drop(session.remove_row(&format!("children[{n}]"))),
            }
            let mut fresh = session.clone();
            fresh.work_out_everything();
            prop_assert_eq!(fresh.answers(), session.answers());
            prop_assert_eq!(fresh.state(), session.state());
            prop_assert_eq!(fresh.problems(), session.problems());
        }
    }
}
