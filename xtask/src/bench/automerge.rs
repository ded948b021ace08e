//! Automerge beside us: one document, both ends in one process, no HTTP and no disk.

use anyhow::ensure;
use std::process::Command;

use super::figures::Column;
use super::proxy::Crossed;
use super::{Bench, peer, report};

/// Measures create, push and a fresh phone; what it does not do stays empty.
pub fn measure(bench: &Bench) -> anyhow::Result<Column> {
    let program = peer(bench, "automerge", "bench-automerge")?;
    let report = report(Command::new(program).arg(&bench.visits))?;
    ensure!(
        report["visits"].as_u64() == Some(bench.size as u64),
        "Automerge's fresh phone misses visits: {report}"
    );
    let crossed = |verb: &str| {
        let bytes = |way: &str| report[format!("{verb}_{way}")].as_u64();
        Some(Crossed {
            up: bytes("up")?,
            down: bytes("down")?,
            turns: 0,
        })
    };
    Ok(Column {
        create_secs: report["create"].as_f64(),
        push_secs: report["push"].as_f64(),
        fresh_secs: report["fresh"].as_f64(),
        push_crossed: crossed("push"),
        fresh_crossed: crossed("fresh"),
        phone_peak_kb: report["peak_kb"].as_u64(),
        ..Column::named("Automerge")
    })
}
