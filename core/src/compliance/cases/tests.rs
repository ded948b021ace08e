use super::*;

const EXAMPLE: &str = include_str!("../../../tests/data/cases-example.json");

#[test]
fn the_countys_example_holds() {
    let outcome = run(EXAMPLE, &[]).unwrap();
    let failures: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(outcome.checked, 12);
}
