//! Everything a README names: `cargo xtask test`, `cargo xtask bench`.
//!
//! It starts on a fresh machine, so it depends on next to nothing and installs what is missing.

mod android;
mod bench;
mod county;
mod demo;
mod forms;
mod programs;
mod reference;
mod setup;
mod sim;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask demo
    the story of a visit, with a real server and three phones, each claim verified
cargo xtask test [--nightly] [--only STEP]
    everything that must hold of a commit; --nightly tries more; STEP is named in the table
cargo xtask sim [--seed N] [--schedules M] [--bug NAME] [--story]
    a simulated county under M schedules of trouble, then every bug planted on purpose, which must
    be found; --bug plants one; --story tells one schedule
cargo xtask bench [--json] [--peers] [--postgres] [--size N]
    the workload of 20,000 visits: raw SQLite with the same key, ours, with --postgres ours with the
    server's history in PostgreSQL, and with --peers PouchDB, TaskChampion and Automerge
cargo xtask bench --scale | --load | --forms | --compliance [--nightly]
    how the cost grows from 2,000 to 200,000 visits; a thousand phones at one server; one answer in
    a large form beside JavaRosa; a township's report beside SQL, with --nightly also a county's
cargo xtask screens
    draws every screen of Android's ui in every state into android/ui/approved
cargo xtask county
    writes the synthetic county 530999 into data/ anew; the same bytes each time";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = match arguments.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match verb {
        "demo" => demo::run(),
        "test" => test::run(rest),
        "screens" => android::screens(),
        "sim" => sim::run(rest),
        "bench" => bench::run(rest),
        "county" => county::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/530999").as_ref()),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(anyhow::anyhow!("there is no `{verb}` here\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem:#}");
            ExitCode::FAILURE
        }
    }
}
