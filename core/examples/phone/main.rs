//! A whole phone at the command line: the facade's living example, and a tool for support.
//!
//! `phone --home DIR [--json] [--now TIME] VERB …`. Exit code 0: done; 2: the person must correct
//! something; 3: offline; 1: a fault. With `--json` there is one JSON document on standard output.

mod answers;
mod failure;
mod say;
mod vault;
mod verbs;

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use failure::Failure;
use tanfang_core::app::system::{SystemClock, SystemRng};
use tanfang_core::app::{App, Doors};
use tanfang_core::model::WallTime;
use vault::FileVault;

/// 探访 · 命令行手机 / a phone at the command line
#[derive(Parser)]
#[command(name = "phone", version)]
struct Arguments {
    /// The folder of this phone: one worker, one folder.
    #[arg(long)]
    home: PathBuf,
    /// One JSON document on standard output.
    #[arg(long, global = true)]
    json: bool,
    /// What the phone's clock shows, such as 2024-05-10T09:30:00+08:00.
    #[arg(long, global = true, value_parser = moment)]
    now: Option<WallTime>,
    #[command(subcommand)]
    verb: verbs::Verb,
}

fn moment(text: &str) -> Result<WallTime, String> {
    WallTime::parse(text).ok_or_else(|| "a moment is written 2024-05-10T09:30:00+08:00".into())
}

/// What a verb answers, for a program and for a person.
pub struct Answer {
    json: String,
    text: String,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => misunderstood(&error),
    };
    eprintln!("{}", vault::WARNING);
    match run(&arguments) {
        Ok(answer) if arguments.json => say::line(&answer.json),
        Ok(answer) => say::line(answer.text.trim_end()),
        Err(failure) => {
            if arguments.json {
                say::line(&failure.json());
            }
            eprintln!("{}", failure.text());
            return ExitCode::from(failure.exit_code());
        }
    }
    ExitCode::SUCCESS
}

/// A command line that cannot be read is the person's to correct; `--help` is no failure.
fn misunderstood(error: &clap::Error) -> ! {
    let as_json = std::env::args_os().any(|word| word == "--json");
    if as_json && error.use_stderr() {
        say::line(&Failure::Asked(error.to_string().trim_end().to_owned()).json());
    }
    error.exit()
}

fn run(arguments: &Arguments) -> Result<Answer, Failure> {
    let clock = match arguments.now {
        Some(moment) => SystemClock::beginning_at(moment),
        None => SystemClock::new(),
    };
    let rng = Arc::new(SystemRng);
    let doors = Doors {
        vault: Arc::new(FileVault::open(&arguments.home, &*rng)?),
        clock: Arc::new(clock),
        rng,
    };
    let app = App::open(&arguments.home, doors)?;
    arguments.verb.run(&app)
}
