//! The forms that are measured.

use std::fmt::Write;

/// How many rows the repeat has.
pub const ROWS: usize = 50;

/// Two hundred questions: a hundred that a person answers and a hundred with an expression each,
/// half of them calculations in chains of ten, a quarter with a condition, a quarter with a
/// constraint.
pub fn large() -> String {
    sheet("")
}

/// The same with a repeat of four questions beside, and three calculations over all its rows.
pub fn with_rows() -> String {
    sheet(
        "| | begin repeat | r | R | | | |\n\
         | | integer | a | A | | | |\n\
         | | integer | b | B | | | |\n\
         | | calculate | p | | | | ${a} * ${b} |\n\
         | | text | why | W | ${p} > 20 | | |\n\
         | | end repeat |\n\
         | | calculate | all | | | | sum(${p}) |\n\
         | | calculate | most | | | | max(${p}) |\n\
         | | calculate | told | | | | count-non-empty(${why}) |\n",
    )
}

fn sheet(more: &str) -> String {
    let mut text =
        "| survey |\n| | type | name | label | relevant | constraint | calculation |\n".to_owned();
    let mut last: Option<String> = None;
    for i in 0..100 {
        let _ = writeln!(text, "| | integer | q{i} | Q | | | |");
        let before = last.clone().unwrap_or_else(|| format!("q{i}"));
        let _ = match i % 4 {
            0 | 1 => {
                // A chain of ten begins anew.
                let sum = match i % 20 {
                    0 => format!("${{q{i}}} + 1"),
                    _ => format!("${{q{i}}} + ${{{before}}}"),
                };
                last = Some(format!("c{i}"));
                writeln!(text, "| | calculate | c{i} | | | | coalesce({sum}, 0) |")
            }
            2 => writeln!(
                text,
                "| | text | t{i} | T | ${{{before}}} > 5 and ${{q{i}}} != 3 | | |"
            ),
            _ => writeln!(
                text,
                "| | integer | n{i} | N | | . < ${{{before}}} + 1000 | |"
            ),
        };
    }
    text.push_str(more);
    text.push_str("| settings |\n| | form_id | version |\n| | large | 1 |\n");
    text
}
