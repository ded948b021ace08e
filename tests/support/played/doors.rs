//! What comes into a played case from outside: clocks that stand where the case puts them, chance
//! from a seed, a keystore in memory, and a link that hands the bytes over within the process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use tanfang_core::facts::rows::Instant;
use tanfang_core::model::{Clock, Rng, WallTime};
use tanfang_core::sync::{Answer, Call, LinkError, Transport};
use tanfang_core::vault::{KeyPurpose, KeyVault, Secret, SoftwareKey, VaultError};
use tanfang_core::wire::{self, CONTENT_TYPE, REQUEST_LIMIT_BYTES, SameQuestion, WireRefusal};
use tanfang_server::Server;
use tanfang_server::engine::{Request, Response};

/// A clock that stands still until it is put elsewhere.
#[derive(Default)]
pub struct Stand(AtomicI64);

impl Stand {
    /// Puts it to a moment.
    pub fn put(&self, at: Instant) {
        self.0.store(at.0, Ordering::Relaxed);
    }
}

impl Clock for Stand {
    fn now(&self) -> WallTime {
        WallTime::beijing(self.0.load(Ordering::Relaxed))
    }

    fn monotonic_millis(&self) -> u64 {
        0
    }
}

/// Chance that is the same in every run.
pub struct Seeded {
    seed: String,
    drawn: AtomicU64,
}

impl Seeded {
    /// The generator of this name.
    pub fn new(seed: impl Into<String>) -> Self {
        Self {
            seed: seed.into(),
            drawn: AtomicU64::new(0),
        }
    }
}

impl Rng for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
            let mut hash = Sha256::new();
            hash.update(&self.seed);
            hash.update(drawn.to_be_bytes());
            chunk.copy_from_slice(&hash.finalize()[..chunk.len()]);
        }
    }
}

/// A keystore that lasts as long as the case.
pub struct Memory {
    keys: Mutex<HashMap<&'static str, Secret>>,
    signing: SoftwareKey,
}

impl Memory {
    /// A keystore with a signing key and nothing else.
    pub fn new(rng: &dyn Rng) -> Self {
        let signing = SoftwareKey::from_secret(&Secret::fresh(rng)).expect("a key of this seed");
        Self {
            keys: Mutex::default(),
            signing,
        }
    }
}

impl KeyVault for Memory {
    fn key(&self, purpose: KeyPurpose) -> Result<Option<Secret>, VaultError> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(keys.get(purpose.as_str()).cloned())
    }

    fn keep(&self, purpose: KeyPurpose, key: &Secret) -> Result<(), VaultError> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(purpose.as_str(), key.clone());
        Ok(())
    }

    fn public_key(&self) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.public())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.signing.sign(message))
    }
}

/// The way to a server in the same process: the bytes are those of HTTP, only nobody listens.
pub struct Straight(pub Arc<Mutex<Server>>);

impl Straight {
    fn ask(&self, request: Request) -> Response {
        let mut server = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        server.handle(request)
    }
}

impl Transport for Straight {
    fn exchange(&self, call: &Call) -> Result<Answer, LinkError> {
        let body = call.body.as_deref().unwrap_or_default();
        let token = call.token.clone().unwrap_or_default();
        let request = match call.path.as_str() {
            "/v1/enrol" => Request::Enrol(wire::decode(body, REQUEST_LIMIT_BYTES).expect("ours")),
            "/v1/sync" => Request::Sync {
                token,
                body: Box::new(wire::unpack(body, REQUEST_LIMIT_BYTES).expect("ours")),
            },
            path if path.starts_with("/v1/snapshots/") => Request::SnapshotPart {
                token,
                hash: path.trim_start_matches("/v1/snapshots/").to_owned(),
            },
            path if path.starts_with(wire::SAME_PATH) => {
                let asked = path.trim_start_matches(wire::SAME_PATH);
                let question = SameQuestion::parse(asked).expect("ours");
                let answer = match self.ask(Request::Same {
                    token: token.clone(),
                    question,
                }) {
                    Response::Same(Some(answer)) => (200, answer.seal(&token, &question)),
                    _ => (204, Vec::new()),
                };
                return Ok(Answer {
                    status: answer.0,
                    content_type: None,
                    body: answer.1,
                    retry_after_secs: None,
                });
            }
            "/v1/bundles" => Request::Carry {
                token,
                request: wire::decode(body, REQUEST_LIMIT_BYTES).expect("ours"),
            },
            "/v1/keys" => Request::Certify {
                token,
                request: wire::decode(body, REQUEST_LIMIT_BYTES).expect("ours"),
            },
            "/v1/history" => Request::History {
                token,
                body: wire::decode(body, REQUEST_LIMIT_BYTES).expect("ours"),
            },
            path => Request::Document {
                token,
                hash: path.trim_start_matches("/v1/documents/").to_owned(),
            },
        };
        let (status, body) = match self.ask(request) {
            Response::SignedIn | Response::Same(_) => (200, Ok(Vec::new())),
            Response::Enrolled(reply) => (200, wire::encode(&*reply)),
            Response::Synced(reply) => (200, wire::pack(*reply)),
            Response::SnapshotPart(body) => (200, Ok(body)),
            Response::Carried(reply) => (200, wire::encode(&*reply)),
            Response::Certified(certificate) => (200, wire::encode(&*certificate)),
            Response::History(reply) => (200, wire::encode(&*reply)),
            Response::Document(text) => (200, wire::encode(&text)),
            // Attachments do not travel by this way.
            Response::Attachment(_) => (503, wire::encode(&WireRefusal::Unavailable)),
            Response::Refused(refusal) => (400, wire::encode(&refusal)),
        };
        Ok(Answer {
            status,
            content_type: Some(CONTENT_TYPE.to_owned()),
            body: body.expect("an answer packs"),
            retry_after_secs: None,
        })
    }
}
