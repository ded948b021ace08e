//! Sealed files that phones and clerks bring.

use tanfang_core::sealed::{HandIn, Kind as For, Piece, pack, seal};
use tanfang_core::vault::{AgreementKey, Secret, SoftwareKey};
use tanfang_core::wire::{
    CarryReply, CarryRequest, CarryState, Certificate, CertifyRequest, Push, VERSION, WireRefusal,
};

use super::world::*;
use crate::engine::{Request, Response};

/// What a phone would write on a card, in pieces of so many bytes.
pub(super) fn sealed(world: &World, phone: &Phone, push: Push, piece_bytes: usize) -> Vec<Piece> {
    let hand_in = HandIn {
        version: VERSION,
        device: phone.id,
        push,
    };
    let county = county(world);
    let plain = pack(&hand_in).unwrap();
    seal(
        For::County,
        phone.id,
        &county,
        &plain,
        piece_bytes,
        &*world.rng,
    )
    .unwrap()
}

/// The server's public agreement key, as a certificate names it.
fn county(world: &World) -> Vec<u8> {
    let key = std::fs::read_to_string(world.dir.path().join("server.key")).unwrap();
    let secret = Secret::from_slice(&hex::decode(key.trim()).unwrap()).unwrap();
    let keys = crate::keys::ServerKeys::from_secret(&secret);
    keys.agreement().public().to_vec()
}

fn ask(
    world: &mut World,
    carrier: &Phone,
    piece: &Piece,
    with_piece: bool,
) -> Result<CarryReply, WireRefusal> {
    let request = CarryRequest {
        version: VERSION,
        bundle: piece.bundle().0.to_vec().into(),
        piece: with_piece.then(|| piece.bytes().into()),
        vouched: false,
    };
    match world.server.handle(Request::Carry {
        token: carrier.token.clone(),
        request: Box::new(request),
    }) {
        Response::Carried(reply) => Ok(*reply),
        Response::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

/// Brings every piece; the answer to the last.
pub(super) fn brings(world: &mut World, carrier: &Phone, pieces: &[Piece]) -> CarryReply {
    let replies: Vec<_> = pieces
        .iter()
        .map(|piece| ask(world, carrier, piece, true).unwrap())
        .collect();
    replies.into_iter().next_back().unwrap()
}

/// How many of a phone's saves the server has.
fn through(world: &mut World, phone: &Phone) -> u64 {
    let device = world.stored(|turn| turn.tx().device_by_id(phone.id));
    device.unwrap().through
}

fn saves_of(world: &mut World) -> i64 {
    world.stored(|turn| turn.tx().last_save()).0
}

#[test]
fn a_file_is_judged_as_a_push_and_the_phones_own_push_after_it_doubles_nothing() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let mut b = world.worker("village_committee", VILLAGE);
    let (household, person) = a.card(&world, VILLAGE);
    // The second is of a place that is not the author's: it alone is refused.
    a.card(&world, OTHER);
    a.visit(&world, household, person);
    let pieces = sealed(&world, &a, a.push_from(1), 300);
    assert!(pieces.len() > 2);
    let first = ask(&mut world, &b, &pieces[0], false).unwrap();
    assert_eq!(
        (first.state, first.missing),
        (CarryState::Arriving, vec![0])
    );
    let half = ask(&mut world, &b, &pieces[0], true).unwrap();
    assert_eq!(half.missing.len(), pieces.len() - 1);
    assert!(world.stored(|turn| turn.record(person)).is_none());
    let done = brings(&mut world, &b, &pieces);
    assert_eq!(done.state, CarryState::Taken);
    assert_eq!(done.refused, [2]);
    assert!(world.stored(|turn| turn.record(person)).is_some());

    let before = saves_of(&mut world);
    assert_eq!(brings(&mut world, &b, &pieces).state, CarryState::Taken);
    let reply = world.push(&a, 1).unwrap();
    assert_eq!(reply.through, 3);
    assert!(accepted(&reply.verdicts[0].verdict));
    assert!(refused_for(&reply.verdicts[1].verdict).is_some());
    assert_eq!(saves_of(&mut world), before);
    let items = world.pull(&mut b);
    let feed = format!("{VILLAGE}/contact");
    let people = told(&items, &feed);
    let times = people.iter().filter(|(_, id)| *id == person).count();
    assert_eq!(times, 1, "{people:?}");
}

#[test]
fn a_file_that_comes_before_an_earlier_one_waits_and_goes_in_by_itself() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let b = world.worker("village_committee", VILLAGE);
    let (household, person) = a.card(&world, VILLAGE);
    let earlier = sealed(&world, &a, a.push_from(1), 1 << 20);
    let visit = a.visit(&world, household, person);
    let later = sealed(&world, &a, a.push_from(2), 1 << 20);
    assert_eq!(brings(&mut world, &b, &later).state, CarryState::Early);
    assert_eq!(brings(&mut world, &b, &earlier).state, CarryState::Taken);
    assert_eq!(
        ask(&mut world, &b, &later[0], false).unwrap().state,
        CarryState::Taken
    );
    assert!(world.stored(|turn| turn.record(visit)).is_some());
}

/// A phone whose saves alternate between two villages seals hundreds of files; who carries them does
/// not know their order. One called within the other they would end the writer's stack, and with it
/// the server.
#[test]
fn hundreds_of_files_that_come_backwards_go_in_one_after_another() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let b = world.worker("village_committee", VILLAGE);
    let (household, person) = a.card(&world, VILLAGE);
    let mut files = vec![sealed(&world, &a, a.push_from(1), 1 << 20)];
    for seq in 2..=400 {
        a.visit(&world, household, person);
        files.push(sealed(&world, &a, a.push_from(seq), 1 << 20));
    }
    // One is lacking: what is behind it waits on.
    let lacking = files.remove(300);
    while let Some(file) = files.pop() {
        let state = brings(&mut world, &b, &file).state;
        let first = files.is_empty();
        assert_eq!(state == CarryState::Taken, first, "{state:?}");
        assert_eq!(state == CarryState::Early, !first, "{state:?}");
    }
    assert_eq!(through(&mut world, &a), 300);
    assert_eq!(brings(&mut world, &b, &lacking).state, CarryState::Taken);
    assert_eq!(through(&mut world, &a), 400);
}

#[test]
fn a_file_that_is_not_its_phones_is_refused_whole() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let b = world.worker("village_committee", VILLAGE);
    let (_, person) = a.card(&world, VILLAGE);
    let refused = |reply: CarryReply| matches!(reply.state, CarryState::Refused { .. });
    // Signed by nobody's key.
    let forger = SoftwareKey::from_secret(&Secret::fresh(&*world.rng)).unwrap();
    let mut forged = a.push_from(1);
    forged.signature = forger.sign(b"anything");
    let pieces = sealed(&world, &a, forged, 1 << 20);
    assert!(refused(brings(&mut world, &b, &pieces)));
    // Outside it names b, inside it is a's.
    let hand_in = HandIn {
        version: VERSION,
        device: a.id,
        push: a.push_from(1),
    };
    let plain = pack(&hand_in).unwrap();
    let key = county(&world);
    let pieces = seal(For::County, b.id, &key, &plain, 1 << 20, &*world.rng).unwrap();
    assert!(refused(brings(&mut world, &b, &pieces)));
    // Garbage that opens.
    let pieces = seal(For::County, a.id, &key, b"garbage", 1 << 20, &*world.rng).unwrap();
    assert!(refused(brings(&mut world, &b, &pieces)));
    // Sealed to somebody else: not even kept.
    let other = AgreementKey::from_secret(&Secret::fresh(&*world.rng));
    let made = seal(
        For::County,
        a.id,
        other.public(),
        &plain,
        1 << 20,
        &*world.rng,
    );
    let pieces = made.unwrap();
    assert!(refused(brings(&mut world, &b, &pieces)));
    assert!(
        world
            .stored(|turn| turn.tx().bundle(pieces[0].bundle()))
            .is_none()
    );
    assert!(world.stored(|turn| turn.record(person)).is_none());
    let good = sealed(&world, &a, a.push_from(1), 1 << 20);
    assert_eq!(brings(&mut world, &b, &good).state, CarryState::Taken);
}

#[test]
fn a_phone_restored_from_a_backup_cannot_hand_in_another_past() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let b = world.worker("village_committee", VILLAGE);
    a.card(&world, VILLAGE);
    world.push(&a, 1).unwrap();
    a.alter(1, |save| save.parts[0].writes.truncate(1));
    let (_, person) = a.card(&world, VILLAGE);
    let pieces = sealed(&world, &a, a.push_from(2), 1 << 20);
    let reply = brings(&mut world, &b, &pieces);
    assert!(
        matches!(reply.state, CarryState::Refused { .. }),
        "{reply:?}"
    );
    assert!(world.stored(|turn| turn.record(person)).is_none());
}

#[test]
fn who_is_revoked_carries_nothing_and_asks_nothing() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let b = world.worker("village_committee", VILLAGE);
    a.card(&world, VILLAGE);
    let pieces = sealed(&world, &a, a.push_from(1), 1 << 20);
    world
        .server
        .write(|turn| turn.revoke(b.worker).map(|_| ()))
        .map_err(|error: crate::store::StoreError| error)
        .unwrap();
    for with_piece in [false, true] {
        let refusal = ask(&mut world, &b, &pieces[0], with_piece).unwrap_err();
        assert_eq!(refusal, WireRefusal::Revoked);
    }
}

#[test]
fn what_a_revoked_phone_sent_before_needs_nobodys_word() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let b = world.worker("village_committee", VILLAGE);
    a.card(&world, VILLAGE);
    let known = sealed(&world, &a, a.push_from(1), 1 << 20);
    world.push(&a, 1).unwrap();
    a.card(&world, VILLAGE);
    let unknown = sealed(&world, &a, a.push_from(1), 1 << 20);
    world
        .server
        .write(|turn| turn.revoke(a.worker).map(|_| ()))
        .map_err(|error: crate::store::StoreError| error)
        .unwrap();
    assert_eq!(brings(&mut world, &b, &known).state, CarryState::Taken);
    let reply = brings(&mut world, &b, &unknown);
    assert_eq!(reply.state, CarryState::Quarantined);
    assert_eq!(
        world
            .stored(|turn| turn.tx().device_by_id(a.id))
            .unwrap()
            .through,
        1
    );
}

#[test]
fn the_server_says_of_a_phones_keys_what_it_knows() {
    let mut world = World::new();
    let a = world.worker("village_committee", VILLAGE);
    let key = AgreementKey::from_secret(&Secret::fresh(&*world.rng));
    let mut certify = |key: &[u8]| {
        let request = CertifyRequest {
            version: VERSION,
            agreement_key: key.to_vec().into(),
        };
        let token = a.token.clone();
        world.server.handle(Request::Certify { token, request })
    };
    let Response::Certified(said) = certify(key.public()) else {
        panic!("certified")
    };
    let bad = certify(&[4; 65]);
    assert!(matches!(
        bad,
        Response::Refused(WireRefusal::Malformed { .. })
    ));
    let server = hex::decode(world.server.public_key()).unwrap();
    assert!(said.is_of(&server));
    assert_eq!(said.device, a.id);
    assert_eq!(said.county_key, county(&world));
    let text = said.to_text();
    assert!(
        text.len() < 600,
        "{} letters are too many for a QR code",
        text.len()
    );
    assert_eq!(Certificate::from_text(&text).unwrap(), *said);
    let other = Certificate {
        worker: world.id().worker(),
        ..(*said).clone()
    };
    assert!(
        !other.is_of(&server),
        "nobody becomes another by writing it"
    );
}

#[test]
fn a_file_whose_numbers_no_save_can_have_is_refused_and_stops_no_other() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let b = world.worker("village_committee", VILLAGE);
    a.card(&world, VILLAGE);
    for from in [0, 2, u64::MAX >> 1, 1 << 63, u64::MAX] {
        let mut push = a.push_from(1);
        push.from = from;
        let pieces = sealed(&world, &a, push, 1 << 20);
        assert!(matches!(
            brings(&mut world, &b, &pieces).state,
            CarryState::Refused { .. }
        ));
    }
    let good = sealed(&world, &a, a.push_from(1), 1 << 20);
    assert_eq!(brings(&mut world, &b, &good).state, CarryState::Taken);
}
