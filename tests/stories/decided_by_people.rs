//! Conflicts of every kind, from phone to phone through the server, decided by people.

use serde_json::{Value as Json, json};
use stories::world::{OTHER_VILLAGE, TOWNSHIP, VILLAGE, Worker, World, elder, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";

/// Both hand in and hear of the other's.
fn meet(a: &Worker, b: &Worker) {
    for worker in [a, b, a] {
        assert_eq!(worker.sync(DAY)["refused"], 0);
    }
}

/// The one thing to decide.
#[track_caller]
fn only(worker: &Worker) -> Json {
    let conflicts = worker.does(DAY, &["conflicts"]);
    assert_eq!(conflicts.as_array().map(Vec::len), Some(1), "{conflicts}");
    conflicts[0].clone()
}

/// The place of the value that fits, as the line shows them.
#[track_caller]
fn place(line: &Json, fits: impl Fn(&Json) -> bool) -> String {
    let values = line["values"].as_array().expect("values");
    let at = values
        .iter()
        .position(fits)
        .unwrap_or_else(|| panic!("{line}"));
    (at + 1).to_string()
}

#[track_caller]
fn settles(worker: &Worker, line: &Json, place: &str) -> Json {
    let (id, field, seen) = (word(line, "id"), word(line, "field"), word(line, "seen"));
    worker.does(
        DAY,
        &["settle", &id, &field, "--choose", place, "--seen", &seen],
    )
}

#[test]
fn what_a_form_lets_settle_itself_settles_on_every_phone_and_is_taken_back_from_the_history() {
    let world = World::at(DAY);
    let (a, b, id) = world.two_who_know_an_elder(DAY);
    a.edit(DAY, &id, &json!({"needs": ["meal", "bath"]}));
    b.edit(DAY, &id, &json!({"needs": ["meal", "medical"]}));
    meet(&a, &b);
    for worker in [&a, &b] {
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
        assert_eq!(
            worker.shows(DAY, &id, "needs"),
            json!(["meal", "bath", "medical"])
        );
    }
    let history = b.does(DAY, &["history", &id, "--all"]);
    assert_eq!(
        (&history["whole"], &history["from_server"]),
        (&json!(true), &json!(true))
    );
    let fields = history["fields"].as_array().expect("fields");
    let needs = fields
        .iter()
        .find(|field| field["field"] == "needs")
        .expect("needs");
    assert_eq!(needs["label_zh"], "服务需求");
    let entries = needs["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), 4, "{needs}");
    assert_eq!(entries[0]["who"]["automatic"], true);
    assert_eq!(entries[0]["supersedes"].as_array().map(Vec::len), Some(2));
    let mine = entries
        .iter()
        .find(|entry| entry["value"] == json!(["meal", "bath"]));
    let head = word(mine.expect("what a said is kept"), "head");
    b.does(DAY, &["choose-again", &id, "needs", &head]);
    meet(&b, &a);
    for worker in [&a, &b] {
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
        assert_eq!(worker.shows(DAY, &id, "needs"), json!(["meal", "bath"]));
    }
}

#[test]
fn a_rival_that_arrives_while_a_person_is_deciding_is_asked_again_everywhere() {
    let world = World::at(DAY);
    let (a, b, id) = world.two_who_know_an_elder(DAY);
    let c = world.worker(DAY, "c", "village_committee", VILLAGE);
    a.edit(DAY, &id, &json!({"phone": "15400000001"}));
    b.edit(DAY, &id, &json!({"phone": "15400000002"}));
    c.edit(DAY, &id, &json!({"phone": "15400000003"}));
    meet(&a, &b);
    let shown = only(&a);
    c.sync(DAY);
    a.sync(DAY);
    let first = place(&shown, |value| value["value"] == "15400000001");
    settles(&a, &shown, &first);
    meet(&a, &b);
    c.sync(DAY);
    for worker in [&a, &b, &c] {
        let line = only(worker);
        let mut values: Vec<String> = line["values"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|v| word(v, "value"))
            .collect();
        values.sort();
        assert_eq!(values, ["15400000001", "15400000003"]);
    }
}

#[test]
fn three_phones_two_of_which_agree_show_two_values() {
    let world = World::at(DAY);
    let (a, b, id) = world.two_who_know_an_elder(DAY);
    let c = world.worker(DAY, "c", "village_committee", VILLAGE);
    a.edit(DAY, &id, &json!({"phone": "15400000001"}));
    b.edit(DAY, &id, &json!({"phone": "15400000002"}));
    c.edit(DAY, &id, &json!({"phone": "15400000002"}));
    meet(&a, &b);
    c.sync(DAY);
    meet(&a, &b);
    for worker in [&a, &b, &c] {
        let line = only(worker);
        assert_eq!(line["label_zh"], "联系电话");
        let values = line["values"].as_array().expect("values");
        let mut said: Vec<usize> = values
            .iter()
            .map(|v| v["by"].as_array().map_or(0, Vec::len))
            .collect();
        said.sort_unstable();
        assert_eq!(said, [1, 2], "{line}");
    }
}

#[test]
fn a_card_that_one_voids_and_another_edits_is_asked_and_comes_back() {
    let world = World::at(DAY);
    let (a, b, id) = world.two_who_know_an_elder(DAY);
    a.does(DAY, &["void", &id]);
    b.edit(DAY, &id, &json!({"phone": "15400000002"}));
    meet(&a, &b);
    for worker in [&a, &b] {
        assert_eq!(only(worker)["field"], "$void");
        assert_eq!(
            worker.lists(DAY, "person"),
            [id.as_str()],
            "shown until decided"
        );
    }
    let line = only(&b);
    let edit = place(&line, |value| value["edited"] == "phone");
    settles(&b, &line, &edit);
    meet(&b, &a);
    for worker in [&a, &b] {
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
        assert_eq!(worker.does(DAY, &["show", &id])["void"], false);
        assert_eq!(worker.shows(DAY, &id, "phone"), "15400000002");
    }
}

#[test]
fn a_row_that_one_takes_out_and_another_edits_is_asked_and_goes() {
    let world = World::at(DAY);
    let (a, b, id) = world.two_who_know_an_elder(DAY);
    let row = a.shows(DAY, &id, "category")[0]["$row"].clone();
    a.edit(
        DAY,
        &id,
        &json!({"category": [{"$row": row, "$gone": true}]}),
    );
    b.edit(
        DAY,
        &id,
        &json!({"category": [{"$row": row, "to": "2024-06-20"}]}),
    );
    meet(&a, &b);
    let field = format!("category[{}].$gone", row.as_str().expect("an id"));
    for worker in [&a, &b] {
        assert_eq!(only(worker)["field"], field.as_str());
    }
    let line = only(&b);
    let out = place(&line, |value| value["value"] == true);
    settles(&b, &line, &out);
    meet(&b, &a);
    for worker in [&a, &b] {
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
        let left = worker.shows(DAY, &id, "category");
        assert_eq!(left.as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn a_household_in_two_areas_is_in_both_until_one_is_chosen_and_then_in_that() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let other = world.worker(DAY, "other", "village_committee", OTHER_VILLAGE);
    let township = world.worker(DAY, "township", "township_civil", TOWNSHIP);
    let saved = a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE));
    let id = word(&saved, "id");
    a.sync(DAY);
    township.sync(DAY);
    let second = world.worker(DAY, "second", "township_civil", TOWNSHIP);
    let row = township.shows(DAY, &id, "residence")[0]["$row"].clone();
    // One says that it moved to the other village, one that it is in the first village's grid.
    let moved = json!({"residence": [{"$row": row, "to": "2024-05-31"},
        {"area": OTHER_VILLAGE, "from": "2024-06-01"}]});
    township.edit(DAY, &id, &moved);
    let grid = "530999201201001";
    let gridded = json!({"residence": [{"$row": row, "to": "2024-05-31"},
        {"area": grid, "from": "2024-06-01"}]});
    second.edit(DAY, &id, &gridded);
    meet(&township, &second);
    for worker in [&a, &other] {
        worker.sync(DAY);
        assert_eq!(worker.lists(DAY, "person"), [id.as_str()], "it is in both");
    }
    let conflicts = township.does(DAY, &["conflicts"]);
    let lines = conflicts.as_array().expect("lines");
    let line = lines
        .iter()
        .find(|line| line["field"] == "$area")
        .expect("an area to choose");
    assert_eq!(line["label_zh"], "所属地区");
    assert!(
        line["values"][0]["text_zh"]
            .as_str()
            .is_some_and(|text| text.contains("村")),
        "{line}"
    );
    let here = place(line, |value| value["value"] == grid);
    settles(&township, line, &here);
    meet(&township, &second);
    for (worker, has) in [(&a, true), (&other, false)] {
        worker.sync(DAY);
        let wanted: &[&str] = if has { &[id.as_str()] } else { &[] };
        assert_eq!(worker.lists(DAY, "person"), wanted);
    }
    for worker in [&township, &second] {
        let left = worker.does(DAY, &["conflicts"]);
        let mut areas = left.as_array().into_iter().flatten();
        assert!(areas.all(|line| line["field"] != "$area"), "{left}");
    }
}

#[test]
fn a_number_and_a_birthday_are_decided_together_and_only_where_both_are_held() {
    let world = World::at(DAY);
    let (a, b, id) = world.two_who_know_an_elder(DAY);
    let cadre = world.worker(DAY, "cadre", "village_cadre", VILLAGE);
    a.edit(
        DAY,
        &id,
        &json!({"id_doc_type": "01", "id_number": "530999194402290016", "no_id_reason": null}),
    );
    meet(&a, &b);
    b.edit(DAY, &id, &json!({"birth_date": "1944-03-01"}));
    a.edit(DAY, &id, &json!({"birth_date": "1944-02-28", "sex": "2"}));
    meet(&a, &b);
    cadre.sync(DAY);
    let line = only(&b);
    assert_eq!(line["group"], "identity");
    let of_a = place(&line, |value| value["value"]["sex"] == "2");
    let shown = only(&cadre);
    assert_eq!(shown["decidable"], false);
    let field = word(&shown, "field");
    let told = cadre
        .phone
        .verb(DAY, &["settle", &id, &field, "--choose", "1"]);
    assert_eq!(told.expect("the program runs").code, 2);
    let done = settles(&b, &line, &of_a);
    let warned = done["warnings"].as_array().expect("warnings");
    assert!(
        warned.iter().any(|w| w["field"] == "birth_date"),
        "checked again by its form: {done}"
    );
    meet(&b, &a);
    cadre.sync(DAY);
    for worker in [&a, &b, &cadre] {
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
        assert_eq!(worker.shows(DAY, &id, "birth_date"), "1944-02-28");
        assert_eq!(worker.shows(DAY, &id, "sex"), "2");
    }
}
