//! B5: an emergency, and what the law wants reported at once.

use super::*;

/// A child whom the register knows, an elder, and a worker.
fn known() -> Context {
    let person = |name: &str, group: &str, age: &str| {
        [
            ("name", name),
            ("group", group),
            ("household", "h-1"),
            ("age", age),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into()
    };
    Context {
        subject: vec![person("p-1", "elder", "80"), person("p-2", "child", "9")],
        ..creating()
    }
}

fn report() -> Value {
    json!({"danger_now": "no", "person": "p-2", "category": "illegal_harm",
        "found_at": "2024-07-01T09:30:00+08:00", "found_how": "visit", "place": "示例村小学",
        "place_division": "530999201201", "description": "手臂有新伤，说不清来由",
        "first_actions": ["stayed"], "mr_signs": ["4"],
        "reported_to": [{"whom": "police", "at": "2024-07-01T09:50:00+08:00", "channel": "phone"},
            {"whom": "township", "at": "2024-07-01T09:40:00+08:00", "channel": "phone"}]})
}

fn said(answers: Value) -> Map<String, Value> {
    let checked = ask("emergency", &answers, &known()).unwrap_or_else(|p| panic!("{p:#?}"));
    checked.answers().clone()
}

#[test]
fn what_befalls_a_minor_must_be_reported_and_the_clock_is_the_first_report() {
    let told = said(report());
    assert_eq!(told["mandatory_report"], "yes");
    assert_eq!(told["reported_at_first"], "2024-07-01T09:40:00+08:00");
    assert_eq!(told["state"], "reported");
    let ill = with(report(), json!({"category": "critical_illness"}));
    assert_eq!(said(ill)["mandatory_report"], "no");
    let elder = with(report(), json!({"person": "p-1"}));
    let told = said(elder);
    assert_eq!(told["mandatory_report"], "no");
    assert!(!told.contains_key("mr_signs"), "asked of minors only");
}

#[test]
fn somebody_who_is_not_registered_is_described_and_judged_by_the_age_that_is_guessed() {
    let unknown = with(report(), json!({"person": null}));
    assert_eq!(
        errors(ask("emergency", &unknown, &known())),
        [(
            "unknown_description".to_owned(),
            ProblemCode::RequiredMissing
        )]
    );
    let described = json!({"unknown_description": "红衣，背书包", "unknown_age": 17});
    let told = said(with(unknown.clone(), described));
    assert_eq!(told["mandatory_report"], "yes");
    let grown = json!({"unknown_description": "灰衣", "unknown_age": 18});
    assert_eq!(said(with(unknown, grown))["mandatory_report"], "no");
}

#[test]
fn a_minors_signs_left_out_are_warned_of_and_stop_nothing() {
    let bare = with(report(), json!({"mr_signs": null, "reported_to": []}));
    let outcome = ask("emergency", &bare, &known());
    assert_eq!(warned(&outcome), ["mr_signs"]);
    let told = outcome.unwrap();
    assert!(!told.answers().contains_key("reported_at_first"));
    let later = json!({"found_at": "2024-07-01T12:30:00+08:00"});
    assert_eq!(
        errors(ask("emergency", &with(bare, later), &known())),
        [("found_at".to_owned(), ProblemCode::Constraint)]
    );
}
