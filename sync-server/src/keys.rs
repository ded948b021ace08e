//! The server's keys, each for one purpose, all from one secret.

use tanfang_core::model::Rng;
use tanfang_core::vault::{AgreementKey, SealError, SealedBox, Secret, ServerKey, open, seal};
use tanfang_core::wire::ChainHead;

use crate::store::SealedPart;
use crate::store::{KeyNo, StoreError};

/// The suite's byte, twelve bytes of nonce, then the ciphertext.
const NONCE: std::ops::Range<usize> = 1..13;
const WRAPPED: &[u8] = b"tanfang-part-key/1";

/// What the secret of `server.key` opens, signs and finds.
pub struct ServerKeys {
    database: Secret,
    wrapping: Secret,
    lookup: Secret,
    tokens: Secret,
    signing: ServerKey,
    agreement: AgreementKey,
}

impl ServerKeys {
    /// The keys that follow from a secret; none of them tells it.
    pub fn from_secret(secret: &Secret) -> Self {
        Self {
            database: secret.derive("tanfang/server/database/1"),
            wrapping: secret.derive("tanfang/server/wrapping/1"),
            lookup: secret.derive("tanfang/server/lookup/1"),
            tokens: secret.derive("tanfang/server/tokens/1"),
            signing: ServerKey::from_secret(&secret.derive("tanfang/server/signing/1")),
            agreement: AgreementKey::from_secret(&secret.derive("tanfang/server/agreement/1")),
        }
    }

    /// Opens the database.
    pub fn database(&self) -> &Secret {
        &self.database
    }

    /// Signs acknowledgements and the manifest.
    pub fn signing(&self) -> &ServerKey {
        &self.signing
    }

    /// Opens what phones without a link seal to the county.
    pub fn agreement(&self) -> &AgreementKey {
        &self.agreement
    }

    /// Under which look-ups of id numbers, names and addresses are made.
    pub fn lookup(&self) -> &Secret {
        &self.lookup
    }

    /// The hash by which a token or an enrolment code is found.
    pub fn token_hash(&self, token: &str) -> [u8; 32] {
        self.tokens.mac(token.as_bytes())
    }

    /// Wraps the key of a person's or record's parts.
    pub fn wrap(&self, key: &Secret, rng: &dyn Rng) -> Result<Vec<u8>, StoreError> {
        let sealed = seal(&self.wrapping, "", WRAPPED, key.expose(), rng);
        sealed.map(|sealed| flat(&sealed)).map_err(damaged)
    }

    /// Unwraps it.
    pub fn unwrap_key(&self, wrapped: &[u8]) -> Result<Secret, StoreError> {
        let sealed = unflat(wrapped).ok_or(StoreError::Damaged { what: "a key" })?;
        let key = open(&self.wrapping, WRAPPED, &sealed).map_err(damaged)?;
        Secret::from_slice(&key).ok_or(StoreError::Damaged { what: "a key" })
    }
}

/// Seals a part for the log, bound to its place.
pub fn seal_part(
    key: &Secret,
    key_no: KeyNo,
    place: &[u8],
    part: &[u8],
    rng: &dyn Rng,
) -> Result<SealedPart, StoreError> {
    let sealed = seal(key, "", place, part, rng).map_err(damaged)?;
    Ok(SealedPart {
        key: key_no,
        sealed: flat(&sealed),
    })
}

/// Opens a part of the log.
pub fn open_part(key: &Secret, place: &[u8], part: &SealedPart) -> Result<Vec<u8>, StoreError> {
    let sealed = unflat(&part.sealed).ok_or(StoreError::Damaged { what: "a part" })?;
    open(key, place, &sealed)
        .map(|plain| plain.to_vec())
        .map_err(damaged)
}

/// Seals bytes, bound to what they are.
pub fn seal_bytes(
    key: &Secret,
    context: &[u8],
    plain: &[u8],
    rng: &dyn Rng,
) -> Result<Vec<u8>, StoreError> {
    let sealed = seal(key, "", context, plain, rng).map_err(damaged)?;
    Ok(flat(&sealed))
}

/// Opens them.
pub fn open_bytes(key: &Secret, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let sealed = unflat(sealed).ok_or(StoreError::Damaged {
        what: "sealed bytes",
    })?;
    open(key, context, &sealed)
        .map(|plain| plain.to_vec())
        .map_err(damaged)
}

/// The chain before a device's first save.
pub const CHAIN_START: ChainHead = [0; 32];

fn flat(sealed: &SealedBox) -> Vec<u8> {
    [&[sealed.suite], sealed.nonce.as_slice(), &sealed.bytes].concat()
}

fn unflat(bytes: &[u8]) -> Option<SealedBox> {
    Some(SealedBox {
        suite: *bytes.first()?,
        key_id: String::new(),
        nonce: bytes.get(NONCE)?.to_vec(),
        bytes: bytes.get(NONCE.end..)?.to_vec(),
    })
}

fn damaged(_: SealError) -> StoreError {
    StoreError::Damaged {
        what: "a sealed part",
    }
}
