//! Ours: the server as it is shipped, phones that are processes with encrypted databases.

use anyhow::{Context, ensure};
use serde_json::Value;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::figures::Column;
use super::processes::{Server, bytes_of};
use super::proxy::Proxy;
use super::{Bench, report};
use crate::programs;

/// The township whose thirty villages hold the workload's households.
const TOWNSHIP: &str = "530999201000";

/// Measures create, push, a fresh phone, and a sync when nothing changed.
pub fn measure(bench: &Bench) -> anyhow::Result<Column> {
    let data = bench.scratch.join("server");
    let admin = Admin {
        program: bench.binaries.join("tanfang-server"),
        data,
    };
    admin.publish(bench)?;
    let codes = [admin.code("测试甲")?, admin.code("测试乙")?];
    let (server, address) = admin.serve()?;
    let proxy = Proxy::before(address)?;
    let phone = |home: &str| Phone {
        program: bench.binaries.join("bench"),
        home: bench.scratch.join(home),
    };
    let (first, second) = (phone("phone-a"), phone("phone-b"));
    let url = format!("http://{}", proxy.address);

    first.run("enrol", &[&url, &codes[0]])?;
    first.sync()?;
    first.run("households", &[&bench.visits.to_string_lossy()])?;
    first.sync()?;
    second.run("enrol", &[&url, &codes[1]])?;

    let mut column = Column::named("ours");
    let created = first.run("create", &[&bench.visits.to_string_lossy()])?;
    column.create_secs = created["seconds"].as_f64();
    column.phone_database = Some(first.database_bytes()?);

    proxy.take();
    let pushed = first.sync()?;
    column.push_secs = pushed["seconds"].as_f64();
    column.push_crossed = Some(proxy.take());
    ensure!(
        pushed["sent"].as_u64() == Some(bench.size as u64) && pushed["not_accepted"] == 0,
        "not every visit was accepted: {pushed}"
    );

    let fetched = second.sync()?;
    column.fresh_secs = fetched["seconds"].as_f64();
    column.fresh_crossed = Some(proxy.take());
    ensure!(
        fetched["received"]
            .as_u64()
            .is_some_and(|n| n >= bench.size as u64),
        "the fresh phone misses visits: {fetched}"
    );
    // The first answer to the first phone's last word, and what the second must tell, are through.
    second.sync()?;
    proxy.take();
    let idle = second.sync()?;
    column.idle_secs = idle["seconds"].as_f64();
    column.idle_crossed = Some(proxy.take());

    let peaks = [created, pushed, fetched, idle].map(|r| r["peak_kb"].as_u64());
    column.phone_peak_kb = peaks.into_iter().max().flatten();
    column.server_peak_kb = Some(server.peak_kb()?);
    Ok(column)
}

/// The server's command line.
struct Admin {
    program: PathBuf,
    data: PathBuf,
}

impl Admin {
    fn verb(&self, verb: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(verb).arg("--data").arg(&self.data);
        command
    }

    fn publish(&self, bench: &Bench) -> anyhow::Result<()> {
        let path = |name: &str| bench.root.join(name).to_string_lossy().into_owned();
        programs::output(&mut self.verb(&["init"]))?;
        programs::output(&mut self.verb(&["areas", "import", &path("data/530999/areas.csv")]))?;
        for form in ["tests/bench/household.md", "tests/bench/form.md"] {
            programs::output(&mut self.verb(&["form", "add", &path(form)]))?;
        }
        Ok(())
    }

    fn code(&self, name: &str) -> anyhow::Result<String> {
        let mut enrol = self.verb(&["enrol", "--json", "--role", "township_civil"]);
        let given = report(enrol.args(["--name", name, "--area", TOWNSHIP]))?;
        let code = given["code"].as_str().map(str::to_owned);
        code.with_context(|| format!("no code in {given}"))
    }

    fn serve(&self) -> anyhow::Result<(Server, SocketAddr)> {
        let free = TcpListener::bind("127.0.0.1:0").context("no port for the server")?;
        let address = free.local_addr()?;
        drop(free);
        let mut serve = self.verb(&["serve", "--listen", &address.to_string()]);
        let server = Server::spawn(&mut serve)?;
        for _ in 0..200 {
            if TcpStream::connect(address).is_ok() {
                return Ok((server, address));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        anyhow::bail!("the server does not answer at {address}")
    }
}

/// A phone: one process for each thing that it does.
struct Phone {
    program: PathBuf,
    home: PathBuf,
}

impl Phone {
    fn run(&self, verb: &str, rest: &[&str]) -> anyhow::Result<Value> {
        let mut phone = Command::new(&self.program);
        report(phone.arg("phone").arg(verb).arg(&self.home).args(rest))
    }

    fn sync(&self) -> anyhow::Result<Value> {
        self.run("sync", &[])
    }

    /// The database, its journal emptied.
    fn database_bytes(&self) -> anyhow::Result<u64> {
        bytes_of(&self.home)
    }
}
