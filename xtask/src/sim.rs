//! `cargo xtask sim`: schedules of trouble from seeds, and bugs planted on purpose.

use anyhow::{Context, bail};
use std::path::Path;
use std::process::Command;

use crate::programs::{self, cargo, root, target_dir};
use crate::setup::{self, TO_BUILD};

/// What the command line asked for.
struct Options {
    seed: u64,
    schedules: u64,
    bug: Option<String>,
    story: bool,
}

/// Without `--bug`: the house as it is, then every planted bug.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let options = read(arguments)?;
    let root = root();
    setup::provide(&root, TO_BUILD)?;
    let many = |seed: u64, schedules: u64| {
        let (seed, schedules) = (seed.to_string(), schedules.to_string());
        ["--seed".into(), seed, "--schedules".into(), schedules]
    };
    let chosen = many(options.seed, options.schedules);
    if let Some(bug) = &options.bug {
        build(&root, true)?;
        return programs::run(simulator(&root).args(chosen).args(["--bug", bug]));
    }
    build(&root, false)?;
    if options.story {
        return programs::run(simulator(&root).args(chosen).arg("--story"));
    }
    programs::run(simulator(&root).args(chosen))?;
    build(&root, true)?;
    programs::run(simulator(&root).args(many(1, 10_000)).arg("--bugs"))
}

/// As a step of `cargo xtask test`: the same schedules each time, and every planted bug found. The
/// seconds only end a run on a machine that is far too slow; a bug is found within some hundreds
/// of schedules.
pub fn step(root: &Path, nightly: bool) -> anyhow::Result<()> {
    let (schedules, seconds, each) = match nightly {
        false => ("2100", "600", "120"),
        true => ("10000", "3600", "600"),
    };
    build(root, false)?;
    let mut clean = simulator(root);
    programs::run(clean.args(["--schedules", schedules, "--seconds", seconds]))?;
    build(root, true)?;
    let mut bugs = simulator(root);
    programs::run(bugs.args(["--bugs", "--schedules", "10000", "--seconds", each]))
}

fn build(root: &Path, planted: bool) -> anyhow::Result<()> {
    let mut build = cargo(root);
    build.args(["build", "--workspace", "--locked", "--bin", "sim"]);
    if planted {
        build.args(["--features", "stories/planted"]);
    }
    programs::run(&mut build).context("the simulator does not build")
}

fn simulator(root: &Path) -> Command {
    Command::new(target_dir(root).join("debug").join("sim"))
}

fn read(arguments: &[String]) -> anyhow::Result<Options> {
    let mut options = Options {
        seed: 1,
        schedules: 2_000,
        bug: None,
        story: false,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut number = || {
            let next = rest.next().and_then(|n| n.parse().ok());
            next.with_context(|| format!("{argument} takes a number"))
        };
        match argument.as_str() {
            "--seed" => options.seed = number()?,
            "--schedules" => options.schedules = number()?,
            "--bug" => options.bug = Some(rest.next().context("--bug takes a name")?.clone()),
            "--story" => options.story = true,
            other => bail!(
                "`cargo xtask sim` knows --seed N, --schedules M, --bug NAME and --story, not `{other}`"
            ),
        }
    }
    Ok(options)
}
