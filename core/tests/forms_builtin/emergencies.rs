//! B5: an emergency, and what the law wants reported at once.

use super::*;

/// A child whom the register knows, an elder, and a worker.
fn known() -> Context {
    let person = |name: &str, group: &str, born: &str| {
        [
            ("name", name),
            ("group", group),
            ("household", "h-1"),
            ("birth_date", born),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into()
    };
    Context {
        subject: vec![
            person("p-1", "elder", "1944-02-29"),
            person("p-2", "child", "2006-07-02"),
            person("p-3", "child", ""),
        ],
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
    let ill = json!({"category": "critical_illness", "mr_signs": null});
    assert_eq!(said(with(report(), ill))["mandatory_report"], "no");
    let elder = with(report(), json!({"person": "p-1"}));
    let told = said(elder);
    assert_eq!(told["mandatory_report"], "no");
    assert!(!told.contains_key("mr_signs"), "asked of minors only");
}

#[test]
fn who_was_a_minor_when_found_stays_one_when_the_record_is_opened_after_the_birthday() {
    // Eighteen on 2024-07-02; `ask` answers on 2024-07-01, found the day before or the day itself.
    assert_eq!(said(report())["subject_age"], 17);
    let later = Context {
        subject: known().subject,
        ..Context::creating(at("2025-08-05T12:00:00+08:00"))
    };
    let told = ask("emergency", &report(), &later).unwrap();
    assert_eq!(told.answers()["mandatory_report"], "yes");
    assert_eq!(told.answers()["mr_signs"], json!(["4"]));
    let found = json!({"found_at": "2024-07-02T00:10:00+08:00", "reported_to": []});
    let told = ask("emergency", &with(report(), found), &later).unwrap();
    assert_eq!(told.answers()["mandatory_report"], "no");
}

#[test]
fn signs_that_were_ticked_are_kept_and_reported_when_the_category_is_corrected() {
    let corrected = with(report(), json!({"category": "critical_illness"}));
    let told = said(corrected);
    assert_eq!(told["mandatory_report"], "yes");
    assert_eq!(told["mr_signs"], json!(["4"]));
}

#[test]
fn of_whom_no_age_is_known_one_is_asked_and_until_then_they_are_a_minor() {
    for person in [
        json!({"person": "p-3"}),
        json!({"person": null, "unknown_description": "灰衣"}),
    ] {
        let outcome = ask("emergency", &with(report(), person.clone()), &known());
        assert_eq!(warned(&outcome), ["unknown_age"]);
        assert_eq!(outcome.unwrap().answers()["mandatory_report"], "yes");
        let grown = with(with(report(), person), json!({"unknown_age": 18}));
        assert_eq!(said(grown)["mandatory_report"], "no");
    }
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
fn signs_left_out_and_a_report_not_yet_made_are_warned_of_and_stop_nothing() {
    let bare = with(report(), json!({"mr_signs": null, "reported_to": []}));
    let outcome = ask("emergency", &bare, &known());
    assert_eq!(warned(&outcome), ["mr_signs", "first_actions"]);
    let told = outcome.unwrap();
    assert!(!told.answers().contains_key("reported_at_first"));
    let later = json!({"found_at": "2024-07-01T12:30:00+08:00"});
    assert_eq!(
        errors(ask("emergency", &with(bare, later), &known())),
        [("found_at".to_owned(), ProblemCode::Constraint)]
    );
}
