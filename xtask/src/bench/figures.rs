//! The table: a column for each contender, a line for each figure of `docs/performance.md`.

use serde_json::{Value, json};
use std::fmt::Write;

use super::proxy::Crossed;

/// What was measured of one contender; what it does not do stays empty.
#[derive(Default)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// All visits into the database on disk, in seconds.
    pub create_secs: Option<f64>,
    /// All of them to an empty server over HTTP, disk at both ends, in seconds.
    pub push_secs: Option<f64>,
    /// All of them to a phone that has none, in seconds.
    pub fresh_secs: Option<f64>,
    /// The server's processor time while nobody asked after the push: snapshots were built. In
    /// seconds.
    pub snapshots_secs: Option<f64>,
    /// A sync when nothing changed, in seconds.
    pub idle_secs: Option<f64>,
    /// What the push sent and got.
    pub push_crossed: Option<Crossed>,
    /// What the fresh phone sent and got.
    pub fresh_crossed: Option<Crossed>,
    /// What the idle sync sent and got.
    pub idle_crossed: Option<Crossed>,
    /// The most memory that a phone's process held, in kilobytes.
    pub phone_peak_kb: Option<u64>,
    /// The most memory that the server's process held, in kilobytes.
    pub server_peak_kb: Option<u64>,
    /// The database on the phone while all is unsent, in bytes.
    pub phone_database: Option<u64>,
    /// The same when all was accepted thirty days ago, in bytes.
    pub old_database: Option<u64>,
    /// Two phones with a thousand unsynced visits each, until both have all, in seconds.
    pub pair_secs: Option<f64>,
    /// The same with ten thousand each.
    pub long_pair_secs: Option<f64>,
    /// The ninety-ninth of a hundred saves, one by one with their check, in seconds.
    pub save_p99_secs: Option<f64>,
    /// The bodies that a day's twenty visits take up, in bytes.
    pub day_body: Option<u64>,
    /// What goes up once more after a link was cut in the middle of a push, in bytes.
    pub sent_again: Option<u64>,
    /// Of a thousand visits that two phones edited apart, how many show both edits.
    pub both_kept: Option<u64>,
}

impl Column {
    /// A column in which nothing was measured yet.
    pub fn named(name: &'static str) -> Column {
        Column {
            name,
            ..Column::default()
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let up = |c: Option<Crossed>| c.map(|c| c.up as f64);
        let down = |c: Option<Crossed>| c.map(|c| c.down as f64);
        let count = |n: Option<u64>| n.map(|n| n as f64);
        let kilobytes = |n: Option<u64>| n.map(|n| n as f64 * 1024.0);
        vec![
            Figure::new("create", Unit::Seconds, self.create_secs),
            Figure::new("push", Unit::Seconds, self.push_secs),
            Figure::new("push, bytes up", Unit::Bytes, up(self.push_crossed)),
            Figure::new("push, bytes down", Unit::Bytes, down(self.push_crossed)),
            Figure::new("snapshots, processor", Unit::Seconds, self.snapshots_secs),
            Figure::new("fresh phone", Unit::Seconds, self.fresh_secs),
            Figure::new("fresh phone, bytes up", Unit::Bytes, up(self.fresh_crossed)),
            Figure::new(
                "fresh phone, bytes down",
                Unit::Bytes,
                down(self.fresh_crossed),
            ),
            Figure::new("idle sync", Unit::Seconds, self.idle_secs),
            Figure::new("idle sync, bytes up", Unit::Bytes, up(self.idle_crossed)),
            Figure::new(
                "idle sync, bytes down",
                Unit::Bytes,
                down(self.idle_crossed),
            ),
            Figure::new(
                "idle sync, turns",
                Unit::Count,
                self.idle_crossed.map(|c| c.turns as f64),
            ),
            Figure::new(
                "peak memory, phone",
                Unit::Bytes,
                kilobytes(self.phone_peak_kb),
            ),
            Figure::new(
                "peak memory, server",
                Unit::Bytes,
                kilobytes(self.server_peak_kb),
            ),
            Figure::new(
                "database on the phone",
                Unit::Bytes,
                count(self.phone_database),
            ),
            Figure::new("thirty days after", Unit::Bytes, count(self.old_database)),
            Figure::new("1,000 unsynced on each", Unit::Seconds, self.pair_secs),
            Figure::new(
                "10,000 unsynced on each",
                Unit::Seconds,
                self.long_pair_secs,
            ),
            Figure::new("one save, p99", Unit::Seconds, self.save_p99_secs),
            Figure::new("20 visits, bodies up", Unit::Bytes, count(self.day_body)),
            Figure::new(
                "sent again after a cut",
                Unit::Bytes,
                count(self.sent_again),
            ),
            Figure::new(
                "both edits kept of 1,000",
                Unit::Count,
                count(self.both_kept),
            ),
        ]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Seconds,
    Bytes,
    Count,
}

struct Figure {
    name: &'static str,
    unit: Unit,
    value: Option<f64>,
}

impl Figure {
    fn new(name: &'static str, unit: Unit, value: Option<f64>) -> Figure {
        Figure { name, unit, value }
    }

    fn written(&self) -> String {
        match (self.value, self.unit) {
            (None, _) => "–".to_owned(),
            (Some(value), Unit::Seconds) if value < 0.1 => format!("{:.1} ms", value * 1e3),
            (Some(value), Unit::Seconds) => format!("{value:.3} s"),
            (Some(value), Unit::Bytes) if value < 100_000.0 => format!("{value:.0} B"),
            (Some(value), Unit::Bytes) => format!("{:.2} MB", value / 1e6),
            (Some(value), Unit::Count) => format!("{value:.0}"),
        }
    }
}

/// All columns of one run.
pub struct Table {
    visits: usize,
    columns: Vec<Column>,
}

impl Table {
    /// A table without columns, about so many visits.
    pub fn new(visits: usize) -> Table {
        Table {
            visits,
            columns: Vec::new(),
        }
    }

    /// Adds a contender.
    pub fn add(&mut self, column: Column) {
        self.columns.push(column);
    }

    /// For people: ours first by the order in which columns were added, then what ours is to each.
    pub fn text(&self) -> String {
        let figures: Vec<Vec<Figure>> = self.columns.iter().map(Column::figures).collect();
        let mut text = format!("{} visits of 25 fields\n\n{:<28}", self.visits, "");
        for column in &self.columns {
            let _ = write!(text, "{:>17}", column.name);
        }
        for (_, other) in self.pairs() {
            let _ = write!(text, "{:>19}", format!("ours/{}", other.name));
        }
        text.push('\n');
        let lines = figures.first().map_or(0, Vec::len);
        for line in 0..lines {
            let _ = write!(text, "{:<28}", figures[0][line].name);
            for column in &figures {
                let _ = write!(text, "{:>17}", column[line].written());
            }
            for (ours, other) in self.pairs() {
                let ratio = ratio(&ours.figures()[line], &other.figures()[line]);
                let _ = write!(
                    text,
                    "{:>19}",
                    ratio.map_or("–".to_owned(), |r| format!("{r:.2}"))
                );
            }
            text.push('\n');
        }
        text
    }

    /// For programs: seconds and bytes, unrounded, and ratios of ours to each.
    pub fn json(&self) -> Value {
        let of = |column: &Column| -> Value {
            let figures = column.figures().into_iter();
            figures.map(|f| (key(&f), json!(f.value))).collect()
        };
        let columns: serde_json::Map<String, Value> = self
            .columns
            .iter()
            .map(|c| (c.name.to_owned(), of(c)))
            .collect();
        let ratios: serde_json::Map<String, Value> = self
            .pairs()
            .map(|(ours, other)| {
                let pairs = ours.figures().into_iter().zip(other.figures());
                let ratios = pairs.map(|(a, b)| (key(&a), json!(ratio(&a, &b))));
                (format!("ours/{}", other.name), ratios.collect())
            })
            .collect();
        json!({ "visits": self.visits, "columns": columns, "ratios": ratios })
    }

    fn pairs(&self) -> impl Iterator<Item = (&Column, &Column)> {
        let ours = self.columns.iter().find(|c| c.name == "ours");
        let others = self.columns.iter().filter(|c| c.name != "ours");
        others.filter_map(move |other| Some((ours?, other)))
    }
}

fn ratio(ours: &Figure, other: &Figure) -> Option<f64> {
    let other = other.value.filter(|value| *value > 0.0)?;
    Some(ours.value? / other)
}

fn key(figure: &Figure) -> String {
    let unit = match figure.unit {
        Unit::Seconds => "secs",
        Unit::Bytes => "bytes",
        Unit::Count => "count",
    };
    let words = figure
        .name
        .replace(", bytes", "")
        .replace(", ", "_")
        .replace(',', "")
        .replace(' ', "_");
    format!("{words}_{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_divided_by_each_other_column() {
        let mut table = Table::new(10);
        table.add(Column {
            create_secs: Some(0.5),
            ..Column::named("raw")
        });
        table.add(Column {
            create_secs: Some(1.0),
            ..Column::named("ours")
        });
        assert_eq!(table.json()["ratios"]["ours/raw"]["create_secs"], 2.0);
        assert_eq!(table.json()["columns"]["ours"]["push_secs"], Value::Null);
        assert!(table.text().contains("2.00"));
    }
}
