//! Pages: cut by bytes, in commit order, continued after the cursor.

use tanfang_core::model::{Epoch, RecordId};
use tanfang_core::wire::{Cursor, Item};

use super::world::*;

fn people(world: &mut World, count: usize) -> (Phone, Vec<RecordId>) {
    let mut phone = world.worker("village_committee", VILLAGE);
    let ids = (0..count).map(|_| phone.card(world, VILLAGE).1).collect();
    world.push(&phone, 1).unwrap();
    (phone, ids)
}

#[test]
fn a_feed_cut_into_pages_brings_every_item_once_and_in_order() {
    let mut world = World::new();
    let (_, ids) = people(&mut world, 30);
    let mut fresh = world.worker("village_committee", VILLAGE);
    let feed = format!("{VILLAGE}/contact");
    let (mut positions, mut seen, mut turns) = (Vec::new(), Vec::new(), 0);
    loop {
        let mut request = fresh.request(None);
        request.budget_bytes = 2_000;
        let reply = world.ask(&fresh, request).unwrap();
        for page in reply
            .pages
            .iter()
            .filter(|page| page.feed.to_string() == feed)
        {
            assert_eq!(page.after, fresh.at(&feed).unwrap_or(0));
            positions.extend(page.items.iter().map(Item::position));
            seen.extend(page.items.iter().filter_map(|item| match item {
                Item::Part { part, .. } => Some(part.record),
                _ => None,
            }));
        }
        fresh.hear(&reply);
        turns += 1;
        if !reply.more {
            break;
        }
    }
    assert!(turns > 5, "{turns}");
    assert!(positions.is_sorted_by(|a, b| a < b));
    assert_eq!(ids.iter().filter(|id| seen.contains(id)).count(), 30);
}

#[test]
fn who_wants_no_page_now_gets_none_and_is_told_that_there_is_more() {
    let mut world = World::new();
    people(&mut world, 3);
    let fresh = world.worker("village_committee", VILLAGE);
    let mut request = fresh.request(None);
    request.budget_bytes = 0;
    let reply = world.ask(&fresh, request).unwrap();
    assert!(reply.pages.is_empty() && reply.more);
}

#[test]
fn a_cursor_from_another_history_or_beyond_the_end_begins_again() {
    let mut world = World::new();
    people(&mut world, 3);
    let mut phone = world.worker("village_committee", VILLAGE);
    let whole = world.pull(&mut phone).len();
    let feed = format!("{VILLAGE}/contact").parse().unwrap();
    let mut request = phone.request(None);
    request.cursors = vec![Cursor {
        feed,
        position: 9_000_000,
    }];
    let reply = world.ask(&phone, request).unwrap();
    let page = reply
        .pages
        .iter()
        .find(|page| page.feed.to_string() == format!("{VILLAGE}/contact"));
    assert_eq!(page.unwrap().after, 0);
    let mut request = phone.request(None);
    request.epoch = Some(Epoch::from_uuid(phone.id.uuid()));
    let reply = world.ask(&phone, request).unwrap();
    assert_eq!(
        reply
            .pages
            .iter()
            .map(|page| page.items.len())
            .sum::<usize>(),
        whole
    );
}

#[test]
fn a_role_reads_its_compartments_and_no_other() {
    let mut world = World::new();
    let (mut phone, _) = people(&mut world, 2);
    let mut grid = world.worker("grid_worker", VILLAGE);
    let items = world.pull(&mut grid);
    assert!(
        items
            .iter()
            .any(|(feed, _)| feed.to_string() == format!("{VILLAGE}/contact"))
    );
    assert!(
        !items
            .iter()
            .any(|(feed, _)| feed.to_string().ends_with("/identity"))
    );
    let mut nobody = world.worker("org_dept", "530999");
    assert!(
        world
            .pull(&mut nobody)
            .iter()
            .all(|(feed, _)| feed.to_string().ends_with("/roster"))
    );
    assert!(
        world
            .pull(&mut phone)
            .iter()
            .all(|(feed, _)| feed.to_string().ends_with("/roster"))
    );
}

#[test]
fn everyone_holds_the_roster_of_the_county() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let b = world.worker("village_committee", OTHER);
    let roster = told(&world.pull(&mut a), "530999/roster");
    assert!(roster.contains(&('p', b.worker.record())));
}
