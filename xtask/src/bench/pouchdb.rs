//! PouchDB beside us: its phone and its server as Node processes, LevelDB on both disks.

use anyhow::Context;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::figures::Column;
use super::processes::{Server, bytes_of};
use super::proxy::Proxy;
use super::{Bench, report};
use crate::programs;

/// Measures create, push, a fresh phone, and a sync when nothing changed.
pub fn measure(bench: &Bench) -> anyhow::Result<Column> {
    let scripts = install(bench)?;
    let (first, second) = (bench.scratch.join("pouch-a"), bench.scratch.join("pouch-b"));
    let mut serve = node(&scripts, "server.js");
    let server = Server::start(serve.arg(bench.scratch.join("pouch-server")))?;
    let port: u16 = server
        .first_line
        .parse()
        .context("PouchDB's server gave no port")?;
    let proxy = Proxy::before(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let url = format!("http://{}/visits", proxy.address);
    let phone = |verb: &str, database: &Path, source: &str| -> anyhow::Result<Value> {
        report(
            node(&scripts, "phone.js")
                .arg(verb)
                .arg(database)
                .arg(source),
        )
    };

    let mut column = Column::named("PouchDB");
    let created = phone("create", &first, &bench.visits.to_string_lossy())?;
    column.create_secs = created["seconds"].as_f64();
    column.phone_database = Some(bytes_of(&first)?);

    proxy.take();
    let pushed = phone("push", &first, &url)?;
    column.push_secs = pushed["seconds"].as_f64();
    column.push_crossed = Some(proxy.take());

    let fetched = phone("pull", &second, &url)?;
    column.fresh_secs = fetched["seconds"].as_f64();
    column.fresh_crossed = Some(proxy.take());
    anyhow::ensure!(
        fetched["visits"].as_u64() == Some(bench.size as u64),
        "PouchDB's fresh phone holds {} of {} visits",
        fetched["visits"],
        bench.size
    );

    let idle = phone("pull", &second, &url)?;
    column.idle_secs = idle["seconds"].as_f64();
    column.idle_crossed = Some(proxy.take());

    let peaks = [created, pushed, fetched, idle].map(|r| r["peak_kb"].as_u64());
    column.phone_peak_kb = peaks.into_iter().max().flatten();
    column.server_peak_kb = Some(server.peak_kb()?);
    Ok(column)
}

fn node(scripts: &Path, script: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(scripts.join(script));
    node
}

/// Copies the scripts out of the source tree and installs there what they need.
fn install(bench: &Bench) -> anyhow::Result<PathBuf> {
    let scripts = programs::target_dir(&bench.root)
        .join("bench")
        .join("pouchdb");
    std::fs::create_dir_all(&scripts)?;
    for entry in std::fs::read_dir(bench.root.join("tests/bench/pouchdb"))? {
        let path = entry?.path();
        if let Some(name) = path.file_name() {
            std::fs::copy(&path, scripts.join(name))?;
        }
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel", "error"]);
    programs::output(npm.current_dir(&scripts)).context("PouchDB cannot be installed")?;
    Ok(scripts)
}
