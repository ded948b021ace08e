//! A form is answered on the command line, step by step, before anybody is asked with it.

use serde_json::{Value as Json, json};
use stories::world::World;

const DAY: &str = "2024-06-24T08:00:00+08:00";

const FORM: &str = r#"
| survey |
| | type | name | label | calculation | required | constraint | relevant |
| | integer | n | 岁 | | yes | . < 120 | |
| | calculate | day | | format-date(today(), '%Y-%m-%d') | | | |
| | begin repeat | r | 人 | | | | ${n} > 60 |
| | text | a | 名 | | | | |
| | end repeat | | | | | | |
| settings |
| | form_id | version |
| | tried | 1 |
"#;

#[test]
fn each_step_shows_how_every_question_stands() {
    let world = World::at(DAY);
    let file = world.path("tried.md");
    std::fs::write(&file, FORM).unwrap();
    let told = |steps: &Json| {
        let line = [
            "form",
            "try",
            &file.to_string_lossy(),
            "--answers",
            &steps.to_string(),
        ];
        world.county.verb(DAY, &line).expect("the program runs")
    };
    let steps = json!([
        {"path": "/data/n", "value": "130"},
        {"path": "/data/n", "value": "70"},
        {"path": "/data/r[1]/a", "value": "测试甲"},
    ]);
    let answer = told(&steps);
    assert_eq!(answer.code, 0, "{}", answer.said);
    let lines: Vec<Json> = answer
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let stands = |value: &str, required: bool, valid: bool| json!({"value": value, "relevant": true, "required": required, "readonly": false, "valid": valid});
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["step"], 0);
    assert_eq!(lines[0]["nodes"]["/data/n"], stands("", true, false));
    assert_eq!(
        lines[0]["nodes"]["/data/day"],
        stands("2024-06-24", false, true)
    );
    assert_eq!(lines[1]["nodes"]["/data/n"], stands("130", true, false));
    assert_eq!(lines[2]["nodes"]["/data/n"], stands("70", true, true));
    assert_eq!(lines[3]["step"], 3);
    assert_eq!(
        lines[3]["nodes"]["/data/r[1]/a"],
        stands("测试甲", false, true)
    );

    let refused = told(&json!([{"path": "/data/n", "value": "many"}]));
    assert_eq!(refused.code, 1, "{}", refused.text);
    assert!(refused.text.contains("\"refused\""), "{}", refused.text);
    let none = told(&json!([{"question": "n"}]));
    assert_eq!(none.code, 2, "{}", none.text);
    assert!(none.text.contains("\"error\":\"answers\""), "{}", none.text);
}
