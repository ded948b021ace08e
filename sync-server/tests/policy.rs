//! Packs, calendars and what is decided at the county's desk, as an administrator types them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};

const AREAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/530999/areas.csv");
const ELDERS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../data/530999/elder_ledger.csv"
);
const HOLIDAYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/holidays_cn.csv");
const PACK: &str = include_str!("../../core/packs/yn-lincang-2024.json");

struct Desk(tempfile::TempDir);

impl Desk {
    /// A county with the list of areas, at a moment of a demonstration.
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.done("2024-05-10", &["init", "--demo"]);
        desk.done("2024-05-10", &["areas", "import", AREAS]);
        desk
    }

    fn run(&self, now: &str, verb: &[&str]) -> (i32, Json) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tanfang-server"));
        command.env_remove("TANFANG_SERVER_KEY").args(verb);
        command
            .args(["--json", "--now", now, "--data"])
            .arg(self.0.path().join("server"));
        let output = command.output().unwrap();
        let json = serde_json::from_slice(&output.stdout).unwrap_or(Json::Null);
        (output.status.code().unwrap(), json)
    }

    fn done(&self, now: &str, verb: &[&str]) -> Json {
        let (code, json) = self.run(now, verb);
        assert_eq!(code, 0, "{verb:?}: {json}");
        json
    }

    fn refused(&self, now: &str, verb: &[&str]) -> Json {
        let (code, json) = self.run(now, verb);
        assert_eq!(code, 2, "{verb:?}: {json}");
        json
    }

    fn written(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The Lincang pack as its second version, altered.
    fn second(&self, alter: impl Fn(&mut Json)) -> String {
        let mut pack: Json = serde_json::from_str(PACK).unwrap();
        pack["version"] = json!(2);
        alter(&mut pack);
        let path = self.written("second.json", &pack.to_string());
        path.to_string_lossy().into_owned()
    }
}

/// A verb that needs no server.
fn at_the_desk(verb: &[&str]) -> (i32, Json, String) {
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tanfang-server"));
        command.args(verb).args(more).output().unwrap()
    };
    let (json, text) = (run(&["--json"]), run(&[]));
    (
        json.status.code().unwrap(),
        serde_json::from_slice(&json.stdout).unwrap_or(Json::Null),
        String::from_utf8_lossy(&text.stdout).into_owned(),
    )
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn pack_check_tells_every_problem_at_once_in_both_languages_with_its_place() {
    let desk = Desk(tempfile::tempdir().unwrap());
    let file = desk.second(|pack| {
        pack["rules"][0]["role"] = json!(["helpr"]);
        pack["rules"][1]["min"] = json!(0);
        pack["rules"][2]["quote"] = json!("每日打卡签到");
        pack["rules"][3].as_object_mut().unwrap().remove("article");
        pack["valid_from"] = json!("2024-06-01");
        pack["valid_to"] = json!("2024-05-01");
    });
    let (code, json, lines) = at_the_desk(&["pack", "check", &file]);
    assert_eq!(code, 2);
    let told: Vec<(&str, &str)> = json["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["place"].as_str().unwrap(),
                one["code"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("valid_to", "other"),
        ("rules[0].role[0]", "unknown_code"),
        ("rules[1].min", "not_whole"),
        ("rules[2].quote", "check_in"),
        ("rules[3]", "missing"),
    ];
    assert_eq!(told, expected);
    assert!(
        lines.contains("是否应为“helper”") && lines.contains("is `helper` meant"),
        "{lines}"
    );
    assert!(lines.contains("国办函〔2026〕12号"), "{lines}");
    assert!(lines.contains("5 个问题"), "{lines}");
    let (code, json, _) = at_the_desk(&["pack", "check", "no-such-file.json"]);
    assert_eq!((code, &json["error"]), (2, &json!("file")));
}

#[test]
fn the_schema_that_is_printed_is_the_one_that_is_published() {
    let (code, json, lines) = at_the_desk(&["pack", "schema"]);
    assert_eq!(code, 0);
    assert_eq!(json["title"], "tanfang-pack/1");
    assert_eq!(
        lines.trim(),
        include_str!("../../core/packs/pack.schema.json").trim()
    );
}

#[test]
fn pack_diff_says_in_words_and_numbers_whose_obligations_change() {
    let desk = Desk::new();
    desk.done(
        "2024-05-10",
        &["ledger", "import", ELDERS, "--kind", "elder"],
    );
    let new = desk.second(|pack| {
        pack["rules"][1]["category"] = json!("elder.left_behind || elder.living_alone");
        pack["rules"][1]["period"] = json!(["calendar_quarter"]);
        pack["rules"].as_array_mut().unwrap().remove(4);
    });
    let words = at_the_desk(&["pack", "diff", "yn-lincang-2024", &new]);
    assert_eq!((words.0, &words.1["counted"]), (0, &json!(false)));
    let said = desk.done("2024-06-24", &["pack", "diff", "yn-lincang-2024", &new]);
    let rules = said["rules"].as_array().unwrap();
    let ids: Vec<&Json> = rules.iter().map(|rule| &rule["rule"]).collect();
    assert_eq!(ids, ["LC-R2", "LC-R4"]);
    assert_eq!(rules[1]["change"], "removed");
    let fields: Vec<&Json> = rules[0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["field"])
        .collect();
    assert_eq!(fields, ["category", "period"]);
    assert!(
        rules[0]["zh"]
            .as_str()
            .unwrap()
            .contains("周期由“calendar_month”改为“calendar_quarter”")
    );
    let units = &rules[0]["units"];
    let (old, new) = (
        units["old"].as_u64().unwrap(),
        units["new"].as_u64().unwrap(),
    );
    let count = |name: &str| units[name].as_array().unwrap().len() as u64;
    assert!(old > 0 && new > old, "{old} {new}");
    assert_eq!(new + count("lost"), old + count("gained"));
    let same = at_the_desk(&["pack", "diff", "nm-2022", "nm-2022"]);
    assert!(same.2.contains("没有变化"), "{}", same.2);
}

#[test]
fn a_period_is_judged_to_its_end_by_the_version_it_began_under() {
    let desk = Desk::new();
    desk.done(
        "2024-05-10",
        &["ledger", "import", ELDERS, "--kind", "elder"],
    );
    let new = desk.second(|pack| pack["rules"][1]["article"] = json!("三(三)3 修订"));
    let from = ["pack", "activate", &new, "--from", "2024-06-15"];
    let done = desk.done("2024-06-10", &from);
    assert_eq!(
        (&done["version"], &done["altered"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(desk.done("2024-06-10", &from)["altered"], false);
    let listed = desk.done("2024-06-10", &["pack", "list"]);
    let told: Vec<(&Json, &Json)> = listed["packs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pack| (&pack["version"], &pack["from"]))
        .collect();
    assert_eq!(
        told,
        [(&json!(1), &json!(null)), (&json!(2), &json!("2024-06-15"))]
    );
    let versions = |period: &str| -> Vec<(u64, String)> {
        let line = [
            "compliance",
            "--area",
            "530999",
            "--as-of",
            "2024-08-01",
            "--period",
            period,
        ];
        let report = desk.done("2024-08-02", &line);
        let of_rule = report["lines"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|l| l["rule"] == "LC-R2");
        let told = of_rule.map(|line| {
            let article = line["article"].as_str().unwrap().to_owned();
            (line["pack_version"].as_u64().unwrap(), article)
        });
        let mut told: Vec<_> = told.collect();
        told.dedup();
        told
    };
    assert_eq!(versions("2024-06"), [(1, "三(三)3".to_owned())]);
    assert_eq!(versions("2024-07"), [(2, "三(三)3 修订".to_owned())]);
    let audited = desk.done("2024-08-02", &["audit"]);
    assert_ne!(audited["error"], "audit");
}

#[test]
fn a_pack_is_not_activated_over_what_has_begun_nor_over_anothers_rules() {
    let desk = Desk::new();
    let new = desk.second(|_| {});
    let past = desk.refused(
        "2024-06-10",
        &["pack", "activate", &new, "--from", "2024-06-09"],
    );
    assert_eq!(past["error"], "not_activated");
    assert!(
        past["message"].as_str().unwrap().contains("2024-06-10"),
        "{past}"
    );
    let same_number = [
        "pack",
        "activate",
        "yn-lincang-2024",
        "--from",
        "2024-07-01",
    ];
    assert!(
        desk.refused("2024-06-10", &same_number)["message"]
            .as_str()
            .unwrap()
            .contains("version")
    );
    let twin = desk.second(|pack| pack["id"] = json!("xx-twin"));
    let twice = desk.refused(
        "2024-06-10",
        &["pack", "activate", &twin, "--from", "2024-07-01"],
    );
    assert!(
        twice["message"].as_str().unwrap().contains("LC-R1"),
        "{twice}"
    );
    let burdens = desk.second(|pack| pack["rules"][0]["quote"] = json!("按走访次数排名"));
    desk.refused(
        "2024-06-10",
        &["pack", "activate", &burdens, "--from", "2024-07-01"],
    );
    let other = desk.done(
        "2024-06-10",
        &["pack", "activate", "cn-2022-73", "--from", "2024-01-01"],
    );
    assert_eq!(other["altered"], true, "nothing was judged by it before");
    assert_eq!(
        desk.refused(
            "2024-06-10",
            &["pack", "activate", "nm-2022", "--from", "soon"]
        )["error"],
        "not_a_time"
    );
}

#[test]
fn a_form_that_burdens_is_refused_with_the_article_by_check_and_by_add() {
    let desk = Desk::new();
    let form = "| survey |\n\
        | | type | name | label::中文(zh) | required | bind::tanfang:of | bind::tanfang:compartment |\n\
        | | geopoint | proof | 现场定位 | yes | visit | care |\n\
        | | text | sign_in_word | 打卡签到 | | visit | care |\n\
        | settings |\n\
        | | form_id | form_title | version | default_language | namespaces | attribute::tanfang:kind |\n\
        | | xx_form | 示例表 | 1 | 中文(zh) | tanfang=\"https://tanfang.example/xlsform\" | visit |\n";
    let path = desk.written("form.md", form);
    let (code, json, lines) = at_the_desk(&["form", "check", text(&path), "--lang", "zh"]);
    assert_eq!(code, 2, "{json}");
    let codes: Vec<&Json> = json["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["code"])
        .collect();
    assert!(
        codes.contains(&&json!("forced_evidence")) && codes.contains(&&json!("check_in")),
        "{json}"
    );
    assert!(lines.contains("国办函〔2026〕12号"), "{lines}");
    desk.refused("2024-06-10", &["form", "add", text(&path)]);
    let may = desk.written(
        "form.md",
        &form
            .replace("| yes | visit", "| | visit")
            .replace("打卡签到", "其他情况"),
    );
    let may = std::fs::read_to_string(may)
        .unwrap()
        .replace("sign_in_word", "remark");
    let may = desk.written("form.md", &may);
    desk.done("2024-06-10", &["form", "add", text(&may)]);
}

#[test]
fn the_nations_holidays_come_in_as_a_table_and_stay_beside_the_countys_own() {
    let desk = Desk::new();
    let done = desk.done("2024-06-10", &["calendar", "import", HOLIDAYS]);
    assert_eq!(
        (&done["altered"], &done["warnings"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(
        desk.done("2024-06-10", &["calendar", "import", HOLIDAYS])["altered"],
        false
    );
    let own = desk.written(
        "windows.csv",
        "类型,开始,结束,县,学年\n寒假,2025-01-18,2025-02-23,530999,2024-2025\n",
    );
    desk.done("2024-06-10", &["calendar", "import", text(&own)]);
    let event = [
        "calendar",
        "event",
        "cold-1",
        "--division",
        "530999201",
        "--start",
        "2024-12-20",
        "--end",
        "2024-12-24",
        "--min",
        "2",
        "--mode",
        "home",
    ];
    assert_eq!(desk.done("2024-06-10", &event)["altered"], true);
    let longer: Vec<&str> = event
        .iter()
        .map(|word| {
            if *word == "2024-12-24" {
                "2024-12-28"
            } else {
                *word
            }
        })
        .collect();
    desk.done("2024-06-10", &longer);
    let shown = desk.done("2024-06-10", &["calendar", "show"]);
    let holidays = shown["holidays"].as_array().unwrap();
    assert!(holidays.contains(&json!("2026-02-17")) && holidays.contains(&json!("2024-06-10")));
    assert!(
        shown["workdays"]
            .as_array()
            .unwrap()
            .contains(&json!("2024-04-28"))
    );
    assert_eq!(shown["windows"][0]["school_year"], "2024-2025");
    assert_eq!(shown["events"].as_array().unwrap().len(), 1);
    assert_eq!(shown["events"][0]["end"], "2024-12-28");
}

#[test]
fn a_table_of_days_that_is_wrong_is_told_cell_by_cell_and_nothing_is_published() {
    let desk = Desk::new();
    let wrong = desk.written(
        "days.csv",
        "kind,from,to,county,school_year\nholiday,2026-02-30,\nfeast,2026-01-01,\n寒假,2025-02-23,2025-01-18,5309,2024-2026\n",
    );
    let said = desk.refused("2024-06-10", &["calendar", "import", text(&wrong)]);
    let told: Vec<(u64, &str)> = said["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["line"].as_u64().unwrap(),
                one["column"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [(2, "from"), (3, "kind"), (4, "to"), (4, "school_year")]
    );
    let no_column = desk.written("days.csv", "day\n2026-01-01\n");
    assert_eq!(
        desk.refused("2024-06-10", &["calendar", "import", text(&no_column)])["error"],
        "calendar"
    );
    assert_eq!(
        desk.done("2024-06-10", &["calendar", "show"])["holidays"],
        json!([])
    );
    // The festival fell out of the table: it is taken, and somebody is asked to look again.
    let table = std::fs::read_to_string(HOLIDAYS)
        .unwrap()
        .replace("2026-06-19,2026-06-21", "2026-06-20,2026-06-21");
    let slip = desk.written("slip.csv", &table);
    let said = desk.done("2024-06-10", &["calendar", "import", text(&slip)]);
    assert_eq!(said["warnings"][0]["day"], "2026-06-19", "{said}");
    let event = [
        "calendar",
        "event",
        "2024-05",
        "--division",
        "530999",
        "--start",
        "2024-12-20",
        "--end",
        "2024-12-01",
    ];
    desk.refused("2024-06-10", &event);
}
