//! Every worked case that uses only what LC-R1, R2, R3a and R3b ask is played through forms, save,
//! sync and facts, on phones and the server, with the answer that the case expects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use stories::played::{Template, play, say};
use tanfang_core::compliance::cases::{Case, CasesFile, Expectation, parse};
use tanfang_core::compliance::{Calendar, Pack};
use tanfang_core::model::AreaCode;

const PACK: &str = "yn-lincang-2024";
const RULES: [&str; 4] = ["LC-R1", "LC-R2", "LC-R3a", "LC-R3b"];
/// What was played when this was written; fewer would mean that the test has begun to rot.
const CASES_AT_LEAST: usize = 95;
const EXPECTATIONS_AT_LEAST: usize = 270;

#[test]
fn every_worked_case_of_the_four_visit_rules_comes_out_the_same_through_the_whole_house() {
    let mut left_out = BTreeMap::new();
    let mut cases = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("a file of cases");
        let file = parse(&text, &[]).expect("a file of cases");
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        match unplayable(&file) {
            Some(why) => *left_out.entry(why).or_insert(0) += file.cases.len(),
            None => cases.extend(file.cases.into_iter().map(|case| (name.clone(), case))),
        }
    }
    let mut told = Told::default();
    cases.retain_mut(|(_, case)| match told.sift(case) {
        Some(why) => {
            *left_out.entry(why).or_insert(0) += 1;
            false
        }
        None => true,
    });
    let template = Template::new(&areas(&cases));
    let (failures, own, township) = played(&template, &cases);
    let expectations: usize = cases.iter().map(|(_, case)| case.expect.len()).sum();
    println!("played: {} cases, {expectations} expectations", cases.len());
    println!("visits: {own} on a phone of one who took part, {township} by the township");
    for (why, number) in &left_out {
        println!("left out: {number} cases: {why}");
    }
    for (why, number) in &told.visits {
        println!("left out: {number} visits: {why}");
    }
    for (why, number) in &told.pairings {
        println!("left out: {number} pairings: {why}");
    }
    println!(
        "left out: {} expectations about whom these name",
        told.expectations
    );
    assert!(
        failures.is_empty(),
        "{}\n{} failures",
        failures.join("\n"),
        failures.len()
    );
    assert!(cases.len() >= CASES_AT_LEAST, "only {} cases", cases.len());
    assert!(
        expectations >= EXPECTATIONS_AT_LEAST,
        "only {expectations} expectations"
    );
    assert!(
        own > township,
        "{own} visits by those who took part, {township} by the township"
    );
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

/// Why the server of a county that has published nothing of its own does not judge this file.
fn unplayable(file: &CasesFile) -> Option<&'static str> {
    let plain = Pack::built_in(PACK).expect("the built-in pack");
    let known = file.packs.iter().find(|pack| pack.id == PACK);
    match known {
        None => Some("its packs are others"),
        Some(pack) if pack.params != plain.params => Some("the county's own parameters"),
        _ if file.calendar != Calendar::default() => Some("windows and events"),
        _ => None,
    }
}

/// What of the cases is not played, counted.
#[derive(Default)]
struct Told {
    visits: BTreeMap<&'static str, usize>,
    pairings: BTreeMap<&'static str, usize>,
    expectations: usize,
}

impl Told {
    /// Leaves out what rules other than the four expect, the visits that no form says, and what is
    /// expected of those whom they name; why the case is left out whole, if it is.
    fn sift(&mut self, case: &mut Case) -> Option<&'static str> {
        case.expect.retain(|one| RULES.contains(&one.rule.as_str()));
        if case.expect.is_empty() {
            return Some("other rules");
        }
        if !case.facts.documents.is_empty() {
            return Some("documents");
        }
        let mut named = BTreeSet::new();
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
}

fn areas(cases: &[(String, Case)]) -> BTreeSet<AreaCode> {
    let facts = cases.iter().map(|(_, case)| &case.facts);
    let lived = facts.clone().flat_map(|facts| &facts.subjects);
    let lived = lived.flat_map(|subject| subject.divisions.iter().map(|d| &d.code));
    let held = facts.flat_map(|facts| facts.assignments.iter().map(|a| &a.division));
    let codes = lived.chain(held);
    codes.map(|code| code.parse().expect("a code")).collect()
}

/// Plays all of them, two at a time: what failed, and who wrote how many visits.
fn played(template: &Template, cases: &[(String, Case)]) -> (Vec<String>, usize, usize) {
    let next = AtomicUsize::new(0);
    let done = Mutex::new((Vec::new(), 0, 0));
    let work = || {
        while let Some((file, case)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (failures, written) = compared(template, case);
            let mut done = done.lock().expect("no thread has ended");
            let named = failures
                .into_iter()
                .map(|why| format!("{file}: {}: {why}", case.name));
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
