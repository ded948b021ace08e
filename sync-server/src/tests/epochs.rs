//! A server that was set back, and phones that prove it.

use tanfang_core::model::{Compartment, Kind};
use tanfang_core::wire::LastSync;

use super::world::*;
use crate::store::StoreError;

/// A copy of the folder, and of the database if it has one.
pub(super) struct Copy {
    folder: tempfile::TempDir,
    _database: Option<throwaway_postgres::Database>,
}

impl Copy {
    pub(super) fn path(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// A copy as it is now, as a backup takes it.
pub(super) fn backup(world: &World) -> Copy {
    world.server.checkpoint().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = |file| std::fs::copy(world.dir.path().join(file), folder.path().join(file));
    copy("server.key").unwrap();
    let database = world
        .database
        .as_ref()
        .map(|database| database.restored(&database.dump()));
    match &database {
        None => drop(copy("server.db").unwrap()),
        Some(restored) => {
            copy("server.postgres").unwrap();
            std::fs::write(folder.path().join("server.postgres"), restored.address()).unwrap();
        }
    }
    Copy {
        folder,
        _database: database,
    }
}

#[test]
fn a_server_restored_from_an_older_backup_opens_a_new_history_and_gets_the_saves_again() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    phone.card(&world, VILLAGE);
    let reply = world.push(&phone, 1).unwrap();
    phone.hear(&reply);
    let older = backup(&world);
    let (household, person) = phone.card(&world, VILLAGE);
    let reply = world.push(&phone, 2).unwrap();
    phone.hear(&reply);
    assert_eq!(reply.through, 2);

    world.reopen(older.path());
    let reply = world.ask(&phone, phone.request(None)).unwrap();
    assert_ne!(Some(reply.epoch), phone.epoch);
    assert_eq!(reply.through, 1);
    phone.hear(&reply);
    let reply = world.push(&phone, 2).unwrap();
    assert!(accepted(&reply.verdicts[0].verdict));
    assert!(world.stored(|turn| turn.record(household)).is_some());
    assert!(world.stored(|turn| turn.record(person)).is_some());
    let devices = world.stored(|turn| turn.tx().server_devices());
    assert_eq!(
        devices.len(),
        2,
        "the server is another device in another history"
    );
}

/// Found by the simulator (seed 5327): the phone had let it go, and its own parts are not told twice.
#[test]
fn what_had_moved_away_after_the_copy_comes_back_to_its_author_in_the_new_history() {
    let mut world = World::new();
    let mut author = world.worker("village_committee", VILLAGE);
    let mut supervisor = world.worker("township_civil", "530999201");
    let (household, _) = author.card(&world, VILLAGE);
    let reply = world.push(&author, 1).unwrap();
    author.hear(&reply);
    world.pull(&mut author);
    let older = backup(&world);
    let mut moves = part(
        household,
        Kind::HOUSEHOLD,
        Compartment::Contact,
        &[("$area", OTHER)],
    );
    moves.writes[0].seen = vec![author.saves[0].envelope.head];
    supervisor.save(&world, None, vec![moves]);
    assert!(accepted(&world.verdict(&supervisor)));
    let feed = format!("{VILLAGE}/contact");
    assert!(told(&world.pull(&mut author), &feed).contains(&('d', household)));

    world.reopen(older.path());
    let begun: Result<_, StoreError> = world.server.write(|turn| turn.begin_another_history());
    begun.unwrap();
    let items = world.pull(&mut author);
    assert!(told(&items, &feed).contains(&('p', household)), "{items:?}");
}

#[test]
fn an_acknowledgement_that_we_did_not_sign_proves_nothing() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    phone.card(&world, VILLAGE);
    let reply = world.push(&phone, 1).unwrap();
    phone.hear(&reply);
    let mut request = phone.request(None);
    let shown = request.acknowledged.as_mut().unwrap();
    shown.through = 900;
    assert_eq!(world.ask(&phone, request).unwrap().epoch, reply.epoch);
}

#[test]
fn last_sync_is_the_earliest_of_a_workers_phones_and_only_when_everything_arrived() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let mut watcher = world.worker("township_civil", "530999201");
    let of = |syncs: &[LastSync], phone: &Phone| {
        syncs
            .iter()
            .find(|sync| sync.worker == phone.worker)
            .and_then(|sync| sync.millis)
    };
    world.move_clock(1_000);
    let reply = world.ask(&phone, phone.request(None)).unwrap();
    assert_eq!(of(&reply.last_syncs, &phone), Some(NOON + 1_000));
    phone.card(&world, VILLAGE);
    world.move_clock(1_000);
    let reply = world.ask(&phone, phone.request(None)).unwrap();
    assert_eq!(
        of(&reply.last_syncs, &phone),
        Some(NOON + 1_000),
        "a save is still on the phone"
    );
    let second = world.phone_of(phone.worker);
    world.move_clock(1_000);
    world.push(&phone, 1).unwrap();
    let seen = world.ask(&watcher, watcher.request(None)).unwrap();
    assert_eq!(
        of(&seen.last_syncs, &phone),
        Some(NOON + 2_000),
        "the second phone was heard before"
    );
    let latest = seen
        .last_syncs
        .iter()
        .map(|sync| sync.changed_at)
        .max()
        .unwrap();
    watcher.hear(&seen);
    let mut request = watcher.request(None);
    request.last_syncs_after = latest;
    let seen = world.ask(&watcher, request).unwrap();
    assert!(
        seen.last_syncs
            .iter()
            .all(|sync| sync.worker == watcher.worker)
    );
    world
        .server
        .write(|turn| turn.revoke(phone.worker))
        .unwrap();
    let _ = second;
    let seen = world.ask(&watcher, watcher.request(None)).unwrap();
    assert_eq!(of(&seen.last_syncs, &phone), None, "no phone is left");
}
