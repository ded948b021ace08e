//! How a snapshot is cut: parts that a village's link carries, each of use by itself.

use tanfang_core::model::{RecordId, Value, content_hash};
use tanfang_core::wire::{Item, PartName, SnapshotPart, unpack};

use super::world::*;
use crate::engine::{Cut, Request, Response};

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

/// The parts of the village's contact feed, as a fresh phone is offered and fetches them.
fn parts_for_a_fresh_phone(world: &mut World, cut: Cut) -> Vec<(PartName, SnapshotPart)> {
    while world.server.build_snapshot(cut).unwrap() {}
    let fresh = world.worker("village_committee", VILLAGE);
    let reply = world.ask(&fresh, fresh.request(None)).unwrap();
    let feed = format!("{VILLAGE}/contact");
    let mut offers = reply.snapshots.into_iter();
    let offer = offers.find(|offer| offer.feed.to_string() == feed).unwrap();
    let fetch = |name: PartName| {
        let asked = Request::SnapshotPart {
            token: fresh.token.clone(),
            hash: name.hash.clone(),
        };
        let Response::SnapshotPart(body) = world.server.handle(asked) else {
            panic!("a part that was offered is given")
        };
        assert_eq!(
            content_hash(&body),
            name.hash,
            "a part is named by its hash"
        );
        assert_eq!(body.len() as u64, name.length);
        (name, unpack(&body, 64 << 20).unwrap())
    };
    offer.parts.into_iter().map(fetch).collect()
}

/// The records in the order in which they come.
fn records(parts: &[(PartName, SnapshotPart)]) -> Vec<RecordId> {
    let items = parts.iter().flat_map(|(_, part)| &part.items);
    let settled = items.filter_map(|item| match item {
        Item::Settled { record, .. } => Some(record.id),
        _ => None,
    });
    settled.collect()
}

/// Every part but the last has half to twice of what it is to have, the last no more than that.
fn are_cut_as(parts: &[(PartName, SnapshotPart)], part_bytes: usize) {
    let lengths: Vec<usize> = parts.iter().map(|(name, _)| name.length as usize).collect();
    let (last, whole) = lengths.split_last().unwrap();
    assert!(whole.len() > 1, "several parts: {lengths:?}");
    let fits = part_bytes / 2..=2 * part_bytes;
    assert!(
        whole.iter().all(|length| fits.contains(length)),
        "{lengths:?}"
    );
    assert!(*last <= 2 * part_bytes, "{lengths:?}");
}

#[test]
fn a_long_feed_comes_in_parts_of_64_to_256_kb_the_newest_first_each_of_use_by_itself() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let (mut people, mut visits) = (Vec::new(), Vec::new());
    for at in 0..400 {
        let (household, person) = (world.id(), world.id());
        let mut parts = card(household, person, VILLAGE, "测试乙");
        parts[0].writes[2].value = Value::text(drawn(at, 700));
        phone.save(&world, Some(&world.card), parts);
        people.extend([household, person]);
        visits.push(phone.visit(&world, household, person));
    }
    let reply = world.push(&phone, 1).unwrap();
    assert!(reply.verdicts.iter().all(|v| accepted(&v.verdict)));

    let parts = parts_for_a_fresh_phone(&mut world, Cut::default());
    are_cut_as(&parts, 128 << 10);
    // People and homes first, then visits; of each the newest first.
    people.reverse();
    visits.reverse();
    assert_eq!(records(&parts), [people.clone(), visits].concat());
    // Who has the first part alone sees whole people.
    assert!(records(&parts[..1]).starts_with(&people[..2]));
    let whole = parts[0].1.items.iter().all(|item| match item {
        Item::Settled { record, .. } => record.begun && !record.origins.is_empty(),
        _ => false,
    });
    assert!(whole, "each record is settled and says who said it");
}

#[test]
fn records_that_are_nearly_alike_make_no_small_parts() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    for _ in 0..300 {
        // Ten times as long as what is left of it when it is packed.
        let mut parts = card(world.id(), world.id(), VILLAGE, "测试乙");
        parts[0].writes[2].value = Value::text("样板村一组".repeat(40));
        phone.save(&world, Some(&world.card), parts);
    }
    world.push(&phone, 1).unwrap();
    let cut = Cut {
        tail: 3,
        part_bytes: 2 << 10,
    };
    let parts = parts_for_a_fresh_phone(&mut world, cut);
    are_cut_as(&parts, cut.part_bytes);
    assert_eq!(records(&parts).len(), 600);
}
