//! Three phones and a server, a link that cuts at random, and `kill -9` on either side at random.

use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::io::Read;
use std::process::Child;
use stories::link::Weather;
use stories::world::{VILLAGE, Worker, World, elder, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";
/// Rounds in which each phone writes and syncs once.
const ROUNDS: u64 = 8;
/// So many looks are longer than any process lives.
const LONG: u64 = 40_000;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// Looks at a process so often, then kills it if it still runs; what it had answered.
fn killed_after(mut child: Child, looks: u64) -> Option<Json> {
    drop(child.stdin.take());
    for _ in 0..looks {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::yield_now();
    }
    let _ = child.kill();
    let mut said = String::new();
    let mut out = child.stdout.take().unwrap();
    out.read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    serde_json::from_str(&said).ok()
}

fn weather(chance: &mut Seeded) -> Weather {
    let after = chance.below(3_000) as usize;
    match chance.below(6) {
        0 => Weather::CutOneAnswer { after },
        1 => Weather::CutOneQuestion { after: after + 1 },
        2 => Weather::LoseOneAnswer,
        3 => Weather::OnePortalPage,
        4 => Weather::Down,
        _ => Weather::Fine,
    }
}

/// A card, or an edit of the first card that this phone lists; the id that was answered.
fn writes(worker: &Worker, round: u64, name: char, chance: &mut Seeded) -> Option<String> {
    let known = worker.lists(DAY, "person").into_iter().next();
    let child = match known.filter(|_| chance.below(2) == 0) {
        Some(id) => {
            let answers = json!({ "phone": format!("1540000{:04}", chance.below(10_000)) });
            worker.phone.starts(DAY, &["edit", &id], &answers)
        }
        None => {
            let answers = elder(
                &format!("测试{}{name}", char::from(b'a' + round as u8)),
                VILLAGE,
            );
            worker.phone.starts(DAY, &["new", "elder_card"], &answers)
        }
    };
    let answered = killed_after(child.unwrap(), looks(chance));
    answered.map(|json| word(&json, "id"))
}

/// Half of all processes live to their end.
fn looks(chance: &mut Seeded) -> u64 {
    match chance.below(2) {
        0 => LONG,
        _ => chance.below(LONG / 8),
    }
}

/// Nightly `cargo xtask test` asks for more.
fn seeds() -> std::ops::RangeInclusive<u64> {
    let asked = std::env::var("TORN_SEEDS").ok();
    1..=asked.and_then(|seeds| seeds.parse().ok()).unwrap_or(3)
}

#[test]
fn three_phones_and_a_server_that_are_killed_and_cut_at_random_end_equal_and_complete() {
    seeds().for_each(torn);
}

fn torn(seed: u64) {
    let mut world = World::at(DAY);
    let workers =
        ["甲", "乙", "丙"].map(|name| world.worker(DAY, name, "village_committee", VILLAGE));
    let mut chance = Seeded(seed);
    let mut answered = BTreeSet::new();
    for round in 0..ROUNDS {
        for (worker, name) in workers.iter().zip(['a', 'b', 'c']) {
            answered.extend(writes(worker, round, name, &mut chance));
            world.link.set(weather(&mut chance));
            let sync = worker.phone.begins(DAY, &["sync"]).unwrap();
            let looks = looks(&mut chance);
            if chance.below(3) == 0 {
                // The server dies while it listens to this phone, and comes back.
                world.county.kill().unwrap();
                world.link.lead_to(world.county.serve(DAY).unwrap());
            }
            killed_after(sync, looks);
        }
    }
    world.fine();
    for worker in workers.iter().chain(&workers) {
        worker.sync(DAY);
    }
    let [first, others @ ..] = &workers;
    let people: BTreeSet<String> = first.lists(DAY, "person").into_iter().collect();
    assert!(answered.len() > 3, "nearly every process died, seed {seed}");
    assert!(
        answered.is_subset(&people),
        "answered, and not there, seed {seed}"
    );
    let report = first.report(DAY, VILLAGE, DAY);
    for worker in others {
        let theirs: BTreeSet<String> = worker.lists(DAY, "person").into_iter().collect();
        assert_eq!(people, theirs);
        for id in &people {
            assert_eq!(
                first.does(DAY, &["show", id]),
                worker.does(DAY, &["show", id])
            );
        }
        assert_eq!(
            first.does(DAY, &["conflicts"]),
            worker.does(DAY, &["conflicts"])
        );
        assert_eq!(worker.does(DAY, &["outbox"]), json!([]));
        assert_eq!(report, worker.report(DAY, VILLAGE, DAY));
    }
    assert_eq!(report, world.report(DAY, VILLAGE, DAY));
}
