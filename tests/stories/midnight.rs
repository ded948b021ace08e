//! A visit at 00:10 on the first of July in UTC+8, which is the thirtieth of June in UTC.

use stories::world::{VILLAGE, World, child, line, word};

const JUNE: &str = "2024-06-01T08:00:00+08:00";
const NIGHT: &str = "2024-07-01T00:30:00+08:00";

#[test]
fn the_visits_own_day_in_china_decides_the_quarter() {
    let mut world = World::at(JUNE);
    let a = world.worker(JUNE, "a", "child_director", VILLAGE);
    let made = a.new_record(JUNE, "child_left_behind", &child("测试童甲", VILLAGE));
    let id = word(&made, "id");
    let home = made["records"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["kind"] == "household")
        .map(|r| word(r, "id"))
        .unwrap();
    a.sync(JUNE);
    world.now(NIGHT);
    let visit = a.visits(NIGHT, "2024-06-30T16:10:00Z", &[(&id, "met")]);
    a.sync(NIGHT);
    for report in [
        a.report(NIGHT, VILLAGE, "2024-07-20"),
        world.report(NIGHT, VILLAGE, "2024-07-20"),
    ] {
        let third = line(&report, "LC-R3b", &home, "2024-Q3").unwrap();
        assert_eq!(
            (&third["state"], &third["credited"][0]),
            (&"done".into(), &visit.as_str().into())
        );
        let second = line(&report, "LC-R3b", &home, "2024-Q2").unwrap();
        assert_eq!(
            second["credited"].as_array().map(Vec::len),
            Some(0),
            "{second}"
        );
    }
}
