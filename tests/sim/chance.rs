//! Time, chance and keys of a simulated county: all from a seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tanfang_core::model::{Clock, Rng, WallTime};
use tanfang_core::vault::{KeyPurpose, KeyVault, Secret, SoftwareKey, VaultError};

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64 (Steele et al. 2014).
fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Dice for a schedule.
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Self {
        Self(mixed(seed ^ 0x7461_6e66_616e_6721))
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A number below `n`, which is above 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// True once in `n`.
    pub fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// Chance for ids and boxes, begun anew at each event: dropping an event leaves the others'.
pub struct Seeded(AtomicU64);

impl Seeded {
    /// Chance of a seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(mixed(seed)))
    }

    /// Begins anew.
    pub fn begin(&self, seed: u64) {
        self.0.store(mixed(seed), Ordering::Relaxed);
    }
}

impl Rng for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = mixed(self.0.fetch_add(STEP, Ordering::Relaxed));
            chunk.copy_from_slice(&next.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// The true time, in milliseconds since 1970; it moves by events alone.
pub struct Time(pub AtomicI64);

impl Clock for Time {
    fn now(&self) -> WallTime {
        WallTime::beijing(self.0.load(Ordering::Relaxed))
    }
    fn monotonic_millis(&self) -> u64 {
        0
    }
}

/// A phone's clock: the true time and how far it is off.
pub struct Skewed {
    /// The true time.
    pub time: Arc<Time>,
    /// How far it is off, in milliseconds.
    pub off: AtomicI64,
}

impl Clock for Skewed {
    fn now(&self) -> WallTime {
        let now = self.time.now().millis;
        WallTime::beijing(now.saturating_add(self.off.load(Ordering::Relaxed)))
    }
    fn monotonic_millis(&self) -> u64 {
        0
    }
}

/// A keystore that knows its keys by the phone's number.
pub struct Vault {
    root: Secret,
    signing: SoftwareKey,
}

impl Vault {
    /// The keystore of a phone.
    pub fn of(phone: usize) -> Self {
        let root = Secret::fresh(&Seeded::new(0x5eed + phone as u64));
        let signing = SoftwareKey::from_secret(&root.derive("signing"));
        Self {
            root,
            signing: signing.expect("one secret in 2^32 is no key"),
        }
    }

    /// What salts the phone's chain.
    pub fn salt(&self) -> Secret {
        self.root.derive(KeyPurpose::Salt.as_str())
    }
}

impl KeyVault for Vault {
    fn key(&self, purpose: KeyPurpose) -> Result<Option<Secret>, VaultError> {
        Ok(Some(self.root.derive(purpose.as_str())))
    }
    fn keep(&self, _: KeyPurpose, _: &Secret) -> Result<(), VaultError> {
        Err(VaultError::Broken)
    }
    fn public_key(&self) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.public())
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.sign(message))
    }
}
