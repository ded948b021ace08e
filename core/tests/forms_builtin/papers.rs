//! B3, B6, B7, B8 and the sample B9.

use super::*;

/// A child born on a day, as the register knows it.
fn child_born(day: &str, age: &str) -> Context {
    let row = [
        ("name", "p-2"),
        ("group", "child"),
        ("household", "h-1"),
        ("birth_date", day),
        ("age", age),
    ];
    Context {
        subject: vec![row.map(|(k, v)| (k.to_owned(), v.to_owned())).into()],
        ..creating()
    }
}

fn agreement() -> Value {
    json!({"person": "p-2", "delegators": [{"who": "father", "name": "测试父甲"}],
        "carer_name": "测试祖母甲", "carer_phone": "15400000021", "carer_rel": "grandparent",
        "reason": "work", "start": "2024-03-01", "end_agreed": "2025-03-01",
        "carer_duties": ["daily", "safety"], "contact_promise": "weekly", "carer_ability": "fair",
        "opinion_heard": "yes", "witness_village": "测试村干", "signed_date": "2024-03-01"})
}

#[test]
fn an_agreement_holds_until_the_agreed_day_or_until_it_ceased() {
    let context = child_born("2013-06-01", "11");
    let checked = ask("guardian_agreement", &agreement(), &context).unwrap();
    assert_eq!(checked.answers()["end"], "2025-03-01");
    assert_eq!(checked.answers()["renew_from"], "2025-01-30");
    assert_eq!(checked.answers()["household"], "h-1");
    let back = json!({"invalid_reason": "parent_back", "invalid_on": "2024-06-20"});
    let checked = ask("guardian_agreement", &with(agreement(), back), &context).unwrap();
    assert_eq!(checked.answers()["end"], "2024-06-20");
}

#[test]
fn an_agreement_ends_by_the_eighteenth_birthday_and_warns_past_the_sixteenth() {
    let until = |day: &str, born: &str| {
        let answers = with(agreement(), json!({"end_agreed": day}));
        ask("guardian_agreement", &answers, &child_born(born, "11"))
    };
    assert_eq!(warned(&until("2025-06-01", "2009-06-01")), [""; 0]);
    assert_eq!(warned(&until("2025-06-02", "2009-06-01")), ["end_agreed"]);
    assert_eq!(warned(&until("2027-06-01", "2009-06-01")), ["end_agreed"]);
    let refused = [("end_agreed".to_owned(), ProblemCode::Constraint)];
    assert_eq!(errors(until("2027-06-02", "2009-06-01")), refused);
    assert_eq!(errors(until("2024-03-01", "2013-06-01")), refused);
}

#[test]
fn a_child_of_eight_is_heard_and_parents_by_telephone_leave_a_record() {
    let silent = with(agreement(), json!({"opinion_heard": null}));
    let missing = |answers: &Value, age: &str| {
        errors(ask(
            "guardian_agreement",
            answers,
            &child_born("2016-06-01", age),
        ))
    };
    assert_eq!(missing(&silent, "7"), []);
    let heard = [("opinion_heard".to_owned(), ProblemCode::RequiredMissing)];
    assert_eq!(missing(&silent, "8"), heard);
    let absent = with(agreement(), json!({"delegator_absent": "yes"}));
    let record = [("call_record".to_owned(), ProblemCode::RequiredMissing)];
    assert_eq!(missing(&absent, "8"), record);
}

#[test]
fn a_plan_has_a_measure_within_its_days() {
    let plan = json!({"person": "p-2", "start": "2024-07-01", "end": "2024-12-31",
        "problems": ["school"], "goals": "按时到校",
        "measures": [{"what": "每周联系老师", "owner_role": "child_director", "freq": "weekly",
            "due": "2025-01-01"}]});
    let context = child_born("2013-06-01", "11");
    let late = [("measures[1].due".to_owned(), ProblemCode::Constraint)];
    assert_eq!(errors(ask("service_plan", &plan, &context)), late);
    let mut good = plan.clone();
    good["measures"][0]["due"] = json!("2024-12-31");
    assert_eq!(warned(&ask("service_plan", &good, &context)), ["approver"]);
    let none = with(good, json!({"measures": []}));
    let required = [("measures".to_owned(), ProblemCode::RequiredMissing)];
    assert_eq!(errors(ask("service_plan", &none, &context)), required);
}

#[test]
fn an_issue_is_finished_and_verified_in_order() {
    let issue = json!({"about": "p-2", "type": "hazard", "level": "village", "to_org": "org-1",
        "state": "verified", "accepted_on": "2024-06-01", "finished_on": "2024-06-20",
        "finish_note": "已更换插座", "verified_by": "w-1", "verified_on": "2024-06-19",
        "urges": [{"on": "2024-06-10", "by": "w-1"}, {"on": "2024-06-12", "by": "w-1"}]});
    let context = child_born("2013-06-01", "11");
    let early = [("verified_on".to_owned(), ProblemCode::Constraint)];
    assert_eq!(errors(ask("issue", &issue, &context)), early);
    let good = with(issue, json!({"verified_on": "2024-06-20"}));
    let checked = ask("issue", &good, &context).unwrap();
    assert_eq!(checked.answers()["urge_count"], 2);
    let open = with(good, json!({"state": null}));
    let checked = ask("issue", &open, &context).unwrap();
    assert!(!checked.answers().contains_key("verified_on"));
}

fn difficulty() -> Value {
    let card = with(
        child(),
        json!({"report_unit": null, "hukou_registered": null, "health": null, "boarding": null,
        "schooling": null, "one_away_other_unable": null, "guard_type": null, "guard_rating": null,
        "child_income_src": null, "ext_cwis_state": null}),
    );
    with(
        card,
        json!({"father_state": "dead", "mother_state": "missing", "guardian_assess": "fair",
        "guardian_assess_date": "2024-06-01",
        "category": [{"code": "guardian_missing", "from": "2024-05-01"}, {"code": "left_behind", "from": "2024-05-01"}],
        "confirmed_by": "org-1", "confirmed_on": "2024-05-02", "case_manager": "w-1"}),
    )
}

#[test]
fn kinds_of_difficulty_are_drawn_from_rows_and_parents_who_cannot_care_are_pointed_out() {
    let outcome = ask("child_difficulty_ext", &difficulty(), &creating());
    assert_eq!(warned(&outcome), ["de_facto_hint"]);
    let checked = outcome.unwrap();
    assert_eq!(
        checked.answers()["difficulty_types"],
        json!(["guardian_missing"])
    );
    let orphan = with(difficulty(), json!({"mother_state": "dead"}));
    let outcome = ask("child_difficulty_ext", &orphan, &creating());
    assert_eq!(
        warned(&outcome),
        [""; 0],
        "an orphan is none of the de facto"
    );
    let nobody = with(difficulty(), json!({"case_manager": null}));
    let outcome = ask("child_difficulty_ext", &nobody, &creating());
    assert_eq!(warned(&outcome), ["de_facto_hint", "case_manager"]);
}

#[test]
fn the_sample_of_a_score_compiles_and_proposes_a_risk_that_a_person_decides() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("forms/samples/risk_score.md");
    let source = fs::read_to_string(path).unwrap();
    let form = Form::compile(&source).unwrap_or_else(|p| panic!("{p:#?}"));
    let scored = |each: &str| {
        let answers = json!({"person": "p-2", "body": each, "mind": each, "behaviour": each,
            "dwelling": each, "income": each, "family": each});
        let context = child_born("2013-06-01", "92");
        let checked = check(&form, answers.as_object().unwrap(), &context).unwrap();
        (
            checked.answers()["total"].clone(),
            checked.answers()["risk_proposed"].clone(),
        )
    };
    assert_eq!(scored("0"), (json!(3), json!("general")));
    assert_eq!(scored("1"), (json!(9), json!("key")));
    assert_eq!(scored("2"), (json!(15), json!("high")));
    assert!(BUILT_IN.iter().all(|form| form.id != "risk_score"));
}
