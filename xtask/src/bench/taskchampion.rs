//! TaskChampion beside us: its published replica and the core of its own sync server, SQLite on both
//! disks. Each visit is a task of twenty-five properties.

use anyhow::{Context, ensure};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::figures::Column;
use super::processes::{Server, bytes_of};
use super::proxy::Proxy;
use super::{Bench, besides, peer, report};

/// Unsynced visits of each of two replicas.
const PAIR: usize = 1_000;

/// Measures create, push, a fresh phone, an idle sync, and two replicas apart.
pub fn measure(bench: &Bench) -> anyhow::Result<Column> {
    let program = peer(bench, "taskchampion/phone", "bench-taskchampion-phone")?;
    let serve = peer(bench, "taskchampion/server", "bench-taskchampion-server")?;
    let mut column = Column::named("TaskChampion");
    let served = Served::start(bench, &serve, "task-server")?;
    let replica = |home: &str| Replica {
        program: program.clone(),
        home: bench.scratch.join(home),
        url: served.url(),
    };
    let (first, second) = (replica("task-a"), replica("task-b"));
    let created = first.run(&["create"], &[&bench.visits.to_string_lossy()])?;
    column.create_secs = created["seconds"].as_f64();
    column.phone_database = Some(bytes_of(&first.home)?);
    served.proxy.take();
    let pushed = first.sync()?;
    column.push_secs = pushed["seconds"].as_f64();
    column.push_crossed = Some(served.proxy.take());
    let fetched = second.sync()?;
    column.fresh_secs = fetched["seconds"].as_f64();
    column.fresh_crossed = Some(served.proxy.take());
    ensure!(
        fetched["visits"].as_u64() == Some(bench.size as u64),
        "TaskChampion's fresh phone misses visits: {fetched}"
    );
    let idle = second.sync()?;
    column.idle_secs = idle["seconds"].as_f64();
    column.idle_crossed = Some(served.proxy.take());
    let peaks = [created, pushed, fetched, idle].map(|r| r["peak_kb"].as_u64());
    column.phone_peak_kb = peaks.into_iter().max().flatten();
    column.server_peak_kb = Some(served.server.peak_kb()?);
    column.pair_secs = Some(pair(bench, &program, &serve)?);
    Ok(column)
}

/// Two replicas of a new server with a thousand visits each, until both have all.
fn pair(bench: &Bench, program: &Path, serve: &Path) -> anyhow::Result<f64> {
    let visits = besides::workload(bench)?.to_string_lossy().into_owned();
    let served = Served::start(bench, serve, "task-server-pair")?;
    let replica = |home: &str| Replica {
        program: program.to_owned(),
        home: bench.scratch.join(home),
        url: served.url(),
    };
    let both = [replica("task-pair-a"), replica("task-pair-b")];
    for (at, replica) in both.iter().enumerate() {
        let (from, count) = ((at * PAIR).to_string(), PAIR.to_string());
        replica.run(&["create"], &[&visits, &from, &count])?;
    }
    let mut seconds = 0.0;
    for replica in [&both[0], &both[1], &both[0]] {
        let synced = replica.sync()?;
        seconds += synced["seconds"].as_f64().context("a sync has a time")?;
    }
    Ok(seconds)
}

/// Its server behind a proxy that counts.
struct Served {
    server: Server,
    proxy: Proxy,
}

impl Served {
    fn start(bench: &Bench, program: &Path, folder: &str) -> anyhow::Result<Served> {
        let mut serve = Command::new(program);
        let server = Server::start(serve.arg(bench.scratch.join(folder)))?;
        let port: u16 = server
            .first_line
            .parse()
            .context("TaskChampion's server gave no port")?;
        let proxy = Proxy::before(SocketAddr::from(([127, 0, 0, 1], port)))?;
        Ok(Served { server, proxy })
    }

    fn url(&self) -> String {
        format!("http://{}", self.proxy.address)
    }
}

/// A replica: one process for each thing that it does.
struct Replica {
    program: PathBuf,
    home: PathBuf,
    url: String,
}

impl Replica {
    fn run(&self, verb: &[&str], rest: &[&str]) -> anyhow::Result<Value> {
        let mut replica = Command::new(&self.program);
        report(replica.args(verb).arg(&self.home).args(rest))
    }

    fn sync(&self) -> anyhow::Result<Value> {
        self.run(&["sync"], &[&self.url])
    }
}
