//! Ours: the server as it is shipped, phones that are processes with encrypted databases.

use anyhow::{Context, ensure};
use serde_json::Value;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::figures::Column;
use super::processes::{Server, bytes_of};
use super::proxy::Proxy;
use super::{Bench, report};
use crate::programs;

/// The township whose thirty villages hold the workload's households.
const TOWNSHIP: &str = "530999201000";
/// How long nobody asks between the push and the fresh phone.
const PAUSE: Duration = Duration::from_secs(6);

/// Measures create, push, a fresh phone, and a sync when nothing changed, with the server's history
/// in its own file.
pub fn measure(bench: &Bench) -> anyhow::Result<Column> {
    of(&County::open(bench, "server")?, "ours")
}

/// The same with its history in PostgreSQL, as that is shipped, on the same disk.
pub fn measure_on_postgres(bench: &Bench) -> anyhow::Result<Column> {
    let database = throwaway_postgres::cluster_as_shipped().database();
    let address = bench.scratch.join("postgres-address");
    std::fs::write(&address, database.address())?;
    let county = County::open_on(bench, "server-postgres", Some(&address))?;
    let mut column = of(&county, "on PostgreSQL")?;
    // The server's memory without that of PostgreSQL says nothing.
    column.server_peak_kb = None;
    Ok(column)
}

fn of(county: &County<'_>, name: &'static str) -> anyhow::Result<Column> {
    let bench = county.bench;
    let (server, proxy) = (&county.server, &county.proxy);
    let phone = |which: &str| county.phone(&format!("{name}-{which}").replace(' ', "-"));
    let (first, second) = (phone("a")?, phone("b")?);
    first.sync()?;
    first.run("households", &[&bench.visits.to_string_lossy()])?;
    first.sync()?;

    let mut column = Column::named(name);
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

    // Nobody asks for a while: the server builds its snapshots, and does nothing else.
    let before = server.processor_secs()?;
    std::thread::sleep(PAUSE);
    column.snapshots_secs = Some(server.processor_secs()? - before);
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

    first.run("month", &[])?;
    column.old_database = Some(first.database_bytes()?);

    let peaks = [created, pushed, fetched, idle].map(|r| r["peak_kb"].as_u64());
    column.phone_peak_kb = peaks.into_iter().max().flatten();
    column.server_peak_kb = Some(server.peak_kb()?);
    Ok(column)
}

/// A county of the bench's forms, serving behind a proxy that counts.
pub struct County<'b> {
    bench: &'b Bench,
    admin: Admin,
    /// Its process.
    pub server: Server,
    /// Where it listens itself.
    pub address: SocketAddr,
    /// What stands before it.
    pub proxy: Proxy,
}

impl<'b> County<'b> {
    /// A new county in a folder of the run's.
    pub fn open(bench: &'b Bench, folder: &str) -> anyhow::Result<County<'b>> {
        Self::open_on(bench, folder, None)
    }

    /// The same; with the file that holds the address of a PostgreSQL its history is there.
    fn open_on(
        bench: &'b Bench,
        folder: &str,
        postgres: Option<&Path>,
    ) -> anyhow::Result<County<'b>> {
        let admin = Admin {
            program: bench.binaries.join("tanfang-server"),
            data: bench.scratch.join(folder),
        };
        admin.publish(bench, postgres)?;
        let (server, address) = admin.serve()?;
        let proxy = Proxy::before(address)?;
        Ok(County {
            bench,
            admin,
            server,
            address,
            proxy,
        })
    }

    /// Where phones find it.
    pub fn url(&self) -> String {
        format!("http://{}", self.proxy.address)
    }

    /// An enrolment code for a worker with a role over an area.
    pub fn code(&self, name: &str, role: &str, area: &str) -> anyhow::Result<String> {
        let mut enrol = self.admin.verb(&["enrol", "--json", "--role", role]);
        let given = report(enrol.args(["--name", name, "--area", area]))?;
        let code = given["code"].as_str().map(str::to_owned);
        code.with_context(|| format!("no code in {given}"))
    }

    /// A phone of the township in a folder of the run's, enrolled.
    pub fn phone(&self, home: &str) -> anyhow::Result<Phone> {
        let code = self.code("测试甲", "township_civil", TOWNSHIP)?;
        let phone = Phone {
            program: self.bench.binaries.join("bench"),
            home: self.bench.scratch.join(home),
        };
        phone.run("enrol", &[&self.url(), &code])?;
        Ok(phone)
    }
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

    fn publish(&self, bench: &Bench, postgres: Option<&Path>) -> anyhow::Result<()> {
        let path = |name: &str| bench.root.join(name).to_string_lossy().into_owned();
        let mut init = self.verb(&["init"]);
        if let Some(address) = postgres {
            init.arg("--postgres").arg(address);
        }
        programs::output(&mut init)?;
        programs::output(&mut self.verb(&["areas", "import", &path("data/530999/areas.csv")]))?;
        for form in ["tests/bench/household.md", "tests/bench/form.md"] {
            programs::output(&mut self.verb(&["form", "add", &path(form)]))?;
        }
        Ok(())
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
pub struct Phone {
    program: PathBuf,
    home: PathBuf,
}

impl Phone {
    /// One verb of the bench's phone.
    pub fn run(&self, verb: &str, rest: &[&str]) -> anyhow::Result<Value> {
        let mut phone = Command::new(&self.program);
        report(phone.arg("phone").arg(verb).arg(&self.home).args(rest))
    }

    /// Talks until nothing remains.
    pub fn sync(&self) -> anyhow::Result<Value> {
        self.run("sync", &[])
    }

    /// The database, its journal emptied.
    fn database_bytes(&self) -> anyhow::Result<u64> {
        bytes_of(&self.home)
    }
}
