use std::sync::Arc;

use serde_json::{Map, json};

use crate::form::{Context, Form, ProblemCode, Session};
use crate::model::WallTime;

/// A form with the towns a to c, six hundred villages of which every third is a town's, and one
/// question of the villages that a filter offers.
fn session(filter: &str) -> Session {
    let village = |i: usize| {
        format!(
            "| | village | v{i} | 村{i} | {} |\n",
            ["a", "b", "c"][i % 3]
        )
    };
    let source = format!(
        "| survey |\n| | type | name | label | choice_filter |\n\
         | | select_one town | town | 镇 | |\n| | integer | from | 起 | |\n\
         | | select_one village | village | 村 | {filter} |\n\
         | choices |\n| | list_name | name | label | town |\n\
         | | town | a | 甲 | |\n| | town | b | 乙 | |\n| | town | c | 丙 | |\n{}\
         | settings |\n| | form_id | version |\n| | t | 1 |\n",
        (0..600).map(village).collect::<String>()
    );
    let form = Form::compile(&source).unwrap_or_else(|p| panic!("{p:#?}"));
    let now = WallTime::parse("2024-07-01T12:00:00+08:00").unwrap();
    Session::open(Arc::new(form), &Map::new(), Context::creating(now))
}

fn offered(session: &Session) -> Vec<String> {
    let rows = session.choices("village", "", 1_000).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

/// Whether an answer to the village is among what the filter offers.
fn is_taken(session: &mut Session, village: &str) -> bool {
    session.set("village", &json!(village)).unwrap();
    let problems = session.problems();
    !problems.iter().any(|p| p.code == ProblemCode::NotOffered)
}

#[test]
fn a_filter_asks_each_row_at_its_place_in_the_whole_list() {
    let mut third = session("position() = 3");
    assert_eq!(offered(&third), ["v2"]);
    assert!(is_taken(&mut third, "v2") && !is_taken(&mut third, "v0"));
    let mut late = session("position() > ${from}");
    late.set("from", &json!(597)).unwrap();
    assert_eq!(offered(&late), ["v597", "v598", "v599"]);
    assert!(is_taken(&mut late, "v597") && !is_taken(&mut late, "v5"));
    let mut last = session("position() = last()");
    assert_eq!(offered(&last), ["v599"]);
    assert!(is_taken(&mut last, "v599"));
}

#[test]
fn a_number_in_a_filter_is_a_place_in_the_whole_list() {
    assert_eq!(offered(&session("550")), ["v549"]);
    let mut named = session("number(${from})");
    named.set("from", &json!(2)).unwrap();
    assert_eq!(offered(&named), ["v1"]);
    assert!(is_taken(&mut named, "v1") && !is_taken(&mut named, "v0"));
}

#[test]
fn what_a_filter_looks_up_is_whole_in_its_own_list_and_in_others() {
    let own = "name = 'v7' and count(instance('village')/root/item) = 600";
    let mut own = session(own);
    assert_eq!(offered(&own), ["v7"]);
    assert!(is_taken(&mut own, "v7"));
    let other = "name = 'v8' and count(instance('town')/root/item) = 3 and \
                 instance('town')/root/item[name = 'b']/label = '乙'";
    let mut other = session(other);
    assert_eq!(offered(&other), ["v8"]);
    assert!(is_taken(&mut other, "v8"));
}

#[test]
fn a_search_does_not_move_the_rows() {
    let session = session("position() > 500 and town = 'a'");
    let found = session.choices("village", "村59", 3).unwrap();
    let names: Vec<&str> = found.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["v591", "v594", "v597"]);
}

#[test]
fn a_filter_that_costs_too_much_is_stopped() {
    let dear = "count(instance('village')/root/item[count(instance('village')/root/item[town = 'a']) > 1]) > 1";
    let mut session = session(&format!("if(${{from}} > 0, {dear}, true())"));
    assert_eq!(
        session.choices("village", "", 10).map(|rows| rows.len()),
        Ok(10)
    );
    session.set("from", &json!(1)).unwrap();
    assert!(session.choices("village", "", 10).is_err());
}
