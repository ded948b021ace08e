//! `bench-automerge VISITS`: the workload in one Automerge document, from a phone to a server and on
//! to a fresh phone by Automerge's own sync messages.
//!
//! Both ends are in this one process: no HTTP, no disk, no check, no encryption. It shows what a
//! good column format costs in bytes, not what a phone would wait.

use automerge::sync::{self, SyncDoc};
use automerge::transaction::Transactable;
use automerge::{AutoCommit, ObjType, ROOT, ReadDoc};
use std::time::Instant;

/// Visits in one change, as the other contenders have them in one transaction.
const BATCH: usize = 1000;

fn main() {
    let visits = std::env::args()
        .nth(1)
        .expect("bench-automerge VISITS: the workload is missing");
    let text = std::fs::read_to_string(visits).expect("the workload can be read");
    let start = Instant::now();
    let mut phone = created(&text);
    let create = start.elapsed().as_secs_f64();
    let saved = phone.save().len();

    let mut server = AutoCommit::new();
    let start = Instant::now();
    let pushed = converse(&mut phone, &mut server);
    let push = start.elapsed().as_secs_f64();

    let mut fresh = AutoCommit::new();
    let start = Instant::now();
    let fetched = converse(&mut fresh, &mut server);
    let fetch = start.elapsed().as_secs_f64();
    let held = fresh.length(ROOT);
    let report = serde_json::json!({
        "create": create, "push": push, "fresh": fetch, "visits": held, "saved_bytes": saved,
        "push_up": pushed.0, "push_down": pushed.1, "fresh_up": fetched.0, "fresh_down": fetched.1,
        "peak_kb": peak_kb(),
    });
    println!("{report}");
}

fn created(text: &str) -> AutoCommit {
    let mut document = AutoCommit::new();
    for (number, line) in text.lines().enumerate() {
        let visit: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).expect("the workload is JSON");
        let texts = |name: &str| {
            visit[name]
                .as_str()
                .expect("every field is text")
                .to_owned()
        };
        let record = document
            .put_object(ROOT, texts("id"), ObjType::Map)
            .expect("a new record");
        for name in visit.keys().filter(|name| *name != "id") {
            document
                .put(&record, name.as_str(), texts(name))
                .expect("a field of the record");
        }
        if (number + 1) % BATCH == 0 {
            document.commit();
        }
    }
    document.commit();
    document
}

/// Speaks in turns, as over one connection, until both are silent; the bytes each way.
fn converse(asking: &mut AutoCommit, answering: &mut AutoCommit) -> (usize, usize) {
    let (mut asks, mut answers) = (sync::State::new(), sync::State::new());
    let (mut up, mut down) = (0, 0);
    loop {
        let spoken = said(asking, &mut asks, answering, &mut answers);
        let answered = said(answering, &mut answers, asking, &mut asks);
        up += spoken.unwrap_or(0);
        down += answered.unwrap_or(0);
        if spoken.is_none() && answered.is_none() {
            return (up, down);
        }
    }
}

/// One message, if there is something to say; its bytes.
fn said(
    from: &mut AutoCommit,
    from_state: &mut sync::State,
    to: &mut AutoCommit,
    to_state: &mut sync::State,
) -> Option<usize> {
    let bytes = from.sync().generate_sync_message(from_state)?.encode();
    let message = sync::Message::decode(&bytes).expect("what was encoded decodes");
    to.sync()
        .receive_sync_message(to_state, message)
        .expect("a message of the same conversation");
    Some(bytes.len())
}

fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
