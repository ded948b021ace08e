//! The facade over a phone that holds the built-in forms, one household and one elder.

use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

use super::*;
use crate::form::BUILT_IN;
use crate::model::{
    Compartment, DocumentKind, DocumentRef, Feed, Kind, Manifest, RecordId, SignedManifest,
    content_hash,
};
use crate::store::tests::support::*;
use crate::vault::{KeyPurpose, KeyVault, Secret};
use crate::wire::{Item, Page, Refusal, RefusalReason, Verdict, VerdictKind};

mod choices;
mod decided;
mod enrolling;
mod filling;
mod forms;
mod kept;
mod lists;
mod noted;
mod paper;
mod pruned;
mod refused;
mod taps;
mod world;

use world::*;

#[test]
fn every_problem_is_told_at_once_and_what_was_typed_stays_as_a_draft() {
    let world = World::new("village_committee");
    let mut answers = elder();
    answers.insert("sex".into(), json!("7"));
    answers.remove("name");
    let Err(AppError::NeedsCorrection { problems, draft }) =
        world.app.new_record("elder_card", &answers, None)
    else {
        panic!("it must be corrected");
    };
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert!(fields.contains(&"name") && fields.contains(&"sex"));
    let drafts = world.app.drafts().unwrap();
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].answers, Json::Object(answers.clone()));
    assert_eq!(drafts[0].problems, problems, "the list says what is wrong");
    assert!(world.app.outbox().unwrap().is_empty());
    // A worker may have begun two: one that is not named stays, and is said.
    let other = world.app.new_record("elder_card", &elder(), None).unwrap();
    assert_eq!(other.drafts, [draft.unwrap().to_string()]);
    let of_another = world.app.new_record("visit", &answers, draft);
    assert!(matches!(of_another, Err(AppError::Asked { .. })));
    let saved = world.app.new_record("elder_card", &elder(), draft).unwrap();
    assert!(saved.drafts.is_empty());
    assert!(world.app.drafts().unwrap().is_empty(), "saved, so no draft");
    assert_eq!(world.app.outbox().unwrap().len(), 2);
    let gone = world.app.new_record("elder_card", &elder(), draft);
    assert!(matches!(gone, Err(AppError::NotFound { what: "draft" })));
}

#[test]
fn a_full_disk_is_told_keeps_the_draft_and_the_same_save_goes_in_when_there_is_room() {
    let world = World::new("village_committee");
    let draft = world
        .app
        .save_draft(None, "elder_card", None, &elder())
        .unwrap();
    world.app.store.limit_pages(1).unwrap();
    let error = loop {
        match world.app.new_record("elder_card", &elder(), None) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "disk_full");
    let kept = |world: &World| {
        let drafts = world.app.drafts().unwrap();
        drafts.iter().any(|line| line.id == draft.to_string())
    };
    assert!(kept(&world));
    let before = world.app.outbox().unwrap().len();
    world.app.store.limit_pages(None).unwrap();
    let saved = world.app.new_record("elder_card", &elder(), Some(draft));
    saved.unwrap();
    assert_eq!(world.app.outbox().unwrap().len(), before + 1);
    assert!(!kept(&world));
}

#[test]
fn an_edit_changes_only_what_is_given() {
    let world = World::new("village_committee");
    let id = world.elder();
    let phone = map(json!({"phone": "15400000001"}));
    world.app.edit(id, &phone).unwrap();
    assert_eq!(world.shows(id, "phone"), "15400000001");
    assert_eq!(world.shows(id, "neighbour"), Json::Null);
    assert_eq!(world.shows(id, "name"), "测试一");
    let same = world.app.edit(id, &phone).unwrap();
    assert_eq!(same.seq, None, "nothing altered, nothing saved");
    world.app.edit(id, &map(json!({"phone": null}))).unwrap();
    assert_eq!(world.shows(id, "phone"), Json::Null);
    assert_eq!(world.app.outbox().unwrap().len(), 3);
}

#[test]
fn a_row_is_added_changed_and_taken_out() {
    let world = World::new("village_committee");
    let id = world.elder();
    let row = world.shows(id, "category")[0]["$row"].clone();
    let add = json!({"category": [{"code": "living_alone", "from": "2024-05-01"}]});
    world.app.edit(id, &map(add)).unwrap();
    assert_eq!(world.shows(id, "category").as_array().unwrap().len(), 3);
    let end = json!({"category": [{"$row": row, "to": "2024-05-05"}]});
    world.app.edit(id, &map(end)).unwrap();
    assert_eq!(world.shows(id, "category")[0]["to"], "2024-05-05");
    let gone = json!({"category": [{"$row": row, "$gone": true}]});
    world.app.edit(id, &map(gone)).unwrap();
    let left = world.shows(id, "category");
    assert_eq!(left.as_array().unwrap().len(), 2);
    let unknown = json!({"category": [{"$row": WORKER, "to": "2024-05-05"}]});
    let error = world.app.edit(id, &map(unknown)).unwrap_err();
    assert!(matches!(error, AppError::NeedsCorrection { .. }));
}

#[test]
fn a_conflict_is_settled_by_place_or_by_another_value() {
    let world = World::new("village_committee");
    let id = world.elder();
    let mine = map(json!({"phone": "15400000001"}));
    world.app.edit(id, &mine).unwrap();
    let theirs = Page {
        feed: format!("{VILLAGE}/contact").parse().unwrap(),
        after: 0,
        items: vec![Item::Part {
            position: 1,
            received_at: 50,
            envelope: Box::new(envelope(2, 9)),
            part: Box::new(part(
                id,
                Kind::PERSON,
                Compartment::Contact,
                false,
                vec![write("phone", "15400000002", &[])],
            )),
        }],
        position: 1,
        complete: true,
    };
    world.app.write(|tx| Ok(tx.apply(&[theirs])?)).unwrap();
    let conflicts = world.app.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        conflicts[0].values[0].author_name.as_deref(),
        Some("测试甲")
    );
    let second = conflicts[0].values[1].value.clone();
    let too_far = world.app.settle(id, "phone", &Choice::Place(3));
    assert!(matches!(too_far, Err(AppError::NeedsCorrection { .. })));
    world.app.settle(id, "phone", &Choice::Place(2)).unwrap();
    assert_eq!(world.shows(id, "phone"), second);
    assert!(world.app.conflicts().unwrap().is_empty());
    let value = Choice::Value(json!("15400000003"));
    world.app.settle(id, "phone", &value).unwrap();
    assert_eq!(world.shows(id, "phone"), "15400000003");
}

#[test]
fn a_correction_says_again_what_the_refused_save_said() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.refuse(1);
    let refused = world.app.refused().unwrap();
    assert_eq!(refused[0].reason, "out_of_scope");
    assert!(world.app.outbox().unwrap().is_empty());
    let name = map(json!({"name": "测试改"}));
    assert_eq!(world.app.edit(id, &name).unwrap().seq, Some(2));
    assert!(world.app.refused().unwrap().is_empty(), "it is mended");
    let (first, again) = world
        .app
        .read(|tx| Ok((tx.own_save(1)?.unwrap(), tx.own_save(2)?.unwrap())))
        .unwrap();
    assert!(again.parts.iter().all(|part| part.begins));
    let fields = |save: &crate::model::Save| {
        let mut all: Vec<String> = save
            .parts
            .iter()
            .flat_map(|p| p.writes.iter().map(|w| format!("{}.{}", p.record, w.field)))
            .collect();
        all.sort();
        all
    };
    assert_eq!(fields(&again), fields(&first), "a whole save, not a piece");
    let value = |save: &crate::model::Save| {
        let writes = save.parts.iter().flat_map(|p| &p.writes);
        let names: Vec<_> = writes.filter(|w| w.field.as_str() == "name").collect();
        names[0].value.clone()
    };
    assert_eq!(value(&again).as_text(), Some("测试改"));
}

#[test]
fn a_visit_is_counted_at_once_and_named_as_unsent() {
    let world = World::new("village_committee");
    let id = world.elder();
    let visit = world.visit(id);
    let asked = Asked {
        area: Some(VILLAGE.into()),
        as_of: Some("2024-05-10".into()),
        period: Some("2024-05".into()),
    };
    let report = world.app.compliance(&asked).unwrap();
    let line = report.lines.iter().find(|line| line.rule == "LC-R2");
    let line = line.expect("the committee owes a disabled elder a visit a month");
    assert_eq!(line.unit, id.to_string());
    assert_eq!(line.credited, [visit.to_string()]);
    assert_eq!(line.unsent, [visit.to_string()]);
    assert!(world.app.is_demo().unwrap());
    let elsewhere = Asked {
        area: Some("530999201202".into()),
        ..asked.clone()
    };
    assert!(world.app.compliance(&elsewhere).unwrap().lines.is_empty());
    let nonsense = [
        (None, Some("tomorrow"), None),
        (None, None, Some("junk")),
        (Some("junk"), None, None),
        (Some("530998"), None, None),
    ];
    world.knows_areas();
    for (area, as_of, period) in nonsense {
        let asked = Asked {
            area: area.map(str::to_owned),
            as_of: as_of.map(str::to_owned),
            period: period.map(str::to_owned),
        };
        let error = world.app.compliance(&asked).unwrap_err();
        assert!(matches!(error, AppError::Asked { .. }), "{asked:?}");
    }
    for area in [VILLAGE, "530999201000", "530999"] {
        let asked = Asked {
            area: Some(area.into()),
            ..asked.clone()
        };
        assert_eq!(world.app.compliance(&asked).unwrap().lines, report.lines);
    }
}

#[test]
fn a_paired_workers_phone_judges_nobody_else() {
    let world = World::new("helper");
    world.elder();
    let report = world.app.compliance(&Asked::default()).unwrap();
    assert!(report.lines.is_empty());
}

#[test]
fn a_visit_is_confirmed_with_its_reason() {
    let world = World::new("township_civil");
    let visit = world.visit(world.elder());
    world.app.confirm(visit, true, "测试理由").unwrap();
    let rows = world.shows(visit, "confirmation");
    assert_eq!(rows[0]["confirmed"], "yes");
    assert_eq!(rows[0]["by"], WORKER);
    let nobody = world.app.confirm(record(77), true, "x");
    assert!(matches!(nobody, Err(AppError::NotFound { what: "visit" })));
}

#[test]
fn a_question_of_a_compartment_that_is_not_held_is_neither_asked_nor_kept() {
    let world = World::new("village_cadre");
    let mut answers = elder();
    for name in ["id_doc_type", "no_id_reason"] {
        answers.remove(name);
    }
    let id = world.app.new_record("elder_card", &answers, None);
    assert!(id.is_ok(), "identity is not asked of a cadre: {id:?}");
}

#[test]
fn what_is_not_there_is_said() {
    let world = World::new("village_committee");
    let form = world.app.new_record("nothing", &Map::new(), None);
    assert!(matches!(form, Err(AppError::NotFound { what: "form" })));
    assert!(world.app.drafts().unwrap().is_empty(), "nothing is kept");
    let shown = world.app.show(record(77));
    assert!(matches!(shown, Err(AppError::NotFound { what: "record" })));
    let again = App::open(world.app.store().home(), world.app.doors.clone());
    assert!(matches!(again, Err(AppError::InUse)));
}
