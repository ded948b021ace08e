//! An emergency goes from who found it to the protection officers of its place, and to nobody else.

use serde_json::{Value as Json, json};
use stories::world::{OTHER_VILLAGE, TOWNSHIP, VILLAGE, Worker, World, child, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";
const LATER: &str = "2024-06-24T10:00:00+08:00";

struct County {
    world: World,
    finder: Worker,
    neighbour: Worker,
    township: Worker,
    officer: Worker,
    far: Worker,
    child: String,
}

fn county() -> County {
    let world = World::at(DAY);
    let worker = |name, role, area| world.worker(DAY, name, role, area);
    let finder = worker("a", "child_director", VILLAGE);
    let neighbour = worker("b", "village_committee", VILLAGE);
    let township = worker("t", "township_civil", TOWNSHIP);
    let officer = worker("p", "protection_officer", VILLAGE);
    let far = worker("q", "protection_officer", OTHER_VILLAGE);
    let child = child("测试童甲", VILLAGE);
    let child = word(&finder.new_record(DAY, "child_left_behind", &child), "id");
    let all = County {
        world,
        finder,
        neighbour,
        township,
        officer,
        far,
        child,
    };
    all.everybody_syncs();
    all
}

impl County {
    fn everybody_syncs(&self) {
        self.finder.sync(DAY);
        for worker in [&self.neighbour, &self.township, &self.officer, &self.far] {
            worker.sync(DAY);
        }
    }

    fn reports(&self, who: &Json) -> String {
        let mut answers = json!({"danger_now": "no", "category": "illegal_harm",
            "found_at": "2024-06-24T07:30:00+08:00", "found_how": "visit", "place": "示例村小学",
            "place_division": VILLAGE, "description": "手臂有新伤", "first_actions": ["stayed"],
            "reported_to": [{"whom": "police", "at": "2024-06-24T07:40:00+08:00", "channel": "phone"}]});
        for (name, value) in who.as_object().into_iter().flatten() {
            answers[name] = value.clone();
        }
        let case = word(&self.finder.new_record(DAY, "emergency", &answers), "id");
        self.everybody_syncs();
        case
    }

    fn nobody_else_knows(&self) {
        for worker in [&self.neighbour, &self.township, &self.far] {
            assert_eq!(worker.lists(DAY, "emergency"), [""; 0]);
        }
    }
}

#[test]
fn its_reporter_and_the_protection_officer_of_the_place_hold_it_and_nobody_else() {
    let county = county();
    let case = county.reports(&json!({"person": county.child}));
    assert_eq!(county.finder.lists(DAY, "emergency"), [case.as_str()]);
    assert_eq!(county.officer.lists(DAY, "emergency"), [case.as_str()]);
    let told = |worker: &Worker, field: &str| worker.shows(DAY, &case, field);
    assert_eq!(told(&county.officer, "category"), "illegal_harm");
    assert_eq!(told(&county.officer, "mandatory_report"), "yes");
    county.nobody_else_knows();
    county.world.fine();
}

#[test]
fn somebody_whom_no_register_knows_is_for_the_officer_of_the_village_where_they_were_found() {
    let county = county();
    let who = json!({"unknown_description": "红衣，背书包，说不清住处", "unknown_age": 8});
    let case = county.reports(&who);
    assert_eq!(county.officer.lists(DAY, "emergency"), [case.as_str()]);
    county.nobody_else_knows();
    let elsewhere = json!({"place_division": OTHER_VILLAGE});
    county.finder.edit(LATER, &case, &elsewhere);
    county.finder.sync(LATER);
    county.far.sync(LATER);
    county.officer.sync(LATER);
    assert_eq!(county.far.lists(LATER, "emergency"), [case.as_str()]);
    assert_eq!(county.officer.lists(LATER, "emergency"), [""; 0]);
    assert_eq!(county.neighbour.lists(LATER, "emergency"), [""; 0]);
}

#[test]
fn who_reported_and_who_handles_write_on_and_both_are_kept() {
    let county = county();
    let case = county.reports(&json!({"person": county.child}));
    let handled = json!({"state": "responding", "handling": "已会同派出所入户"});
    county.officer.edit(LATER, &case, &handled);
    let more = json!({"rescue": "已送医检查"});
    county.finder.edit(LATER, &case, &more);
    for worker in [&county.officer, &county.finder, &county.officer] {
        worker.sync(LATER);
    }
    for worker in [&county.officer, &county.finder] {
        assert_eq!(worker.shows(LATER, &case, "state"), "responding");
        assert_eq!(worker.shows(LATER, &case, "rescue"), "已送医检查");
    }
}
