//! What was refused: corrected, gone round, withdrawn.

use super::*;
use crate::merge::{Record, settle};
use crate::model::{Field, Origin, Part, Save};
use crate::store::ServerHas;

impl World {
    fn own(&self, seq: u64) -> Save {
        let found = self.app.read(|tx| Ok(tx.own_save(seq)?)).unwrap();
        found.unwrap()
    }

    fn held(&self, id: RecordId) -> Record {
        self.app.read(|tx| Ok(tx.record(id)?)).unwrap().unwrap()
    }

    /// The record as the server and every other phone have it: from these saves, and these parts
    /// of somebody else.
    fn elsewhere(&self, id: RecordId, seqs: &[u64], theirs: &[(Part, Origin)]) -> Record {
        let mut told = theirs.to_vec();
        for seq in seqs {
            let save = self.own(*seq);
            let origin = origin_of(&save, None);
            let parts = save.parts.into_iter().filter(|part| part.record == id);
            told.extend(parts.map(|part| (part, origin.clone())));
        }
        settle(id, self.held(id).kind, told.iter().map(|(p, o)| (p, o)))
    }

    fn writes(&self, seq: u64) -> Vec<String> {
        let save = self.own(seq);
        let writes = save.parts.iter().flat_map(|part| &part.writes);
        let asked = writes.filter(|write| !write.calculated);
        asked.map(|write| write.field.to_string()).collect()
    }

    fn edit(&self, id: RecordId, answers: Json) -> u64 {
        self.app.edit(id, &map(answers)).unwrap().seq.unwrap()
    }
}

/// That nobody sees another value, or a decision to make, that this phone does not.
fn agree(here: &Record, there: &Record) {
    let conflicts = |record: &Record| {
        let fields = record.conflicts().into_iter().map(|c| c.field.clone());
        fields.collect::<Vec<_>>()
    };
    assert_eq!(conflicts(here), conflicts(there));
    for field in here.fields.keys() {
        assert_eq!(here.shown(field), there.shown(field), "{field}");
    }
}

#[test]
fn an_edit_of_another_field_goes_by_itself_and_the_refused_one_stays() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.accept(1);
    let refused = world.edit(id, json!({"phone": "15400000001", "neighbour": "测试邻"}));
    world.refuse_for(refused, Some("phone"));
    let other = world.edit(id, json!({"emergency_phone": "15400000019"}));
    assert_eq!(world.writes(other), ["emergency_phone"]);
    assert_eq!(world.app.refused().unwrap().len(), 1);
    assert_eq!(world.shows(id, "phone"), "15400000001", "it is still shown");
    let beside = world.edit(id, json!({"neighbour": "测试邻二"}));
    assert_eq!(world.writes(beside), ["neighbour"]);
    assert_eq!(world.app.refused().unwrap().len(), 1);
    let corrected = world.edit(id, json!({"phone": "15400000002"}));
    assert_eq!(world.writes(corrected), ["phone"]);
    assert!(world.app.refused().unwrap().is_empty());
    agree(
        &world.held(id),
        &world.elsewhere(id, &[1, other, beside, corrected], &[]),
    );
}

#[test]
fn a_correction_names_the_field_and_says_the_rest_of_the_refused_save_again() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.accept(1);
    let refused = world.edit(id, json!({"phone": "15400000001", "neighbour": "测试邻"}));
    world.refuse_for(refused, Some("phone"));
    // The same answer: the list was extended, or the right was given meanwhile.
    let again = world.edit(id, json!({"phone": "15400000001"}));
    let mut fields = world.writes(again);
    fields.sort();
    assert_eq!(fields, ["neighbour", "phone"]);
    assert!(world.app.refused().unwrap().is_empty());
    agree(&world.held(id), &world.elsewhere(id, &[1, again], &[]));
}

#[test]
fn an_edit_that_follows_a_refused_one_leaves_no_rival_on_other_phones() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.accept(1);
    let first = world.edit(id, json!({"phone": "15400000001"}));
    world.accept(first);
    // Both before the server answered.
    let refused = world.edit(id, json!({"phone": "15400000002"}));
    let later = world.edit(id, json!({"phone": "15400000003"}));
    world.refuse_for(refused, Some("phone"));
    world.accept(later);
    agree(
        &world.held(id),
        &world.elsewhere(id, &[1, first, later], &[]),
    );
}

#[test]
fn after_two_settles_of_which_one_was_refused_phones_agree() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.accept(1);
    let mine = world.edit(id, json!({"phone": "15400000001"}));
    world.accept(mine);
    let said = part(
        id,
        Kind::PERSON,
        Compartment::Contact,
        false,
        vec![write("phone", "15400000002", &[])],
    );
    let origin = Origin {
        envelope: envelope(2, 9),
        received_at: Some(50),
    };
    let theirs = Page {
        feed: format!("{VILLAGE}/contact").parse().unwrap(),
        after: 0,
        items: vec![Item::Part {
            position: 1,
            received_at: 50,
            envelope: Box::new(origin.envelope.clone()),
            part: Box::new(said.clone()),
        }],
        position: 1,
        complete: true,
    };
    world.app.write(|tx| Ok(tx.apply(&[theirs])?)).unwrap();
    let settle = |value: &str| {
        let choice = Choice::Value(json!(value));
        let saved = world.app.settle(id, "phone", &choice).unwrap();
        saved.seq.unwrap()
    };
    let refused = settle("15400000003");
    world.refuse_for(refused, Some("phone"));
    let second = settle("15400000004");
    assert!(world.app.refused().unwrap().is_empty());
    let there = world.elsewhere(id, &[1, mine, second], &[(said, origin)]);
    assert!(there.conflicts().is_empty());
    agree(&world.held(id), &there);
}

#[test]
fn a_refused_beginning_is_corrected_whole_and_what_was_built_on_it_follows() {
    let world = World::new("village_committee");
    let id = world.elder();
    // Before the server answered: it will let this wait.
    let waits = world.edit(id, json!({"name": "测试改", "phone": "15400000001"}));
    let visit = world.visit(id);
    world.refuse_for(1, Some("hukou_division"));
    world.answer(waits, VerdictKind::Waiting);
    world.answer(waits + 1, VerdictKind::Waiting);
    let later = world.edit(visit, json!({"started_at": "2024-05-10T09:10:00+08:00"}));
    assert_eq!(world.writes(later), ["started_at"], "it waits too");
    assert_eq!(world.app.refused().unwrap().len(), 1);
    let corrected = world.edit(id, json!({"hukou_division": "530999201202"}));
    assert!(world.app.refused().unwrap().is_empty());
    let save = world.own(corrected);
    assert!(save.parts.iter().all(|part| part.begins));
    let names = world.writes(corrected);
    for field in ["name", "phone", "sex", "housing", "hukou_division", "$area"] {
        assert!(names.iter().any(|name| name == field), "{field}");
    }
    let alone = world.elsewhere(id, &[corrected], &[]);
    assert_eq!(alone.text("name"), Some("测试改"), "as it is shown");
    agree(
        &world.held(id),
        &world.elsewhere(id, &[corrected, waits], &[]),
    );
}

#[test]
fn a_row_that_a_refused_save_was_to_add_goes_with_an_edit_of_the_row() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.accept(1);
    let add = json!({"phone": "15400000001", "category": [{"code": "living_alone", "from": "2024-05-01"}]});
    let refused = world.edit(id, add);
    world.refuse_for(refused, Some("phone"));
    let rows = world.shows(id, "category");
    let row = rows.as_array().unwrap().last().unwrap()["$row"].clone();
    let end = json!({"category": [{"$row": row, "to": "2024-05-05"}]});
    let edit = world.edit(id, end);
    let leaves: Vec<String> = world.writes(edit);
    for leaf in ["code", "from", "to"] {
        let of_row = |name: &&String| name.ends_with(&format!("].{leaf}"));
        assert_eq!(leaves.iter().filter(of_row).count(), 1, "{leaf}");
    }
    assert!(!leaves.contains(&"phone".to_owned()));
    assert_eq!(world.app.refused().unwrap().len(), 1);
}

#[test]
fn what_is_withdrawn_is_said_to_nobody_again_and_what_is_settled_is_shown() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.accept(1);
    let first = world.edit(id, json!({"phone": "15400000001"}));
    world.accept(first);
    let refused = world.edit(id, json!({"phone": "15400000002"}));
    let unsent = world.app.withdraw(id, refused);
    assert!(
        matches!(unsent, Err(AppError::Asked { .. })),
        "it may go in"
    );
    world.refuse_for(refused, Some("phone"));
    // A correction that is refused too is withdrawn with what it says anew.
    let again = world.edit(id, json!({"phone": "15400000003"}));
    world.refuse_for(again, Some("phone"));
    let nobody = world.app.withdraw(record(77), again);
    assert!(matches!(nobody, Err(AppError::NotFound { .. })));
    world.app.withdraw(id, again).unwrap();
    assert_eq!(world.shows(id, "phone"), "15400000001");
    assert!(world.app.refused().unwrap().is_empty());
    let ever = world.app.refused_ever().unwrap();
    let values: Vec<_> = ever
        .iter()
        .map(|line| (line.state, line.said[0].value.clone()))
        .collect();
    assert_eq!(
        values,
        [
            ("withdrawn", json!("15400000002")),
            ("withdrawn", json!("15400000003"))
        ]
    );
    let other = world.edit(id, json!({"phone": "15400000004"}));
    assert_eq!(world.writes(other), ["phone"]);
    agree(
        &world.held(id),
        &world.elsewhere(id, &[1, first, other], &[]),
    );
    world.app.read(|tx| Ok(tx.rebuild()?)).unwrap();
    let twice = world.app.withdraw(id, again);
    assert!(matches!(twice, Err(AppError::Asked { .. })));
}

#[test]
fn a_withdrawn_beginning_takes_its_record_away_and_names_what_waits_for_it() {
    let world = World::new("village_committee");
    let id = world.elder();
    let visit = world.visit(id);
    world.refuse(1);
    world.answer(2, VerdictKind::Waiting);
    let early = world.app.withdraw(visit, 2);
    assert!(matches!(early, Err(AppError::Asked { .. })));
    let done = world.app.withdraw(id, 1).unwrap();
    assert_eq!(done.waiting.len(), 1);
    assert_eq!(done.waiting[0].seq, 2);
    let gone = world.app.show(id);
    assert!(matches!(gone, Err(AppError::NotFound { .. })));
    world.app.withdraw(visit, 2).unwrap();
    assert!(world.app.outbox().unwrap().is_empty());
    let listing = Listing {
        kind: Some("visit".into()),
        ..Listing::default()
    };
    assert!(world.app.list(&listing).unwrap().is_empty());
    assert_eq!(world.app.refused_ever().unwrap().len(), 2);
}

#[test]
fn a_withdrawn_save_that_a_restored_server_takes_after_all_is_shown_again() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.accept(1);
    let refused = world.edit(id, json!({"phone": "15400000002"}));
    world.refuse_for(refused, Some("phone"));
    world.app.withdraw(id, refused).unwrap();
    world.app.write(|tx| Ok(tx.offer_again_after(1)?)).unwrap();
    assert!(world.app.outbox().unwrap().is_empty());
    world.accept(refused);
    let phone = Field::parse("phone").unwrap();
    let there = world.elsewhere(id, &[1, refused], &[]);
    assert_eq!(world.held(id).shown(&phone), there.shown(&phone));
}

#[test]
fn a_new_device_id_sends_neither_what_was_withdrawn_nor_what_was_corrected() {
    let world = World::new("village_committee");
    let id = world.elder();
    world.accept(1);
    let withdrawn = world.edit(id, json!({"phone": "15400000002"}));
    world.refuse_for(withdrawn, Some("phone"));
    world.app.withdraw(id, withdrawn).unwrap();
    let refused = world.edit(id, json!({"neighbour": "测试邻"}));
    world.refuse_for(refused, Some("neighbour"));
    world.edit(id, json!({"neighbour": "测试邻二"}));
    let anew = crate::store::Enrolment {
        device: device(4),
        ..enrolment(vec![])
    };
    let done = world
        .app
        .write(|tx| Ok(tx.renumber(&anew, &salt(), &ServerHas::default())?));
    assert_eq!(done.unwrap().saves, 1);
    let outbox = world.app.outbox().unwrap();
    assert_eq!(outbox.len(), 1);
    assert_eq!(world.writes(1), ["neighbour"]);
    let held = world.held(id);
    assert!(held.conflicts().is_empty());
    assert_eq!(held.text("neighbour"), Some("测试邻二"));
    assert_eq!(held.text("phone"), None);
}
