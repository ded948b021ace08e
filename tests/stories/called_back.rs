//! A supervisor calls back about visits that chance chose, and the county sees how good its data is.

use serde_json::{Value as Json, json};
use stories::world::{OTHER_VILLAGE, TOWNSHIP, VILLAGE, World, elder, must, visit, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";
const YEAR_LATER: &str = "2025-06-24T08:00:00+08:00";

#[test]
fn the_same_seed_draws_the_same_visits_on_the_supervisors_phone_and_at_the_county() {
    let world = World::at(DAY);
    let township = world.worker(DAY, "s", "township_civil", TOWNSHIP);
    let mut made = Vec::new();
    for (name, village, many) in [("a", VILLAGE, 5), ("b", OTHER_VILLAGE, 2)] {
        let worker = world.worker(DAY, name, "village_committee", village);
        for number in 0..many {
            let card = elder(
                ["测试甲", "测试乙", "测试丙", "测试丁", "测试戊"][number],
                village,
            );
            let person = word(&worker.new_record(DAY, "elder_card", &card), "id");
            let met = if number == 0 { "not_met" } else { "met" };
            let at = "2024-06-24T07:00:00+08:00";
            let mut answers = visit(at, &[(&person, met)], &[(&worker.id, worker.role)]);
            answers["outcome"] = json!(met);
            let saved = worker.new_record(DAY, "visit", &answers);
            made.push((word(&saved, "id"), met, worker.id.clone()));
        }
        worker.sync(DAY);
    }
    township.sync(DAY);
    let line = [
        "--area",
        TOWNSHIP,
        "--as-of",
        "2024-06-24",
        "--seed",
        "2024年6月抽查",
        "--each",
        "2",
    ];
    let county = [&["compliance", "sample"][..], &line].concat();
    let county = world
        .county
        .verb(DAY, &county)
        .expect("the program runs")
        .text;
    let phone = [&["sample"][..], &line].concat();
    let phone = township
        .phone
        .verb(DAY, &phone)
        .expect("the program runs")
        .text;
    assert_eq!(phone, county);
    let drawn: Json = serde_json::from_str(&county).expect("JSON");
    let places = drawn["places"].as_array().expect("places");
    let told: Vec<(&Json, &Json)> = places.iter().map(|p| (&p["division"], &p["of"])).collect();
    assert_eq!(
        told,
        [
            (&json!(VILLAGE), &json!(4)),
            (&json!(OTHER_VILLAGE), &json!(1))
        ]
    );
    assert_eq!(places[0]["drawn"].as_array().map(Vec::len), Some(2));
    for (visit, met, worker) in &made {
        assert!(
            !county.contains(worker.as_str()),
            "nobody who works is named"
        );
        assert!(
            *met == "met" || !county.contains(visit.as_str()),
            "nobody was met: {county}"
        );
    }
    let unseeded = ["compliance", "sample", "--area", TOWNSHIP];
    let seeds = [0, 1].map(|_| must(world.county.verb(DAY, &unseeded))["seed"].clone());
    assert_ne!(seeds[0], seeds[1]);
}

#[test]
fn a_county_measures_how_complete_current_correct_and_traceable_its_data_is() {
    let mut world = World::at(DAY);
    let worker = world.worker(DAY, "a", "village_committee", VILLAGE);
    let township = world.worker(DAY, "s", "township_civil", TOWNSHIP);
    let [first, second] = ["测试甲", "测试乙"].map(|name| {
        let card = elder(name, VILLAGE);
        word(&worker.new_record(DAY, "elder_card", &card), "id")
    });
    worker.visits(DAY, "2024-06-24T07:00:00+08:00", &[(&first, "met")]);
    worker.sync(DAY);
    let measured = |now: &str| {
        let line = ["indicators", "--area", TOWNSHIP];
        must(world.county.verb(now, &line))
    };
    let share = |found: &Json, name: &str| {
        let share = &found[name];
        (share["count"].clone(), share["of"].clone())
    };
    let of = |count: u32, of: u32| (json!(count), json!(of));
    let found = measured(DAY);
    assert_eq!(
        share(&found, "complete"),
        of(0, 2),
        "a grid, and a village without grids"
    );
    assert_eq!(share(&found, "current"), of(2, 2));
    assert_eq!(share(&found, "correct"), of(2, 2));
    assert_eq!(share(&found, "traceable"), of(3, 3));

    let confirm = |area: &str, by: &str, on: &str| {
        let line = ["areas", "confirm", area, "--by", by, "--on", on];
        world.county.verb(DAY, &line).expect("the program runs")
    };
    let grid = "530999201201001";
    let refused = confirm(grid, &worker.id, "2024-06-24");
    assert_eq!(refused.code, 2, "{}", refused.text);
    assert!(
        refused.text.contains("not_a_supervisor"),
        "{}",
        refused.text
    );
    assert_eq!(confirm(grid, &township.id, "2024-06-25").code, 2, "not yet");
    assert_eq!(confirm("530999201209", &township.id, "2024-06-24").code, 2);
    for whole in [TOWNSHIP, VILLAGE] {
        let refused = confirm(whole, &township.id, "2024-06-24");
        assert_eq!(refused.code, 2, "{}", refused.text);
        assert!(
            refused.text.contains("not_confirmed_as_one"),
            "{}",
            refused.text
        );
    }
    assert_eq!(confirm(grid, &township.id, "2024-06-24").code, 0);
    let found = measured(DAY);
    assert_eq!(share(&found, "complete"), of(1, 2));
    assert_eq!(found["complete"]["lacking"], json!([OTHER_VILLAGE]));

    world.now(YEAR_LATER);
    worker.edit(
        YEAR_LATER,
        &first,
        &json!({"supporter_phone": "15400000019"}),
    );
    worker.sync(YEAR_LATER);
    let line = ["indicators", "--area", TOWNSHIP];
    let found = must(world.county.verb(YEAR_LATER, &line));
    assert_eq!(share(&found, "complete"), of(0, 2), "confirmed a year ago");
    assert_eq!(share(&found, "current"), of(1, 2));
    assert_eq!(found["current"]["lacking"], json!([second]));
    assert_eq!(share(&found, "traceable"), of(3, 3));
}
