//! Does the cost grow as the work does? Create, push and a fresh phone at three sizes, and the
//! exponent of the growth: 1 is linear.

use std::fmt::Write;

use super::figures::Column;
use super::{ours, prepare};
use crate::programs;

const SIZES: [usize; 3] = [2_000, 20_000, 200_000];

/// Measures, and prints a line for each figure.
pub fn run() -> anyhow::Result<()> {
    let mut columns = Vec::new();
    for size in SIZES {
        let bench = prepare(programs::root(), size)?;
        columns.push(ours::measure(&bench)?);
    }
    print!("{}", text(&columns));
    Ok(())
}

fn text(columns: &[Column]) -> String {
    let mut text = format!("{:<14}", "visits");
    for size in SIZES {
        let _ = write!(text, "{size:>12}");
    }
    text.push_str("    exponent\n");
    let of = |figure: usize| {
        let seconds = columns
            .iter()
            .map(move |column| [column.create_secs, column.push_secs, column.fresh_secs][figure]);
        seconds.flatten().collect::<Vec<f64>>()
    };
    for (figure, name) in ["create", "push", "fresh phone"].into_iter().enumerate() {
        let seconds = of(figure);
        let _ = write!(text, "{name:<14}");
        for each in &seconds {
            let _ = write!(text, "{:>12}", format!("{each:.3} s"));
        }
        let _ = writeln!(text, "{:>12.2}", exponent(&seconds));
    }
    text
}

/// The slope of the least squares line through the logarithms of size and time.
fn exponent(seconds: &[f64]) -> f64 {
    let points: Vec<(f64, f64)> = SIZES
        .iter()
        .zip(seconds)
        .map(|(size, seconds)| ((*size as f64).ln(), seconds.ln()))
        .collect();
    let count = points.len() as f64;
    let (x, y) = points
        .iter()
        .fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / count, y / count);
    let rise: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let run: f64 = points.iter().map(|p| (p.0 - x) * (p.0 - x)).sum();
    rise / run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_grows_tenfold_with_the_size_has_exponent_one() {
        assert!((exponent(&[0.1, 1.0, 10.0]) - 1.0).abs() < 1e-9);
        assert!((exponent(&[0.1, 10.0, 1000.0]) - 2.0).abs() < 1e-9);
    }
}
