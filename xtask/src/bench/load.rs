//! A thousand phones with two hundred records each, at the real server: over a minute, and all at
//! once.

use serde_json::Value;
use std::process::Command;

use super::ours::County;
use super::{Bench, report, workload};

const PHONES: usize = 1_000;
const RECORDS: usize = 200;
const TOWNSHIP: &str = "530999201000";

/// Measures both arrivals, each at a new server, and prints what happened.
pub fn run(bench: &Bench) -> anyhow::Result<()> {
    for (over, name) in [("60", "arriving over 60 s"), ("0", "all at once")] {
        let (seen, peak_kb) = arrive(bench, over)?;
        println!("{PHONES} phones of {RECORDS} records, {name}");
        let number = |key: &str| seen[key].as_f64().unwrap_or(f64::NAN);
        println!(
            "    p50 {:.2} s, p99 {:.2} s, slowest {:.2} s; {:.0} records/s until done after {:.1} s",
            number("p50_ms") / 1e3,
            number("p99_ms") / 1e3,
            number("max_ms") / 1e3,
            number("records_per_second"),
            number("seconds"),
        );
        println!(
            "    {} of {} accepted, {} lost, told when to come again {} times, without a time {}, links broken {}; server at most {:.0} MiB",
            seen["accepted"],
            seen["records"],
            seen["lost"],
            seen["told_to_wait"],
            seen["told_no_time"],
            seen["links_broken"],
            peak_kb as f64 / 1024.0,
        );
    }
    Ok(())
}

fn arrive(bench: &Bench, over: &str) -> anyhow::Result<(Value, u64)> {
    let county = County::open(bench, &format!("server-load-{over}"))?;
    let mut codes = String::new();
    for number in 0..PHONES {
        codes.push_str(&county.code(&format!("测试{number}"), "township_civil", TOWNSHIP)?);
        codes.push('\n');
    }
    let list = bench.scratch.join(format!("codes-{over}"));
    std::fs::write(&list, codes)?;
    let visits = bench.visits.with_file_name("visits-load.jsonl");
    workload::write(&visits, PHONES * RECORDS, workload::SEED)?;
    let mut load = Command::new(bench.binaries.join("bench"));
    load.arg("load").arg(format!("http://{}", county.address));
    let seen = report(
        load.arg(&list)
            .arg(&visits)
            .args([&RECORDS.to_string(), over]),
    )?;
    Ok((seen, county.server.peak_kb()?))
}
