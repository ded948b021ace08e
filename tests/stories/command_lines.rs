//! What an administrator or a support worker types, and what the programs take it for.

use serde_json::{Value as Json, json};
use stories::world::{TOWNSHIP, VILLAGE, Worker, World, elder, must, visit, word};

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

#[test]
fn a_new_record_that_must_be_corrected_names_its_draft_and_the_draft_is_taken_up() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let new = |line: &[&str], answers: &Json| {
        let told = a.phone.told(DAY, &[&["new"], line].concat(), answers);
        let told = told.expect("the program runs");
        let json: Json = serde_json::from_str(&told.text).expect("one document");
        (told.code, json)
    };
    let good = elder("测试甲", VILLAGE);
    let mut bad = good.clone();
    bad["sex"] = json!("7");
    let (code, told) = new(&["elder_card"], &bad);
    assert_eq!(code, 2);
    let draft = word(&told, "draft");
    let listed = a.does(DAY, &["drafts"]);
    assert_eq!(listed[0]["id"], draft.as_str());
    assert_eq!(listed[0]["problems"], told["problems"]);
    assert_eq!(new(&["nosuchform"], &good).0, 2);
    assert_eq!(a.does(DAY, &["drafts"]).as_array().map(Vec::len), Some(1));
    let again = ["new", "elder_card", "--draft", &draft];
    let again = a.phone.verb(DAY, &again).expect("the program runs");
    assert_eq!(again.code, 2, "its own answers are tried again");
    let (code, saved) = new(&["elder_card", "--draft", &draft], &good);
    assert_eq!((code, &saved["drafts"]), (0, &json!([])), "{saved}");
    assert_eq!(a.does(DAY, &["drafts"]), json!([]));
    let (_, told) = new(&["elder_card"], &bad);
    let draft = word(&told, "draft");
    let (_, saved) = new(&["elder_card"], &good);
    assert_eq!(saved["drafts"], json!([draft]), "it stays, and is said");
    assert_eq!(a.does(DAY, &["drafts", "--discard", &draft]), json!([]));
}

#[test]
fn a_phone_is_asked_for_an_area_and_a_period_that_there_are() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    for (option, value) in [
        ("--period", "junk"),
        ("--area", "junk"),
        ("--area", "530998"),
    ] {
        let told = a.phone.verb(DAY, &["compliance", option, value]);
        let told = told.expect("the program runs");
        assert_eq!(told.code, 2, "{option} {value}: {}", told.text);
        assert!(
            told.text.contains("write") || told.text.contains("digits"),
            "{}",
            told.text
        );
    }
    a.does(
        DAY,
        &["compliance", "--area", VILLAGE, "--period", "2024-Q2"],
    );
}

#[test]
fn two_who_saw_differently_whether_somebody_was_met_are_settled_in_the_row() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_cadre", VILLAGE);
    let id = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    let seen = a.visits(DAY, "2024-06-24T07:00:00+08:00", &[(&id, "met")]);
    let row = word(&a.shows(DAY, &seen, "people")[0], "$row");
    a.sync(DAY);
    b.sync(DAY);
    let says = |phone: &Worker, met: &str| {
        let outcome = if met == "met" { "met" } else { "not_met" };
        let mut person = visit(DAY, &[(&id, met)], &[])["people"][0].take();
        person["$row"] = json!(row);
        let answers = json!({"outcome": outcome, "people": [person]});
        let told = phone.phone.told(DAY, &["edit", &seen], &answers).unwrap();
        assert_eq!(told.code, 0, "{}", told.text);
    };
    says(&a, "not_met");
    // Corrected, and the correction taken back: b says met, and has not seen what a says.
    says(&b, "not_met");
    says(&b, "met");
    a.sync(DAY);
    b.sync(DAY);
    a.sync(DAY);
    let field = format!("people[{row}].met");
    let lists = |phone: &Worker| {
        let conflicts = phone.does(DAY, &["conflicts"]);
        let lines = conflicts.as_array().expect("a list").clone();
        lines
            .into_iter()
            .find(|line| line["field"] == field.as_str())
    };
    let line = lists(&a).expect("the row is to be decided");
    assert_eq!(line["id"], seen.as_str());
    let second = line["values"][1]["value"].clone();
    a.does(DAY, &["settle", &seen, &field, "--choose", "2"]);
    assert_eq!(a.shows(DAY, &seen, "people")[0]["met"], second);
    assert_eq!(a.sync(DAY)["refused"], 0);
    b.sync(DAY);
    assert_eq!(lists(&a), None);
    assert_eq!(lists(&b), None);
    assert_eq!(b.shows(DAY, &seen, "people")[0]["met"], second);
}
