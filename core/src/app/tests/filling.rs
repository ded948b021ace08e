//! A form on the screen, and the lists that a day begins with.

use super::*;
use crate::form::Shape;

fn visit_of(person: RecordId) -> Begun {
    Begun::New {
        form: "visit".into(),
        person: Some(person),
    }
}

fn line(world: &World, filling: &mut Filling, field: &str) -> Option<Drawn> {
    let lines = world.app.drawn(filling, None).unwrap();
    lines.into_iter().find(|line| line.field == field)
}

fn paged() -> Paged {
    Paged {
        lang: "zh".into(),
        ..Paged::default()
    }
}

/// What a worker touches of a visit at home where all is well.
fn answer_a_visit(world: &World, filling: &mut Filling) {
    let fields = [
        ("mode", "home"),
        ("people[1].met", "met"),
        ("people[1].chk_health", "good"),
        ("people[1].chk_mental", "good"),
        ("people[1].chk_living", "ok"),
        ("people[1].chk_support", "fulfilled"),
        ("people[1].hazards", "none"),
        ("people[1].actions", "comfort policy"),
    ];
    for (field, given) in fields {
        world.app.answer(filling, field, Some(given)).unwrap();
    }
}

#[test]
fn a_visit_begun_from_a_page_is_answered_line_by_line_and_saved_once() {
    let world = World::new("village_committee");
    world.knows_areas();
    let elder = world.elder();
    let mut visit = world.app.fill(&visit_of(elder), "zh").unwrap();
    assert_eq!(visit.title("zh"), "走访记录");
    let pages: Vec<String> = visit.pages().into_iter().map(|page| page.name).collect();
    assert_eq!(pages, ["head", "people", "rest"]);
    let who = line(&world, &mut visit, "people[1].person").unwrap();
    assert_eq!(who.text, Some(elder.to_string()));
    assert!(who.chosen && who.said.is_some(), "a name, not an id");
    assert!(line(&world, &mut visit, "people[1].chk_health").is_none());
    answer_a_visit(&world, &mut visit);
    let health = line(&world, &mut visit, "people[1].chk_health").unwrap();
    assert_eq!(health.said.as_deref(), Some("良好"));
    // What a rule asks of the person named is known here: an elder is asked about means.
    assert!(line(&world, &mut visit, "people[1].chk_econ").is_some());
    let saved = world.app.save(&mut visit).unwrap();
    assert_eq!(world.app.outbox().unwrap().len(), 2);
    assert!(world.app.begun("zh").unwrap().is_empty(), "no draft stays");
    let waiting = world.app.waiting("zh").unwrap();
    assert_eq!(
        (waiting[0].id.clone(), &*waiting[0].title),
        (saved.id, "走访记录")
    );
    assert_eq!(waiting[0].about, who.said);
    assert_eq!(waiting[0].state, "unsent");
}

#[test]
fn what_cannot_be_read_stays_as_it_was_typed_and_is_saved_only_corrected() {
    let world = World::new("village_committee");
    let elder = world.elder();
    let mut card = world.app.fill(&Begun::Edit(elder), "en").unwrap();
    let answer = |card: &mut Filling, given| world.app.answer(card, "birth_date", given);
    answer(&mut card, Some("1944-0")).unwrap();
    let birth = line(&world, &mut card, "birth_date").unwrap();
    assert_eq!(birth.text.as_deref(), Some("1944-0"), "not the day before");
    assert!(!birth.problems[0].message.contains("1944-0"));
    let page = card.pages().into_iter().find(|page| page.errors > 0);
    assert!(page.is_some(), "the page says that something is wrong");
    let draft = world.app.keep(&mut card).unwrap().unwrap();
    let kept = world.app.drafts().unwrap();
    assert_eq!(kept[0].answers, json!({"birth_date": "1944-0"}));
    drop(card);
    let mut card = world.app.fill(&Begun::Draft(draft), "en").unwrap();
    let birth = line(&world, &mut card, "birth_date").unwrap();
    assert_eq!(birth.text.as_deref(), Some("1944-0"), "back as it was left");
    let before = world.app.outbox().unwrap().len();
    let Err(AppError::NeedsCorrection { problems, .. }) = world.app.save(&mut card) else {
        panic!("half a day is no day");
    };
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert!(fields.contains(&"birth_date"), "{fields:?}");
    assert_eq!(world.app.outbox().unwrap().len(), before);
    answer(&mut card, Some("1944-03-01")).unwrap();
    world.app.save(&mut card).unwrap();
    assert_eq!(world.shows(elder, "birth_date"), "1944-03-01");
    assert!(world.app.drafts().unwrap().is_empty());
    let mut card = world.app.fill(&Begun::Edit(elder), "en").unwrap();
    let nowhere = world.app.answer(&mut card, "nowhere", Some("x"));
    assert!(matches!(nowhere, Err(AppError::NeedsCorrection { .. })));
}

#[test]
fn a_screen_that_was_taken_away_comes_back_to_the_same_draft() {
    let world = World::new("village_committee");
    let elder = world.elder();
    let mut visit = world.app.fill(&visit_of(elder), "zh").unwrap();
    let draft = visit.draft();
    assert_eq!(world.app.keep(&mut visit).unwrap(), None, "nothing typed");
    let resumed = Begun::Resumed {
        form: "visit".into(),
        person: Some(elder),
        draft,
    };
    // Before anything was kept it begins anew, under the same id.
    let mut again = world.app.fill(&resumed, "zh").unwrap();
    assert_eq!(again.draft(), draft);
    world.app.answer(&mut again, "mode", Some("phone")).unwrap();
    assert_eq!(world.app.keep(&mut again).unwrap(), Some(draft));
    let mut third = world.app.fill(&resumed, "zh").unwrap();
    let mode = line(&world, &mut third, "mode").unwrap();
    assert_eq!(mode.text.as_deref(), Some("phone"));
    assert_eq!(world.app.begun("zh").unwrap().len(), 1);
}

#[test]
fn what_was_typed_is_kept_goes_on_where_it_stopped_and_is_listed_by_name() {
    let world = World::new("village_committee");
    let elder = world.elder();
    let mut visit = world.app.fill(&visit_of(elder), "zh").unwrap();
    answer_a_visit(&world, &mut visit);
    let draft = world.app.keep(&mut visit).unwrap().unwrap();
    assert_eq!(world.app.keep(&mut visit).unwrap(), Some(draft));
    let begun = world.app.begun("zh").unwrap();
    assert_eq!(begun.len(), 1, "kept twice, one draft");
    assert_eq!(begun[0].person, Some(elder.to_string()));
    assert!(begun[0].about.is_some());
    drop(visit);
    let mut again = world.app.fill(&Begun::Draft(draft), "en").unwrap();
    let met = line(&world, &mut again, "people[1].met").unwrap();
    assert_eq!(
        (met.text.as_deref(), met.said.as_deref()),
        (Some("met"), Some("Met"))
    );
    world.app.save(&mut again).unwrap();
    assert!(world.app.begun("zh").unwrap().is_empty());
}

#[test]
fn an_edit_keeps_and_saves_what_altered_and_nothing_else() {
    let world = World::new("village_committee");
    let elder = world.elder();
    let before = world.app.outbox().unwrap().len();
    let mut card = world.app.fill(&Begun::Edit(elder), "zh").unwrap();
    assert_eq!(world.app.keep(&mut card).unwrap(), None, "nothing altered");
    world
        .app
        .answer(&mut card, "phone", Some("15400000077"))
        .unwrap();
    let draft = world.app.keep(&mut card).unwrap().unwrap();
    let drafts = world.app.drafts().unwrap();
    assert_eq!(drafts[0].answers, json!({"phone": "15400000077"}));
    let mut again = world.app.fill(&Begun::Edit(elder), "zh").unwrap();
    assert_eq!(again.draft(), draft, "the draft of the edit goes on");
    world.app.save(&mut again).unwrap();
    assert_eq!(world.app.outbox().unwrap().len(), before + 1);
    let page = world.app.person(elder, "zh").unwrap();
    assert_eq!(page.calls[0].number, "15400000077");
    assert!(world.app.drafts().unwrap().is_empty());
}

#[test]
fn whom_an_answer_may_name_is_offered_by_name_and_found_by_words() {
    let world = World::new("village_committee");
    world.knows_areas();
    let elder = world.elder();
    let visit = world.app.fill(&visit_of(elder), "zh").unwrap();
    let offered = |field: &str, words: &str| world.app.offered(&visit, field, words, 50);
    let people = offered("people[1].person", "").unwrap();
    assert!(people.iter().any(|row| row.name == elder.to_string()));
    assert!(
        offered("people[1].person", "没有这个人")
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        offered("participants[1].worker", "").unwrap()[0].label,
        "测试甲"
    );
    assert_eq!(offered("mode", "入户").unwrap()[0].name, "home");
    assert!(offered("note", "").unwrap().is_empty(), "a text is typed");
    let card = Begun::New {
        form: "elder_card".into(),
        person: None,
    };
    let card = world.app.fill(&card, "zh").unwrap();
    let households = world.app.offered(&card, "household", "", 50).unwrap();
    assert_eq!(households[0].name, "new");
    assert!(households.len() > 1, "and those that are here");
    let villages = world
        .app
        .offered(&card, "home_division", "测试", 50)
        .unwrap();
    assert_eq!(villages[0].name, VILLAGE);
}

#[test]
fn today_is_a_line_for_each_person_in_pages_and_a_page_tells_what_was_done() {
    let world = World::new("village_committee");
    let elder = world.elder();
    let today = world.app.today(&paged()).unwrap();
    let lines: Vec<&str> = today
        .lines
        .iter()
        .map(|line| line.who.unit.as_str())
        .collect();
    assert_eq!(
        lines,
        [elder.to_string()],
        "one line, however many rules ask it"
    );
    let first = &today.lines[0];
    assert!(first.rules >= 1 && !first.article.is_empty());
    assert_eq!(first.days_left.is_some(), first.due.is_some());
    assert!(first.call.is_some(), "one touch to call");
    let none = Paged {
        search: "没有这个人".into(),
        ..paged()
    };
    assert_eq!(world.app.today(&none).unwrap().total, 0);
    let after = Paged {
        offset: 1,
        ..paged()
    };
    let after = world.app.today(&after).unwrap();
    assert_eq!((after.total, after.lines.len()), (1, 0));

    let mut visit = world.app.fill(&visit_of(elder), "zh").unwrap();
    answer_a_visit(&world, &mut visit);
    world.app.keep(&mut visit).unwrap();
    let begun = world.app.today(&paged()).unwrap().lines[0].draft.clone();
    assert_eq!(begun, Some(visit.draft().to_string()));
    world.app.save(&mut visit).unwrap();
    let page = world.app.person(elder, "zh").unwrap();
    assert_eq!(page.visits.len(), 1);
    assert!(page.visits[0].met && !page.visits[0].sent);
    assert_eq!(
        (&*page.visits[0].mode, &*page.visits[0].outcome),
        ("入户", "见到本人")
    );
    assert!(page.last_met.is_some());
    assert!(page.card.iter().any(|section| !section.lines.is_empty()));
}

#[test]
fn a_phone_says_whose_it_is_and_a_supervisor_reads_who_was_not_seen() {
    let world = World::new("township_civil");
    world.knows_areas();
    world.elder();
    let account = world.app.account("zh").unwrap();
    assert!(account.supervises);
    assert_eq!(account.roles[0].label, "乡镇(街道)民政工作人员");
    assert_eq!(account.people, 1);
    let unseen = world.app.not_seen(&Asked::default(), &paged()).unwrap();
    assert_eq!(unseen.total as usize, unseen.lines.len());
    let report = world.app.compliance(&Asked::default()).unwrap();
    for line in &unseen.lines {
        let one = report
            .not_seen
            .iter()
            .find(|one| one.unit == line.who.unit)
            .unwrap();
        let said = |rule: &str| one.lines.iter().any(|(own, _)| own == rule);
        assert!(!line.rules.is_empty() && line.rules.iter().all(|rule| said(&rule.rule)));
        assert!(
            line.rules.iter().all(|rule| rule.rule != "LC-E2"),
            "a paper leaves nobody unseen"
        );
        assert!(line.rules.iter().all(|rule| !rule.article.is_empty()));
    }
}

#[test]
fn rows_are_added_and_taken_out_by_the_names_that_the_lines_have() {
    let world = World::new("village_committee");
    let mut visit = world.app.fill(&visit_of(world.elder()), "zh").unwrap();
    let row = world.app.add_row(&mut visit, "issues").unwrap();
    let kind = format!("{row}.type");
    world.app.answer(&mut visit, &kind, Some("hazard")).unwrap();
    assert_eq!(
        line(&world, &mut visit, &kind).unwrap().said.as_deref(),
        Some("安全隐患")
    );
    world.app.remove_row(&mut visit, &row).unwrap();
    assert!(line(&world, &mut visit, &kind).is_none());
    let lines = world.app.drawn(&mut visit, Some("rest")).unwrap();
    let more = lines
        .iter()
        .find(|line| line.shape == Shape::AddRow && line.field == "issues");
    assert!(more.is_some(), "a row can be added again");
}
