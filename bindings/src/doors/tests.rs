use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use tanfang_core::model::Clock as _;
use tanfang_core::vault::KeyVault as _;

struct Short;

impl KeyVault for Short {
    fn key(&self, _: KeyPurpose) -> Result<Option<Vec<u8>>, KeystoreError> {
        Ok(Some(vec![1; 31]))
    }
    fn keep(&self, _: KeyPurpose, _: Vec<u8>) -> Result<(), KeystoreError> {
        Err(KeystoreError::Locked)
    }
    fn public_key(&self) -> Result<Vec<u8>, KeystoreError> {
        Err(KeystoreError::Lost)
    }
    fn sign(&self, _: Vec<u8>) -> Result<Vec<u8>, KeystoreError> {
        Err(uniffi::UnexpectedUniFFICallbackError::new("测试甲 was thrown").into())
    }
}

#[test]
fn a_key_of_another_length_and_whatever_is_thrown_are_a_broken_keystore() {
    let keystore = Keystore(Arc::new(Short));
    let database = vault::KeyPurpose::Database;
    assert_eq!(keystore.key(database).err(), Some(VaultError::Broken));
    assert_eq!(keystore.sign(b"m"), Err(VaultError::Broken));
}

#[test]
fn what_a_keystore_says_reaches_the_core_as_said() {
    let keystore = Keystore(Arc::new(Short));
    let key = Secret::from_slice(&[1; 32]).unwrap();
    let kept = keystore.keep(vault::KeyPurpose::Salt, &key);
    assert_eq!(kept, Err(VaultError::Locked));
    assert_eq!(keystore.public_key(), Err(VaultError::Lost));
}

/// Shows 100, 99, 98 … and answers no more at 97.
struct Backwards(AtomicU64);

impl Clock for Backwards {
    fn now(&self) -> Result<Moment, ClockError> {
        let shown = self.0.fetch_sub(1, Ordering::Relaxed);
        let moment = Moment {
            millis: shown as i64,
            offset_minutes: 480,
            monotonic_millis: shown,
        };
        (shown > 97).then_some(moment).ok_or(ClockError::Silent)
    }
}

#[test]
fn the_wall_clock_may_go_back_and_the_monotonic_one_never_does() {
    let clock = LookedAt::first(Arc::new(Backwards(AtomicU64::new(100)))).unwrap();
    clock.again().unwrap();
    assert_eq!(clock.now(), WallTime::beijing(99));
    assert_eq!(clock.monotonic_millis(), 100);
}

#[test]
fn a_clock_that_falls_silent_is_told_and_what_it_showed_stays() {
    let clock = LookedAt::first(Arc::new(Backwards(AtomicU64::new(98)))).unwrap();
    assert_eq!(clock.again(), Err(ClockError::Silent));
    assert_eq!(clock.now(), WallTime::beijing(98));
}
