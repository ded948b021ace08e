//! "Is it still the same?": the question of a phone at rest and the answer, byte by byte.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use tanfang_core::merge::FeedDigest;
use tanfang_core::model::{Epoch, WorkerId};
use tanfang_core::wire::{
    FeedEnd, LastSync, SAME_PATH, SameAnswer, SameQuestion, manifest_hash, state_digest,
};

use super::{frozen, frozen_description, made::*};

const TOKEN: &str = "a token of a session";
const MANIFEST: &str = r#"{"number":4,"documents":[],"demo":true}"#;

/// Named in another order than by their names.
fn ends() -> [FeedEnd; 2] {
    let end = |compartment, position, byte| FeedEnd {
        feed: feed(compartment),
        position,
        digest: FeedDigest::from_bytes([byte; 16]),
    };
    [end("contact", 12, 3), end("care", 5, 4)]
}

fn state(hash: Option<[u8; 32]>) -> [u8; 16] {
    state_digest(Epoch::from_uuid(id(7)), 9, 4, hash, &ends())
}

pub fn question() -> SameQuestion {
    SameQuestion {
        state: state(Some(manifest_hash(MANIFEST))),
        last_syncs_after: 1_715_313_600_000,
    }
}

pub fn answer() -> SameAnswer {
    let row = |n, millis| LastSync {
        worker: WorkerId::from_uuid(id(n)),
        millis,
        changed_at: 1_715_313_600_000 + i64::from(n),
    };
    SameAnswer {
        server_millis: 1_715_313_700_000,
        last_syncs: vec![row(2, Some(1_715_313_650_000)), row(3, None)],
    }
}

pub fn sealed() -> Vec<u8> {
    answer().seal(TOKEN, &question())
}

/// The question as it stands in the address.
pub fn asked() -> Vec<u8> {
    question().path().into_bytes()
}

/// What both are made of.
pub fn description() -> Json {
    json!({
        "token": TOKEN,
        "manifest": MANIFEST,
        "state_without_manifest_hash": hex::encode(state(None)),
        "state": hex::encode(question().state),
        "last_syncs_after": question().last_syncs_after,
        "answer": format!("{:?}", answer()),
    })
}

#[test]
fn a_question_at_rest_and_its_answer_are_written_and_read_for_ever() {
    assert_eq!(asked(), frozen(2, "same-question"));
    let path = String::from_utf8(frozen(2, "same-question")).unwrap();
    let told = path.strip_prefix(SAME_PATH).unwrap();
    assert_eq!(SameQuestion::parse(told), Some(question()));
    let kept = frozen(2, "same-answer");
    assert_eq!(sealed(), kept);
    assert_eq!(SameAnswer::open(&kept, TOKEN, &question()), Some(answer()));
    assert_eq!(SameAnswer::open(&kept, "another", &question()), None);
    assert_eq!(description(), frozen_description(2, "same-question"));
}

/// Written from the protocol's words, and nothing else of ours.
#[test]
fn a_state_and_its_proof_are_reckoned_as_the_protocol_says() {
    let reckoned = |name: &[u8], hash: &[u8]| {
        let mut all = Sha256::new();
        all.update(name);
        all.update(id(7).as_bytes());
        all.update(9_u64.to_be_bytes());
        all.update(4_u64.to_be_bytes());
        all.update(hash);
        for (feed, position, byte) in [("care", 5_u64, 4), ("contact", 12, 3)] {
            let feed = format!("530999201202/{feed}");
            all.update((feed.len() as u64).to_be_bytes());
            all.update(feed);
            all.update(position.to_be_bytes());
            all.update([byte; 16]);
        }
        all.finalize()[..16].to_vec()
    };
    let hash = Sha256::digest(MANIFEST);
    assert_eq!(reckoned(b"tanfang-state/2", &hash), question().state);
    assert_eq!(reckoned(b"tanfang-state/1", b""), state(None));

    let after = 1_715_313_600_000_i64.to_be_bytes();
    let asked = [question().state.as_slice(), &after].concat();
    assert_eq!(
        question().path(),
        format!("/v1/same/{}", hex::encode(&asked))
    );
    let kept = frozen(2, "same-answer");
    let (proof, told) = kept.split_at(16);
    let key = Sha256::digest(TOKEN);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(b"tanfang-same/1");
    mac.update(&asked);
    mac.update(told);
    assert_eq!(proof, &mac.finalize().into_bytes()[..16]);
    let mut rows = 1_715_313_700_000_i64.to_be_bytes().to_vec();
    for (worker, millis, changed_at) in [
        (2, 1_715_313_650_000_i64, 1_715_313_600_002_i64),
        (3, i64::MIN, 1_715_313_600_003),
    ] {
        rows.extend(id(worker).as_bytes());
        rows.extend(millis.to_be_bytes());
        rows.extend(changed_at.to_be_bytes());
    }
    assert_eq!(told, rows);
}
