//! What a shell brings: its keystore and its clock.

use std::sync::{Arc, Mutex, PoisonError};

use tanfang_core::model::{self, WallTime};
use tanfang_core::vault::{self, Secret, VaultError};

/// What a key is for; a keystore keeps one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum KeyPurpose {
    /// Opens the phone's database.
    Database,
    /// The session token at the server.
    Token,
    /// Salts the hashes of the chain.
    Salt,
    /// Opens what was sealed to this phone.
    Agreement,
}

impl From<vault::KeyPurpose> for KeyPurpose {
    fn from(purpose: vault::KeyPurpose) -> Self {
        match purpose {
            vault::KeyPurpose::Database => KeyPurpose::Database,
            vault::KeyPurpose::Token => KeyPurpose::Token,
            vault::KeyPurpose::Salt => KeyPurpose::Salt,
            vault::KeyPurpose::Agreement => KeyPurpose::Agreement,
        }
    }
}

/// Why a keystore gives no key. A keystore throws one of these; whatever else it throws counts as
/// `Broken`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeystoreError {
    /// The key was there and is gone.
    #[error("the key is gone")]
    Lost,
    /// The keystore cannot be asked now: the phone is locked.
    #[error("the keystore is locked")]
    Locked,
    /// The keystore failed.
    #[error("the keystore failed")]
    Broken,
}

/// What was thrown may name a person or a path: none of it is kept.
impl From<uniffi::UnexpectedUniFFICallbackError> for KeystoreError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        KeystoreError::Broken
    }
}

impl From<KeystoreError> for VaultError {
    fn from(error: KeystoreError) -> Self {
        match error {
            KeystoreError::Lost => VaultError::Lost,
            KeystoreError::Locked => VaultError::Locked,
            KeystoreError::Broken => VaultError::Broken,
        }
    }
}

/// Where a phone keeps its keys: the platform's keystore. It is asked while the database is held,
/// so it must not call the phone back.
#[uniffi::export(with_foreign)]
pub trait KeyVault: Send + Sync {
    /// The 32 bytes kept for a purpose, or nothing if none were ever kept.
    fn key(&self, purpose: KeyPurpose) -> Result<Option<Vec<u8>>, KeystoreError>;
    /// Keeps 32 bytes, durably, in the place of any before.
    fn keep(&self, purpose: KeyPurpose, key: Vec<u8>) -> Result<(), KeystoreError>;
    /// The device's public signing key: P-256, SEC1 uncompressed (65 bytes), made at the first
    /// call and the same ever after.
    fn public_key(&self) -> Result<Vec<u8>, KeystoreError>;
    /// Signs with the device's key: ECDSA P-256 with SHA-256, `r` and `s` of 32 bytes each, not
    /// DER.
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, KeystoreError>;
}

/// A shell's keystore, as the core asks it.
pub(crate) struct Keystore(pub(crate) Arc<dyn KeyVault>);

impl vault::KeyVault for Keystore {
    fn key(&self, purpose: vault::KeyPurpose) -> Result<Option<Secret>, VaultError> {
        let kept = self.0.key(purpose.into())?.map(zeroize::Zeroizing::new);
        kept.map(|kept| Secret::from_slice(&kept).ok_or(VaultError::Broken))
            .transpose()
    }

    fn keep(&self, purpose: vault::KeyPurpose, key: &Secret) -> Result<(), VaultError> {
        Ok(self.0.keep(purpose.into(), key.expose().to_vec())?)
    }

    fn public_key(&self) -> Result<Vec<u8>, VaultError> {
        Ok(self.0.public_key()?)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.0.sign(message.to_vec())?)
    }
}

/// What a phone's clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z, by the wall clock, which may be wrong.
    pub millis: i64,
    /// Minutes east of UTC that the phone is set to; China is 480.
    pub offset_minutes: i16,
    /// Milliseconds since some start, never going back while the device runs, sleep included.
    pub monotonic_millis: u64,
}

/// Why a clock shows nothing. Whatever a clock throws counts as this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ClockError {
    /// The clock did not answer.
    #[error("the clock did not answer")]
    Silent,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ClockError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        ClockError::Silent
    }
}

/// Where the time comes from. It is asked once at the start of each call.
#[uniffi::export(with_foreign)]
pub trait Clock: Send + Sync {
    /// What the clock shows now.
    fn now(&self) -> Result<Moment, ClockError>;
}

/// A shell's clock, as the core asks it: the core's clock cannot fail, so the shell's is looked at
/// before each call, where a failure can still be told, and the core sees what it showed then.
pub(crate) struct LookedAt {
    clock: Arc<dyn Clock>,
    shown: Mutex<Moment>,
}

impl LookedAt {
    /// Looks at the clock for the first time.
    pub(crate) fn first(clock: Arc<dyn Clock>) -> Result<Self, ClockError> {
        let shown = Mutex::new(clock.now()?);
        Ok(Self { clock, shown })
    }

    /// Looks again.
    pub(crate) fn again(&self) -> Result<(), ClockError> {
        let now = self.clock.now()?;
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Moment {
            // Two threads may have looked in one order and come here in the other.
            monotonic_millis: now.monotonic_millis.max(shown.monotonic_millis),
            ..now
        };
        Ok(())
    }

    fn shown(&self) -> Moment {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl model::Clock for LookedAt {
    fn now(&self) -> WallTime {
        let shown = self.shown();
        WallTime {
            millis: shown.millis,
            offset_minutes: shown.offset_minutes,
        }
    }

    fn monotonic_millis(&self) -> u64 {
        self.shown().monotonic_millis
    }
}

#[cfg(test)]
mod tests;
