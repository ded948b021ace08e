//! Bodies that are no messages of ours.

use stories::raw::http;
use tanfang_core::wire::{VERSION, WireRefusal, decode, encode};

use super::{MARK, scene};

#[test]
fn bodies_that_are_none_are_refused_and_the_server_goes_on() {
    let s = scene();
    let phone = &s.honest;
    let sync = format!(
        "POST /v1/sync HTTP/1.1\r\nAuthorization: Bearer {}",
        phone.token
    );
    let whole = encode(&phone.request(Some(phone.push_from(1)))).unwrap();
    let framed = |plain: &[u8]| {
        [
            b"TANFANG1".as_slice(),
            &zstd::bulk::compress(plain, 3).unwrap(),
        ]
        .concat()
    };
    let mut bodies: Vec<Vec<u8>> = (0..whole.len())
        .step_by(7)
        .map(|end| whole[..end].to_vec())
        .collect();
    bodies.push(b"<html>sign in</html>".to_vec());
    bodies.push([b"TANFANG2".as_slice(), &whole[8..]].concat());
    bodies.push(framed(&vec![0u8; 300 << 20]));
    bodies.push(framed(&[0x91; 100_000]));
    bodies.push(framed(&[0x81; 100_000]));
    bodies.push(framed(&[0xdd, 0x40, 0, 0, 0]));
    bodies.push(framed(&[0xdb, 0x40, 0, 0, 0, b'x']));
    bodies.push(vec![0; 9 << 20]);
    for (at, body) in bodies.iter().enumerate() {
        let (status, answer) = http(&phone.address, &sync, body);
        assert!(matches!(status, 400 | 413), "body {at}: {status}");
        assert!(!String::from_utf8_lossy(&answer).contains(MARK));
        let (status, _) = http(&phone.address, "POST /v1/enrol HTTP/1.1", body);
        assert!(matches!(status, 400 | 413), "enrol {at}: {status}");
    }
    // The limits are said, also to who is not known yet.
    for (head, length) in [
        (sync.as_str(), 8 << 20),
        ("POST /v1/enrol HTTP/1.1", 16 << 10),
    ] {
        let (status, answer) = http(&phone.address, head, &vec![0; length + 1]);
        assert_eq!(status, 413);
        let told: WireRefusal = decode(&answer, 1 << 20).unwrap();
        assert!(
            matches!(told, WireRefusal::Malformed { message } if message.contains(&length.to_string()))
        );
    }
    for version in [0, VERSION + 1, u16::MAX] {
        let mut request = phone.request(None);
        request.version = version;
        assert!(matches!(
            phone.ask(&request),
            Err(WireRefusal::Malformed { .. })
        ));
    }
    for path in [
        "..%2f..%2fserver.key",
        "%00",
        "' OR 1=1--",
        &"a".repeat(7_000),
        "0".repeat(64).as_str(),
    ] {
        let path = path.replace(' ', "%20");
        let head = format!(
            "GET /v1/documents/{path} HTTP/1.1\r\nAuthorization: Bearer {}",
            phone.token
        );
        let (status, _) = http(&phone.address, &head, &[]);
        assert!(
            (400..500).contains(&status) || status == 503,
            "{path}: {status}"
        );
    }
    assert!(phone.ask(&phone.request(None)).is_ok(), "it goes on");
}
