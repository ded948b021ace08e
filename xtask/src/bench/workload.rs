//! The workload: visits of a UUID and twenty-five short text fields, the same on every machine.
//!
//! One JSON object a line, which SQLite, our phone and the peers all read. Its people are made
//! up: names begin with 测试, phones with 154-0000, areas with 530999.

use anyhow::Context;
use std::io::{BufWriter, Write};
use std::path::Path;

/// How many visits the figures of `docs/performance.md` are about.
pub const VISITS: usize = 20_000;
/// The seed of that workload.
pub const SEED: u64 = 42;
/// Villages that the households lie in: a township.
pub const VILLAGES: u64 = 30;
/// Visits to each household, on average.
const VISITS_A_HOUSEHOLD: usize = 4;

/// SplitMix64 (Steele, Lea, Flood 2014): a seeded generator in four lines.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    fn whole(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// A number from `low` to `high` with so many places.
    fn number(&mut self, low: f64, high: f64, places: usize) -> String {
        let part = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        format!("{:.places$}", low + part * (high - low))
    }

    fn choice<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[(self.next() % of.len() as u64) as usize]
    }

    /// A UUID of version 4.
    fn uuid(&mut self) -> String {
        let high = (self.next() & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (self.next() & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xffff);
        format!(
            "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}",
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }

    fn date(&mut self, first_year: u64, last_year: u64) -> String {
        let (year, month) = (self.whole(first_year, last_year), self.whole(1, 12));
        format!("{year}-{month:02}-{:02}", self.whole(1, 28))
    }
}

/// Writes `count` visits to `path`; another seed gives other visits to other households.
pub fn write(path: &Path, count: usize, seed: u64) -> anyhow::Result<()> {
    let file = std::fs::File::create(path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    let mut out = BufWriter::new(file);
    for line in lines(count, seed) {
        writeln!(out, "{line}")?;
    }
    out.flush()
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The visits, a line each.
pub fn lines(count: usize, seed: u64) -> impl Iterator<Item = String> {
    let mut seeded = Seeded(seed);
    let households: Vec<String> = (0..count.div_ceil(VISITS_A_HOUSEHOLD))
        .map(|_| seeded.uuid())
        .collect();
    (0..count).map(move |_| visit(&mut seeded, &households))
}

fn visit(s: &mut Seeded, households: &[String]) -> String {
    let place = s.whole(0, households.len() as u64 - 1);
    let date = s.date(2026, 2026);
    let fields = [
        ("id", s.uuid()),
        ("household", households[place as usize].clone()),
        ("b_date", date.clone()),
        ("b_started", clock_time(s, &date)),
        ("b_worker", format!("fw-{:04}", s.whole(1, 400))),
        ("b_village", village(place % VILLAGES)),
        ("b_family_name", "测试".to_owned()),
        (
            "b_given_name",
            format!("{}{}", s.choice(&GIVEN), s.choice(&GIVEN)),
        ),
        ("b_sex", s.choice(&["男", "女"]).to_owned()),
        ("b_birth", s.date(1930, 2026)),
        ("b_phone", format!("1540000{:04}", s.whole(0, 9999))),
        (
            "b_kind",
            s.choice(&["入户", "电话", "视频", "走访", "陪诊", "代办"])
                .to_owned(),
        ),
        ("b_weight_kg", s.number(2.0, 95.0, 1)),
        ("b_height_cm", s.number(45.0, 190.0, 1)),
        ("b_waist_mm", s.whole(300, 1200).to_string()),
        ("b_temp_c", s.number(35.5, 39.9, 1)),
        ("b_systolic", s.whole(85, 180).to_string()),
        ("b_diastolic", s.whole(50, 115).to_string()),
        ("b_danger", s.choice(&["no", "no", "no", "yes"]).to_owned()),
        ("b_referred", s.choice(&["no", "no", "yes"]).to_owned()),
        ("b_medicine", s.choice(&MEDICINE).to_owned()),
        ("b_alone", s.choice(&["yes", "no"]).to_owned()),
        (
            "b_water",
            s.choice(&["自来水", "井水", "河水", "窖水"]).to_owned(),
        ),
        ("b_lat", s.number(23.1, 25.1, 6)),
        ("b_lon", s.number(98.7, 100.6, 6)),
        ("b_note", s.choice(&NOTES).to_owned()),
    ];
    let object = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()));
    serde_json::Value::Object(object.collect()).to_string()
}

fn clock_time(s: &mut Seeded, date: &str) -> String {
    let (hour, minute, second) = (s.whole(6, 20), s.whole(0, 59), s.whole(0, 59));
    format!("{date}T{hour:02}:{minute:02}:{second:02}+08:00")
}

/// The code of a village of the township 530999201, counted from 0.
pub fn village(number: u64) -> String {
    format!("530999201{:03}", 201 + number)
}

const GIVEN: [&str; 20] = [
    "安", "柏", "春", "丹", "恩", "芳", "国", "禾", "佳", "可", "兰", "明", "宁", "平", "秋", "山",
    "田", "文", "秀", "云",
];
const MEDICINE: [&str; 7] = ["降压药", "降糖药", "钙片", "感冒药", "胃药", "其他", "无"];
const NOTES: [&str; 10] = [
    "",
    "",
    "",
    "情况良好",
    "询问高龄津贴",
    "两周后再访",
    "屋顶漏雨，已告知村里",
    "药快用完",
    "咳嗽三周，劝去卫生院",
    "不在家，邻居接待",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workload_is_the_same_each_time() {
        let first: Vec<String> = lines(200, SEED).collect();
        assert_eq!(first, lines(200, SEED).collect::<Vec<_>>());
        assert!(first[0] != first[1]);
    }

    #[test]
    fn a_visit_is_an_id_and_twenty_five_texts() {
        for line in lines(50, SEED) {
            let visit: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&line).unwrap();
            assert_eq!(visit.len(), 26);
            assert!(visit.values().all(serde_json::Value::is_string));
            let id = visit["id"].as_str().unwrap();
            assert_eq!((id.len(), &id[14..15]), (36, "4"));
        }
    }

    #[test]
    fn twenty_thousand_visits_are_about_twelve_megabytes() {
        let bytes: usize = lines(VISITS, SEED).map(|line| line.len() + 1).sum();
        assert!((11_000_000..13_000_000).contains(&bytes), "{bytes}");
    }
}
