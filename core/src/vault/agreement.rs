//! Agreement keys: whoever knows the public half seals to its holder without having met them.
//!
//! DHKEM(P-256, HKDF-SHA-256) of RFC 9180 (HPKE) in mode base, whose exporter gives the key; who the
//! sender is says the signature inside.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256 as P256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use super::Secret;
use crate::model::Rng;

type PrivateKey = <P256 as Kem>::PrivateKey;
type PublicKey = <P256 as Kem>::PublicKey;
type Encapped = <P256 as Kem>::EncappedKey;

/// An agreement that does not come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key is no point of P-256")]
pub struct AgreementError;

/// A private agreement key, for what is sealed to its holder.
pub struct AgreementKey {
    private: PrivateKey,
    public: Vec<u8>,
}

impl AgreementKey {
    /// The key that follows from a secret (DeriveKeyPair of RFC 9180 §7.1.3).
    pub fn from_secret(secret: &Secret) -> Self {
        let (private, public) = P256::derive_keypair(secret.expose());
        let public = public.to_bytes().to_vec();
        Self { private, public }
    }

    /// The public key, SEC1 uncompressed (65 bytes).
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The secret that [`agree_with`] gave to who made `enc`, for the same purpose.
    pub fn agree(&self, enc: &[u8], purpose: &[u8]) -> Result<Secret, AgreementError> {
        let enc = Encapped::from_bytes(enc).map_err(|_| AgreementError)?;
        let mode = OpModeR::Base;
        let context = hpke::setup_receiver::<AesGcm256, HkdfSha256, P256>(
            &mode,
            &self.private,
            &enc,
            purpose,
        )
        .map_err(|_| AgreementError)?;
        let mut out = Zeroizing::new([0; 32]);
        let exported = context.export(EXPORTED, out.as_mut());
        exported.map_err(|_| AgreementError)?;
        Secret::from_slice(out.as_ref()).ok_or(AgreementError)
    }
}

const EXPORTED: &[u8] = b"tanfang/agreement/1";

/// A new secret that only the holder of `public` finds, and the 65 bytes from which they find it.
pub fn agree_with(
    public: &[u8],
    purpose: &[u8],
    rng: &dyn Rng,
) -> Result<(Vec<u8>, Secret), AgreementError> {
    let public = PublicKey::from_bytes(public).map_err(|_| AgreementError)?;
    let mode = OpModeS::Base;
    let (enc, context) = hpke::setup_sender_with_rng::<AesGcm256, HkdfSha256, P256>(
        &mode,
        &public,
        purpose,
        &mut Door(rng),
    )
    .map_err(|_| AgreementError)?;
    let mut out = Zeroizing::new([0; 32]);
    let exported = context.export(EXPORTED, out.as_mut());
    exported.map_err(|_| AgreementError)?;
    let secret = Secret::from_slice(out.as_ref()).ok_or(AgreementError)?;
    Ok((enc.to_bytes().to_vec(), secret))
}

/// Whether this is a key to which anything can be sealed.
pub fn is_agreement_key(public: &[u8]) -> bool {
    PublicKey::from_bytes(public).is_ok()
}

/// The house's chance, as the cipher asks for it.
struct Door<'r>(&'r dyn Rng);

impl TryRng for Door<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Door<'_> {}

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

    fn key(byte: u8) -> AgreementKey {
        AgreementKey::from_secret(&Secret::from_slice(&[byte; 32]).unwrap())
    }

    #[test]
    fn both_sides_agree_and_nobody_else_does() {
        let rng = Counting(1.into());
        let (mine, other) = (key(1), key(2));
        let (enc, sealed) = agree_with(mine.public(), b"here", &rng).unwrap();
        assert_eq!(enc.len(), 65);
        let found = mine.agree(&enc, b"here").unwrap();
        assert_eq!(found.expose(), sealed.expose());
        let elsewhere = mine.agree(&enc, b"there").unwrap();
        assert_ne!(elsewhere.expose(), sealed.expose());
        let wrong = other.agree(&enc, b"here").unwrap();
        assert_ne!(wrong.expose(), sealed.expose());
    }

    #[test]
    fn each_agreement_is_a_new_secret() {
        let rng = Counting(1.into());
        let mine = key(1);
        let (first, one) = agree_with(mine.public(), b"", &rng).unwrap();
        let (second, two) = agree_with(mine.public(), b"", &rng).unwrap();
        assert_ne!(first, second);
        assert_ne!(one.expose(), two.expose());
    }

    #[test]
    fn what_is_no_point_of_the_curve_is_refused() {
        let rng = Counting(1.into());
        let mut bent = key(1).public().to_vec();
        bent[40] ^= 1;
        for wrong in [&[][..], &[4; 65], &[0; 33], &bent] {
            assert!(!is_agreement_key(wrong));
            assert!(agree_with(wrong, b"", &rng).is_err());
            assert!(key(1).agree(wrong, b"").is_err());
        }
        assert!(is_agreement_key(key(1).public()));
    }
}
