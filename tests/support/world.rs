//! A county of one township for a story.

use serde_json::{Value as Json, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tanfang_core::wire::{CONTENT_TYPE, WireRefusal, encode};
use throwaway_postgres::Database;

use crate::link::{Link, Weather};
use crate::people::{Answer, County, Phone};

/// The township of the stories.
pub const TOWNSHIP: &str = "530999201";
/// Its first village.
pub const VILLAGE: &str = "530999201201";
/// Its second village.
pub const OTHER_VILLAGE: &str = "530999201202";

const AREAS: &str = "code,name,level,parent\n\
    530999000000,测试县,county,\n\
    530999201000,示例乡,township,530999000000\n\
    530999201201,样板村,village,530999201000\n\
    530999201202,示范村,village,530999201000\n\
    530999201201001,一组网格,grid,530999201201\n";

/// A server, a link to it, and the folder of everybody's data.
pub struct World {
    /// The county's server.
    pub county: County,
    /// The link by which every phone reaches it.
    pub link: Link,
    dir: tempfile::TempDir,
}

/// A phone and its worker.
pub struct Worker {
    /// The phone.
    pub phone: Phone,
    /// The worker's id.
    pub id: String,
    /// The role the worker acts in.
    pub role: &'static str,
}

/// A program built by the same `cargo test --workspace` that built this test.
pub fn program(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("a test knows its own path");
    let debug = here
        .parent()
        .and_then(|deps| deps.parent())
        .expect("a test lies in target/PROFILE/deps");
    let path = match name {
        "phone" => debug.join("examples").join("phone"),
        _ => debug.join(name),
    };
    assert!(
        path.exists(),
        "{} is not built: run `cargo build --workspace --bins --examples` or `cargo test --workspace`",
        path.display()
    );
    path
}

/// Writes a database's address as an administrator keeps it; the file's name.
pub fn address_file(path: &Path, database: &Database) -> String {
    let text = format!("{}password=不写在任何地方\n", database.address());
    std::fs::write(path, text).expect("the address can be written");
    let ours = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, ours).expect("the file is ours");
    path.to_string_lossy().into_owned()
}

impl World {
    /// A county that serves from a moment on.
    pub fn at(now: &str) -> World {
        Self::made(now, None)
    }

    /// A county whose history is in PostgreSQL, with a password that nothing repeats.
    pub fn on_postgres(now: &str, database: &Database) -> World {
        Self::made(now, Some(database))
    }

    fn made(now: &str, database: Option<&Database>) -> World {
        let dir = tempfile::tempdir().expect("a folder for the story");
        let mut county = County::new(&program("tanfang-server"), dir.path().join("server"));
        let areas = dir.path().join("areas.csv");
        std::fs::write(&areas, AREAS).expect("the areas can be written");
        match database {
            None => must(county.verb(now, &["init", "--demo"])),
            Some(database) => {
                let file = address_file(&dir.path().join("postgres"), database);
                must(county.verb(now, &["init", "--demo", "--postgres", &file]))
            }
        };
        must(county.verb(now, &["areas", "import", &areas.to_string_lossy()]));
        let there = county.serve(now).expect("the server serves");
        World {
            county,
            link: Link::to(there).expect("a link"),
            dir,
        }
    }

    /// Stops the server and starts it again at a moment: all clocks are moved together.
    pub fn now(&mut self, now: &str) {
        self.county.stop().expect("the server ends");
        self.link
            .lead_to(self.county.serve(now).expect("the server serves again"));
    }

    /// A path in the story's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A worker with a role over an area, with an enrolled and synced phone.
    pub fn worker(&self, now: &str, name: &'static str, role: &'static str, area: &str) -> Worker {
        let given = must(self.county.verb(
            now,
            &["enrol", "--name", name, "--role", role, "--area", area],
        ));
        let code = given["code"].as_str().expect("a code");
        let phone = Phone::new(&program("phone"), self.path(name), name);
        must(phone.verb(
            now,
            &["enrol", "--server", &self.link.url(), "--code", code],
        ));
        let worker = Worker {
            phone,
            id: word(&given, "worker"),
            role,
        };
        worker.sync(now);
        worker
    }

    /// Two workers of the village's committee, `a` and `b`, who both know one elder; the elder's id.
    pub fn two_who_know_an_elder(&self, now: &str) -> (Worker, Worker, String) {
        let a = self.worker(now, "a", "village_committee", VILLAGE);
        let b = self.worker(now, "b", "village_committee", VILLAGE);
        let saved = a.new_record(now, "elder_card", &elder("测试甲", VILLAGE));
        a.sync(now);
        b.sync(now);
        (a, b, word(&saved, "id"))
    }

    /// What the server's report says.
    pub fn report(&self, now: &str, area: &str, as_of: &str) -> Json {
        must(
            self.county
                .verb(now, &["compliance", "--area", area, "--as-of", as_of]),
        )
    }

    /// The next question is answered as by a server without room that asks to be left alone for so
    /// many seconds; what was asked it has taken in all the same.
    pub fn is_full_once(&self, retry_after_secs: u32) {
        let body = encode(&WireRefusal::Unavailable).expect("a refusal can be packed");
        let head = format!(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: {CONTENT_TYPE}\r\n\
             Retry-After: {retry_after_secs}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        self.link.answers_once([head.into_bytes(), body].concat());
    }

    /// The link is fine again.
    pub fn fine(&self) {
        self.link.set(Weather::Fine);
    }
}

impl Worker {
    /// A verb that must be done.
    #[track_caller]
    pub fn does(&self, now: &str, arguments: &[&str]) -> Json {
        must(self.phone.verb(now, arguments))
    }

    /// Syncs, completely.
    #[track_caller]
    pub fn sync(&self, now: &str) -> Json {
        let done = self.does(now, &["sync"]);
        assert_eq!(done["complete"], true, "{done}");
        done
    }

    /// A new record from answers; its answer as JSON.
    #[track_caller]
    pub fn new_record(&self, now: &str, form: &str, answers: &Json) -> Json {
        must(self.phone.told(now, &["new", form], answers))
    }

    /// An edit.
    #[track_caller]
    pub fn edit(&self, now: &str, id: &str, answers: &Json) -> Json {
        must(self.phone.told(now, &["edit", id], answers))
    }

    /// A person's household lives elsewhere from June 2024 on.
    pub fn moves(&self, now: &str, person: &str, village: &str) {
        let row = self.shows(now, person, "residence")[0]["$row"].clone();
        let rows = json!({"residence": [
            {"$row": row, "to": "2024-05-31"},
            {"area": village, "from": "2024-06-01"}]});
        self.edit(now, person, &rows);
    }

    /// The value of a field as the phone shows it.
    pub fn shows(&self, now: &str, id: &str, field: &str) -> Json {
        self.does(now, &["show", id])["fields"][field].clone()
    }

    /// The ids of a list.
    pub fn lists(&self, now: &str, kind: &str) -> Vec<String> {
        let list = self.does(now, &["list", "--kind", kind]);
        list.as_array()
            .expect("a list")
            .iter()
            .map(|line| word(line, "id"))
            .collect()
    }

    /// The lines of the phone's report.
    pub fn report(&self, now: &str, area: &str, as_of: &str) -> Json {
        self.does(now, &["compliance", "--area", area, "--as-of", as_of])
    }

    #[track_caller]
    /// A home visit to people of one household, made by this worker.
    pub fn visits(&self, now: &str, started_at: &str, people: &[(&str, &str)]) -> String {
        word(
            &self.new_record(
                now,
                "visit",
                &visit(started_at, people, &[(&self.id, self.role)]),
            ),
            "id",
        )
    }
}

/// An answer that must be there, as JSON.
#[track_caller]
pub fn must(answer: anyhow::Result<Answer>) -> Json {
    let answer = answer.expect("the program runs");
    answer
        .json()
        .unwrap_or_else(|problem| panic!("{problem:#}"))
}

/// A text of a JSON object.
pub fn word(json: &Json, key: &str) -> String {
    json[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {json}"))
        .to_owned()
}

/// The line of a report about a unit, a rule and a period.
pub fn line(report: &Json, rule: &str, unit: &str, period: &str) -> Option<Json> {
    let lines = report["lines"].as_array().expect("a report has lines");
    lines
        .iter()
        .find(|l| l["rule"] == rule && l["unit"] == unit && l["period"] == period)
        .cloned()
}

/// An elder of a village, 失能留守 since 2024-04-12: what the card requires, and no more.
pub fn elder(name: &str, village: &str) -> Json {
    json!({"name": name, "id_doc_type": "99", "no_id_reason": "lost", "sex": "1", "birth_date": "1944-02-29",
        "hukou_division": village, "home_division": village, "ability_level": "9", "living_arr": "with_spouse",
        "children_n": 2, "children_local_n": 0, "supporter_name": "测试子一", "supporter_rel": "son",
        "supporter_phone": "15400000011", "emergency_name": "测试邻一", "emergency_phone": "15400000012",
        "housing": "safe", "needs": ["meal"], "ext_ylfw_state": "no",
        "registration": [{"from": "2024-04-12"}],
        "category": [{"code": "left_behind", "from": "2024-04-12"}, {"code": "disabled_ability", "from": "2024-04-12"}]})
}

/// A left-behind child of a village since 2024-01-10.
pub fn child(name: &str, village: &str) -> Json {
    json!({"name": name, "id_doc_type": "99", "no_id_reason": "unregistered", "sex": "1", "birth_date": "2014-06-01",
        "hukou_division": village, "home_division": village, "report_unit": "org-1", "hukou_registered": "yes",
        "health": ["healthy"], "boarding": "yes", "schooling": "primary", "father_state": "away",
        "mother_state": "away", "one_away_other_unable": "no", "guard_type": "good", "guard_rating": "good",
        "child_income_src": ["work"], "ext_cwis_state": "no",
        "registration": [{"from": "2024-01-10"}], "category": [{"code": "left_behind", "from": "2024-01-10"}]})
}

/// A home visit: people with `met` or `not_met`, participants with their roles.
pub fn visit(started_at: &str, people: &[(&str, &str)], participants: &[(&str, &str)]) -> Json {
    let rows: Vec<Json> = people
        .iter()
        .map(|(person, met)| {
            json!({"person": person, "met": met, "chk_health": "good", "chk_mental": "good", "chk_living": "ok",
                "chk_support": "fulfilled", "hazards": ["none"], "chk_school": "normal", "mental_need": "none",
                "actions": ["comfort"]})
        })
        .collect();
    let took_part: Vec<Json> = participants
        .iter()
        .map(|(w, r)| json!({"worker": w, "role": r}))
        .collect();
    json!({"started_at": started_at, "mode": "home", "purpose": ["routine"], "people": rows, "participants": took_part})
}
