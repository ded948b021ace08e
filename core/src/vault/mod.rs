//! Keys and sealed boxes. The pure part: what keys are for and how a box is sealed; where a key is
//! kept is the platform's, behind [`KeyVault`].

mod agreement;

pub use agreement::{AgreementError, AgreementKey, agree_with, is_agreement_key};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use p256::ecdsa::signature::{Signer, Verifier};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::model::Rng;

/// Thirty-two secret bytes, wiped when dropped and never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// A new secret.
    pub fn fresh(rng: &dyn Rng) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        rng.fill(bytes.as_mut());
        Self(bytes)
    }

    /// Takes thirty-two bytes; `None` where there are fewer or more.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes, for a cipher or a database.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A secret for one purpose, from which this one cannot be found (HKDF-SHA-256, RFC 5869).
    pub fn derive(&self, purpose: &str) -> Secret {
        let mut out = Zeroizing::new([0u8; 32]);
        // Thirty-two bytes are within HKDF's limit of 255 blocks, the only error there is.
        let _ =
            hkdf::Hkdf::<Sha256>::new(None, self.expose()).expand(purpose.as_bytes(), out.as_mut());
        Self(out)
    }

    /// HMAC-SHA-256 under this secret: equality look-ups of id numbers, salts of parts.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(self.expose()) else {
            return [0; 32]; // HMAC takes a key of any length
        };
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// Opens the phone's database.
    Database,
    /// The session token at the server.
    Token,
    /// Salts the hashes of the chain.
    Salt,
    /// Opens what was sealed to this phone ([`AgreementKey`]).
    Agreement,
}

impl KeyPurpose {
    /// The name under which a keystore keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Token => "token",
            Self::Salt => "salt",
            Self::Agreement => "agreement",
        }
    }
}

/// Why a keystore gives no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The key was there and is gone.
    #[error(
        "the key of this phone is gone; nothing was deleted: ask the county to open what is unsent with its recovery key"
    )]
    Lost,
    /// The keystore cannot be asked now.
    #[error("the keystore is locked: unlock the phone and try again")]
    Locked,
    /// The keystore failed.
    #[error("the keystore did not answer: restart the phone and try again")]
    Broken,
}

/// Where a phone keeps its keys: the platform's keystore, a file (for the example) or memory.
pub trait KeyVault: Send + Sync {
    /// The key for a purpose, or nothing if none was ever kept.
    fn key(&self, purpose: KeyPurpose) -> Result<Option<Secret>, VaultError>;
    /// Keeps a key, in the place of any before.
    fn keep(&self, purpose: KeyPurpose, key: &Secret) -> Result<(), VaultError>;
    /// The device's public signing key (P-256, SEC1 uncompressed), made at the first call.
    fn public_key(&self) -> Result<Vec<u8>, VaultError>;
    /// Signs with the device's key (ECDSA P-256 with SHA-256, 64 bytes).
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError>;
}

/// A P-256 key held in memory, for vaults that have no hardware behind them.
pub struct SoftwareKey(p256::ecdsa::SigningKey);

impl SoftwareKey {
    /// Takes a secret as the key; about one in 2^32 secrets is none, then `None`.
    pub fn from_secret(secret: &Secret) -> Option<Self> {
        p256::ecdsa::SigningKey::from_slice(secret.expose())
            .ok()
            .map(Self)
    }

    /// The public key, SEC1 uncompressed.
    pub fn public(&self) -> Vec<u8> {
        self.0
            .verifying_key()
            .to_sec1_point(false)
            .as_bytes()
            .to_vec()
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::Signature = self.0.sign(message);
        signature.to_bytes().to_vec()
    }
}

/// Whether a device signed this message. The algorithm is a field of the device's record; this one
/// is `ES256`.
pub fn device_signed(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = p256::ecdsa::VerifyingKey::from_sec1_bytes(public) else {
        return false;
    };
    let Ok(signature) = p256::ecdsa::Signature::from_slice(signature) else {
        return false;
    };
    key.verify(message, &signature).is_ok()
}

/// Whether this is a key with which [`device_signed`] can ever say yes: a point of P-256 in SEC1.
pub fn is_device_key(public: &[u8]) -> bool {
    p256::ecdsa::VerifyingKey::from_sec1_bytes(public).is_ok()
}

/// The server's signing key (Ed25519).
pub struct ServerKey(ed25519_dalek::SigningKey);

impl ServerKey {
    /// Takes a secret as the key.
    pub fn from_secret(secret: &Secret) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret.expose()))
    }

    /// The public key, 32 bytes.
    pub fn public(&self) -> Vec<u8> {
        self.0.verifying_key().to_bytes().to_vec()
    }

    /// Signs a message; 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

/// Whether the server signed this message.
pub fn server_signed(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(bytes) = <[u8; 32]>::try_from(public) else {
        return false;
    };
    let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&bytes) else {
        return false;
    };
    let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else {
        return false;
    };
    key.verify_strict(message, &signature).is_ok()
}

/// Something sealed: AES-256-GCM under the key of this id. The suite is named, so that a
/// deployment can change to SM4 (`gm`) without guessing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedBox {
    /// The cipher suite: 1 = AES-256-GCM.
    pub suite: u8,
    /// Which key opens it.
    pub key_id: String,
    /// Twelve random bytes.
    pub nonce: Vec<u8>,
    /// The ciphertext with its tag.
    pub bytes: Vec<u8>,
}

/// A box that does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Sealed by a suite of a newer version.
    #[error("sealed by suite {0}, which this version does not know: update first")]
    UnknownSuite(u8),
    /// The key is another or a byte was altered.
    #[error("the sealed part does not open: its key is another or it was altered")]
    DoesNotOpen,
}

/// Seals a message; `context` is bound to it, so that a box moved elsewhere does not open.
pub fn seal(
    key: &Secret,
    key_id: &str,
    context: &[u8],
    message: &[u8],
    rng: &dyn Rng,
) -> Result<SealedBox, SealError> {
    let mut nonce = [0u8; 12];
    rng.fill(&mut nonce);
    let bytes = cipher(key)?
        .encrypt(
            &Nonce::from(nonce),
            Payload {
                msg: message,
                aad: context,
            },
        )
        .map_err(|_| SealError::DoesNotOpen)?;
    Ok(SealedBox {
        suite: 1,
        key_id: key_id.to_owned(),
        nonce: nonce.to_vec(),
        bytes,
    })
}

/// Opens a box.
pub fn open(
    key: &Secret,
    context: &[u8],
    sealed: &SealedBox,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if sealed.suite != 1 {
        return Err(SealError::UnknownSuite(sealed.suite));
    }
    let nonce: [u8; 12] = sealed
        .nonce
        .as_slice()
        .try_into()
        .map_err(|_| SealError::DoesNotOpen)?;
    cipher(key)?
        .decrypt(
            &Nonce::from(nonce),
            Payload {
                msg: &sealed.bytes,
                aad: context,
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| SealError::DoesNotOpen)
}

fn cipher(key: &Secret) -> Result<Aes256Gcm, SealError> {
    Aes256Gcm::new_from_slice(key.expose()).map_err(|_| SealError::DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Rng for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for b in bytes {
                *b = self.0.fetch_add(37, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }
    fn rng() -> Counting {
        Counting(std::sync::atomic::AtomicU8::new(1))
    }

    #[test]
    fn a_box_opens_with_its_key_and_place_and_with_nothing_else() {
        let rng = rng();
        let (key, other) = (Secret::fresh(&rng), Secret::from_slice(&[9; 32]).unwrap());
        let sealed = seal(&key, "k1", b"here", b"message", &rng).unwrap();
        assert_eq!(open(&key, b"here", &sealed).unwrap().as_slice(), b"message");
        assert_eq!(open(&other, b"here", &sealed), Err(SealError::DoesNotOpen));
        assert_eq!(open(&key, b"there", &sealed), Err(SealError::DoesNotOpen));
        for i in 0..sealed.bytes.len() {
            let mut altered = sealed.clone();
            altered.bytes[i] ^= 1;
            assert_eq!(open(&key, b"here", &altered), Err(SealError::DoesNotOpen));
        }
    }

    #[test]
    fn signatures_hold_for_their_message_and_key_only() {
        let rng = rng();
        let secret = Secret::fresh(&rng);
        let device = SoftwareKey::from_secret(&secret).unwrap();
        let signature = device.sign(b"chain");
        assert!(device_signed(&device.public(), b"chain", &signature));
        assert!(!device_signed(&device.public(), b"chair", &signature));
        let server = ServerKey::from_secret(&secret);
        let signature = server.sign(b"ack");
        assert!(server_signed(&server.public(), b"ack", &signature));
        assert!(!server_signed(&server.public(), b"ask", &signature));
        assert!(!server_signed(b"short", b"ack", &signature));
    }
}
