//! What is handed on where there is no link: the contents of sealed files, and their pieces.

use std::sync::atomic::{AtomicU64, Ordering};

use tanfang_core::model::{DeviceId, Rng};
use tanfang_core::sealed::{
    HandIn, Kind, Piece, Receipt, Shared, SharedPart, SharedSave, open, seal, unpack,
};
use tanfang_core::vault::{AgreementKey, Secret, ServerKey, SoftwareKey};
use tanfang_core::wire::{
    Acknowledgement, Bytes, Certificate, ChainHead, Push, acknowledgement_message, encode,
    link_save, part_salt, push_message, salted_hash,
};

use super::{frozen, made::*, plain_of};

/// The chain of the phone before the saves of the file.
const BEFORE: ChainHead = [9; 32];

fn secret(byte: u8) -> Secret {
    Secret::from_slice(&[byte; 32]).unwrap()
}

/// Whose keys these are: the county's server, the phone that seals, the phone that it seals to.
fn county() -> AgreementKey {
    AgreementKey::from_secret(&secret(11))
}

fn server() -> ServerKey {
    ServerKey::from_secret(&secret(12))
}

fn sender() -> (SoftwareKey, AgreementKey) {
    let signing = SoftwareKey::from_secret(&secret(13)).unwrap();
    (signing, AgreementKey::from_secret(&secret(14)))
}

fn receiver() -> AgreementKey {
    AgreementKey::from_secret(&secret(15))
}

fn device() -> DeviceId {
    head(0).device
}

/// The same chances for the same seed.
struct Counted(AtomicU64);

impl Rng for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (x >> 56) as u8;
        }
    }
}

fn saves() -> Vec<tanfang_core::model::Save> {
    let saves = [(4, true), (5, false)].map(|(seq, form)| tanfang_core::model::Save {
        envelope: envelope(seq, form),
        parts: parts(),
    });
    saves.into()
}

/// Signed as the phone signs a push.
pub fn hand_in() -> HandIn {
    let salt = secret(7);
    let chain = saves()
        .iter()
        .fold(BEFORE, |chain, save| link_save(&chain, save, &salt));
    HandIn {
        version: 2,
        device: device(),
        push: Push {
            from: 4,
            saves: saves(),
            signature: sender().0.sign(&push_message(device(), 5, &chain)),
        },
    }
}

/// The first part of each save is told, of the others the hash.
pub fn shared() -> Shared {
    let (signing, agreement) = sender();
    let mut certificate = Certificate {
        public_key: signing.public(),
        agreement_key: agreement.public().to_vec(),
        county_key: county().public().to_vec(),
        ..certificate()
    };
    certificate.signature = server().sign(&certificate.message());
    let told = |save: tanfang_core::model::Save| {
        let head = save.envelope.head;
        let parts = (0..).zip(save.parts).map(|(place, part)| {
            let salt = part_salt(&secret(7), head, place);
            match place {
                0 => SharedPart::Told {
                    salt: Bytes(salt.to_vec()),
                    feed: feed("contact"),
                    part: Box::new(part),
                },
                _ => SharedPart::Hidden(Bytes(salted_hash(&salt, &part).to_vec())),
            }
        });
        SharedSave {
            envelope: save.envelope,
            parts: parts.collect(),
        }
    };
    Shared {
        version: 2,
        certificate,
        before: Bytes(BEFORE.to_vec()),
        saves: saves().into_iter().map(told).collect(),
        signature: Bytes(hand_in().push.signature),
        county: pieces().iter().map(|piece| Bytes(piece.bytes())).collect(),
    }
}

/// The county's answer, which its phone believes.
pub fn receipt() -> Receipt {
    let told = reply(2);
    let epoch = told.epoch;
    let message = acknowledgement_message(epoch, device(), 6);
    Receipt {
        version: 2,
        device: device(),
        acknowledgement: Acknowledgement {
            epoch,
            through: 6,
            signature: server().sign(&message),
        },
        verdicts: told.verdicts,
        server_millis: told.server_millis,
    }
}

/// The frozen hand-in, sealed to the county in three pieces.
pub fn pieces() -> Vec<Piece> {
    let contents = frozen(2, "hand-in");
    let third = contents.len().div_ceil(3);
    let chance = Counted(AtomicU64::new(21));
    let county = county();
    seal(
        Kind::County,
        device(),
        county.public(),
        &contents,
        third,
        &chance,
    )
    .unwrap()
}

/// Contents by name, with a description.
pub fn contents() -> [(&'static str, Vec<u8>, String); 3] {
    let (hand_in, shared, receipt) = (hand_in(), shared(), receipt());
    [
        ("hand-in", encode(&hand_in).unwrap(), format!("{hand_in:?}")),
        ("shared", encode(&shared).unwrap(), format!("{shared:?}")),
        ("receipt", encode(&receipt).unwrap(), format!("{receipt:?}")),
    ]
}

/// A piece's name among the frozen bodies.
pub fn name_of(piece: &Piece) -> String {
    format!("piece-{}", piece.number() + 1)
}

#[test]
fn contents_of_sealed_files_are_read_for_ever_and_what_was_signed_holds() {
    let pushed: HandIn = unpack(&frozen(2, "hand-in")).unwrap();
    assert_eq!(pushed, hand_in());
    let told: Shared = unpack(&frozen(2, "shared")).unwrap();
    assert_eq!(told, shared());
    let truth = told.check(&server().public()).unwrap();
    assert_eq!((truth.last, truth.told.len()), (5, 2));
    let answer: Receipt = unpack(&frozen(2, "receipt")).unwrap();
    assert_eq!(answer, receipt());
}

#[test]
fn contents_of_sealed_files_are_written_as_they_were() {
    for (name, body, _) in contents() {
        assert_eq!(plain_of(&body), plain_of(&frozen(2, name)), "{name}");
    }
}

#[test]
fn pieces_of_a_sealed_file_are_written_and_opened_for_ever() {
    let made = pieces();
    assert_eq!(made.len(), 3);
    let kept = made.iter().map(|piece| frozen(2, &name_of(piece)));
    let kept: Vec<Vec<u8>> = kept.collect();
    let bytes: Vec<Vec<u8>> = made.iter().map(Piece::bytes).collect();
    assert!(bytes == kept, "every byte is as it was");
    let read: Vec<Piece> = kept
        .iter()
        .map(|piece| Piece::read(piece).unwrap())
        .collect();
    let opened = open(&county(), &read).unwrap();
    assert_eq!(opened.as_slice(), frozen(2, "hand-in"));
    assert_eq!(unpack::<HandIn>(&opened).unwrap(), hand_in());
    assert!(open(&receiver(), &read).is_err(), "for the county alone");
}

/// Written from the protocol's table of a piece, and nothing else of ours.
#[test]
fn a_piece_lies_as_the_protocol_says() {
    use sha2::{Digest, Sha256};
    let contents = frozen(2, "hand-in");
    let all: Vec<Vec<u8>> = (1..=3).map(|n| frozen(2, &format!("piece-{n}"))).collect();
    for (number, piece) in (0_u16..).zip(&all) {
        let length = u32::from_be_bytes(piece[155..159].try_into().unwrap()) as usize;
        assert_eq!(&piece[..8], b"TFSEAL01");
        assert_eq!(piece[8..10], [1, 1], "for the county, suite 1");
        assert_eq!(&piece[10..26], device().bytes());
        assert_eq!(piece[26..34], Sha256::digest(county().public())[..8]);
        assert_eq!(piece[99..107], (contents.len() as u64).to_be_bytes());
        assert_eq!(piece[139..141], 3_u16.to_be_bytes());
        assert_eq!(piece[141..143], number.to_be_bytes());
        assert_eq!(piece.len(), 159 + length + 32);
        assert_eq!(
            piece[159 + length..],
            Sha256::digest(&piece[..159 + length])[..]
        );
        assert_eq!(piece[..141], all[0][..141], "alike in all pieces");
        let id = hex::encode(&Sha256::digest(&piece[..141])[..16]);
        let named = Piece::read(piece).unwrap().file_name();
        assert_eq!(
            named,
            format!("{}-{:03}-003.tanfang", &id[..16], number + 1)
        );
    }
}
