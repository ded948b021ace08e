//! Where the time went, against the plan.

use std::fmt::Write;
use std::time::Duration;

use super::Outcome;

/// Minutes that each part may take from a cold clone on two cores; together at most sixty.
const PLAN: [(&str, u64); 5] = [
    ("set-up", 8),
    ("Rust", 18),
    ("forms", 5),
    ("simulator", 6),
    ("android", 7),
];

/// The table.
pub fn of(outcomes: &[Outcome]) -> String {
    let mut table = String::from("\n  step       took   \n");
    for outcome in outcomes {
        let verdict = if outcome.problem.is_some() {
            "FAILED"
        } else {
            ""
        };
        let took = minutes(outcome.took);
        let _ = writeln!(table, "  {:<9} {took:>6}  {verdict}", outcome.name);
    }
    table.push_str("\n  part       took    plan\n");
    for (part, planned) in PLAN {
        let of_part: Vec<&Outcome> = outcomes.iter().filter(|o| o.plan == part).collect();
        if of_part.is_empty() {
            continue;
        }
        let took: Duration = of_part.iter().map(|o| o.took).sum();
        let over = if took > Duration::from_secs(planned * 60) {
            "  over"
        } else {
            ""
        };
        let _ = writeln!(
            table,
            "  {part:<9} {:>6} {planned:>4}:00{over}",
            minutes(took)
        );
    }
    let whole: Duration = outcomes.iter().map(|o| o.took).sum();
    let _ = writeln!(table, "  whole     {:>6}   60:00\n", minutes(whole));
    table
}

fn minutes(took: Duration) -> String {
    let seconds = took.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
