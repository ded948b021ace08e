//! The differential test: random forms and answers, from a seed, through JavaRosa and through ours.
//!
//! `reference HOME [--seed N] [--steps N] [--form N]`: HOME is where `cargo xtask test --only
//! forms` put JavaRosa. Exit 0 where nothing differs but what is known.

mod chance;
mod enketo;
mod expression;
mod expressions;
mod form;
mod forms;
mod javarosa;
mod known;
mod written;

use std::path::PathBuf;

use anyhow::{Context, bail};

use expressions::Engines;
use javarosa::JavaRosa;

struct Options {
    home: PathBuf,
    seed: u64,
    steps: usize,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let mut java = JavaRosa::start(&options.home)?;
    let tally = forms::run(&mut java, options.seed, options.steps)?;
    println!(
        "forms: {} forms, {} steps, {} leaves and {} offers compared; JavaRosa refused {}; {} known differences in writing",
        tally.forms, tally.steps, tally.leaves, tally.offers, tally.refused, tally.known
    );
    if let Some(refusal) = &tally.first_refusal {
        println!("  the first refusal: {refusal}");
    }
    for difference in &tally.differences {
        println!("DIFFERENT {difference}\n");
    }
    let mut engines = Engines::open(&mut java, &options.home)?;
    let alone = engines.run(options.seed, options.steps / 10)?;
    println!(
        "expressions alone: {} of the list with {} known differences, {} random ones",
        alone.listed, alone.known, alone.random
    );
    for difference in &alone.differences {
        println!("DIFFERENT {difference}\n");
    }
    if !tally.differences.is_empty() || !alone.differences.is_empty() {
        bail!(
            "{} forms and {} expressions differ",
            tally.differences.len(),
            alone.differences.len()
        );
    }
    Ok(())
}

fn options() -> anyhow::Result<Options> {
    let mut words = std::env::args().skip(1);
    let home = words
        .next()
        .context("reference HOME [--seed N] [--steps N]")?;
    let mut options = Options {
        home: home.into(),
        seed: 1,
        steps: 10_000,
    };
    while let Some(word) = words.next() {
        let value = words
            .next()
            .with_context(|| format!("{word} takes a number"))?;
        match word.as_str() {
            "--seed" => options.seed = value.parse()?,
            "--steps" => options.steps = value.parse()?,
            _ => bail!("there is no {word}"),
        }
    }
    Ok(options)
}
