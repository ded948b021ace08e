use super::{Alteration as A, Difference, diff};
use crate::form::Form;

fn form(version: &str, survey: &str, codes: &str) -> Form {
    let source = format!(
        "| survey |\n| | type | name | label | required | constraint | relevant |\n{survey}\n\
         | choices |\n| | list_name | name | label |\n{codes}\n\
         | settings |\n| | form_id | version |\n| | t | {version} |\n"
    );
    Form::compile(&source).unwrap_or_else(|p| panic!("{p:#?}"))
}

#[test]
fn an_upgrade_says_what_it_does_to_each_question() {
    let codes = "| | l | a | A |\n| | l | b | B |";
    let old = form(
        "1",
        "| | text | name | N | | | |\n| | integer | age | 岁 | | | |\n| | select_one l | s | S | | | |\n\
         | | text | gone | G | | | |",
        codes,
    );
    let new = form(
        "2",
        "| | text | name | 姓名 | yes | | |\n| | text | age | 岁 | | . != '' | |\n\
         | | select_one l | s | S | | | ${age} != '' |\n| | text | fresh | F | yes | | |",
        "| | l | a | A |\n| | l | c | C |",
    );
    let found = diff(&old, &new);
    let told: Vec<(&str, A)> = found.iter().map(|d| (d.field.as_str(), d.change)).collect();
    let wanted = [
        ("name", A::Required),
        ("name", A::Wording),
        ("age", A::Retyped),
        ("age", A::Constraint),
        ("s", A::Relevance),
        ("s", A::ChoicesRemoved),
        ("s", A::ChoicesAdded),
        ("fresh", A::Added),
        ("gone", A::Retired),
    ];
    assert_eq!(told, wanted);
    assert!(found[5].said.en.contains("removed: b"), "{}", found[5].said);
    assert_eq!(diff(&old, &old), []);
}

#[test]
fn a_version_that_was_not_raised_is_noticed() {
    let old = form("1", "| | text | name | N | | | |", "");
    let new = form("1", "| | text | nane | N | | | |", "");
    let found = diff(&old, &new);
    assert_eq!(found[0].change, A::Form);
    assert!(
        found[1].said.en.contains("is it name renamed?"),
        "{}",
        found[1].said
    );
    assert!(
        found[2].said.en.contains("is it nane now?"),
        "{}",
        found[2].said
    );
}

/// A form of one group of columns beyond the usual ones.
fn wide(version: &str, survey: &str, codes: &str) -> Form {
    let source = format!(
        "| survey |\n| | type | name | label | default | read_only | repeat_count | parameters | \
         bind::tanfang:warn | bind::tanfang:warn_message |\n{survey}\n\
         | choices |\n| | list_name | name | label |\n{codes}\n\
         | settings |\n| | form_id | version | namespaces |\n\
         | | t | {version} | tanfang=\"https://tanfang.example/xlsform\" |\n"
    );
    Form::compile(&source).unwrap_or_else(|p| panic!("{p:#?}"))
}

fn told(found: &[Difference]) -> Vec<(&str, A)> {
    found.iter().map(|d| (d.field.as_str(), d.change)).collect()
}

#[test]
fn every_rule_that_changes_is_told() {
    let old = wide(
        "1",
        "| | integer | n | N | 1 | | | | | |\n| | text | a | A | | | | | | |\n\
         | | range | r | R | | | | start=1 end=5 | | |\n| | text | w | W | | | | | . = '' | 空 |\n\
         | | begin repeat | rows | 行 | | | 2 | | | |\n| | text | x | X | | | | | | |\n| | end repeat |\n\
         | | select_one l | s | S | | | | | | |\n| | select_one l | t | T | | | | | | |",
        "| | l | a | A |\n| | l | b | B |\n| | m | a | A |\n| | m | b | B |",
    );
    let new = wide(
        "2",
        "| | integer | n | N | 2 | | | | | |\n| | text | a | A | | yes | | | | |\n\
         | | range | r | R | | | | start=1 end=9 | | |\n| | text | w | W | | | | | . = 'x' | 空 |\n\
         | | begin repeat | rows | 行 | | | 3 | | | |\n| | text | x | X | | | | | | |\n| | end repeat |\n\
         | | select_one m | s | S | | | | | | |\n| | select_one l | t | T | | | | | | |",
        "| | l | a | A |\n| | l | b | 乙 |\n| | m | a | A |\n| | m | b | B |",
    );
    let found = diff(&old, &new);
    let wanted = [
        ("n", A::Default),
        ("a", A::ReadOnly),
        ("r", A::Constraint),
        ("r", A::Parameters),
        ("w", A::Warning),
        ("rows", A::Count),
        ("s", A::List),
        ("t", A::ChoiceLabels),
    ];
    assert_eq!(told(&found), wanted);
    assert!(found[7].said.en.contains("choices b "), "{}", found[7].said);
}

#[test]
fn a_question_that_changes_its_rows_is_moved_and_says_what_that_does() {
    let before = "| | text | a | A | | | | | | |\n| | begin repeat | rows | 行 | | | | | | |\n\
                  | | text | x | X | | | | | | |\n| | end repeat |\n\
                  | | begin repeat | more | 行 | | | | | | |\n| | text | y | Y | | | | | | |\n| | end repeat |";
    let after = "| | begin repeat | rows | 行 | | | | | | |\n| | integer | a | A | | | | | | |\n\
                 | | text | y | Y | | | | | | |\n| | end repeat |\n| | text | x | X | | | | | | |\n\
                 | | begin repeat | more | 行 | | | | | | |\n| | text | z | Z | | | | | | |\n| | end repeat |";
    let found = diff(&wide("1", before, ""), &wide("2", after, ""));
    let wanted = [
        ("rows.a", A::Moved),
        ("rows.a", A::Retyped),
        ("rows.y", A::Moved),
        ("x", A::Moved),
        ("more.z", A::Added),
    ];
    assert_eq!(told(&found), wanted);
    let said: Vec<&str> = found.iter().map(|d| d.said.en.as_str()).collect();
    assert!(said[0].starts_with("moved into the rows of rows"));
    assert!(said[2].starts_with("moved from the rows of more to those of rows"));
    assert!(said[3].starts_with("moved out of the rows of rows"));
}

#[test]
fn what_is_said_to_carry_over_does() {
    use crate::form::{Context, check};
    use crate::model::WallTime;
    let now = WallTime::parse("2024-07-01T12:00:00+08:00").unwrap();
    for (was, is, answer) in [
        ("integer", "decimal", serde_json::json!(3)),
        ("range", "decimal", serde_json::json!(3)),
        ("date", "text", serde_json::json!("2024-02-29")),
        ("time", "text", serde_json::json!("08:30:00")),
        (
            "dateTime",
            "text",
            serde_json::json!("2024-02-29T08:30:00.000+08:00"),
        ),
        ("barcode", "text", serde_json::json!("123")),
        ("select_one l", "text", serde_json::json!("a")),
        ("text", "barcode", serde_json::json!("123")),
        ("select_one l", "select_multiple l", serde_json::json!("a")),
    ] {
        let of = |version: &str, kind: &str| {
            let row = format!("| | {kind} | q | Q | | | | | | |");
            wide(version, &row, "| | l | a | A |")
        };
        let (old, new) = (of("1", was), of("2", is));
        let said = &diff(&old, &new)[0].said.en;
        assert!(
            said.ends_with("old answers can be read as such"),
            "{was} {is}"
        );
        let answers = serde_json::Map::from_iter([("q".to_owned(), answer)]);
        check(&new, &answers, &Context::creating(now))
            .unwrap_or_else(|p| panic!("{was} {is} {p:?}"));
    }
}
