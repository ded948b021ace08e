//! What a touch elsewhere notes leaves alone what somebody has begun to type.

use super::*;

/// Half-typed answers to a record's form.
fn begun(world: &World, form: &str, id: RecordId, given: Json) -> DraftId {
    let given = map(given);
    world.app.save_draft(None, form, Some(id), &given).unwrap()
}

fn drafted(world: &World, draft: DraftId) -> Json {
    let drafts = world.app.drafts().unwrap();
    let line = drafts.iter().find(|line| line.id == draft.to_string());
    line.map(|line| line.answers.clone()).unwrap_or(Json::Null)
}

#[test]
fn a_confirmation_and_a_rejection_leave_the_visits_draft_alone() {
    let world = World::new("township_civil");
    let visit = world.visit(world.elder());
    let typed = json!({"people": [{"met": "met", "chk_health": "poor"}]});
    let draft = begun(&world, "visit", visit, typed.clone());
    for yes in [true, false] {
        world.app.confirm(visit, yes, "测试理由").unwrap();
        assert_eq!(drafted(&world, draft), typed);
    }
    // Nor is what is refused kept as if somebody had typed it.
    let long = "长".repeat(100_000);
    let refused = world.app.confirm(visit, true, &long);
    assert!(matches!(
        refused,
        Err(AppError::NeedsCorrection { draft: None, .. })
    ));
    assert_eq!(drafted(&world, draft), typed);
    assert_eq!(world.app.drafts().unwrap().len(), 1);
}

#[test]
fn a_standing_leaves_the_cards_draft_alone_and_the_draft_still_goes_in() {
    let world = World::new("village_committee");
    let id = world.elder();
    let typed = json!({"phone": "15400000001"});
    let draft = begun(&world, "elder_card", id, typed.clone());
    let noted = [
        Standing::Refuses {
            on: "2024-05-01".parse().unwrap(),
            by: "本人".into(),
        },
        Standing::Leaves {
            last: "2024-05-09".parse().unwrap(),
            reason: "随子女迁往外省".into(),
        },
    ];
    for noted in &noted {
        world.app.note_standing(id, noted).unwrap();
        assert_eq!(drafted(&world, draft), typed);
    }
    world.app.edit(id, &map(typed)).unwrap();
    assert_eq!(drafted(&world, draft), Json::Null, "saved, so no draft");
    assert_eq!(world.shows(id, "phone"), "15400000001");
    assert_eq!(world.shows(id, "registration")[0]["to"], "2024-05-09");
    assert_eq!(world.shows(id, "consent")[0]["code"], "informed_refuse");
}
