//! What a day's visits weigh on the link: the figures of the sync issue that are bytes alone.

use tanfang_core::model::{
    Compartment, DeviceId, Envelope, Epoch, Field, FormRef, Head, Hlc, Kind, Part, RecordId, Save,
    Value, WallTime, WorkerId, Write,
};
use tanfang_core::wire::{Acknowledgement, Cursor, Push, SyncRequest, encode, pack};
use uuid::Uuid;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn uuid(&mut self) -> Uuid {
        let (high, low) = (self.next(), self.next());
        uuid::Builder::from_random_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
            .into_uuid()
    }

    fn choice<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

/// The fields of a visit of `cargo xtask bench`, of one worker and one day.
fn fields(s: &mut Seeded) -> Vec<(&'static str, String)> {
    let given = ["安", "柏", "春", "丹", "恩", "芳", "国", "禾", "佳", "可"];
    let date = |s: &mut Seeded, from: u64, years: u64| {
        let (month, day) = (1 + s.below(12), 1 + s.below(28));
        format!("{}-{month:02}-{day:02}", from + s.below(years))
    };
    let one = |s: &mut Seeded, low: u64, high: u64| {
        format!("{}.{}", low + s.below(high - low), s.below(10))
    };
    let place = |s: &mut Seeded, at: u64| format!("{at}.{:06}", s.below(1_000_000));
    vec![
        ("household", s.uuid().to_string()),
        ("b_date", "2026-05-10".into()),
        (
            "b_started",
            format!(
                "2026-05-10T{:02}:{:02}:00+08:00",
                6 + s.below(14),
                s.below(60)
            ),
        ),
        ("b_worker", "fw-0123".into()),
        ("b_village", "530999201202".into()),
        ("b_family_name", "测试".into()),
        (
            "b_given_name",
            format!("{}{}", s.choice(&given), s.choice(&given)),
        ),
        ("b_sex", s.choice(&["男", "女"]).into()),
        ("b_birth", date(s, 1930, 96)),
        ("b_phone", format!("1540000{:04}", s.below(10_000))),
        (
            "b_kind",
            s.choice(&["入户", "电话", "视频", "走访", "陪诊", "代办"])
                .into(),
        ),
        ("b_weight_kg", one(s, 2, 95)),
        ("b_height_cm", one(s, 45, 190)),
        ("b_waist_mm", (300 + s.below(900)).to_string()),
        ("b_temp_c", one(s, 35, 39)),
        ("b_systolic", (85 + s.below(95)).to_string()),
        ("b_diastolic", (50 + s.below(65)).to_string()),
        ("b_danger", s.choice(&["no", "no", "no", "yes"]).into()),
        ("b_referred", s.choice(&["no", "no", "yes"]).into()),
        (
            "b_medicine",
            s.choice(&["降压药", "降糖药", "钙片", "感冒药", "胃药", "其他", "无"])
                .into(),
        ),
        ("b_alone", s.choice(&["yes", "no"]).into()),
        (
            "b_water",
            s.choice(&["自来水", "井水", "河水", "窖水"]).into(),
        ),
        ("b_lat", place(s, 24)),
        ("b_lon", place(s, 99)),
        (
            "b_note",
            s.choice(&["情况良好", "询问高龄津贴", "两周后再访", "药快用完"])
                .into(),
        ),
    ]
}

fn push(count: u64) -> SyncRequest {
    let mut s = Seeded(42);
    let (device, author) = (s.uuid(), s.uuid());
    let mut millis = 1_778_378_400_000i64;
    let mut save = |seq: u64| {
        millis += 900_000 + s.below(600_000) as i64;
        let writes = fields(&mut s).into_iter().map(|(name, text)| Write {
            field: Field::parse(name).unwrap(),
            value: Value::text(text),
            seen: Vec::new(),
            calculated: false,
        });
        let writes = writes.collect();
        Save {
            envelope: Envelope {
                head: Head {
                    device: DeviceId::from_uuid(device),
                    seq,
                },
                stamp: Hlc {
                    millis,
                    counter: 0,
                    device: DeviceId::from_uuid(device),
                },
                wall: WallTime::beijing(millis),
                monotonic_millis: (millis - 1_778_378_000_000) as u64,
                last_server_millis: Some(1_778_370_000_000),
                author: WorkerId::from_uuid(author),
                role: "village_committee".into(),
                form: Some(FormRef {
                    id: "bench_visit".into(),
                    version: "1".into(),
                    hash: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".into(),
                }),
                app: "tanfang 0.1.0".into(),
            },
            parts: vec![Part {
                record: RecordId::from_uuid(s.uuid()),
                kind: Kind::VISIT,
                compartment: Compartment::Contact,
                begins: true,
                row: None,
                writes,
            }],
        }
    };
    let saves = (1..=count).map(&mut save).collect();
    let signature: Vec<u8> = (0..64).map(|i: u8| i.wrapping_mul(151) ^ 0x5a).collect();
    let feeds = ["530999/roster", "530999201202/contact", "530999201202/care"];
    SyncRequest {
        version: 2,
        epoch: Some(Epoch::from_uuid(author)),
        push: Some(Push {
            from: 1,
            saves,
            signature: signature.clone(),
        }),
        highest: count,
        waiting: Vec::new(),
        acknowledged: Some(Acknowledgement {
            epoch: Epoch::from_uuid(author),
            through: 0,
            signature: signature.iter().rev().copied().collect(),
        }),
        cursors: feeds
            .iter()
            .map(|feed| Cursor {
                feed: feed.parse().unwrap(),
                position: 1_234,
            })
            .collect(),
        manifest: 3,
        manifest_hash: None,
        last_syncs_after: 1_778_370_000_000,
        budget_bytes: 1 << 20,
        again: Vec::new(),
        apart: Vec::new(),
    }
}

#[test]
fn a_day_of_twenty_visits_goes_up_in_2500_bytes() {
    let (one, two) = (encode(&push(20)).unwrap(), pack(push(20)).unwrap());
    println!("20 visits: {} bytes, in version 1 {}", two.len(), one.len());
    assert!(two.len() <= 2_500, "{}", two.len());
}

#[test]
fn a_visit_among_hundreds_weighs_less_than_a_hundred_bytes() {
    let (one, two) = (encode(&push(800)).unwrap(), pack(push(800)).unwrap());
    println!(
        "800 visits: {} bytes, in version 1 {}",
        two.len(),
        one.len()
    );
    assert!(two.len() <= 800 * 100, "{}", two.len());
    assert!(
        two.len() <= 64 << 10,
        "a chunk that is lost costs at most 64 KB"
    );
}
