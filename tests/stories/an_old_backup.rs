//! The server is restored from a backup older than what phones were told.

use serde_json::json;
use std::path::Path;
use stories::world::{VILLAGE, World, elder, word};

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
    world.county.stop().unwrap();
    let backup = world.path("backup");
    copy(world.county.data(), &backup);
    world.now(DAY);
    let second = word(
        &a.new_record(DAY, "elder_card", &elder("测试乙", VILLAGE)),
        "id",
    );
    a.edit(DAY, &first, &json!({"phone": "15400000001"}));
    a.sync(DAY);
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "person").len(), 2);
    // The disk breaks; the machine comes back as it was, and nobody says so.
    world.county.stop().unwrap();
    std::fs::remove_dir_all(world.county.data()).unwrap();
    copy(&backup, world.county.data());
    world.now(DAY);
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
