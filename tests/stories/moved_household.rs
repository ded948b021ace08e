//! A household moves to the next village; the former worker's late visit is credited by its date.

use serde_json::json;
use stories::world::{OTHER_VILLAGE, TOWNSHIP, VILLAGE, World, elder, line, must, word};

const MAY: &str = "2024-05-20T08:00:00+08:00";
const JUNE: &str = "2024-06-10T08:00:00+08:00";
const COUNTY: &str = "530999";
/// Of another township.
const BEYOND: &str = "530999202201";

#[test]
fn the_record_moves_and_a_late_visit_goes_where_the_household_is_now() {
    let mut world = World::at(MAY);
    let old = world.worker(MAY, "old", "village_committee", VILLAGE);
    let new = world.worker(MAY, "new", "village_committee", OTHER_VILLAGE);
    let township = world.worker(MAY, "township", "township_civil", TOWNSHIP);
    let id = word(
        &old.new_record(MAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    old.sync(MAY);
    let visit = old.visits(MAY, "2024-05-20T07:00:00+08:00", &[(&id, "met")]);
    world.now(JUNE);
    township.sync(JUNE);
    township.moves(JUNE, &id, OTHER_VILLAGE);
    township.sync(JUNE);
    new.sync(JUNE);
    assert_eq!(
        new.lists(JUNE, "person"),
        [id.as_str()],
        "the new village has the person"
    );
    assert!(
        new.lists(JUNE, "visit").is_empty(),
        "the former worker has not been in town"
    );
    let done = old.sync(JUNE);
    assert_eq!(done["refused"], 0, "{done}");
    assert_eq!(old.does(JUNE, &["outbox"]), json!([]));
    assert!(
        old.lists(JUNE, "person").is_empty(),
        "the old village's phone has let it go"
    );
    new.sync(JUNE);
    township.sync(JUNE);
    assert_eq!(
        new.lists(JUNE, "visit"),
        [visit.as_str()],
        "the late visit went where the household is now"
    );
    for report in [
        township.report(JUNE, TOWNSHIP, "2024-06-10"),
        world.report(JUNE, TOWNSHIP, "2024-06-10"),
    ] {
        let may = line(&report, "LC-R2", &id, "2024-05").unwrap();
        assert_eq!(may["state"], "done", "{may}");
        assert_eq!(may["credited"], json!([visit]));
    }
}

#[test]
fn a_conflict_that_was_settled_where_the_household_no_longer_is_stays_settled() {
    let mut world = World::at(MAY);
    let old = world.worker(MAY, "old", "village_committee", VILLAGE);
    let new = world.worker(MAY, "new", "village_committee", OTHER_VILLAGE);
    let township = world.worker(MAY, "township", "township_civil", TOWNSHIP);
    let id = word(
        &old.new_record(MAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    old.sync(MAY);
    township.sync(MAY);
    old.edit(MAY, &id, &json!({"phone": "15400000001"}));
    township.edit(MAY, &id, &json!({"phone": "15400000002"}));
    old.sync(MAY);
    township.sync(MAY);
    old.sync(MAY);
    // Without a link one worker chooses; meanwhile the household moves away.
    let value = "\"15400000001\"";
    old.does(MAY, &["settle", &id, "phone", "--value", value]);
    world.now(JUNE);
    township.moves(JUNE, &id, OTHER_VILLAGE);
    township.sync(JUNE);
    let done = old.sync(JUNE);
    assert_eq!(done["refused"], 0, "{done}");
    assert!(old.lists(JUNE, "person").is_empty());
    assert_eq!(old.phone.verb(JUNE, &["show", &id]).unwrap().code, 2);
    new.sync(JUNE);
    township.sync(JUNE);
    for phone in [&new, &township] {
        assert_eq!(phone.does(JUNE, &["conflicts"]), json!([]));
        assert_eq!(phone.shows(JUNE, &id, "phone"), "15400000001");
    }
}

#[test]
fn who_moves_to_another_township_leaves_the_former_one_and_a_late_visit_is_credited_there() {
    let mut world = World::at(MAY);
    let list = world.path("second_township.csv");
    let rows = "code,name,level,parent\n530999202,测试二乡,township,530999\n530999202201,测试村,village,530999202\n";
    std::fs::write(&list, rows).unwrap();
    must(
        world
            .county
            .verb(MAY, &["areas", "import", &list.to_string_lossy()]),
    );
    let old = world.worker(MAY, "old", "village_committee", VILLAGE);
    let new = world.worker(MAY, "new", "village_committee", BEYOND);
    let former = world.worker(MAY, "former", "township_civil", TOWNSHIP);
    let next = world.worker(MAY, "next", "township_civil", "530999202");
    let card = elder("测试甲", VILLAGE);
    let id = word(&old.new_record(MAY, "elder_card", &card), "id");
    old.sync(MAY);
    let visit = old.visits(MAY, "2024-05-20T07:00:00+08:00", &[(&id, "met")]);
    world.now(JUNE);
    former.sync(JUNE);
    former.moves(JUNE, &id, BEYOND);
    former.sync(JUNE);
    assert_eq!(old.sync(JUNE)["refused"], 0);
    for left in [&old, &former] {
        left.sync(JUNE);
        assert_eq!(left.does(JUNE, &["outbox"]), json!([]));
        assert_eq!(left.phone.verb(JUNE, &["show", &id]).unwrap().code, 2);
        assert!(left.lists(JUNE, "visit").is_empty());
    }
    for come in [&new, &next] {
        come.sync(JUNE);
        assert_eq!(come.lists(JUNE, "person"), [id.as_str()]);
        assert_eq!(come.lists(JUNE, "visit"), [visit.as_str()]);
    }
    let report = world.report(JUNE, COUNTY, "2024-06-10");
    let may = line(&report, "LC-R2", &id, "2024-05").expect("a line");
    assert_eq!(may["state"], "done", "{may}");
    assert_eq!(may["credited"], json!([visit]));
}
