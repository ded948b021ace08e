use super::*;

const EXAMPLE: &str = include_str!("../../../tests/data/cases-example.json");

#[test]
fn the_countys_example_holds() {
    let outcome = run(EXAMPLE, &[]).unwrap();
    let failures: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(outcome.checked, 12);
}

const GUIDE: &str = include_str!("../../../../docs/rule-packs.md");

fn fenced(kind: &str) -> &'static str {
    let opened = GUIDE.split_once(&format!("```json {kind}\n")).unwrap().1;
    opened.split_once("```").unwrap().0
}

#[test]
fn the_guides_own_examples_can_be_used() {
    let outcome = run(fenced("cases"), &[fenced("pack")]).unwrap();
    assert_eq!((outcome.checked, outcome.failures), (1, vec![]));
}

#[test]
fn a_failure_says_the_place_what_was_expected_and_what_was_found() {
    let wrong = fenced("cases").replacen(
        r#""state": "done", "credited": ["v1"]"#,
        r#""state": "overdue", "credited": []"#,
        1,
    );
    let outcome = run(&wrong, &[]).unwrap();
    assert_eq!(
        outcome.failures[0].to_string(),
        "cases[0].expect[0] (五月见到一次即完成): LC-R2 s1 2024-05: \
         expected state overdue, credited [], found state done, credited [v1]"
    );
}
