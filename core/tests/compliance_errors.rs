//! A cases file that cannot be used says where, and never passes over what it does not know.

use tanfang_core::compliance::cases::{self, CasesError};

const FILE: &str = r#"{"format":"tanfang-cases/1","packs":["yn-lincang-2024"],
 "params":{"yn-lincang-2024":{"grace_days":10}},
 "calendar":{"holidays":["2024-06-10"],"windows":[{"county":"530999","kind":"winter_vacation","school_year":"2024-2025","start":"2025-01-18","end":"2025-02-23"}],
  "events":[{"id":"cold-1","kind":"extreme_weather","divisions":["530999"],"start":"2024-12-20","end":"2024-12-24","min":2,"modes":["home"]}]},
 "cases":[{"name":"n","as_of":"2024-07-01T08:00:00+08:00",
  "subjects":[{"id":"s1","group":"elder","birth_date":"1944-02-29","division":"530999100201","household":"h1","registered":{"from":"2024-04-12","to":null},
    "categories":[{"code":"left_behind","from":"2024-04-12","to":null}],"states":[{"state":"hospital","from":"2024-06-01","to":"2024-06-07"}],"consent":[{"state":"informed_agree","on":"2024-04-12"}]},
   {"id":"c1","group":"child","division":[{"code":"530999100201","from":null,"to":null}],"household":"h1"}],
  "pairings":[{"id":"p1","subject":"s1","worker":"w3","from":"2024-01-01","to":null}],
  "assignments":[{"worker":"w1","role":"village_committee","division":"530999100201","from":"2024-01-01","to":null,"last_sync":"2024-06-30T20:00:00+08:00"}],
  "documents":[{"subject":"s1","kind":"service_plan","from":"2024-04-20","to":null}],
  "visits":[{"id":"v1","subjects":{"s1":"met"},"mode":"home","outcome":"met","started_at":"2024-05-10T09:30:00+08:00","participants":[{"worker":"w1","role":"village_committee"}],"confirmed":null}],
  "expect":[{"rule":"LC-R2","unit":"s1","period":"2024-05","state":null}]}]}"#;

#[test]
fn the_file_itself_can_be_used() {
    let outcome = cases::run(FILE, &[]).unwrap();
    assert_eq!((outcome.checked, outcome.failures.len()), (1, 0));
}

#[test]
fn every_error_has_its_place() {
    let wrong = [
        (
            r#""format":"tanfang-cases/1""#,
            r#""format":"tanfang-cases/2""#,
            "format",
        ),
        (
            r#""packs":["yn-lincang-2024"]"#,
            r#""packs":["yn-lincang-2025"]"#,
            "packs[0]",
        ),
        (
            r#""packs":["yn-lincang-2024"]"#,
            r#""packs":["nm-2022","nm-2022"]"#,
            "packs[1]",
        ),
        (
            r#""params":{"yn-lincang-2024":{"#,
            r#""params":{"nm-2022":{"#,
            "params.nm-2022",
        ),
        (
            r#"{"grace_days":10}"#,
            r#"{"grace":10}"#,
            "params.yn-lincang-2024",
        ),
        (
            r#"{"grace_days":10}"#,
            r#"{"grace_days":"10"}"#,
            "params.yn-lincang-2024.grace_days",
        ),
        (
            r#""holidays":["2024-06-10"]"#,
            r#""holidays":["2024-06-31"]"#,
            "calendar.holidays[0]",
        ),
        (
            r#""kind":"winter_vacation""#,
            r#""kind":"winter""#,
            "calendar.windows[0].kind",
        ),
        (
            r#""kind":"extreme_weather""#,
            r#""kind":"flood""#,
            "calendar.events[0].kind",
        ),
        (
            r#""modes":["home"]"#,
            r#""modes":["house"]"#,
            "calendar.events[0].modes[0]",
        ),
        (r#""name":"n""#, r#""title":"n""#, "cases[0]"),
        (
            r#""as_of":"2024-07-01T08:00:00+08:00""#,
            r#""as_of":"2024-07-01T08:00:00""#,
            "cases[0].as_of",
        ),
        (r#""as_of":"2024-07-01T08:00:00+08:00","#, "", "cases[0]"),
        (
            r#""group":"elder""#,
            r#""group":"adult""#,
            "cases[0].subjects[0].group",
        ),
        (
            r#""code":"left_behind""#,
            r#""code":"left-behind""#,
            "cases[0].subjects[0].categories[0].code",
        ),
        (
            r#""code":"left_behind""#,
            r#""code":"migrant""#,
            "cases[0].subjects[0].categories[0].code",
        ),
        (
            r#""state":"hospital""#,
            r#""state":"ill""#,
            "cases[0].subjects[0].states[0].state",
        ),
        (
            r#""state":"informed_agree""#,
            r#""state":"agree""#,
            "cases[0].subjects[0].consent[0].state",
        ),
        (
            r#""division":"530999100201","household":"h1""#,
            r#""division":"5309991002","household":"h1""#,
            "cases[0].subjects[0].division",
        ),
        (
            r#"{"code":"530999100201","#,
            r#"{"code":"530999100202","#,
            "cases[0].subjects[1].division",
        ),
        (r#""id":"c1""#, r#""id":"s1""#, "cases[0].subjects[1]"),
        (
            r#""id":"p1","subject":"s1""#,
            r#""id":"p1","subject":"s9""#,
            "cases[0].pairings[0].subject",
        ),
        (
            r#""worker":"w1","role":"village_committee","division""#,
            r#""worker":"w1","role":"mayor","division""#,
            "cases[0].assignments[0].role",
        ),
        (
            r#"{"subject":"s1","kind""#,
            r#"{"subject":"s9","kind""#,
            "cases[0].documents[0].subject",
        ),
        (
            r#""kind":"service_plan""#,
            r#""kind":"plan""#,
            "cases[0].documents[0].kind",
        ),
        (
            r#"{"s1":"met"}"#,
            r#"{"s9":"met"}"#,
            "cases[0].visits[0].subjects.s9",
        ),
        (
            r#"{"s1":"met"}"#,
            r#"{"s1":"seen"}"#,
            "cases[0].visits[0].subjects.s1",
        ),
        (
            r#"{"s1":"met"}"#,
            r#"{"s1":"met","s1":"not_met"}"#,
            "cases[0].visits[0].subjects",
        ),
        (
            r#""mode":"home""#,
            r#""mode":"hom""#,
            "cases[0].visits[0].mode",
        ),
        (
            r#""outcome":"met""#,
            r#""outcome":"ok""#,
            "cases[0].visits[0].outcome",
        ),
        (r#""started_at":"#, r#""startd_at":"#, "cases[0].visits[0]"),
        (
            r#"[{"worker":"w1","role":"village_committee"}]"#,
            r#"[{"worker":"w1","role":"any"}]"#,
            "cases[0].visits[0].participants[0].role",
        ),
        (
            r#""confirmed":null"#,
            r#""confirmed":"yes""#,
            "cases[0].visits[0].confirmed",
        ),
        (
            r#""rule":"LC-R2""#,
            r#""rule":"LC-R9""#,
            "cases[0].expect[0].rule",
        ),
        (
            r#""unit":"s1""#,
            r#""unit":"s9""#,
            "cases[0].expect[0].unit",
        ),
        (
            r#""unit":"s1""#,
            r#""unit":"h1""#,
            "cases[0].expect[0].unit",
        ),
        (
            r#""period":"2024-05""#,
            r#""period":"2024-13""#,
            "cases[0].expect[0].period",
        ),
        (
            r#""period":"2024-05""#,
            r#""period":"cold-2""#,
            "cases[0].expect[0].period",
        ),
        (
            r#""period":"2024-05","state":null"#,
            r#""period":"2024-05","state":"late""#,
            "cases[0].expect[0].state",
        ),
        (
            r#""period":"2024-05","state":null"#,
            r#""period":"2024-05""#,
            "cases[0].expect[0]",
        ),
        (
            r#""period":"2024-05","state":null"#,
            r#""period":"2024-05","state":null,"flags":["late"]"#,
            "cases[0].expect[0].flags[0]",
        ),
        (
            r#""period":"2024-05","state":null"#,
            r#""period":"2024-05","state":null,"reason":"ill""#,
            "cases[0].expect[0].reason",
        ),
    ];
    for (from, to, place) in wrong {
        assert!(FILE.contains(from), "{from}");
        match cases::run(&FILE.replacen(from, to, 1), &[]) {
            Err(CasesError::Misfit(misfit)) => assert_eq!(misfit.place, place, "{to}: {misfit}"),
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn a_child_has_its_own_categories() {
    let child = FILE.replacen(
        r#""group":"child","#,
        r#""group":"child","categories":[{"code":"migrant"},{"code":"risk_key"}],"#,
        1,
    );
    assert!(cases::run(&child, &[]).is_ok());
}

#[test]
fn a_pack_file_is_added_and_a_broken_one_named() {
    let pack = tanfang_core::compliance::Pack::built_in_text("nm-2022").unwrap();
    let file = FILE.replacen(r#""rule":"LC-R2""#, r#""rule":"NM-T1""#, 1);
    assert!(cases::run(&file, &[]).is_err(), "no pack has the rule");
    assert!(cases::run(&file, &[pack]).is_ok());
    let error = cases::run(FILE, &[pack, "{}"]).err().unwrap().to_string();
    assert!(error.starts_with("pack file 2: "), "{error}");
    let renamed = pack.replacen("nm-2022", "nm-2023", 1);
    let error = cases::run(FILE, &[pack, renamed.as_str()])
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        error,
        "the packs nm-2022 and nm-2023 both have a rule `NM-T1`"
    );
}

#[test]
fn nonsense_is_an_error_and_no_panic() {
    for text in [
        "",
        "[]",
        "null",
        "{",
        "\u{feff}{}",
        "{\"format\":1}",
        &"[".repeat(10_000),
    ] {
        assert!(cases::run(text, &[]).is_err(), "{text:.20}");
    }
}

/// A newer version of a pack judges what begins under it; the older one judges to the end.
#[test]
fn a_period_is_judged_to_its_end_by_the_version_it_began_under() {
    let old = tanfang_core::compliance::Pack::built_in_text("yn-lincang-2024").unwrap();
    let new = old
        .replacen(r#""version": 1"#, r#""version": 2"#, 1)
        .replacen(r#""valid_from": null"#, r#""valid_from": "2024-06-15""#, 1)
        .replacen(
            r#""modes": ["home", "hospital", "institution"],
      "modes_optional""#,
            r#""modes": ["phone"],
      "modes_optional""#,
            1,
        );
    let mut file = cases::parse(FILE, &[&new]).unwrap();
    let case = &mut file.cases[0];
    let row = |code: &str| tanfang_core::facts::rows::Dated {
        code: code.into(),
        from: None,
        to: None,
    };
    case.facts.subjects[0].categories = vec![row("left_behind"), row("disabled_ability")];
    case.as_of = "2024-07-25T08:00:00+08:00".parse().unwrap();
    let visit = case.facts.visits[0].clone();
    let on = |id: &str, mode: &str, at: &str| {
        let mut visit = visit.clone();
        (visit.id, visit.mode) = (id.into(), mode.into());
        (visit.started_at, visit.recorded_at) = (at.parse().unwrap(), at.parse().unwrap());
        visit.received_at = None;
        visit
    };
    case.facts.visits = vec![
        on("june", "home", "2024-06-20T08:00:00+08:00"),
        on("july", "home", "2024-07-20T08:00:00+08:00"),
        on("july-call", "phone", "2024-07-21T08:00:00+08:00"),
    ];
    let query = tanfang_core::compliance::Query::default();
    let report = tanfang_core::compliance::report(
        &case.facts,
        &file.packs,
        &file.calendar,
        case.as_of,
        &query,
    );
    let found: Vec<(Option<&str>, u32, Vec<String>)> = report
        .lines
        .iter()
        .filter(|line| line.rule == "LC-R2")
        .map(|line| {
            (
                line.period.as_deref(),
                line.pack_version,
                line.credited.clone(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("2024-06"), 1, vec!["june".to_string()]),
            (Some("2024-07"), 2, vec!["july-call".to_string()])
        ]
    );
    assert!(report.lines.iter().any(|line| line.unsent == ["july-call"]));
}
