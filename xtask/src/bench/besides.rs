//! What the table asks besides the workload: two phones apart, one save, one day, one cut.

use anyhow::{Context, ensure};
use std::path::PathBuf;
use std::process::Command;

use super::figures::Column;
use super::ours::{County, Phone};
use super::{Bench, report, workload};

/// Another seed than the workload's: other visits to other households.
const SEED: u64 = 43;
/// Which visits of that seed are whose: a thousand each, ten thousand each, a day, and the cut.
const PAIR: usize = 1_000;
const LONG_PAIR: usize = 10_000;
const DAY: usize = 20;
const CUT: usize = 2_000;
const SHARED: usize = 1_000;
/// The push is cut once so much of it went up.
const CUT_BYTES: u64 = 100_000;
const SAVES: &str = "1000";
const VILLAGE: &str = "530999201201";

/// The visits of the other seed.
pub fn workload(bench: &Bench) -> anyhow::Result<PathBuf> {
    let path = bench.visits.with_file_name("visits-besides.jsonl");
    workload::write(&path, 2 * PAIR + 2 * LONG_PAIR + DAY + CUT, SEED)?;
    Ok(path)
}

/// Measures ours, and adds it to our column.
pub fn measure(bench: &Bench, column: &mut Column) -> anyhow::Result<()> {
    let visits = workload(bench)?.to_string_lossy().into_owned();
    let county = County::open(bench, "server-besides")?;
    let (a, b) = (county.phone("besides-a")?, county.phone("besides-b")?);
    a.sync()?;
    a.run("households", &[&visits])?;
    a.sync()?;
    b.sync()?;
    let mut at = 0;
    let mut apart = |count: usize| -> anyhow::Result<f64> {
        for phone in [&a, &b] {
            create(phone, &visits, at, count)?;
            at += count;
        }
        together(&a, &b)
    };
    column.pair_secs = Some(apart(PAIR)?);
    column.long_pair_secs = Some(apart(LONG_PAIR)?);
    create(&a, &visits, at, DAY)?;
    column.day_body = a.sync()?["bodies_up"].as_u64();
    at += DAY;
    create(&a, &visits, at, CUT)?;
    column.sent_again = Some(sent_again(&county, &a)?);
    column.both_kept = Some(both_kept(&visits, &a, &b)?);
    column.save_p99_secs = Some(one_save(bench, &county)?);
    Ok(())
}

fn create(phone: &Phone, visits: &str, from: usize, count: usize) -> anyhow::Result<()> {
    let (from, count) = (from.to_string(), count.to_string());
    phone.run("create", &[visits, &from, &count])?;
    Ok(())
}

/// Until both have everything: the first, the second, and the first once more.
fn together(a: &Phone, b: &Phone) -> anyhow::Result<f64> {
    let mut seconds = 0.0;
    for phone in [a, b, a] {
        let synced = phone.sync()?;
        ensure!(synced["broken"].is_null(), "a sync broke off: {synced}");
        seconds += synced["seconds"].as_f64().context("a sync has a time")?;
    }
    Ok(seconds)
}

/// How much goes up twice when the link is cut in the middle of a push.
fn sent_again(county: &County<'_>, phone: &Phone) -> anyhow::Result<u64> {
    county.proxy.cut_after(CUT_BYTES);
    let broken = phone.sync()?;
    county.proxy.mend();
    ensure!(
        !broken["broken"].is_null(),
        "the cut was not felt: {broken}"
    );
    let rest = phone.sync()?;
    ensure!(rest["not_accepted"] == 0, "visits are left: {rest}");
    broken["unheard"]
        .as_u64()
        .context("a sync counts its bodies")
}

/// Two phones write different fields of the same visits apart.
fn both_kept(visits: &str, a: &Phone, b: &Phone) -> anyhow::Result<u64> {
    let count = SHARED.to_string();
    a.run("edit", &[visits, &count, "b_phone", "15400000001"])?;
    b.run("edit", &[visits, &count, "b_weight_kg", "41.5"])?;
    together(a, b)?;
    b.sync()?;
    let both = ["b_phone", "15400000001", "b_weight_kg", "41.5"];
    let rest = [&[visits, &count], both.as_slice()].concat();
    let mut least = SHARED as u64;
    for phone in [a, b] {
        let kept = phone.run("kept", &rest)?["kept"].as_u64();
        least = least.min(kept.context("a count")?);
    }
    Ok(least)
}

fn one_save(bench: &Bench, county: &County<'_>) -> anyhow::Result<f64> {
    let code = county.code("测试丙", "village_committee", VILLAGE)?;
    let home = bench.scratch.join("besides-facade");
    let mut facade = Command::new(bench.binaries.join("bench"));
    let saved = report(
        facade
            .arg("facade")
            .arg(home)
            .args([&county.url(), &code, SAVES]),
    )?;
    let millis = saved["p99_ms"].as_f64().context("a p99")?;
    Ok(millis / 1000.0)
}
