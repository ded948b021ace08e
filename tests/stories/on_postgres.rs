//! A county whose history is in PostgreSQL: phones cannot tell.

use serde_json::{Value as Json, json};
use stories::world::{VILLAGE, Worker, World, address_file, elder, must, word};
use throwaway_postgres::{Database, cluster, own_cluster};

const DAY: &str = "2024-06-24T08:00:00+08:00";

fn new_elder(worker: &Worker, name: &str) -> String {
    word(
        &worker.new_record(DAY, "elder_card", &elder(name, VILLAGE)),
        "id",
    )
}

fn status(world: &World) -> Json {
    must(world.county.verb(DAY, &["status"]))
}

#[test]
fn two_people_write_apart_and_one_decides() {
    let database = cluster().database();
    super::two_phones::two_write_apart(&World::on_postgres(DAY, &database));
}

#[test]
fn postgres_is_started_anew_between_two_pushes_and_phones_notice_a_wait() {
    let cluster = own_cluster();
    let database = cluster.database();
    let world = World::on_postgres(DAY, &database);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let first = new_elder(&a, "测试甲");
    a.sync(DAY);
    cluster.restart();
    let second = new_elder(&a, "测试乙");
    a.sync(DAY);
    // Away when the phone asks, and back while it waits.
    cluster.pause();
    let third = new_elder(&a, "测试丙");
    std::thread::scope(|scope| {
        let syncing = scope.spawn(|| a.sync(DAY));
        cluster.resume();
        syncing.join().expect("the phone's sync is complete");
    });
    b.sync(DAY);
    let mut seen = b.lists(DAY, "person");
    seen.sort();
    let mut all = vec![first, second, third];
    all.sort();
    assert_eq!(seen, all);
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
}

/// The server goes on with another database, as after a restore.
fn goes_on_in(world: &mut World, database: &Database) {
    world.county.stop().unwrap();
    address_file(&world.county.data().join("server.postgres"), database);
    world.now(DAY);
}

#[test]
fn a_restored_dump_is_a_server_that_was_set_back_said_or_unsaid() {
    for said in [false, true] {
        let database = cluster().database();
        let mut world = World::on_postgres(DAY, &database);
        let a = world.worker(DAY, "a", "village_committee", VILLAGE);
        let b = world.worker(DAY, "b", "village_committee", VILLAGE);
        let first = new_elder(&a, "测试甲");
        a.sync(DAY);
        let dump = database.dump();
        let second = new_elder(&a, "测试乙");
        a.edit(DAY, &first, &json!({"phone": "15400000001"}));
        a.sync(DAY);
        b.sync(DAY);
        let before = word(&status(&world), "epoch");
        let restored = database.restored(&dump);
        goes_on_in(&mut world, &restored);
        if said {
            must(world.county.verb(DAY, &["restored"]));
        }
        a.sync(DAY);
        b.sync(DAY);
        assert_ne!(word(&status(&world), "epoch"), before, "another history");
        let c = world.worker(DAY, "c", "village_committee", VILLAGE);
        for worker in [&a, &b, &c] {
            let mut people = worker.lists(DAY, "person");
            people.sort();
            let mut both = vec![first.clone(), second.clone()];
            both.sort();
            assert_eq!(people, both, "{} has both, once", worker.phone.name);
            assert_eq!(worker.shows(DAY, &first, "phone"), "15400000001");
            assert_eq!(worker.does(DAY, &["outbox"]), json!([]));
        }
    }
}

#[test]
fn what_was_sealed_where_there_was_no_link_goes_in() {
    let database = cluster().database();
    let world = World::on_postgres(DAY, &database);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let person = new_elder(&a, "测试甲");
    let card = world.path("card");
    let sealed = a.does(
        DAY,
        &["seal", "--to", "county", "--out", &card.to_string_lossy()],
    );
    let files = sealed["files"].as_array().expect("files");
    let files: Vec<&str> = files.iter().filter_map(Json::as_str).collect();
    let opened = must(
        world
            .county
            .verb(DAY, &[&["bundle", "open"], &files[..]].concat()),
    );
    assert!(opened.to_string().contains("taken"), "{opened}");
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "person"), [person]);
    a.sync(DAY);
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
}

#[test]
fn a_county_that_outgrew_its_file_moves_and_its_phones_go_on() {
    let mut world = World::at(DAY);
    let (a, b, person) = world.two_who_know_an_elder(DAY);
    a.edit(DAY, &person, &json!({"phone": "15400000001"}));
    let database = cluster().database();
    let file = address_file(&world.path("postgres"), &database);
    let before = status(&world);
    // While it serves: nothing is written meanwhile, and afterwards nothing into the file.
    let moved = must(world.county.verb(DAY, &["move-to-postgres", "--to", &file]));
    assert!(moved["rows"].as_u64().unwrap() > 100, "{moved}");
    assert!(!moved.to_string().contains("不写在任何地方"), "no password");
    let refused = a.phone.verb(DAY, &["sync"]).unwrap();
    assert_ne!(refused.code, 0, "{}", refused.text);
    world.now(DAY);
    let after = status(&world);
    assert_eq!(
        (&after["epoch"], &after["saves"]),
        (&before["epoch"], &before["saves"])
    );
    assert!(!after.to_string().contains("不写在任何地方"), "no password");
    for worker in [&a, &b] {
        worker.sync(DAY);
        assert_eq!(worker.shows(DAY, &person, "phone"), "15400000001");
    }
    must(world.county.verb(DAY, &["audit"]));
    let again = world
        .county
        .verb(DAY, &["move-to-postgres", "--to", &file])
        .unwrap();
    assert_eq!(again.code, 2, "{}", again.text);
    // The file alone is no county any more.
    std::fs::remove_file(world.county.data().join("server.postgres")).unwrap();
    let left = world.county.verb(DAY, &["status"]).unwrap();
    assert_eq!(left.code, 2, "{}", left.text);
    assert!(left.text.contains("server.postgres"), "{}", left.text);
}
