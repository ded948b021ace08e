//! Many schedules on every core, and what came of them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use tanfang_core::planted::Bug;

use crate::event::Schedule;
use crate::model::Broken;
use crate::play::play;
use crate::shrink::shrink;
use crate::template::Templates;

/// What the command line asked for.
pub struct Options {
    seed: u64,
    schedules: u64,
    seconds: Option<u64>,
    bugs: Vec<Bug>,
    story: bool,
}

impl Options {
    /// Reads the command line.
    pub fn read(arguments: &[String]) -> anyhow::Result<Options> {
        let mut options = Options {
            seed: 1,
            schedules: 1_000,
            seconds: None,
            bugs: Vec::new(),
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
                "--seconds" => options.seconds = Some(number()?),
                "--story" => options.story = true,
                "--bugs" => options.bugs = Bug::ALL.to_vec(),
                "--bug" => {
                    let name = rest.next().context("--bug takes a name")?;
                    let names = || Bug::ALL.map(|bug| format!("{bug:?}")).join(", ");
                    let bug = Bug::named(name).with_context(|| format!("there are {}", names()))?;
                    options.bugs.push(bug);
                }
                other => bail!("the simulator does not know `{other}`"),
            }
        }
        Ok(options)
    }
}

/// What many schedules came to.
struct Tally {
    played: u64,
    unproved: u64,
    /// The lowest seed that failed, and how.
    failed: Option<(u64, Broken)>,
}

/// Runs what was asked; whether all is as it must be.
pub fn run(options: &Options) -> anyhow::Result<bool> {
    let templates = Templates::new().map_err(|b| anyhow!("{}: {}", b.rule, b.what))?;
    if options.story {
        tell(&templates, &Schedule::of(options.seed));
        return Ok(true);
    }
    if options.bugs.is_empty() {
        return clean(&templates, options);
    }
    let mut missed = Vec::new();
    for bug in &options.bugs {
        plant(Some(*bug))?;
        let tally = many(&templates, options);
        plant(None)?;
        let (name, played) = (format!("{bug:?}"), tally.played);
        match tally.failed {
            Some((seed, broken)) => {
                println!("  {name:<26} seed {seed:<6} of {played:<6} {}", broken.rule);
            }
            None => {
                println!("  {name:<26} NOT FOUND in {played} schedules");
                missed.push(name);
            }
        }
    }
    Ok(missed.is_empty())
}

/// Schedules of the house as it is.
fn clean(templates: &Templates, options: &Options) -> anyhow::Result<bool> {
    let first = Schedule::of(options.seed);
    if play(templates, &first).story != play(templates, &first).story {
        bail!("seed {} twice gave two stories", options.seed);
    }
    let tally = many(templates, options);
    let (played, unproved) = (tally.played, tally.unproved);
    println!(
        "{played} schedules from seed {}; in {unproved} the server was set back and no phone could prove it",
        options.seed
    );
    let Some((seed, broken)) = tally.failed else {
        let all = played >= options.schedules;
        if !all {
            println!(
                "the time was over before all {} were played",
                options.schedules
            );
        }
        return Ok(all);
    };
    println!("seed {seed} breaks “{}”: {}", broken.rule, broken.what);
    let short = shrink(templates, &Schedule::of(seed), broken.rule);
    tell(templates, &short);
    Ok(false)
}

/// Plays a schedule and tells it.
fn tell(templates: &Templates, schedule: &Schedule) {
    let played = play(templates, schedule);
    println!("seed {}, {:?}", schedule.seed, schedule.flavour);
    for (at, sentence) in played.story.iter().enumerate() {
        println!("{:>4}. {sentence}", at + 1);
    }
    match played.broken {
        Some(broken) => println!("      Then “{}” breaks: {}", broken.rule, broken.what),
        None => println!("      All is as it must be."),
    }
}

/// Plays schedules until one fails, all are played, or the time is over.
fn many(templates: &Templates, options: &Options) -> Tally {
    #[allow(
        clippy::disallowed_methods,
        reason = "how long to go on is what is asked"
    )]
    let start = Instant::now();
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let (played, unproved) = (AtomicU64::new(0), AtomicU64::new(0));
    let failed: Mutex<BTreeMap<u64, Broken>> = Mutex::default();
    let over = || {
        let seconds = options.seconds.map(Duration::from_secs);
        stop.load(Ordering::Relaxed) || seconds.is_some_and(|s| start.elapsed() >= s)
    };
    let work = || {
        while !over() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= options.schedules {
                return;
            }
            let seed = options.seed + at;
            let outcome = play(templates, &Schedule::of(seed));
            played.fetch_add(1, Ordering::Relaxed);
            unproved.fetch_add(u64::from(outcome.unproved), Ordering::Relaxed);
            if let Some(broken) = outcome.broken {
                stop.store(true, Ordering::Relaxed);
                let mut failed = failed.lock().unwrap_or_else(|e| e.into_inner());
                failed.insert(seed, broken);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let failed = failed.into_inner().unwrap_or_else(|e| e.into_inner());
    Tally {
        played: played.into_inner(),
        unproved: unproved.into_inner(),
        failed: failed.into_iter().next(),
    }
}

#[cfg(feature = "planted")]
fn plant(bug: Option<Bug>) -> anyhow::Result<()> {
    tanfang_core::planted::plant(bug);
    Ok(())
}

#[cfg(not(feature = "planted"))]
fn plant(_: Option<Bug>) -> anyhow::Result<()> {
    bail!("this simulator was built without the feature `planted`: use `cargo xtask sim --bugs`")
}
