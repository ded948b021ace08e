//! Expressions within a form: long chains, rows looked up, tables, chance, answers by path.
#![cfg(feature = "author")]

use std::sync::Arc;

use serde_json::{Map, json};
use tanfang_core::form::{Context, Form, Leaf, Session, SessionError, check};
use tanfang_core::model::WallTime;

fn noon() -> WallTime {
    WallTime {
        millis: 1_719_806_400_000,
        offset_minutes: 480,
    }
}

fn form(rows: &str) -> Form {
    let source = format!(
        "| survey |\n| | type | name | label | calculation | relevant | required | read_only | constraint | repeat_count |\n{rows}\n| choices |\n| | list_name | name | label |\n| | yn | yes | 是 |\n| | yn | no | 否 |\n| settings |\n| | form_id | version |\n| | small | 1 |\n"
    );
    Form::compile(&source).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn drawing(seed: u8) -> Context {
    Context {
        chance: Some([seed; 16]),
        ..Context::creating(noon())
    }
}

fn session(rows: &str) -> Session {
    Session::open(Arc::new(form(rows)), &Map::new(), drawing(1))
}

fn value(session: &Session, path: &str) -> String {
    let leaves = session.leaves();
    let leaf = leaves.iter().find(|leaf| leaf.path == path);
    leaf.unwrap_or_else(|| panic!("no {path} in {leaves:#?}"))
        .value
        .clone()
}

fn answer(session: &mut Session, path: &str, text: &str) {
    session.answer(path, &json!(text)).unwrap();
}

/// A phone's worker threads have small stacks.
fn on_a_small_stack(run: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(512 * 1024)
            .spawn_scoped(scope, run)
            .unwrap()
            .join()
            .unwrap();
    });
}

#[test]
fn a_chain_of_ten_thousand_calculates_is_computed_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut rows = "| | integer | c0 | 数 |\n".to_owned();
        for i in 1..=10_000 {
            rows.push_str(&format!("| | calculate | c{i} | | ${{c{}}} + 1 |\n", i - 1));
        }
        let mut session = session(&rows);
        answer(&mut session, "/data/c0", "5");
        assert_eq!(value(&session, "/data/c10000"), "10005");
    });
}

#[test]
fn a_sum_of_ten_thousand_questions_is_computed_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut rows = "| | integer | n | 数 |\n".to_owned();
        rows.push_str("| | calculate | c0 | | ${n} |\n");
        for i in 1..10_000 {
            rows.push_str(&format!("| | calculate | c{i} | | /data/n |\n"));
        }
        let terms: Vec<String> = (0..10_000).map(|i| format!("${{c{i}}}")).collect();
        rows.push_str(&format!("| | calculate | sum | | {} |", terms.join(" + ")));
        let mut session = session(&rows);
        answer(&mut session, "/data/n", "2");
        assert_eq!(value(&session, "/data/sum"), "20000");
    });
}

const PEOPLE: &str = "
| | begin repeat | r | 人 |
| | integer | a | 岁 |
| | calculate | before | | indexed-repeat(${a}, ${r}, position(..) - 1) |
| | calculate | own | | sum(/data/r/a) |
| | calculate | all | | count(../../r) + sum(/data/r[true()]/a) |
| | begin repeat | s | 事 |
| | integer | b | 数 |
| | calculate | mine | | concat(${a}, '-', position(..), '-', position(../..)) |
| | end repeat | | |
| | end repeat | | |
| | calculate | second | | indexed-repeat(${b}, ${r}, 2, ${s}, 1) |
| | calculate | total | | sum(${a}) + sum(//b) + count(/data/*/a) |";

#[test]
fn a_row_reads_the_row_before_it_and_hears_of_its_change() {
    let mut session = session(PEOPLE);
    answer(&mut session, "/data/r[1]/a", "7");
    answer(&mut session, "/data/r[2]/a", "8");
    assert_eq!(value(&session, "/data/r[1]/before"), "");
    assert_eq!(value(&session, "/data/r[2]/before"), "7");
    answer(&mut session, "/data/r[1]/a", "9");
    assert_eq!(value(&session, "/data/r[2]/before"), "9");
    assert_eq!(value(&session, "/data/r[2]/own"), "8");
    assert_eq!(value(&session, "/data/r[1]/all"), "19");
}

#[test]
fn rows_within_rows_are_looked_up_and_summed() {
    let mut session = session(PEOPLE);
    answer(&mut session, "/data/r[1]/a", "1");
    answer(&mut session, "/data/r[2]/s[1]/b", "20");
    answer(&mut session, "/data/r[2]/s[2]/b", "300");
    assert_eq!(value(&session, "/data/second"), "20");
    assert_eq!(value(&session, "/data/r[2]/s[2]/mine"), "-2-2");
    // Two rows.
    assert_eq!(value(&session, "/data/total"), (1 + 320 + 2).to_string());
}

#[test]
fn an_answer_by_path_adds_the_next_row_and_no_other() {
    let mut session = session(PEOPLE);
    let refused = session.answer("/data/r[2]/a", &json!("1"));
    assert!(matches!(refused, Err(SessionError::NoSuchField { .. })));
    answer(&mut session, "/data/r[1]", "");
    assert_eq!(value(&session, "/data/r[1]/a"), "");
    for path in [
        "",
        "/",
        "/data",
        "/data/x",
        "/data/r[0]/a",
        "/data/r[x]/a",
        "/data/second/z",
    ] {
        let refused = session.answer(path, &json!("1"));
        assert!(
            matches!(refused, Err(SessionError::NoSuchField { .. })),
            "{path}"
        );
    }
    let wrong = session.answer("/data/r[1]/a", &json!("many"));
    assert!(matches!(wrong, Err(SessionError::NotTaken { .. })));
}

#[test]
fn rows_that_are_not_asked_are_not_counted() {
    let mut session = session(
        "| | integer | n | 数 |
         | | begin repeat | r | 行 | | ${n} > 1 |
         | | text | a | 字 |
         | | end repeat | | |
         | | calculate | rows | | concat(count(${r}), join('-', ${a})) |
         | | text | b | 字 | | ${n} > 1 |
         | | calculate | both | | join('+', ${b}, ${n}) |",
    );
    answer(&mut session, "/data/r[1]/a", "x");
    answer(&mut session, "/data/r[2]/a", "y");
    assert_eq!(value(&session, "/data/rows"), "0");
    assert_eq!(value(&session, "/data/both"), "+");
    answer(&mut session, "/data/n", "2");
    assert_eq!(value(&session, "/data/rows"), "2x-y");
}

#[test]
fn rows_that_a_count_adds_are_worked_out_however_deep() {
    let mut session = session(
        "| | integer | n | 数 |
         | | begin repeat | r | 行 | | | | | | ${n} |
         | | begin group | g | 组 |
         | | begin group | h | 组 |
         | | text | a | 字 | | | yes |
         | | calculate | b | | position(../../..) * 10 |
         | | end group | | |
         | | end group | | |
         | | end repeat | | |
         | | calculate | all | | join(' ', ${b}) |",
    );
    answer(&mut session, "/data/n", "2");
    assert_eq!(value(&session, "/data/r[2]/g/h/b"), "20");
    assert_eq!(value(&session, "/data/all"), "10 20");
    assert!(session.leaves()[1].required);
}

#[test]
fn a_counted_repeat_has_the_rows_that_its_count_says() {
    let mut session = session(
        "| | integer | n | 数 |
         | | begin repeat | r | 行 | | | | | | ${n} |
         | | text | a | 字 |
         | | end repeat | | |",
    );
    answer(&mut session, "/data/n", "2");
    answer(&mut session, "/data/r[2]/a", "x");
    assert!(session.answer("/data/r[3]/a", &json!("x")).is_err());
    answer(&mut session, "/data/n", "1");
    assert_eq!(session.leaves().len(), 2);
}

#[test]
fn leaves_say_how_every_question_stands() {
    let mut session = session(
        "| | select_one yn | a | 甲 | | | yes |
         | | begin group | g | 组 | | ${a} = 'yes' |
         | | integer | b | 乙 | | | | yes | . < 5 |
         | | note | c | 丙 |
         | | end group | | |",
    );
    let leaf = |path: &str, value: &str, flags: [bool; 4]| Leaf {
        path: path.to_owned(),
        value: value.to_owned(),
        relevant: flags[0],
        required: flags[1],
        read_only: flags[2],
        valid: flags[3],
    };
    assert_eq!(
        session.leaves(),
        [
            leaf("/data/a", "", [true, true, false, false]),
            leaf("/data/g/b", "", [false, false, true, true]),
            leaf("/data/g/c", "", [false, false, true, true]),
        ]
    );
    answer(&mut session, "/data/a", "yes");
    answer(&mut session, "/data/g/b", "7");
    assert_eq!(
        session.leaves(),
        [
            leaf("/data/a", "yes", [true, true, false, true]),
            leaf("/data/g/b", "7", [true, false, true, false]),
            leaf("/data/g/c", "", [true, false, true, true]),
        ]
    );
}

#[test]
fn code_lists_and_labels_are_tables_and_texts() {
    let session = session(
        "| | select_one yn | a | 甲 |
         | | calculate | label | | instance('yn')/root/item[name = 'no']/label |
         | | calculate | pulled | | pulldata('yn', 'label', 'name', 'yes') |
         | | calculate | asked | | jr:itext('/data/a:label') |
         | | calculate | second | | jr:itext('yn-1') |
         | | calculate | mixed | | count(randomize(instance('yn')/root/item, 7)) |",
    );
    for (path, wanted) in [
        ("/data/label", "否"),
        ("/data/pulled", "是"),
        ("/data/asked", "甲"),
        ("/data/second", "否"),
        ("/data/mixed", "2"),
    ] {
        assert_eq!(value(&session, path), wanted, "{path}");
    }
}

const DRAWN: &str = "| | text | a | 字 |
| | calculate | id | | uuid() |
| | calculate | kept | | once(random()) |
| | calculate | plain | | concat(${a}, 1) |";

#[test]
fn chance_draws_the_same_from_the_same_seed() {
    let open = |seed| Session::open(Arc::new(form(DRAWN)), &Map::new(), drawing(seed));
    assert_eq!(open(1).leaves(), open(1).leaves());
    assert_ne!(value(&open(1), "/data/id"), value(&open(2), "/data/id"));
    assert!(form(DRAWN).draws());
    assert!(!form("| | text | a | 字 |").draws());
}

#[test]
fn a_check_keeps_what_was_drawn_and_draws_nothing_without_a_seed() {
    let given = session(DRAWN).answers();
    for context in [drawing(9), Context::creating(noon())] {
        let checked = check(&form(DRAWN), &given, &context).unwrap();
        assert_eq!(checked.answers(), &given);
        assert!(checked.warnings().is_empty());
    }
    let nothing = check(&form(DRAWN), &Map::new(), &Context::creating(noon())).unwrap();
    assert_eq!(nothing.answers().get("id"), None);
    assert!(nothing.warnings().is_empty());
}
