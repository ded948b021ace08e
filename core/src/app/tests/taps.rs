//! How much a worker has to touch: every answer that a person gives is counted, and none of them
//! can be left out unnoticed. The figures stand in `docs/forms/built-in.md`.

use super::*;

/// From the person's page: what is known stands there already.
fn begun(world: &World, person: RecordId, given: &Json) -> Map<String, Json> {
    let mut answers = world.app.begin("visit", Some(person)).unwrap();
    let given = given.as_object().unwrap();
    for (name, answer) in given.iter().filter(|(name, _)| *name != "row") {
        answers.insert(name.clone(), answer.clone());
    }
    let row = &mut answers["people"][0];
    for (name, answer) in given["row"].as_object().unwrap() {
        row[name] = answer.clone();
    }
    answers
}

/// One touch for a choice, one for each of several.
fn touches(given: &Json) -> usize {
    let touch = |answer: &Json| answer.as_array().map_or(1, Vec::len);
    let given = given.as_object().unwrap();
    let head = given.iter().filter(|(name, _)| *name != "row");
    let row = given["row"].as_object().unwrap();
    head.map(|(_, answer)| touch(answer)).sum::<usize>() + row.values().map(touch).sum::<usize>()
}

/// Saved, and the form has nothing to say about it.
fn saves_quietly(world: &World, person: RecordId, given: &Json) -> bool {
    let saved = world
        .app
        .new_record("visit", &begun(world, person, given), None);
    saved.is_ok_and(|saved| saved.warnings.is_empty())
}

/// Every answer less, and the form objects or warns.
fn nothing_can_be_left_out(world: &World, person: RecordId, given: &Json) {
    for name in given
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| *name != "row")
    {
        let mut less = given.clone();
        less.as_object_mut().unwrap().remove(name);
        assert!(!saves_quietly(world, person, &less), "{name}");
    }
    for name in given["row"].as_object().unwrap().keys() {
        let mut less = given.clone();
        less["row"].as_object_mut().unwrap().remove(name);
        assert!(!saves_quietly(world, person, &less), "{name}");
    }
}

#[test]
fn a_monthly_phone_contact_takes_three_answers() {
    let world = World::new("village_committee");
    let person = world.elder();
    let contact = json!({"mode": "phone", "row": {"met": "met", "chk_health": "good"}});
    assert!(saves_quietly(&world, person, &contact));
    assert_eq!(touches(&contact), 3);
}

#[test]
fn a_home_visit_to_a_known_elder_takes_nine_touches_and_the_button() {
    let world = World::new("village_committee");
    let person = world.elder();
    let visit = json!({"mode": "home", "row": {"met": "met", "met_who": ["self"],
        "chk_health": "good", "chk_mental": "good", "chk_living": "ok", "chk_support": "fulfilled",
        "hazards": ["none"], "actions": ["comfort"]}});
    assert!(saves_quietly(&world, person, &visit));
    nothing_can_be_left_out(&world, person, &visit);
    let button = 1;
    assert_eq!(touches(&visit) + button, 10);
}

#[test]
fn what_a_form_begins_with_is_the_person_the_worker_and_the_place() {
    let world = World::new("village_committee");
    let person = world.elder();
    let begun = world.app.begin("visit", Some(person)).unwrap();
    assert_eq!(begun["people"][0]["person"], person.to_string());
    assert_eq!(
        begun["participants"],
        json!([{"worker": WORKER, "role": "village_committee"}])
    );
    let case = world.app.begin("emergency", None).unwrap();
    assert_eq!(case["place_division"], VILLAGE);
    assert!(!case.contains_key("person"));
    let issue = world.app.begin("issue", Some(person)).unwrap();
    assert_eq!(issue["about"], person.to_string());
    let stranger = RecordId::from_uuid(uuid::Uuid::nil());
    let unknown = world.app.begin("visit", Some(stranger));
    assert!(matches!(
        unknown,
        Err(AppError::NotFound { what: "person" })
    ));
}
