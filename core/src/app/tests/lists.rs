//! What is still owed, what can be begun, why, and whether the county has everything.

use super::*;

fn paged(lang: &str) -> Paged {
    Paged {
        lang: lang.into(),
        ..Paged::default()
    }
}

/// An elder who has been on the ledger since before the last month.
fn elder_since(world: &World, from: &str) -> RecordId {
    let mut card = elder();
    card.insert("registration".into(), json!([{"from": from}]));
    card.insert(
        "category".into(),
        json!([{"code": "left_behind", "from": from}, {"code": "disabled_ability", "from": from}]),
    );
    let saved = world.app.new_record("elder_card", &card, None).unwrap();
    saved.id.parse().unwrap()
}

#[test]
fn a_month_that_was_missed_is_owed_in_words_until_the_person_is_seen() {
    let world = World::new("village_committee");
    let elder = elder_since(&world, "2024-04-01");
    let today = world.app.today(&paged("zh")).unwrap();
    assert!(today.lines[0].missed);
    assert_eq!(today.lines[0].owed, ["2024年4月"]);
    let english = world.app.today(&paged("en")).unwrap();
    assert_eq!(english.lines[0].owed, ["April 2024"]);
    let page = world.app.person(elder, "zh").unwrap();
    assert_eq!(
        page.due.unwrap().owed,
        ["2024年4月"],
        "their page says so too"
    );
    world.visit(elder);
    let report = world.app.compliance(&Asked::default()).unwrap();
    let april = |line: &&crate::compliance::Line| line.period.as_deref() == Some("2024-04");
    let april = report.lines.iter().find(april).unwrap();
    assert_eq!(april.state, Some(crate::compliance::State::Overdue));
    let after = world.app.today(&paged("zh")).unwrap();
    let owed = after
        .lines
        .iter()
        .any(|line| line.missed || !line.owed.is_empty());
    assert!(
        !owed,
        "who was seen since owes nothing to April: {:?}",
        after.lines
    );
}

#[test]
fn a_page_knows_what_was_begun_what_the_household_is_asked_and_what_else_can_be_begun() {
    let world = World::new("village_committee");
    let elder = world.elder();
    let page = world.app.person(elder, "en").unwrap();
    assert_eq!(page.draft, None);
    let forms: Vec<&str> = page.forms.iter().map(|form| form.form.as_str()).collect();
    assert_eq!(forms[0], "visit");
    assert!(
        forms.contains(&"emergency") && !forms.contains(&"elder_card"),
        "{forms:?}"
    );
    let begun = Begun::New {
        form: "visit".into(),
        person: Some(elder),
    };
    let mut visit = world.app.fill(&begun, "en").unwrap();
    world.app.answer(&mut visit, "mode", Some("home")).unwrap();
    let draft = world.app.keep(&mut visit).unwrap().map(|id| id.to_string());
    let page = world.app.person(elder, "en").unwrap();
    assert_eq!(page.draft, draft);
    assert_eq!(
        (&page.forms[0].draft, &*page.forms[0].title),
        (&draft, "Visit")
    );
    assert_eq!(page.due.unwrap().draft, draft);
}

#[test]
fn why_is_told_in_names_and_words_without_ids_and_codes() {
    let world = World::new("village_committee");
    let elder = elder_since(&world, "2024-04-01");
    world.visit(elder);
    let why = world.app.why(&AskedLine {
        unit: elder.to_string(),
        rule: "LC-R2".into(),
        period: Some("2024-05".into()),
        as_of: None,
    });
    let why = why.unwrap();
    for (said, words) in [
        (
            why.chinese.join("\n"),
            ["测试一", "2024年5月", "入户", "已完成"],
        ),
        (
            why.english.join("\n"),
            ["测试一", "May 2024", "At home", "done"],
        ),
    ] {
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
        for code in [
            &elder.to_string()[..8],
            "LC-R2",
            "yn-lincang",
            "2024-05,",
            "T09:",
        ] {
            assert!(!said.contains(code), "{code}: {said}");
        }
    }
}

#[test]
fn the_county_has_everything_only_where_nothing_waits_is_refused_or_is_a_photo_on_its_way() {
    const DOT: &str = "89504e470d0a1a0a0000000d4948445200000001000000010806000000\
        1f15c4890000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082";
    let world = World::new("village_committee");
    let elder = world.elder();
    let stands = || world.app.status().unwrap();
    assert!(!stands().all_at_county && stands().unsent == 1);
    let begun = Begun::Edit(world.visit(elder));
    let mut visit = world.app.fill(&begun, "zh").unwrap();
    let photo = hex::decode(DOT.replace(' ', "")).unwrap();
    let signed = world
        .app
        .answer_photo(&mut visit, "subject_sign", &photo, None);
    signed.unwrap();
    world.app.save(&mut visit).unwrap();
    world.refuse(3);
    assert!(!stands().all_at_county && stands().refused == 1);
    for seq in 1..=3 {
        world.accept(seq);
    }
    let told = stands();
    assert_eq!((told.unsent, told.waiting, told.refused), (0, 0, 0));
    assert_eq!((told.photos, told.all_at_county), (1, false));
}

#[test]
fn what_a_household_is_asked_stands_on_the_page_of_each_of_its_people() {
    let world = World::new("village_committee");
    let child = |name: &str, household: &str| {
        let card = map(
            json!({"name": name, "id_doc_type": "99", "no_id_reason": "unregistered", "sex": "1",
            "birth_date": "2014-06-01", "hukou_division": VILLAGE, "home_division": VILLAGE,
            "household": household, "report_unit": "org-1", "hukou_registered": "yes",
            "health": ["healthy"], "boarding": "yes", "schooling": "primary",
            "father_state": "away", "mother_state": "away", "one_away_other_unable": "no",
            "guard_type": "good", "guard_rating": "good", "child_income_src": ["work"],
            "ext_cwis_state": "no", "registration": [{"from": "2024-01-10"}],
            "category": [{"code": "left_behind", "from": "2024-01-10"}]}),
        );
        let saved = world.app.new_record("child_left_behind", &card, None);
        saved.unwrap().records
    };
    let first = child("测试小甲", "new");
    let home = first.iter().find(|one| one.kind == "household").unwrap();
    let second = child("测试小乙", &home.id);
    let today = world.app.today(&paged("zh")).unwrap();
    assert_eq!(today.total, 1, "one visit is to one household");
    for records in [first, second] {
        let page = world.app.person(records[0].id.parse().unwrap(), "zh");
        let due = page.unwrap().due.expect("the household's month is open");
        assert_eq!(due.who.person.as_deref(), Some(&*records[0].id));
        assert_eq!(due.rule, today.lines[0].rule);
    }
}
