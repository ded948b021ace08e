//! What went wrong elsewhere, and must not here: the accidents that no other story plays. The list
//! with all of them is in `docs/accidents.md`.

use serde_json::json;
use std::path::Path;
use stories::link::Weather;
use stories::world::{OTHER_VILLAGE, VILLAGE, Worker, World, elder, must, word};

const MAY: &str = "2024-05-20T08:00:00+08:00";
const JUNE: &str = "2024-06-10T08:00:00+08:00";
const CLOCK_WRONG: &str = "2034-06-10T08:00:00+08:00";

fn named(n: u32) -> String {
    format!("测试{}", char::from_u32(0x4e00 + n).unwrap())
}

fn cards(worker: &Worker, from: u32, count: u32) -> Vec<String> {
    (from..from + count)
        .map(|n| {
            word(
                &worker.new_record(MAY, "elder_card", &elder(&named(n), VILLAGE)),
                "id",
            )
        })
        .collect()
}

/// cht-core #11306, #5701: people who were transferred silently stopped syncing, and a phone showed
/// 148 visits where the server had 108.
#[test]
fn after_many_moves_phone_and_server_count_the_same_people_and_visits() {
    let mut world = World::at(MAY);
    let old = world.worker(MAY, "old", "village_committee", VILLAGE);
    let new = world.worker(MAY, "new", "village_committee", OTHER_VILLAGE);
    let township = world.worker(MAY, "township", "township_civil", "530999201");
    let people = cards(&old, 0, 9);
    for person in &people {
        old.visits(MAY, "2024-05-20T07:00:00+08:00", &[(person, "met")]);
    }
    old.sync(MAY);
    world.now(JUNE);
    township.sync(JUNE);
    people
        .iter()
        .step_by(2)
        .for_each(|id| township.moves(JUNE, id, OTHER_VILLAGE));
    township.sync(JUNE);
    // The former worker visited somebody who had moved by then, and hears of it only now.
    old.visits(JUNE, "2024-06-02T07:00:00+08:00", &[(&people[0], "met")]);
    for worker in [&old, &new, &township, &old, &new] {
        worker.sync(JUNE);
    }
    let count = |worker: &Worker| ["person", "visit"].map(|kind| worker.lists(JUNE, kind).len());
    assert_eq!(count(&old), [4, 4]);
    assert_eq!(count(&new), [5, 6]);
    assert_eq!(count(&township), [9, 10]);
    // Whoever moved goes on syncing: an edit in the new village reaches the township.
    new.edit(JUNE, &people[0], &json!({"phone": "15400000001"}));
    new.sync(JUNE);
    township.sync(JUNE);
    assert_eq!(township.shows(JUNE, &people[0], "phone"), "15400000001");
    let area = "530999201";
    assert_eq!(
        township.report(JUNE, area, JUNE),
        world.report(JUNE, area, JUNE)
    );
}

/// TaskChampion (measured): a break in the middle threw the whole pull away.
#[test]
fn what_came_before_a_break_is_kept_and_not_fetched_again() {
    let world = World::at(MAY);
    let a = world.worker(MAY, "a", "village_committee", VILLAGE);
    let people = cards(&a, 0, 12);
    a.sync(MAY);
    let b = world.worker(MAY, "b", "village_committee", VILLAGE);
    assert_eq!(b.lists(MAY, "person").len(), people.len());
    cards(&a, 20, 6);
    a.sync(MAY);
    world.link.set(Weather::CutOneAnswer { after: 400 });
    assert_eq!(b.phone.verb(MAY, &["sync"]).unwrap().code, 3);
    assert_eq!(b.lists(MAY, "person").len(), people.len());
    let before = world.link.bytes().1;
    b.sync(MAY);
    let rest = world.link.bytes().1 - before;
    let before = world.link.bytes().1;
    let fresh = world.worker(MAY, "c", "village_committee", VILLAGE);
    let whole = world.link.bytes().1 - before;
    assert_eq!(b.lists(MAY, "person"), fresh.lists(MAY, "person"));
    assert!(rest < whole / 2, "{rest} of {whole} bytes came");
}

/// open-msupply #123: one phone with a clock in the future hid every later edit.
#[test]
fn a_clock_ten_years_ahead_hides_no_later_edit() {
    let world = World::at(MAY);
    let a = world.worker(MAY, "a", "village_committee", VILLAGE);
    let b = world.worker(MAY, "b", "village_committee", VILLAGE);
    let id = cards(&a, 0, 1).remove(0);
    a.sync(MAY);
    a.edit(CLOCK_WRONG, &id, &json!({"phone": "15400000001"}));
    a.sync(MAY);
    b.sync(MAY);
    assert_eq!(b.shows(MAY, &id, "phone"), "15400000001");
    b.edit(MAY, &id, &json!({"phone": "15400000002"}));
    b.sync(MAY);
    a.sync(MAY);
    for worker in [&a, &b] {
        assert_eq!(worker.shows(MAY, &id, "phone"), "15400000002");
        assert_eq!(worker.does(MAY, &["conflicts"]), json!([]));
    }
}

/// TaskChampion (measured): a thousand operations against a thousand took 11.6 s, because each was
/// turned against each.
#[test]
fn twice_as_much_on_both_sides_is_twice_the_work() {
    let carried = |count: u32| {
        let world = World::at(MAY);
        let [a, b] = ["a", "b"].map(|name| world.worker(MAY, name, "village_committee", VILLAGE));
        // Who came second is in the roster of who came first, before anything is counted.
        a.sync(MAY);
        cards(&a, 0, count);
        cards(&b, 1_000, count);
        let before = world.link.bytes();
        let received: u64 = [&a, &b, &a]
            .map(|worker| worker.sync(MAY)["received"].as_u64().unwrap())
            .iter()
            .sum();
        let after = world.link.bytes();
        (received, after.0 + after.1 - before.0 - before.1)
    };
    let (once, twice) = (carried(6), carried(12));
    assert_eq!(
        twice.0,
        once.0 * 2,
        "each part is heard once by each other phone"
    );
    assert!(
        twice.1 < once.1 * 5 / 2,
        "{} bytes, then {}",
        once.1,
        twice.1
    );
}

/// Every test that the list names is there.
#[test]
fn the_list_of_accidents_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let list = std::fs::read_to_string(root.join("docs/accidents.md")).unwrap();
    let mut sources = String::new();
    for folder in ["core", "sync-server", "tests"] {
        gather(&root.join(folder), &mut sources);
    }
    let rows = list.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut count = 0;
    for row in rows {
        let tests = row.split('|').nth(3).unwrap_or_default();
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test is named: {row}");
        for test in named {
            assert!(
                sources.contains(&format!("fn {test}(")),
                "{test} is nowhere"
            );
            count += 1;
        }
    }
    assert!(count > 16, "the list was not read");
}

fn gather(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, sources);
        } else if path.extension().is_some_and(|end| end == "rs") {
            sources.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// pouchdb #8427: a phone that had been away for long brought deleted rows back.
#[test]
fn what_was_taken_out_stays_out_when_phones_come_back_that_have_not_heard_of_it() {
    let mut world = World::at(MAY);
    let a = world.worker(MAY, "a", "village_committee", VILLAGE);
    let quiet = world.worker(MAY, "quiet", "village_committee", VILLAGE);
    let busy = world.worker(MAY, "busy", "village_committee", VILLAGE);
    let people = cards(&a, 0, 3);
    for worker in [&a, &quiet, &busy] {
        worker.sync(MAY);
    }
    let codes = |worker: &Worker| -> Vec<serde_json::Value> {
        let rows = worker.shows(JUNE, &people[0], "category");
        let rows = rows.as_array().expect("rows").iter();
        rows.map(|row| row["code"].clone()).collect()
    };
    let rows = a.shows(MAY, &people[0], "category");
    let taken_out = json!({"category": [{"$row": rows[0]["$row"], "$gone": true}]});
    a.edit(MAY, &people[0], &taken_out);
    a.does(MAY, &["void", &people[1]]);
    a.sync(MAY);
    // What was typed before it was heard touches the same person, and another.
    busy.edit(MAY, &people[0], &json!({"phone": "15400000001"}));
    busy.edit(MAY, &people[2], &json!({"phone": "15400000002"}));
    world.now(JUNE);
    for worker in [&busy, &quiet, &a, &quiet] {
        assert_eq!(worker.sync(JUNE)["refused"], 0);
    }
    let fresh = world.worker(JUNE, "fresh", "village_committee", VILLAGE);
    for worker in [&a, &quiet, &busy, &fresh] {
        assert_eq!(codes(worker), [rows[1]["code"].clone()]);
        assert_eq!(worker.lists(JUNE, "person").len(), 2);
        assert_eq!(worker.does(JUNE, &["show", &people[1]])["void"], true);
        assert_eq!(worker.shows(JUNE, &people[0], "phone"), "15400000001");
        assert_eq!(worker.does(JUNE, &["conflicts"]), json!([]));
    }
}

#[test]
fn a_worker_who_loses_a_compartment_lets_it_go_after_what_was_unsent_and_gets_it_back() {
    let mut world = World::at(MAY);
    let a = world.worker(MAY, "a", "village_committee", VILLAGE);
    let id = cards(&a, 0, 1).remove(0);
    a.sync(MAY);
    let identity = || a.shows(JUNE, &id, "id_doc_type");
    let given = identity();
    assert_ne!(given, json!(null));
    a.edit(MAY, &id, &json!({"phone": "15400000001"}));
    world.now(JUNE);
    let role = |role: &str, more: &[&str]| {
        let line = [
            "assign", "--worker", &a.id, "--role", role, "--area", VILLAGE,
        ];
        must(world.county.verb(JUNE, &[&line, more].concat()));
    };
    role(
        "village_committee",
        &["--from", "2024-05-20", "--to", "2024-06-09"],
    );
    role("village_cadre", &[]);
    let told = a.sync(JUNE);
    assert_eq!((&told["refused"], &told["sent"]), (&json!(0), &json!(1)));
    a.sync(JUNE);
    assert_eq!(identity(), json!(null), "who reads no identity holds none");
    assert_eq!(a.shows(JUNE, &id, "phone"), "15400000001");
    role("village_committee", &["--from", "2024-06-10"]);
    a.sync(JUNE);
    assert_eq!(identity(), given);
    assert_eq!(a.shows(JUNE, &id, "phone"), "15400000001");
}
