//! A synthetic village in June 2024, on phones that share this process.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

use stories::played::doors::{Memory, Seeded, Stand};
use stories::world::{TOWNSHIP, VILLAGE, World, child, elder, must, word};
use tanfang_core::app::{App, Asked, AskedLine, Begun, Doors, Filling, Paged};
use tanfang_core::facts::rows::Instant;
use tanfang_core::model::RecordId;

const BEGINS: &str = "2024-06-24T08:00:00+08:00";
/// 2024-06-24T08:00:00+08:00.
const BEGINS_MILLIS: i64 = 1_719_187_200_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// A phone of the village with its clock.
pub struct Handset {
    pub app: App,
    clock: Arc<Stand>,
}

/// The village, as its committee's phone, a colleague's and the township's hold it.
pub struct Village {
    world: World,
    pub committee: Handset,
    colleague: Handset,
    township: Handset,
    pub elder: RecordId,
}

/// A record's fields as an answer takes them.
fn map(answers: Json) -> Map<String, Json> {
    answers.as_object().cloned().unwrap_or_default()
}

/// What the core says, as shells read it.
pub fn said<T: Serialize>(told: T) -> Json {
    serde_json::to_value(told).unwrap()
}

pub fn paged() -> Paged {
    Paged {
        lang: "zh".into(),
        ..Paged::default()
    }
}

impl Handset {
    fn enrolled(world: &World, name: &str, role: &str, area: &str) -> Handset {
        let arguments = ["enrol", "--name", name, "--role", role, "--area", area];
        let code = word(&must(world.county.verb(BEGINS, &arguments)), "code");
        let rng = Arc::new(Seeded::new(name));
        let clock = Arc::new(Stand::default());
        let doors = Doors {
            vault: Arc::new(Memory::new(&*rng)),
            clock: clock.clone(),
            rng,
        };
        let app = App::open(&world.path(name), doors).unwrap();
        let handset = Handset { app, clock };
        handset.at(0);
        handset.app.enrol(&world.link.url(), &code).unwrap();
        handset.sync();
        handset
    }

    /// Puts the clock so many minutes after the beginning.
    fn at(&self, minutes: i64) {
        self.clock.put(Instant(BEGINS_MILLIS + minutes * MINUTE));
    }

    fn sync(&self) {
        assert!(self.app.sync().unwrap().complete);
    }

    fn new_record(&self, form: &str, answers: Json) -> RecordId {
        let saved = self.app.new_record(form, &map(answers), None).unwrap();
        saved.id.parse().unwrap()
    }

    pub fn visit_of(&self, person: RecordId) -> Filling {
        let begun = Begun::New {
            form: "visit".into(),
            person: Some(person),
        };
        self.app.fill(&begun, "zh").unwrap()
    }
}

impl Village {
    pub fn in_june() -> Village {
        let world = World::at(BEGINS);
        let committee = Handset::enrolled(&world, "测试村委", "village_committee", VILLAGE);
        let colleague = Handset::enrolled(&world, "测试同事", "village_committee", VILLAGE);
        let township = Handset::enrolled(&world, "测试民政", "township_civil", TOWNSHIP);
        let mut first = elder("测试甲", VILLAGE);
        first["phone"] = json!("15400000001");
        first["address"] = json!("测试路 1 号");
        // Each a minute after the other: ids stand in the order of their making.
        let elder = committee.new_record("elder_card", first);
        for (minute, (form, card)) in (1..).zip([
            ("elder_card", elder_named("测试乙老人")),
            (
                "elder_card",
                elder_named("测试·买买提·阿卜杜热合曼·名字很长的老人"),
            ),
            ("child_left_behind", child("测试小丙", VILLAGE)),
        ]) {
            committee.at(minute);
            committee.new_record(form, card);
        }
        committee.sync();
        colleague.sync();
        township.sync();
        Village {
            world,
            committee,
            colleague,
            township,
            elder,
        }
    }

    pub fn account(&self) -> Json {
        said(self.committee.app.account("zh").unwrap())
    }

    /// How the phone stands; when the server last answered is the beginning.
    pub fn status(&self) -> Json {
        let mut status = said(self.committee.app.status().unwrap());
        status["server_millis"] = json!(BEGINS_MILLIS);
        status
    }

    /// The same before the last saves were sent.
    pub fn status_unsent(&self) -> Json {
        let mut status = self.status();
        status["unsent"] = json!(2);
        status["all_at_county"] = json!(false);
        status
    }

    fn day_of(&self, handset: &Handset, minutes: i64) -> Json {
        handset.at(minutes);
        let app = &handset.app;
        let today = app.today(&paged()).unwrap();
        json!({"loading": false, "lines": said(&today.lines), "today": said(&today), "account": self.account(),
            "begun": said(app.begun("zh").unwrap()), "status": self.status()})
    }

    pub fn today(&self) -> Vec<(&'static str, Json)> {
        let due = self.day_of(&self.committee, 5);
        let mut visit = self.committee.visit_of(self.elder);
        let app = &self.committee.app;
        app.answer(&mut visit, "mode", Some("home")).unwrap();
        let draft = app.keep(&mut visit).unwrap().unwrap();
        let begun = self.day_of(&self.committee, 6);
        app.drop_draft(draft).unwrap();
        let mut empty = due.clone();
        empty["lines"] = json!([]);
        empty["today"] = json!({"as_of": due["today"]["as_of"], "demonstration": true, "total": 0, "soon": 0, "lines": []});
        let mut asks = self.day_of(&self.committee, 7);
        asks["status"]["conflicts"] = json!(1);
        asks["status"]["refused"] = json!(1);
        asks["status"]["unsent"] = json!(3);
        asks["status"]["all_at_county"] = json!(false);
        // The last day of the quarter with its grace, and after it.
        let quarter_ends = self.day_of(&self.colleague, 6 * DAY / MINUTE);
        let missed = self.day_of(&self.colleague, 40 * DAY / MINUTE);
        self.committee.at(8);
        vec![
            ("due", due),
            ("begun", begun),
            ("nobody", empty),
            ("asks", asks),
            ("last_days", quarter_ends),
            ("missed", missed),
        ]
    }

    pub fn person(&self) -> Vec<(&'static str, Json)> {
        let app = &self.committee.app;
        let fresh = said(app.person(self.elder, "zh").unwrap());
        let mut visit = self.committee.visit_of(self.elder);
        super::forms::answer_all_is_well(app, &mut visit);
        let row = app.add_row(&mut visit, "issues").unwrap();
        for (leaf, given) in [
            ("type", "hazard"),
            ("level", "village"),
            ("description", "电线老化"),
        ] {
            app.answer(&mut visit, &format!("{row}.{leaf}"), Some(given))
                .unwrap();
        }
        app.save(&mut visit).unwrap();
        let visited = said(app.person(self.elder, "zh").unwrap());
        vec![
            ("fresh", json!({"page": fresh})),
            ("visited", json!({"page": visited})),
            ("gone", json!({"trouble": "not_found"})),
        ]
    }

    /// After [`Village::person`]: its visit waits to be sent.
    pub fn saved(&self) -> Vec<(&'static str, Json)> {
        let app = &self.committee.app;
        let waiting = said(app.waiting("zh").unwrap());
        let mut refused = waiting.clone();
        refused[0]["state"] = json!("refused");
        refused[0]["message"] = json!(
            "这名对象已迁出您的地区，请与乡镇联系 / this person left your area: ask the township"
        );
        refused[0]["withdrawable"] = json!(true);
        let unsent = self.status();
        self.committee.sync();
        let nothing = said(app.waiting("zh").unwrap());
        let sent = json!({"loading": false, "waiting": nothing, "status": self.status()});
        let read = |waiting: &Json, more: Json| {
            let list = json!({"loading": false, "waiting": waiting, "status": unsent});
            super::merged(list, more)
        };
        let asked = json!({"withdrawing": refused[0]["seq"]});
        vec![
            ("just_saved", read(&waiting, json!({"just": true}))),
            ("waiting", read(&waiting, json!({}))),
            ("refused", read(&refused, json!({}))),
            ("withdraw_asked", read(&refused, asked)),
            ("nothing", sent),
        ]
    }

    pub fn conflict(&self) -> Vec<(&'static str, Json)> {
        let numbers = [
            (&self.colleague, "15400000002"),
            (&self.committee, "15400000003"),
        ];
        for (minute, (handset, number)) in (20..).zip(numbers) {
            handset.at(minute);
            let given = map(json!({"phone": number}));
            handset.app.edit(self.elder, &given).unwrap();
            handset.sync();
        }
        let open = said(self.committee.app.conflicts().unwrap());
        vec![
            ("open", json!({"loading": false, "conflicts": open})),
            (
                "chosen",
                json!({"loading": false, "conflicts": open, "chosen": 2}),
            ),
            ("none", json!({"loading": false, "settled": 1})),
        ]
    }

    pub fn not_seen(&self) -> Vec<(&'static str, Json)> {
        let none = self.unseen_after(10);
        let minutes = 40 * DAY / MINUTE;
        let some = self.unseen_after(minutes);
        let report = self.township.app.compliance(&Asked::default()).unwrap();
        let line = report
            .lines
            .iter()
            .find(|line| line.state.is_some_and(|s| s.is_not_seen()));
        let line = line.expect("somebody is not seen forty days later");
        let explained = self.township.app.why(&AskedLine {
            unit: line.unit.clone(),
            rule: line.rule.to_string(),
            period: line.period.clone(),
            as_of: None,
        });
        let explained = explained.unwrap();
        let why = json!({"line": said(line), "json": "{}",
            "chinese": explained.chinese, "english": explained.english});
        let explains = super::merged(some.clone(), json!({"explanation": why}));
        assert!(self.world.path("server").exists());
        vec![("some", some), ("none", none), ("why", explains)]
    }

    fn unseen_after(&self, minutes: i64) -> Json {
        self.township.at(minutes);
        let unseen = self
            .township
            .app
            .not_seen(&Asked::default(), &paged())
            .unwrap();
        json!({"loading": false, "lines": said(&unseen.lines), "unseen": said(&unseen)})
    }
}

fn elder_named(name: &str) -> Json {
    elder(name, VILLAGE)
}
