//! A server's disk that is full at any page, and commits that fail or are said to have failed.

use tanfang_core::model::{Kind, Value};
use tanfang_core::wire::{Item, WireRefusal};

use super::world::*;
use crate::engine::{Cut, Request, Response};
use crate::store::StoreError;
use crate::store::sqlite::CommitFault;

const SAVES: usize = 8;

/// A text that nothing packs well.
fn varied(seed: u64) -> String {
    let each = (0..150).map(|at| {
        format!(
            "{:016x}",
            (seed * 1_000 + at).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        )
    });
    each.collect()
}

/// A phone with unsent cards whose fields are long.
fn laden(world: &mut World) -> Phone {
    let mut phone = world.worker("village_committee", VILLAGE);
    for _ in 0..SAVES {
        let (_, person) = phone.card(world, VILLAGE);
        let seq = phone.saves.len() as u64;
        phone.alter(seq, |save| {
            let contact = save.parts.iter_mut().find(|part| part.record == person);
            contact.unwrap().writes[1].value = Value::text(varied(seq));
        });
    }
    phone
}

/// Does it on a disk with room for no page more, then for one, until it goes through; what it gave,
/// and how many pages that took. Before that it is refused and every table is as it was.
fn with_room_for_each_page<T>(
    world: &mut World,
    act: impl Fn(&mut World) -> Result<T, WireRefusal>,
) -> (T, u32) {
    let before = world.server.disk().contents();
    for room in 0.. {
        let disk = world.server.disk();
        let pages = disk.pages().unwrap();
        disk.limit_pages(Some(pages + room)).unwrap();
        let done = act(world);
        world.server.disk().limit_pages(None).unwrap();
        match done {
            Ok(done) => return (done, room),
            Err(refusal) => assert_eq!(refusal, WireRefusal::Unavailable, "room for {room}"),
        }
        let after = world.server.disk().contents();
        assert!(after == before, "half applied with room for {room}");
    }
    unreachable!("some number of pages is enough")
}

#[test]
fn a_push_on_a_disk_that_is_full_at_any_page_is_heard_whole_or_not_at_all() {
    let mut world = World::on_file();
    let phone = laden(&mut world);
    let (reply, pages) = with_room_for_each_page(&mut world, |world| world.push(&phone, 1));
    assert!(pages > 5, "{pages}");
    assert_eq!(reply.through, SAVES as u64);
    assert!(reply.verdicts.iter().all(|told| accepted(&told.verdict)));
    let last = world.stored(|turn| turn.tx().last_save());
    world.push(&phone, 1).unwrap();
    assert_eq!(world.stored(|turn| turn.tx().last_save()), last);
}

#[test]
fn a_pull_on_a_disk_that_is_full_at_any_page_brings_all_or_says_that_it_cannot() {
    let mut world = World::on_file();
    let phone = laden(&mut world);
    world.push(&phone, 1).unwrap();
    let fresh = world.worker("village_committee", VILLAGE);
    let (reply, _) =
        with_room_for_each_page(&mut world, |world| world.ask(&fresh, fresh.request(None)));
    let items = reply.pages.iter().flat_map(|page| &page.items);
    let of_person =
        |item: &&Item| matches!(item, Item::Part { part, .. } if part.kind == Kind::PERSON);
    let people = items.filter(of_person);
    assert!(people.count() >= SAVES);
    assert!(!reply.more);
}

#[test]
fn a_code_is_not_spent_by_an_enrolment_for_which_there_was_no_room() {
    let mut world = World::on_file();
    let worker = world.worker("village_committee", VILLAGE).worker;
    let code = world.server.write(|turn| turn.give_code(worker)).unwrap();
    let (request, _) = world.enrolment(&code);
    let (reply, _) = with_room_for_each_page(&mut world, |world| {
        match world.server.handle(Request::Enrol(request.clone())) {
            Response::Enrolled(reply) => Ok(reply),
            Response::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(reply.worker, worker);
}

#[test]
fn a_snapshot_for_which_there_is_no_room_is_not_there_by_half() {
    const CUT: Cut = Cut {
        tail: 2,
        part_bytes: 2_000,
    };
    let mut world = World::on_file();
    let phone = laden(&mut world);
    world.push(&phone, 1).unwrap();
    let mut pages = 0;
    // One feed after the other.
    loop {
        let build = |world: &mut World| match world.server.build_snapshot(CUT) {
            Ok(built) => Ok(built),
            Err(StoreError::DiskFull) => Err(WireRefusal::Unavailable),
            Err(other) => panic!("{other}"),
        };
        let (built, more) = with_room_for_each_page(&mut world, build);
        pages += more;
        if !built {
            break;
        }
    }
    assert!(pages > 1, "{pages}");
}

#[test]
fn a_push_whose_commit_fails_or_is_said_to_have_failed_is_sent_again_and_has_its_effect_once() {
    for fault in [CommitFault::NotWrittenAfter(0), CommitFault::Written] {
        let mut world = World::on_file();
        let phone = laden(&mut world);
        world.server.disk().break_commits(Some(fault)).unwrap();
        let refused = world.push(&phone, 1).unwrap_err();
        assert_eq!(refused, WireRefusal::Unavailable, "{fault:?}");
        world.server.disk().break_commits(None).unwrap();
        let reply = world.push(&phone, 1).unwrap();
        assert_eq!(reply.verdicts.len(), SAVES);
        assert!(reply.verdicts.iter().all(|told| accepted(&told.verdict)));
        let mut fresh = world.worker("village_committee", VILLAGE);
        let items = world.pull(&mut fresh);
        let contact = told(&items, &format!("{VILLAGE}/contact"));
        assert_eq!(contact.len(), 2 * SAVES, "{fault:?}");
    }
}
