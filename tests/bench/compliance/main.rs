//! The report over a township or a county, beside one `GROUP BY` of the same visits in the same
//! encrypted file.
//!
//! `bench_compliance PEOPLE VISITS FOLDER` prints one JSON object.

mod allocations;
mod world;

use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant as Clock;
use tanfang_core::compliance::{
    Calendar, Kept, Pack, PackedPart, Query, Rules, concerned_by_visit, report,
};
use tanfang_core::facts::rows::{Assignment, Dated, Facts, Instant, Span, Subject, Visit};
use tanfang_core::facts::{FactRow, assemble};
use world::{PEOPLE_OF_A_VILLAGE, World};

/// How often each is done; the middle time counts.
const ROUNDS: usize = 5;
const AS_OF: &str = "2024-06-20T08:00:00+08:00";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [people, visits, folder] = arguments.as_slice() else {
        eprintln!("bench_compliance PEOPLE VISITS FOLDER");
        std::process::exit(2);
    };
    let number = |text: &String| text.parse().expect("a number");
    let mut told = measure(number(people), number(visits), folder.as_ref());
    told["peak_kb"] = peak_kb().into();
    println!("{told}");
}

/// The most memory that this process ever held, in kilobytes (`VmHWM`, proc(5)).
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Measures `people` with `visits` between them, in files of the folder.
fn measure(people: usize, visits: usize, folder: &Path) -> Value {
    let world = World { people, visits };
    let path = folder.join(format!("compliance-{people}-{visits}.db"));
    let database = open(&path).expect("a new database opens");
    fill(&database, &world).expect("rows go in");
    let group_by = middle(|| count_by_month(&database).expect("it is counted"));
    let packs = [Pack::built_in("yn-lincang-2024").expect("a built-in pack")];
    let as_of: Instant = AS_OF.parse().expect("an instant");
    let read = middle(|| facts(&database).expect("the facts are read").visits.len());
    let facts = facts(&database).expect("the facts are read");
    let calendar = Calendar::default();
    let query = Query::default();
    let judged = middle(|| report(&facts, &packs, &calendar, as_of, &query).lines.len());
    let lines = report(&facts, &packs, &calendar, as_of, &query).lines.len();
    let before = allocations::so_far();
    drop(report(&facts, &packs, &calendar, as_of, &query));
    let allocations = allocations::so_far() - before;
    let rules = Rules {
        packs: &packs,
        calendar: &calendar,
        divisions: None,
    };
    let (opened, refreshed) = kept(&facts, rules, as_of);
    let stored = from_store(&database, &facts, rules, as_of).expect("parts are kept and read");
    json!({
        "people": people, "visits": visits, "lines": lines,
        "group_by_secs": group_by, "read_secs": read, "judged_secs": judged,
        "report_secs": read + judged, "of_group_by": (read + judged) / group_by,
        "micros_a_person": judged * 1e6 / people as f64,
        "allocations_a_person": allocations as f64 / people as f64,
        "opened_secs": opened, "one_visit_secs": refreshed,
        "opened_from_store_secs": stored,
    })
}

/// The list put together from what is kept, and one more visit taken in: its unit's parts found
/// anew from that unit's facts.
fn kept(facts: &Facts, rules: Rules<'_>, as_of: Instant) -> (f64, f64) {
    let mut kept = Kept::new(facts, rules, as_of);
    let opened = middle(|| kept.report(facts, rules, as_of).lines.len());
    let units = concerned_by_visit(facts, &facts.visits[0]);
    let mut own = Facts {
        assignments: facts.assignments.clone(),
        ..Facts::default()
    };
    let lives = |one: &&Subject| units.contains(&one.id) || units.contains(&one.household);
    own.subjects
        .extend(facts.subjects.iter().filter(lives).cloned());
    let names = |visit: &&Visit| {
        let mut people = own.subjects.iter();
        people.any(|one| visit.subjects.contains_key(&one.id))
    };
    let visits: Vec<Visit> = facts.visits.iter().filter(names).cloned().collect();
    own.visits = visits;
    let refreshed = middle(|| {
        kept.refresh(&own, rules, as_of, &units);
        units.len()
    });
    (opened, refreshed)
}

/// The list put together from parts that the encrypted file keeps, as a phone opens it.
fn from_store(
    database: &Connection,
    facts: &Facts,
    rules: Rules<'_>,
    as_of: Instant,
) -> rusqlite::Result<f64> {
    let parts = Kept::new(facts, rules, as_of).packed(rules.packs, None);
    database.execute_batch(
        "CREATE TABLE kept_parts (kind TEXT NOT NULL, unit TEXT NOT NULL, until INTEGER,
           body BLOB NOT NULL, PRIMARY KEY (kind, unit)) STRICT, WITHOUT ROWID; BEGIN",
    )?;
    let mut put = database.prepare("INSERT INTO kept_parts VALUES (?1, ?2, ?3, ?4)")?;
    for part in parts.expect("every part packs") {
        let until = part.until.map(|until| until.0);
        put.execute((part.kind.to_string(), part.unit, until, part.body))?;
    }
    database.execute_batch("COMMIT")?;
    let roster = Facts {
        assignments: facts.assignments.clone(),
        ..Facts::default()
    };
    let mut ask = database.prepare("SELECT kind, unit, until, body FROM kept_parts")?;
    let mut open = || -> rusqlite::Result<usize> {
        let rows = ask.query_map([], |row| {
            Ok(PackedPart {
                kind: row.get::<_, String>(0)?.chars().next().unwrap_or_default(),
                unit: row.get(1)?,
                until: row.get::<_, Option<i64>>(2)?.map(Instant),
                body: row.get(3)?,
            })
        })?;
        let parts = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        let kept = Kept::unpacked(parts, rules.packs, as_of).expect("parts of this program");
        Ok(kept.into_report(&roster, rules, as_of).lines.len())
    };
    open()?;
    Ok(middle(|| open().expect("parts are read")))
}

#[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
fn middle(mut work: impl FnMut() -> usize) -> f64 {
    let mut seconds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Clock::now();
            std::hint::black_box(work());
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[ROUNDS / 2]
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let _ = std::fs::remove_file(path);
    let database = Connection::open(path)?;
    database.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "5a".repeat(32)))?;
    database.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    database.execute_batch(
        "PRAGMA synchronous = OFF;
         CREATE TABLE facts (place INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
         CREATE TABLE visit (id TEXT NOT NULL, person TEXT NOT NULL,
           started_at INTEGER NOT NULL, mode TEXT NOT NULL, outcome TEXT NOT NULL,
           recorded_at INTEGER NOT NULL, received_at INTEGER, worker TEXT NOT NULL,
           role TEXT NOT NULL) STRICT;",
    )?;
    Ok(database)
}

/// Each fact twice: packed as a phone keeps it, and in columns for the `GROUP BY`.
fn fill(database: &Connection, world: &World) -> rusqlite::Result<()> {
    database.execute_batch("BEGIN")?;
    let mut packed = database.prepare("INSERT INTO facts (body) VALUES (?1)")?;
    let mut plain = database.prepare("INSERT INTO visit VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)")?;
    let mut keep = |row: &FactRow| {
        let body = rmp_serde::to_vec_named(row).expect("a fact is packed");
        packed.execute([body])
    };
    for number in 0..world.people {
        let subject = world.subject(number);
        keep(&FactRow::Household {
            id: subject.household.clone(),
            residence: vec![Dated {
                code: world.village(number),
                from: None,
                to: None,
            }],
        })?;
        let memberships = Vec::new();
        keep(&FactRow::Person(Box::new(tanfang_core::facts::PersonRow {
            subject,
            memberships,
        })))?;
    }
    for village in 0..world.people.div_ceil(PEOPLE_OF_A_VILLAGE) {
        for role in ["village_committee", "child_director"] {
            let Assignment {
                worker, division, ..
            } = world.holder(village, role);
            keep(&FactRow::Assignment {
                worker,
                role: role.to_owned(),
                division,
                span: Span::default(),
            })?;
        }
    }
    for number in 0..world.visits {
        let visit = world.visit(number);
        let (person, who) = (visit.subjects.keys().next(), &visit.participants[0]);
        plain.execute((
            &visit.id,
            person,
            visit.started_at.0,
            &visit.mode,
            &visit.outcome,
            visit.recorded_at.0,
            visit.received_at.map(|at| at.0),
            &who.worker,
            &who.role,
        ))?;
        keep(&FactRow::Visit(Box::new(visit)))?;
    }
    database.execute_batch("COMMIT")
}

/// What a statistic by hand would ask, and less than any rule needs.
fn count_by_month(database: &Connection) -> rusqlite::Result<usize> {
    let mut ask = database.prepare_cached(
        "SELECT person, strftime('%Y-%m', started_at / 1000 + 28800, 'unixepoch') AS month,
           count(*) FROM visit GROUP BY person, month",
    )?;
    let mut rows = ask.query([])?;
    let mut months = 0;
    while let Some(row) = rows.next()? {
        let _: i64 = row.get(2)?;
        months += 1;
    }
    Ok(months)
}

fn facts(database: &Connection) -> rusqlite::Result<Facts> {
    let mut ask = database.prepare_cached("SELECT body FROM facts ORDER BY place")?;
    let mut rows = ask.query([])?;
    let mut all: Vec<FactRow> = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(rmp_serde::from_slice(row.get_ref(0)?.as_blob()?).expect("a fact is unpacked"));
    }
    Ok(assemble(all, &BTreeMap::new()))
}
