use super::*;
use crate::compliance::statistics::tables::Tables;

const VILLAGE: &str = "530999100201";
const OTHER: &str = "530999100202";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// An elder who is left behind from a day.
fn elder(id: usize, born: &str, village: &str, from: &str, to: Option<&str>) -> serde_json::Value {
    serde_json::json!({"id": format!("e{id}"), "group": "elder", "birth_date": born,
        "divisions": [{"code": village, "from": null, "to": null}],
        "registered": [{"from": from, "to": to}],
        "categories": [{"code": "left_behind", "from": from, "to": null},
            {"code": "risk_high", "from": "2024-06-01", "to": null}]})
}

fn facts(subjects: Vec<serde_json::Value>, documents: serde_json::Value) -> Facts {
    let facts = serde_json::json!({"subjects": subjects, "documents": documents});
    serde_json::from_value(facts).unwrap()
}

fn asked(division: &str) -> Count {
    Count {
        division: division.into(),
        on: day("2024-06-30"),
        since: day("2024-03-31"),
    }
}

fn counted(facts: &Facts, asked: &Count) -> Statistics {
    let elder = Form::built_in("elder_card").unwrap().unwrap();
    let child = Form::built_in("child_left_behind").unwrap().unwrap();
    let visit = Form::built_in("visit").unwrap().unwrap();
    let tables = Tables::built_in().unwrap();
    statistics(
        facts,
        &tables,
        &[&elder, &child, &visit],
        asked,
        &mut |_| None,
    )
}

fn table<'s>(statistics: &'s Statistics, id: &str) -> &'s Table {
    let tables = statistics.groups.iter().flat_map(|group| &group.tables);
    tables.into_iter().find(|table| table.id == id).unwrap()
}

fn cells(table: &Table) -> Vec<(&str, Option<u32>)> {
    table
        .cells
        .iter()
        .map(|cell| (cell.code.as_str(), cell.count))
        .collect()
}

#[test]
fn who_came_and_who_left_explain_the_difference_between_two_days() {
    let facts = facts(
        vec![
            elder(1, "1944-02-29", VILLAGE, "2024-01-01", None),
            elder(2, "1940-01-01", VILLAGE, "2024-04-01", None),
            elder(3, "1960-07-01", OTHER, "2024-01-01", Some("2024-05-31")),
            elder(4, "1960-07-01", OTHER, "2024-04-01", Some("2024-05-31")),
            elder(5, "1930-07-01", "530998100201", "2024-01-01", None),
        ],
        serde_json::json!([]),
    );
    let now = counted(&facts, &asked("530999"));
    let elders = &now.groups[0];
    assert_eq!(elders.total, Some(2));
    let size = &elders.size[0];
    assert_eq!(
        (size.category.as_str(), size.count, size.entered, size.left),
        ("left_behind", Some(2), Some(1), Some(1)),
        "who came and left in between is neither"
    );
    assert_eq!(
        (size.zh.as_str(), size.en.as_str()),
        ("留守", "Left behind")
    );
    let mut all = now.groups.iter().flat_map(|group| &group.size);
    assert!(all.all(|size| size.zh != size.category), "no code is shown");
    let before = counted(
        &facts,
        &Count {
            on: day("2024-03-31"),
            ..asked("530999")
        },
    );
    assert_eq!(before.groups[0].size[0].count, Some(2));
    assert_eq!(before.groups[0].places.len(), 1);
    assert_eq!(
        cells(table(&now, "elder_age")),
        [
            ("60-69", Some(0)),
            ("70-79", Some(0)),
            ("80-89", Some(2)),
            ("90-99", Some(0)),
            ("100-130", Some(0)),
            ("other", Some(0)),
            ("unknown", Some(0))
        ]
    );
    assert_eq!(cells(table(&now, "elder_risk"))[0], ("risk_high", Some(2)));
}

#[test]
fn people_stand_one_level_below_and_each_once() {
    let facts = facts(
        vec![
            elder(1, "1944-02-29", VILLAGE, "2024-01-01", None),
            elder(2, "1944-02-29", OTHER, "2024-01-01", None),
            elder(3, "1944-02-29", OTHER, "2024-01-01", None),
        ],
        serde_json::json!([]),
    );
    let places = |division: &str| -> Vec<(String, Option<u32>)> {
        let places = counted(&facts, &asked(division)).groups[0].places.clone();
        places
            .into_iter()
            .map(|place| (place.division, place.total))
            .collect()
    };
    assert_eq!(places("530999"), [("530999100".to_owned(), Some(3))]);
    assert_eq!(
        places("530999100000"),
        [(VILLAGE.to_owned(), Some(1)), (OTHER.to_owned(), Some(2))]
    );
    assert_eq!(
        places(VILLAGE),
        [(VILLAGE.to_owned(), Some(1))],
        "nothing is below a village here"
    );
}

#[test]
fn an_agreement_is_asked_of_children_who_are_entrusted_and_must_hold_on_the_day() {
    let child = |id: &str, code: &str| {
        serde_json::json!({"id": id, "group": "child", "birth_date": "2013-06-01",
        "divisions": [{"code": VILLAGE, "from": null, "to": null}], "registered": [{"from": "2024-01-01", "to": null}],
        "categories": [{"code": "left_behind", "from": "2024-01-01", "to": null}, {"code": code, "from": "2024-01-01", "to": null}]})
    };
    let facts = facts(
        vec![
            child("c1", "has_entrusted"),
            child("c2", "has_entrusted"),
            child("c3", "difficulty"),
        ],
        serde_json::json!([
            {"subject": "c1", "kind": "guardian_agreement", "from": "2024-01-01", "to": "2024-06-30"},
            {"subject": "c2", "kind": "guardian_agreement", "from": "2024-01-01", "to": "2024-06-29"}]),
    );
    let now = counted(&facts, &asked("530999"));
    let agreement = table(&now, "agreement");
    assert_eq!(agreement.total, Some(2));
    assert_eq!(
        cells(agreement),
        [("yes", Some(1)), ("no", Some(1)), ("unknown", Some(0))]
    );
    assert_eq!(cells(table(&now, "child_age"))[1], ("6-13", Some(3)));
}

mod ties {
    use super::*;
    use proptest::prelude::*;

    /// A table without rivals of one person adds up, of the whole group or of a category.
    fn add_up(statistics: &Statistics) {
        for group in &statistics.groups {
            let places: u32 = group.places.iter().filter_map(|place| place.total).sum();
            assert_eq!(Some(places), group.total);
            for (at, size) in group.size.iter().enumerate() {
                let column: u32 = group
                    .places
                    .iter()
                    .filter_map(|place| place.counts[at])
                    .sum();
                assert_eq!(Some(column), size.count, "{}", size.category);
            }
            for table in group.tables.iter().filter(|table| !table.several) {
                let cells: u32 = table.cells.iter().filter_map(|cell| cell.count).sum();
                assert_eq!(Some(cells), table.total, "{}", table.id);
            }
        }
    }

    /// What a reader can reckon of the cells that are left out: never one alone, never fewer than
    /// five people.
    fn is_kept(total: Option<u32>, parts: &[Option<u32>]) {
        let Some(total) = total else {
            assert!(parts.iter().all(Option::is_none));
            return;
        };
        assert!(!(1..5).contains(&total));
        let told: u32 = parts.iter().flatten().sum();
        let hidden = parts.iter().filter(|part| part.is_none()).count();
        assert!(parts.iter().flatten().all(|count| !(1..5).contains(count)));
        assert!(
            hidden == 0 || (hidden >= 2 && total - told >= 5),
            "{total} {parts:?}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_table_adds_up_and_small_cells_cannot_be_reckoned(
            people in prop::collection::vec((1920i32..1964, 0usize..7, 0usize..3), 0..60),
        ) {
            let villages = ["530999100201", "530999100202", "530999100203", "530999101201", "530999101202", "530999102201", "530999"];
            let subjects = people.iter().enumerate().map(|(id, (year, village, category))| {
                let code = ["left_behind", "empty_nest", "living_alone"][*category];
                let mut one = elder(id, &format!("{year}-01-01"), villages[*village], "2024-01-01", None);
                one["categories"][0]["code"] = code.into();
                one
            });
            let facts = facts(subjects.collect(), serde_json::json!([]));
            let inside = counted(&facts, &asked("530999"));
            add_up(&inside);
            let outside = inside.for_outside();
            for group in &outside.groups {
                is_kept(group.total, &group.places.iter().map(|place| place.total).collect::<Vec<_>>());
                for (at, size) in group.size.iter().enumerate() {
                    is_kept(size.count, &group.places.iter().map(|place| place.counts[at]).collect::<Vec<_>>());
                }
                for table in group.tables.iter().filter(|table| !table.several) {
                    is_kept(table.total, &table.cells.iter().map(|cell| cell.count).collect::<Vec<_>>());
                }
            }
        }
    }
}

#[test]
fn a_file_of_tables_is_told_where_it_is_wrong() {
    let wrong = |tables: &str| {
        let text =
            format!(r#"{{"format": "tanfang-statistics/1", "source": "D", "tables": [{tables}]}}"#);
        Tables::parse(&text).unwrap_err().to_string()
    };
    let table =
        |rest: &str| format!(r#"{{"id": "x", "group": "elder", "zh": "一", "en": "One", {rest}}}"#);
    assert!(
        wrong(&table(r#""ages": [[60, 69], [65, 70]]"#))
            .starts_with("tables[0].ages[1][0]: a whole number from 70")
    );
    assert!(wrong(&table(r#""ages": []"#)).starts_with("tables[0].ages:"));
    assert!(wrong(&table(r#""categories": ["risk_hihg"]"#)).contains("is `risk_high` meant?"));
    assert!(
        wrong(&table(r#""of": "left_behind""#))
            .contains("one of ages, field, categories, document")
    );
}
