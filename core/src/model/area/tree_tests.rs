//! The promises of the tree.

use super::*;
use crate::model::area::{AreaCodeError, AreaColumn, AreaProblem};

/// Rows from `code,name,level,parent[,from,to,successors]`, line numbers from 2 as under a header.
fn rows(text: &str) -> Vec<AreaRow> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let row = |(line, line_no): (&str, u64)| {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default().to_owned();
        AreaRow {
            line: line_no,
            code: cell(0),
            name: cell(1),
            level: cell(2),
            parent: cell(3),
            valid_from: cell(4),
            valid_to: cell(5),
            successors: cell(6),
        }
    };
    lines.zip(2..).map(row).collect()
}

const COUNTY: &str = "
    530999000000,测试县,county,
    530999201000,示例乡,township,530999000000
    530999201201,样板村民委员会,village,530999201000
    530999201202,范例社区居民委员会,village,530999201000
    530999201201001,样板第一网格,grid,530999201201
    530999201201-01,一组,group,530999201201
    530999201201-02,大寨,group,530999201201
    530999202000,新样乡,township,530999000000
    530999202201,样板村民委员会,village,530999202000
";

fn tree() -> AreaTree {
    AreaTree::build(&rows(COUNTY)).unwrap()
}

fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 7, 1).unwrap()
}

fn find(county: &str, township: &str, village: &str) -> Result<AreaCode, AreaNameError> {
    tree().village_by_name((county, township, village), today())
}

#[test]
fn a_village_is_found_by_the_names_that_ledgers_use() {
    for names in [
        ("测试县", "示例乡", "样板村"),
        ("测试县", "示例乡", "样板村民委员会"),
        ("测试", "示例", "样板"),
        ("", "示例乡", "样板村委会"),
    ] {
        assert_eq!(find(names.0, names.1, names.2), Ok(code("530999201201")));
    }
    assert_eq!(find("", "", "范例社区"), Ok(code("530999201202")));
}

#[test]
fn a_name_that_fits_none_or_several_is_never_guessed() {
    let both = vec![code("530999201201"), code("530999202201")];
    assert_eq!(
        find("测试县", "", "样板村"),
        Err(AreaNameError::Ambiguous { candidates: both })
    );
    for (names, level) in [
        (("别县", "示例乡", "样板村"), AreaLevel::County),
        (("测试县", "别乡", "样板村"), AreaLevel::Township),
        (("测试县", "示例乡", "别村"), AreaLevel::Village),
    ] {
        assert_eq!(
            find(names.0, names.1, names.2),
            Err(AreaNameError::Unknown { level })
        );
    }
    let missing = Err(AreaNameError::Missing {
        level: AreaLevel::Village,
    });
    assert_eq!(find("测试县", "示例乡", " "), missing);
}

#[test]
fn a_group_is_a_number_in_its_village_and_not_in_the_code() {
    let tree = tree();
    let village = code("530999201201");
    let no = |text: &str| tree.group(village, text).map(|no| no.to_string());
    assert_eq!(no("大寨").as_deref(), Some("02"));
    assert_eq!(no("一组").as_deref(), Some("01"));
    assert_eq!(no("十二组").as_deref(), Some("12"));
    assert_eq!(no("小寨"), None);
    assert_eq!(tree.groups(village).count(), 2);
    assert_eq!(tree.groups(code("530999201202")).count(), 0);
}

#[test]
fn a_village_that_ended_is_followed_to_what_came_after_it() {
    let tree = tree()
        .with(&rows(
            "530999201203,旧村,village,530999201000,,2023-12-31,530999201202
             530999201204,分村,village,530999201000,,2023-12-31,530999201201;530999201202
             530999201205,圈村,village,530999201000,,2023-12-31,530999201205",
        ))
        .unwrap();
    let find = |name| tree.village_by_name(("", "示例乡", name), today());
    assert_eq!(find("旧村"), Ok(code("530999201202")));
    assert!(
        matches!(find("分村"), Err(AreaNameError::Gone { successors }) if successors.len() == 2)
    );
    assert!(matches!(find("圈村"), Err(AreaNameError::Gone { .. })));
}

#[test]
fn every_problem_of_a_list_is_told_with_line_and_column() {
    let problems = AreaTree::build(&rows(
        "530999000000,测试县,county,
         530999000,测试县,county,
         530999201000,示例乡,township,530998000000
         530999202000,样例乡,township,530999202201
         530999202201,样例村,village,530999202000
         53099920220,短码村,village,530999202000
         530999202202,,village,530999202000
         530999202203,怪村,hamlet,530999202000
         530999202204,错级村,township,530999000000
         530999202205,外村,village,530999201000
         530999202206,末村,village,530999202000,2024-02-30
         530999202207,倒村,village,530999202000,2024-02-01,2024-01-01
         530999202208,前村,village,530999202000,,2024-01-01,530999202299
         530999202201-00,零组,group,530999202201
         530999202299-01,一组,group,530999202299",
    ))
    .unwrap_err();
    let told: Vec<_> = problems
        .into_iter()
        .map(|e| (e.line, e.column, e.why))
        .collect();
    let expected = vec![
        (3, AreaColumn::Code, AreaProblem::Duplicate { earlier: 2 }),
        (4, AreaColumn::Parent, AreaProblem::Orphan),
        (5, AreaColumn::Parent, AreaProblem::Cycle),
        (6, AreaColumn::Parent, AreaProblem::Cycle),
        (
            7,
            AreaColumn::Code,
            AreaProblem::Code(AreaCodeError::Length { digits: 11 }),
        ),
        (8, AreaColumn::Name, AreaProblem::NoName),
        (9, AreaColumn::Level, AreaProblem::UnknownLevel),
        (10, AreaColumn::Code, AreaProblem::LevelAndCode),
        (11, AreaColumn::Parent, AreaProblem::ParentElsewhere),
        (12, AreaColumn::ValidFrom, AreaProblem::Date),
        (13, AreaColumn::ValidTo, AreaProblem::EndsBeforeItBegins),
        (14, AreaColumn::Successors, AreaProblem::UnknownSuccessor),
        (
            15,
            AreaColumn::Code,
            AreaProblem::Group(crate::model::area::GroupNoError),
        ),
        (16, AreaColumn::Parent, AreaProblem::Orphan),
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_area_that_is_its_own_parent_is_a_cycle() {
    let problems = AreaTree::build(&rows("530999,测试县,county,530999000000")).unwrap_err();
    assert_eq!(problems[0].why, AreaProblem::Cycle);
    assert_eq!(
        problems[0].to_string(),
        "line 2, column parent: following the parents leads back to this area: correct the parent"
    );
}

#[test]
fn a_second_list_joins_the_first_and_replaces_what_it_names_again() {
    let tree = tree()
        .with(&rows("530999201202,新名社区,village,530999201000"))
        .unwrap();
    assert_eq!(tree.len(), super::tests::tree().len());
    assert_eq!(tree.get(&code("530999201202")).unwrap().name, "新名社区");
}

#[test]
fn the_published_document_is_canonical_and_is_checked_when_read() {
    let mut backwards = rows(COUNTY);
    backwards.reverse();
    let document = tree().to_document();
    assert_eq!(document, AreaTree::build(&backwards).unwrap().to_document());
    assert_eq!(serde_json::from_str::<AreaTree>(&document).unwrap(), tree());
    assert!(
        document.starts_with(r#"{"areas":[{"code":"530999","name":"测试县"},{"code":"530999201","#)
    );
    let orphan = r#"{"areas":[{"code":"530999201","name":"示例乡","parent":"530999"}]}"#;
    assert!(serde_json::from_str::<AreaTree>(orphan).is_err());
}

#[test]
fn children_and_paths_follow_the_parents() {
    let tree = tree();
    let names: Vec<_> = tree
        .children(&code("530999"))
        .map(|a| a.name.as_str())
        .collect();
    assert_eq!(names, ["示例乡", "新样乡"]);
    assert_eq!(tree.children(&code("530999201201")).count(), 1);
    assert_eq!(
        tree.path(&code("530999201201001")),
        ["测试县", "示例乡", "样板村民委员会", "样板第一网格"]
    );
    assert!(tree.path(&code("530998")).is_empty());
}
