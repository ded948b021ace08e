//! `cargo xtask bench`: the figures of `docs/performance.md`, all in one run on one machine.
//!
//! Nothing here judges by time: a machine that is busy gives other seconds, so compare only what
//! stands in one table, as ratios.

mod automerge;
mod besides;
mod compliance;
mod figures;
mod load;
mod ours;
mod pouchdb;
mod processes;
mod proxy;
mod raw;
mod scale;
mod taskchampion;
mod workload;

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

use crate::programs::{self, cargo, root, target_dir};
use crate::reference;
use crate::setup::{self, TO_BUILD, TO_RUN_PEERS, TO_RUN_POSTGRES};
use figures::Table;

/// What the command line asked for.
struct Options {
    json: bool,
    peers: bool,
    postgres: bool,
    scale: bool,
    load: bool,
    forms: bool,
    compliance: bool,
    nightly: bool,
    size: usize,
}

/// Where a run keeps its files, and what it measures with.
struct Bench {
    /// The top folder of the house.
    root: PathBuf,
    /// An empty folder for this run's databases.
    scratch: PathBuf,
    /// The workload.
    visits: PathBuf,
    /// How many visits there are.
    size: usize,
    /// The binaries of the release build.
    binaries: PathBuf,
}

/// Measures, and prints the table.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let options = read(arguments)?;
    let root = root();
    setup::provide(&root, TO_BUILD)?;
    if options.scale {
        return scale::run();
    }
    if options.forms {
        return forms(&root);
    }
    let bench = prepare(root, options.size)?;
    if options.load {
        return load::run(&bench);
    }
    if options.compliance {
        return compliance::run(&bench, options.nightly);
    }
    let mut table = Table::new(options.size);
    table.add(raw::measure(&bench)?);
    let mut ours = ours::measure(&bench)?;
    besides::measure(&bench, &mut ours)?;
    table.add(ours);
    if options.postgres {
        setup::provide(&bench.root, TO_RUN_POSTGRES)?;
        table.add(ours::measure_on_postgres(&bench)?);
    }
    if options.peers {
        setup::provide(&bench.root, TO_RUN_PEERS)?;
        table.add(pouchdb::measure(&bench)?);
        table.add(taskchampion::measure(&bench)?);
        table.add(automerge::measure(&bench)?);
    }
    if options.json {
        println!("{}", table.json());
    } else {
        print!("{}", table.text());
    }
    Ok(())
}

/// One answer in a large form, beside JavaRosa.
fn forms(root: &Path) -> anyhow::Result<()> {
    let home = reference::fetched_javarosa(root)?;
    let mut bench = cargo(root);
    bench.args(["bench", "--locked", "--package", "forms-bench"]);
    programs::run(bench.env("TANFANG_REFERENCE", home))
}

fn prepare(root: PathBuf, size: usize) -> anyhow::Result<Bench> {
    let folder = target_dir(&root).join("bench");
    let scratch = folder.join("scratch");
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch).context("the last run's databases cannot be removed")?;
    }
    std::fs::create_dir_all(&scratch)?;
    let visits = folder.join(format!("visits-{size}.jsonl"));
    workload::write(&visits, size, workload::SEED)?;
    build(&root)?;
    let binaries = target_dir(&root).join("release");
    Ok(Bench {
        root,
        scratch,
        visits,
        size,
        binaries,
    })
}

/// One call, so that SQLCipher and the core are built once for phone and server.
fn build(root: &Path) -> anyhow::Result<()> {
    let mut build = cargo(root);
    build.args(["build", "--release", "--locked", "--bins"]);
    build.args(["--package", "stories", "--package", "tanfang-server"]);
    // The table, or the JSON, has standard output for itself.
    let status = build.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("the release build failed");
    }
    Ok(())
}

/// Builds a peer, which is a workspace of its own below `tests/bench`; its program.
fn peer(bench: &Bench, folder: &str, program: &str) -> anyhow::Result<PathBuf> {
    let target = target_dir(&bench.root).join("bench/peers");
    let mut build = cargo(&bench.root);
    build.args(["build", "--release", "--locked", "--manifest-path"]);
    build.arg(format!("tests/bench/{folder}/Cargo.toml"));
    build.arg("--target-dir").arg(&target);
    let status = build.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("{program} cannot be built");
    }
    Ok(target.join("release").join(program))
}

fn read(arguments: &[String]) -> anyhow::Result<Options> {
    let mut options = Options {
        json: false,
        peers: false,
        postgres: false,
        scale: false,
        forms: false,
        load: false,
        compliance: false,
        nightly: false,
        size: workload::VISITS,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--json" => options.json = true,
            "--peers" => options.peers = true,
            "--postgres" => options.postgres = true,
            "--scale" => options.scale = true,
            "--forms" => options.forms = true,
            "--load" => options.load = true,
            "--compliance" => options.compliance = true,
            "--nightly" => options.nightly = true,
            "--size" => {
                let size = rest.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                options.size = size.context("--size takes a number of visits")?;
            }
            _ => bail!(
                "`cargo xtask bench` knows --json, --peers, --postgres, --size N, --scale, --load, --forms and --compliance [--nightly], not `{argument}`"
            ),
        }
    }
    Ok(options)
}

/// What a measured process printed: one JSON object.
fn report(command: &mut std::process::Command) -> anyhow::Result<serde_json::Value> {
    let out = programs::output(command)?;
    serde_json::from_str(out.trim()).with_context(|| format!("not a report: {out}"))
}
