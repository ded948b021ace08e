//! The report over a township and a county beside one `GROUP BY` of the same visits.

use serde_json::Value;
use std::fmt::Write;

use super::{Bench, report};

/// People and visits: a township, a county, and ten counties' visits for the growth.
const SIZES: [(usize, usize); 2] = [(3_000, 100_000), (60_000, 1_000_000)];
const LARGEST: (usize, usize) = (60_000, 10_000_000);
const FIGURES: [(&str, &str); 10] = [
    ("GROUP BY by hand", "group_by_secs"),
    ("full report", "report_secs"),
    ("… of it facts read", "read_secs"),
    ("… of it judged", "judged_secs"),
    ("full report / GROUP BY", "of_group_by"),
    ("judged, µs a person", "micros_a_person"),
    ("allocations a person", "allocations_a_person"),
    ("list from kept parts", "opened_secs"),
    ("one more visit", "one_visit_secs"),
    ("peak memory, MB", "peak_kb"),
];

/// Measures a township and a county, with `nightly` ten million visits besides, and prints a
/// table.
pub(super) fn run(bench: &Bench, nightly: bool) -> anyhow::Result<()> {
    let mut sizes = SIZES.to_vec();
    sizes.extend(nightly.then_some(LARGEST));
    let mut columns = Vec::new();
    for (people, visits) in sizes {
        let mut command = std::process::Command::new(bench.binaries.join("bench_compliance"));
        command.args([people.to_string(), visits.to_string()]);
        columns.push(report(command.arg(&bench.scratch))?);
    }
    print!("{}", text(&columns));
    Ok(())
}

fn text(columns: &[Value]) -> String {
    let mut text = format!("{:<26}", "people / visits");
    for column in columns {
        let size = format!("{} / {}", column["people"], column["visits"]);
        let _ = write!(text, "{size:>20}");
    }
    text.push('\n');
    for (name, key) in FIGURES {
        let _ = write!(text, "{name:<26}");
        for column in columns {
            let value = column[key].as_f64().unwrap_or(f64::NAN);
            let told = match key {
                "peak_kb" => format!("{:.0}", value / 1024.0),
                _ if key.ends_with("_secs") => format!("{:.2} ms", value * 1e3),
                _ => format!("{value:.2}"),
            };
            let _ = write!(text, "{told:>20}");
        }
        text.push('\n');
    }
    text
}
