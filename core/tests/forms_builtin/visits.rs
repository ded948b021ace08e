//! The visit.

use super::*;

#[test]
fn a_visit_at_home_asks_the_full_checks() {
    let checked = ask("visit", &visit(), &visiting()).unwrap_or_else(|p| panic!("{p:#?}"));
    assert_eq!(checked.answers()["outcome"], "met");
    assert_eq!(checked.answers()["household"], "h-1");
    let bare = with(
        visit(),
        json!({"people": [{"person": "p-1", "met": "met"}]}),
    );
    let missing: Vec<String> = errors(ask("visit", &bare, &visiting()))
        .into_iter()
        .map(|(f, _)| f)
        .collect();
    assert_eq!(
        missing,
        [
            "chk_health",
            "chk_mental",
            "chk_living",
            "chk_support",
            "hazards",
            "actions"
        ]
        .map(|f| format!("people[1].{f}"))
    );
    let child = with(
        visit(),
        json!({"people": [{"person": "p-2", "met": "met", "chk_health": "good", "chk_mental": "good",
        "chk_living": "ok", "chk_support": "fulfilled", "hazards": ["none"], "actions": ["comfort"]}]}),
    );
    let missing: Vec<String> = errors(ask("visit", &child, &visiting()))
        .into_iter()
        .map(|(f, _)| f)
        .collect();
    assert_eq!(missing, ["people[1].chk_school", "people[1].mental_need"]);
}

#[test]
fn the_phone_contact_way_asks_three_things() {
    let form = std::sync::Arc::new(form("visit"));
    let head = [
        "person",
        "met",
        "person_group",
        "full_checks",
        "contact_checks",
    ];
    let asked = |mode: &str, met: &str| {
        let answers = with(
            visit(),
            json!({"mode": mode, "people": [{"person": "p-1", "met": met}]}),
        );
        let session = tanfang_core::form::Session::open(
            std::sync::Arc::clone(&form),
            answers.as_object().unwrap(),
            visiting(),
        );
        let leaf = |field: &str| {
            form.field(Some("people"), field)
                .filter(|f| f.kind.is_leaf())
                .is_some()
        };
        let mut names: Vec<String> = session
            .state()
            .into_iter()
            .filter(|change| change.relevant)
            .filter_map(|change| change.field.strip_prefix("people[1].").map(str::to_owned))
            .filter(|name| leaf(name) && !head.contains(&name.as_str()))
            .collect();
        names.sort();
        names
    };
    for mode in ["phone", "school", "village_meet", "wechat_text"] {
        assert_eq!(
            asked(mode, "met"),
            ["chk_health", "chk_mental", "needs_new"],
            "{mode}"
        );
        let answers = with(
            visit(),
            json!({"mode": mode, "people": [{"person": "p-1", "met": "met"}]}),
        );
        assert_eq!(
            errors(check(&form, answers.as_object().unwrap(), &visiting())),
            [],
            "{mode}"
        );
    }
    for mode in ["neighbour_inquiry", "third_party", "device"] {
        assert_eq!(asked(mode, "met"), Vec::<String>::new(), "{mode}");
    }
    for mode in ["home", "hospital", "institution", "video"] {
        assert!(asked(mode, "met").len() > 8, "{mode}");
    }
    assert_eq!(asked("phone", "not_met"), ["not_met_reason"]);
}

#[test]
fn an_outcome_is_met_when_any_row_is_and_asked_otherwise() {
    let rows = |met: [&str; 2]| json!([{"person": "p-1", "met": met[0]}, {"person": "p-2", "met": met[1]}]);
    let phone = |met, outcome: Value| {
        with(
            visit(),
            json!({"mode": "phone", "people": rows(met), "outcome": outcome}),
        )
    };
    let outcome = |answers: &Value| {
        ask("visit", answers, &visiting()).map(|c| c.answers()["outcome"].clone())
    };
    assert_eq!(
        outcome(&phone(["not_met", "met"], Value::Null)).unwrap(),
        "met"
    );
    assert_eq!(
        outcome(&phone(["met", "met"], json!("met"))).unwrap(),
        "met"
    );
    assert_eq!(
        outcome(&phone(["met", "not_met"], json!("refused"))).unwrap(),
        "met"
    );
    for code in ["met_family", "not_met", "refused", "moved", "deceased"] {
        assert_eq!(
            outcome(&phone(["not_met", "not_met"], json!(code)))
                .unwrap_or_else(|p| panic!("{p:#?}")),
            code
        );
    }
    assert_eq!(
        errors(ask(
            "visit",
            &phone(["not_met", "not_met"], Value::Null),
            &visiting()
        )),
        [("outcome".to_owned(), ProblemCode::RequiredMissing)]
    );
    assert_eq!(
        errors(ask(
            "visit",
            &phone(["not_met", "not_met"], json!("met")),
            &visiting()
        )),
        [("outcome".to_owned(), ProblemCode::Constraint)]
    );
}

#[test]
fn a_visit_is_to_one_household_and_has_people_and_participants() {
    let rows = |ids: &[&str]| -> Value {
        ids.iter()
            .map(|id| json!({"person": id, "met": "met"}))
            .collect()
    };
    let phone = |people: Value| with(visit(), json!({"mode": "phone", "people": people}));
    assert_eq!(
        errors(ask("visit", &phone(rows(&["p-1", "p-2"])), &visiting())),
        []
    );
    assert_eq!(
        errors(ask("visit", &phone(rows(&["p-1", "p-9"])), &visiting())),
        [("people[2].person".to_owned(), ProblemCode::Constraint)]
    );
    assert_eq!(
        errors(ask("visit", &phone(rows(&["p-1", "p-1"])), &visiting())).len(),
        2
    );
    let found = errors(ask(
        "visit",
        &with(phone(json!([])), json!({"participants": []})),
        &visiting(),
    ));
    assert!(
        found.contains(&("people".to_owned(), ProblemCode::RequiredMissing)),
        "{found:?}"
    );
    assert!(
        found.contains(&("participants".to_owned(), ProblemCode::RequiredMissing)),
        "{found:?}"
    );
}

#[test]
fn a_visit_recorded_late_asks_why_and_is_saved() {
    let late = with(visit(), json!({"started_at": "2024-06-29T09:30:00+08:00"}));
    let outcome = ask("visit", &late, &visiting());
    assert!(warned(&outcome).contains(&"backfill_reason".to_owned()));
    let told = ask(
        "visit",
        &with(late, json!({"backfill_reason": "paper"})),
        &visiting(),
    )
    .unwrap();
    assert_eq!(told.answers()["backfill_reason"], "paper");
    assert_eq!(told.answers()["recorded_at"], "2024-07-01T12:00:00+08:00");
    let soon = ask(
        "visit",
        &with(visit(), json!({"backfill_reason": "paper"})),
        &visiting(),
    )
    .unwrap();
    assert!(!soon.answers().contains_key("backfill_reason"));
    let ahead = ask(
        "visit",
        &with(visit(), json!({"started_at": "2024-07-01T12:06:00+08:00"})),
        &visiting(),
    );
    assert!(warned(&ahead).contains(&"started_at".to_owned()));
    let backwards = with(visit(), json!({"ended_at": "2024-07-01T09:00:00+08:00"}));
    assert_eq!(
        errors(ask("visit", &backwards, &visiting())),
        [("ended_at".to_owned(), ProblemCode::Constraint)]
    );
}

#[test]
fn a_visit_with_everything_comes_back() {
    let full = with(
        visit(),
        json!({
        "ended_at": "2024-07-01T10:00:00+08:00", "note": "一切正常", "next_plan_date": "2024-08-01",
        "geo": "23.1 99.2 0 12", "subject_sign": {"hash": "ab", "length": 10, "type": "image/png"},
        "photos": [{"photo": {"hash": "cd", "length": 10, "type": "image/jpeg"}, "about": "p-1"}],
        "issues": [{"about": "p-1", "type": "hazard", "description": "电线老化", "level": "village", "due": "2024-07-15"}],
        "confirmation": [{"confirmed": "yes", "by": "w-9", "on": "2024-07-01", "why": "电话核实"}],
        "people": [{"person": "p-1", "met": "met", "met_who": ["self"], "chk_health": "fair", "chk_health_sub": ["movement"],
            "chk_mental": "low", "chk_mental_sub": ["mood"], "chk_living": "ok", "chk_econ": "ok", "chk_support": "fulfilled",
            "hazards": ["electric"], "suspect_harm": ["neglect"], "chk_hygiene": ["none"], "needs_new": ["meal"],
            "actions": ["material"], "material_item": "大米", "material_value": 100}]}),
    );
    let checked = ask("visit", &full, &visiting()).unwrap_or_else(|p| panic!("{p:#?}"));
    for name in full.as_object().unwrap().keys() {
        assert!(checked.answers().contains_key(name), "{name} was dropped");
    }
    let row = checked.answers()["people"][0].as_object().unwrap().clone();
    for name in full["people"][0].as_object().unwrap().keys() {
        assert!(row.contains_key(name), "people.{name} was dropped");
    }
    assert_eq!(checked.answers()["issues"][0]["state"], "open");
    let four: Value = (0..4)
        .map(|i| json!({"photo": format!("{i}.jpg")}))
        .collect();
    let found = errors(ask(
        "visit",
        &with(visit(), json!({"photos": four})),
        &visiting(),
    ));
    assert_eq!(
        found,
        [("photos[4].photo".to_owned(), ProblemCode::Constraint)]
    );
}

#[test]
fn an_edit_months_later_is_not_stopped_by_the_calendar() {
    let first = with(visit(), json!({"next_plan_date": "2024-07-20"}));
    let saved = ask("visit", &first, &visiting()).unwrap().into_answers();
    let later = Context {
        subject: subjects(),
        ..Context::editing(at("2025-03-01T12:00:00+08:00"))
    };
    let again = check(&form("visit"), &saved, &later).unwrap_or_else(|p| panic!("{p:#?}"));
    assert_eq!(again.answers()["recorded_at"], "2024-07-01T12:00:00+08:00");
}

#[test]
fn an_unknown_person_is_asked_neither_as_elder_nor_as_child() {
    let stranger = with(
        visit(),
        json!({"people": [{"person": "p-unknown", "met": "met", "chk_health": "good", "chk_mental": "good",
        "chk_living": "ok", "chk_support": "unknown", "hazards": ["none"], "actions": ["comfort"]}]}),
    );
    assert_eq!(errors(ask("visit", &stranger, &visiting())), []);
    assert_eq!(errors(ask("visit", &stranger, &creating())), []);
}
