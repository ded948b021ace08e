//! Tokens and codes that are none, or no more.

use stories::raw::{Raw, http, http_announced};
use stories::world::{VILLAGE, must};
use tanfang_core::model::DeviceId;
use tanfang_core::wire::{EnrolRequest, HistoryRequest, VERSION, WireRefusal, decode, encode};

use super::{DAY, scene};

#[test]
fn without_a_token_or_with_one_that_ended_nothing_is_told() {
    let s = scene();
    let request = encode(&s.honest.request(None)).unwrap();
    for token in ["", "0", "%' OR 1=1--", &"f".repeat(64), "\u{7f}"] {
        let paths = [
            "POST /v1/sync",
            "POST /v1/bundles",
            "POST /v1/keys",
            "GET /v1/documents/00",
        ];
        for path in paths {
            let head = format!("{path} HTTP/1.1\r\nAuthorization: Bearer {token}");
            let (status, body) = http(&s.honest.address, &head, &request);
            assert!(matches!(status, 400 | 401), "{token}: {status}");
            if status == 401 {
                let told: WireRefusal = decode(&body, 1 << 20).unwrap();
                assert_eq!(told, WireRefusal::SignedOut);
            }
        }
    }
    // Nothing of a body is read for a token that is none: neither unpacked, nor waited for.
    let stranger = "POST /v1/sync HTTP/1.1\r\nAuthorization: Bearer 0";
    assert_eq!(
        http(&s.honest.address, stranger, b"TANFANG1 no message").0,
        401
    );
    assert_eq!(http_announced(&s.honest.address, stranger, 8 << 20).0, 401);
    let bodiless = "POST /v1/sync HTTP/1.1";
    assert_eq!(http_announced(&s.honest.address, bodiless, 8 << 20).0, 401);
    must(
        s.world
            .county
            .verb(DAY, &["revoke", "--worker", &s.honest.worker.to_string()]),
    );
    assert_eq!(
        s.honest.ask(&s.honest.request(None)),
        Err(WireRefusal::Revoked)
    );
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nAuthorization: Bearer {}",
        s.honest.token
    );
    assert_eq!(
        http(&s.honest.address, &head, b"TANFANG1 no message").0,
        403
    );
    assert_eq!(http_announced(&s.honest.address, &head, 8 << 20).0, 403);
    let head = format!(
        "GET /v1/documents/{} HTTP/1.1\r\nAuthorization: Bearer {}",
        s.form.hash, s.honest.token
    );
    assert_eq!(http(&s.honest.address, &head, &[]).0, 403);
}

/// Every door behind which something of people is; the bodies are such as a phone sends.
#[test]
fn a_revoked_phone_and_a_stranger_hear_nothing_at_any_door() {
    let s = scene();
    let hash = "0".repeat(64);
    let history = encode(&HistoryRequest {
        version: VERSION,
        record: s.person,
    });
    let history = history.unwrap();
    let same = format!("GET /v1/same/{}", "0".repeat(48));
    let part = format!("GET /v1/snapshots/{hash}");
    let photo = |verb: &str| format!("{verb} /v1/attachments/{hash}");
    let doors: [(&str, &[u8]); 6] = [
        ("POST /v1/history", &history),
        (&same, &[]),
        (&part, &[]),
        (&photo("GET"), &[]),
        (&photo("HEAD"), &[]),
        (&photo("DELETE"), &[]),
    ];
    let all = |token: &str| -> Vec<u16> {
        let asked = doors.iter().map(|(door, body)| {
            let tus = "Tus-Resumable: 1.0.0";
            let head = format!("{door} HTTP/1.1\r\n{tus}\r\nAuthorization: Bearer {token}");
            http(&s.honest.address, &head, body).0
        });
        asked.collect()
    };
    let mine = all(&s.honest.token);
    assert!(
        mine.iter().all(|status| !matches!(status, 401 | 403)),
        "{mine:?}"
    );
    assert_eq!(all(&"f".repeat(64)), [401; 6]);
    let gone = ["revoke", "--worker", &s.honest.worker.to_string()];
    must(s.world.county.verb(DAY, &gone));
    assert_eq!(all(&s.honest.token), [403; 6]);
}

#[test]
fn a_code_is_spent_only_by_a_phone_that_can_sign() {
    let s = scene();
    let given = must(s.world.county.verb(
        DAY,
        &[
            "enrol",
            "--name",
            "测试员戊",
            "--role",
            "village_committee",
            "--area",
            VILLAGE,
        ],
    ));
    let code = given["code"].as_str().unwrap();
    let good = EnrolRequest {
        version: VERSION,
        code: code.into(),
        device: DeviceId::from_uuid(s.honest.id().uuid()),
        public_key: s.honest.public_key(),
        algorithm: "ES256".into(),
        salt_key: vec![0; 32],
        app: "x".repeat(10_000),
        former: None,
        earlier: Vec::new(),
        agreement_key: None,
    };
    let head = "POST /v1/enrol HTTP/1.1";
    let ask = |request: &EnrolRequest| http(&s.honest.address, head, &encode(request).unwrap()).0;
    let crooked = [
        EnrolRequest {
            public_key: Vec::new(),
            ..good.clone()
        },
        EnrolRequest {
            public_key: vec![4; 65],
            ..good.clone()
        },
        EnrolRequest {
            app: "x".repeat(100_000),
            ..good.clone()
        },
        EnrolRequest {
            salt_key: vec![1; 31],
            ..good.clone()
        },
        EnrolRequest {
            algorithm: "none".into(),
            ..good.clone()
        },
        EnrolRequest {
            version: 9,
            ..good.clone()
        },
        EnrolRequest {
            device: s.honest.device,
            ..good.clone()
        },
        EnrolRequest {
            agreement_key: Some(vec![4; 65]),
            ..good.clone()
        },
    ];
    for (at, request) in crooked.iter().enumerate() {
        assert_eq!(ask(request), 400, "case {at}");
    }
    let stolen = code.replace('-', "");
    for wrong in [
        code.replacen(&code[..1], "0", 1),
        format!("{stolen}{stolen}"),
        "' OR 1=1--".into(),
        String::new(),
    ] {
        assert_eq!(
            ask(&EnrolRequest {
                code: wrong.clone(),
                ..good.clone()
            }),
            404,
            "{wrong}"
        );
    }
    let phone = Raw::with_code(&s.world, &code.to_lowercase(), "戊");
    assert!(phone.ask(&phone.request(None)).is_ok());
    assert_eq!(ask(&good), 409);
}
