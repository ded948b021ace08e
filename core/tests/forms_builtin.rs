//! The built-in forms: what their tables promise, asked with real answers.
#![cfg(feature = "author")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tanfang_core::form::{
    BUILT_IN, Checked, Context, Form, NodeKind, Problem, ProblemCode, Severity, check,
};
use tanfang_core::model::{Compartment, Kind, WallTime};

#[path = "forms_builtin/fields.rs"]
mod fields;
#[path = "forms_builtin/golden.rs"]
mod golden;

fn form(id: &str) -> Form {
    let source = BUILT_IN.iter().find(|form| form.id == id).unwrap().source;
    Form::compile(source).unwrap_or_else(|problems| {
        panic!(
            "{}",
            problems
                .iter()
                .map(|p| format!("{p}\n"))
                .collect::<String>()
        )
    })
}

fn at(text: &str) -> WallTime {
    WallTime::parse(text).unwrap()
}

fn creating() -> Context {
    Context {
        username: "w-1".into(),
        ..Context::creating(at("2024-07-01T12:00:00+08:00"))
    }
}

fn ask(id: &str, answers: &Value, context: &Context) -> Result<Checked, Vec<Problem>> {
    check(&form(id), answers.as_object().unwrap(), context)
}

fn with(mut base: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

fn errors(outcome: Result<Checked, Vec<Problem>>) -> Vec<(String, ProblemCode)> {
    let problems = outcome.err().unwrap_or_default().into_iter();
    problems
        .filter(|p| p.severity == Severity::Error)
        .map(|p| (p.field, p.code))
        .collect()
}

fn warned(outcome: &Result<Checked, Vec<Problem>>) -> Vec<String> {
    let problems = match outcome {
        Ok(checked) => checked.warnings(),
        Err(problems) => panic!("{problems:#?}"),
    };
    problems.iter().map(|p| p.field.clone()).collect()
}

/// What the tables mark R and nothing more.
fn elder() -> Value {
    json!({"name": "测试甲", "id_doc_type": "01", "id_number": "530999194402290016", "sex": "1",
        "birth_date": "1944-02-29", "hukou_division": "530999201201", "home_division": "530999201201",
        "ability_level": "9", "living_arr": "with_spouse", "children_n": 2, "children_local_n": 0,
        "supporter_name": "测试子一", "supporter_rel": "son", "supporter_phone": "15400000011",
        "emergency_name": "测试邻一", "emergency_phone": "15400000012", "housing": "safe",
        "needs": ["meal"], "ext_ylfw_state": "no"})
}

fn child() -> Value {
    json!({"name": "测试童甲", "id_doc_type": "01", "id_number": "530999201306010056", "sex": "1",
        "birth_date": "2013-06-01", "hukou_division": "530999201201", "home_division": "530999201201",
        "report_unit": "org-1", "hukou_registered": "yes", "health": ["healthy"], "boarding": "yes",
        "schooling": "primary", "father_state": "away", "mother_state": "away",
        "one_away_other_unable": "no", "guard_type": "good", "guard_rating": "good",
        "child_income_src": ["work"], "ext_cwis_state": "no"})
}

fn subjects() -> Vec<BTreeMap<String, String>> {
    let row = |name: &str, group: &str, household: &str| {
        [("name", name), ("group", group), ("household", household)]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into()
    };
    vec![
        row("p-1", "elder", "h-1"),
        row("p-2", "child", "h-1"),
        row("p-9", "elder", "h-9"),
    ]
}

fn visiting() -> Context {
    Context {
        subject: subjects(),
        ..creating()
    }
}

fn visit() -> Value {
    json!({"started_at": "2024-07-01T09:30:00+08:00", "mode": "home", "purpose": ["routine"],
        "participants": [{"worker": "w-1", "role": "village_committee"}],
        "people": [{"person": "p-1", "met": "met", "chk_health": "good", "chk_mental": "good",
            "chk_living": "ok", "chk_support": "fulfilled", "hazards": ["none"], "actions": ["comfort"]}]})
}

#[test]
fn an_elder_with_what_is_marked_r_is_saved() {
    let checked = ask("elder_card", &elder(), &creating()).unwrap_or_else(|p| panic!("{p:#?}"));
    let answers = checked.answers();
    for (name, value) in [
        ("group", json!("elder")),
        ("household", json!("new")),
        ("birth_precision", json!("d")),
        ("life_state_now", json!("active")),
        ("consent_state", json!("not_yet")),
        ("filled_by", json!("w-1")),
        ("filled_on", json!("2024-07-01")),
    ] {
        assert_eq!(answers.get(name), Some(&value), "{name}");
    }
    assert!(!answers.contains_key("risk") && !answers.contains_key("elder_flags"));
}

#[test]
fn each_field_marked_r_is_required_and_no_other() {
    for (id, whole, context) in [
        ("elder_card", elder(), creating()),
        ("child_left_behind", child(), creating()),
    ] {
        assert_eq!(errors(ask(id, &whole, &context)), [], "{id}");
        for name in whole.as_object().unwrap().keys() {
            let found = errors(ask(
                id,
                &with(whole.clone(), json!({name.as_str(): null})),
                &context,
            ));
            // Without its condition a question is not asked, so its answers are not missed either.
            let expected = (name.clone(), ProblemCode::RequiredMissing);
            assert!(found.contains(&expected), "{id} without {name}: {found:?}");
        }
        let all = errors(ask(id, &json!({}), &context));
        assert!(
            all.len() >= whole.as_object().unwrap().len() - 3,
            "{id}: every problem at once: {all:?}"
        );
    }
}

#[test]
fn every_field_is_filled_and_comes_back() {
    let whole = with(
        elder(),
        json!({
        "alias": "阿甲", "ethnic": "21", "phone": "15400000001", "group_no": "12", "grid_id": "530999201201001",
        "address": "样板村一组1号", "home_geo": "23.1 99.2 1500 20",
        "registration": [{"from": "2024-04-12", "reason": "排查"}],
        "category": [{"code": "left_behind", "from": "2024-04-12"}, {"code": "disabled_ability", "from": "2024-04-12"},
            {"code": "severe_disability", "from": "2020-01-01"}, {"code": "living_alone", "from": "2020-01-01", "to": "2023-01-01"},
            {"code": "risk_high", "from": "2024-05-01", "source": "S000"}],
        "life_state": [{"code": "hospital", "from": "2024-06-01", "to": "2024-06-07", "family_contacted_on": "2024-06-02"}],
        "consent": [{"code": "not_yet", "on": "2024-04-01"}, {"code": "informed_agree", "on": "2024-04-12", "by": "本人"}],
        "membership": [{"household": "h-1", "from": "2024-04-12"}],
        "residence": [{"area": "530999201201", "from": "2024-04-12"}],
        "ability_level": "3", "ability_date": "2024-03-01", "ability_org": "测试评估机构",
        "dis_kind": ["4"], "dis_grade": "2", "dis_cert": "53099919440229001642",
        "diseases": ["stroke"], "marital": "20", "children_away_place": "广东省东莞市", "return_freq": "year",
        "neighbour": "测试邻二", "elder_income_src": ["urban_rural_pension"], "benefits": ["age80", "dis_living"],
        "pair_org": "o-1", "pair_person": ["w-2"], "visitor_assigned": "w-1", "agreed_mode": "home phone",
        "agreed_freq": "monthly", "ext_ylfw_state": "done", "ext_ylfw_date": "2024-05-01", "ext_id": "YL-1",
        "filled_by": "w-1", "checked_by": "w-3", "filled_on": "2024-06-30"}),
    );
    let checked = ask("elder_card", &whole, &creating()).unwrap_or_else(|p| panic!("{p:#?}"));
    assert_eq!(checked.warnings(), []);
    let answers = checked.answers();
    for name in whole.as_object().unwrap().keys() {
        assert!(answers.contains_key(name), "{name} was dropped");
    }
    assert_eq!(
        answers["elder_flags"],
        json!(["left_behind", "disabled_ability", "severe_disability"])
    );
    assert_eq!(answers["risk"], "high");
    assert_eq!(answers["consent_state"], "informed_agree");
    assert_eq!(answers["life_state_now"], "active");
    assert_eq!(answers["pair_person"], "w-2");
    assert_eq!(answers["agreed_mode"], json!(["home", "phone"]));
}

#[test]
fn an_id_number_is_checked_by_its_digits() {
    let card = |number: &str| {
        with(
            elder(),
            json!({"id_number": number, "birth_date": "1944-02-29"}),
        )
    };
    let wrong = [("id_number".to_owned(), ProblemCode::Constraint)];
    for number in [
        "530999194402290017",
        "53099919440229001",
        "530999194402300018",
        "53099919440229001A",
        "530999203001010011",
        "530999187001010013",
    ] {
        assert_eq!(
            errors(ask("elder_card", &card(number), &creating())),
            wrong,
            "{number}"
        );
    }
    // GB 11643-1999's own examples, and one typed full-width with spaces.
    for number in [
        "11010519491231002X",
        "440524188001010014",
        "５３０９９９ 19440229 0016",
        "11010519491231002x",
    ] {
        let found = errors(ask("elder_card", &card(number), &creating()));
        let too_old = number.starts_with("4405");
        assert_eq!(found.is_empty(), !too_old, "{number}: {found:?}");
    }
    let early = Context {
        ..Context::creating(at("2000-01-01T12:00:00+08:00"))
    };
    let card = with(
        card("440524188001010014"),
        json!({"filled_by": "w", "birth_date": "1880-01-01", "sex": "1"}),
    );
    assert_eq!(errors(ask("elder_card", &card, &early)), []);
}

#[test]
fn sex_and_birth_that_differ_from_the_number_warn_and_are_saved() {
    let outcome = ask(
        "elder_card",
        &with(elder(), json!({"sex": "2", "birth_date": "1944-03-01"})),
        &creating(),
    );
    let fields = warned(&outcome);
    assert!(
        fields.contains(&"sex".to_owned()) && fields.contains(&"birth_date".to_owned()),
        "{fields:?}"
    );
    let by_year = with(
        elder(),
        json!({"birth_date": "1944-01-01", "birth_precision": "y"}),
    );
    assert!(!warned(&ask("elder_card", &by_year, &creating())).contains(&"birth_date".to_owned()));
}

#[test]
fn without_papers_the_reason_is_asked_and_no_number() {
    let card = with(elder(), json!({"id_doc_type": "99"}));
    assert_eq!(
        errors(ask("elder_card", &card, &creating())),
        [("no_id_reason".to_owned(), ProblemCode::RequiredMissing)]
    );
    let checked = ask(
        "elder_card",
        &with(card, json!({"no_id_reason": "unregistered"})),
        &creating(),
    )
    .unwrap();
    assert!(!checked.answers().contains_key("id_number"));
}

#[test]
fn rules_that_span_an_elders_answers_hold() {
    for (changes, field) in [
        (json!({"children_local_n": 3}), "children_local_n"),
        (json!({"name": "测试1"}), "name"),
        (json!({"name": "测".repeat(51)}), "name"),
        (json!({"birth_date": "2024-07-02"}), "birth_date"),
        (json!({"phone": "12345"}), "phone"),
        (json!({"hukou_division": "530999"}), "hukou_division"),
        (
            json!({"ability_level": "1", "ability_date": "2024-07-02"}),
            "ability_date",
        ),
        (
            json!({"category": [{"code": "left_behind", "from": "2024-04-12", "to": "2024-04-11"}]}),
            "category[1].to",
        ),
    ] {
        let found = errors(ask(
            "elder_card",
            &with(elder(), changes.clone()),
            &creating(),
        ));
        assert_eq!(
            found,
            [(field.to_owned(), ProblemCode::Constraint)],
            "{changes}"
        );
    }
    for (changes, field) in [
        (
            json!({"emergency_phone": "15400000001", "phone": "15400000001"}),
            "emergency_phone",
        ),
        (json!({"living_arr": "alone"}), "living_arr"),
        (json!({"home_geo": "23 99 0 150"}), "home_geo"),
        (json!({"birth_date": "1980-01-01"}), "birth_date"),
        (json!({"housing": "dangerous"}), "housing"),
        (json!({}), "visitor_assigned"),
        (json!({}), "elder_flags"),
    ] {
        let fields = warned(&ask(
            "elder_card",
            &with(elder(), changes.clone()),
            &creating(),
        ));
        assert!(fields.contains(&field.to_owned()), "{changes}: {fields:?}");
    }
    for name in ["岩", "样例·测试", "叶测试", "测".repeat(50).as_str()] {
        assert_eq!(
            errors(ask(
                "elder_card",
                &with(elder(), json!({"name": name})),
                &creating()
            )),
            [],
            "{name}"
        );
    }
    let dotted = ask(
        "elder_card",
        &with(elder(), json!({"name": "样例.测试"})),
        &creating(),
    )
    .unwrap();
    assert_eq!(dotted.answers()["name"], "样例·测试");
}

#[test]
fn without_a_supporter_nobody_is_asked_for_a_phone() {
    let card = with(
        elder(),
        json!({"supporter_rel": "none", "supporter_name": null, "supporter_phone": null}),
    );
    assert_eq!(errors(ask("elder_card", &card, &creating())), []);
}

#[test]
fn a_phone_with_contact_only_is_not_asked_for_the_rest() {
    let context = Context {
        held: Some([Compartment::Contact].into()),
        username: "w-1".into(),
        ..Context::editing(at("2024-07-01T12:00:00+08:00"))
    };
    let contact = json!({"name": "测试甲", "sex": "1", "birth_date": "1944-02-29", "household": "h-1",
        "hukou_division": "530999201201", "home_division": "530999201201",
        "emergency_name": "测试邻一", "emergency_phone": "15400000012"});
    assert_eq!(errors(ask("elder_card", &contact, &context)), []);
}

#[test]
fn a_childs_rules_hold() {
    let checked =
        ask("child_left_behind", &child(), &creating()).unwrap_or_else(|p| panic!("{p:#?}"));
    assert_eq!(checked.answers()["group"], "child");
    assert_eq!(checked.answers()["both_away"], "yes");
    assert_eq!(checked.answers()["has_entrusted"], "no");
    for (changes, field) in [
        (
            json!({"one_away_other_unable": "yes"}),
            "one_away_other_unable",
        ),
        (json!({"mother_state": "missing"}), "one_away_other_unable"),
        (json!({"health": ["healthy", "ill"]}), "health"),
        (
            json!({"father_id_number": "530999198803030118"}),
            "father_id_number",
        ),
        (
            json!({"carer": [{"carer_name": "测试童乙", "carer_id_number": "530999201306010056", "from": "2024-01-01"}]}),
            "carer[1].carer_id_number",
        ),
    ] {
        let found = errors(ask(
            "child_left_behind",
            &with(child(), changes.clone()),
            &creating(),
        ));
        assert_eq!(
            found,
            [(field.to_owned(), ProblemCode::Constraint)],
            "{changes}"
        );
    }
    for (changes, field) in [
        (
            json!({"report_date": "2024-06-30", "birth_date": "2008-06-30"}),
            "report_date",
        ),
        (json!({"guard_type": "none"}), "guard_type"),
        (json!({"guard_rating": "poor"}), "guard_rating"),
        (json!({"hukou_registered": "no"}), "hukou_registered"),
        (
            json!({"father_away_since": "2024-05-01"}),
            "father_away_since",
        ),
        (json!({}), "left_behind_rows"),
    ] {
        let fields = warned(&ask(
            "child_left_behind",
            &with(child(), changes.clone()),
            &creating(),
        ));
        assert!(fields.contains(&field.to_owned()), "{changes}: {fields:?}");
    }
    let carer = json!({"carer": [{"carer_name": "测试爷甲", "carer_id_number": "530999195504040215", "carer_rel": "grandparent", "from": "2023-09-01"}]});
    let checked = ask("child_left_behind", &with(child(), carer), &creating()).unwrap();
    assert_eq!(checked.answers()["has_entrusted"], "yes");
    let at_home = with(
        child(),
        json!({"schooling": "not_enrolled", "boarding": null}),
    );
    assert_eq!(errors(ask("child_left_behind", &at_home, &creating())), []);
}

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
