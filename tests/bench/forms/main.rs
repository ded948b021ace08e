//! What one answer costs in a large form: ours by criterion, beside JavaRosa doing the same steps in
//! the same run, timed within its own process.
//!
//! `cargo xtask bench --forms` runs it with `TANFANG_REFERENCE`, the folder of JavaRosa; without it
//! there is nothing to do.

#[allow(dead_code, reason = "the differential test uses the rest")]
#[path = "../../reference/javarosa.rs"]
mod javarosa;
mod sheets;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use criterion::Criterion;
use serde_json::{Map, Value as Json, json};
use tanfang_core::form::{Context, Form, Session};
use tanfang_core::model::WallTime;

use javarosa::JavaRosa;
use sheets::ROWS;

/// The two answers that take turns.
const ANSWERS: [&str; 2] = ["3", "8"];
/// So many changes of JavaRosa's are timed, after as many that warm it up.
const CHANGES: &str = "2000";

/// One form and the question that is answered again and again.
struct Case {
    name: &'static str,
    source: String,
    /// The question as JavaRosa and as ours know it.
    path: &'static str,
    field: &'static str,
    rows: usize,
    /// What it may cost, in milliseconds.
    goal: f64,
}

fn main() -> anyhow::Result<()> {
    let Some(home) = std::env::var_os("TANFANG_REFERENCE").map(PathBuf::from) else {
        println!("run `cargo xtask bench --forms`");
        return Ok(());
    };
    let cases = [
        Case {
            name: "200 questions, 100 expressions",
            source: sheets::large(),
            path: "/data/q0",
            field: "q0",
            rows: 0,
            goal: 1.0,
        },
        Case {
            name: "the same and 50 rows",
            source: sheets::with_rows(),
            path: "/data/r[25]/a",
            field: "r[25].a",
            rows: ROWS,
            goal: 5.0,
        },
    ];
    let mut table = format!(
        "\n{:<34}{:>12}{:>14}{:>16}\n",
        "one answer", "ours", "JavaRosa", "JavaRosa/ours"
    );
    for case in &cases {
        let (ours, theirs) = measured(case, &home)?;
        table.push_str(&format!(
            "{:<34}{:>9.4} ms{:>11.3} ms{:>15.0}x   goals: {} ms {}, 20x {}\n",
            case.name,
            ours,
            theirs,
            theirs / ours,
            case.goal,
            verdict(ours <= case.goal),
            verdict(theirs / ours >= 20.0),
        ));
    }
    print!("{table}");
    Ok(())
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "short" }
}

/// Milliseconds of one answer, ours and JavaRosa's.
fn measured(case: &Case, home: &Path) -> anyhow::Result<(f64, f64)> {
    let form = match Form::compile(&case.source) {
        Ok(form) => Arc::new(form),
        Err(problems) => bail!("{problems:#?}"),
    };
    let mut java = JavaRosa::start(home)?;
    let xform = form.to_xform();
    let mut session = opened(&form, &mut java, &xform, case)?;
    let theirs = java.say(&["TIME", case.path, ANSWERS[0], ANSWERS[1], CHANGES])?;
    let theirs = theirs.map_err(|refused| anyhow::anyhow!(refused.0))?;
    let nanos = theirs
        .first()
        .and_then(|line| line.get(1))
        .context("no time")?;
    let nanos: f64 = javarosa::decoded(nanos)?.parse()?;
    let answers: [Json; 2] = ANSWERS.map(|text| json!(text));
    let kept = home.join("criterion");
    let mut criterion = Criterion::default().output_directory(&kept).without_plots();
    let mut turn = 0;
    criterion.bench_function(case.name, |bench| {
        bench.iter(|| {
            turn = 1 - turn;
            session.set(case.field, &answers[turn])
        });
    });
    Ok((estimate(&kept, case.name)?, nanos / 1e6))
}

/// Opens the form in both, with every question answered, and makes sure that both say the same.
fn opened(
    form: &Arc<Form>,
    java: &mut JavaRosa,
    xform: &str,
    case: &Case,
) -> anyhow::Result<Session> {
    let now = WallTime::beijing(1_719_806_400_000);
    let mut session = Session::open(Arc::clone(form), &Map::new(), Context::creating(now));
    let refused = |refused: javarosa::Refused| anyhow::anyhow!(refused.0);
    java.open(xform, false)?.map_err(refused)?;
    for i in 0..100 {
        let path = format!("/data/q{i}");
        session.answer(&path, &json!("1"))?;
        java.answer(&path, "1")?.map_err(refused)?;
    }
    for row in 1..=case.rows {
        let path = format!("/data/r[{row}]");
        session.answer(&path, &json!(""))?;
        java.add_row(&path)?.map_err(refused)?;
        for leaf in ["a", "b"] {
            let path = format!("{path}/{leaf}");
            session.answer(&path, &json!("2"))?;
            java.answer(&path, "2")?.map_err(refused)?;
        }
    }
    session.answer(case.path, &json!(ANSWERS[1]))?;
    let theirs = java.answer(case.path, ANSWERS[1])?.map_err(refused)?;
    for leaf in session.leaves() {
        let other = theirs.get(&leaf.path);
        let other = other.with_context(|| format!("JavaRosa has no {}", leaf.path))?;
        let same = leaf.relevant == other.relevant
            && (!leaf.relevant || number(&leaf.value) == number(&other.value));
        ensure!(same, "{}: ours {leaf:?}, JavaRosa {other:?}", leaf.path);
    }
    Ok(session)
}

/// Java writes whole numbers with a point.
fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Criterion's estimate of the mean, in milliseconds.
fn estimate(kept: &Path, name: &str) -> anyhow::Result<f64> {
    // Criterion names folders by the benchmark with what a path may not hold taken out.
    let file = kept.join(name).join("new/estimates.json");
    let text = std::fs::read_to_string(&file).context("criterion wrote no estimate")?;
    let all: Json = serde_json::from_str(&text)?;
    let nanos = all["mean"]["point_estimate"].as_f64();
    Ok(nanos.context("criterion wrote no mean")? / 1e6)
}
