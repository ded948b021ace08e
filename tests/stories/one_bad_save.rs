//! One save is refused beside ninety-nine good ones.

use serde_json::json;
use stories::world::{OTHER_VILLAGE, VILLAGE, World, elder, word};

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
