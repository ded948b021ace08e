//! "Is it still the same?": one digest up, one short answer down, where nothing has changed.

use sha2::{Digest, Sha256};

use super::{FeedEnd, LastSync};
use crate::model::{DeviceSeq, Epoch, WorkerId};
use crate::vault::Secret;

/// Where it is asked; [`SameQuestion::path`] writes the rest.
pub const SAME_PATH: &str = "/v1/same/";
const PROOF_BYTES: usize = 16;
const MILLIS_BYTES: usize = 8;
const ROW_BYTES: usize = 32;

/// What a phone that is at rest asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SameQuestion {
    /// The [`state_digest`] of what it holds.
    pub state: [u8; 16],
    /// The latest change among the [`LastSync`]s that it holds; 0 for none.
    pub last_syncs_after: i64,
}

/// What the server says where it would reckon the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameAnswer {
    /// The server's time, in milliseconds since 1970.
    pub server_millis: i64,
    /// The last exchanges that changed since.
    pub last_syncs: Vec<LastSync>,
}

/// One digest of all that a phone and the server must agree in: the history, through which number
/// the phone's saves were heard, the manifest, and of each feed that the phone may hold its end.
/// Feeds count in the order of their names. Without the manifest's hash it is what apps reckoned
/// before the hash was asked.
pub fn state_digest(
    epoch: Epoch,
    through: DeviceSeq,
    manifest: u64,
    hash_of_manifest: Option<[u8; 32]>,
    feeds: &[FeedEnd],
) -> [u8; 16] {
    let mut named: Vec<(String, &FeedEnd)> = feeds
        .iter()
        .map(|end| (end.feed.to_string(), end))
        .collect();
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut hash = Sha256::new();
    hash.update(match hash_of_manifest {
        None => b"tanfang-state/1",
        Some(_) => b"tanfang-state/2",
    });
    hash.update(epoch.bytes());
    hash.update(through.to_be_bytes());
    hash.update(manifest.to_be_bytes());
    hash.update(hash_of_manifest.as_ref().map_or(&[][..], |known| known));
    for (name, end) in named {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update(end.position.to_be_bytes());
        hash.update(end.digest.bytes());
    }
    first(hash.finalize().into())
}

/// By what a manifest is told from another of its number: SHA-256 of its body.
pub fn manifest_hash(body: &str) -> [u8; 32] {
    Sha256::digest(body.as_bytes()).into()
}

fn first(hash: [u8; 32]) -> [u8; 16] {
    std::array::from_fn(|at| hash[at])
}

impl SameQuestion {
    /// The path that asks it: forty-eight hexadecimal digits after [`SAME_PATH`].
    pub fn path(&self) -> String {
        format!("{SAME_PATH}{}", hex::encode(self.bytes()))
    }

    /// Reads what follows [`SAME_PATH`].
    pub fn parse(text: &str) -> Option<SameQuestion> {
        let bytes = hex::decode(text).ok()?;
        let (state, after) = bytes.split_first_chunk::<16>()?;
        Some(SameQuestion {
            state: *state,
            last_syncs_after: i64::from_be_bytes(after.try_into().ok()?),
        })
    }

    fn bytes(&self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(&self.state);
        bytes[16..].copy_from_slice(&self.last_syncs_after.to_be_bytes());
        bytes
    }
}

impl SameAnswer {
    /// The answer's bytes: a proof that who answers knows the session's token and the question, the
    /// time, thirty-two bytes for each last exchange. A sign-in page cannot make the proof.
    pub fn seal(&self, token: &str, question: &SameQuestion) -> Vec<u8> {
        let mut told = self.server_millis.to_be_bytes().to_vec();
        for row in &self.last_syncs {
            told.extend_from_slice(row.worker.bytes());
            told.extend_from_slice(&row.millis.unwrap_or(i64::MIN).to_be_bytes());
            told.extend_from_slice(&row.changed_at.to_be_bytes());
        }
        let mut answer = proof(token, question, &told).to_vec();
        answer.extend(told);
        answer
    }

    /// Reads an answer to this question; none where it is anybody else's, or cut.
    pub fn open(bytes: &[u8], token: &str, question: &SameQuestion) -> Option<SameAnswer> {
        let (given, told) = bytes.split_first_chunk::<PROOF_BYTES>()?;
        let (millis, rows) = told.split_first_chunk::<MILLIS_BYTES>()?;
        let right = subtle::ConstantTimeEq::ct_eq(
            proof(token, question, told).as_slice(),
            given.as_slice(),
        );
        if !bool::from(right) || rows.len() % ROW_BYTES != 0 {
            return None;
        }
        Some(SameAnswer {
            server_millis: i64::from_be_bytes(*millis),
            last_syncs: rows
                .chunks_exact(ROW_BYTES)
                .map(row)
                .collect::<Option<_>>()?,
        })
    }
}

fn row(bytes: &[u8]) -> Option<LastSync> {
    let (worker, times) = bytes.split_first_chunk::<16>()?;
    let (millis, changed_at) = times.split_first_chunk::<8>()?;
    let millis = i64::from_be_bytes(*millis);
    Some(LastSync {
        worker: WorkerId::from_slice(worker).ok()?,
        millis: (millis != i64::MIN).then_some(millis),
        changed_at: i64::from_be_bytes(changed_at.try_into().ok()?),
    })
}

fn proof(token: &str, question: &SameQuestion, told: &[u8]) -> [u8; PROOF_BYTES] {
    let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let message = [b"tanfang-same/1".as_slice(), &question.bytes(), told].concat();
    // A hash is a key's length, always.
    let whole = Secret::from_slice(&key).map_or([0; 32], |key| key.mac(&message));
    first(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: SameQuestion = SameQuestion {
        state: [7; 16],
        last_syncs_after: -3,
    };

    fn answer() -> SameAnswer {
        let worker = WorkerId::from_uuid(uuid::Uuid::from_bytes([5; 16]));
        SameAnswer {
            server_millis: 1_715_313_600_000,
            last_syncs: [Some(4), None]
                .map(|millis| LastSync {
                    worker,
                    millis,
                    changed_at: 9,
                })
                .into(),
        }
    }

    #[test]
    fn a_question_and_its_answer_come_back_as_they_were() {
        let path = QUESTION.path();
        let told = path.strip_prefix(SAME_PATH).unwrap();
        assert_eq!(SameQuestion::parse(told), Some(QUESTION));
        let sealed = answer().seal("token", &QUESTION);
        assert_eq!(
            SameAnswer::open(&sealed, "token", &QUESTION),
            Some(answer())
        );
    }

    #[test]
    fn an_answer_that_is_cut_altered_or_anothers_says_nothing() {
        let sealed = answer().seal("token", &QUESTION);
        for at in 0..sealed.len() {
            assert_eq!(SameAnswer::open(&sealed[..at], "token", &QUESTION), None);
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(SameAnswer::open(&altered, "token", &QUESTION), None);
        }
        let other = SameQuestion {
            state: [8; 16],
            ..QUESTION
        };
        assert_eq!(SameAnswer::open(&sealed, "token", &other), None);
        assert_eq!(SameAnswer::open(&sealed, "another", &QUESTION), None);
        for text in ["", "7", "zz", &"0".repeat(46), &"0".repeat(50)] {
            assert_eq!(SameQuestion::parse(text), None, "{text}");
        }
    }
}
