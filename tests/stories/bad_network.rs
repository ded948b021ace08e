//! The link breaks at every place where it hurts.

use serde_json::json;
use stories::link::Weather;
use stories::people::Phone;
use stories::world::{VILLAGE, Worker, World, elder, must, program, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

fn with_two_phones() -> (World, Worker, Worker) {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    (world, a, b)
}

#[test]
fn an_answer_lost_after_the_commit_loses_and_doubles_nothing() {
    let (world, a, b) = with_two_phones();
    let id = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    a.visits(DAY, "2024-06-24T07:30:00+08:00", &[(&id, "met")]);
    world.link.set(Weather::LoseOneAnswer);
    let broken = a.phone.verb(DAY, &["sync"]).unwrap();
    assert_eq!(broken.code, 3, "{}{}", broken.text, broken.said);
    assert_eq!(world.link.weather(), Weather::Fine, "the answer was lost");
    assert_eq!(
        a.does(DAY, &["outbox"]).as_array().unwrap().len(),
        2,
        "nothing is called sent before it is known"
    );
    a.sync(DAY);
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "person"), [id]);
    assert_eq!(b.lists(DAY, "visit").len(), 1);
    assert_eq!(b.does(DAY, &["conflicts"]), json!([]));
}

#[test]
fn a_page_cut_in_the_middle_is_pulled_again() {
    let (world, a, b) = with_two_phones();
    for n in 0..30 {
        a.new_record(
            DAY,
            "elder_card",
            &elder(
                &format!("测试{}", char::from_u32(0x4e00 + n).unwrap()),
                VILLAGE,
            ),
        );
    }
    a.sync(DAY);
    for after in [0, 1, 100, 1500] {
        world.link.set(Weather::CutOneAnswer { after });
        let broken = b.phone.verb(DAY, &["sync"]).unwrap();
        assert_eq!(
            broken.code, 3,
            "cut after {after}: {}{}",
            broken.text, broken.said
        );
        assert!(b.lists(DAY, "person").is_empty(), "half a page is no page");
    }
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "person").len(), 30);
    assert_eq!(b.sync(DAY)["received"], 0, "nothing comes twice");
}

#[test]
fn a_sign_in_page_with_status_200_is_no_answer() {
    let (world, a, _) = with_two_phones();
    a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE));
    world.link.set(Weather::OnePortalPage);
    let portal = a.phone.verb(DAY, &["sync"]).unwrap();
    assert_eq!(portal.code, 3, "{}{}", portal.text, portal.said);
    assert_eq!(a.does(DAY, &["outbox"]).as_array().unwrap().len(), 1);
    a.sync(DAY);
}

#[test]
fn without_a_link_everything_but_sync_works() {
    let (world, a, _) = with_two_phones();
    world.link.set(Weather::Down);
    let id = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    a.edit(DAY, &id, &json!({"phone": "15400000001"}));
    a.visits(DAY, "2024-06-24T07:30:00+08:00", &[(&id, "met")]);
    let report = a.report(DAY, VILLAGE, DAY);
    assert_eq!(
        stories::world::line(&report, "LC-R2", &id, "2024-06").unwrap()["state"],
        "done"
    );
    assert_eq!(a.phone.verb(DAY, &["sync"]).unwrap().code, 3);
    world.fine();
    assert_eq!(a.sync(DAY)["sent"], 3);
}

#[test]
fn an_enrolment_whose_answer_was_lost_goes_through_with_the_same_code() {
    let world = World::at(DAY);
    let asked = [
        "enrol",
        "--name",
        "测试员甲",
        "--role",
        "village_committee",
        "--area",
        VILLAGE,
    ];
    let given = must(world.county.verb(DAY, &asked));
    let code = word(&given, "code");
    let phone = Phone::new(&program("phone"), world.path("c"), "c");
    let url = world.link.url();
    let enrol = ["enrol", "--server", &url, "--code", &code];
    world.link.set(Weather::LoseOneAnswer);
    assert_eq!(phone.verb(DAY, &enrol).unwrap().code, 3);
    assert_eq!(world.link.weather(), Weather::Fine, "the answer was lost");
    let done = must(phone.verb(DAY, &enrol));
    assert_eq!(done["worker"], given["worker"]);
    assert_eq!(must(phone.verb(DAY, &["sync"]))["complete"], true);
    // Somebody else with the slip of paper hears that it was used.
    let other = Phone::new(&program("phone"), world.path("d"), "d");
    let told = other.verb(DAY, &enrol).unwrap();
    assert_eq!(told.code, 2, "{}", told.text);
    assert!(told.text.contains("code_refused"), "{}", told.text);
}
