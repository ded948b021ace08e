//! A phone's process is killed in the middle of saving, again and again.

use serde_json::Value as Json;
use std::process::Child;
use stories::world::{VILLAGE, World, elder, word};

const DAY: &str = "2024-06-24T08:00:00+08:00";
/// How many processes are killed.
const KILLED: u64 = 16;

/// What a killed phone had answered before it died: a whole answer, or nothing.
fn answered(mut child: Child) -> Option<String> {
    let mut said = String::new();
    let mut out = child.stdout.take().unwrap();
    std::io::Read::read_to_string(&mut out, &mut said).unwrap();
    child.wait().unwrap();
    let json: Json = serde_json::from_str(&said).ok()?;
    json["id"].as_str().map(str::to_owned)
}

/// Turns of looking whether it has ended by itself; at most so many.
fn looks(child: &mut Child, at_most: u64) -> u64 {
    for turn in 0..at_most {
        if child.try_wait().unwrap().is_some() {
            return turn;
        }
        std::thread::yield_now();
    }
    at_most
}

#[test]
fn whatever_a_phone_answered_before_it_was_killed_is_there_and_the_next_save_works() {
    let world = World::at(DAY);
    let worker = world.worker(DAY, "测试员甲", "village_committee", VILLAGE);
    let start = |n: u64| {
        let answers = elder(&format!("测试{}", char::from(b'a' + n as u8)), VILLAGE);
        let started = worker.phone.starts(DAY, &["new", "elder_card"], &answers);
        started.unwrap()
    };
    let mut whole = start(0);
    let length = looks(&mut whole, u64::MAX);
    let mut there = vec![answered(whole).expect("nobody killed it")];
    for n in 1..=KILLED {
        // Sixteen points from its first breath to beyond its last, none twice.
        let mut child = start(n);
        looks(&mut child, length * (n * 7 % 17) / 14);
        let _ = child.kill();
        there.extend(answered(child));
    }
    assert!(
        there.len() <= KILLED as usize,
        "some died before they answered"
    );
    let last = worker.new_record(DAY, "elder_card", &elder("测试末", VILLAGE));
    there.push(word(&last, "id"));
    let held = worker.lists(DAY, "person");
    for id in &there {
        assert!(held.contains(id), "answered, and not there");
    }
    let outbox = worker.does(DAY, &["outbox"]);
    let seqs: Vec<u64> = outbox
        .as_array()
        .unwrap()
        .iter()
        .map(|save| save["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(
        seqs,
        (1..=held.len() as u64).collect::<Vec<_>>(),
        "no number is missing or twice"
    );
    worker.sync(DAY);
    let supervisor = world.worker(DAY, "丁", "township_civil", "530999201");
    let (mut here, mut told) = (held, supervisor.lists(DAY, "person"));
    here.sort();
    told.sort();
    assert_eq!(here, told);
}
