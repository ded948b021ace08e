use super::*;
use crate::facts::tests::{A, B, id, origin, part};
use crate::merge::settle;
use serde_json::json;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn rows(answers: Json, held: &[Compartment]) -> Vec<BTreeMap<String, String>> {
    let origin = origin(1, "2024-05-01T08:00:00+08:00", None);
    let fields = [("name", "测试甲"), ("birth_date", "2010-05-10")];
    let mut care = part(id(1), Kind::PERSON, &[("ability_level", "3")]);
    care.compartment = Compartment::Care;
    let parts = [part(id(1), Kind::PERSON, &fields), care];
    let child = settle(id(1), Kind::PERSON, parts.iter().map(|p| (p, &origin)));
    let name = part(id(2), Kind::WORKER, &[("name", "测试乙")]);
    let worker = settle(id(2), Kind::WORKER, [(&name, &origin)]);
    let answers = answers.as_object().unwrap().clone();
    let asking = Asking {
        answers: &answers,
        subject: None,
        pressed: day("2024-07-01"),
        held: &held.iter().copied().collect(),
    };
    let term = |role: &str, from: &str, to: &str| {
        let span = Span {
            from: Some(day(from)),
            to: Some(day(to)),
        };
        (role.to_owned(), span)
    };
    asking.rows(
        &mut |asked| {
            [&child, &worker]
                .into_iter()
                .find(|r| r.id == asked)
                .cloned()
        },
        &mut |_| {
            vec![
                term("village_committee", "2024-01-01", "2024-06-30"),
                term("child_director", "2024-01-01", "2024-06-30"),
                term("township_civil", "2024-07-01", "2024-12-31"),
            ]
        },
    )
}

#[test]
fn people_and_workers_stand_as_they_were_on_the_day_of_the_visit() {
    let named = json!({"people": [{"person": id(1).to_string()}], "participants": [{"worker": id(2).to_string()}]});
    let mut visit = named.clone();
    visit["started_at"] = json!("2024-05-09T23:30:00+08:00");
    let [child, worker] = &rows(visit, &[Compartment::Contact])[..] else {
        panic!("two are named")
    };
    assert_eq!(child["age"], "13");
    assert_eq!(
        (child["name"].as_str(), child["label"].as_str()),
        (id(1).to_string().as_str(), "测试甲")
    );
    assert_eq!(worker["roles"], "child_director village_committee");
    let pressed = rows(named, &[Compartment::Contact]);
    assert_eq!(pressed[0]["age"], "14");
    assert_eq!(pressed[1]["roles"], "township_civil");
}

#[test]
fn what_the_author_does_not_hold_and_who_is_not_known_is_not_there() {
    let named = json!({"person": id(1).to_string(), "household": A, "note": B});
    let held = rows(named.clone(), &[Compartment::Contact, Compartment::Care]);
    assert_eq!(held.len(), 1);
    assert_eq!(held[0]["ability_level"], "3");
    let contact = rows(named, &[Compartment::Contact]);
    assert_eq!(contact[0].get("ability_level"), None);
}
