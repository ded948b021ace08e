//! Every worked case is played through forms, save, sync and facts, on phones and the server, with the
//! answer that the case expects: its packs activated with the county's parameters, its calendar
//! published, its papers filed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value as Json;
use stories::played::{Published, Template, play, say};
use tanfang_core::compliance::Pack;
use tanfang_core::compliance::cases::{Case, Expectation, parse};
use tanfang_core::facts::rows::Subject;
use tanfang_core::model::AreaCode;

/// The pack that a new server judges by.
const PACK: &str = "yn-lincang-2024";
/// A refresh is no form's: nobody can enter what it asks.
const UNPLAYED: [&str; 1] = ["CN-F1"];
/// What was played when this was written; fewer would mean that the test has begun to rot.
const CASES_AT_LEAST: usize = 125;
const EXPECTATIONS_AT_LEAST: usize = 350;

/// A file of cases, those of it that can be played, and the server that they begin with.
struct Played {
    name: String,
    cases: Vec<Case>,
    template: Template,
}

#[test]
fn every_worked_case_comes_out_the_same_through_the_whole_house() {
    let mut told = Told::default();
    let mut files_played = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("a file of cases");
        let mut cases = parse(&text, &[]).expect("a file of cases").cases;
        cases.retain_mut(|case| match told.sift(case) {
            Some(why) => {
                *told.cases.entry(why).or_insert(0) += 1;
                false
            }
            None => true,
        });
        let name = path.file_name().expect("a name").to_string_lossy();
        if !cases.is_empty() {
            files_played.push(Played {
                name: name.into_owned(),
                template: Template::new(&areas(&cases), &published(&text)),
                cases,
            });
        }
    }
    let (failures, own, township) = played(&files_played);
    let cases = || files_played.iter().flat_map(|file| &file.cases);
    let expectations: usize = cases().map(|case| case.expect.len()).sum();
    println!(
        "played: {} cases, {expectations} expectations",
        cases().count()
    );
    println!("visits: {own} on a phone of one who took part, {township} by the township");
    told.print();
    assert!(
        failures.is_empty(),
        "{}\n{} failures",
        failures.join("\n"),
        failures.len()
    );
    assert!(
        cases().count() >= CASES_AT_LEAST,
        "only {} cases",
        cases().count()
    );
    assert!(
        expectations >= EXPECTATIONS_AT_LEAST,
        "only {expectations} expectations"
    );
    assert!(
        own > township,
        "{own} visits by those who took part, {township} by the township"
    );
}

/// The packs of a file with the county's parameters, and its calendar. What a new server judges by is
/// activated again only where the county sets parameters of it.
fn published(text: &str) -> Published {
    let file: Json = serde_json::from_str(text).expect("JSON");
    let mut published = Published::default();
    for id in file["packs"].as_array().into_iter().flatten() {
        let id = id.as_str().expect("an id");
        let text = Pack::built_in_text(id).expect("a built-in pack");
        let mut pack: Json = serde_json::from_str(text).expect("JSON");
        let params = &file["params"][id];
        match (id == PACK, params.is_null()) {
            (true, true) => continue,
            (true, false) => pack["version"] = 2.into(),
            _ => {}
        }
        if !params.is_null() {
            pack["params"] = params.clone();
        }
        let from = if id == PACK {
            "2023-01-01"
        } else {
            "2010-01-01"
        };
        published.packs.push((pack.to_string(), from));
    }
    let calendar = &file["calendar"];
    published.calendar = (!calendar.is_null()).then(|| calendar.to_string());
    published
}

fn files() -> Vec<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests");
    let mut files: Vec<PathBuf> = std::fs::read_dir(tests.join("cases"))
        .expect("the folder of cases")
        .map(|file| file.expect("a file").path())
        .collect();
    files.push(tests.join("data/cases-example.json"));
    files.sort();
    files
}

/// What of the cases is not played, counted.
#[derive(Default)]
struct Told {
    cases: BTreeMap<&'static str, usize>,
    subjects: BTreeMap<&'static str, usize>,
    visits: BTreeMap<&'static str, usize>,
    pairings: BTreeMap<&'static str, usize>,
    expectations: usize,
}

impl Told {
    /// Leaves out what nobody can enter, the visits that no form says, and what is expected of those
    /// whom they name; why the case is left out whole, if it is.
    fn sift(&mut self, case: &mut Case) -> Option<&'static str> {
        case.expect
            .retain(|one| !UNPLAYED.contains(&one.rule.as_str()));
        if case.expect.is_empty() {
            return Some("a refresh is no form's");
        }
        let mut papers = case.facts.documents.iter();
        if let Some(why) = papers.find_map(say::unsayable_paper) {
            return Some(why);
        }
        let mut named = self.of_another_county(case);
        for visit in &case.facts.visits {
            let Some(why) = say::unsayable(visit, &case.facts.subjects) else {
                continue;
            };
            *self.visits.entry(why).or_insert(0) += 1;
            for subject in &case.facts.subjects {
                if visit.subjects.contains_key(&subject.id) {
                    named.extend([subject.id.clone(), subject.household.clone()]);
                }
            }
            for pairing in &case.facts.pairings {
                if visit.subjects.contains_key(&pairing.subject) {
                    named.insert(pairing.id.clone());
                }
            }
        }
        for pairing in say::said_as_one(&case.facts.pairings) {
            *self
                .pairings
                .entry("said anew, a pairing is given other days")
                .or_insert(0) += 1;
            named.insert(pairing.clone());
            case.facts.pairings.retain(|one| one.id != pairing);
        }
        let before = case.expect.len();
        case.expect
            .retain(|one: &Expectation| !named.contains(&one.unit));
        self.expectations += before - case.expect.len();
        case.expect
            .is_empty()
            .then_some("only visits that no form says")
    }

    /// Leaves out who lives in another county than the first, since a server is one county's; their
    /// ids and those of their households.
    fn of_another_county(&mut self, case: &mut Case) -> BTreeSet<String> {
        let facts = &mut case.facts;
        let county = |code: &str| code.get(..6).map(str::to_owned);
        let first = facts
            .subjects
            .first()
            .and_then(|subject| subject.divisions.first());
        let first = first.and_then(|row| county(&row.code));
        let (here, elsewhere) =
            std::mem::take(&mut facts.subjects)
                .into_iter()
                .partition(|subject| {
                    let mut rows = subject.divisions.iter();
                    rows.any(|row| county(&row.code) == first)
                });
        facts.subjects = here;
        let elsewhere: Vec<Subject> = elsewhere;
        facts.visits.retain(|visit| {
            let mut away = elsewhere.iter();
            !away.any(|subject| visit.subjects.contains_key(&subject.id))
        });
        if !elsewhere.is_empty() {
            let why = "a server is one county's";
            *self.subjects.entry(why).or_insert(0) += elsewhere.len();
        }
        let ids = elsewhere.into_iter();
        ids.flat_map(|subject| [subject.id, subject.household])
            .collect()
    }

    fn print(&self) {
        for (what, counted) in [
            ("cases", &self.cases),
            ("people", &self.subjects),
            ("visits", &self.visits),
            ("pairings", &self.pairings),
        ] {
            for (why, number) in counted {
                println!("left out: {number} {what}: {why}");
            }
        }
        let number = self.expectations;
        println!("left out: {number} expectations about whom these name");
    }
}

fn areas(cases: &[Case]) -> BTreeSet<AreaCode> {
    let facts = cases.iter().map(|case| &case.facts);
    let lived = facts.clone().flat_map(|facts| &facts.subjects);
    let lived = lived.flat_map(|subject| subject.divisions.iter().map(|d| &d.code));
    let held = facts.flat_map(|facts| facts.assignments.iter().map(|a| &a.division));
    let codes = lived.chain(held);
    codes.map(|code| code.parse().expect("a code")).collect()
}

/// Plays all of them, two at a time: what failed, and who wrote how many visits.
fn played(files: &[Played]) -> (Vec<String>, usize, usize) {
    let cases: Vec<(&Played, &Case)> = files
        .iter()
        .flat_map(|file| file.cases.iter().map(move |case| (file, case)))
        .collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new((Vec::new(), 0, 0));
    let work = || {
        while let Some((file, case)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (failures, written) = compared(&file.template, case);
            let mut done = done.lock().expect("no thread has ended");
            let named = failures
                .into_iter()
                .map(|why| format!("{}: {}: {why}", file.name, case.name));
            done.0.extend(named);
            done.1 += written.0;
            done.2 += written.1;
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    done.into_inner().expect("no thread has ended")
}

fn compared(template: &Template, case: &Case) -> (Vec<String>, (usize, usize)) {
    let periods = case
        .expect
        .iter()
        .map(|one| one.period.to_string())
        .collect();
    match play(template, case, &periods) {
        Err(why) => (vec![why], (0, 0)),
        Ok(found) => {
            let differs = case
                .expect
                .iter()
                .filter_map(|one| one.differs_from(&found.lines));
            let mut failures: Vec<String> = differs.map(|failure| failure.to_string()).collect();
            failures.extend(found.unlike);
            (failures, found.written)
        }
    }
}
