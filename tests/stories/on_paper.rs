//! The official cards on paper: the phone and the county print the same page.

use serde_json::{Value as Json, json};
use stories::world::{VILLAGE, World, child, elder, must, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

fn page(world: &World, name: &str, print: &dyn Fn(&str) -> Json) -> String {
    let file = world.path(name);
    print(&file.to_string_lossy());
    std::fs::read_to_string(file).expect("the page was written")
}

/// A child in difficulty, whose record another form than the card's begins.
fn difficulty() -> Json {
    json!({"name": "测试童乙", "id_doc_type": "99", "no_id_reason": "unregistered", "sex": "2",
        "birth_date": "2014-03-02", "hukou_division": VILLAGE, "home_division": VILLAGE,
        "father_state": "dead", "mother_state": "missing", "guardian_assess": "fair",
        "guardian_assess_date": "2024-06-01",
        "category": [{"code": "guardian_missing", "from": "2024-05-01"}]})
}

#[test]
fn the_phone_and_the_county_print_the_same_page() {
    let world = World::at(DAY);
    let worker = world.worker(DAY, "a", "village_committee", VILLAGE);
    let card = |form: &str, answers: &Json| word(&worker.new_record(DAY, form, answers), "id");
    let elder = card("elder_card", &elder("测试甲", VILLAGE));
    let child = card("child_left_behind", &child("测试童甲", VILLAGE));
    let begun_otherwise = card("child_difficulty_ext", &difficulty());
    for day in ["2024-06-20T09:00:00+08:00", "2024-05-20T09:00:00+08:00"] {
        worker.visits(DAY, day, &[(&elder, "met")]);
    }
    worker.sync(DAY);
    for (person, title) in [
        (&elder, "特殊困难老年人基本信息探访关爱服务记录表"),
        (&child, "留守儿童基本情况登记表"),
        (&begun_otherwise, "留守儿童基本情况登记表"),
    ] {
        let held = page(&world, "phone.html", &|file| {
            worker.does(DAY, &["print", person, "--out", file])
        });
        let known = page(&world, "county.html", &|file| {
            must(world.county.verb(DAY, &["print", person, "--out", file]))
        });
        assert_eq!(held, known);
        assert!(held.contains(title) && held.contains("示例"), "{held}");
    }
    let held = page(&world, "phone.html", &|file| {
        worker.does(DAY, &["print", &elder, "--out", file])
    });
    let (may, june) = (held.find("2024-05-20 09:00"), held.find("2024-06-20 09:00"));
    assert!(may.is_some() && may < june, "the latest stands last");
    let book = world.path("county.xlsx");
    let book = book.to_string_lossy();
    must(world.county.verb(DAY, &["print", &elder, "--out", &book]));
    assert!(std::fs::read(&*book).is_ok_and(|bytes| bytes.starts_with(b"PK")));
    let told = world
        .county
        .verb(DAY, &["print", &elder, "--out", "card.pdf"]);
    let told = told.expect("the program runs");
    assert!(
        told.code != 0 && told.said.contains(".xlsx"),
        "{}",
        told.said
    );
    assert!(!std::path::Path::new("card.pdf").exists());
}
