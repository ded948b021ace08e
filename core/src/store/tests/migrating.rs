//! A database of an older version comes up whole, or stays as it was.

use rusqlite::Connection;

use super::support::*;
use crate::store::StoreError;
use crate::store::open::{FORMER_PAGE_MAC, PAGE_MAC};
use crate::vault::{KeyPurpose, KeyVault};

/// The file as SQLite sees it, with its key.
pub(super) fn raw(phone: &Phone) -> Connection {
    raw_with(phone, PAGE_MAC)
}

fn raw_with(phone: &Phone, page_mac: &str) -> Connection {
    let connection = Connection::open(phone.dir.path().join("store/tanfang.db")).unwrap();
    let key = phone.vault.key(KeyPurpose::Database).unwrap().unwrap();
    let key = format!("x'{}'", hex::encode(key.expose()));
    connection.pragma_update(None, "key", key).unwrap();
    connection
        .pragma_update(None, "cipher_hmac_algorithm", page_mac)
        .unwrap();
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

/// Writes the phone's file anew in the format that it had before.
fn as_before(phone: &Phone) {
    let file = phone.dir.path().join("store/tanfang.db");
    let former = file.with_file_name("former.db");
    let connection = raw(phone);
    let key = phone.vault.key(KeyPurpose::Database).unwrap().unwrap();
    let attach = format!(
        "ATTACH '{}' AS former KEY \"x'{}'\";
         PRAGMA former.cipher_hmac_algorithm = {FORMER_PAGE_MAC};",
        former.display(),
        hex::encode(key.expose())
    );
    connection.execute_batch(&attach).unwrap();
    let export = "SELECT sqlcipher_export('former')";
    connection.query_row(export, [], |_| Ok(())).unwrap();
    let newest = version(&connection);
    connection
        .pragma_update(Some("former"), "user_version", newest)
        .unwrap();
    drop(connection);
    std::fs::rename(&former, &file).unwrap();
}

#[test]
fn a_database_made_with_the_former_page_mac_opens_also_after_a_crash() {
    let phone = Phone::new();
    append(&phone.open(), &person(1, 10, "测试一")).unwrap();
    as_before(&phone);
    let new = raw(&phone).query_row("SELECT count(*) FROM saves", [], |_| Ok(()));
    assert!(new.is_err(), "it is of the former format");
    let store = phone.open();
    append(&store, &person(2, 11, "测试二")).unwrap();
    // Killed here: what is newest is in the journal alone.
    let (home, crashed) = (
        phone.dir.path().join("store"),
        phone.dir.path().join("crashed"),
    );
    std::fs::create_dir(&crashed).unwrap();
    for name in ["tanfang.db", "tanfang.db-wal", "canary"] {
        std::fs::copy(home.join(name), crashed.join(name)).unwrap();
    }
    drop(store);
    std::fs::remove_dir_all(&home).unwrap();
    std::fs::rename(&crashed, &home).unwrap();
    for _ in 0..2 {
        let store = phone.open();
        assert_eq!(store.read::<_, StoreError>(|tx| tx.tip()).unwrap().seq, 2);
    }
}
