use super::*;
use crate::store::*;

fn key(byte: u8) -> Secret {
    Secret::from_slice(&[byte; 32]).unwrap()
}

fn said(store: &mut SqliteStore, name: &str) -> Option<Vec<u8>> {
    let store: &mut dyn ServerStore = store;
    store.read::<_, StoreError>(|tx| tx.meta(name)).unwrap()
}

#[test]
fn a_wrong_key_is_told_and_the_file_stays_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.db");
    drop(SqliteStore::create(&path, &key(1)).unwrap());
    let before = std::fs::read(&path).unwrap();
    assert_eq!(
        SqliteStore::open(&path, &key(2)).err(),
        Some(StoreError::WrongKeyOrDamaged)
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(SqliteStore::open(&path, &key(1)).is_ok());
    assert_eq!(
        SqliteStore::create(&path, &key(1)).err(),
        Some(StoreError::AlreadyThere)
    );
    assert_eq!(
        SqliteStore::open(&dir.path().join("none.db"), &key(1)).err(),
        Some(StoreError::NotThere)
    );
}

#[test]
fn a_file_deleted_replaced_or_cut_to_nothing_takes_no_more_and_is_never_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (path, away) = (dir.path().join("server.db"), dir.path().join("away.db"));
    let mut store = SqliteStore::create(&path, &key(1)).unwrap();
    let write = |store: &mut SqliteStore| {
        let store: &mut dyn ServerStore = store;
        store.write::<_, StoreError>(|tx| tx.set_meta("a", b"b"))
    };
    write(&mut store).unwrap();
    std::fs::rename(&path, &away).unwrap();
    assert_eq!(write(&mut store), Err(StoreError::NotThere));
    std::fs::copy(&away, &path).unwrap();
    assert!(matches!(write(&mut store), Err(StoreError::Damaged { .. })));
    std::fs::rename(&away, &path).unwrap();
    write(&mut store).unwrap();
    drop(store);
    std::fs::write(&path, b"").unwrap();
    assert_eq!(
        SqliteStore::open(&path, &key(1)).err(),
        Some(StoreError::WrongKeyOrDamaged)
    );
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.db");
    let store = SqliteStore::create(&path, &key(1)).unwrap();
    store
        .connection
        .pragma_update(None, "user_version", 900)
        .unwrap();
    drop(store);
    let known = migrate::newest();
    assert_eq!(
        SqliteStore::open(&path, &key(1)).err(),
        Some(StoreError::TooNew { found: 900, known })
    );
}

#[test]
fn a_full_disk_is_a_typed_error_and_what_was_committed_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.db");
    let mut store = SqliteStore::create(&path, &key(1)).unwrap();
    {
        let store: &mut dyn ServerStore = &mut store;
        store
            .write::<_, StoreError>(|tx| tx.set_meta("kept", b"yes"))
            .unwrap();
    }
    let pages: i64 = store
        .connection
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    store
        .connection
        .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
        .unwrap();
    {
        let store: &mut dyn ServerStore = &mut store;
        let full = store.write::<_, StoreError>(|tx| tx.set_meta("large", &vec![7; 1 << 20]));
        assert_eq!(full, Err(StoreError::DiskFull));
    }
    assert_eq!(said(&mut store, "kept").as_deref(), Some(b"yes".as_slice()));
}

#[test]
fn a_migration_that_fails_leaves_the_database_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.db");
    let mut store = SqliteStore::create(&path, &key(1)).unwrap();
    {
        let store: &mut dyn ServerStore = &mut store;
        store
            .write::<_, StoreError>(|tx| tx.set_meta("a", b"kept"))
            .unwrap();
    }
    // A database that says it is of version 1 and has already what version 2 would make.
    let version = |connection: &Connection, to: u32| {
        connection.pragma_update(None, "user_version", to).unwrap();
    };
    version(&store.connection, 1);
    drop(store);
    assert!(matches!(
        SqliteStore::open(&path, &key(1)).err(),
        Some(StoreError::Fault { .. })
    ));
    let connection = Connection::open(&path).unwrap();
    connection
        .pragma_update(None, "key", raw_key(&key(1)))
        .unwrap();
    connection
        .pragma_update(None, "cipher_hmac_algorithm", PAGE_MAC)
        .unwrap();
    let found: u32 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, 1, "half a migration is no migration");
    version(&connection, migrate::newest());
    drop(connection);
    let mut store = SqliteStore::open(&path, &key(1)).unwrap();
    assert_eq!(said(&mut store, "a").as_deref(), Some(b"kept".as_slice()));
}

#[test]
fn a_database_made_with_the_former_page_mac_opens_also_after_a_crash_and_with_its_key_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (path, crashed) = (dir.path().join("server.db"), dir.path().join("crashed.db"));
    let create = OpenFlags::SQLITE_OPEN_CREATE;
    let mut former = keyed(&path, &key(1), create, FORMER_PAGE_MAC).unwrap();
    former.pragma_update(None, "journal_mode", "WAL").unwrap();
    migrate::up(&mut former).unwrap();
    SqliteTx { sql: &former }.set_meta("a", b"kept").unwrap();
    // The files as a crash leaves them: most of it in the journal.
    std::fs::copy(&path, &crashed).unwrap();
    let journal = |path: &Path| path.with_extension("db-wal");
    std::fs::copy(journal(&path), journal(&crashed)).unwrap();
    drop(former);
    for path in [path, crashed] {
        assert_eq!(
            SqliteStore::open(&path, &key(2)).err(),
            Some(StoreError::WrongKeyOrDamaged)
        );
        for _ in 0..2 {
            let mut store = SqliteStore::open(&path, &key(1)).unwrap();
            assert_eq!(said(&mut store, "a").as_deref(), Some(b"kept".as_slice()));
        }
    }
}
