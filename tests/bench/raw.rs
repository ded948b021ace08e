//! The physical limit: the facts that our store keeps, as plain SQLite rows in one transaction.
//!
//! A packed row for what was said, a row of columns for what holds, the keys that each needs, and
//! the encryption of a phone's database; no check, no merge, no envelope.

use rusqlite::Connection;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::Instant;

/// How often it is done; the middle time counts.
const ROUNDS: usize = 3;
const AREAS: i64 = 30;

/// Whether the database is encrypted.
#[derive(Clone, Copy, PartialEq)]
pub enum Key {
    /// With a key as a phone's is, given whole, not derived from a password.
    Given,
    /// Not at all.
    None,
}

struct Visit {
    id: [u8; 16],
    texts: Vec<String>,
}

/// Stores the visits, three times into a new database, and gives the middle time.
pub fn measure(visits: &Path, folder: &Path, key: Key) -> Value {
    let (names, visits) = read(visits);
    let path = folder.join(if key == Key::Given {
        "raw.db"
    } else {
        "raw-plain.db"
    });
    let mut seconds: Vec<f64> = (0..ROUNDS)
        .map(|_| once(&path, key, &names, &visits))
        .collect();
    seconds.sort_by(f64::total_cmp);
    let bytes = std::fs::metadata(&path).map(|m| m.len()).ok();
    json!({ "seconds": seconds[ROUNDS / 2], "visits": visits.len(), "database_bytes": bytes })
}

fn read(path: &Path) -> (Vec<String>, Vec<Visit>) {
    let text = std::fs::read_to_string(path).expect("the workload is there");
    let mut names = Vec::new();
    let visits = text.lines().map(|line| {
        let fields: Map<String, Value> = serde_json::from_str(line).expect("the workload is JSON");
        let id = fields["id"]
            .as_str()
            .and_then(|id| id.parse::<uuid::Uuid>().ok());
        let texts = fields.iter().filter(|(name, _)| *name != "id");
        let (new_names, texts): (Vec<String>, Vec<String>) = texts
            .map(|(name, text)| (name.clone(), text.as_str().unwrap_or_default().to_owned()))
            .unzip();
        names = new_names;
        Visit {
            id: id.expect("a visit has an id").into_bytes(),
            texts,
        }
    });
    let visits = visits.collect();
    (names, visits)
}

#[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
fn once(path: &Path, key: Key, names: &[String], visits: &[Visit]) -> f64 {
    let mut database = open(path, key, names).expect("a new database opens");
    let start = Instant::now();
    insert(&mut database, names.len(), visits).expect("rows go in");
    let seconds = start.elapsed().as_secs_f64();
    database
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("the log goes into the file");
    seconds
}

fn open(path: &Path, key: Key, names: &[String]) -> rusqlite::Result<Connection> {
    for end in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        let _ = std::fs::remove_file(file);
    }
    let database = Connection::open(path)?;
    if key == Key::Given {
        database.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "5a".repeat(32)))?;
        database.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    }
    database.execute_batch(&format!(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = NORMAL;
         CREATE TABLE visit (id BLOB PRIMARY KEY, stamp INTEGER, {}) WITHOUT ROWID;
         CREATE TABLE op (
             seq INTEGER PRIMARY KEY,
             head BLOB NOT NULL UNIQUE,
             record BLOB NOT NULL,
             area INTEGER NOT NULL,
             body BLOB NOT NULL
         );
         CREATE INDEX op_area ON op (area, seq);",
        names.join(", ")
    ))?;
    Ok(database)
}

fn insert(database: &mut Connection, fields: usize, visits: &[Visit]) -> rusqlite::Result<()> {
    let transaction = database.transaction()?;
    {
        let columns = vec!["?"; fields + 2].join(",");
        let mut settled = transaction.prepare(&format!("INSERT INTO visit VALUES ({columns})"))?;
        let mut said = transaction.prepare(
            "INSERT OR IGNORE INTO op (head, record, area, body) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (number, visit) in visits.iter().enumerate() {
            let stamp = (1i64 << 57) + ((number as i64) << 16);
            let mut head = [7u8; 12];
            head[4..].copy_from_slice(&(number as u64).to_be_bytes());
            said.execute((
                head,
                visit.id,
                number as i64 % AREAS,
                packed(stamp, &visit.texts),
            ))?;
            settled.raw_bind_parameter(1, visit.id)?;
            settled.raw_bind_parameter(2, stamp)?;
            for (column, text) in visit.texts.iter().enumerate() {
                settled.raw_bind_parameter(column + 3, text.as_str())?;
            }
            settled.raw_execute()?;
        }
    }
    transaction.commit()
}

fn packed(stamp: i64, texts: &[String]) -> Vec<u8> {
    let mut body = Vec::with_capacity(400);
    body.extend_from_slice(&stamp.to_be_bytes());
    for (field, text) in texts.iter().enumerate() {
        body.push(field as u8);
        body.push(text.len() as u8);
        body.extend_from_slice(text.as_bytes());
    }
    body
}
