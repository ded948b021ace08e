//! Bodies of each released version, frozen: what a phone wrote then is read for ever.

use serde::{Serialize, de::DeserializeOwned};
use std::path::PathBuf;

use tanfang_core::wire::{
    CodecError, HistoryReply, RefusalReason, SnapshotPart, SyncReply, SyncRequest, VerdictKind,
    decode, encode, pack, unpack,
};

#[path = "wire/handed.rs"]
mod handed;
#[path = "wire/made.rs"]
mod made;
#[path = "wire/protocol.rs"]
mod protocol;
#[path = "wire/same.rs"]
mod same;
use made::*;

const LIMIT: u64 = 1 << 20;

fn frozen(version: u16, name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let file = folder.join(format!("v{version}/{name}.bin"));
    std::fs::read(file).unwrap_or_else(|_| panic!("v{version}/{name}.bin is frozen"))
}

/// What stands beside a frozen body for who reads it.
fn frozen_description(version: u16, name: &str) -> serde_json::Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let file = folder.join(format!("v{version}/{name}.json"));
    let text = std::fs::read_to_string(file).expect("each body has a description");
    serde_json::from_str(&text).expect("JSON")
}

/// The magic, and what the frame behind it holds: how a packer squeezes it is not the protocol's.
fn plain_of(body: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (magic, frame) = body.split_at(8);
    let plain = zstd::stream::decode_all(frame).expect("one frame");
    (magic.to_vec(), plain)
}

/// What a body says, as its description beside it has it.
fn described<T: Serialize>(version: u16, name: &str, message: &T) {
    let told = frozen_description(version, name);
    let said = serde_json::to_value(message).expect("a message has a description");
    let fields = told.as_object().into_iter().flatten();
    for (field, value) in fields.filter(|(field, _)| *field != "items") {
        assert_eq!(said.get(field), Some(value), "{name}: {field}");
    }
}

/// What an answer says: its items as text, for they have keys that JSON has not.
fn said(told: &SyncReply) -> serde_json::Value {
    let mut told = told.clone();
    let items = told
        .pages
        .iter_mut()
        .flat_map(|page| std::mem::take(&mut page.items));
    let items: Vec<String> = items.map(|item| format!("{item:?}")).collect();
    let mut said = serde_json::to_value(&told).expect("the rest has a description");
    said["items"] = items.into();
    said
}

fn reads<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(
    version: u16,
    name: &str,
    message: &T,
) {
    let read: T = decode(&frozen(version, name), LIMIT).expect(name);
    assert_eq!(&read, message, "{name}");
    described(version, name, &read);
}

#[test]
fn bodies_of_version_1_are_read_for_ever() {
    reads(1, "enrol-request", &enrol_request());
    reads(1, "enrol-reply", &enrol_reply());
    reads(1, "refusals", &refusals());
    let pushed: SyncRequest = unpack(&frozen(1, "sync-request"), LIMIT).unwrap();
    assert_eq!(pushed, request(1));
    described(1, "sync-request", &pushed);
    let told: SyncReply = unpack(&frozen(1, "sync-reply"), LIMIT).unwrap();
    assert_eq!(told, reply(1));
    described(1, "sync-reply", &said(&told));
}

#[test]
fn bodies_of_version_2_are_read_for_ever() {
    let pushed: SyncRequest = unpack(&frozen(2, "sync-request"), LIMIT).unwrap();
    assert_eq!(pushed, request(2));
    described(2, "sync-request", &pushed);
    let told: SyncReply = unpack(&frozen(2, "sync-reply"), LIMIT).unwrap();
    assert_eq!(told, reply(2));
    described(2, "sync-reply", &said(&told));
    let part: SnapshotPart = unpack(&frozen(2, "snapshot-part"), LIMIT).unwrap();
    assert_eq!(part, snapshot_part());
}

#[test]
fn what_is_said_beside_a_turn_is_read_for_ever() {
    reads(2, "history-request", &history_request());
    let told: HistoryReply = decode(&frozen(2, "history-reply"), LIMIT).unwrap();
    assert_eq!(told, history_reply());
    reads(2, "carry-request", &carry_request());
    reads(2, "carry-replies", &carry_replies());
    reads(2, "certify-request", &certify_request());
    reads(2, "certificate", &certificate());
    reads(2, "attachment-refusals", &attachment_refusals());
}

/// Every body that is written today, by version and name, but those that are handed on.
fn written() -> Vec<(u16, &'static str, Vec<u8>)> {
    fn one<T: Serialize>(message: &T) -> Vec<u8> {
        encode(message).unwrap()
    }
    vec![
        (1, "enrol-request", one(&enrol_request())),
        (1, "enrol-reply", one(&enrol_reply())),
        (1, "refusals", one(&refusals())),
        (1, "sync-request", one(&request(1))),
        (1, "sync-reply", one(&reply(1))),
        (2, "sync-request", pack(request(2)).unwrap()),
        (2, "sync-reply", pack(reply(2)).unwrap()),
        (2, "snapshot-part", pack(snapshot_part()).unwrap()),
        (2, "history-request", one(&history_request())),
        (2, "history-reply", one(&history_reply())),
        (2, "carry-request", one(&carry_request())),
        (2, "carry-replies", one(&carry_replies())),
        (2, "certify-request", one(&certify_request())),
        (2, "certificate", one(&certificate())),
        (2, "attachment-refusals", one(&attachment_refusals())),
    ]
}

#[test]
fn what_is_written_today_are_the_bytes_that_were_frozen() {
    for (version, name, body) in written() {
        let (kept, now) = (plain_of(&frozen(version, name)), plain_of(&body));
        assert!(
            kept == now,
            "v{version}/{name}: {:?}",
            differ(&kept.1, &now.1)
        );
    }
}

/// Where two bodies part.
fn differ(kept: &[u8], now: &[u8]) -> Option<usize> {
    let same = kept.iter().zip(now).take_while(|(a, b)| a == b).count();
    (kept != now).then_some(same)
}

#[test]
fn what_a_newer_server_says_besides_is_left_alone_and_its_new_words_are_carried() {
    let mut newer = reply(3);
    newer.pages.clear();
    let mut newer = serde_json::to_value(newer).unwrap();
    newer["a_field_to_come"] = serde_json::json!({ "deep": [1, 2] });
    newer["verdicts"][2]["verdict"]["refused"]["reason"] = "a_reason_to_come".into();
    newer["verdicts"][2]["verdict"]["refused"]["hint"] = "besides".into();
    let read: SyncReply = unpack(&encode(&readable(newer)).unwrap(), LIMIT).unwrap();
    assert!(matches!(
        &read.verdicts[2].verdict,
        VerdictKind::Refused(refusal) if refusal.reason == RefusalReason::Other
    ));
    // A kind that nobody here knows goes through both versions unharmed.
    let two = pack(reply(2)).unwrap();
    assert_eq!(unpack::<SyncReply>(&two, LIMIT).unwrap(), reply(2));
    let one = encode(&request(1)).unwrap();
    let again: SyncRequest = unpack(&one, LIMIT).unwrap();
    assert_eq!(
        unpack::<SyncRequest>(&pack(again.clone()).unwrap(), LIMIT).unwrap(),
        again
    );
}

/// JSON as MessagePack with the ids as the bytes that they are there.
fn readable(json: serde_json::Value) -> rmp_like::Node {
    rmp_like::Node::from(json)
}

mod rmp_like {
    use serde::{Serialize, Serializer};

    /// JSON whose texts that are ids are written as bytes.
    pub struct Node(serde_json::Value);

    impl From<serde_json::Value> for Node {
        fn from(json: serde_json::Value) -> Self {
            Self(json)
        }
    }

    impl Serialize for Node {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            match &self.0 {
                serde_json::Value::String(text) => match uuid::Uuid::parse_str(text) {
                    Ok(id) => to.serialize_bytes(id.as_bytes()),
                    Err(_) => to.serialize_str(text),
                },
                serde_json::Value::Array(all) => {
                    to.collect_seq(all.iter().map(|one| Node(one.clone())))
                }
                serde_json::Value::Object(all) => {
                    to.collect_map(all.iter().map(|(name, one)| (name, Node(one.clone()))))
                }
                other => other.serialize(to),
            }
        }
    }
}

#[test]
fn a_body_of_version_2_that_is_cut_is_refused_and_one_altered_says_nothing_else() {
    let (asked, told) = (request(2), reply(2));
    let body = pack(asked.clone()).unwrap();
    for end in 0..body.len() {
        assert!(
            unpack::<SyncRequest>(&body[..end], LIMIT).is_err(),
            "cut at {end}"
        );
    }
    // A bit that only fills up says nothing: what is read is what was written.
    for at in 0..body.len() {
        let mut altered = body.clone();
        altered[at] ^= 0x20;
        let read = unpack::<SyncRequest>(&altered, LIMIT);
        assert!(read.is_err() || read.as_ref() == Ok(&asked), "byte {at}");
    }
    let body = pack(told.clone()).unwrap();
    for at in 0..body.len() {
        let mut altered = body.clone();
        altered[at] ^= 0x20;
        let read = unpack::<SyncReply>(&altered, LIMIT);
        assert!(read.is_err() || read.as_ref() == Ok(&told), "byte {at}");
    }
}

#[test]
fn a_field_whose_name_is_no_name_is_refused_as_malformed_in_both_versions() {
    // An e and a mark, which is no letter: as long as the name that it takes the place of.
    let (name, in_pieces) = (b"visit_date", "visite\u{301}te".as_bytes());
    for body in [encode(&request(1)).unwrap(), pack(request(2)).unwrap()] {
        let (magic, mut plain) = plain_of(&body);
        let at = plain.windows(name.len()).position(|bytes| bytes == name);
        let at = at.expect("the name stands in the body once");
        plain[at..at + name.len()].copy_from_slice(in_pieces);
        let altered = [magic, zstd::bulk::compress(&plain, 3).unwrap()].concat();
        assert!(matches!(
            unpack::<SyncRequest>(&altered, LIMIT),
            Err(CodecError::Malformed(_))
        ));
    }
}

/// Writes the bodies down once, when a version is released: `TANFANG_FREEZE=2 cargo test …`.
#[test]
fn a_version_is_frozen_when_it_is_released() {
    let Ok(version) = std::env::var("TANFANG_FREEZE") else {
        return;
    };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let put = |name: &str, body: Vec<u8>, json: serde_json::Value| {
        let file = |end: &str| folder.join(format!("v{version}/{name}.{end}"));
        std::fs::write(file("bin"), body).unwrap();
        let text = serde_json::to_string_pretty(&json).unwrap();
        std::fs::write(file("json"), text + "\n").unwrap();
    };
    let json =
        |message: &dyn Fn() -> Result<serde_json::Value, serde_json::Error>| message().unwrap();
    let number: u16 = version.parse().unwrap();
    if number == 1 {
        let (ask, told, no) = (enrol_request(), enrol_reply(), refusals());
        put(
            "enrol-request",
            encode(&ask).unwrap(),
            json(&|| serde_json::to_value(&ask)),
        );
        put(
            "enrol-reply",
            encode(&told).unwrap(),
            json(&|| serde_json::to_value(&told)),
        );
        put(
            "refusals",
            encode(&no).unwrap(),
            json(&|| serde_json::to_value(&no)),
        );
    }
    if number == 2 {
        fn both<T: Serialize>(of: &T) -> (Vec<u8>, serde_json::Value) {
            (encode(of).unwrap(), serde_json::to_value(of).unwrap())
        }
        let besides = [
            ("history-request", both(&history_request())),
            ("carry-request", both(&carry_request())),
            ("carry-replies", both(&carry_replies())),
            ("certify-request", both(&certify_request())),
            ("certificate", both(&certificate())),
            ("attachment-refusals", both(&attachment_refusals())),
        ];
        for (name, (body, json)) in besides {
            put(name, body, json);
        }
        let told = history_reply();
        let said = format!("{told:?}").into();
        put("history-reply", encode(&told).unwrap(), said);
        // The pieces are of the hand-in that is frozen, and what is shared holds them.
        let hand_in = handed::hand_in();
        put("hand-in", encode(&hand_in).unwrap(), "".into());
        for (name, body, said) in handed::contents() {
            put(name, body, said.into());
        }
        for piece in handed::pieces() {
            put(
                &handed::name_of(&piece),
                piece.bytes(),
                piece.file_name().into(),
            );
        }
        put("same-question", same::asked(), same::description());
        put("same-answer", same::sealed(), same::description());
    }
    let (ask, told) = (request(number), reply(number));
    let bodies = match number {
        1 => (encode(&ask).unwrap(), encode(&told).unwrap()),
        _ => (pack(ask.clone()).unwrap(), pack(told.clone()).unwrap()),
    };
    if number > 1 {
        let part = snapshot_part();
        let items: Vec<String> = part.items.iter().map(|item| format!("{item:?}")).collect();
        let said = serde_json::json!({
            "feed": part.feed, "position": part.position, "items": items,
        });
        put("snapshot-part", pack(part).unwrap(), said);
    }
    put(
        "sync-request",
        bodies.0,
        json(&|| serde_json::to_value(&ask)),
    );
    put("sync-reply", bodies.1, json(&|| Ok(said(&told))));
}
