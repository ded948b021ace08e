//! Somebody who holds a phone's keys and writes its messages by hand: everything is refused with a
//! word, nothing is half taken, nothing is seen that is not theirs, and the server goes on.

use stories::raw::{MORNING, Raw, http, part};
use stories::world::{OTHER_VILLAGE, VILLAGE, World, must};
use tanfang_core::model::{
    Compartment, DeviceId, Field, FormRef, Head, Kind, RecordId, Value, WallTime,
};
use tanfang_core::vault::{Secret, SoftwareKey};
use tanfang_core::wire::{
    Cursor, EnrolRequest, RefusalReason, SyncReply, VERSION, VerdictKind, WireRefusal, decode,
    encode,
};

const DAY: &str = "2024-06-24T08:00:00+08:00";
/// What no stranger may read.
const MARK: &str = "测试密";

const FORM: &str = r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:of | bind::tanfang:compartment |
| | text | household | household | person | contact |
| | text | name | name | person | contact |
| | text | phone | phone | person | contact |
| | text | id_number | id | person | identity |
| | text | care_note | note | person | care |
| | text | home_division | village | household | contact |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | card | hand_card | 1 | tanfang="https://tanfang.example/xlsform" | person |
"#;

struct Scene {
    world: World,
    honest: Raw,
    stranger: Raw,
    form: FormRef,
    person: RecordId,
    home: RecordId,
}

/// A person of the first village, told by its worker; a worker of the second village with a
/// household of their own, who has heard the person's id somewhere.
fn scene() -> Scene {
    let world = World::at(DAY);
    let path = world.path("hand_card.md");
    std::fs::write(&path, FORM).unwrap();
    must(
        world
            .county
            .verb(DAY, &["form", "add", &path.to_string_lossy()]),
    );
    let mut honest = Raw::enrol(&world, DAY, "测试员甲", "village_committee", VILLAGE);
    let stranger = Raw::enrol(&world, DAY, "测试员乙", "village_committee", OTHER_VILLAGE);
    let form = honest.forms()["hand_card"].clone();
    let (home, person) = household(&mut honest, &form, VILLAGE, MARK);
    assert!(accepted(&honest.verdict()));
    Scene {
        world,
        honest,
        stranger,
        form,
        person,
        home,
    }
}

fn household(phone: &mut Raw, form: &FormRef, area: &str, name: &str) -> (RecordId, RecordId) {
    let (home, person) = (phone.id(), phone.id());
    let contact = Compartment::Contact;
    let parts = vec![
        part(
            home,
            Kind::HOUSEHOLD,
            contact,
            true,
            &[("$area", area), ("home_division", area)],
        ),
        part(
            person,
            Kind::PERSON,
            contact,
            true,
            &[("household", &home.to_string()), ("name", name)],
        ),
    ];
    phone.save(Some(form), parts);
    (home, person)
}

fn accepted(verdict: &VerdictKind) -> bool {
    matches!(verdict, VerdictKind::Accepted { .. })
}

fn refused(verdict: &VerdictKind) -> Option<RefusalReason> {
    match verdict {
        VerdictKind::Refused(refusal) => {
            assert!(!refusal.message.contains(MARK), "{}", refusal.message);
            Some(refusal.reason)
        }
        _ => None,
    }
}

#[test]
fn who_knows_a_strangers_id_cannot_move_them_into_a_household_of_their_own_and_read_them() {
    let mut s = scene();
    let (own_home, own_person) = household(&mut s.stranger, &s.form, OTHER_VILLAGE, "测试丙");
    assert!(accepted(&s.stranger.verdict()));
    let own_home = own_home.to_string();
    for form in [Some(s.form.clone()), None] {
        for compartment in [Compartment::Contact, Compartment::Protection] {
            let parts = vec![part(
                s.person,
                Kind::PERSON,
                compartment,
                false,
                &[("household", &own_home)],
            )];
            s.stranger.save(form.as_ref(), parts);
            let verdict = s.stranger.verdict();
            assert!(refused(&verdict).is_some(), "{compartment:?}: {verdict:?}");
            assert!(!s.stranger.everything().contains(MARK));
        }
    }
    // A household is no way round: neither by its area, nor by a person of one's own put into it.
    for compartment in [
        Compartment::Contact,
        Compartment::Protection,
        Compartment::Care,
    ] {
        for form in [Some(s.form.clone()), None] {
            let fields = [("$area", OTHER_VILLAGE)];
            let parts = vec![part(s.home, Kind::HOUSEHOLD, compartment, false, &fields)];
            s.stranger.save(form.as_ref(), parts);
            let verdict = s.stranger.verdict();
            assert!(refused(&verdict).is_some(), "{compartment:?}: {verdict:?}");
            assert!(!s.stranger.everything().contains(MARK));
        }
    }
    let home = s.home.to_string();
    s.stranger.save(
        Some(&s.form),
        vec![part(
            own_person,
            Kind::PERSON,
            Compartment::Contact,
            false,
            &[("household", &home)],
        )],
    );
    assert_eq!(
        refused(&s.stranger.verdict()),
        Some(RefusalReason::OutOfScope)
    );
    assert!(!s.stranger.everything().contains(MARK));
}

#[test]
fn cursors_of_another_feed_or_of_the_future_open_nothing() {
    let s = scene();
    let mut request = s.stranger.request(None);
    let reply = s.stranger.ask(&request).unwrap();
    request.epoch = Some(reply.epoch);
    let feeds = [
        format!("{VILLAGE}/contact"),
        format!("{VILLAGE}/identity"),
        format!("{VILLAGE}/care"),
        format!("worker/{}", s.honest.worker),
        format!("case/{}", s.person),
        "530999/contact".to_owned(),
    ];
    for position in [0, 1, u64::MAX] {
        request.cursors = feeds
            .iter()
            .map(|feed| Cursor {
                feed: feed.parse().unwrap(),
                position,
            })
            .collect();
        let reply = s.stranger.ask(&request).unwrap();
        let told = format!("{reply:?}");
        assert!(!told.contains(MARK));
        assert!(!told.contains(&s.person.to_string()));
        for feed in &reply.feeds {
            assert!(!feeds.contains(&feed.to_string()), "{feed}");
        }
    }
    // One's own feed from the future begins again.
    request.cursors = vec![Cursor {
        feed: format!("{VILLAGE}/contact").parse().unwrap(),
        position: u64::MAX,
    }];
    request.epoch = Some(reply.epoch);
    assert!(s.honest.ask(&request).is_ok());
}

#[test]
fn what_no_app_writes_is_refused_alone_and_its_neighbours_go_in() {
    let mut s = scene();
    let stranger = s.stranger.worker;
    let (person, form) = (s.person, s.form.clone());
    let contact = |fields: &[(&str, &str)]| {
        vec![part(
            person,
            Kind::PERSON,
            Compartment::Contact,
            false,
            fields,
        )]
    };
    let deep = (0..15).fold(Value::Null, |inner, _| Value::List(vec![inner]));
    let mut cases: Vec<(&str, Vec<tanfang_core::model::Part>, Option<FormRef>)> = vec![
        ("no parts", vec![], Some(form.clone())),
        (
            "a field twice",
            contact(&[("phone", "1"), ("phone", "2")]),
            Some(form.clone()),
        ),
        (
            "a field unknown",
            contact(&[("a-b.c", "1")]),
            Some(form.clone()),
        ),
        (
            "a field unknown and no form",
            contact(&[("a-b.c", "1")]),
            None,
        ),
        (
            "another compartment",
            vec![part(
                person,
                Kind::PERSON,
                Compartment::Contact,
                false,
                &[("care_note", "x")],
            )],
            Some(form.clone()),
        ),
        (
            "another compartment and no form",
            vec![part(
                person,
                Kind::PERSON,
                Compartment::Contact,
                false,
                &[("id_number", "x")],
            )],
            None,
        ),
        (
            "another kind",
            vec![part(
                person,
                Kind::VISIT,
                Compartment::Contact,
                false,
                &[("phone", "1")],
            )],
            Some(form.clone()),
        ),
        (
            "a worker's roster",
            vec![part(
                stranger.record(),
                Kind::WORKER,
                Compartment::Roster,
                false,
                &[("name", "x")],
            )],
            None,
        ),
        (
            "another form's hash",
            contact(&[("phone", "1")]),
            Some(FormRef {
                hash: "0".repeat(64),
                ..form.clone()
            }),
        ),
        (
            "a form's name that is a path",
            contact(&[("phone", "1")]),
            Some(FormRef {
                id: "../../x".into(),
                ..form.clone()
            }),
        ),
        (
            "too long",
            contact(&[("phone", &"长".repeat(30_000))]),
            Some(form.clone()),
        ),
    ];
    let mut nested = contact(&[("phone", "1")]);
    nested[0].writes[0].value = deep;
    cases.push(("nested", nested, Some(form.clone())));
    let mut numbered = contact(&[("phone", "1")]);
    numbered[0].writes[0].value = Value::Int(i64::MIN);
    cases.push(("a number for a text", numbered, Some(form.clone())));
    for (name, parts, with) in cases {
        s.honest.save(with.as_ref(), parts);
        let verdict = s.honest.verdict();
        assert!(refused(&verdict).is_some(), "{name}: {verdict:?}");
    }
    s.honest
        .save(Some(&form), contact(&[("phone", "15400000001")]))
        .envelope
        .author = stranger;
    assert_eq!(
        refused(&s.honest.verdict()),
        Some(RefusalReason::AnotherAuthor)
    );
    s.honest
        .save(Some(&form), contact(&[("phone", "15400000001")]));
    assert!(accepted(&s.honest.verdict()));
}

#[test]
fn clocks_and_counters_at_their_ends_neither_stop_nor_win() {
    let mut s = scene();
    let (person, form) = (s.person, s.form.clone());
    for (at, millis) in [i64::MIN, -1, 253_402_300_800_000, i64::MAX]
        .into_iter()
        .enumerate()
    {
        let phone = format!("1540000000{at}");
        let parts = vec![part(
            person,
            Kind::PERSON,
            Compartment::Contact,
            false,
            &[("phone", &phone)],
        )];
        let device = s.honest.device;
        let save = s.honest.save(Some(&form), parts);
        save.envelope.wall = WallTime {
            millis,
            ..save.envelope.wall
        };
        save.envelope.stamp.millis = millis;
        save.envelope.stamp.counter = u32::MAX;
        save.envelope.monotonic_millis = u64::MAX;
        save.envelope.last_server_millis = Some(millis);
        save.parts[0].writes[0].seen = vec![Head {
            device,
            seq: u64::MAX,
        }];
        let verdict = s.honest.verdict();
        assert!(
            accepted(&verdict) || refused(&verdict).is_some(),
            "{millis}: {verdict:?}"
        );
    }
    let supervisor = s.world.worker(DAY, "丁", "township_civil", "530999201");
    assert_eq!(supervisor.lists(DAY, "person").len(), 1);
    supervisor.does(DAY, &["show", &person.to_string()]);
    supervisor.edit(
        DAY,
        &person.to_string(),
        &serde_json::json!({"phone": "15400000009"}),
    );
    supervisor.sync(DAY);
    supervisor.report(DAY, VILLAGE, DAY);
    s.world.report(DAY, VILLAGE, DAY);
}

#[test]
fn numbers_that_do_not_follow_take_nothing() {
    let mut s = scene();
    let form = s.form.clone();
    for _ in 0..3 {
        household(&mut s.honest, &form, VILLAGE, "测试戊");
    }
    // A gap.
    let gap = s
        .honest
        .ask(&s.honest.request(Some(s.honest.push_from(4))))
        .unwrap();
    assert_eq!((gap.through, gap.verdicts.len()), (1, 0));
    // Beginnings that are none, another device's head, a number at its end.
    let mut crooked = Vec::new();
    for from in [0, 2, u64::MAX, 1 << 48] {
        let mut push = s.honest.push_from(2);
        push.from = from;
        push.saves[0].envelope.head.seq = if from == 2 { u64::MAX } else { from };
        crooked.push(push);
    }
    let mut push = s.honest.push_from(2);
    push.saves[1].envelope.head.device = s.stranger.device;
    crooked.push(push);
    for push in crooked {
        let refused = s.honest.ask(&s.honest.request(Some(push))).unwrap_err();
        assert!(
            matches!(refused, WireRefusal::Malformed { .. }),
            "{refused:?}"
        );
    }
    // A signature that is none.
    let mut push = s.honest.push_from(2);
    push.signature = vec![0; 1 << 16];
    let refused = s.honest.ask(&s.honest.request(Some(push))).unwrap_err();
    assert_eq!(refused, WireRefusal::ChainBroken { through: 1 });
    // An overlap goes on where the server stands; a known number with another body does not.
    let whole = s
        .honest
        .ask(&s.honest.request(Some(s.honest.push_from(1))))
        .unwrap();
    assert_eq!((whole.through, whole.verdicts.len()), (4, 4));
    s.honest.saves[1].parts[1].writes[1].value = Value::text("测试己");
    let told = s
        .honest
        .ask(&s.honest.request(Some(s.honest.push_from(2))))
        .unwrap();
    assert_eq!(refused_of(&told, 2), Some(RefusalReason::AlteredBody));
    // Our own signature cannot be made up, nor another phone's shown.
    let mut forged = whole.acknowledgement.clone();
    forged.through = u64::MAX;
    let mut request = s.honest.request(None);
    request.acknowledged = Some(forged);
    assert_eq!(s.honest.ask(&request).unwrap().epoch, whole.epoch);
    let mut request = s.stranger.request(None);
    request.acknowledged = Some(whole.acknowledgement);
    assert_eq!(s.stranger.ask(&request).unwrap().epoch, whole.epoch);
}

fn refused_of(reply: &SyncReply, seq: u64) -> Option<RefusalReason> {
    let found = reply.verdicts.iter().find(|verdict| verdict.seq == seq);
    found.and_then(|verdict| refused(&verdict.verdict))
}

#[test]
fn one_batch_fifty_times_at_once_is_stored_once() {
    let mut s = scene();
    let form = s.form.clone();
    for _ in 0..20 {
        household(&mut s.honest, &form, VILLAGE, "测试戊");
    }
    let phone = &s.honest;
    let replies: Vec<SyncReply> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..50)
            .map(|_| scope.spawn(|| phone.ask(&phone.request(Some(phone.push_from(1))))))
            .collect();
        let heard = asked.into_iter().map(|thread| thread.join().unwrap());
        heard.map(|reply| reply.unwrap()).collect()
    });
    for reply in &replies {
        assert_eq!(reply.through, 21);
        assert_eq!(reply.verdicts, replies[0].verdicts);
    }
    let supervisor = s.world.worker(DAY, "丁", "township_civil", "530999201");
    assert_eq!(supervisor.lists(DAY, "person").len(), 21);
}

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

#[test]
fn without_a_token_or_with_one_that_ended_nothing_is_told() {
    let s = scene();
    let request = encode(&s.honest.request(None)).unwrap();
    for token in ["", "0", "%' OR 1=1--", &"f".repeat(64), "\u{7f}"] {
        for path in ["POST /v1/sync", "GET /v1/documents/00"] {
            let head = format!("{path} HTTP/1.1\r\nAuthorization: Bearer {token}");
            let (status, body) = http(&s.honest.address, &head, &request);
            assert!(matches!(status, 400 | 401), "{token}: {status}");
            if status == 401 {
                let told: WireRefusal = decode(&body, 1 << 20).unwrap();
                assert_eq!(told, WireRefusal::SignedOut);
            }
        }
    }
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
        "GET /v1/documents/{} HTTP/1.1\r\nAuthorization: Bearer {}",
        s.form.hash, s.honest.token
    );
    assert_eq!(http(&s.honest.address, &head, &[]).0, 403);
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
        public_key: vec![4; 65],
        algorithm: "ES256".into(),
        salt_key: vec![0; 32],
        app: "x".repeat(100_000),
    };
    let head = "POST /v1/enrol HTTP/1.1";
    let ask = |request: &EnrolRequest| http(&s.honest.address, head, &encode(request).unwrap()).0;
    let crooked = [
        EnrolRequest {
            public_key: Vec::new(),
            ..good.clone()
        },
        EnrolRequest {
            public_key: vec![0; 1 << 20],
            ..good.clone()
        },
        good.clone(),
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
    ];
    for (at, request) in crooked.iter().enumerate() {
        assert_eq!(ask(request), 400, "case {at}");
    }
    let stolen = code.replace('-', "");
    // With a key that is one, so that the code is what is wrong.
    let secret = Secret::from_slice(&[5; 32]).unwrap();
    let good = EnrolRequest {
        public_key: SoftwareKey::from_secret(&secret).unwrap().public(),
        ..good
    };
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
    let _ = (MORNING, Field::void());
}
