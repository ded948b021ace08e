//! What decides a state is entered by whose right it is, on the phone and at the county's desk, and
//! is known on every phone: a visit that waits, a family that was asked, a refusal, a leaving; packs
//! and events that the county publishes.

use serde_json::{Value as Json, json};
use stories::world::{
    OTHER_VILLAGE, TOWNSHIP, VILLAGE, Worker, World, child, elder, line, must, word,
};

const DAY: &str = "2024-06-24T08:00:00+08:00";
const LATER: &str = "2024-06-25T08:00:00+08:00";
const MONTH: &str = "2024-06";
const RULE: &str = "LC-R2";

/// A worker of the village, one of another, and who supervises both.
struct People {
    cadre: Worker,
    stranger: Worker,
    township: Worker,
}

fn people(world: &World) -> People {
    let worker = |name: &'static str, role: &'static str, area: &str| {
        let worker = world.worker(DAY, name, role, area);
        // Given today, the role was held before: visits of the month are theirs.
        let term = ["--role", role, "--area", area, "--from", "2024-01-01"];
        let line = [&["assign", "--worker", &worker.id][..], &term].concat();
        must(world.county.verb(DAY, &line));
        worker.sync(DAY);
        worker
    };
    People {
        cadre: worker("a", "village_committee", VILLAGE),
        stranger: worker("b", "village_committee", OTHER_VILLAGE),
        township: worker("s", "township_civil", TOWNSHIP),
    }
}

impl People {
    fn meet(&self, now: &str) {
        for worker in [&self.cadre, &self.township, &self.cadre, &self.stranger] {
            assert_eq!(worker.sync(now)["refused"], 0);
        }
    }

    /// An elder of the village and a visit to them, written down more than 72 hours later without a
    /// reason, so that it waits.
    fn elder_seen_five_days_ago(&self) -> (String, String) {
        let card = elder("测试甲", VILLAGE);
        let person = word(&self.cadre.new_record(DAY, "elder_card", &card), "id");
        let seen_at = "2024-06-19T09:00:00+08:00";
        let visit = self.cadre.visits(DAY, seen_at, &[(&person, "met")]);
        self.meet(DAY);
        (person, visit)
    }

    /// The state and reason of a person's month, alike on both phones and at the county.
    #[track_caller]
    fn state(&self, world: &World, now: &str, person: &str) -> (Json, Json) {
        let as_of = &now[..10];
        let county = world.report(now, VILLAGE, as_of);
        for worker in [&self.cadre, &self.township] {
            assert_eq!(worker.report(now, VILLAGE, as_of), county);
        }
        let line = line(&county, RULE, person, MONTH).expect("a line");
        (line["state"].clone(), line["reason"].clone())
    }
}

/// What a person's standing is from a day on, and who said so or why.
fn standing<'a>(person: &'a str, what: &'a str, day: &'a str, said: &'a str) -> Vec<&'a str> {
    vec!["standing", person, what, day, "--reason", said]
}

/// The same at the desk, by the word of a supervisor.
fn by_the_word_of<'a>(line: &[&'a str], by: &'a str) -> Vec<&'a str> {
    [line, &["--by", by]].concat()
}

#[track_caller]
fn refused(worker: &Worker, now: &str, arguments: &[&str]) {
    let told = worker.phone.verb(now, arguments).expect("the program runs");
    assert_eq!(told.code, 2, "{arguments:?}: {}", told.text);
    assert!(told.text.contains("needs_correction"), "{}", told.text);
}

#[track_caller]
fn refused_at_the_desk(world: &World, arguments: &[&str]) -> String {
    let told = world.county.verb(DAY, arguments).expect("the program runs");
    assert_eq!(told.code, 2, "{arguments:?}: {}", told.text);
    let json: Json = serde_json::from_str(&told.text).expect("JSON");
    word(&json, "error")
}

#[test]
fn a_visit_that_waits_is_confirmed_on_the_supervisors_phone_and_rejected_at_the_desk() {
    let mut world = World::at(DAY);
    let people = people(&world);
    let (person, visit) = people.elder_seen_five_days_ago();
    assert_eq!(people.state(&world, DAY, &person).0, "review");
    for worker in [&people.cadre, &people.stranger] {
        let line = ["confirm", &visit, "--yes", "--reason", "去过"];
        let told = worker.phone.verb(DAY, &line).expect("the program runs");
        assert_eq!(told.code, 2, "{}", told.text);
    }
    let confirm = ["confirm", &visit, "--yes", "--reason", "电话核实"];
    people.township.does(DAY, &confirm);
    people.meet(DAY);
    assert_eq!(people.state(&world, DAY, &person).0, "done");
    let review = |by: &str, reason: &str| -> Vec<String> {
        let line = ["review", &visit, "--reject", "--reason", reason, "--by", by];
        line.map(str::to_owned).into()
    };
    let words = |line: &[String]| -> Vec<String> { line.to_vec() };
    for (by, reason, error) in [
        (&people.cadre.id, "回访未到", "not_a_supervisor"),
        (&people.stranger.id, "回访未到", "not_a_supervisor"),
        (&people.township.id, " ", "not_entered"),
    ] {
        let line = words(&review(by, reason));
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        assert_eq!(refused_at_the_desk(&world, &line), error);
    }
    world.now(LATER);
    let line = review(&people.township.id, "回访未到");
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    must(world.county.verb(LATER, &line));
    people.meet(LATER);
    assert_eq!(people.state(&world, LATER, &person).0, "open");
}

#[test]
fn a_hospital_a_refusal_and_a_leaving_are_noted_where_the_person_is_and_excuse_everywhere() {
    let world = World::at(DAY);
    let people = people(&world);
    let mut card = elder("测试甲", VILLAGE);
    card["life_state"] = json!([{"code": "hospital", "from": "2024-06-01"}]);
    let ill = word(&people.cadre.new_record(DAY, "elder_card", &card), "id");
    let at_home = word(
        &people
            .cadre
            .new_record(DAY, "elder_card", &elder("测试乙", VILLAGE)),
        "id",
    );
    people.meet(DAY);
    assert_eq!(
        people.state(&world, DAY, &ill).0,
        "open",
        "the family was not asked"
    );
    let asked = |person| ["standing", person, "--family-contacted", "2024-06-20"];
    people.cadre.does(DAY, &asked(&ill));
    people.meet(DAY);
    assert_eq!(
        people.state(&world, DAY, &ill),
        (json!("exempt"), json!("hospital"))
    );
    refused(&people.cadre, DAY, &asked(&at_home));

    let by = people.township.id.as_str();
    let refuses = standing(&at_home, "--refuses", "2024-06-21", "本人");
    must(world.county.verb(DAY, &by_the_word_of(&refuses, by)));
    people.meet(DAY);
    assert_eq!(
        people.state(&world, DAY, &at_home),
        (json!("exempt"), json!("refused"))
    );
    let agrees = standing(&at_home, "--agrees", "2024-06-22", "本人");
    people.cadre.does(DAY, &agrees);
    people.meet(DAY);
    assert_eq!(people.state(&world, DAY, &at_home).0, "open");

    let leaves = standing(&at_home, "--leaves", "2024-06-15", "随子女迁往外省");
    refused(&people.cadre, DAY, &leaves[..4]);
    people.cadre.does(DAY, &leaves);
    people.meet(DAY);
    assert_eq!(
        people.state(&world, DAY, &at_home),
        (json!("exempt"), json!("left"))
    );
    refused(&people.cadre, DAY, &leaves);
    let again = by_the_word_of(&leaves, by);
    assert_eq!(refused_at_the_desk(&world, &again), "not_entered");
}

#[test]
fn what_the_desk_enters_passes_the_form_and_is_reckoned_as_on_a_phone() {
    let world = World::at(DAY);
    let people = people(&world);
    let by = people.township.id.as_str();
    let (person, visit) = people.elder_seen_five_days_ago();
    let long = "长".repeat(5_000);
    for said in [long.as_str(), "本人\u{202e}", "本人\u{7}"] {
        for what in ["--refuses", "--leaves"] {
            let line = standing(&person, what, "2024-06-21", said);
            let told = refused_at_the_desk(&world, &by_the_word_of(&line, by));
            assert_eq!(told, "not_entered", "{what}");
        }
        let line = ["review", &visit, "--confirm", "--reason", said];
        let told = refused_at_the_desk(&world, &by_the_word_of(&line, by));
        assert_eq!(told, "not_entered");
    }
    let shown = |name: &str| people.cadre.shows(DAY, &person, name);
    people.meet(DAY);
    assert_eq!(
        shown("consent_state"),
        "not_yet",
        "nothing of it was written"
    );
    for (what, day, state) in [
        ("--refuses", "2024-06-21", "informed_refuse"),
        ("--agrees", "2024-06-22", "informed_agree"),
    ] {
        let line = standing(&person, what, day, "本人");
        must(world.county.verb(DAY, &by_the_word_of(&line, by)));
        people.meet(DAY);
        assert_eq!(shown("consent_state"), state);
    }
    let phone = json!({"phone": "15400000001"});
    people.cadre.edit(DAY, &person, &phone);
    assert_eq!(shown("phone"), "15400000001");
}

#[test]
fn who_is_only_paired_with_a_person_notes_no_leaving() {
    let world = World::at(DAY);
    let people = people(&world);
    let helper = world.worker(DAY, "h", "helper", TOWNSHIP);
    let saved = people
        .cadre
        .new_record(DAY, "elder_card", &elder("测试甲", VILLAGE));
    let person = word(&saved, "id");
    people.cadre.sync(DAY);
    let pair = [
        "pair",
        "--worker",
        &helper.id,
        "--person",
        &person,
        "--from",
        "2024-06-01",
    ];
    must(world.county.verb(DAY, &pair));
    helper.sync(DAY);
    assert_eq!(helper.lists(DAY, "elder"), std::slice::from_ref(&person));
    let leaves = standing(&person, "--leaves", "2024-06-15", "迁出");
    refused(&helper, DAY, &leaves);
}

#[test]
fn an_event_reaches_phones_and_who_learns_late_sees_since_when_he_could_know() {
    let mut world = World::at(DAY);
    let people = people(&world);
    let saved = people
        .cadre
        .new_record(DAY, "child_left_behind", &child("测试童", VILLAGE));
    let home = saved["records"].as_array().expect("records").iter();
    let home = home
        .clone()
        .find(|r| r["kind"] == "household")
        .map(|r| word(r, "id"));
    let home = home.expect("a household");
    people.cadre.sync(DAY);
    must(world.county.verb(
        DAY,
        &["pack", "activate", "ah-2024", "--from", "2024-06-01"],
    ));
    let event = |end: &'static str| {
        [
            "calendar",
            "event",
            "cold-1",
            "--division",
            TOWNSHIP,
            "--start",
            "2024-06-20",
            "--end",
            end,
            "--min",
            "1",
        ]
    };
    must(world.county.verb(DAY, &event("2024-06-26")));
    people.meet(DAY);
    let shown = people.cadre.does(DAY, &["calendar"]);
    let event_of = |shown: &Json| shown["events"][0].clone();
    assert_eq!(event_of(&shown)["learnt_on"], "2024-06-24");
    assert_eq!(event_of(&shown)["learnt_late"], true);
    let report = people.township.report(DAY, VILLAGE, "2024-06-24");
    assert_eq!(report, world.report(DAY, VILLAGE, "2024-06-24"));
    let line_of = line(&report, "AH-R7", &home, "cold-1").expect("the event is asked");
    assert_eq!(
        (&line_of["state"], &line_of["due"]),
        (&json!("open"), &json!("2024-06-26"))
    );
    world.now(LATER);
    must(world.county.verb(LATER, &event("2024-06-30")));
    people.meet(LATER);
    let shown = people.cadre.does(LATER, &["calendar"]);
    assert_eq!(event_of(&shown)["end"], "2024-06-30");
    assert_eq!(
        event_of(&shown)["learnt_on"],
        "2024-06-24",
        "the day stays the first"
    );
}

#[test]
fn a_merged_village_keeps_its_closed_months_and_the_report_shows_both_codes() {
    const AFTER: &str = "2024-08-05T08:00:00+08:00";
    const MERGED: &str = "530999201209";
    let mut world = World::at(DAY);
    let people = people(&world);
    let saved = people
        .cadre
        .new_record(DAY, "elder_card", &elder("测试甲", VILLAGE));
    let person = word(&saved, "id");
    people
        .cadre
        .visits(DAY, "2024-06-23T09:00:00+08:00", &[(&person, "met")]);
    people.meet(DAY);
    let table = format!(
        "code,name,level,parent,valid_from,valid_to,successors\n\
         {MERGED},新样板村,village,530999201000,2024-07-01,,\n\
         {VILLAGE},样板村,village,530999201000,,2024-06-30,{MERGED}\n"
    );
    let file = world.path("merged.csv");
    std::fs::write(&file, table).expect("the table");
    must(
        world
            .county
            .verb(DAY, &["areas", "import", &file.to_string_lossy()]),
    );
    world.now(AFTER);
    people.meet(AFTER);
    let states = |area: &str, period: &str| -> Vec<Json> {
        let line = [
            "compliance",
            "--area",
            area,
            "--as-of",
            "2024-08-05",
            "--period",
            period,
        ];
        let county = must(world.county.verb(AFTER, &line));
        assert_eq!(
            people.township.does(AFTER, &line),
            county,
            "{area} {period}"
        );
        assert_eq!(county["renamed"][0]["division"], VILLAGE);
        assert_eq!(county["renamed"][0]["successor"], MERGED);
        let lines = county["lines"].as_array().expect("lines").iter();
        let own = lines.filter(|line| line["rule"] == RULE && line["unit"] == *person);
        own.map(|line| line["state"].clone()).collect()
    };
    assert_eq!(states(VILLAGE, "2024-06"), ["done"]);
    assert_eq!(states(MERGED, "2024-06"), [""; 0]);
    assert_eq!(states(VILLAGE, "2024-07"), [""; 0]);
    assert_eq!(states(MERGED, "2024-07"), ["overdue"]);
    // Who had the village has what it became: his visit counts there.
    people
        .cadre
        .visits(AFTER, "2024-08-04T09:00:00+08:00", &[(&person, "met")]);
    people.meet(AFTER);
    assert_eq!(states(MERGED, "2024-08"), ["done"]);
}
