//! Why a line is as it is: everything that the line says, and each visit once.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tanfang_core::compliance::{
    Calendar, Excuse, Explanation, Fate, Ground, Language, Line, PaperFate, PeriodName, Query,
    Question, Reason, Short, State, explain, report,
};
use tanfang_core::facts::rows::*;

mod compliance_world;
use compliance_world::*;

fn question(line: &Line, calendar: &Calendar) -> Question {
    Question {
        rule: line.rule.to_string(),
        unit: line.unit.clone(),
        period: line
            .period
            .as_deref()
            .map(|text| PeriodName::read(text, calendar).unwrap()),
    }
}

fn asked(facts: &Facts, as_of: &str, rule: &str, unit: &str, period: &str) -> Explanation {
    let calendar = Calendar::default();
    let question = Question {
        rule: rule.into(),
        unit: unit.into(),
        period: Some(PeriodName::read(period, &calendar).unwrap()),
    };
    explain(facts, &lincang(), &calendar, at(as_of), &question).unwrap()
}

fn one_elder() -> Facts {
    Facts {
        subjects: vec![subject("a", Group::Elder, "h")],
        assignments: vec![holder("w1", "village_committee", None, None)],
        ..Facts::default()
    }
}

fn fates(explanation: &Explanation) -> Vec<(&str, Fate)> {
    let visits = explanation.visits.iter();
    visits.map(|one| (one.visit.as_str(), one.fate)).collect()
}

#[test]
fn each_visit_is_told_with_what_became_of_it() {
    let mut facts = one_elder();
    let seen = |id: &str, day: u32, hour: u32| {
        visit(
            id,
            &[("a", Met::Met)],
            at(&format!("2024-05-{day:02}T{hour:02}:00:00+08:00")),
        )
    };
    let (credited, mut again) = (seen("v01", 10, 10), seen("v02", 10, 10));
    again.started_at = Instant(credited.started_at.0 + 60_000);
    let (mut called, mut unmet) = (seen("v03", 11, 10), seen("v04", 12, 10));
    called.mode = "phone".into();
    unmet.subjects.insert("a".into(), Met::NotMet);
    unmet.outcome = "not_met".into();
    let (mut stranger, mut not_held) = (seen("v05", 13, 10), seen("v06", 14, 10));
    stranger
        .participants
        .retain(|one| one.role != "village_committee");
    not_held.participants = vec![Participant {
        worker: "w3".into(),
        role: "village_committee".into(),
    }];
    facts.assignments.push(holder(
        "w3",
        "village_committee",
        Some(day("2024-05-15")),
        None,
    ));
    let (mut late, mut rejected) = (seen("v07", 15, 10), seen("v08", 16, 10));
    late.recorded_at = Instant(late.started_at.0 + 80 * 3_600_000);
    rejected.confirmed = Some(false);
    let mut unknown = seen("v09", 17, 10);
    unknown.received_at = Some(at("2024-06-20T10:00:00+08:00"));
    let mut early = seen("v10", 1, 8);
    early.started_at = at("2024-04-30T23:59:00+08:00");
    facts.visits = vec![
        credited, again, called, unmet, stranger, not_held, late, rejected, unknown, early,
    ];
    let found = asked(&facts, "2024-06-03T08:00:00+08:00", "LC-R2", "a", "2024-05");
    assert_eq!(
        fates(&found),
        [
            ("v10", Fate::OtherDay),
            ("v01", Fate::Credited),
            ("v02", Fate::Duplicate),
            ("v03", Fate::Mode),
            ("v04", Fate::Outcome),
            ("v05", Fate::Role),
            ("v06", Fate::RoleNotHeld),
            ("v07", Fate::Waits),
            ("v08", Fate::Rejected),
            ("v09", Fate::NotKnown),
        ]
    );
    assert_eq!(found.visits[2].of.as_deref(), Some("v01"));
    assert!(found.visits[4].attempt && !found.visits[3].attempt);
    assert_eq!(found.visits[6].worker.as_deref(), Some("w3"));
    assert_eq!(found.visits[7].why, ["no_reason", "too_late"]);
    let chinese = found.sentences(Language::Zh).join("\n");
    for said in [
        "《临沧市",
        "“村(社区)两委成员每月",
        "已完成",
        "v02",
        "30 分钟",
        "72 小时",
        "不任村（社区）“两委”成员",
    ] {
        assert!(chinese.contains(said), "{said}: {chinese}");
    }
    let english = found.sentences(Language::En).join("\n");
    assert!(english.contains("Visit v06 (2024-05-14T10:00:00+08:00): not credited: w3 was not Village committee there that day."), "{english}");
}

#[test]
fn days_that_are_not_eligible_say_why() {
    let mut facts = one_elder();
    let elder = &mut facts.subjects[0];
    elder.registered[0].from = Some(day("2024-05-03"));
    elder.categories[0].from = Some(day("2024-05-06"));
    elder.died_on = Some(day("2024-05-20"));
    let found = asked(&facts, "2024-06-03T08:00:00+08:00", "LC-R2", "a", "2024-05");
    let member = &found.members[0];
    assert_eq!(member.eligible, [(day("2024-05-06"), day("2024-05-19"))]);
    let others: Vec<_> = member
        .others
        .iter()
        .map(|one| (one.from, one.to, one.why))
        .collect();
    assert_eq!(
        others,
        [
            (day("2024-05-01"), day("2024-05-02"), Ground::NotRegistered),
            (day("2024-05-03"), day("2024-05-05"), Ground::NotOfCategory),
            (day("2024-05-20"), day("2024-05-31"), Ground::Died),
        ]
    );
    assert_eq!((found.eligible_days, found.threshold), (14, Some(10)));
    assert_eq!(found.line.reason, Some(Reason::Deceased));
    let held = |excuse: &Excuse| (excuse.reason, excuse.holds, excuse.days, excuse.needed);
    assert_eq!(
        found.excuses.iter().map(held).collect::<Vec<_>>(),
        [(Reason::Deceased, true, 14, 10)]
    );
}

#[test]
fn an_excuse_that_falls_short_says_what_it_lacks() {
    let in_hospital = |to: &str, contacted: Option<&str>| {
        let mut facts = one_elder();
        facts.subjects[0].states = vec![LifeState {
            state: "hospital".into(),
            from: Some(day("2024-05-01")),
            to: Some(day(to)),
            family_contacted_on: contacted.map(day),
        }];
        let found = asked(&facts, "2024-06-03T08:00:00+08:00", "LC-R2", "a", "2024-05");
        let excuse = found.excuses[0].clone();
        (
            excuse.days,
            excuse.needed,
            excuse.holds,
            excuse.short,
            found.line.state.unwrap(),
        )
    };
    let overdue = State::Overdue;
    assert_eq!(
        in_hospital("2024-05-18", Some("2024-05-02")),
        (18, 22, false, Some(Short::TooFewDays), overdue)
    );
    assert_eq!(
        in_hospital("2024-05-22", None),
        (22, 22, false, Some(Short::FamilyNotContacted), overdue)
    );
    assert_eq!(
        in_hospital("2024-05-22", Some("2024-05-02")),
        (22, 22, true, None, State::Exempt)
    );
}

#[test]
fn while_it_runs_it_says_what_would_still_count_and_afterwards_whose_phone_is_waited_for() {
    let mut facts = one_elder();
    facts.assignments[0].last_sync = Some(at("2024-05-20T08:00:00+08:00"));
    let runs = asked(&facts, "2024-05-30T08:00:00+08:00", "LC-R2", "a", "2024-05");
    let still = runs.still.unwrap();
    assert_eq!((still.visits, still.until), (Some(1), day("2024-05-31")));
    assert_eq!(
        (still.modes.len(), still.roles),
        (3, vec!["village_committee".to_owned()])
    );
    let over = asked(&facts, "2024-06-03T08:00:00+08:00", "LC-R2", "a", "2024-05");
    assert_eq!(
        (over.line.state, &over.still),
        (Some(State::Unsynced), &None)
    );
    assert_eq!(over.waits_for[0].worker, "w1");
    assert!(
        over.sentences(Language::En)
            .join("\n")
            .contains("2024-05-20T08:00:00+08:00")
    );
}

#[test]
fn a_hand_over_names_its_days_and_a_visit_in_the_grace_the_month_it_is_credited_to() {
    let mut facts = one_elder();
    facts.assignments = vec![
        holder("w1", "village_committee", None, Some(day("2024-05-24"))),
        holder("w3", "village_committee", Some(day("2024-05-25")), None),
    ];
    let mut seen = visit("v", &[("a", Met::Met)], at("2024-06-02T10:00:00+08:00"));
    seen.participants[0].worker = "w3".into();
    facts.visits = vec![seen];
    let may = asked(&facts, "2024-06-03T08:00:00+08:00", "LC-R2", "a", "2024-05");
    assert_eq!(fates(&may), [("v", Fate::Credited)]);
    assert_eq!(
        may.handover.map(|found| found.until),
        Some(day("2024-06-03"))
    );
    let june = asked(&facts, "2024-06-03T08:00:00+08:00", "LC-R2", "a", "2024-06");
    assert_eq!(fates(&june), [("v", Fate::OtherPeriod)]);
    assert_eq!(june.visits[0].period.as_deref(), Some("2024-05"));
}

#[test]
fn a_document_that_is_asked_is_told_with_the_others() {
    let mut facts = one_elder();
    let paper = |kind: &str, to: Option<&str>| Document {
        subject: "a".into(),
        kind: kind.into(),
        from: Some(day("2024-01-01")),
        to: to.map(day),
    };
    facts.documents = vec![
        paper("service_plan", Some("2024-06-02")),
        paper("guardian_agreement", None),
    ];
    let found = asked(
        &facts,
        "2024-06-03T08:00:00+08:00",
        "LC-E2",
        "a",
        "2024-06-03",
    );
    let fates: Vec<PaperFate> = found.documents.iter().map(|paper| paper.fate).collect();
    assert_eq!(fates, [PaperFate::OtherKind, PaperFate::OtherDay]);
    assert_eq!(found.line.state, Some(State::Overdue));
    facts.documents[0].to = None;
    let found = asked(
        &facts,
        "2024-06-03T08:00:00+08:00",
        "LC-E2",
        "a",
        "2024-06-03",
    );
    assert!(
        found
            .documents
            .iter()
            .any(|paper| paper.fate == PaperFate::Credited)
    );
}

#[test]
fn what_the_report_does_not_have_is_not_explained() {
    let facts = one_elder();
    let calendar = Calendar::default();
    for (rule, unit, period) in [
        ("LC-R2", "b", "2024-05"),
        ("LC-R9", "a", "2024-05"),
        ("LC-R2", "a", "2024-Q2"),
        ("LC-R2", "a", "2024-07"),
    ] {
        let question = Question {
            rule: rule.into(),
            unit: unit.into(),
            period: PeriodName::parse(period),
        };
        let as_of = at("2024-06-03T08:00:00+08:00");
        assert_eq!(
            explain(&facts, &lincang(), &calendar, as_of, &question),
            None
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_explanation_says_what_its_line_says_and_of_each_visit_once_what_became_of_it(world in some_world()) {
        let calendar = Calendar::default();
        let all = report(&world.facts, &lincang(), &calendar, world.as_of, &Query::default());
        for line in &all.lines {
            let found = explain(&world.facts, &lincang(), &calendar, world.as_of, &question(line, &calendar));
            let found = found.expect("every line is explained");
            prop_assert_eq!(&found.line, line);
            let credited: Vec<&String> = found.visits.iter()
                .filter(|one| one.fate == Fate::Credited).map(|one| &one.visit).collect();
            prop_assert_eq!(credited, line.credited.iter().collect::<Vec<_>>());
            let members: BTreeSet<&str> = world.facts.subjects.iter()
                .filter(|one| one.id == line.unit || (one.group == Group::Child && one.household == line.unit))
                .map(|one| one.id.as_str()).collect();
            let mut named: Vec<&str> = world.facts.visits.iter()
                .filter(|one| one.subjects.keys().any(|id| members.contains(id.as_str())))
                .map(|one| one.id.as_str()).collect();
            named.sort_unstable();
            let mut told: Vec<&str> = found.visits.iter().map(|one| one.visit.as_str()).collect();
            told.sort_unstable();
            prop_assert_eq!(told, named);
            agrees(&found)?;
        }
    }
}

/// What must hold between the parts of an explanation.
fn agrees(found: &Explanation) -> Result<(), TestCaseError> {
    let line = &found.line;
    let holds = |reason| {
        found
            .excuses
            .iter()
            .any(|one| one.reason == reason && one.holds)
    };
    let of_a_day = line
        .period
        .as_deref()
        .is_some_and(|period| period.len() == 10);
    let excused = line.reason.is_none_or(|reason| of_a_day || holds(reason));
    prop_assert!(excused);
    prop_assert_eq!(found.still.is_some(), line.due.is_some());
    let waits = found
        .visits
        .iter()
        .any(|one| one.fate == Fate::Waits && !one.why.is_empty());
    prop_assert!(line.state != Some(State::Review) || waits);
    if let (Some(threshold), Some(state)) = (found.threshold, line.state) {
        prop_assert_eq!(state == State::NotDue, found.eligible_days < threshold);
        if let [member] = found.members.as_slice() {
            prop_assert_eq!(member.days, found.eligible_days);
        }
        for member in &found.members {
            let others: i32 = member
                .others
                .iter()
                .map(|one| one.to.epoch_days() - one.from.epoch_days() + 1)
                .sum();
            let period = found.last.unwrap().epoch_days() - found.first.unwrap().epoch_days() + 1;
            prop_assert_eq!(member.days + i64::from(others), i64::from(period));
        }
    }
    if let Some(min) = found.min {
        prop_assert_eq!(
            line.state == Some(State::Done),
            line.credited.len() >= min as usize && line.state != Some(State::NotDue)
        );
    }
    prop_assert!(!found.sentences(Language::Zh).is_empty());
    Ok(())
}
