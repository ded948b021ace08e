//! The elder's card and the left-behind child.

use super::*;

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
