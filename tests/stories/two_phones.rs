//! Two phones and one elder.

use serde_json::json;
use stories::world::{VILLAGE, World, elder, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

#[test]
fn what_two_people_wrote_apart_is_kept_and_a_person_decides() {
    two_write_apart(&World::at(DAY));
}

/// In any county, wherever its history is kept.
pub(crate) fn two_write_apart(world: &World) {
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "child_director", VILLAGE);
    let id = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    a.sync(DAY);
    b.sync(DAY);
    a.edit(DAY, &id, &json!({"phone": "15400000001"}));
    b.edit(DAY, &id, &json!({"phone": "15400000002"}));
    b.edit(DAY, &id, &json!({"neighbour": "测试邻二"}));
    for worker in [&a, &b, &a] {
        worker.sync(DAY);
    }
    for worker in [&a, &b] {
        let conflicts = worker.does(DAY, &["conflicts"]);
        let conflicts = conflicts.as_array().unwrap();
        assert_eq!(
            conflicts.len(),
            1,
            "different fields do not conflict: {conflicts:?}"
        );
        assert_eq!(conflicts[0]["field"], "phone");
        assert_eq!(conflicts[0]["values"].as_array().unwrap().len(), 2);
        assert_eq!(worker.shows(DAY, &id, "neighbour"), "测试邻二");
    }
    a.does(DAY, &["settle", &id, "phone", "--value", "\"15400000003\""]);
    a.sync(DAY);
    b.sync(DAY);
    for worker in [&a, &b] {
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
        assert_eq!(worker.shows(DAY, &id, "phone"), "15400000003");
    }
}

#[test]
fn two_people_who_add_a_row_add_two() {
    let world = World::at(DAY);
    let (a, b, id) = world.two_who_know_an_elder(DAY);
    a.edit(
        DAY,
        &id,
        &json!({"category": [{"code": "living_alone", "from": "2024-06-01"}]}),
    );
    b.edit(
        DAY,
        &id,
        &json!({"category": [{"code": "empty_nest", "from": "2024-06-02"}]}),
    );
    for worker in [&a, &b, &a] {
        worker.sync(DAY);
    }
    for worker in [&a, &b] {
        assert_eq!(
            worker.shows(DAY, &id, "category").as_array().unwrap().len(),
            4
        );
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
    }
}
