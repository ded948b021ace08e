//! A phone that holds the built-in forms, one household and one elder.

use super::*;

pub(super) struct World {
    pub(super) _dir: tempfile::TempDir,
    pub(super) app: App,
}

pub(super) const WORKER: &str = "09090909-0909-0909-0909-090909090909";

pub(super) fn map(json: Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

pub(super) fn documents() -> (Manifest, Vec<String>) {
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
pub(super) fn roster(role: &str) -> Page {
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
    pub(super) fn new(role: &str) -> World {
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
    pub(super) fn knows_areas(&self) {
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
        self.publishes(DocumentKind::Areas, "areas", &list);
    }

    /// The county publishes one document beside the others.
    pub(super) fn publishes(&self, kind: DocumentKind, id: &str, text: &str) {
        let (mut manifest, _) = documents();
        manifest.number = 2;
        let same = |listed: &&mut DocumentRef| listed.kind == kind && listed.id == id;
        let mut before = manifest.documents.iter_mut().filter(same);
        before.by_ref().for_each(|listed| listed.active = false);
        let hash = content_hash(text.as_bytes());
        manifest.documents.push(DocumentRef {
            kind,
            id: id.into(),
            version: "1".into(),
            hash: hash.clone(),
            length: text.len() as u64,
            active: true,
        });
        let body = serde_json::to_string(&manifest).unwrap();
        let signature = String::new();
        self.app
            .write(|tx| {
                tx.set_coming_manifest(&SignedManifest { body, signature })?;
                tx.put_document(&hash, text)?;
                assert!(tx.adopt_manifest()?);
                Ok(())
            })
            .unwrap();
    }

    pub(super) fn elder(&self) -> RecordId {
        let saved = self.app.new_record("elder_card", &elder(), None).unwrap();
        saved.id.parse().unwrap()
    }

    pub(super) fn visit(&self, person: RecordId) -> RecordId {
        let saved = self.app.new_record("visit", &visit(person), None).unwrap();
        saved.id.parse().unwrap()
    }

    pub(super) fn shows(&self, id: RecordId, field: &str) -> Json {
        let shown = self.app.show(id).unwrap();
        shown.fields.get(field).cloned().unwrap_or(Json::Null)
    }

    pub(super) fn refuse(&self, seq: u64) {
        self.refuse_for(seq, None);
    }

    pub(super) fn refuse_for(&self, seq: u64, field: Option<&str>) {
        let refusal = Refusal {
            reason: RefusalReason::OutOfScope,
            field: field.map(str::to_owned),
            message: "not yours".into(),
        };
        self.answer(seq, VerdictKind::Refused(refusal));
    }

    pub(super) fn accept(&self, seq: u64) {
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

    pub(super) fn answer(&self, seq: u64, verdict: VerdictKind) {
        let verdict = Verdict { seq, verdict };
        self.app
            .write(|tx| {
                tx.hear_verdicts(device(ME), &[verdict], &Default::default())?;
                Ok(tx.set_through(seq)?)
            })
            .unwrap();
    }
}

pub(super) fn elder() -> Map<String, Json> {
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

pub(super) fn visit(person: RecordId) -> Map<String, Json> {
    map(
        json!({"started_at": "2024-05-10T09:00:00+08:00", "mode": "home", "purpose": ["routine"],
        "people": [{"person": person.to_string(), "met": "met", "chk_health": "good",
            "chk_mental": "good", "chk_living": "ok", "chk_support": "fulfilled",
            "hazards": ["none"], "actions": ["comfort"]}],
        "participants": [{"worker": WORKER, "role": "village_committee"}]}),
    )
}
