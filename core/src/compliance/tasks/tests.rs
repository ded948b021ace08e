use super::*;
use crate::compliance::as_of;
use crate::compliance::cases::parse;

const GRID: &str = "530999100201001";

/// Three elders of a grid and one elsewhere: at high risk and never seen, seen in May, seen in June.
fn facts() -> Facts {
    let subject = |id: &str, division: &str, risk: &str| {
        format!(
            r#"{{"id":"{id}","group":"elder","division":"{division}","household":"h-{id}",
             "registered":{{"from":"2024-01-01","to":null}},
             "categories":[{{"code":"left_behind","from":"2024-01-01"}},
              {{"code":"disabled_ability","from":"2024-01-01"}},{{"code":"{risk}","from":"2024-01-01"}}]}}"#
        )
    };
    let visit = |id: &str, of: &str, day: &str, met: &str| {
        format!(
            r#"{{"id":"{id}","subjects":{{"{of}":"{met}"}},"mode":"home","outcome":"{met}",
             "started_at":"{day}T09:00:00+08:00",
             "participants":[{{"worker":"w1","role":"village_committee"}}]}}"#
        )
    };
    let subjects = [
        subject("a", GRID, "risk_general"),
        subject("b", GRID, "risk_high"),
        subject("c", GRID, "risk_general"),
        subject("d", "530999100202001", "risk_high"),
    ];
    let visits = [
        visit("v1", "a", "2024-05-10", "met"),
        visit("v2", "c", "2024-06-18", "met"),
        visit("v3", "b", "2024-06-19", "not_met"),
        visit("v4", "d", "2024-06-19", "met"),
    ];
    let file = format!(
        r#"{{"format":"tanfang-cases/1","packs":["yn-lincang-2024"],"cases":[{{"as_of":"2024-06-20T08:00:00+08:00",
         "subjects":[{}],"visits":[{}]}}]}}"#,
        subjects.join(","),
        visits.join(",")
    );
    parse(&file, &[]).unwrap().cases.remove(0).facts
}

fn written(facts: &Facts) -> Vec<Sheet> {
    let packs = ["yn-lincang-2024", "js-taizhou-2021"].map(|id| Pack::built_in(id).unwrap());
    let at = as_of("2024-06-20").unwrap();
    sheets(facts, &packs, &Calendar::default(), at, GRID)
}

#[test]
fn a_patrol_names_who_is_still_to_be_seen_the_greatest_risk_first() {
    let sheets = written(&facts());
    let named: Vec<(&str, &str)> = sheets
        .iter()
        .map(|sheet| (sheet.rule.as_str(), sheet.period.as_str()))
        .collect();
    let expected = [
        ("TZ-G1", "2024-06-20"),
        ("TZ-G1", "2024-W25"),
        ("TZ-G1", "2024-06"),
    ];
    assert_eq!(named, expected);
    assert_eq!(sheets[0].quote, "日巡查、周分析、月汇总");
    let Says::Patrol { to_see } = &sheets[0].says else {
        panic!("{sheets:?}")
    };
    let of_visits: Vec<(&str, Option<&str>)> = to_see
        .iter()
        .filter(|one| one.rules.contains("LC-R2"))
        .map(|one| (one.unit.as_str(), one.risk))
        .collect();
    // c was seen in June and is overdue for May, as b is; a was not seen in June.
    let expected = [
        ("b", Some("risk_high")),
        ("a", Some("risk_general")),
        ("c", Some("risk_general")),
    ];
    assert_eq!(of_visits, expected);
}

#[test]
fn an_analysis_counts_the_visits_of_the_week_and_names_whom_nobody_met() {
    let sheets = written(&facts());
    let Says::Analysis {
        by_mode,
        by_outcome,
        met,
        people,
        unmet_at_risk,
    } = &sheets[1].says
    else {
        panic!("{sheets:?}")
    };
    assert_eq!(by_mode.get("home"), Some(&2));
    assert_eq!(
        (by_outcome.get("met"), by_outcome.get("not_met")),
        (Some(&1), Some(&1))
    );
    assert_eq!((*met, *people), (1, 3));
    assert_eq!(unmet_at_risk, &["b"]);
}

#[test]
fn a_summary_counts_by_rule_and_no_sheet_counts_those_who_work() {
    let sheets = written(&facts());
    let Says::Summary { by_rule } = &sheets[2].says else {
        panic!("{sheets:?}")
    };
    assert_eq!(by_rule["LC-R2"].done, 1);
    let json = serde_json::to_value(&sheets).unwrap();
    assert_eq!(crate::burden::in_answer(&json, &["w1"]), None);
    assert!(
        !json.to_string().contains("w1"),
        "nobody who works is named"
    );
}

#[test]
fn a_county_whose_packs_ask_no_sheets_gets_none() {
    let pack = Pack::built_in("yn-lincang-2024").unwrap();
    let at = as_of("2024-06-20").unwrap();
    assert_eq!(
        sheets(&facts(), &[pack], &Calendar::default(), at, GRID),
        []
    );
}
