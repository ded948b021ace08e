//! The figures of a report day stand as they were; what arrives later is shown beside them, with
//! the record that says it.

use serde_json::{Value as Json, json};
use stories::world::{TOWNSHIP, VILLAGE, Worker, World, elder, must, word};

const APRIL: &str = "2024-04-20T08:00:00+08:00";
const OVER: &str = "2024-05-01T08:00:00+08:00";
const LATER: &str = "2024-05-06T08:00:00+08:00";
/// The county looks; a server's clock runs on from where it was started.
const LOOKS: &str = "2024-05-06T20:00:00+08:00";
const DAY: &str = "2024-04-30";
const RULE: &str = "LC-R2";
/// The days of the plan itself, as they are shipped.
const DAYS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../data/report_days_lincang_2024.csv"
);

#[track_caller]
fn refused(world: &World, now: &str, line: &[&str]) -> String {
    let told = world.county.verb(now, line).expect("the program runs");
    assert_eq!(told.code, 2, "{line:?}: {}", told.text);
    let json: Json = serde_json::from_str(&told.text).expect("JSON");
    word(&json, "error")
}

fn frozen(world: &World, now: &str, more: &[&str]) -> Json {
    let line = ["compliance", "frozen", "--area", TOWNSHIP];
    must(world.county.verb(now, &[&line[..], more].concat()))
}

fn freeze(world: &World, now: &str) -> Json {
    let line = ["compliance", "freeze", "--area", TOWNSHIP];
    must(world.county.verb(now, &line))
}

/// The state of a person's April before and after, and the records that say so.
fn corrected(beside: &Json, person: &str) -> (Json, Json, Vec<String>) {
    let corrections = beside["corrections"].as_array().expect("corrections");
    let mut own = corrections
        .iter()
        .filter(|one| one["unit"] == person && one["rule"] == RULE && one["period"] == "2024-04");
    let one = own
        .next()
        .unwrap_or_else(|| panic!("no correction: {beside}"));
    let by = one["by"].as_array().expect("causes").iter();
    let records = by.map(|cause| format!("{} {}", word(cause, "kind"), word(cause, "record")));
    (
        one["frozen"]["state"].clone(),
        one["now"]["state"].clone(),
        records.collect(),
    )
}

fn an_elder(worker: &Worker, name: &str) -> String {
    let saved = worker.new_record(APRIL, "elder_card", &elder(name, VILLAGE));
    word(&saved, "id")
}

#[test]
fn figures_of_a_report_day_stand_and_what_comes_later_is_shown_beside_them_with_its_record() {
    let mut world = World::at(APRIL);
    let worker = world.worker(APRIL, "a", "village_committee", VILLAGE);
    let [seen, late, died] = ["测试甲", "测试乙", "测试丙"].map(|name| an_elder(&worker, name));
    worker.visits(APRIL, "2024-04-20T07:00:00+08:00", &[(&seen, "met")]);
    worker.sync(APRIL);
    // Made in April, and the phone is without signal until May.
    let visit = worker.visits(APRIL, "2024-04-20T07:30:00+08:00", &[(&late, "met")]);
    let line = ["compliance", "freeze", "--area", TOWNSHIP, "--day"];
    let on = |day: &'static str| [&line[..], &[day]].concat();
    assert_eq!(refused(&world, APRIL, &on(DAY)), "not_a_report_day");
    let imported = must(world.county.verb(APRIL, &["calendar", "import", DAYS]));
    assert_eq!(imported["report_days"], 4);
    assert_eq!(refused(&world, APRIL, &on(DAY)), "not_over");
    assert_eq!(refused(&world, OVER, &on("2024-04-29")), "not_a_report_day");
    world.county.stop().expect("the server ends");
    let kept = freeze(&world, OVER);
    assert_eq!((&kept["day"], &kept["new"]), (&json!(DAY), &json!(true)));
    let whole = frozen(&world, OVER, &["--day", DAY, "--whole"]);
    let lines = whole["lines"].as_array().expect("lines");
    assert!(lines.iter().any(|line| line["state"] == "done"), "{whole}");
    assert!(
        !whole.to_string().contains(&worker.id),
        "nobody who works is named"
    );
    assert_eq!(whole["statistics"]["groups"][0]["total"], 3);
    let beside = frozen(&world, OVER, &["--day", DAY]);
    assert_eq!(beside["corrections"], json!([]));

    world.now(LATER);
    worker.edit(
        LATER,
        &died,
        &json!({"life_state": [{"code": "deceased", "from": "2024-04-28"}]}),
    );
    worker.sync(LATER);
    let again = freeze(&world, LOOKS);
    assert_eq!(
        (&again["hash"], &again["new"]),
        (&kept["hash"], &json!(false))
    );
    assert_eq!(frozen(&world, LOOKS, &["--day", DAY, "--whole"]), whole);
    let beside = frozen(&world, LOOKS, &["--day", DAY]);
    assert_eq!(beside["hash"], kept["hash"]);
    let arrived = vec![format!("visit {visit}")];
    assert_eq!(
        corrected(&beside, &late),
        (json!("open"), json!("done"), arrived)
    );
    let noted = vec![format!("person {died}")];
    assert_eq!(
        corrected(&beside, &died),
        (json!("open"), json!("exempt"), noted)
    );
    let figures = beside["figures"].as_array().expect("figures").iter();
    let mut april = figures.filter(|one| one["rule"] == RULE && one["period"] == "2024-04");
    let april = april.next().expect("the rule's figures");
    assert_eq!(
        (&april["frozen"]["done"], &april["now"]["done"]),
        (&json!(1), &json!(2))
    );
    let counts = beside["counts"].as_array().expect("counts").iter();
    let mut total = counts.filter(|one| one["table"] == "total");
    let total = total.next().expect("the count of people");
    assert_eq!((&total["frozen"], &total["now"]), (&json!(3), &json!(2)));
    assert!(!beside.to_string().contains(&worker.id));

    // What a void visit had credited is taken back, and names the visit.
    worker.does(LATER, &["void", &visit]);
    worker.sync(LATER);
    let beside = frozen(&world, LOOKS, &["--day", DAY]);
    let corrections = beside["corrections"].as_array().expect("corrections");
    assert!(
        corrections.iter().all(|one| one["unit"] != late.as_str()),
        "{beside}"
    );
}

#[test]
fn a_server_that_runs_freezes_a_county_by_itself_when_a_report_day_is_over() {
    let mut world = World::at(APRIL);
    let worker = world.worker(APRIL, "a", "village_committee", VILLAGE);
    an_elder(&worker, "测试甲");
    worker.sync(APRIL);
    must(world.county.verb(APRIL, &["calendar", "import", DAYS]));
    world.now(OVER);
    let list = || must(world.county.verb(OVER, &["compliance", "frozen"]))["frozen"].clone();
    let kept = (0..600).map(|_| list()).find(|kept| kept != &json!([]));
    let kept = kept.expect("frozen within six hundred looks");
    assert_eq!(kept[0]["division"], "530999");
    assert_eq!(kept[0]["day"], DAY);
    assert_eq!(kept.as_array().map(Vec::len), Some(1));
}
