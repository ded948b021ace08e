//! Raw SQLite with the key of a phone: what no store can be faster than.

use std::process::Command;

use super::figures::Column;
use super::{Bench, report};

/// Measures it, keyed.
pub fn measure(bench: &Bench) -> anyhow::Result<Column> {
    let mut raw = Command::new(bench.binaries.join("bench"));
    let report = report(raw.arg("raw").arg(&bench.visits).arg(&bench.scratch))?;
    let mut column = Column::named("raw");
    column.create_secs = report["seconds"].as_f64();
    column.phone_database = report["database_bytes"].as_u64();
    Ok(column)
}
