//! 规模、分布、特征: the county counts its people, and tells the outside no small number.

use serde_json::Value as Json;
use stories::world::{VILLAGE, World, child, elder, must};

const DAY: &str = "2024-06-24T08:00:00+08:00";

fn cell<'a>(counted: &'a Json, group: usize, table: &str, code: &str) -> &'a Json {
    let tables = counted["groups"][group]["tables"]
        .as_array()
        .expect("tables");
    let table = tables
        .iter()
        .find(|one| one["id"] == table)
        .expect("the table");
    let cells = table["cells"].as_array().expect("cells");
    &cells
        .iter()
        .find(|one| one["code"] == code)
        .expect("the cell")["count"]
}

#[test]
fn people_are_counted_by_what_their_cards_and_the_last_visit_say() {
    let world = World::at(DAY);
    let worker = world.worker(DAY, "a", "village_committee", VILLAGE);
    let mut elders = Vec::new();
    for name in ["测试甲", "测试乙", "测试丙", "测试丁", "测试戊", "测试己"] {
        let said = worker.new_record(DAY, "elder_card", &elder(name, VILLAGE));
        elders.push(stories::world::word(&said, "id"));
    }
    worker.new_record(DAY, "child_left_behind", &child("测试童甲", VILLAGE));
    worker.visits(DAY, "2024-06-20T09:00:00+08:00", &[(&elders[0], "met")]);
    worker.sync(DAY);
    let statistics = |more: &[&str]| {
        let asked = [
            &["statistics", "--area", "530999", "--on", "2024-06-24"],
            more,
        ]
        .concat();
        must(world.county.verb(DAY, &asked))
    };
    let counted = statistics(&[]);
    assert_eq!(counted["groups"][0]["total"], 6);
    assert_eq!(counted["groups"][1]["total"], 1);
    assert_eq!(cell(&counted, 0, "elder_sex", "unknown"), 0);
    let hazards = counted["groups"][0]["tables"]
        .as_array()
        .expect("tables")
        .iter();
    let hazards = hazards
        .clone()
        .find(|one| one["id"] == "elder_hazards")
        .expect("hazards");
    let seen: u64 = hazards["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .filter(|one| one["code"] != "unknown")
        .filter_map(|one| one["count"].as_u64())
        .sum();
    assert_eq!(seen, 1, "only one was visited: {hazards}");
    // A phone that holds all of it counts the same, without a link.
    let phone = worker.does(
        DAY,
        &["statistics", "--area", "530999", "--on", "2024-06-24"],
    );
    assert_eq!(phone, counted);
    let outside = statistics(&["--outside"]);
    assert_eq!(outside["groups"][0]["total"], 6);
    assert!(outside["groups"][1]["total"].is_null());
    assert!(cell(&outside, 1, "child_age", "6-13").is_null());
    let told = world.county.verb(
        DAY,
        &[
            "statistics",
            "--area",
            "530999",
            "--on",
            "2024-06-24",
            "--since",
            "2024-07-01",
        ],
    );
    assert_ne!(told.expect("the program runs").code, 0);
}
