//! A county's own form travels the whole way: written as a table, published, filled in, shown.

use serde_json::json;
use stories::world::{VILLAGE, World, elder, must, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

const FORM: &str = r#"
| survey |
| | type | name | label::中文(zh) | label::English(en) | required | constraint | constraint_message::中文(zh) | constraint_message::English(en) | bind::tanfang:of | bind::tanfang:compartment | bind::tanfang:ref |
| | text | person | 对象 | Person | yes | | | | retrofit | contact | person |
| | date | visited_on | 日期 | Day | yes | . <= today() | 日期不能晚于今天 | not after today | retrofit | contact | |
| | select_multiple work | work | 改造内容 | Work | yes | | | | retrofit | care | |
| | integer | cost | 费用（元） | Cost in yuan | | . >= 0 | 不能为负 | not negative | retrofit | care | |
| choices |
| | list_name | name | label::中文(zh) | label::English(en) |
| | work | handrail | 扶手 | Handrail |
| | work | ramp | 坡道 | Ramp |
| settings |
| | form_title | form_id | version | default_language | namespaces | attribute::tanfang:kind |
| | 适老化改造 | retrofit | 1 | 中文(zh) | tanfang="https://tanfang.invalid/xforms" | retrofit |
"#;

#[test]
fn a_form_of_a_new_kind_of_record_reaches_every_phone_and_comes_back_filled_in() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let file = world.path("retrofit.md");
    std::fs::write(&file, FORM).unwrap();
    must(
        world
            .county
            .verb(DAY, &["form", "add", &file.to_string_lossy()]),
    );
    a.sync(DAY);
    assert!(a.does(DAY, &["forms"]).to_string().contains("retrofit"));
    let elder = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    let wrong = a.phone.told(
        DAY,
        &["new", "retrofit"],
        &json!({"person": elder, "visited_on": "2024-06-25", "work": ["roof"], "cost": -1}),
    );
    let wrong = wrong.unwrap();
    assert_eq!(wrong.code, 2, "{}{}", wrong.text, wrong.said);
    for field in ["visited_on", "work", "cost"] {
        assert!(wrong.text.contains(field), "{field} in {}", wrong.text);
    }
    let answers = json!({"person": elder, "visited_on": "2024-06-24", "work": ["handrail", "ramp"], "cost": 300});
    let id = word(&a.new_record(DAY, "retrofit", &answers), "id");
    a.sync(DAY);
    b.sync(DAY);
    let shown = b.does(DAY, &["show", &id]);
    assert_eq!(shown["kind"], "retrofit");
    assert_eq!(shown["fields"]["work"], json!(["handrail", "ramp"]));
    assert_eq!(shown["fields"]["cost"], 300);
    assert_eq!(b.lists(DAY, "retrofit"), [id]);
}
