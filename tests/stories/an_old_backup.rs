//! The server is restored from a backup older than what phones were told.

use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use stories::world::{VILLAGE, Worker, World, elder, must, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// A copy of the server's folder as it is now.
pub(super) fn back_up(world: &mut World) -> PathBuf {
    world.county.stop().unwrap();
    let backup = world.path("backup");
    copy(world.county.data(), &backup);
    world.now(DAY);
    backup
}

/// The server comes back as it was then, and nobody says so.
pub(super) fn set_back(world: &mut World, backup: &Path) {
    world.county.stop().unwrap();
    std::fs::remove_dir_all(world.county.data()).unwrap();
    copy(backup, world.county.data());
    world.now(DAY);
}

fn enrol_again(world: &World, worker: &Worker) -> Json {
    let asked = ["enrol", "--worker", &worker.id];
    let code = word(&must(world.county.verb(DAY, &asked)), "code");
    let asked = ["enrol", "--server", &world.link.url(), "--code", &code];
    worker.does(DAY, &asked)
}

#[test]
fn phones_offer_again_what_the_server_forgot_and_nothing_is_typed_twice() {
    let mut world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let first = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    a.sync(DAY);
    let backup = back_up(&mut world);
    let second = word(
        &a.new_record(DAY, "elder_card", &elder("测试乙", VILLAGE)),
        "id",
    );
    a.edit(DAY, &first, &json!({"phone": "15400000001"}));
    a.sync(DAY);
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "person").len(), 2);
    // The disk breaks; the machine comes back as it was, and nobody says so.
    set_back(&mut world, &backup);
    a.sync(DAY);
    b.sync(DAY);
    let c = world.worker(DAY, "c", "village_committee", VILLAGE);
    for worker in [&a, &b, &c] {
        let mut people = worker.lists(DAY, "person");
        people.sort();
        let mut both = vec![first.clone(), second.clone()];
        both.sort();
        assert_eq!(people, both, "{} has both, once", worker.phone.name);
        assert_eq!(worker.shows(DAY, &first, "phone"), "15400000001");
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
        assert_eq!(worker.does(DAY, &["outbox"]), json!([]));
    }
}

#[test]
fn a_phone_that_the_restored_server_does_not_know_enrols_again_and_offers_all_that_was_lost() {
    let mut world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let known = word(
        &b.new_record(DAY, "elder_card", &elder("测试丙", VILLAGE)),
        "id",
    );
    b.sync(DAY);
    let backup = back_up(&mut world);
    // After the backup was made the phone enrols anew, and everything it has is accepted.
    let first = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    enrol_again(&world, &a);
    a.sync(DAY);
    let second = word(
        &a.new_record(DAY, "elder_card", &elder("测试乙", VILLAGE)),
        "id",
    );
    a.sync(DAY);
    b.edit(DAY, &known, &json!({"phone": "15400000001"}));
    b.sync(DAY);
    a.sync(DAY);
    a.edit(DAY, &known, &json!({"phone": "15400000002"}));
    a.sync(DAY);
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
    set_back(&mut world, &backup);
    let told = a.phone.verb(DAY, &["sync"]).unwrap();
    assert!(told.text.contains("signed_out"), "{}", told.text);
    assert_eq!(enrol_again(&world, &a)["renumbered"], 3);
    // It rests on an edit that the server has lost too, and whose author comes later.
    assert_eq!(a.sync(DAY)["refused"], 0);
    b.sync(DAY);
    a.sync(DAY);
    let supervisor = world.worker(DAY, "丁", "township_civil", "530999201");
    let mut both = vec![first, second, known.clone()];
    both.sort();
    for phone in [&a, &b, &supervisor] {
        assert_eq!(phone.shows(DAY, &known, "phone"), "15400000002");
        let mut people = phone.lists(DAY, "person");
        people.sort();
        assert_eq!(people, both);
        assert_eq!(phone.does(DAY, &["conflicts"]), json!([]));
    }
}

#[test]
fn what_a_phone_said_under_an_earlier_id_comes_back_too() {
    let mut world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let backup = back_up(&mut world);
    let first = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    a.sync(DAY);
    assert_eq!(enrol_again(&world, &a)["renumbered"], 0);
    a.sync(DAY);
    let second = word(
        &a.new_record(DAY, "elder_card", &elder("测试乙", VILLAGE)),
        "id",
    );
    a.sync(DAY);
    set_back(&mut world, &backup);
    let told = a.phone.verb(DAY, &["sync"]).unwrap();
    assert!(told.text.contains("signed_out"), "{}", told.text);
    assert_eq!(enrol_again(&world, &a)["renumbered"], 2);
    a.sync(DAY);
    b.sync(DAY);
    let mut both = vec![first, second];
    both.sort();
    for phone in [&a, &b] {
        let mut people = phone.lists(DAY, "person");
        people.sort();
        assert_eq!(people, both);
        assert_eq!(phone.does(DAY, &["outbox"]), json!([]));
        assert_eq!(phone.does(DAY, &["status"])["apart"], json!([]));
    }
}

/// The phone that wrote after the copy never comes again: who has read it proves nothing, and is
/// believed only so far that what rests on it waits.
#[test]
fn a_restored_server_says_that_a_phone_has_seen_more_until_somebody_says_that_it_is_an_older_copy()
{
    let mut world = World::at(DAY);
    let (a, b, id) = world.two_who_know_an_elder(DAY);
    let backup = back_up(&mut world);
    a.edit(DAY, &id, &json!({"phone": "15400000001"}));
    a.sync(DAY);
    b.sync(DAY);
    set_back(&mut world, &backup);
    let status = |world: &World| must(world.county.verb(DAY, &["status"]));
    assert_eq!(status(&world)["suspected"], false);
    b.edit(DAY, &id, &json!({"phone": "15400000002"}));
    b.sync(DAY);
    let told = status(&world);
    assert_eq!(told["suspected"], true);
    assert_eq!(told["waiting"]["phones"], 1, "it rests on what a said");
    must(world.county.verb(DAY, &["restored"]));
    let told = status(&world);
    assert_eq!(
        (&told["suspected"], &told["waiting"]["phones"]),
        (&json!(false), &json!(0))
    );
    b.sync(DAY);
    assert_eq!(b.does(DAY, &["outbox"]), json!([]));
    let c = world.worker(DAY, "c", "village_committee", VILLAGE);
    assert_eq!(c.shows(DAY, &id, "phone"), "15400000002");
}

/// The office must do again what it did after the copy was made; what the worker did nobody can.
#[test]
fn a_worker_who_was_made_after_the_copy_is_made_again_under_their_own_id() {
    let mut world = World::at(DAY);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let backup = back_up(&mut world);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let person = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    a.sync(DAY);
    set_back(&mut world, &backup);
    let term = [
        "--name",
        "a",
        "--role",
        "village_committee",
        "--area",
        VILLAGE,
    ];
    let code = |more: &[&str]| {
        let asked = [&["enrol"], more, &term].concat();
        world.county.verb(DAY, &asked)
    };
    let enrols = |code: &str| {
        let asked = ["enrol", "--server", &world.link.url(), "--code", code];
        a.phone.verb(DAY, &asked).unwrap()
    };
    // As somebody new they are another, and the phone says under which id it knows them.
    let another = enrols(&word(&must(code(&[])), "code"));
    assert_eq!(another.code, 2);
    assert!(another.text.contains(&a.id), "{}", another.text);
    let own = word(&must(code(&["--worker", &a.id])), "code");
    assert_eq!(enrols(&own).code, 0);
    a.sync(DAY);
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "person"), [person]);
    let twice = code(&["--worker", &a.id]).unwrap();
    assert!(twice.text.contains("worker_is_there"), "{}", twice.text);
}
