//! The simulator: a county of four phones on the real core, real SQLite and the server's real mind,
//! one thread a schedule, everything from a seed. `cargo xtask sim` runs it.
//!
//! A schedule is a list of events drawn from its seed ([`event`]). After each event everything that
//! can be judged then is judged ([`check`]); at the end the link heals and all must be equal
//! ([`heal`]). A schedule that fails is made short ([`shrink`]) and told as a story.

mod alone;
mod carried;
mod cases;
mod chance;
mod check;
mod cursors;
mod desk;
mod drafts;
mod driven;
mod event;
mod heal;
mod house;
mod link;
mod mallory;
mod model;
mod office;
mod papers;
mod phone;
mod photos;
mod play;
mod run;
mod scope;
mod shrink;
mod talk;
mod template;
mod theirs;
mod trouble;
mod workers;

use std::process::ExitCode;

const USAGE: &str = "\
sim [--seed N] [--schedules M] [--seconds S]    schedules from seed N on, until M are played or S seconds are over
sim --bug NAME | --bugs                         with a bug planted, or with each: the run fails unless it is found
sim --seed N --story                            what happens in one schedule";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run::Options::read(&arguments).and_then(|options| run::run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem:#}\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}
