//! A worked case played through the whole house: cards, visits and confirmations filled in on
//! phones, saved, synced, settled and judged there and on the server.
//!
//! Server and phones share this process, so that each clock stands exactly where the case puts it;
//! what an administrator says goes through the built `tanfang-server`.
//!
//! Known from the case and said otherwise, to the same effect:
//! - a worker without assignment takes part, by an id that no roster has; one who is only paired is
//!   enrolled as `helper`, for which a pairing rule does not ask;
//! - a worker without `last_sync` whose phone writes a visit syncs it once more as of the end: the
//!   rules wait for neither;
//! - a visit that none of those who took part could write down on a phone of theirs is written by
//!   the township.

mod answer;
pub mod doors;
pub mod plan;
mod roster;
pub mod say;
mod template;

pub use template::{Published, Template};

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value as Json, json};
use tanfang_core::app::{App, Doors};
use tanfang_core::compliance::Line;
use tanfang_core::compliance::cases::Case;
use tanfang_core::facts::rows::{Instant, Subject, Visit};
use tanfang_core::model::{Clock, RecordId, Rng};
use tanfang_server::Server;

use crate::people::County;
use crate::world::{must, program};
use doors::{Memory, Seeded, Stand, Straight};
use plan::{Plan, Step};

const DAY: i64 = 86_400_000;

/// What phone and server answered.
pub struct Found {
    /// The lines of the township's phone, in the case's own ids.
    pub lines: Vec<Line>,
    /// What phones and server did not say alike; empty where all is well.
    pub unlike: Vec<String>,
    /// How many visits were written on a phone of one who took part, and how many by the township.
    pub written: (usize, usize),
}

/// A phone with its clock.
struct Handset {
    app: App,
    clock: Arc<Stand>,
}

/// The house of one case.
struct House<'c> {
    case: &'c Case,
    dir: tempfile::TempDir,
    county: County,
    server_clock: Arc<Stand>,
    link: Straight,
    begins: Instant,
    handsets: Vec<Handset>,
    /// From the case's ids to those of the house, by what they are ids of.
    people: BTreeMap<String, String>,
    homes: BTreeMap<String, String>,
    workers: BTreeMap<String, String>,
    visits: BTreeMap<String, String>,
    pairings: BTreeMap<String, String>,
}

/// Plays a case without the visits that no form says; asks for these periods.
///
/// # Errors
/// What the house refused, in its words.
pub fn play(template: &Template, case: &Case, periods: &BTreeSet<String>) -> Result<Found, String> {
    let mut case = case.clone();
    let subjects = case.facts.subjects.clone();
    case.facts
        .visits
        .retain(|visit| say::unsayable(visit, &subjects).is_none());
    House::of(template, &case)?.played(periods)
}

impl<'c> House<'c> {
    fn of(template: &Template, case: &'c Case) -> Result<House<'c>, String> {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let data = dir.path().join("server");
        template.copied_to(&data);
        let server_clock = Arc::new(Stand::default());
        let rng: Arc<dyn Rng> = Arc::new(Seeded::new("server"));
        let server = Server::open(&data, server_clock.clone(), rng).map_err(|e| e.to_string())?;
        let syncs = case.facts.assignments.iter().filter_map(|a| a.last_sync);
        let visits = case.facts.visits.iter();
        let moments = visits
            .flat_map(|v| [Some(v.recorded_at), v.received_at, v.last_server_time])
            .flatten()
            .chain(syncs);
        let first = moments.chain([case.as_of]).min().unwrap_or(case.as_of);
        Ok(House {
            case,
            county: County::new(&program("tanfang-server"), data),
            dir,
            link: Straight(Arc::new(Mutex::new(server))),
            server_clock,
            begins: Instant(first.0 - DAY),
            handsets: Vec::new(),
            people: BTreeMap::new(),
            homes: BTreeMap::new(),
            workers: BTreeMap::new(),
            visits: BTreeMap::new(),
            pairings: BTreeMap::new(),
        })
    }

    fn played(mut self, periods: &BTreeSet<String>) -> Result<Found, String> {
        let area = self.area();
        let plan = Plan::of(self.case, self.begins);
        let mut codes = self.roster(&plan, &area);
        for (no, owner) in plan.phones.iter().enumerate() {
            let code = codes.get_mut(owner.as_str()).and_then(Vec::pop);
            let code = code.ok_or_else(|| format!("no code for phone {no}"))?;
            let handset = self.handset(no, &code)?;
            self.handsets.push(handset);
        }
        self.cards()?;
        self.pairings();
        let mut found = Found {
            lines: Vec::new(),
            unlike: Vec::new(),
            written: plan.written(),
        };
        for (at, step) in &plan.steps {
            self.step(*at, step)?;
            for handset in &self.handsets {
                handset.opens_what_it_would_find(&area, &mut found)?;
            }
        }
        let end = plan.end(self.case.as_of);
        self.confirm(end)?;
        let fresh = self.fresh_phone(end)?;
        for handset in [&self.handsets[0], &fresh, &fresh] {
            handset.opens_what_it_would_find(&area, &mut found)?;
        }
        for period in periods.iter().map(Some).chain([None]) {
            self.ask(&area, period, end, &fresh, &mut found)?;
        }
        Ok(found)
    }

    /// The township of all, or else their county.
    fn area(&self) -> String {
        let divisions = self.case.facts.subjects.iter().flat_map(|s| &s.divisions);
        let towns: BTreeSet<&str> = divisions.map(|d| &d.code[..9]).collect();
        match towns.len() {
            1 => towns.into_iter().collect(),
            _ => towns
                .into_iter()
                .next()
                .map(|t| t[..6].to_owned())
                .unwrap_or_default(),
        }
    }

    fn verb(&self, at: Instant, arguments: &[&str]) -> Json {
        must(self.county.verb(&say::moment(at), arguments))
    }

    fn handset(&self, no: usize, code: &str) -> Result<Handset, String> {
        let rng = Arc::new(Seeded::new(format!("phone {no}")));
        let clock = Arc::new(Stand::default());
        let doors = Doors {
            vault: Arc::new(Memory::new(&*rng)),
            clock: clock.clone(),
            rng,
        };
        self.server_clock
            .put(self.begins.max(Instant(self.server_clock.now().millis)));
        clock.put(Instant(self.server_clock.now().millis));
        let home: PathBuf = self.dir.path().join(format!("phone{no}"));
        let app = App::open(&home, doors).map_err(|e| e.to_string())?;
        app.enrol_over(&self.link, "http://in.this.process", code)
            .map_err(|e| format!("enrolment: {e}"))?;
        let handset = Handset { app, clock };
        self.sync(&handset, Instant(self.server_clock.now().millis))?;
        Ok(handset)
    }

    fn sync(&self, handset: &Handset, at: Instant) -> Result<(), String> {
        self.server_clock.put(at);
        handset.clock.put(at);
        let synced = handset.app.sync_over(&self.link, &mut |_| {});
        let told = synced.map_err(|e| format!("sync at {}: {e}", say::moment(at)))?;
        if told.refused > 0 {
            let refused = handset.app.refused().map_err(|e| e.to_string())?;
            return Err(format!("refused: {refused:?}"));
        }
        Ok(())
    }

    fn cards(&mut self) -> Result<(), String> {
        let township = &self.handsets[0];
        township.clock.put(self.begins);
        for (number, subject) in self.case.facts.subjects.iter().enumerate() {
            let home = self.homes.get(&home_of(subject)).cloned();
            let card = say::card(subject, number, home.as_deref(), self.begins.day());
            let form = match subject.group {
                tanfang_core::facts::rows::Group::Elder => "elder_card",
                tanfang_core::facts::rows::Group::Child => "child_left_behind",
            };
            let saved = township.app.new_record(form, &card, None);
            let saved = saved.map_err(|e| format!("the card of {}: {e:?}", subject.id))?;
            let household = saved.records.iter().find(|r| r.kind == "household");
            if let (None, Some(household)) = (home, household) {
                self.homes.insert(home_of(subject), household.id.clone());
            }
            self.people.insert(subject.id.clone(), saved.id);
        }
        self.papers()?;
        self.sync(&self.handsets[0], self.begins)
    }

    /// Agreements and plans, as the township files them.
    fn papers(&self) -> Result<(), String> {
        let township = &self.handsets[0];
        for document in &self.case.facts.documents {
            let person = &self.people[&document.subject];
            let (form, answers) = say::paper(document, person, self.begins.day());
            let saved = township.app.new_record(form, &answers, None);
            saved.map_err(|e| format!("the {form} of {}: {e:?}", document.subject))?;
        }
        Ok(())
    }

    fn step(&mut self, at: Instant, step: &Step) -> Result<(), String> {
        match step {
            Step::Sync { phone } => self.sync(&self.handsets[*phone], at),
            Step::Visit { phone, visit } => {
                let visit = self.case.facts.visits.iter().find(|v| v.id == *visit);
                let visit = visit.ok_or("a visit of the plan is none of the case")?;
                self.visit(&visit.clone(), *phone)?;
                self.sync(&self.handsets[*phone], at)
            }
            Step::Move { subject, row } => self.moved(at, subject, row),
        }
    }

    fn visit(&mut self, visit: &Visit, phone: usize) -> Result<(), String> {
        let handset = &self.handsets[phone];
        handset.clock.put(visit.recorded_at);
        let answers = say::visit(visit, &self.people, &self.workers);
        let saved = handset.app.new_record("visit", &answers, None);
        let saved = saved.map_err(|e| format!("visit {} on phone {phone}: {e:?}", visit.id))?;
        self.visits.insert(visit.id.clone(), saved.id);
        Ok(())
    }

    /// The township notes a move on its first day: the open row ends, another begins.
    fn moved(&self, at: Instant, subject: &str, row: &Json) -> Result<(), String> {
        let township = &self.handsets[0];
        self.sync(township, at)?;
        let id: RecordId = self.people[subject].parse().map_err(|_| "an id")?;
        let shown = township.app.show(id).map_err(|e| e.to_string())?;
        let rows = shown.fields["residence"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let open = rows.iter().find(|row| row["to"].is_null());
        let open = open.ok_or("no open residence")?;
        let from: tanfang_core::facts::rows::Day = row["from"]
            .as_str()
            .and_then(|day| day.parse().ok())
            .ok_or("a move without a day")?;
        let given = json!({"residence": [{"$row": open["$row"], "to": from.plus(-1)}, row]});
        let given: &Map<String, Json> = given.as_object().ok_or("no object")?;
        township
            .app
            .edit(id, given)
            .map_err(|e| format!("the move: {e:?}"))?;
        self.sync(township, at)
    }

    fn confirm(&self, end: Instant) -> Result<(), String> {
        let township = &self.handsets[0];
        self.sync(township, end)?;
        for visit in &self.case.facts.visits {
            let Some(yes) = visit.confirmed else { continue };
            let id: RecordId = self.visits[&visit.id].parse().map_err(|_| "an id")?;
            let said = township.app.confirm(id, yes, "测试");
            said.map_err(|e| format!("confirming {}: {e:?}", visit.id))?;
        }
        self.sync(township, end)
    }

    /// A second phone of the township, that gets everything from the server.
    fn fresh_phone(&self, end: Instant) -> Result<Handset, String> {
        let code = self.code_for(plan::TOWNSHIP, end);
        self.server_clock.put(end);
        self.handset(self.handsets.len(), &code)
    }
}

/// The household of a subject, or one of its own.
pub(crate) fn home_of(subject: &Subject) -> String {
    match subject.household.as_str() {
        "" => format!("the home of {}", subject.id),
        household => household.to_owned(),
    }
}
