//! What is typed and cannot be read stays where it was typed, in the draft and in the problems.

use super::*;
use crate::form::check;

const SURVEY: &str = "| | date | day | Day | | | |\n| | integer | n | N | | | |\n\
     | | text | why | W | | | ${n} > 3 |\n| | calculate | twice | | ${n} * 2 | | |\n\
     | | begin repeat | r | R | | | |\n| | integer | a | A | | | |\n| | end repeat |";

fn given(session: &Session, field: &str) -> Value {
    let answers = Value::Object(session.answers());
    answers[field].clone()
}

#[test]
fn half_a_day_takes_the_place_of_the_day_before_and_no_check_lets_it_through() {
    let mut session = session(SURVEY, json!({"day": "2024-06-24"}));
    session.hold("day", &json!("2024-06-2")).unwrap();
    assert_eq!(given(&session, "day"), "2024-06-2");
    let wrong = [("day".to_owned(), ProblemCode::WrongType)];
    assert_eq!(problems(&mut session), wrong);
    let now = WallTime::parse("2024-07-01T12:00:00+08:00").unwrap();
    let refused = check(&session.form, &session.answers(), &Context::creating(now));
    let refused: Vec<_> = refused
        .unwrap_err()
        .into_iter()
        .map(|p| (p.field, p.code))
        .collect();
    assert_eq!(refused, wrong, "at its place");
    // A draft of it, opened again, stands as it was left.
    let form = Arc::clone(&session.form);
    let mut again = Session::open(form, &session.answers(), Context::creating(now));
    assert_eq!(again.answers(), session.answers());
    assert_eq!(problems(&mut again), wrong);
    again.hold("day", &json!("2024-06-23")).unwrap();
    assert_eq!(problems(&mut again), []);
    assert_eq!(given(&again, "day"), "2024-06-23");
}

#[test]
fn what_followed_from_the_answer_before_follows_no_more() {
    let mut session = session(SURVEY, json!({"n": 5, "why": "w"}));
    let changes = session.hold("n", &json!("12a")).unwrap();
    assert!(
        changes
            .iter()
            .any(|change| change.field == "n" && !change.valid)
    );
    assert_eq!(
        given(&session, "why"),
        Value::Null,
        "12a is not above three"
    );
    let mut fresh = session.clone();
    fresh.work_out_everything();
    assert_eq!(fresh.state(), session.state());
    session.hold("n", &json!("12")).unwrap();
    assert_eq!(
        (given(&session, "n"), given(&session, "twice")),
        (json!(12), json!(24))
    );
    session.hold("n", &json!("x")).unwrap();
    session.hold("n", &Value::Null).unwrap();
    assert_eq!(given(&session, "n"), Value::Null);
    assert_eq!(problems(&mut session), []);
}

#[test]
fn a_row_that_is_taken_out_takes_its_problem_along_and_renames_the_next() {
    let mut session = session(SURVEY, json!({"r": [{"a": 1}, {"a": "x"}, {"a": "y"}]}));
    let wrong = |row: u8| (format!("r[{row}].a"), ProblemCode::WrongType);
    assert_eq!(problems(&mut session), [wrong(2), wrong(3)]);
    session.remove_row("r[1]").unwrap();
    assert_eq!(problems(&mut session), [wrong(1), wrong(2)]);
    session.remove_row("r[1]").unwrap();
    assert_eq!(problems(&mut session), [wrong(1)]);
    assert_eq!(given(&session, "r"), json!([{"a": "y"}]));
}

#[test]
fn nothing_is_typed_into_what_is_calculated_or_not_there() {
    let mut session = session(SURVEY, json!({"n": 1}));
    assert!(session.hold("nowhere", &json!("x")).is_err());
    assert!(session.hold("twice", &json!(["x"])).is_err());
    assert_eq!(given(&session, "twice"), 2);
}

#[test]
fn places_are_added_one_by_one_and_an_area_closes_itself() {
    let survey = "| | geopoint | here | H | | | |\n| | geotrace | way | W | | | |\n\
         | | geoshape | field | F | | | |";
    let mut session = session(survey, json!({}));
    for no in 1..=4 {
        for field in ["here", "way", "field"] {
            let all = session
                .with_place(field, &format!("23.{no} 100 0 0"))
                .unwrap();
            session.hold(field, &json!(all)).unwrap();
        }
        let wrong = problems(&mut session).len();
        assert_eq!(
            wrong,
            [2, 1, 0, 0][no - 1],
            "after {no}: what is not yet a line or an area"
        );
    }
    assert_eq!(given(&session, "here"), "23.4 100 0 0");
    let way = given(&session, "way");
    assert_eq!(way.as_str().unwrap().split(';').count(), 4);
    let area = given(&session, "field");
    let area: Vec<&str> = area.as_str().unwrap().split(';').collect();
    assert_eq!(
        (area.len(), area[0]),
        (5, area[4]),
        "closed once, at its end"
    );
    assert!(session.with_place("nowhere", "1 2 0 0").is_err());
}
