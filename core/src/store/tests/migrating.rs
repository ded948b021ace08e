//! A database of an older version comes up whole, or stays as it was.

use rusqlite::Connection;

use super::support::*;
use crate::store::StoreError;
use crate::vault::{KeyPurpose, KeyVault};

/// The file as SQLite sees it, with its key.
fn raw(phone: &Phone) -> Connection {
    let connection = Connection::open(phone.dir.path().join("store/tanfang.db")).unwrap();
    let key = phone.vault.key(KeyPurpose::Database).unwrap().unwrap();
    let key = format!("x'{}'", hex::encode(key.expose()));
    connection.pragma_update(None, "key", key).unwrap();
    connection
}

fn version(connection: &Connection) -> u32 {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_migration_that_fails_leaves_the_database_as_it_was_and_sets_nothing_aside() {
    let phone = Phone::new();
    append(&phone.open(), &person(1, 10, "测试一")).unwrap();
    // A database that says it is of version 1 and has already what version 2 would make.
    let connection = raw(&phone);
    let newest = version(&connection);
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    for _ in 0..2 {
        let failed = phone.try_open().err();
        assert!(
            !matches!(failed, None | Some(StoreError::SetAside { .. })),
            "{failed:?}"
        );
    }
    let connection = raw(&phone);
    assert_eq!(version(&connection), 1, "half a migration is no migration");
    connection
        .pragma_update(None, "user_version", newest)
        .unwrap();
    drop(connection);
    let store = phone.open();
    let found = store.read::<_, StoreError>(|tx| tx.record(record(10)));
    assert_eq!(found.unwrap().unwrap().text("name"), Some("测试一"));
    assert_eq!(store.read::<_, StoreError>(|tx| tx.tip()).unwrap().seq, 1);
}
