//! A TaskChampion replica on the workload: one process for each thing that it does.
//!
//! `create FOLDER VISITS [FROM COUNT]` stores visits as tasks of twenty-five properties, a thousand
//! in each transaction; `sync FOLDER URL` talks with the sync server. Each prints one JSON object.

use anyhow::Context;
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader};
use std::time::Instant;
use taskchampion::storage::AccessMode;
use taskchampion::{Operations, Replica, ServerConfig, SqliteStorage, TaskData, Uuid};

const BATCH: usize = 1000;
const USAGE: &str = "create FOLDER VISITS [FROM COUNT] | sync FOLDER URL";
/// Replicas that share one list of tasks share this.
const CLIENT: Uuid = Uuid::from_u128(0x5a5a_5a5a_5a5a_4a5a_8a5a_5a5a_5a5a_5a5a);

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut report = match arguments[..] {
        ["create", folder, visits] => create(folder, visits, 0, usize::MAX).await?,
        ["create", folder, visits, from, count] => {
            create(folder, visits, from.parse()?, count.parse()?).await?
        }
        ["sync", folder, url] => sync(folder, url).await?,
        _ => anyhow::bail!(USAGE),
    };
    report["peak_kb"] = peak_kb().into();
    println!("{report}");
    Ok(())
}

async fn open(folder: &str) -> anyhow::Result<Replica<SqliteStorage>> {
    let storage = SqliteStorage::new(folder, AccessMode::ReadWrite, true).await?;
    Ok(Replica::new(storage))
}

async fn create(folder: &str, visits: &str, from: usize, count: usize) -> anyhow::Result<Value> {
    let mut replica = open(folder).await?;
    let lines = BufReader::new(std::fs::File::open(visits)?).lines();
    let start = Instant::now();
    let (mut operations, mut made) = (Operations::new(), 0);
    for line in lines.skip(from).take(count) {
        add(&line?, &mut operations)?;
        made += 1;
        if made % BATCH == 0 {
            replica
                .commit_operations(std::mem::take(&mut operations))
                .await?;
        }
    }
    replica.commit_operations(operations).await?;
    Ok(json!({ "seconds": start.elapsed().as_secs_f64(), "visits": made }))
}

fn add(line: &str, operations: &mut Operations) -> anyhow::Result<()> {
    let visit: Map<String, Value> = serde_json::from_str(line)?;
    let id = visit["id"].as_str().context("a visit has an id")?;
    let mut task = TaskData::create(id.parse()?, operations);
    for (name, value) in visit.iter().filter(|(name, _)| *name != "id") {
        task.update(name, value.as_str().map(str::to_owned), operations);
    }
    Ok(())
}

async fn sync(folder: &str, url: &str) -> anyhow::Result<Value> {
    let mut replica = open(folder).await?;
    let config = ServerConfig::Remote {
        url: url.to_owned(),
        client_id: CLIENT,
        encryption_secret: b"bench".to_vec(),
    };
    // The key is derived from the secret here, slowly on purpose: not part of a sync's time.
    let mut server = config.into_server().await?;
    let start = Instant::now();
    replica.sync(&mut server, false).await?;
    let seconds = start.elapsed().as_secs_f64();
    let held = replica.all_task_uuids().await?.len();
    Ok(json!({ "seconds": seconds, "visits": held }))
}

fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
