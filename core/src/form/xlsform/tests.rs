//! Sources as a county writes them: what is put right, what is refused, where and in which words.

use serde_json::{Value, json};

use super::{Source, SourceProblem};
use crate::form::{Context, Form, ProblemCode, Session, check};
use crate::model::WallTime;

/// A form of one survey with the lists `yn`, `town` and `village`.
mod beside;

fn source(survey: &str) -> String {
    format!(
        "| survey |\n{survey}\n| choices |\n| | list_name | name | label::中文(zh) | label::English(en) | town |\n\
         | | yn | yes | 是 | Yes | |\n| | yn | no | 否 | No | |\n\
         | | town | a | 甲镇 | A | |\n| | town | b | 乙镇 | B | |\n\
         | | village | a1 | 甲一村 | A1 | a |\n| | village | a2 | 甲二村 | A2 | a |\n| | village | b1 | 乙一村 | B1 | b |\n\
         | settings |\n| | form_id | version | default_language |\n| | t | 1 | 中文(zh) |\n"
    )
}

fn form(survey: &str) -> Form {
    let compiled = Form::of_source(&Source::from_markdown(&source(survey)).unwrap());
    compiled
        .form
        .unwrap_or_else(|| panic!("{}", lines(&compiled.problems)))
}

fn lines(problems: &[SourceProblem]) -> String {
    let lines = problems.iter().map(ToString::to_string);
    lines.collect::<Vec<_>>().join("\n")
}

/// Everything said of a survey, warnings too.
fn told(survey: &str) -> String {
    lines(&Form::of_source(&Source::from_markdown(&source(survey)).unwrap()).problems)
}

fn creating() -> Context {
    Context::creating(WallTime::parse("2024-07-01T12:00:00+08:00").unwrap())
}

/// The problems of answers, by field.
fn problems(form: &Form, answers: Value) -> Vec<(String, ProblemCode)> {
    let found = check(form, answers.as_object().unwrap(), &creating());
    let found = found.err().unwrap_or_default().into_iter();
    found.map(|problem| (problem.field, problem.code)).collect()
}

#[test]
fn a_name_or_a_code_whose_letters_stand_in_pieces_is_refused() {
    let questions = |name: &str| {
        format!(
            "| | type | name | label::中文(zh) | label::English(en) |\n\
             | | text | {name} | 甲 | A |\n| | select_one town | town | 镇 | Town |"
        )
    };
    // A compatibility character, which composes to another one.
    let said = told(&questions("\u{f900}"));
    assert!(said.contains("written in pieces"), "{said}");
    assert_eq!(told(&questions("\u{8c48}")), "");
    let listed = source(&questions("a")).replace("| town | b |", "| town | e\u{301} |");
    let found = Form::of_source(&Source::from_markdown(&listed).unwrap());
    let said = lines(&found.problems);
    assert!(said.contains("written in pieces"), "{said}");
}

const CASCADE: &str = "| | type | name | label::中文(zh) | label::English(en) | choice_filter |\n\
     | | select_one town | town | 镇 | Town | |\n\
     | | select_one village | village | 村 | Village | town = ${town} |";

#[test]
fn an_answer_that_the_filter_does_not_offer_is_a_problem() {
    let form = form(CASCADE);
    assert_eq!(form.definition().format, 3);
    assert_eq!(problems(&form, json!({"town": "a", "village": "a2"})), []);
    assert_eq!(
        problems(&form, json!({"town": "b", "village": "a2"})),
        [("village".to_owned(), ProblemCode::NotOffered)]
    );
    let read = Form::from_json(&form.to_json()).unwrap();
    assert_eq!(read.hash(), form.hash());
}

#[test]
fn a_session_offers_what_goes_with_the_other_answers() {
    let answers = json!({"town": "a", "village": "a2"});
    let mut session = Session::open(
        std::sync::Arc::new(form(CASCADE)),
        answers.as_object().unwrap(),
        creating(),
    );
    let names = |session: &Session, text: &str| {
        let offered = session.choices("village", text, 10).unwrap();
        offered.into_iter().map(|o| o.label).collect::<Vec<_>>()
    };
    assert_eq!(names(&session, ""), ["甲一村", "甲二村"]);
    assert_eq!(names(&session, "二"), ["甲二村"]);
    let changes = session.set("town", &json!("b")).unwrap();
    let village = changes
        .iter()
        .find(|change| change.field == "village")
        .unwrap();
    assert!(!village.valid, "the answer stays and is shown to be wrong");
    assert_eq!(names(&session, ""), ["乙一村"]);
    session.set("village", &json!("b1")).unwrap();
    assert_eq!(session.problems(), []);
}

#[test]
fn a_list_of_a_hundred_thousand_comes_from_a_file() {
    let mut csv = String::from("code,label::中文(zh),parent\n");
    for place in 0..100_000 {
        csv.push_str(&format!("{place:06},村{place},{:03}\n", place / 1000));
    }
    let survey = "| | type | name | label | choice_filter | parameters |\n\
         | | text | town | T | | |\n\
         | | select_one_from_file areas.csv | area | A | parent = ${town} | value=code |";
    let source = Source::from_markdown(&source(survey)).unwrap();
    assert_eq!(source.lists_named(), ["areas.csv"]);
    let lacking = lines(&Form::of_source(&source).problems);
    assert!(
        lacking.contains("there is no file areas.csv beside the form"),
        "{lacking}"
    );
    let source = source.with_list("areas.csv", csv.as_bytes()).unwrap();
    let form = Form::of_source(&source).form.unwrap();
    assert!(form.to_json().len() < crate::form::MAX_FORM_BYTES);
    let form = Form::from_json(&form.to_json()).unwrap();
    assert_eq!(
        problems(&form, json!({"town": "042", "area": "042999"})),
        []
    );
    let wrong = |area: &str| problems(&form, json!({"town": "042", "area": area}));
    assert_eq!(
        wrong("043000"),
        [("area".to_owned(), ProblemCode::NotOffered)]
    );
    assert_eq!(wrong("x"), [("area".to_owned(), ProblemCode::UnknownCode)]);
    let answers = json!({"town": "099"});
    let form = std::sync::Arc::new(form);
    let session = Session::open(form.clone(), answers.as_object().unwrap(), creating());
    let offered = session.choices("area", "", 2).unwrap();
    assert_eq!(offered[0].label, "村99000");
    let label = form.definition().choice_label("areas", "042999", "zh");
    assert_eq!(label, Some("村42999"));
}

#[test]
fn each_new_type_takes_its_answers_and_no_others() {
    let form = form(
        "| | type | name | label | parameters |\n\
         | | range | pain | P | start=0 end=10 step=1 |\n\
         | | range | cm | C | start=0.5 end=2 step=0.5 |\n\
         | | rank town | order | O | |\n\
         | | geotrace | way | W | |\n\
         | | geoshape | field | F | |\n\
         | | barcode | card | B | |",
    );
    let closed = "24.1 100.1 0 0;24.2 100.1 0 0;24.2 100.2 0 0;24.1 100.1 0 0";
    let whole = json!({"pain": 7, "cm": 1.5, "order": ["b", "a"], "card": "6901234567892",
        "way": "24.1 100.1;24.2 100.2", "field": closed});
    let checked = check(&form, whole.as_object().unwrap(), &creating()).unwrap();
    assert_eq!(checked.answers()["way"], "24.1 100.1 0 0;24.2 100.2 0 0");
    assert_eq!(checked.answers()["order"], json!(["b", "a"]));
    for (answer, code) in [
        (json!({"pain": 11}), ProblemCode::Constraint),
        (json!({"pain": 1.5}), ProblemCode::WrongType),
        (json!({"cm": 0.4}), ProblemCode::Constraint),
        (json!({"order": ["c"]}), ProblemCode::UnknownCode),
        (json!({"way": "24.1 100.1"}), ProblemCode::WrongType),
        (
            json!({"field": "24.1 100.1;24.2 100.1;24.2 100.2;24.3 100.1"}),
            ProblemCode::WrongType,
        ),
        (
            json!({"way": "240.1 100.1;24.2 100.2"}),
            ProblemCode::WrongType,
        ),
    ] {
        let field = answer.as_object().unwrap().keys().next().unwrap().clone();
        assert_eq!(problems(&form, answer), [(field, code)]);
    }
}

#[test]
fn or_other_asks_what_else() {
    let form = form(
        "| | type | name | label::中文(zh) | label::English(en) |\n\
         | | select_multiple yn or_other | why | 原因 | Why |",
    );
    let other = form.field(None, "why_other").unwrap();
    assert_eq!(
        (other.label("zh"), other.label("en")),
        ("请说明", "Specify other.")
    );
    let answers = json!({"why": ["yes", "other"], "why_other": "x"});
    let kept = check(&form, answers.as_object().unwrap(), &creating()).unwrap();
    assert_eq!(kept.answers()["why_other"], "x");
    let dropped = json!({"why": ["yes"], "why_other": "x"});
    let dropped = check(&form, dropped.as_object().unwrap(), &creating()).unwrap();
    assert_eq!(dropped.answers().get("why_other"), None);
    assert_eq!(
        form.definition().choice_label("yn", "other", "zh"),
        Some("其他")
    );
}

#[test]
fn rows_within_rows_are_added_and_answered() {
    let form = form(
        "| | type | name | label | calculation |\n| | begin repeat | house | H | |\n| | begin_repeat | person | P | |\n\
         | | integer | age | A | |\n| | end_repeat | | | |\n| | end repeat | | | |\n| | calculate | n | | count(${person}) |",
    );
    let mut session = Session::open(std::sync::Arc::new(form), &Default::default(), creating());
    session.add_row("house").unwrap();
    assert_eq!(
        session.add_row("house[1].person").unwrap().0,
        "house[1].person[1]"
    );
    session.add_row("house[1].person").unwrap();
    session.set("house[1].person[2].age", &json!(8)).unwrap();
    assert_eq!(session.answers()["n"], 2);
    session.remove_row("house[1].person[1]").unwrap();
    assert_eq!(session.answers()["house"][0]["person"], json!([{"age": 8}]));
    assert!(session.add_row("house[2].person").is_err());
}

#[test]
fn what_is_wrong_is_said_with_its_place_in_both_languages() {
    for (survey, wanted) in [
        (
            "| | type | name | label | choice_filter |\n| | select_one village | v | V | twon = 'a' |",
            "line 3, choice_filter: at character 1: there is no question twon; did you mean town?",
        ),
        (
            "| | type | name | label | choice_filter |\n| | text | v | V | town = 'a' |",
            "line 3, choice_filter: a choice_filter is of a select",
        ),
        (
            "| | type | name | label | parameters |\n| | range | v | V | star=1 |",
            "line 3, parameters: this type has no parameter \"star\" (did you mean start?)",
        ),
        (
            "| | type | name | label |\n| | audit | audit | |",
            "line 3, type: there is no type \"audit\" here: every save is signed",
        ),
        (
            "| | type | name | label | label |\n| | text | a | A | B |",
            "line 2, label: column \"label\" says the same as one before it",
        ),
        (
            "| | type | name | label | relevance |\n| | text | a | A | ${b |",
            "line 3, relevance: at character 1",
        ),
        (
            "| | type | name | label |\n| | text | a | A\u{202e}B |",
            "line 3, label: the cell holds control characters",
        ),
        (
            "| | type | name | label | save_to |\n| | text | a | A | x |",
            "line 3, save_to: save_to needs its list declared",
        ),
        (
            "| | type | name | label | relevant |\n| | text | a | A | |\n| | text | b | B | ${a}＝‘１’ |",
            "line 4, relevant: warning: full-width signs or curly quotes were read as plain ones: ${a}='１'",
        ),
    ] {
        let told = told(survey);
        assert!(told.contains(wanted), "{wanted}\n{told}");
    }
    let survey = "| | type | name | label | relevant |\n| | text | a | A | ${b} = 1 |";
    let compiled = Form::of_source(&Source::from_markdown(&source(survey)).unwrap());
    assert_eq!(
        compiled.problems[0].in_language("zh"),
        "survey，第 3 行，relevant：第 1 个字符：没有名为 b 的题目或列；是否为 a？"
    );
}

#[test]
fn every_problem_is_told_at_once() {
    let told = told(
        "| | type | name | label | requierd |\n| | texr | a | A | |\n| | text | 1b | B | |\n\
         | | select_one ny | c | C | |\n| | begin group | g | G | |",
    );
    for part in [
        "requierd",
        "texr",
        "a name begins with",
        "\"ny\"",
        "never ended",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    assert_eq!(told.lines().count(), 5, "{told}");
}

#[test]
fn records_of_an_entities_sheet_are_kinds_of_record() {
    let survey = "| | type | name | label | save_to |\n\
         | | text | full | N | person_name |\n| | text | note | M | |\n| | text | roof | R | house#roof |\n\
         | entities |\n| | list_name | label |\n| | person | ${full} |\n| | house | ${roof} |";
    let form = form(survey);
    let of = |name: &str| form.field(None, name).unwrap().of.as_str().to_owned();
    assert_eq!(
        [of("full"), of("note"), of("roof")],
        ["person", "person", "house"]
    );
    assert_eq!(
        form.definition().nodes[0].save_to.as_deref(),
        Some("person_name")
    );
    let refused = told(&survey.replace("| list_name | label |", "| list_name | create_if |"));
    assert!(refused.contains("entities, line"), "{refused}");
}

#[test]
fn five_thousand_questions_are_compiled() {
    let mut survey = String::from("| | type | name | label | relevant |\n| | text | q0 | Q | |\n");
    for at in 1..5_000 {
        let before = at - 1;
        survey.push_str(&format!("| | text | q{at} | Q | ${{q{before}}} != '' |\n"));
    }
    assert_eq!(form(survey.trim_end()).leaves().count(), 5_000);
}
