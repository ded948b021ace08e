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

struct World {
    _dir: tempfile::TempDir,
    app: App,
}

mod decided;
mod paper;
mod refused;
mod taps;

const WORKER: &str = "09090909-0909-0909-0909-090909090909";

fn map(json: Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

fn documents() -> (Manifest, Vec<String>) {
    let mut texts = Vec::new();
    let mut listed = Vec::new();
    let forms = BUILT_IN.iter().map(|form| {
        let text = String::from_utf8(form.form().unwrap().to_json()).unwrap();
        (DocumentKind::Form, form.id, text)
    });
    let pack = crate::compliance::Pack::built_in_text("yn-lincang-2024").unwrap();
    let pack = (DocumentKind::Pack, "yn-lincang-2024", pack.to_owned());
    for (kind, id, text) in forms.chain([pack]) {
        listed.push(DocumentRef {
            kind,
            id: id.into(),
            version: "1".into(),
            hash: content_hash(text.as_bytes()),
            length: text.len() as u64,
            active: true,
        });
        texts.push(text);
    }
    let manifest = Manifest {
        number: 1,
        documents: listed,
        demo: true,
    };
    (manifest, texts)
}

/// The roster, as the server tells it: this worker in this role over the village.
fn roster(role: &str) -> Page {
    let part_of = |n: u8, kind: Kind, fields: &[(&str, &str)]| {
        let writes = fields.iter().map(|(f, v)| write(f, v, &[])).collect();
        part(record(n), kind, Compartment::Roster, true, writes)
    };
    let parts = [
        part_of(9, Kind::WORKER, &[("name", "测试甲")]),
        part_of(
            80,
            Kind::ASSIGNMENT,
            &[("worker", WORKER), ("role", role), ("area", VILLAGE)],
        ),
    ];
    let items = (1..).zip(parts).map(|(position, part)| Item::Part {
        position,
        received_at: 5,
        envelope: Box::new(envelope(3, position)),
        part: Box::new(part),
    });
    Page {
        feed: "530999/roster".parse().unwrap(),
        after: 0,
        items: items.collect(),
        position: 2,
        complete: true,
    }
}

impl World {
    fn new(role: &str) -> World {
        let phone = Phone::new();
        let salt = Secret::from_slice(&[3; 32]).unwrap();
        phone.vault.keep(KeyPurpose::Salt, &salt).unwrap();
        let doors = Doors {
            vault: Arc::new(phone.vault),
            clock: Arc::new(phone.clock),
            rng: Arc::new(phone.rng),
        };
        let app = App::open(phone.dir.path(), doors).unwrap();
        let (manifest, texts) = documents();
        let feeds: Vec<Feed> = ["530999/roster".to_owned(), format!("{VILLAGE}/contact")]
            .map(|feed| feed.parse().unwrap())
            .into();
        app.write(|tx| {
            tx.set_enrolment(&enrolment(vec![]))?;
            tx.set_coming_manifest(&SignedManifest {
                body: serde_json::to_string(&manifest).unwrap(),
                signature: String::new(),
            })?;
            for text in &texts {
                tx.put_document(&content_hash(text.as_bytes()), text)?;
            }
            assert!(tx.adopt_manifest()?);
            tx.allow_feeds(&feeds.into_iter().collect())?;
            tx.apply(&[roster(role)])?;
            tx.feeds_are_whole()?;
            Ok(())
        })
        .unwrap();
        World {
            _dir: phone.dir,
            app,
        }
    }

    /// The county publishes its list of areas.
    fn knows_areas(&self) {
        let rows = [
            ("530999", "county", ""),
            ("530999201", "township", "530999"),
            (VILLAGE, "village", "530999201"),
        ];
        let rows = rows.map(|(code, level, parent)| crate::model::area::AreaRow {
            line: 1,
            code: code.into(),
            name: "测试".into(),
            level: level.into(),
            parent: parent.into(),
            valid_from: String::new(),
            valid_to: String::new(),
            successors: String::new(),
        });
        let list = crate::model::area::AreaTree::build(&rows)
            .unwrap()
            .to_document();
        let (mut manifest, _) = documents();
        manifest.number = 2;
        manifest.documents.push(DocumentRef {
            kind: DocumentKind::Areas,
            id: "areas".into(),
            version: "1".into(),
            hash: content_hash(list.as_bytes()),
            length: list.len() as u64,
            active: true,
        });
        let body = serde_json::to_string(&manifest).unwrap();
        let signature = String::new();
        self.app
            .write(|tx| {
                tx.set_coming_manifest(&SignedManifest { body, signature })?;
                tx.put_document(&content_hash(list.as_bytes()), &list)?;
                assert!(tx.adopt_manifest()?);
                Ok(())
            })
            .unwrap();
    }

    fn elder(&self) -> RecordId {
        let saved = self.app.new_record("elder_card", &elder(), None).unwrap();
        saved.id.parse().unwrap()
    }

    fn visit(&self, person: RecordId) -> RecordId {
        let saved = self.app.new_record("visit", &visit(person), None).unwrap();
        saved.id.parse().unwrap()
    }

    fn shows(&self, id: RecordId, field: &str) -> Json {
        let shown = self.app.show(id).unwrap();
        shown.fields.get(field).cloned().unwrap_or(Json::Null)
    }

    fn refuse(&self, seq: u64) {
        self.refuse_for(seq, None);
    }

    fn refuse_for(&self, seq: u64, field: Option<&str>) {
        let refusal = Refusal {
            reason: RefusalReason::OutOfScope,
            field: field.map(str::to_owned),
            message: "not yours".into(),
        };
        self.answer(seq, VerdictKind::Refused(refusal));
    }

    fn accept(&self, seq: u64) {
        let received_at = 1_715_304_600_000;
        let receipts = Vec::new();
        self.answer(
            seq,
            VerdictKind::Accepted {
                received_at,
                receipts,
            },
        );
    }

    fn answer(&self, seq: u64, verdict: VerdictKind) {
        let verdict = Verdict { seq, verdict };
        self.app
            .write(|tx| {
                tx.hear_verdicts(device(ME), &[verdict], &Default::default())?;
                Ok(tx.set_through(seq)?)
            })
            .unwrap();
    }
}

fn elder() -> Map<String, Json> {
    map(
        json!({"name": "测试一", "id_doc_type": "99", "no_id_reason": "lost", "sex": "1",
        "birth_date": "1944-02-29", "hukou_division": VILLAGE, "home_division": VILLAGE,
        "ability_level": "9", "living_arr": "with_spouse", "children_n": 2, "children_local_n": 0,
        "supporter_name": "测试子一", "supporter_rel": "son", "supporter_phone": "15400000011",
        "emergency_name": "测试邻一", "emergency_phone": "15400000012", "housing": "safe",
        "needs": ["meal"], "ext_ylfw_state": "no", "registration": [{"from": "2024-04-12"}],
        "category": [{"code": "left_behind", "from": "2024-04-12"},
                     {"code": "disabled_ability", "from": "2024-04-12"}]}),
    )
}

fn visit(person: RecordId) -> Map<String, Json> {
    map(
        json!({"started_at": "2024-05-10T09:00:00+08:00", "mode": "home", "purpose": ["routine"],
        "people": [{"person": person.to_string(), "met": "met", "chk_health": "good",
            "chk_mental": "good", "chk_living": "ok", "chk_support": "fulfilled",
            "hazards": ["none"], "actions": ["comfort"]}],
        "participants": [{"worker": WORKER, "role": "village_committee"}]}),
    )
}

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
        .read(|tx| Ok((tx.own_save(1)?.unwrap().0, tx.own_save(2)?.unwrap().0)))
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
