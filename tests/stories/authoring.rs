//! A county that can use a spreadsheet changes a form and has it on every phone: checked at the
//! desk, every problem at once, published from the workbook, filled in.

use serde_json::json;
use stories::world::{VILLAGE, World, elder, must, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

const FORM: &str = r#"
| survey |
| | type | name | label::中文(zh) | label::English(en) | required | choice_filter | bind::tanfang:of | bind::tanfang:compartment | bind::tanfang:ref |
| | text | person | 对象 | Person | yes | | retrofit | contact | person |
| | select_one room | room | 房间 | Room | yes | | retrofit | care | |
| | select_one work | work | 改造 | Work | yes | room = ${room} | retrofit | care | |
| | range | steps | 台阶 | Steps | | | retrofit | care | |
| choices |
| | list_name | name | label::中文(zh) | label::English(en) | room |
| | room | bath | 卫生间 | Bathroom | |
| | room | door | 门口 | Door | |
| | work | handrail | 扶手 | Handrail | bath |
| | work | ramp | 坡道 | Ramp | door |
| settings |
| | form_title | form_id | version | default_language | namespaces | attribute::tanfang:kind |
| | 适老化改造 | retrofit | 1 | 中文(zh) | tanfang="https://tanfang.invalid/xforms" | retrofit |
"#;

#[test]
fn a_form_written_in_a_workbook_reaches_every_phone_and_its_filter_holds_there() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let (tables, book) = (world.path("retrofit.md"), world.path("retrofit.xlsx"));
    std::fs::write(&tables, FORM).unwrap();
    let (tables, book) = (tables.to_string_lossy(), book.to_string_lossy());
    let desk = |line: &[&str]| must(world.county.verb(DAY, line));
    desk(&["form", "convert", &tables, "--to", "xlsx", "--out", &book]);
    let of_tables = desk(&["form", "check", &tables]);
    let of_book = desk(&["form", "check", &book]);
    assert_eq!(word(&of_tables, "hash"), word(&of_book, "hash"));
    assert_eq!(of_book["problems"], json!([]));
    desk(&["form", "add", &book]);
    a.sync(DAY);
    let elder = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    let wrong = json!({"person": elder, "room": "bath", "work": "ramp", "steps": 11});
    let wrong = a.phone.told(DAY, &["new", "retrofit"], &wrong).unwrap();
    assert_eq!(wrong.code, 2, "{}{}", wrong.text, wrong.said);
    for part in ["work", "not_offered", "steps"] {
        assert!(wrong.text.contains(part), "{part} in {}", wrong.text);
    }
    let right = json!({"person": elder, "room": "door", "work": "ramp", "steps": 3});
    let id = word(&a.new_record(DAY, "retrofit", &right), "id");
    a.sync(DAY);
    assert_eq!(a.does(DAY, &["show", &id])["fields"]["work"], "ramp");
    assert_eq!(a.lists(DAY, "retrofit"), [id]);
}

#[test]
fn every_problem_of_a_form_is_told_at_once_and_an_upgrade_before_it_happens() {
    let world = World::at(DAY);
    let (old, new) = (world.path("old.md"), world.path("new.md"));
    std::fs::write(&old, FORM).unwrap();
    let broken = FORM
        .replace("range", "rangee")
        .replace("room = ${room}", "roam = ${rooms}");
    std::fs::write(&new, &broken).unwrap();
    let (old, new) = (old.to_string_lossy(), new.to_string_lossy());
    let verb = |line: &[&str]| world.county.verb(DAY, line).unwrap();
    let refused = verb(&["form", "check", &new, "--lang", "zh"]);
    assert_eq!(refused.code, 2, "{}", refused.text);
    for part in [
        "没有题型",
        "\"likely\":\"range\"",
        "choice_filter",
        "\"row\":6",
    ] {
        assert!(refused.text.contains(part), "{part} in {}", refused.text);
    }
    let upgraded = FORM
        .replace("| 1 | 中文", "| 2 | 中文")
        .replace("| | work | ramp | 坡道 | Ramp | door |\n", "");
    std::fs::write(world.path("new.md"), upgraded).unwrap();
    let told = must(world.county.verb(DAY, &["form", "diff", &old, &new]));
    let found = told["differences"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{told}");
    assert_eq!(
        (&found[0]["field"], &found[0]["change"]),
        (&json!("work"), &json!("choices_removed"))
    );
}
