use std::sync::Arc;

use serde_json::{Value, json};

use crate::form::{Context, Form, ProblemCode, Session};
use crate::model::WallTime;

mod rows;
mod typed;

fn session_source(survey: &str) -> String {
    format!(
        "| survey |\n| | type | name | label | calculation | trigger | relevant | repeat_count |\n{survey}\n\
         | choices |\n| | list_name | name | label |\n| | l | x | X |\n| | l | y | Y |\n\
         | settings |\n| | form_id | version |\n| | t | 2 |\n"
    )
}

fn session(survey: &str, answers: Value) -> Session {
    opened(&session_source(survey), answers)
}

fn opened(source: &str, answers: Value) -> Session {
    let form = Form::compile(source).unwrap_or_else(|p| panic!("{p:#?}"));
    let now = WallTime::parse("2024-07-01T12:00:00+08:00").unwrap();
    let answers = answers.as_object().unwrap();
    Session::open(Arc::new(form), answers, Context::creating(now))
}

fn problems(session: &mut Session) -> Vec<(String, ProblemCode)> {
    let problems = session.problems().into_iter();
    problems.map(|p| (p.field, p.code)).collect()
}

#[test]
fn a_trigger_fills_in_where_its_answer_changes_and_only_in_its_own_row() {
    let mut session = session(
        "| | begin repeat | r | R | | | |\n| | integer | a | A | | | |\n\
         | | text | b | B | concat('b', ${a}) | ${a} | |\n| | end repeat |",
        json!({"r": [{"a": 1}, {"a": 2}]}),
    );
    for row in ["r[1].b", "r[2].b"] {
        session.set(row, &json!("mine")).unwrap();
    }
    let told = |session: &Session| {
        let rows = session.answers()["r"].clone();
        [rows[0]["b"].clone(), rows[1]["b"].clone()]
    };
    session.set("r[1].a", &json!(1)).unwrap();
    assert_eq!(told(&session), ["mine", "mine"], "the same answer again");
    session.set("r[1].a", &json!(7)).unwrap();
    assert_eq!(told(&session), ["b7", "mine"]);
}

#[test]
fn a_trigger_fills_in_nothing_before_its_question_is_answered() {
    let survey = "| | integer | a | A | | | |\n| | text | b | B | concat('b', ${a}) | ${a} | |";
    let mut session = session(survey, json!({}));
    assert_eq!(session.answers().get("b"), None);
    session.set("a", &json!(1)).unwrap();
    assert_eq!(session.answers()["b"], "b1");
    session.set("a", &Value::Null).unwrap();
    assert_eq!(
        session.answers()["b"],
        "b",
        "a change is one, also to nothing"
    );
}

#[test]
fn a_whole_number_is_what_its_calculation_says_without_the_fraction() {
    let survey = "| | integer | n | N | 7 div 2 | | |\n| | decimal | d | D | 7 div 2 | | |\n\
                  | | integer | m | M | 0 - 7 div 2 | | |";
    let answers = session(survey, json!({})).answers();
    assert_eq!(
        (&answers["n"], &answers["d"], &answers["m"]),
        (&json!(3), &json!(3.5), &json!(-3))
    );
}

#[test]
fn blanks_do_not_answer_what_is_required() {
    let source = session_source("| | text | a | A | | | |")
        .replace("| repeat_count |\n", "| repeat_count | required |\n")
        .replace("| A | | | |", "| A | | | | | yes |");
    for blank in ["  ", "\u{3000}", "\u{200b}"] {
        let mut session = opened(&source, json!({"a": blank}));
        let missing = ("a".to_owned(), ProblemCode::RequiredMissing);
        assert_eq!(problems(&mut session), [missing], "{blank:?}");
    }
}

const VERSIONED: &str = "| | select_one l | s | S | | | |\n| | integer | n | N | | | |\n\
     | | text | why | W | | | ${s} = 'old' |\n| | text | free | F | | | |";

#[test]
fn a_draft_of_another_version_keeps_what_cannot_be_carried_and_says_so() {
    let draft = json!({"s": "old", "n": "many", "gone": ["a"], "why": "w", "free": "f"});
    let mut session = session(VERSIONED, draft.clone());
    assert_eq!(Value::Object(session.answers()), draft);
    let wanted = [
        ("s".to_owned(), ProblemCode::UnknownCode),
        ("n".to_owned(), ProblemCode::WrongType),
        ("gone".to_owned(), ProblemCode::UnknownField),
    ];
    assert_eq!(problems(&mut session), wanted);
    let change = session.set("n", &json!(3)).unwrap();
    assert_eq!(change[0].value, json!(3));
    let state = session.state();
    let s = state.iter().find(|change| change.field == "s").unwrap();
    assert_eq!((&s.value, s.valid), (&json!("old"), false));
    assert_eq!(problems(&mut session).len(), 2);
    // Another choice puts it right, and what only the former one asked for is asked no more.
    session.set("s", &json!("x")).unwrap();
    let left = json!({"s": "x", "n": 3, "gone": ["a"], "free": "f"});
    assert_eq!(Value::Object(session.answers()), left);
}

#[test]
fn a_time_with_a_zone_is_the_time_of_day_here() {
    let mut session = session("| | time | t | T | | | |", json!({}));
    for (given, kept) in [
        ("08:30", "08:30:00"),
        ("08:30:00.000+08:00", "08:30:00"),
        ("00:30:00Z", "08:30:00"),
    ] {
        session.set("t", &json!(given)).unwrap();
        assert_eq!(session.answers()["t"], kept, "{given}");
    }
    for given in ["25:00", "08:30+08", "08:30:00+99:00", "8"] {
        assert!(session.set("t", &json!(given)).is_err(), "{given}");
    }
}

#[test]
fn a_text_that_rows_multiply_is_stopped_before_it_is_made() {
    let letters = "字".repeat(1_300);
    let mut session = session(
        "| | text | a | A |\n| | integer | n | N |\n\
         | | begin repeat | r | R | | | | ${n} |\n| | text | b | B |\n| | end repeat |\n\
         | | calculate | long | | string-length(join(join(${a}, ${b}), ${b})) |",
        json!({"a": letters, "n": 1000}),
    );
    assert_eq!(
        problems(&mut session),
        [("long".to_owned(), ProblemCode::FormFault)]
    );
}

#[test]
fn a_calculated_text_that_no_save_carries_is_told_and_not_kept() {
    let mut session = session(
        "| | text | a | A |\n| | calculate | twice | | concat(${a}, ${a}) |",
        json!({"a": "字".repeat(2_000)}),
    );
    assert!(problems(&mut session).is_empty());
    session.set("a", &json!("字".repeat(2_001))).unwrap();
    assert_eq!(
        problems(&mut session),
        [("twice".to_owned(), ProblemCode::TooLong)]
    );
    assert!(session.answers().get("twice").is_none());
}

#[test]
fn rows_beyond_what_a_form_may_have_are_told_and_not_cut_in_silence() {
    let nested = "| | integer | n | N |\n| | begin repeat | r | R | | | | ${n} |\n\
         | | begin repeat | s | S | | | | ${n} |\n| | text | b | B |\n| | end repeat |\n| | end repeat |";
    let mut many = session(nested, json!({"n": 1000}));
    let rows: usize = many.answers()["r"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["s"].as_array().map(Vec::len))
        .sum();
    assert!((10_000..60_000).contains(&rows), "{rows}");
    assert!(
        problems(&mut many)
            .iter()
            .all(|(_, code)| *code == ProblemCode::TooMany)
    );
    assert!(!problems(&mut many).is_empty());
    let mut few = session(nested, json!({"n": 20}));
    assert!(problems(&mut few).is_empty());
    let mut one = session(nested, json!({"n": 1_000_000_000}));
    assert!(problems(&mut one).contains(&("r".to_owned(), ProblemCode::TooMany)));
}
