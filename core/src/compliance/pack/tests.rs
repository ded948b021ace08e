use super::*;

#[test]
fn every_built_in_pack_can_be_read_and_all_go_together() {
    let packs: Vec<Pack> = Pack::built_in_ids()
        .map(|id| {
            Pack::parse(Pack::built_in_text(id).unwrap())
                .unwrap_or_else(|error| panic!("{id}: {error}"))
        })
        .collect();
    assert_eq!(packs.len(), 8);
    assert!(
        packs
            .iter()
            .zip(Pack::built_in_ids())
            .all(|(pack, id)| pack.id == id)
    );
    assert_eq!(packs.iter().map(|pack| pack.rules.len()).sum::<usize>(), 21);
    Pack::check_together(&packs).unwrap();
}

#[test]
fn the_lincang_pack_judges_six_rules_and_shows_two() {
    let pack = Pack::built_in("yn-lincang-2024").unwrap();
    let shown: Vec<&str> = pack
        .rules
        .iter()
        .filter(|rule| rule.demand == Demand::Unquantified)
        .map(|rule| rule.id.as_str())
        .collect();
    assert_eq!(shown, ["LC-R4", "LC-H1"]);
    assert_eq!(pack.params, Params::default());
    let elders = &pack.rules[1];
    assert_eq!(
        elders.counted_modes(&pack.params),
        ["home", "hospital", "institution"]
    );
    let with_phone = Params {
        optional_modes: true,
        ..Params::default()
    };
    assert_eq!(
        elders.counted_modes(&with_phone),
        ["home", "hospital", "institution", "video", "phone"]
    );
}

#[test]
fn two_packs_with_one_rule_id_are_refused_and_two_versions_of_one_pack_are_not() {
    let first = Pack::built_in("nm-2022").unwrap();
    let newer = Pack {
        version: 2,
        ..first.clone()
    };
    assert_eq!(Pack::check_together(&[first.clone(), newer]), Ok(()));
    let other = Pack {
        id: "other".into(),
        ..first.clone()
    };
    assert!(matches!(
        Pack::check_together(&[first, other]),
        Err(PackError::RuleTwice { .. })
    ));
}

fn lincang_with(from: &str, to: &str) -> Misfit {
    let text = Pack::built_in_text("yn-lincang-2024").unwrap();
    assert!(text.contains(from), "{from}");
    Pack::parse(&text.replacen(from, to, 1))
        .err()
        .unwrap_or_else(|| panic!("{to} was taken"))
}

#[test]
fn what_a_pack_may_not_say_is_an_error_with_its_place() {
    let wrong = [
        (
            r#""role": ["helper"]"#,
            r#""role": ["helpr"]"#,
            "rules[0].role[0]",
        ),
        (
            r#""role": ["helper"]"#,
            r#""roles": ["helper"]"#,
            "rules[0]",
        ),
        (
            r#""modes": ["home", "hospital""#,
            r#""modes": ["house", "hospital""#,
            "rules[0].modes[0]",
        ),
        (
            r#""period": ["calendar_quarter"]"#,
            r#""period": ["quarter"]"#,
            "rules[0].period[0]",
        ),
        (
            r#""period": ["calendar_quarter"]"#,
            r#""period": []"#,
            "rules[0]",
        ),
        (r#""min": 1"#, r#""min": 0"#, "rules[0].min"),
        (r#""min": 1"#, r#""min": 1.5"#, "rules[0].min"),
        (r#""min": 1,"#, "", "rules[0]"),
        (
            r#""category": "elder.left_behind && elder.disabled_ability""#,
            r#""category": "elder.left_behind &&""#,
            "rules[1].category",
        ),
        (
            r#""category": "pair.active""#,
            r#""category": "any""#,
            "rules[0]",
        ),
        (
            r#""unit": "household""#,
            r#""unit": "grid""#,
            "rules[2].unit",
        ),
        (
            r#""requires": "guardian_agreement""#,
            r#""requires": "agreement""#,
            "rules[5].requires",
        ),
        (
            r#""strength": "principle""#,
            r#""strength": "soft""#,
            "rules[0].strength",
        ),
        (r#""id": "LC-R2""#, r#""id": "LC-R1""#, "rules[1]"),
        (r#""params": {}"#, r#""params": {"grace": 3}"#, "params"),
        (
            r#""params": {}"#,
            r#""params": {"tried_days": 0}"#,
            "params.tried_days",
        ),
        (
            r#""valid_from": null"#,
            r#""valid_from": "2024-2-1""#,
            "valid_from",
        ),
        (
            r#""format": "tanfang-pack/1""#,
            r#""format": "tanfang-pack/2""#,
            "format",
        ),
    ];
    for (from, to, place) in wrong {
        let error = lincang_with(from, to);
        let place = if place.is_empty() { "the file" } else { place };
        assert_eq!(error.place, place, "{to}: {error}");
    }
}

#[test]
fn parameters_are_set_one_by_one() {
    let json = super::super::json::parse(r#"{"grace_days":5,"event_min":2}"#).unwrap();
    let set = Params::default()
        .overridden(&super::super::json::At::root(&json))
        .unwrap();
    assert_eq!(
        set,
        Params {
            grace_days: 5,
            event_min: Some(2),
            ..Params::default()
        }
    );
}
