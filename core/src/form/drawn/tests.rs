use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::form::{Context, Drawn, Form, NodeKind, Session, Shape};
use crate::model::{Compartment, WallTime};

const HEAD: &str = "| survey |\n| | type | name | label | relevant | required | appearance | bind::tanfang:compartment | repeat_count |\n";
const TAIL: &str = "| choices |\n| | list_name | name | label |\n| | l | x | X |\n| | l | y | Y |\n\
                    | settings |\n| | form_id | version | namespaces |\n| | t | 2 | tanfang=\"https://tanfang.example/xlsform\" |\n";

fn context() -> Context {
    Context::creating(WallTime::parse("2024-07-01T12:00:00+08:00").unwrap())
}

fn opened(survey: &str, answers: Value, context: Context) -> Session {
    let form = Form::compile(&format!("{HEAD}{survey}{TAIL}"));
    let form = form.unwrap_or_else(|problems| panic!("{problems:#?}"));
    Session::open(Arc::new(form), answers.as_object().unwrap(), context)
}

fn fields(lines: &[Drawn]) -> Vec<(Shape, &str, u32)> {
    let lines = lines.iter();
    lines
        .map(|line| (line.shape, line.field.as_str(), line.depth))
        .collect()
}

const FAMILY: &str = "| | text | name | Name | | yes | | | |\n\
    | | begin group | more | More | ${name} != '' | | | | |\n\
    | | select_multiple l | likes | Likes | | | | | |\n\
    | | end group | | | | | | | |\n\
    | | begin repeat | people | People | | | | | |\n\
    | | text | who | Who | | yes | | | |\n\
    | | begin repeat | phones | Phones | | | | | |\n\
    | | text | number | Number | | | | | |\n\
    | | end repeat | | | | | | | |\n\
    | | end repeat | | | | | | | |\n";

#[test]
fn a_page_is_what_stands_at_the_top_and_is_there_while_it_asks_something() {
    let mut session = opened(FAMILY, json!({}), context());
    let names = |session: &mut Session| -> Vec<String> {
        session.pages().into_iter().map(|page| page.name).collect()
    };
    assert_eq!(names(&mut session), ["name", "people"]);
    session.set("name", &json!("n")).unwrap();
    assert_eq!(names(&mut session), ["name", "more", "people"]);
    assert_eq!(session.pages()[1].label, "More");
    let more = session.drawn(Some("more"));
    assert_eq!(
        fields(&more),
        [(Shape::Heading, "more", 0), (Shape::Question, "likes", 1)]
    );
    assert!(session.drawn(Some("nowhere")).is_empty());
}

#[test]
fn rows_within_rows_stand_in_order_each_with_the_place_for_another() {
    let rows = json!({"name": "n", "people": [{"who": "a", "phones": [{"number": "1"}]}, {}]});
    let mut session = opened(FAMILY, rows, context());
    let lines = session.drawn(Some("people"));
    use Shape::{AddRow, Question, Repeat, Row};
    assert_eq!(
        fields(&lines),
        [
            (Repeat, "people", 0),
            (Row, "people[1]", 1),
            (Question, "people[1].who", 2),
            (Repeat, "people[1].phones", 2),
            (Row, "people[1].phones[1]", 3),
            (Question, "people[1].phones[1].number", 4),
            (AddRow, "people[1].phones", 3),
            (Row, "people[2]", 1),
            (Question, "people[2].who", 2),
            (Repeat, "people[2].phones", 2),
            (AddRow, "people[2].phones", 3),
            (AddRow, "people", 1),
        ]
    );
    assert_eq!((lines[0].rows, lines[7].rows), (2, 2));
    let (added, _) = session.add_row(&lines[9].field).unwrap();
    assert_eq!(
        added, "people[2].phones[1]",
        "the line's field adds the row"
    );
}

#[test]
fn a_question_says_its_answer_its_rows_and_what_is_wrong_with_it() {
    let mut session = opened(FAMILY, json!({"name": "n"}), context());
    session.set("likes", &json!("y x")).unwrap();
    let likes = session
        .drawn(None)
        .into_iter()
        .find(|line| line.field == "likes");
    let likes = likes.unwrap();
    assert_eq!(likes.text.as_deref(), Some("y x"));
    assert_eq!(likes.said.as_deref(), Some("Y、X"));
    assert!(likes.chosen && likes.problems.is_empty());
    let labels: Vec<&str> = likes.offered.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["X", "Y"]);
    session.set("name", &Value::Null).unwrap();
    let name = &session.drawn(None)[0];
    assert_eq!((name.problems.len(), name.required), (1, true));
    assert_eq!(session.pages()[0].errors, 1);
}

#[test]
fn what_the_phone_fills_in_what_is_not_held_and_empty_groups_are_not_drawn() {
    let survey = "| | begin group | g | G | | | | | |\n| | today | t | | | | | | |\n| | end group | | | | | | | |\n\
        | | note | n | Read | | | | | |\n\
        | | text | secret | S | | | | protection | |\n\
        | | begin repeat | two | Two | | | | | 2 |\n| | text | a | A | | | | | |\n| | end repeat | | | | | | | |\n";
    let held = Some(BTreeSet::from([Compartment::Care, Compartment::Contact]));
    let mut session = opened(survey, json!({}), Context { held, ..context() });
    let lines = session.drawn(None);
    let shown: Vec<&str> = lines.iter().map(|line| line.field.as_str()).collect();
    assert_eq!(
        shown,
        ["n", "two", "two[1]", "two[1].a", "two[2]", "two[2].a"]
    );
    assert_eq!(
        (lines[0].shape, lines[0].kind),
        (Shape::Note, NodeKind::Note)
    );
    assert!(lines[2].fixed, "the form says how many rows there are");
}

#[test]
fn every_page_of_every_form_of_the_house_is_drawn_in_both_languages() {
    for built_in in crate::form::BUILT_IN {
        for lang in ["zh", "en"] {
            let context = Context {
                lang: lang.into(),
                ..context()
            };
            let form = Arc::new(built_in.form().unwrap());
            let mut session = Session::open(form, &serde_json::Map::new(), context);
            let pages = session.pages();
            let all = session.drawn(None).len();
            let each = pages
                .iter()
                .map(|page| session.drawn(Some(&page.name)).len());
            assert_eq!(each.sum::<usize>(), all, "{}", built_in.id);
            for line in session.drawn(None) {
                assert_ne!(line.label, "", "{} {}", built_in.id, line.field);
            }
        }
    }
}
