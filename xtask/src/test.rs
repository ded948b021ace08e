//! `cargo xtask test`: everything that must hold of a commit.
//!
//! Every step runs, also after one that failed; the end is a table of where the time went.

mod steps;
mod table;

use anyhow::bail;
use std::time::{Duration, Instant};

use crate::programs::root;
use crate::setup::{self, TO_BUILD, TO_TEST};
use steps::{STEPS, Step};

/// What the command line asked for.
#[derive(Default)]
pub struct Options {
    /// Try more: property tests run with forty times the cases.
    pub nightly: bool,
    /// Only the step of this name.
    pub only: Option<String>,
}

/// How a step went.
pub struct Outcome {
    /// Its name.
    pub name: &'static str,
    /// The part of the plan that its time is counted under.
    pub plan: &'static str,
    /// How long it took.
    pub took: Duration,
    /// What went wrong, if something did.
    pub problem: Option<String>,
}

/// Runs the steps; an error where one of them failed.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let options = read(arguments)?;
    let root = root();
    let chosen: Vec<&Step> = STEPS
        .iter()
        .filter(|step| options.only.as_deref().is_none_or(|only| only == step.name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = STEPS.iter().map(|s| s.name).collect();
        bail!("no such step; there are: {}", names.join(", "));
    }
    let mut outcomes = vec![timed("set-up", "set-up", || {
        setup::provide(&root, TO_BUILD)?;
        setup::provide(&root, TO_TEST)
    })];
    if outcomes[0].problem.is_none() {
        for step in chosen {
            println!("\n=== {}: {}", step.name, step.what);
            outcomes.push(timed(step.name, step.plan, || (step.run)(&root, &options)));
        }
    }
    print!("{}", table::of(&outcomes));
    let failed = outcomes.iter().filter(|o| o.problem.is_some()).count();
    println!("{} passed, {failed} failed", outcomes.len() - failed);
    if failed > 0 {
        bail!("not everything holds");
    }
    Ok(())
}

fn timed(
    name: &'static str,
    plan: &'static str,
    work: impl FnOnce() -> anyhow::Result<()>,
) -> Outcome {
    #[allow(
        clippy::disallowed_methods,
        reason = "how long a step takes is what is asked"
    )]
    let start = Instant::now();
    let result = work();
    let problem = result.err().map(|problem| format!("{problem:#}"));
    if let Some(problem) = &problem {
        eprintln!("{name} FAILED: {problem}");
    }
    Outcome {
        name,
        plan,
        took: start.elapsed(),
        problem,
    }
}

fn read(arguments: &[String]) -> anyhow::Result<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (argument.as_str(), argument.split_once('=')) {
            ("--nightly", _) => options.nightly = true,
            ("--only", _) => match rest.next() {
                Some(step) => options.only = Some(step.clone()),
                None => bail!("--only takes the name of a step"),
            },
            (_, Some(("--only", step))) => options.only = Some(step.to_owned()),
            _ => bail!("`cargo xtask test` knows --nightly and --only STEP, not `{argument}`"),
        }
    }
    Ok(options)
}
