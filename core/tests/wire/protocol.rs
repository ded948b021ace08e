//! What `docs/sync-protocol.md` says, word by word against what is written.

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use tanfang_core::model::{DocumentKind, DocumentRef, Epoch, Manifest, Save};
use tanfang_core::vault::Secret;
use tanfang_core::wire::{
    AttachmentRefusal, CarryState, acknowledgement_message, link_save, push_message,
};

use super::handed::{hand_in, receipt, shared};
use super::made::*;

/// The names that a message has, by its bytes. What a field's value or a record's fields are called
/// is a form's, not the protocol's.
#[derive(Debug, Default)]
struct Names(BTreeSet<String>);

/// A name, or what a map has in a name's place.
enum Key {
    Name(String),
    Other(Names),
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reads).map(|key| match key {
            Key::Name(_) => Names::default(),
            Key::Other(names) => names,
        })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reads)
    }
}

struct Reads;

impl<'de> Visitor<'de> for Reads {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Key, E> {
        Ok(Key::Other(Names::default()))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Key, E> {
        Ok(Key::Other(Names::default()))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Key, E> {
        Ok(Key::Other(Names::default()))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Key, E> {
        Ok(Key::Other(Names::default()))
    }
    fn visit_unit<E>(self) -> Result<Key, E> {
        Ok(Key::Other(Names::default()))
    }
    fn visit_bytes<E>(self, _: &[u8]) -> Result<Key, E> {
        Ok(Key::Other(Names::default()))
    }
    fn visit_str<E>(self, text: &str) -> Result<Key, E> {
        Ok(Key::Name(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Key, A::Error> {
        let mut all = BTreeSet::new();
        while let Some(Names(names)) = items.next_element()? {
            all.extend(names);
        }
        Ok(Key::Other(Names(all)))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Key, A::Error> {
        let mut all = BTreeSet::new();
        while let Some(key) = entries.next_key()? {
            match key {
                Key::Name(name) if name == "value" => {
                    all.insert(name);
                    entries.next_value::<IgnoredAny>()?;
                }
                Key::Name(name) if name == "fields" => {
                    all.insert(name);
                    all.extend(entries.next_value::<OfFields>()?.0);
                }
                Key::Name(name) => {
                    all.insert(name);
                    all.extend(entries.next_value::<Names>()?.0);
                }
                Key::Other(Names(names)) => {
                    all.extend(names);
                    all.extend(entries.next_value::<Names>()?.0);
                }
            }
        }
        Ok(Key::Other(Names(all)))
    }
}

/// The names below the fields of a record.
struct OfFields(BTreeSet<String>);

impl<'de> Deserialize<'de> for OfFields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = std::collections::BTreeMap::<String, Names>::deserialize(from)?;
        Ok(Self(
            fields
                .into_values()
                .flat_map(|Names(names)| names)
                .collect(),
        ))
    }
}

fn names_of(message: &impl Serialize) -> BTreeSet<String> {
    let packed = rmp_serde::to_vec_named(message).expect("a message can be packed");
    let Names(names) = rmp_serde::from_slice(&packed).expect("what was packed is read");
    names
}

/// A choice without content is a text, one with content a map of one entry.
fn word_of(choice: &impl Serialize) -> String {
    match serde_json::to_value(choice).expect("a description") {
        serde_json::Value::String(word) => word,
        serde_json::Value::Object(one) => one.keys().next().expect("one entry").clone(),
        other => panic!("{other}"),
    }
}

fn manifest() -> Manifest {
    Manifest {
        number: 3,
        documents: vec![DocumentRef {
            kind: DocumentKind::Form,
            id: "visit".into(),
            version: "2".into(),
            hash: "0f".repeat(32),
            length: 9,
            active: true,
        }],
        demo: false,
    }
}

fn section() -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/sync-protocol.md");
    let text = std::fs::read_to_string(file).expect("the protocol");
    let section = text.split("## The messages, field by field").nth(1);
    let section = section.and_then(|rest| rest.split("## A turn").next());
    section.expect("a section of its own").to_owned()
}

#[test]
fn every_name_that_a_message_has_stands_in_the_protocol() {
    let messages = [
        names_of(&enrol_request()),
        names_of(&enrol_reply()),
        names_of(&request(2)),
        names_of(&reply(2)),
        names_of(&refusals()),
        names_of(&history_request()),
        names_of(&history_reply()),
        names_of(&snapshot_part()),
        names_of(&carry_request()),
        names_of(&carry_replies()),
        names_of(&certify_request()),
        names_of(&certificate()),
        names_of(&attachment_refusals()),
        names_of(&hand_in()),
        names_of(&shared()),
        names_of(&receipt()),
        names_of(&manifest()),
    ];
    let mut found: BTreeSet<String> = messages.into_iter().flatten().collect();
    found.extend(carry_replies().iter().map(|reply| word_of(&reply.state)));
    found.extend(attachment_refusals().iter().map(word_of));
    found.extend(refusals().iter().map(word_of));
    assert!(found.len() > 130, "{}", found.len());
    let section = section();
    let missing = |name: &&String| !section.contains(&format!("`{name}`"));
    let missing: Vec<&String> = found.iter().filter(missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The message's line of the table.
fn line_of(message: &str) -> String {
    let section = section();
    let begins = format!("| {message} |");
    let mut lines = section.lines();
    let line = lines.find(|line| line.starts_with(&begins));
    line.unwrap_or_else(|| panic!("no line of {message}"))
        .to_owned()
}

/// The names of a map in the order in which they are written.
struct InOrder(Vec<String>);

impl<'de> Deserialize<'de> for InOrder {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = InOrder;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<InOrder, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = entries.next_entry::<String, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(InOrder(names))
            }
        }
        from.deserialize_map(Map)
    }
}

#[track_caller]
fn is_written_as_its_line_says(message: &str, packed: &impl Serialize) {
    let packed = rmp_serde::to_vec_named(packed).expect("a message can be packed");
    let InOrder(names) = rmp_serde::from_slice(&packed).expect("a map of names");
    let (line, mut at) = (line_of(message), 0);
    for name in &names {
        let marked = format!("`{name}`");
        let found = line[at..].find(&marked);
        at += found.unwrap_or_else(|| panic!("{message}: `{name}` in its place of {names:?}"));
    }
}

#[test]
fn the_protocol_names_the_fields_of_each_message_in_their_order() {
    is_written_as_its_line_says("EnrolRequest", &enrol_request());
    is_written_as_its_line_says("EnrolReply", &enrol_reply());
    is_written_as_its_line_says("SyncRequest", &request(2));
    is_written_as_its_line_says("SyncReply", &reply(2));
    is_written_as_its_line_says("HistoryRequest", &history_request());
    is_written_as_its_line_says("HistoryReply", &history_reply());
    let record = history_reply().record.expect("a record");
    is_written_as_its_line_says("settled record", &record);
    let origin = record.origins.values().next().expect("an origin").clone();
    is_written_as_its_line_says("origin", &origin);
    let register = record.fields.values().next().expect("a register").clone();
    is_written_as_its_line_says("register", &register);
    is_written_as_its_line_says("SnapshotPart", &snapshot_part());
    is_written_as_its_line_says("CarryRequest", &carry_request());
    let taken = carry_replies().into_iter();
    let taken = taken.filter(|reply| reply.state == CarryState::Taken);
    taken.for_each(|reply| is_written_as_its_line_says("CarryReply", &reply));
    is_written_as_its_line_says("CertifyRequest", &certify_request());
    is_written_as_its_line_says("Certificate", &certificate());
    is_written_as_its_line_says("HandIn", &hand_in());
    is_written_as_its_line_says("Shared", &shared());
    is_written_as_its_line_says("Receipt", &receipt());
    is_written_as_its_line_says("manifest", &manifest());
    is_written_as_its_line_says("document", &manifest().documents[0]);
}

#[test]
fn every_kind_of_document_and_every_refusal_of_an_attachment_stands_in_the_protocol() {
    let line = line_of("document");
    use DocumentKind::{Areas, Calendar, Codes, Contacts, Form, Pack, Roles};
    for kind in [Form, Pack, Areas, Calendar, Roles, Contacts, Codes] {
        let word = word_of(&kind);
        assert!(line.contains(&format!("`{word}`")), "{word}");
    }
    let mut all = attachment_refusals();
    all.push(AttachmentRefusal::Malformed {
        message: "a header".into(),
    });
    let line = line_of("AttachmentRefusal");
    for refusal in all {
        let word = word_of(&refusal);
        assert!(line.contains(&format!("`{word}`")), "{word}");
    }
}

/// Written from the protocol's words, and nothing else of ours.
#[test]
fn the_chain_and_what_is_signed_are_what_the_protocol_says() {
    let save = Save {
        envelope: envelope(3, true),
        parts: parts(),
    };
    let salt_key = [7; 32];
    let before = [9; 32];
    let mut chain = Sha256::new();
    chain.update(b"tanfang-chain/1");
    chain.update(before);
    chain.update(rmp_serde::to_vec_named(&save.envelope).unwrap());
    let head = save.envelope.head;
    for (place, part) in (0_u64..).zip(&save.parts) {
        let mut salt = Hmac::<Sha256>::new_from_slice(&salt_key).unwrap();
        salt.update(head.device.bytes());
        salt.update(&head.seq.to_be_bytes());
        salt.update(&place.to_be_bytes());
        let mut hash = Sha256::new();
        hash.update(salt.finalize().into_bytes());
        hash.update(rmp_serde::to_vec_named(part).unwrap());
        chain.update(hash.finalize());
    }
    let after: [u8; 32] = chain.finalize().into();
    let secret = Secret::from_slice(&salt_key).unwrap();
    assert_eq!(link_save(&before, &save, &secret), after);
    let (device, seq) = (head.device.bytes(), head.seq.to_be_bytes());
    let pushed = [b"tanfang-push/1".as_slice(), device, &seq, &after].concat();
    assert_eq!(push_message(head.device, head.seq, &after), pushed);
    let epoch = Epoch::from_uuid(id(4));
    let told = [b"tanfang-ack/1".as_slice(), epoch.bytes(), device, &seq].concat();
    assert_eq!(acknowledgement_message(epoch, head.device, head.seq), told);
}
