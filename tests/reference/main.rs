//! The differential test: random forms and answers, from a seed, through JavaRosa and through ours.
//!
//! `reference HOME PYXFORM [--seed N] [--steps N]`: HOME is where `cargo xtask test --only forms` put
//! JavaRosa, PYXFORM where it put pyxform. Exit 0 where nothing differs but what is known.

mod chance;
mod enketo;
mod expression;
mod expressions;
mod form;
mod forms;
mod javarosa;
mod known;
mod pyxform;
mod written;

use std::path::PathBuf;

use anyhow::{Context, bail};

use expressions::Engines;
use javarosa::JavaRosa;
use pyxform::Pyxform;

struct Options {
    home: PathBuf,
    pyxform: PathBuf,
    seed: u64,
    steps: usize,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let mut java = JavaRosa::start(&options.home)?;
    let mut pyxform = Pyxform::start(&options.pyxform)?;
    let tally = forms::run(&mut java, &mut pyxform, options.seed, options.steps)?;
    println!(
        "forms: {} forms ({} with rows that read other rows), {} steps, {} leaves and {} offers compared; JavaRosa refused {}; {} known differences in writing",
        tally.forms,
        tally.neighbours,
        tally.steps,
        tally.leaves,
        tally.offers,
        tally.refused,
        tally.known
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
    let (Some(home), Some(pyxform)) = (words.next(), words.next()) else {
        bail!("reference HOME PYXFORM [--seed N] [--steps N]");
    };
    let mut options = Options {
        home: home.into(),
        pyxform: pyxform.into(),
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
