//! What a link that breaks costs, and a server that has no room.

use serde_json::json;
use stories::hand_card;
use stories::link::Weather;
use stories::raw::{Raw, part};
use stories::world::{VILLAGE, World, elder};
use tanfang_core::model::{Compartment, Kind};

const DAY: &str = "2024-06-24T08:00:00+08:00";
/// The most that a broken link may cost, in bytes.
const CHUNK: u64 = 64 << 10;
/// Heads of answers and questions, and what is asked once more after a break.
const OVERHEAD: u64 = 6 << 10;
/// Fewer than a snapshot is built for.
const PEOPLE: usize = 120;

/// Text that packs badly: its letters are drawn.
fn drawn(seed: u64, letters: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let letter = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from_u32(0x4e00 + (state >> 33) as u32 % 8_000).unwrap_or('一')
    };
    (0..letters).map(letter).collect()
}

#[test]
fn a_link_that_breaks_while_pages_come_costs_one_chunk() {
    let world = World::at(DAY);
    hand_card::publish(&world, DAY);
    // They are there, and have heard everything, before there is anything to hear.
    let names = ["whole", "early", "middle", "late"];
    let readers = names.map(|name| world.worker(DAY, name, "village_committee", VILLAGE));
    let mut author = Raw::enrol(&world, DAY, "测试员甲", "village_committee", VILLAGE);
    for reader in &readers {
        reader.sync(DAY);
    }
    let form = hand_card::told_to(&author);
    for at in 0..PEOPLE {
        let (home, person) = (author.id(), author.id());
        let (household, note) = (home.to_string(), drawn(at as u64, 900));
        let place = [("$area", VILLAGE), ("home_division", VILLAGE)];
        let of = [("household", household.as_str()), ("name", "测试长")];
        let contact = Compartment::Contact;
        let parts = vec![
            part(home, Kind::HOUSEHOLD, contact, true, &place),
            part(person, Kind::PERSON, contact, true, &of),
            part(
                person,
                Kind::PERSON,
                Compartment::Care,
                true,
                &[("care_note", &note)],
            ),
        ];
        author.save(Some(&form), parts);
    }
    let told = author.ask(&author.request(Some(author.push_from(1))));
    assert_eq!(told.unwrap().through, PEOPLE as u64);

    let [first, broken @ ..] = &readers;
    let before = world.link.bytes().1;
    first.sync(DAY);
    let whole = world.link.bytes().1 - before;
    assert!(whole > 3 * CHUNK, "{whole} bytes in several answers");
    for (reader, quarters) in broken.iter().zip([1, 2, 3]) {
        let before = world.link.bytes().1;
        let bytes = (whole * quarters / 4) as usize;
        world.link.set(Weather::CutDownwardAfter { bytes });
        let cut = reader.phone.verb(DAY, &["sync"]).unwrap();
        assert_eq!(cut.code, 3, "{}{}", cut.text, cut.said);
        reader.sync(DAY);
        let again = (world.link.bytes().1 - before).saturating_sub(whole);
        assert!(
            again <= CHUNK + OVERHEAD,
            "cut after {bytes}: {again} came twice"
        );
        assert_eq!(reader.lists(DAY, "person").len(), PEOPLE);
    }
}

#[test]
fn a_phone_that_keeps_trying_waits_at_least_what_a_full_server_asks_for_and_then_goes_through() {
    let world = World::at(DAY);
    let worker = world.worker(DAY, "a", "village_committee", VILLAGE);
    worker.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE));
    world.is_full_once(2);
    let done = worker.phone.verb(DAY, &["sync", "--keep-trying"]).unwrap();
    assert_eq!(done.code, 0, "{}{}", done.text, done.said);
    assert_eq!(world.link.weather(), Weather::Fine, "it was refused once");
    let waited = done.said.split("again in ").nth(1);
    let waited = waited.and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    let waited = waited.unwrap_or_else(|| panic!("it says how long it waits: {}", done.said));
    assert!(
        (2..=4).contains(&waited),
        "{waited} s of 2 and up to as much again"
    );
    assert_eq!(worker.does(DAY, &["outbox"]), json!([]));
}
