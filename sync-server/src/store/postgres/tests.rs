use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use throwaway_postgres::{Database, cluster, own_cluster};

use super::*;
use crate::door::SystemRng;
use crate::store::*;

fn key(byte: u8) -> Secret {
    Secret::from_slice(&[byte; 32]).unwrap()
}

fn rng() -> Arc<dyn Rng> {
    Arc::new(SystemRng::open().unwrap())
}

fn address(database: &Database) -> Address {
    database.address().parse().unwrap()
}

fn create(database: &Database) -> PostgresStore {
    PostgresStore::create(&address(database), &key(1), rng()).unwrap()
}

fn open(database: &Database) -> Stored<PostgresStore> {
    PostgresStore::open(&address(database), &key(1), rng())
}

fn write<T>(store: &mut PostgresStore, act: impl FnOnce(&mut dyn Tx) -> Stored<T>) -> Stored<T> {
    let store: &mut dyn ServerStore = store;
    store.write(act)
}

fn said(store: &mut PostgresStore, name: &str) -> Option<Vec<u8>> {
    let store: &mut dyn ServerStore = store;
    store.read::<_, StoreError>(|tx| tx.meta(name)).unwrap()
}

fn mark(store: &mut PostgresStore, value: &[u8]) -> Stored<()> {
    write(store, |tx| tx.set_meta("mark", value))
}

/// Ends every connection to a database, as its administrator can.
fn cut_off(database: &Database) {
    database.sql(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}

fn hear<T>(from: &Receiver<T>) -> T {
    from.recv_timeout(Duration::from_secs(30))
        .expect("the other goes on")
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let database = cluster().database();
    drop(create(&database));
    database.sql("INSERT INTO migrations VALUES (900)");
    let known = migrate::newest();
    assert_eq!(
        open(&database).err(),
        Some(StoreError::TooNew { found: 900, known })
    );
}

#[test]
fn a_migration_that_fails_leaves_the_database_as_it_was() {
    let database = cluster().database();
    database.sql("CREATE TABLE frozen (of_somebody_else int)");
    let failed = PostgresStore::create(&address(&database), &key(1), rng()).err();
    assert!(
        matches!(failed, Some(StoreError::Statement { .. })),
        "{failed:?}"
    );
    assert_eq!(
        database
            .sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .trim(),
        "1"
    );
    database.sql("DROP TABLE frozen");
    create(&database);
}

#[test]
fn a_database_that_is_not_there_or_lets_nobody_in_is_told_as_such() {
    let database = cluster().database();
    let told = |text: String| PostgresStore::open(&text.parse().unwrap(), &key(1), rng()).err();
    let text = database.address();
    let nobody = told(text.replace("user=tanfang", "user=nobody"));
    assert!(
        matches!(nobody, Some(StoreError::NotAdmitted { .. })),
        "{nobody:?}"
    );
    let none = told(text.replace("dbname=", "dbname=none_"));
    assert!(
        matches!(none, Some(StoreError::NotAdmitted { .. })),
        "{none:?}"
    );
    let nowhere = told("host=/nonexistent dbname=a user=b".to_owned());
    assert_eq!(nowhere, Some(StoreError::Unreachable));
    assert_eq!(told(text), Some(StoreError::NotThere));
}

/// What the lock prevents, brought about in a table of the test's own: who reads up to the highest
/// number that is there passes by a lower one that is committed later, and never sees it.
#[test]
fn a_bare_sequence_hides_a_number_from_who_read_past_it() {
    let database = cluster().database();
    database.sql("CREATE TABLE bare (position BIGSERIAL PRIMARY KEY); GRANT ALL ON bare TO tanfang; GRANT ALL ON SEQUENCE bare_position_seq TO tanfang");
    let mut slow = Link::to(&address(&database)).unwrap();
    let mut quick = Link::to(&address(&database)).unwrap();
    let mut reader = Link::to(&address(&database)).unwrap();
    let mut after = |cursor: i64| -> Vec<i64> {
        let rows = reader
            .ask(
                "SELECT position FROM bare WHERE position > $1 ORDER BY 1",
                vec![cursor.into()],
            )
            .unwrap();
        rows.iter().map(|row| row.no("position").unwrap()).collect()
    };
    slow.batch("BEGIN; INSERT INTO bare DEFAULT VALUES")
        .unwrap();
    quick
        .batch("BEGIN; INSERT INTO bare DEFAULT VALUES; COMMIT")
        .unwrap();
    assert_eq!(after(0), [2], "the reader's cursor is 2 from here on");
    slow.batch("COMMIT").unwrap();
    assert_eq!(after(2), [0; 0], "and 1 is never seen");
    assert_eq!(after(0), [1, 2]);
}

/// The same two transactions, on the store: the second waits for the first, and gets the number
/// after it.
#[test]
fn two_interleaved_writers_give_positions_in_the_order_in_which_they_commit() {
    fn append(tx: &mut dyn Tx) -> Stored<u64> {
        let mut feed = tx.feed("530999201201/contact")?.unwrap();
        feed.last += 1;
        let record = tanfang_core::model::RecordId::from_slice(&[1; 16]).unwrap();
        tx.add_item(feed.no, feed.last, &ItemTold::Settled(record))?;
        tx.set_end(&feed)?;
        Ok(feed.last)
    }
    fn after(store: &mut PostgresStore, cursor: u64) -> Vec<u64> {
        let mut seen = Vec::new();
        let store: &mut dyn ServerStore = store;
        let read = store.read::<_, StoreError>(|tx| {
            let feed = tx.feed("530999201201/contact")?.unwrap().no;
            tx.items(feed, cursor, None, &mut |item| {
                if let ItemRow::Settled { position, .. } = item {
                    seen.push(position);
                }
                Ok(true)
            })
        });
        read.unwrap();
        seen
    }
    let database = cluster().database();
    let mut slow = create(&database);
    let (mut quick, mut reader) = (open(&database).unwrap(), open(&database).unwrap());
    write(&mut slow, |tx| tx.add_feed("530999201201/contact")).unwrap();
    let (begun, go_on) = (channel(), channel());
    std::thread::scope(|scope| {
        let first = scope.spawn(move || {
            write(&mut slow, |tx| {
                let position = append(tx)?;
                begun.0.send(()).unwrap();
                hear(&go_on.1);
                Ok(position)
            })
        });
        hear(&begun.1);
        let second = scope.spawn(move || write(&mut quick, append));
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())";
        while database.sql(waits).trim() == "0" {
            assert!(!second.is_finished(), "it does not wait for the first");
        }
        assert_eq!(after(&mut reader, 0), [0; 0]);
        go_on.0.send(()).unwrap();
        assert_eq!(first.join().unwrap(), Ok(1));
        assert_eq!(second.join().unwrap(), Ok(2));
    });
    assert_eq!(after(&mut reader, 0), [1, 2]);
}

#[test]
fn a_link_that_is_lost_within_a_transaction_leaves_nothing_of_it_and_the_next_one_connects_again() {
    let database = cluster().database();
    let mut store = create(&database);
    mark(&mut store, b"before").unwrap();
    let lost = write(&mut store, |tx| {
        tx.set_meta("mark", b"after")?;
        tx.set_meta("more", b"after")?;
        assert_eq!(tx.meta("more")?.as_deref(), Some(b"after".as_slice()));
        cut_off(&database);
        tx.meta("mark")
    });
    assert_eq!(lost, Err(StoreError::LinkLost));
    assert_eq!(
        said(&mut store, "mark").as_deref(),
        Some(b"before".as_slice())
    );
    let lost = write(&mut store, |tx| {
        tx.set_meta("mark", b"after")?;
        cut_off(&database);
        Ok(())
    });
    assert_eq!(lost, Err(StoreError::LinkLost), "told later is lost too");
    mark(&mut store, b"again").unwrap();
    assert_eq!(
        said(&mut store, "mark").as_deref(),
        Some(b"again".as_slice())
    );
    assert_eq!(said(&mut store, "more"), None);
}

/// Stands between the store and the socket; the answer to a commit never arrives once told so.
fn deaf_to_commits(
    database: &Database,
    folder: &std::path::Path,
) -> (Address, Arc<std::sync::atomic::AtomicBool>) {
    use std::sync::atomic::{AtomicBool, Ordering};
    let deaf = Arc::new(AtomicBool::new(false));
    let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
    let real = database.cluster().socket().join(".s.PGSQL.5432");
    let told = deaf.clone();
    std::thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let far = UnixStream::connect(&real).unwrap();
            let (mut from_far, mut to_near) = (far.try_clone().unwrap(), near.try_clone().unwrap());
            let swallows = Arc::new(AtomicBool::new(false));
            let swallowing = swallows.clone();
            std::thread::spawn(move || {
                let mut bytes = [0; 65_536];
                while let Ok(read @ 1..) = from_far.read(&mut bytes) {
                    if swallowing.load(Ordering::SeqCst)
                        || to_near.write_all(&bytes[..read]).is_err()
                    {
                        break;
                    }
                }
                let _ = to_near.shutdown(std::net::Shutdown::Both);
            });
            let (mut near, mut far, told) = (near, far, told.clone());
            std::thread::spawn(move || {
                let mut bytes = [0; 65_536];
                while let Ok(read @ 1..) = near.read(&mut bytes) {
                    let commits = bytes[..read].windows(6).any(|word| word == b"COMMIT");
                    if commits && told.swap(false, Ordering::SeqCst) {
                        swallows.store(true, Ordering::SeqCst);
                    }
                    if far.write_all(&bytes[..read]).is_err() {
                        break;
                    }
                }
            });
        }
    });
    let here = format!("host={}", folder.display());
    let there = format!("host={}", database.cluster().socket().display());
    let address = database.address().replace(&there, &here);
    (address.parse().unwrap(), deaf)
}

#[test]
fn a_commit_whose_answer_is_lost_is_looked_up_and_was_done() {
    let database = cluster().database();
    drop(create(&database));
    let folder = tempfile::tempdir().unwrap();
    let (through, deaf) = deaf_to_commits(&database, folder.path());
    let mut store = PostgresStore::open(&through, &key(1), rng()).unwrap();
    mark(&mut store, b"before").unwrap();
    deaf.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(mark(&mut store, b"after"), Ok(()));
    assert!(
        !deaf.load(std::sync::atomic::Ordering::SeqCst),
        "an answer was swallowed"
    );
    assert_eq!(
        said(&mut store, "mark").as_deref(),
        Some(b"after".as_slice())
    );
}

#[test]
fn who_writes_past_the_lock_costs_the_writer_its_transaction_and_no_row() {
    let database = cluster().database();
    let mut store = create(&database);
    mark(&mut store, b"before").unwrap();
    let overtaken = write(&mut store, |tx| {
        tx.meta("mark")?;
        database.sql("UPDATE meta SET value = value WHERE name = 'mark'");
        tx.set_meta("mark", b"after")
    });
    assert_eq!(overtaken, Err(StoreError::Busy));
    assert_eq!(
        said(&mut store, "mark").as_deref(),
        Some(b"before".as_slice())
    );
}

#[test]
fn a_statement_that_failed_cannot_be_passed_over() {
    let database = cluster().database();
    let mut store = create(&database);
    let passed_over = write(&mut store, |tx| {
        tx.set_meta("mark", b"one")?;
        let refused = tx.add_upload(&no_bytes(), DeviceNo(99), b"", 5);
        assert!(refused.is_err());
        Ok(())
    });
    assert!(
        passed_over.is_err(),
        "PostgreSQL would commit nothing and say it had"
    );
    assert_eq!(said(&mut store, "mark"), None);
}

fn no_bytes() -> tanfang_core::attachment::AttachmentRef {
    use tanfang_core::attachment::{AttachmentHash, AttachmentRef, MediaType};
    AttachmentRef {
        hash: AttachmentHash::from_slice(&[1; 32]).unwrap(),
        length: 0,
        media: MediaType::parse("image/jpeg").unwrap(),
    }
}

#[test]
fn a_cluster_that_is_started_anew_is_met_again_and_one_that_is_away_is_waited_for() {
    let cluster = own_cluster();
    let database = cluster.database();
    let mut store = create(&database);
    mark(&mut store, b"one").unwrap();
    cluster.restart();
    mark(&mut store, b"two").unwrap();
    cluster.pause();
    let waits = std::thread::spawn(move || (mark(&mut store, b"three"), store));
    cluster.resume();
    let (done, mut store) = waits.join().unwrap();
    assert_eq!(done, Ok(()));
    assert_eq!(
        said(&mut store, "mark").as_deref(),
        Some(b"three".as_slice())
    );
}

#[test]
fn a_database_that_was_set_back_under_a_running_program_takes_no_more() {
    let database = cluster().database();
    let mut store = create(&database);
    mark(&mut store, b"before").unwrap();
    let dump = database.dump();
    mark(&mut store, b"after").unwrap();
    database.sql(
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO tanfang",
    );
    database.restore(&dump);
    for _ in 0..2 {
        let told = mark(&mut store, b"more");
        assert!(matches!(told, Err(StoreError::Damaged { .. })), "{told:?}");
        cut_off(&database);
    }
    let mut again = open(&database).unwrap();
    assert_eq!(
        said(&mut again, "mark").as_deref(),
        Some(b"before".as_slice())
    );
    mark(&mut again, b"more").unwrap();
}

#[test]
fn a_cell_put_elsewhere_does_not_open() {
    let database = cluster().database();
    let mut store = create(&database);
    mark(&mut store, b"one").unwrap();
    write(&mut store, |tx| tx.set_meta("other", b"two")).unwrap();
    database.sql(
        "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'mark') WHERE name = 'other'",
    );
    let read: Stored<_> = {
        let store: &mut dyn ServerStore = &mut store;
        store.read(|tx| tx.meta("other"))
    };
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
}
