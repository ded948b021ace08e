//! Requests about attachments that no app of ours would send, each answered by its own refusal.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use stories::raw::{Raw, http};
use stories::world::{VILLAGE, World, must};
use tanfang_core::attachment::{AttachmentRef, MediaType};
use tanfang_core::wire::{AttachmentRefusal, WireRefusal, decode};

use super::DAY;

const ALL: &str = "/v1/attachments";
const BODY: &str = "Content-Type: application/offset+octet-stream";
const TUS: &str = "Tus-Resumable: 1.0.0";

struct ByHand {
    address: String,
    token: String,
}

impl ByHand {
    /// Status and body.
    fn asks(&self, line: &str, headers: &[&str], body: &[u8]) -> (u16, Vec<u8>) {
        let mut head = format!("{line} HTTP/1.1\r\nAuthorization: Bearer {}", self.token);
        for header in headers {
            head.push_str("\r\n");
            head.push_str(header);
        }
        http(&self.address, &head, body)
    }

    #[track_caller]
    fn refused(&self, line: &str, headers: &[&str], body: &[u8]) -> (u16, AttachmentRefusal) {
        let (status, body) = self.asks(line, headers, body);
        let refusal = decode(&body, 1 << 16);
        (
            status,
            refusal.unwrap_or_else(|e| panic!("{line}: {status} {e}")),
        )
    }

    fn creates(&self, of: &AttachmentRef) -> u16 {
        let length = format!("Upload-Length: {}", of.length);
        let metadata = metadata(&of.hash.to_string(), of.media.as_str());
        self.asks(&format!("POST {ALL}"), &[TUS, &length, &metadata], b"")
            .0
    }
}

fn metadata(hash: &str, media: &str) -> String {
    let (hash, media) = (STANDARD.encode(hash), STANDARD.encode(media));
    format!("Upload-Metadata: hash {hash},type {media}")
}

fn pdf(bytes: usize) -> (AttachmentRef, Vec<u8>) {
    let mut all = b"%PDF-1.7 ".to_vec();
    all.resize(bytes, b'x');
    (AttachmentRef::to(&all, MediaType::Pdf), all)
}

fn scene() -> (World, Raw, ByHand) {
    let world = World::at(DAY);
    let raw = Raw::enrol(&world, DAY, "byhand", "village_committee", VILLAGE);
    let by_hand = ByHand {
        address: raw.address.clone(),
        token: raw.token.clone(),
    };
    (world, raw, by_hand)
}

#[test]
fn every_wrong_request_about_an_attachment_has_its_own_refusal() {
    let (world, raw, phone) = scene();
    let (of, bytes) = pdf(1_000);
    let one = format!("{ALL}/{}", of.hash);
    let (create, patch) = (format!("POST {ALL}"), format!("PATCH {one}"));
    let good = metadata(&of.hash.to_string(), "application/pdf");
    let length = "Upload-Length: 1000";

    let told = phone.refused(&create, &[length, &good], b"");
    assert_eq!(told, (412, AttachmentRefusal::ProtocolNotSpoken));
    for hash in ["../../x", "", "AB", &"AB".repeat(32), &"0".repeat(63)] {
        let wrong = metadata(hash, "application/pdf");
        let told = phone.refused(&create, &[TUS, length, &wrong], b"");
        assert_eq!(told, (400, AttachmentRefusal::NotAHash), "{hash}");
    }
    for path in [
        "..%2F..%2Fx",
        "x",
        "%00",
        &"A".repeat(64),
        &"0".repeat(5_000),
    ] {
        let line = format!("GET {ALL}/{path}");
        let told = phone.refused(&line, &[], b"");
        assert_eq!(told, (400, AttachmentRefusal::NotAHash), "{path}");
    }
    for wrong in ["0", "8388609", "18446744073709551615"] {
        let wrong = format!("Upload-Length: {wrong}");
        let told = phone.refused(&create, &[TUS, &wrong, &good], b"");
        assert_eq!(told.0, 413);
    }
    for wrong in ["-1", "1e3", "18446744073709551616", ""] {
        let wrong = format!("Upload-Length: {wrong}");
        assert_eq!(phone.refused(&create, &[TUS, &wrong, &good], b"").0, 400);
    }
    let html = metadata(&of.hash.to_string(), "text/html");
    let told = phone.refused(&create, &[TUS, length, &html], b"");
    assert_eq!(told, (415, AttachmentRefusal::TypeNotTaken));

    assert_eq!(phone.creates(&of), 201);
    let told = phone.refused(&patch, &[TUS, "Upload-Offset: 0"], &bytes);
    assert_eq!(told.0, 400, "the body's type is not said");
    let told = phone.refused(&patch, &[TUS, BODY, "Upload-Offset: 7"], &bytes);
    assert_eq!(told, (409, AttachmentRefusal::OffsetIs { offset: 0 }));
    let wrong = format!("Upload-Checksum: sha256 {}", STANDARD.encode([0; 32]));
    let told = phone.refused(&patch, &[TUS, BODY, "Upload-Offset: 0", &wrong], &bytes);
    assert_eq!(told, (460, AttachmentRefusal::ChecksumDiffers));
    let other = "Upload-Checksum: sha1 AAAA";
    let told = phone.refused(&patch, &[TUS, BODY, "Upload-Offset: 0", other], &bytes);
    assert_eq!(told, (400, AttachmentRefusal::ChecksumUnknown));
    let long = vec![0; (1 << 20) + 1];
    let told = phone.refused(&patch, &[TUS, BODY, "Upload-Offset: 0"], &long);
    assert_eq!(
        told,
        (413, AttachmentRefusal::PieceTooLong { limit: 1 << 20 })
    );
    let more = [bytes.as_slice(), b"more"].concat();
    let told = phone.refused(&patch, &[TUS, BODY, "Upload-Offset: 0"], &more);
    assert_eq!(told, (413, AttachmentRefusal::TooLong { length: 1_000 }));
    let mut altered = bytes.clone();
    altered[500] ^= 1;
    let told = phone.refused(&patch, &[TUS, BODY, "Upload-Offset: 0"], &altered);
    assert_eq!(told, (422, AttachmentRefusal::ContentDiffers));
    let told = phone.asks(&format!("HEAD {one}"), &[TUS], b"");
    assert_eq!(told, (404, Vec::new()), "nothing of it was kept");
    assert_eq!(phone.refused(&format!("GET {one}"), &[], b"").0, 404);

    // Whoever is nobody is told so before anything that they send is read.
    let nobody = ByHand {
        token: "nobody".to_owned(),
        ..phone
    };
    let (status, body) = nobody.asks(&patch, &[TUS, BODY, "Upload-Offset: 0"], &bytes);
    assert_eq!(
        (status, decode(&body, 1 << 16)),
        (401, Ok(WireRefusal::SignedOut))
    );
    let worker = raw.worker.to_string();
    must(world.county.verb(DAY, &["revoke", "--worker", &worker]));
    let revoked = ByHand {
        token: raw.token.clone(),
        ..nobody
    };
    let (status, body) = revoked.asks(&patch, &[TUS, BODY, "Upload-Offset: 0"], &bytes);
    assert_eq!(
        (status, decode(&body, 1 << 16)),
        (403, Ok(WireRefusal::Revoked))
    );
}

#[test]
fn of_fifty_pieces_sent_at_once_for_one_place_one_is_taken() {
    let (_world, _raw, phone) = scene();
    let (of, bytes) = pdf(200_000);
    assert_eq!(phone.creates(&of), 201);
    let line = format!("PATCH {ALL}/{}", of.hash);
    let mut told: BTreeMap<u16, u32> = BTreeMap::new();
    let statuses: Vec<u16> = std::thread::scope(|threads| {
        let all: Vec<_> = (0..50)
            .map(|_| {
                let piece = &bytes[..100_000];
                let (phone, line) = (&phone, &line);
                threads.spawn(move || phone.asks(line, &[TUS, BODY, "Upload-Offset: 0"], piece).0)
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses
        .into_iter()
        .for_each(|status| *told.entry(status).or_default() += 1);
    assert_eq!(told, BTreeMap::from([(204, 1), (409, 49)]));
    let rest = phone.asks(
        &line,
        &[TUS, BODY, "Upload-Offset: 100000"],
        &bytes[100_000..],
    );
    assert_eq!(rest.0, 204, "what was taken once is whole and right");
    assert_eq!(phone.creates(&of), 201);
    let gone = phone.asks(&format!("DELETE {ALL}/{}", of.hash), &[TUS], b"");
    assert_eq!(gone.0, 204, "no save names it: it may be taken back");
    assert_eq!(
        phone
            .asks(&format!("HEAD {ALL}/{}", of.hash), &[TUS], b"")
            .0,
        404
    );
}
