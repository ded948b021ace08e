//! What an administrator or a support worker types, and what the programs take it for.

use serde_json::json;
use stories::world::{TOWNSHIP, VILLAGE, World, elder, must, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";
const LATER: &str = "2024-07-02T08:00:00+08:00";

#[test]
fn a_role_begins_on_the_day_it_is_given_and_nobody_holds_one_twice() {
    let mut world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    world.now(LATER);
    let role = ["--role", "village_committee", "--area", VILLAGE];
    let assign = |more: &[&str]| {
        let mut line = vec!["assign", "--worker", &a.id];
        line.extend(role);
        line.extend(more);
        word(&must(world.county.verb(LATER, &line)), "assignment")
    };
    let shown = |id: &str| {
        a.sync(LATER);
        let fields = a.does(LATER, &["show", id])["fields"].clone();
        (fields["from"].clone(), fields["to"].clone())
    };
    let first = a.lists(DAY, "assignment").remove(0);
    assert_eq!(shown(&first), (json!("2024-06-24"), json!(null)));
    assert_eq!(
        assign(&["--from", "2024-06-01", "--to", "2024-06-30"]),
        first
    );
    assert_eq!(shown(&first), (json!("2024-06-01"), json!("2024-06-30")));
    let second = assign(&[]);
    assert_ne!(second, first, "the first has ended");
    assert_eq!(shown(&second), (json!("2024-07-02"), json!(null)));
    assert_ne!(
        assign(&["--from", "2024-01-01", "--to", "2024-02-01"]),
        second
    );
}

#[test]
fn a_list_takes_a_townships_code_with_its_zeros() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE));
    for area in [TOWNSHIP, "530999201000", "530999000000", VILLAGE] {
        let line = [
            "list", "--kind", "elder", "--area", area, "--search", "测试",
        ];
        assert_eq!(
            a.does(DAY, &line).as_array().map(Vec::len),
            Some(1),
            "{area}"
        );
    }
}

#[test]
fn a_command_line_that_cannot_be_read_is_told_in_json_too() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let told = a.phone.verb(DAY, &["settle"]).expect("the program runs");
    assert_eq!(told.code, 2);
    assert!(told.text.contains("\"error\":\"asked\""), "{}", told.text);
    let told = world.county.verb(DAY, &["pair"]).expect("the program runs");
    assert_eq!(told.code, 2);
    assert!(
        told.text.contains("\"error\":\"command_line\""),
        "{}",
        told.text
    );
}

const LEDGER: &str = include_str!("../../sync-server/src/ledger/samples/elder.csv");

#[test]
fn the_same_ledger_again_leaves_a_workers_later_edit_and_what_follows_from_it() {
    let world = World::at(DAY);
    let file = world.path("elders.csv");
    std::fs::write(&file, LEDGER).unwrap();
    let import = || {
        let file = file.to_string_lossy().into_owned();
        let line = ["ledger", "import", &file, "--kind", "elder"];
        must(world.county.verb(DAY, &line))["changed"].clone()
    };
    import();
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let elder = a.lists(DAY, "elder").remove(0);
    let row = a.shows(DAY, &elder, "category")[0]["$row"].clone();
    a.edit(
        DAY,
        &elder,
        &json!({"category": [{"$row": row, "to": "2024-06-01"}, {"code": "living_alone", "from": "2024-06-02"}]}),
    );
    let follows = a.shows(DAY, &elder, "elder_flags");
    a.sync(DAY);
    assert_eq!(import(), 0);
    a.sync(DAY);
    assert_eq!(a.shows(DAY, &elder, "elder_flags"), follows);
}

#[test]
fn a_decision_takes_only_what_the_field_takes_and_a_confirmation_wants_a_supervisor_and_a_reason() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "township_civil", TOWNSHIP);
    let id = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    let visit = a.visits(DAY, "2024-06-24T07:00:00+08:00", &[(&id, "met")]);
    let row = a.shows(DAY, &visit, "people")[0]["$row"].clone();
    let met = format!("people[{}].met", row.as_str().unwrap());
    for (record, field, value) in [
        (&id, "emergency_phone", "17"),
        (&id, "needs", r#"["no such"]"#),
        (&visit, met.as_str(), r#""perhaps""#),
    ] {
        let line = ["settle", record, field, "--value", value];
        let told = a.phone.verb(DAY, &line).expect("the program runs");
        assert_eq!(told.code, 2, "{field}: {}", told.text);
        assert!(told.text.contains(field), "{}", told.text);
    }
    a.does(DAY, &["settle", &visit, &met, "--value", r#""not_met""#]);
    assert_eq!(a.sync(DAY)["refused"], 0);
    b.sync(DAY);
    assert_eq!(b.shows(DAY, &visit, "people")[0]["met"], "not_met");
    for (phone, reason) in [(&a, "去过"), (&b, " ")] {
        let line = ["confirm", &visit, "--no", "--reason", reason];
        let told = phone.phone.verb(DAY, &line).expect("the program runs");
        assert_eq!(told.code, 2, "{}", told.text);
    }
    b.does(DAY, &["confirm", &visit, "--no", "--reason", "电话核实"]);
    assert_eq!(b.sync(DAY)["refused"], 0);
}
