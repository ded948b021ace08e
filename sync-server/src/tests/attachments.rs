//! Attachments, asked of the mind: sent in pieces, verified, read by whoever may hold a part.

mod again;

use rusqlite::Connection;
use tanfang_core::attachment::{AttachmentRef, MAX_BYTES, MediaType};
use tanfang_core::model::{Compartment, Field, Kind, RecordId, Write};
use tanfang_core::vault::Secret;
use tanfang_core::wire::{AttachmentRefusal, WireRefusal};

use super::world::*;
use crate::engine::{AttachmentAsk, AttachmentTold, Request, Response, UNNAMED_DAYS};
use crate::keys::ServerKeys;

const DAY_MILLIS: i64 = 86_400_000;
const MARKER: &[u8] = b"marker-of-the-picture";

/// A server whose card asks for a portrait.
pub(super) fn card() -> String {
    let asked = "| | image | portrait | portrait | | person | contact |\n| | text | phone |";
    CARD.replace("| | text | phone |", asked)
}

fn world() -> World {
    World::with_forms([&card(), VISIT])
}

/// A picture of so many bytes, no two of them alike for another number.
pub(super) fn picture(number: u8, bytes: usize) -> (AttachmentRef, Vec<u8>) {
    let mut all = b"\x89PNG\r\n\x1a\n".to_vec();
    all.extend_from_slice(MARKER);
    all.resize(bytes, number);
    (AttachmentRef::to(&all, MediaType::Png), all)
}

pub(super) type Told = Result<AttachmentTold, AttachmentRefusal>;

fn ask(world: &mut World, phone: &Phone, ask: AttachmentAsk) -> Told {
    let token = phone.token.clone();
    match world.server.handle(Request::Attachment { token, ask }) {
        Response::Attachment(told) => told,
        other => panic!("{other:?}"),
    }
}

fn offset(told: Told) -> u64 {
    match told {
        Ok(AttachmentTold::At { offset, .. }) => offset,
        other => panic!("{other:?}"),
    }
}

/// Sends what is lacking, in pieces of so many bytes.
pub(super) fn send(
    world: &mut World,
    phone: &Phone,
    of: &AttachmentRef,
    bytes: &[u8],
    piece: usize,
) -> Told {
    let mut told = ask(world, phone, AttachmentAsk::Create(*of));
    while let Ok(AttachmentTold::At { offset, .. }) = told {
        if offset == of.length {
            break;
        }
        let from = offset as usize;
        let end = bytes.len().min(from + piece);
        told = append(world, phone, of, offset, &bytes[from..end]);
    }
    told
}

fn append(world: &mut World, phone: &Phone, of: &AttachmentRef, offset: u64, bytes: &[u8]) -> Told {
    let (hash, bytes) = (of.hash, bytes.to_vec());
    let piece = AttachmentAsk::Append {
        hash,
        offset,
        bytes,
    };
    ask(world, phone, piece)
}

pub(super) fn read(
    world: &mut World,
    phone: &Phone,
    of: &AttachmentRef,
) -> Result<Vec<u8>, AttachmentRefusal> {
    let mut all = Vec::new();
    while (all.len() as u64) < of.length {
        let wanted = AttachmentAsk::Read {
            hash: of.hash,
            from: all.len() as u64,
            through: None,
        };
        match ask(world, phone, wanted)? {
            AttachmentTold::Bytes { bytes, .. } => all.extend(bytes),
            other => panic!("{other:?}"),
        }
    }
    Ok(all)
}

/// A save that names an attachment in a person's record.
pub(super) fn names(world: &mut World, phone: &mut Phone, person: RecordId, of: &AttachmentRef) {
    let mut named = part(person, Kind::PERSON, Compartment::Contact, &[]);
    named.writes.push(Write {
        field: Field::parse("portrait").unwrap(),
        value: of.to_value(),
        seen: Vec::new(),
        calculated: false,
    });
    phone.save(world, Some(&world.card.clone()), vec![named]);
    let verdict = world.verdict(phone);
    assert!(accepted(&verdict), "{verdict:?}");
}

fn worker_with_person(world: &mut World, area: &str) -> (Phone, RecordId, RecordId) {
    let mut phone = world.worker("village_committee", area);
    let (household, person) = phone.card(world, area);
    assert!(accepted(&world.verdict(&phone)));
    (phone, household, person)
}

#[test]
fn a_photo_arrives_in_pieces_and_is_read_by_whoever_may_hold_its_part() {
    let mut world = world();
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let colleague = world.worker("village_committee", VILLAGE);
    let stranger = world.worker("village_committee", OTHER);
    let (of, bytes) = picture(1, 1_300_000);
    names(&mut world, &mut phone, person, &of);
    assert_eq!(
        read(&mut world, &colleague, &of),
        Err(AttachmentRefusal::NotYet)
    );
    assert_eq!(
        offset(send(&mut world, &phone, &of, &bytes, 100_001)),
        of.length
    );
    assert_eq!(read(&mut world, &colleague, &of), Ok(bytes.clone()));
    assert_eq!(read(&mut world, &phone, &of), Ok(bytes.clone()));
    assert_eq!(
        read(&mut world, &stranger, &of),
        Err(AttachmentRefusal::Unknown)
    );
    let wanted = AttachmentAsk::Read {
        hash: of.hash,
        from: 65_530,
        through: Some(65_545),
    };
    let told = ask(&mut world, &colleague, wanted).unwrap();
    let AttachmentTold::Bytes {
        bytes: some, from, ..
    } = told
    else {
        panic!("{told:?}")
    };
    assert_eq!((from, some.as_slice()), (65_530, &bytes[65_530..65_546]));
    // Who may read it need not send it.
    assert_eq!(
        offset(ask(&mut world, &colleague, AttachmentAsk::Create(of))),
        of.length
    );
}

#[test]
fn a_household_that_moves_takes_the_right_to_its_photos_along() {
    let mut world = world();
    let (mut phone, household, person) = worker_with_person(&mut world, VILLAGE);
    let beyond = world.worker("village_committee", OTHER);
    let (of, bytes) = picture(1, 5_000);
    names(&mut world, &mut phone, person, &of);
    send(&mut world, &phone, &of, &bytes, 5_000).unwrap();
    assert_eq!(
        read(&mut world, &beyond, &of),
        Err(AttachmentRefusal::Unknown)
    );
    let mut moved = part(
        household,
        Kind::HOUSEHOLD,
        Compartment::Contact,
        &[("$area", OTHER)],
    );
    moved.writes[0].seen = vec![phone.saves[0].envelope.head];
    world.own(vec![moved]);
    assert_eq!(
        read(&mut world, &phone, &of),
        Err(AttachmentRefusal::Unknown)
    );
    assert_eq!(read(&mut world, &beyond, &of), Ok(bytes));
}

#[test]
fn a_piece_sent_twice_beyond_or_too_long_is_refused_and_nothing_moves() {
    let mut world = world();
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let (of, bytes) = picture(1, 1_000);
    names(&mut world, &mut phone, person, &of);
    assert_eq!(
        append(&mut world, &phone, &of, 0, &bytes[..10]),
        Err(AttachmentRefusal::Unknown),
        "nothing was announced"
    );
    ask(&mut world, &phone, AttachmentAsk::Create(of)).unwrap();
    assert_eq!(
        offset(append(&mut world, &phone, &of, 0, &bytes[..400])),
        400
    );
    for wrong in [0, 399, 401, 1_000, u64::MAX] {
        assert_eq!(
            append(&mut world, &phone, &of, wrong, &bytes[..400]),
            Err(AttachmentRefusal::OffsetIs { offset: 400 })
        );
    }
    assert_eq!(
        append(&mut world, &phone, &of, 400, &bytes[..601]),
        Err(AttachmentRefusal::TooLong { length: 1_000 })
    );
    assert_eq!(
        offset(ask(&mut world, &phone, AttachmentAsk::Offset(of.hash))),
        400
    );
    assert_eq!(
        offset(ask(&mut world, &phone, AttachmentAsk::Create(of))),
        400
    );
    assert_eq!(
        offset(append(&mut world, &phone, &of, 400, &bytes[400..])),
        1_000
    );
    assert_eq!(
        append(&mut world, &phone, &of, 1_000, b"more"),
        Err(AttachmentRefusal::TooLong { length: 1_000 })
    );
    assert_eq!(read(&mut world, &phone, &of), Ok(bytes));
}

#[test]
fn what_is_not_what_its_hash_length_or_type_says_is_thrown_away() {
    let mut world = world();
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let (of, bytes) = picture(1, 1_000);
    names(&mut world, &mut phone, person, &of);
    let mut altered = bytes.clone();
    altered[999] ^= 1;
    assert_eq!(
        send(&mut world, &phone, &of, &altered, 300),
        Err(AttachmentRefusal::ContentDiffers)
    );
    let asked = ask(&mut world, &phone, AttachmentAsk::Offset(of.hash));
    assert_eq!(
        asked,
        Err(AttachmentRefusal::Unknown),
        "nothing of it was kept"
    );
    for other in [
        AttachmentRef { length: 999, ..of },
        AttachmentRef {
            media: MediaType::Pdf,
            ..of
        },
    ] {
        let told = ask(&mut world, &phone, AttachmentAsk::Create(other));
        assert_eq!(told, Err(AttachmentRefusal::AnotherReference));
    }
    let html = b"<html>not a picture</html>".to_vec();
    let lie = AttachmentRef::to(&html, MediaType::Png);
    let told = send(&mut world, &phone, &lie, &html, 1_000);
    assert_eq!(told, Err(AttachmentRefusal::ContentDiffers));
    for length in [0, MAX_BYTES + 1, u64::MAX] {
        let none = AttachmentRef { length, ..of };
        let told = ask(&mut world, &phone, AttachmentAsk::Create(none));
        assert_eq!(
            told,
            Err(AttachmentRefusal::LengthNotTaken { limit: MAX_BYTES })
        );
    }
    send(&mut world, &phone, &of, &bytes, 300).unwrap();
    assert_eq!(read(&mut world, &phone, &of), Ok(bytes));
}

#[test]
fn nobody_gains_a_right_by_naming_what_they_cannot_read() {
    let mut world = world();
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let (mut stranger, _, other_person) = worker_with_person(&mut world, OTHER);
    let (of, bytes) = picture(1, 2_000);
    names(&mut world, &mut phone, person, &of);
    send(&mut world, &phone, &of, &bytes, 2_000).unwrap();
    names(&mut world, &mut stranger, other_person, &of);
    assert_eq!(
        read(&mut world, &stranger, &of),
        Err(AttachmentRefusal::NotYet)
    );
    assert_eq!(
        offset(ask(&mut world, &stranger, AttachmentAsk::Create(of))),
        0
    );
    // Whoever has the bytes has no need of the right.
    send(&mut world, &stranger, &of, &bytes, 2_000).unwrap();
    assert_eq!(read(&mut world, &stranger, &of), Ok(bytes));
}

#[test]
fn what_a_colleague_names_again_is_here_without_being_sent_again() {
    let mut world = world();
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let mut colleague = world.worker("village_committee", VILLAGE);
    let (_, another) = colleague.card(&world, VILLAGE);
    assert!(accepted(&world.verdict(&colleague)));
    let (of, bytes) = picture(1, 2_000);
    names(&mut world, &mut phone, person, &of);
    // Before and after it has come.
    names(&mut world, &mut colleague, another, &of);
    send(&mut world, &phone, &of, &bytes, 2_000).unwrap();
    let (_, third) = colleague.card(&world, VILLAGE);
    assert!(accepted(&world.verdict(&colleague)));
    names(&mut world, &mut colleague, third, &of);
    let rows = world.stored(|turn| turn.tx().names(of.hash));
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|name| name.content.is_some()));
    assert_eq!(read(&mut world, &colleague, &of), Ok(bytes));
}

#[test]
fn a_bounded_amount_may_come_before_a_save_names_it_and_is_swept_if_none_does() {
    let mut world = world();
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let all: Vec<_> = (0..21).map(|n| picture(n, 500)).collect();
    for (of, bytes) in &all[..20] {
        send(&mut world, &phone, of, bytes, 500).unwrap();
    }
    let told = ask(&mut world, &phone, AttachmentAsk::Create(all[20].0));
    assert_eq!(told, Err(AttachmentRefusal::TooManyUnnamed));
    // What a save has named counts no longer, and is never swept.
    names(&mut world, &mut phone, person, &all[0].0);
    ask(&mut world, &phone, AttachmentAsk::Create(all[20].0)).unwrap();
    world.move_clock(UNNAMED_DAYS * DAY_MILLIS - 1);
    assert_eq!(
        offset(ask(
            &mut world,
            &phone,
            AttachmentAsk::Offset(all[1].0.hash)
        )),
        500
    );
    world.move_clock(DAY_MILLIS);
    let told = ask(&mut world, &phone, AttachmentAsk::Offset(all[1].0.hash));
    assert_eq!(told, Err(AttachmentRefusal::Unknown));
    assert_eq!(read(&mut world, &phone, &all[0].0), Ok(all[0].1.clone()));
    assert_eq!(
        read(&mut world, &phone, &all[1].0),
        Err(AttachmentRefusal::Unknown)
    );
}

#[test]
fn a_revoked_or_unknown_phone_is_told_so_and_sends_and_reads_nothing() {
    let mut world = world();
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let (of, bytes) = picture(1, 500);
    names(&mut world, &mut phone, person, &of);
    ask(&mut world, &phone, AttachmentAsk::Create(of)).unwrap();
    append(&mut world, &phone, &of, 0, &bytes[..100]).unwrap();
    let worker = phone.worker;
    let at = world.clock_millis();
    world
        .server
        .write::<_, crate::store::StoreError>(|turn| turn.tx().revoke(worker, at))
        .unwrap();
    let refused = |world: &mut World, token: &str| {
        let ask = AttachmentAsk::Append {
            hash: of.hash,
            offset: 100,
            bytes: bytes[100..].to_vec(),
        };
        let token = token.to_owned();
        match world.server.handle(Request::Attachment { token, ask }) {
            Response::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&mut world, &phone.token), WireRefusal::Revoked);
    assert_eq!(refused(&mut world, "nobody"), WireRefusal::SignedOut);
    // The same worker's next phone goes on with it.
    let next = world.phone_of(worker);
    assert_eq!(read(&mut world, &next, &of), Err(AttachmentRefusal::NotYet));
    send(&mut world, &next, &of, &bytes, 100).unwrap();
    assert_eq!(read(&mut world, &next, &of), Ok(bytes.clone()));
}

#[test]
fn a_full_disk_is_told_as_such_and_what_had_arrived_is_kept() {
    let mut world = World::on_file_with([&card(), VISIT]);
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let (of, bytes) = picture(1, 2_000_000);
    names(&mut world, &mut phone, person, &of);
    ask(&mut world, &phone, AttachmentAsk::Create(of)).unwrap();
    append(&mut world, &phone, &of, 0, &bytes[..65_536]).unwrap();
    let disk = world.server.disk();
    let taken = disk.pages().unwrap();
    disk.limit_pages(Some(taken + 20)).unwrap();
    let told = append(&mut world, &phone, &of, 65_536, &bytes[65_536..1_000_000]);
    assert_eq!(told, Err(AttachmentRefusal::DiskFull));
    assert_eq!(AttachmentRefusal::DiskFull.status(), 507);
    let told = ask(&mut world, &phone, AttachmentAsk::Offset(of.hash));
    assert_eq!(offset(told), 65_536);
    world.server.disk().limit_pages(None).unwrap();
    send(&mut world, &phone, &of, &bytes, 65_536).unwrap();
    assert_eq!(read(&mut world, &phone, &of), Ok(bytes));
}

#[test]
fn bytes_lie_sealed_and_go_with_the_key_of_whom_they_are_about() {
    let mut world = World::on_file_with([&card(), VISIT]);
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let (of, bytes) = picture(1, 200_000);
    names(&mut world, &mut phone, person, &of);
    send(&mut world, &phone, &of, &bytes, 65_536).unwrap();
    let dir = world.dir.path().to_owned();
    let secret = std::fs::read_to_string(dir.join("server.key")).unwrap();
    let secret = Secret::from_slice(&hex::decode(secret.trim()).unwrap()).unwrap();
    let keys = ServerKeys::from_secret(&secret);
    let sql = Connection::open(dir.join("server.db")).unwrap();
    let key = format!("x'{}'", hex::encode(keys.database().expose()));
    sql.pragma_update(None, "key", key).unwrap();
    sql.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")
        .unwrap();
    // Also who opens the database sees nothing of it.
    let mut pieces = sql.prepare("SELECT sealed FROM attachment_pieces").unwrap();
    let sealed: Vec<Vec<u8>> = pieces
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(sealed.len(), 4);
    let holds = |bytes: &[u8]| bytes.windows(MARKER.len()).any(|window| window == MARKER);
    assert!(sealed.iter().all(|piece| !holds(piece)));
    let wrapped: Option<Vec<u8>> = sql
        .query_row("SELECT wrapped FROM attachments", [], |row| row.get(0))
        .unwrap();
    assert_eq!(wrapped, None, "the server's own key opens it no longer");
    let person = person.bytes().to_vec();
    sql.execute(
        "UPDATE part_keys SET wrapped = NULL WHERE owner = ?1",
        [person],
    )
    .unwrap();
    assert_eq!(
        read(&mut world, &phone, &of),
        Err(AttachmentRefusal::NotYet)
    );
}

#[test]
fn nobody_gains_a_right_by_naming_it_before_the_bytes_have_come() {
    let mut world = world();
    let mut both = world.worker("village_committee", "530999201");
    let (_, here) = both.card(&world, VILLAGE);
    let (_, there) = both.card(&world, OTHER);
    let mut stranger = world.worker("village_committee", OTHER);
    world.push(&both, 1).unwrap();
    let (of, bytes) = picture(1, 2_000);
    names(&mut world, &mut both, here, &of);
    // The stranger knows hash, length and type, and may write about somebody of the other village.
    names(&mut world, &mut stranger, there, &of);
    send(&mut world, &both, &of, &bytes, 2_000).unwrap();
    assert_eq!(read(&mut world, &both, &of), Ok(bytes));
    assert_eq!(
        read(&mut world, &stranger, &of),
        Err(AttachmentRefusal::NotYet)
    );
}

#[test]
fn what_is_whole_is_not_thrown_away_by_announcing_it_with_another_length() {
    let mut world = world();
    let phone = world.worker("village_committee", VILLAGE);
    let (of, bytes) = picture(1, 2_000);
    send(&mut world, &phone, &of, &bytes, 2_000).unwrap();
    let other = AttachmentRef { length: 5, ..of };
    assert_eq!(
        ask(&mut world, &phone, AttachmentAsk::Create(other)),
        Err(AttachmentRefusal::AnotherReference)
    );
    assert_eq!(
        offset(ask(&mut world, &phone, AttachmentAsk::Create(of))),
        2_000
    );
}
