use super::*;
use crate::facts::rows::Assignment;
use crate::model::area::AreaRow;

const OLD: &str = "530999201201";
const NEW: &str = "530999201209";

fn area(code: &str, level: &str, parent: &str, to: &str, successors: &str) -> AreaRow {
    AreaRow {
        line: 1,
        code: code.into(),
        name: "测试".into(),
        level: level.into(),
        parent: parent.into(),
        valid_from: String::new(),
        valid_to: to.into(),
        successors: successors.into(),
    }
}

/// The old village ended on 30 June; its successors are given.
fn tree(successors: &str, after: &str) -> AreaTree {
    let rows = [
        area("530999", "county", "", "", ""),
        area("530999201", "township", "530999", "", ""),
        area(OLD, "village", "530999201", "2024-06-30", successors),
        area(NEW, "village", "530999201", "", after),
        area("530999201210", "village", "530999201", "", ""),
    ];
    AreaTree::build(&rows).unwrap()
}

fn assigned(division: &str, from: Option<&str>, to: Option<&str>) -> Facts {
    let day = |text: Option<&str>| text.map(|text| text.parse().unwrap());
    Facts {
        assignments: vec![Assignment {
            worker: "w1".into(),
            role: "village_committee".into(),
            division: division.into(),
            from: day(from),
            to: day(to),
            last_sync: None,
        }],
        ..Facts::default()
    }
}

fn rows(facts: Facts, tree: &AreaTree) -> Vec<(String, Option<String>, Option<String>)> {
    let (facts, _) = succeeded(facts, tree);
    let text = |day: Option<Day>| day.map(|day| day.to_string());
    let rows = facts.assignments.into_iter();
    rows.map(|held| (held.division, text(held.from), text(held.to)))
        .collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_code_is_followed_from_the_day_after_its_last() {
    let open = assigned(OLD, Some("2024-01-01"), None);
    let expected = [
        (OLD.to_owned(), some("2024-01-01"), some("2024-06-30")),
        (NEW.to_owned(), some("2024-07-01"), None),
    ];
    assert_eq!(rows(open.clone(), &tree(NEW, "")), expected);
    let (_, renamed) = succeeded(open, &tree(NEW, ""));
    let only: Vec<(&str, &str, String)> = renamed
        .iter()
        .map(|one| {
            (
                one.division.as_str(),
                one.successor.as_str(),
                one.from.to_string(),
            )
        })
        .collect();
    assert_eq!(only, [(OLD, NEW, "2024-07-01".to_owned())]);
}

#[test]
fn what_had_ended_before_stays_and_what_began_after_is_the_new_one_whole() {
    let before = assigned(OLD, None, Some("2024-06-30"));
    assert_eq!(
        rows(before, &tree(NEW, "")),
        [(OLD.to_owned(), None, some("2024-06-30"))]
    );
    let later = assigned(OLD, Some("2024-07-01"), None);
    assert_eq!(
        rows(later, &tree(NEW, "")),
        [(NEW.to_owned(), some("2024-07-01"), None)]
    );
}

#[test]
fn a_grid_goes_with_its_village_and_a_parted_village_stays_as_it_is() {
    let grid = assigned("530999201201001", Some("2024-07-05"), None);
    assert_eq!(
        rows(grid, &tree(NEW, "")),
        [(NEW.to_owned(), some("2024-07-05"), None)]
    );
    let parted = assigned(OLD, None, None);
    let both = format!("{NEW};530999201210");
    assert_eq!(
        rows(parted, &tree(&both, "")),
        [(OLD.to_owned(), None, None)]
    );
}

#[test]
fn a_ring_of_successors_ends() {
    let mut areas: Vec<AreaRow> = vec![
        area("530999", "county", "", "", ""),
        area("530999201", "township", "530999", "", ""),
    ];
    areas.push(area(OLD, "village", "530999201", "2024-06-30", NEW));
    areas.push(area(NEW, "village", "530999201", "2024-06-30", OLD));
    let ring = AreaTree::build(&areas).unwrap();
    assert!(rows(assigned(OLD, None, None), &ring).len() <= 4);
}
