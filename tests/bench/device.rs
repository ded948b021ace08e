//! What a phone has and a bench machine has not: a keystore, and the system's clock and chance.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tanfang_core::model::{Clock, Rng, WallTime};
use tanfang_core::vault::{KeyPurpose, KeyVault, Secret, SoftwareKey, VaultError};

/// The machine's clock.
pub struct BenchClock;

impl Clock for BenchClock {
    #[allow(clippy::disallowed_methods, reason = "a bench runs in real time")]
    fn now(&self) -> WallTime {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        WallTime::beijing(since.as_millis() as i64)
    }

    #[allow(clippy::disallowed_methods, reason = "a bench runs in real time")]
    fn monotonic_millis(&self) -> u64 {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_millis() as u64
    }
}

/// Ids that differ between two phones and two calls; no secret is made of them.
pub struct BenchRng(AtomicU64);

impl BenchRng {
    /// A generator of its own for each phone and each call.
    pub fn seeded(home: &Path) -> Self {
        let name = home.to_string_lossy();
        let moment = BenchClock.now().millis as u64;
        Self(AtomicU64::new(
            name.bytes()
                .fold(moment, |seed, byte| mixed(seed ^ u64::from(byte))),
        ))
    }
}

impl Rng for BenchRng {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = mixed(self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed));
            chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
        }
    }
}

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Keys that anybody can work out from the folder's name: it protects nothing but synthetic people.
pub struct BenchVault(Secret);

impl BenchVault {
    /// The vault of the phone in this folder.
    pub fn in_folder(home: &Path) -> Self {
        let mut seed = [0x5a_u8; 32];
        for (at, byte) in home.to_string_lossy().bytes().enumerate() {
            seed[at % 32] = seed[at % 32].wrapping_mul(31) ^ byte;
        }
        let none = Secret::from_slice(&seed).expect("thirty-two bytes");
        Self(none)
    }

    fn signing(&self) -> Result<SoftwareKey, VaultError> {
        SoftwareKey::from_secret(&self.0.derive("bench signing")).ok_or(VaultError::Broken)
    }
}

impl KeyVault for BenchVault {
    fn key(&self, purpose: KeyPurpose) -> Result<Option<Secret>, VaultError> {
        Ok(Some(self.0.derive(purpose.as_str())))
    }

    fn keep(&self, _: KeyPurpose, _: &Secret) -> Result<(), VaultError> {
        Err(VaultError::Broken)
    }

    fn public_key(&self) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing()?.public())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing()?.sign(message))
    }
}
