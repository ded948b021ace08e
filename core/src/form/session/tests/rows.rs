//! What a row reads of its neighbours: `${r}[…]` within the repeat `r` chooses among every row, as the
//! path that pyxform writes does.

use super::*;

/// What a calculation of a row becomes in each row, while the rows get these answers.
fn in_each_row(calculation: &str, answers: &[i64]) -> Vec<String> {
    let survey = format!(
        "| | begin repeat | r | R | |\n| | integer | x | X | |\n\
         | | begin group | g | G | |\n| | calculate | c | | {calculation} |\n| | end group |\n| | end repeat |"
    );
    let mut session = session(&survey, json!({}));
    for (row, answer) in (1..).zip(answers) {
        session.add_row("r").unwrap();
        session.set(&format!("r[{row}].x"), &json!(answer)).unwrap();
        let mut fresh = session.clone();
        fresh.work_out_everything();
        assert_eq!(fresh.state(), session.state(), "after row {row}");
    }
    let rows = session.answers()["r"].as_array().cloned().unwrap();
    rows.into_iter().map(|row| row["c"].to_string()).collect()
}

#[test]
fn a_row_reads_the_rows_before_it() {
    let own = "position(current()/../..)";
    let total = format!("sum(${{r}}[position() <= {own}]/x)");
    assert_eq!(in_each_row(&total, &[3, 4, 5]), ["3", "7", "12"]);
    let previous = format!("${{r}}[position() = {own} - 1]/x");
    assert_eq!(in_each_row(&previous, &[3, 4, 5])[1..], ["3", "4"]);
    let same = "count(${r}[x = current()/../../x])";
    assert_eq!(in_each_row(same, &[3, 4, 3]), ["2", "1", "2"]);
}

#[test]
fn without_a_predicate_a_repeat_is_the_row_that_one_stands_in() {
    assert_eq!(in_each_row("count(${r})", &[1, 2]), ["1", "1"]);
    assert_eq!(in_each_row("sum(${r}/x)", &[1, 2]), ["1", "2"]);
    assert_eq!(in_each_row("sum(${r}[true()]/x)", &[1, 2]), ["3", "3"]);
}

#[test]
fn a_repeat_within_a_row_is_all_of_that_rows_rows() {
    let mut session = session(
        "| | begin repeat | r | R | |\n| | begin repeat | q | Q | |\n| | integer | y | Y | |\n\
         | | calculate | d | | count(${q}) |\n\
         | | calculate | g | | sum(${q}[position() <= position(current()/..)]/y) |\n\
         | | end repeat |\n| | end repeat |",
        json!({"r": [{"q": [{"y": 1}, {"y": 2}]}, {"q": [{"y": 7}]}]}),
    );
    session.set("r[1].q[1].y", &json!(3)).unwrap();
    let rows = session.answers()["r"].clone();
    let told = |r: usize, q: usize| (&rows[r]["q"][q]["d"], &rows[r]["q"][q]["g"]);
    assert_eq!(told(0, 0), (&json!(2), &json!(3)));
    assert_eq!(told(0, 1), (&json!(2), &json!(5)));
    assert_eq!(told(1, 0), (&json!(1), &json!(7)));
}

#[test]
fn two_rows_of_one_number_are_both_told() {
    let survey = "| | begin repeat | r | R | |\n| | text | id | 号 | |\n| | end repeat |";
    let source =
        session_source(survey).replace("| repeat_count |\n", "| repeat_count | constraint |\n");
    let source = source.replace(
        "| | text | id | 号 | |",
        "| | text | id | 号 | | | | | count(${r}[id = current()/../id]) = 1 |",
    );
    let mut session = opened(&source, json!({"r": [{"id": "a"}, {"id": "b"}]}));
    assert_eq!(problems(&mut session), []);
    session.set("r[2].id", &json!("a")).unwrap();
    let twice = [1, 2].map(|row| (format!("r[{row}].id"), ProblemCode::Constraint));
    assert_eq!(problems(&mut session), twice);
    session.set("r[1].id", &json!("c")).unwrap();
    assert_eq!(problems(&mut session), []);
    assert!(session.state().iter().all(|change| change.valid));
}

#[test]
fn a_name_in_a_predicate_is_the_asking_rows() {
    assert_eq!(
        in_each_row("count(${r}[x = ${x}])", &[3, 4, 3]),
        ["2", "1", "2"]
    );
}
