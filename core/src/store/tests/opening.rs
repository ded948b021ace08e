//! Opening, closing, setting aside.

use super::support::*;
use crate::store::migrate::newest;
use crate::store::{StoreError, Why};
use crate::vault::{KeyPurpose, KeyVault, Secret, VaultError};

#[test]
fn what_was_saved_is_there_after_reopening() {
    let phone = Phone::new();
    append(&phone.open(), &person(1, 10, "测试一")).unwrap();
    let store = phone.open();
    let found = store
        .read::<_, StoreError>(|tx| tx.record(record(10)))
        .unwrap()
        .unwrap();
    assert_eq!(found.text("name"), Some("测试一"));
    let tip = store.read::<_, StoreError>(|tx| tx.tip()).unwrap();
    assert_eq!(tip.seq, 1);
}

#[test]
fn a_process_that_dies_in_a_transaction_leaves_the_last_whole_save() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 10, "测试一")).unwrap();
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write::<(), StoreError>(|tx| {
            tx.append(&person(2, 11, "测试二"), record(11), &salt())?;
            panic!("the process dies here");
        })
    }));
    assert!(died.is_err());
    drop(store);
    let store = phone.open();
    let tip = store.read::<_, StoreError>(|tx| tx.tip()).unwrap();
    assert_eq!(tip.seq, 1);
    append(&store, &person(2, 12, "测试三")).unwrap();
    drop(store);
    let store = phone.open();
    let read = |n| store.read::<_, StoreError>(|tx| tx.record(record(n)));
    assert!(read(11).unwrap().is_none());
    assert!(read(12).unwrap().is_some());
}

#[test]
fn a_database_with_another_key_is_set_aside_whole_and_a_fresh_one_opens() {
    let phone = Phone::new();
    append(&phone.open(), &person(1, 10, "测试一")).unwrap();
    let old = phone.vault.key(KeyPurpose::Database).unwrap().unwrap();
    let other = Secret::from_slice(&[8; 32]).unwrap();
    phone.vault.keep(KeyPurpose::Database, &other).unwrap();
    let Err(StoreError::SetAside { why, name }) = phone.try_open() else {
        panic!("it must be set aside");
    };
    assert_eq!(why, Why::WrongKey);
    assert!(phone.dir.path().join(&name).join("tanfang.db").exists());
    let fresh = phone.open();
    let none = fresh.read::<_, StoreError>(|tx| tx.record(record(10)));
    assert!(none.unwrap().is_none());
    drop(fresh);
    // Nothing was lost: with its key it opens again.
    let home = phone.dir.path();
    std::fs::rename(home.join("store"), home.join("store-fresh")).unwrap();
    std::fs::rename(home.join(&name), home.join("store")).unwrap();
    phone.vault.keep(KeyPurpose::Database, &old).unwrap();
    let back = phone.open();
    let found = back.read::<_, StoreError>(|tx| tx.record(record(10)));
    assert!(found.unwrap().is_some());
}

#[test]
fn a_damaged_first_page_is_told_from_a_wrong_key() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 10, "测试一")).unwrap();
    store.checkpoint().unwrap();
    drop(store);
    let file = phone.dir.path().join("store/tanfang.db");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 0xff;
    std::fs::write(&file, bytes).unwrap();
    let Err(StoreError::SetAside { why, .. }) = phone.try_open() else {
        panic!("it must be set aside");
    };
    assert_eq!(why, Why::Corrupt);
    phone.open();
}

#[test]
fn a_database_cut_to_nothing_or_taken_away_is_told_and_never_begun_anew_in_silence() {
    for left in [
        None,
        Some(0),
        Some(1),
        Some(511),
        Some(4_095),
        Some(40_960),
        Some(45_001),
    ] {
        let phone = Phone::new();
        let store = phone.open();
        append(&store, &person(1, 10, "测试一")).unwrap();
        store.checkpoint().unwrap();
        drop(store);
        let file = phone.dir.path().join("store/tanfang.db");
        match left {
            Some(bytes) => std::fs::File::options()
                .write(true)
                .open(&file)
                .and_then(|file| file.set_len(bytes))
                .unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let Err(StoreError::SetAside { why, .. }) = phone.try_open() else {
            panic!("cut to {left:?} it must be set aside");
        };
        assert_eq!(why, Why::Corrupt);
        phone.open();
    }
}

#[test]
fn a_canary_that_a_crash_cut_short_takes_nothing_aside() {
    for left in ["", "0", "0123456789abcdef"] {
        let phone = Phone::new();
        append(&phone.open(), &person(1, 10, "测试一")).unwrap();
        let canary = phone.dir.path().join("store/canary");
        let whole = std::fs::read(&canary).unwrap();
        std::fs::write(&canary, left).unwrap();
        let store = phone.open();
        let found = store.read::<_, StoreError>(|tx| tx.record(record(10)));
        assert!(found.unwrap().is_some());
        assert_eq!(std::fs::read(&canary).unwrap(), whole, "and it sings again");
        assert!(!canary.with_extension("new").exists());
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_told_as_such_and_nothing_is_set_aside() {
    let is_told = |opened: Result<_, StoreError>| {
        let Err(StoreError::Folder { .. }) = opened.map(drop) else {
            panic!("the folder is told");
        };
    };
    // A file where the folder should be.
    let phone = Phone::new();
    std::fs::write(phone.dir.path().join("store"), "").unwrap();
    is_told(phone.try_open());
    // A folder where the database should be.
    let phone = Phone::new();
    drop(phone.open());
    std::fs::remove_dir_all(phone.dir.path().join("store")).unwrap();
    std::fs::create_dir_all(phone.dir.path().join("store/tanfang.db")).unwrap();
    is_told(phone.try_open());
    let left: Vec<_> = std::fs::read_dir(phone.dir.path()).unwrap().collect();
    assert!(left.iter().all(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        !name.to_string_lossy().starts_with("quarantine")
    }));
}

#[test]
fn a_database_that_may_only_be_read_is_told_as_such_and_goes_on_when_it_may_be_written() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 10, "测试一")).unwrap();
    let only_read = |yes: bool| {
        let inner = store.inner.lock().unwrap();
        let pragma = inner.connection.pragma_update(None, "query_only", yes);
        pragma.unwrap();
    };
    only_read(true);
    let error = append(&store, &person(2, 11, "测试二")).unwrap_err();
    assert!(matches!(error, StoreError::Folder { .. }), "{error}");
    let found = store.read::<_, StoreError>(|tx| tx.record(record(10)));
    assert!(found.unwrap().is_some(), "it may still be read");
    only_read(false);
    append(&store, &person(2, 11, "测试二")).unwrap();
}

#[test]
fn a_keystore_that_lost_the_key_leaves_the_file_untouched() {
    let phone = Phone::new();
    append(&phone.open(), &person(1, 10, "测试一")).unwrap();
    let file = phone.dir.path().join("store/tanfang.db");
    let before = std::fs::read(&file).unwrap();
    let empty = MemoryVault::new();
    let opened = crate::store::Store::open(phone.dir.path(), &empty, &phone.clock, &phone.rng);
    assert!(matches!(opened, Err(StoreError::Vault(VaultError::Lost))));
    assert_eq!(std::fs::read(&file).unwrap(), before);
    phone.open();
}

#[test]
fn a_database_of_a_newer_app_is_left_as_it_is() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 10, "测试一")).unwrap();
    let set = |version: u32| {
        let inner = store.inner.lock().unwrap();
        inner
            .connection
            .pragma_update(None, "user_version", version)
            .unwrap();
    };
    set(99);
    drop(store);
    for _ in 0..2 {
        let opened = phone.try_open();
        assert!(matches!(
            opened,
            Err(StoreError::TooNew { found: 99, known }) if known == newest()
        ));
    }
}

#[test]
fn a_second_opening_is_refused_while_the_first_lives() {
    let phone = Phone::new();
    let store = phone.open();
    assert!(matches!(phone.try_open(), Err(StoreError::InUse)));
    drop(store);
    phone.open();
}

#[test]
fn nothing_readable_is_in_the_files() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 10, "MARKERNAME")).unwrap();
    for entry in std::fs::read_dir(phone.dir.path().join("store")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let found = bytes.windows(10).any(|w| w == b"MARKERNAME");
        assert!(!found, "a name stands in the file in clear");
    }
}
