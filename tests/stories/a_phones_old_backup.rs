//! A phone comes back from a backup that is older than what the server has of it.

use serde_json::json;
use std::path::Path;
use stories::world::{VILLAGE, Worker, World, elder, must, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let there = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &there);
        } else {
            std::fs::copy(entry.path(), there).unwrap();
        }
    }
}

fn code(world: &World, worker: &Worker) -> String {
    let asked = ["enrol", "--worker", &worker.id];
    word(&must(world.county.verb(DAY, &asked)), "code")
}

/// So many saves are made after the phone came back: fewer than the server has, as many, and more.
fn comes_back_and_makes(saves: usize) {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let first = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    a.sync(DAY);
    let backup = world.path("backup");
    copy(a.phone.home(), &backup);
    let mut all = vec![first.clone()];
    for name in ["测试乙", "测试丙"] {
        all.push(word(
            &a.new_record(DAY, "elder_card", &elder(name, VILLAGE)),
            "id",
        ));
    }
    a.sync(DAY);
    std::fs::remove_dir_all(a.phone.home()).unwrap();
    copy(&backup, a.phone.home());

    if saves > 0 {
        a.edit(DAY, &first, &json!({"phone": "15400000001"}));
    }
    for name in ["测试丁", "测试戊"].iter().take(saves.saturating_sub(1)) {
        all.push(word(
            &a.new_record(DAY, "elder_card", &elder(name, VILLAGE)),
            "id",
        ));
    }
    for _ in 0..2 {
        let told = a.phone.verb(DAY, &["sync"]).unwrap();
        assert_eq!(told.code, 1, "{}", told.text);
        assert!(told.text.contains("enrol_again"), "{}", told.text);
        assert_eq!(a.does(DAY, &["outbox"]).as_array().unwrap().len(), saves);
        assert_eq!(a.does(DAY, &["refused"]), json!([]));
    }
    let enrolled = a.does(
        DAY,
        &[
            "enrol",
            "--server",
            &world.link.url(),
            "--code",
            &code(&world, &a),
        ],
    );
    assert_eq!(enrolled["renumbered"], saves);
    a.sync(DAY);
    let supervisor = world.worker(DAY, "丁", "township_civil", "530999201");
    all.sort();
    for phone in [&a, &supervisor] {
        let mut people = phone.lists(DAY, "person");
        people.sort();
        assert_eq!(people, all);
        assert_eq!(phone.does(DAY, &["conflicts"]), json!([]));
        if saves > 0 {
            assert_eq!(phone.shows(DAY, &first, "phone"), "15400000001");
        }
    }
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
}

#[test]
fn with_nothing_new_it_enrols_again_and_has_what_it_had() {
    comes_back_and_makes(0);
}

#[test]
fn with_fewer_saves_than_the_server_has_they_arrive_under_its_new_id() {
    comes_back_and_makes(1);
}

#[test]
fn with_as_many_saves_as_the_server_has_none_is_refused_and_all_arrive() {
    comes_back_and_makes(2);
}

#[test]
fn with_more_saves_than_the_server_has_all_arrive() {
    comes_back_and_makes(3);
}

#[test]
fn a_revoked_phone_shows_nobody_keeps_what_is_unsent_and_hands_it_in_once_it_is_enrolled_again() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let sent = word(
        &b.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    b.sync(DAY);
    a.sync(DAY);
    let unsent = word(
        &a.new_record(DAY, "elder_card", &elder("测试乙", VILLAGE)),
        "id",
    );
    must(world.county.verb(DAY, &["revoke", "--worker", &a.id]));
    let told = a.phone.verb(DAY, &["sync"]).unwrap();
    assert_eq!(told.code, 1);
    assert!(told.text.contains("revoked"), "{}", told.text);
    assert_eq!(a.lists(DAY, "person"), std::slice::from_ref(&unsent));
    assert_eq!(a.phone.verb(DAY, &["show", &sent]).unwrap().code, 2);
    let more = word(
        &a.new_record(DAY, "elder_card", &elder("测试丙", VILLAGE)),
        "id",
    );
    assert_eq!(a.does(DAY, &["outbox"]).as_array().unwrap().len(), 2);
    a.does(
        DAY,
        &[
            "enrol",
            "--server",
            &world.link.url(),
            "--code",
            &code(&world, &a),
        ],
    );
    a.sync(DAY);
    b.sync(DAY);
    let mut all = vec![sent, unsent, more];
    all.sort();
    for phone in [&a, &b] {
        let mut people = phone.lists(DAY, "person");
        people.sort();
        assert_eq!(people, all);
    }
}
