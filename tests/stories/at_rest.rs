//! A phone that knows everything asks with one digest, and pays next to nothing for it.

use stories::raw::Raw;
use stories::world::{World, elder};

const DAY: &str = "2024-06-24T08:00:00+08:00";
const TOWNSHIP: &str = "530999201";
const IDLE_BYTES: u64 = 350;

fn bytes(world: &World) -> u64 {
    let (up, down) = world.link.bytes();
    up + down
}

#[test]
fn a_supervisor_with_thirty_feeds_asks_in_one_turn_of_350_bytes() {
    let world = World::at(DAY);
    let supervisor = world.worker(DAY, "s", "township_civil", TOWNSHIP);
    for village in 201..=215 {
        supervisor.new_record(
            DAY,
            "elder_card",
            &elder("测试甲", &format!("{TOWNSHIP}{village}")),
        );
    }
    supervisor.sync(DAY);
    let status = supervisor.does(DAY, &["status"]);
    assert!(status["feeds"].as_u64().unwrap() > 30, "{status}");
    assert_eq!(status["feeds"], status["whole"]);
    supervisor.sync(DAY);
    for _ in 0..3 {
        let before = bytes(&world);
        let done = supervisor.sync(DAY);
        let spent = bytes(&world) - before;
        assert_eq!(done["turns"], 1);
        assert!(spent <= IDLE_BYTES, "{spent} bytes");
    }
    // What another said costs one turn more, and then all is the same again.
    Raw::enrol(&world, DAY, "测试员乙", "village_committee", "530999201201");
    assert!(supervisor.sync(DAY)["received"].as_u64().unwrap() > 0);
    assert_eq!(supervisor.sync(DAY)["turns"], 1);
}
