//! Saves that no app of ours writes.

use stories::raw::part;
use stories::world::VILLAGE;
use tanfang_core::model::{Compartment, FormRef, Head, Kind, Part, RecordId, Value, WallTime};
use tanfang_core::wire::RefusalReason;

use super::{DAY, accepted, refused, scene};

/// A household that is said to be somewhere.
fn at_home(home: RecordId, place: &Value) -> Vec<Part> {
    let mut told = part(
        home,
        Kind::HOUSEHOLD,
        Compartment::Contact,
        false,
        &[("$area", "")],
    );
    told.writes[0].value = place.clone();
    vec![told]
}

#[test]
fn what_no_app_writes_is_refused_alone_and_its_neighbours_go_in() {
    let mut s = scene();
    let stranger = s.stranger.worker;
    let (person, home, form) = (s.person, s.home, s.form.clone());
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
    let mut cases: Vec<(&str, Vec<Part>, Option<FormRef>)> = vec![
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
    for place in ["", "x", "530999201", "53099920120", "530998201201"] {
        for with in [Some(form.clone()), None] {
            cases.push((
                "a household nowhere",
                at_home(home, &Value::text(place)),
                with,
            ));
        }
    }
    cases.push(("no place", at_home(home, &Value::Null), Some(form.clone())));
    cases.push(("a place is no number", at_home(home, &Value::Int(7)), None));
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
        let save = s.honest.save(Some(&form), parts);
        save.envelope.wall = WallTime {
            millis,
            ..save.envelope.wall
        };
        save.envelope.stamp.millis = millis;
        save.envelope.stamp.counter = u32::MAX;
        save.envelope.monotonic_millis = u64::MAX;
        save.envelope.last_server_millis = Some(millis);
        let verdict = s.honest.verdict();
        assert!(accepted(&verdict), "{millis}: {verdict:?}");
    }
    let device = s.honest.device;
    let parts = vec![part(
        person,
        Kind::PERSON,
        Compartment::Contact,
        false,
        &[("phone", "15400000008")],
    )];
    let seen = &mut s.honest.save(Some(&form), parts).parts[0].writes[0].seen;
    *seen = vec![Head {
        device,
        seq: u64::MAX,
    }];
    assert_eq!(
        refused(&s.honest.verdict()),
        Some(RefusalReason::Malformed),
        "what nobody can have seen"
    );
    let supervisor = s.world.worker(DAY, "丁", "township_civil", "530999201");
    assert_eq!(supervisor.lists(DAY, "person").len(), 1);
    supervisor.does(DAY, &["show", &person.to_string()]);
    supervisor.edit(
        DAY,
        &person.to_string(),
        &serde_json::json!({"phone": "15400000009"}),
    );
    supervisor.sync(DAY);
    // No stamp at the end of its range hides what was said after it.
    let shown = supervisor.shows(DAY, &person.to_string(), "phone");
    assert_eq!(shown, "15400000009");
    assert_eq!(supervisor.does(DAY, &["conflicts"]), serde_json::json!([]));
    supervisor.report(DAY, VILLAGE, DAY);
    s.world.report(DAY, VILLAGE, DAY);
}
