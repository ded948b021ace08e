//! A county that outgrew its file moves into PostgreSQL, and no phone notices.

use tanfang_core::attachment::AttachmentRef;
use tanfang_core::merge::FeedDigest;
use tanfang_core::model::RecordId;
use tanfang_core::wire::{CarryState, WireRefusal};
use throwaway_postgres::{Database, cluster};

use super::attachments;
use super::bundles::{brings, sealed};
use super::world::*;
use crate::engine::{Cut, verify_audit};
use crate::server::{MoveError, Server};
use crate::store::postgres::Address;
use crate::store::{ApartRow, FrozenRow, StoreError};

/// A county with something in every table that a phone or the office fills.
struct Everything {
    world: World,
    author: Phone,
    colleague: Phone,
    household: RecordId,
    person: RecordId,
    photo: (AttachmentRef, Vec<u8>),
}

fn everything() -> Everything {
    let mut world = World::on_file_with([&attachments::card(), VISIT]);
    let mut author = world.worker("village_committee", VILLAGE);
    let mut colleague = world.worker("village_committee", VILLAGE);
    let (household, person) = author.card(&world, VILLAGE);
    author.visit(&world, household, person);
    author.card(&world, OTHER);
    let reply = world.push(&author, 1).unwrap();
    assert!(refused_for(&reply.verdicts[2].verdict).is_some());
    author.hear(&reply);
    colleague.edit(&world, person, "phone", "15400000001");
    // Of a record that nobody began.
    colleague.visit(&world, world.id(), world.id());
    world.push(&colleague, 1).unwrap();
    let photo = attachments::picture(1, 200_000);
    attachments::names(&mut world, &mut author, person, &photo.0);
    attachments::send(&mut world, &author, &photo.0, &photo.1, 65_536).unwrap();
    let pair = pairing(&world, colleague.worker, person, Some("2024-12-31"));
    world.own(vec![pair]);
    let mut carried = world.worker("village_committee", VILLAGE);
    carried.card(&world, VILLAGE);
    carried.card(&world, VILLAGE);
    let later = sealed(&world, &carried, carried.push_from(2), 1 << 20);
    assert_eq!(brings(&mut world, &author, &later).state, CarryState::Early);
    let done: Result<(), StoreError> = world.server.write(|turn| {
        turn.audit("assign", "a test")?;
        let figures = FrozenRow {
            division: "530999".parse().unwrap(),
            day: "2024-03-31".parse().unwrap(),
            frozen_at: NOON,
            hash: "a".repeat(64),
        };
        turn.tx().add_frozen(&figures, b"figures")?;
        let last = turn.tx().last_save()?;
        turn.tx().wait_for_county(last, None)?;
        let device = turn.tx().device_by_id(carried.id)?.unwrap().no;
        turn.tx().set_apart(&ApartRow {
            device,
            feed: format!("{VILLAGE}/contact"),
            position: 1,
            phone: FeedDigest::default(),
            told_at: NOON,
        })?;
        turn.tx().set_import_date(person, "2024-05-01")?;
        let day = "2024-05-01".parse().unwrap();
        turn.tx().confirm_area(&VILLAGE.parse().unwrap(), day)
    });
    done.unwrap();
    // A feed that has a snapshot is not begun by pages: the phones here have theirs already.
    world.pull(&mut author);
    world.pull(&mut colleague);
    let cut = Cut {
        tail: 2,
        part_bytes: 2_000,
    };
    assert!(world.server.build_snapshot(cut).unwrap());
    Everything {
        world,
        author,
        colleague,
        household,
        person,
        photo,
    }
}

fn moves(world: &World, database: &Database) -> Result<u64, MoveError> {
    let address: Address = database.address().parse().unwrap();
    let moved = Server::move_to_postgres(world.dir.path(), &address, world.rng.clone())?;
    Ok(moved.total())
}

#[test]
fn a_county_moves_whole_and_its_phones_go_on_as_if_nothing_had_been() {
    let Everything {
        mut world,
        mut author,
        mut colleague,
        household,
        person,
        photo,
    } = everything();
    let database = cluster().database();
    let epoch = author.epoch;
    assert!(moves(&world, &database).unwrap() > 50);
    let dir = world.dir.path().to_owned();
    world.reopen(&dir);
    let socket = database.cluster().socket().display().to_string();
    assert!(world.server.kept_in().starts_with(&socket));

    assert_eq!(world.pull(&mut author), []);
    assert_eq!(world.pull(&mut colleague), []);
    assert_eq!(author.epoch, epoch, "the same history");
    author.edit(&world, person, "name", "测试丙");
    assert!(accepted(&world.verdict(&author)));
    assert_eq!(
        told(&world.pull(&mut colleague), &format!("{VILLAGE}/contact")),
        [('p', person)]
    );
    let visit = colleague.visit(&world, household, person);
    assert!(accepted(&world.verdict(&colleague)));
    assert!(world.stored(|turn| turn.record(visit)).is_some());
    assert_eq!(
        attachments::read(&mut world, &colleague, &photo.0),
        Ok(photo.1)
    );
    world.server.write(|turn| turn.rebuild()).unwrap();
    let entries = world.server.read(|turn| verify_audit(turn.tx())).unwrap();
    assert!(entries > 0);
    let snapshots = world.stored(|turn| {
        let feeds = turn.tx().feeds()?.into_iter();
        let found = feeds.map(|feed| turn.tx().snapshot(feed.no));
        found.collect::<Result<Vec<_>, _>>()
    });
    assert!(snapshots.iter().any(Option::is_some));
}

#[test]
fn nothing_is_left_in_a_table_of_the_county_that_the_test_could_miss() {
    let Everything { world, .. } = everything();
    let database = cluster().database();
    let address: Address = database.address().parse().unwrap();
    let moved = Server::move_to_postgres(world.dir.path(), &address, world.rng.clone()).unwrap();
    let empty: Vec<&str> = moved
        .rows
        .iter()
        .filter(|(_, rows)| *rows == 0)
        .map(|(table, _)| *table)
        .collect();
    assert_eq!(empty, [""; 0], "everything() has nothing there");
}

#[test]
fn the_file_that_a_county_left_is_served_by_nobody_also_by_who_has_it_open() {
    let Everything {
        mut world, author, ..
    } = everything();
    let database = cluster().database();
    moves(&world, &database).unwrap();
    // The one that was serving all the time.
    assert_eq!(
        world.ask(&author, author.request(None)),
        Err(WireRefusal::Unavailable)
    );
    let dir = world.dir.path().to_owned();
    std::fs::remove_file(dir.join("server.postgres")).unwrap();
    let open = |world: &World| Server::open(&dir, world.clock.clone(), world.rng.clone()).err();
    assert_eq!(open(&world), Some(StoreError::Left));
    let again = moves(&world, &cluster().database());
    assert_eq!(again, Err(MoveError::Store(StoreError::Left)));
    std::fs::write(dir.join("server.postgres"), database.address()).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(
        dir.join("server.postgres"),
        PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    assert_eq!(open(&world), None);
}

#[test]
fn a_county_that_cannot_move_stays_where_it_was() {
    let Everything {
        mut world,
        mut author,
        person,
        ..
    } = everything();
    let taken = World::on_postgres();
    let into = taken.database.as_ref().unwrap();
    assert_eq!(
        moves(&world, into),
        Err(MoveError::Store(StoreError::AlreadyThere))
    );
    let database = cluster().database();
    database.sql("CREATE TABLE frozen (of_somebody_else int)");
    assert!(moves(&world, &database).is_err());
    author.edit(&world, person, "name", "测试丙");
    assert!(accepted(&world.verdict(&author)));
    database.sql("DROP TABLE frozen");
    // What was said meanwhile moves too.
    moves(&world, &database).unwrap();
    let dir = world.dir.path().to_owned();
    world.reopen(&dir);
    assert_eq!(
        world
            .push(&author, author.saves.len() as u64)
            .unwrap()
            .through,
        author.saves.len() as u64
    );
}
