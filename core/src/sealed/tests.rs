use super::*;
use crate::model::{DeviceId, Rng};
use crate::vault::{AgreementKey, Secret};
use std::sync::atomic::{AtomicU64, Ordering};

struct Seeded(AtomicU64);

impl Rng for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (x >> 56) as u8;
        }
    }
}

fn rng() -> Seeded {
    Seeded(AtomicU64::new(7))
}

fn key(byte: u8) -> AgreementKey {
    AgreementKey::from_secret(&Secret::from_slice(&[byte; 32]).unwrap())
}

fn sender() -> DeviceId {
    DeviceId::from_uuid(uuid::Uuid::from_bytes([3; 16]))
}

fn sealed(plain: &[u8], piece_bytes: usize) -> Vec<Piece> {
    let to = key(1);
    seal(
        Kind::County,
        sender(),
        to.public(),
        plain,
        piece_bytes,
        &rng(),
    )
    .unwrap()
}

#[test]
fn a_file_comes_back_from_its_pieces_in_any_order_some_of_them_twice() {
    let plain: Vec<u8> = (0..1000u32).map(|i| i as u8).collect();
    let mut pieces = sealed(&plain, 300);
    assert_eq!(pieces.len(), 4);
    pieces.reverse();
    pieces.push(pieces[1].clone());
    assert_eq!(open(&key(1), &pieces).unwrap().as_slice(), plain);
    let empty = sealed(b"", 300);
    assert_eq!(open(&key(1), &empty).unwrap().as_slice(), b"");
}

#[test]
fn a_piece_is_read_as_it_was_written_and_keeps_no_name() {
    for piece in sealed(&[9; 700], 300) {
        assert_eq!(Piece::read(&piece.bytes()).unwrap(), piece);
        let name = piece.file_name();
        assert!(!name.contains(&sender().to_string()[..8]), "{name}");
        assert!(name.ends_with(".tanfang"), "{name}");
    }
}

#[test]
fn a_missing_piece_is_named_as_people_count() {
    let pieces = sealed(&[9; 1000], 300);
    let error = open(&key(1), &[pieces[0].clone(), pieces[3].clone()]).unwrap_err();
    assert_eq!(
        error,
        SealedError::Missing {
            missing: vec![1, 2],
            of: 4
        }
    );
    assert!(error.to_string().contains("2, 3"), "{error}");
}

#[test]
fn the_wrong_phone_is_told_so_and_learns_nothing() {
    let pieces = sealed(b"secret", 300);
    assert_eq!(open(&key(2), &pieces), Err(SealedError::AnotherReceiver));
}

#[test]
fn a_piece_cut_at_any_byte_is_said_to_be_cut() {
    let bytes = sealed(b"some words", 300)[0].bytes();
    for end in 0..bytes.len() {
        assert_eq!(
            Piece::read(&bytes[..end]),
            Err(SealedError::Truncated),
            "cut at {end}"
        );
    }
}

#[test]
fn a_flipped_bit_anywhere_is_found_before_anything_is_opened() {
    let bytes = sealed(b"some words", 300)[0].bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut altered = bytes.clone();
            altered[at] ^= 1 << bit;
            assert!(Piece::read(&altered).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn bytes_after_the_end_are_not_ours() {
    let mut bytes = sealed(b"some words", 300)[0].bytes();
    bytes.push(0);
    assert_eq!(Piece::read(&bytes), Err(SealedError::Altered));
}

/// Whoever can write a hash can mend one: then the seal itself must hold.
#[test]
fn a_piece_altered_and_mended_does_not_open() {
    let pieces = sealed(&[9; 700], 300);
    let alter: [fn(&mut Piece); 8] = [
        |piece| piece.body[5] ^= 1,
        |piece| piece.nonce[5] ^= 1,
        |piece| piece.number = 2,
        |piece| piece.pieces = 9,
        |piece| piece.total += 1,
        |piece| piece.whole[0] ^= 1,
        |piece| piece.sender = DeviceId::from_uuid(uuid::Uuid::from_bytes([4; 16])),
        |piece| piece.kind = Kind::Phone,
    ];
    for (at, alter) in alter.iter().enumerate() {
        let mut altered = pieces[1].clone();
        alter(&mut altered);
        let read = Piece::read(&altered.bytes()).unwrap();
        assert_eq!(
            read.open(&key(1)),
            Err(SealedError::DoesNotOpen),
            "alteration {at}"
        );
    }
}

#[test]
fn pieces_of_two_files_do_not_make_one() {
    let (one, two) = (sealed(&[9; 700], 300), {
        let chance = Seeded(AtomicU64::new(8));
        seal(
            Kind::County,
            sender(),
            key(1).public(),
            &[9; 700],
            300,
            &chance,
        )
        .unwrap()
    });
    let mixed = [one[0].clone(), two[1].clone(), one[2].clone()];
    assert_eq!(open(&key(1), &mixed), Err(SealedError::OfAnother));
    // The pieces of the other file in this one's frame.
    let mut framed = one[1].clone();
    (framed.nonce, framed.body) = (two[1].nonce.clone(), two[1].body.clone());
    let mixed = [one[0].clone(), framed, one[2].clone()];
    assert_eq!(open(&key(1), &mixed), Err(SealedError::DoesNotOpen));
}

#[test]
fn a_newer_file_asks_for_an_update_and_a_picture_for_another_file() {
    let mut bytes = sealed(b"some words", 300)[0].bytes();
    bytes[7] = b'2';
    assert_eq!(Piece::read(&bytes), Err(SealedError::Newer));
    assert_eq!(
        Piece::read(b"\xff\xd8\xff\xe0 JFIF"),
        Err(SealedError::NotOurs)
    );
}

#[test]
fn a_length_of_four_gigabytes_costs_nothing() {
    let mut bytes = sealed(b"some words", 300)[0].bytes();
    bytes[155..159].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(Piece::read(&bytes), Err(SealedError::TooLarge));
}

#[test]
fn a_bomb_inside_is_refused_before_it_grows() {
    let many = pack(&vec![(); 12_000_000]).unwrap();
    assert!(many.len() < 100_000);
    let pieces = sealed(&many, PIECE_BYTES);
    let plain = open(&key(1), &pieces).unwrap();
    let error = unpack::<Vec<()>>(&plain).unwrap_err();
    assert!(matches!(error, SealedError::Contents(_)), "{error}");
}

#[test]
fn more_than_a_file_holds_is_not_sealed() {
    let (to, plain) = (key(1), [9; 300]);
    let made = seal(Kind::County, sender(), to.public(), &plain, 1, &rng());
    assert_eq!(made, Err(SealedError::TooMuch));
    let made = seal(Kind::County, sender(), &[4; 65], &plain, 300, &rng());
    assert_eq!(made, Err(SealedError::NotAKey));
}

proptest::proptest! {
    #[test]
    fn whatever_bytes_come_nothing_panics(bytes in proptest::collection::vec(0u8.., 0..600)) {
        let _ = Piece::read(&bytes);
        let ours = [b"TFSEAL01".as_slice(), &bytes].concat();
        let _ = Piece::read(&ours);
        let _ = unpack::<Shared>(&bytes);
        let _ = crate::wire::Certificate::from_text(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_piece_with_any_stretch_overwritten_is_refused(
        at in 0usize..400, stretch in proptest::collection::vec(0u8.., 1..40),
    ) {
        let bytes = sealed(&[9; 250], 300)[0].bytes();
        let mut altered = bytes.clone();
        let at = at.min(altered.len() - stretch.len());
        altered[at..at + stretch.len()].copy_from_slice(&stretch);
        proptest::prop_assume!(altered != bytes);
        proptest::prop_assert!(Piece::read(&altered).is_err());
    }
}
