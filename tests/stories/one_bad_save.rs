//! One save is refused beside ninety-nine good ones.

use serde_json::json;
use stories::world::{OTHER_VILLAGE, TOWNSHIP, VILLAGE, Worker, World, elder, must, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

#[test]
fn a_bad_save_never_stops_its_neighbours_and_stays_on_the_phone() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "township_civil", "530999201");
    let mut outside = String::new();
    for n in 0..100 {
        let village = if n == 40 { OTHER_VILLAGE } else { VILLAGE };
        let name = format!("测试{}", char::from_u32(0x4e00 + n).unwrap());
        let id = word(
            &a.new_record(DAY, "elder_card", &elder(&name, village)),
            "id",
        );
        if n == 40 {
            outside = id;
        }
    }
    let done = a.does(DAY, &["sync"]);
    assert_eq!(done["refused"], 1, "{done}");
    let refused = a.does(DAY, &["refused"]);
    assert_eq!(refused.as_array().unwrap().len(), 1);
    assert_eq!(refused[0]["id"], outside.as_str());
    assert_eq!(refused[0]["reason"], "out_of_scope");
    assert!(
        refused[0]["message"]
            .as_str()
            .is_some_and(|m| !m.is_empty())
    );
    assert_eq!(
        a.shows(DAY, &outside, "name"),
        "测试丨",
        "it is still there, to be corrected"
    );
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "person").len(), 99);
    // What is built on it waits, and both go in when the worker may write there.
    a.visits(DAY, "2024-06-24T07:00:00+08:00", &[(&outside, "met")]);
    a.does(DAY, &["sync"]);
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "visit").len(), 0);
    assert_eq!(
        a.does(DAY, &["outbox"])
            .as_array()
            .unwrap()
            .iter()
            .filter(|l| l["id"] != outside.as_str())
            .count(),
        1
    );
}

#[test]
fn a_revoked_phone_is_refused_at_its_next_request_and_keeps_what_it_holds() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE));
    stories::world::must(world.county.verb(DAY, &["revoke", "--worker", &a.id]));
    let refused = a.phone.verb(DAY, &["sync"]).unwrap();
    assert_ne!(refused.code, 0);
    assert!(
        !(refused.text + &refused.said).is_empty(),
        "the person is told"
    );
    assert_eq!(a.does(DAY, &["outbox"]).as_array().unwrap().len(), 1);
}

#[test]
fn every_problem_of_a_form_is_told_at_once_and_nothing_is_saved() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let mut bad = elder("测试甲", VILLAGE);
    bad["sex"] = json!("7");
    bad["birth_date"] = json!("2024-02-30");
    bad["id_doc_type"] = json!("01");
    bad["id_number"] = json!("530999194402290017");
    let told = a.phone.told(DAY, &["new", "elder_card"], &bad).unwrap();
    assert_eq!(told.code, 2, "{}{}", told.text, told.said);
    for field in ["sex", "birth_date", "id_number"] {
        assert!(
            told.text.contains(field),
            "{field} is not named in {}",
            told.text
        );
    }
    assert!(
        !told.text.contains("530999194402290017"),
        "no personal data in a message"
    );
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
}

/// A worker whose elder of another village was refused, the elder's id, and who looks on.
fn refused_elder(world: &World) -> (Worker, Worker, String) {
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "township_civil", TOWNSHIP);
    let card = elder("测试甲", OTHER_VILLAGE);
    let id = word(&a.new_record(DAY, "elder_card", &card), "id");
    a.visits(DAY, "2024-06-24T07:00:00+08:00", &[(&id, "met")]);
    assert_eq!(a.sync(DAY)["refused"], 1);
    (a, b, id)
}

#[test]
fn a_refused_beginning_that_is_corrected_brings_what_waited_for_it() {
    let world = World::at(DAY);
    let (a, b, id) = refused_elder(&world);
    let visits = a.lists(DAY, "visit");
    let edited = json!({"started_at": "2024-06-24T07:30:00+08:00"});
    a.edit(DAY, &visits[0], &edited);
    a.sync(DAY);
    let good = elder("测试乙", VILLAGE);
    a.new_record(DAY, "elder_card", &good);
    a.sync(DAY);
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "elder").len(), 1, "others go on");
    assert_eq!(b.lists(DAY, "visit").len(), 0);
    // The right is given; the same answer is the correction.
    let right = ["--role", "village_committee", "--area", OTHER_VILLAGE];
    let line = [&["assign", "--worker", a.id.as_str()], &right[..]].concat();
    must(world.county.verb(DAY, &line));
    a.edit(DAY, &id, &json!({"phone": "15400000021"}));
    assert_eq!(a.does(DAY, &["refused"]), json!([]));
    assert_eq!(a.sync(DAY)["refused"], 0);
    a.sync(DAY);
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "visit"), visits);
    assert_eq!(b.shows(DAY, &id, "phone"), "15400000021");
    for field in ["started_at", "mode", "people"] {
        let here = a.shows(DAY, &visits[0], field);
        assert_eq!(b.shows(DAY, &visits[0], field), here, "{field}");
    }
    assert_eq!(a.does(DAY, &["conflicts"]), json!([]));
    assert_eq!(b.does(DAY, &["conflicts"]), json!([]));
}

#[test]
fn a_withdrawn_save_stays_for_reading_and_troubles_nobody() {
    let world = World::at(DAY);
    let (a, b, id) = refused_elder(&world);
    let done = a.does(DAY, &["withdraw", &id, "1"]);
    assert_eq!(done["waiting"][0]["seq"], 2, "{done}");
    let visit = word(&done["waiting"][0], "id");
    a.does(DAY, &["withdraw", &visit, "2"]);
    assert_eq!(a.does(DAY, &["refused"]), json!([]));
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
    let ever = a.does(DAY, &["refused", "--all"]);
    let states: Vec<String> = [&ever[0], &ever[1]].map(|line| word(line, "state")).into();
    assert_eq!(states, ["withdrawn", "withdrawn"]);
    let said = ever[0]["said"].as_array().unwrap();
    assert!(said.iter().any(|said| said["value"] == "测试甲"));
    let good = elder("测试乙", VILLAGE);
    a.new_record(DAY, "elder_card", &good);
    assert_eq!(a.sync(DAY)["refused"], 0);
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "elder").len(), 1);
    let twice = a.phone.verb(DAY, &["withdraw", &id, "1"]).unwrap();
    assert_eq!(twice.code, 2, "{}", twice.text);
}
