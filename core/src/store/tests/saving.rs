//! The save path.

use super::migrating::raw;
use super::support::*;
use crate::model::{Compartment, Feed, Kind};
use crate::store::{Draft, DraftId, OwnState, StoreError};
use crate::wire::{Refusal, RefusalReason, Verdict, VerdictKind};

#[test]
fn a_save_comes_back_as_it_was_made() {
    let phone = Phone::new();
    let store = phone.open();
    let save = person(1, 10, "测试一");
    append(&store, &save).unwrap();
    let found = store
        .read::<_, StoreError>(|tx| tx.own_save(1))
        .unwrap()
        .unwrap();
    assert_eq!(found, save);
    let chain = crate::wire::link_save(&[0; 32], &save, &salt());
    let known = store.read::<_, StoreError>(|tx| tx.chain_after(1, || Err(StoreError::Unreadable)));
    assert_eq!(known.unwrap(), chain, "known without linking");
}

#[test]
fn a_record_comes_back_with_its_conflicts_whatever_made_them() {
    let phone = Phone::new();
    let store = phone.open();
    let made = person(1, 10, "测试一");
    append(&store, &made).unwrap();
    let head = made.envelope.head;
    let mut theirs = made.clone();
    theirs.envelope = envelope(2, 1);
    theirs.parts.truncate(1);
    theirs.parts[0].writes = vec![write("name", "测试二", &[head])];
    theirs.parts[0].begins = false;
    let mut mine = theirs.clone();
    mine.envelope = envelope(ME, 2);
    mine.parts[0].writes = vec![write("name", "测试三", &[head])];
    append(&store, &mine).unwrap();
    store
        .write::<_, StoreError>(|tx| {
            tx.change(record(10), &Kind::PERSON, |r| {
                r.hear(&theirs.parts[0], &origin_of(&theirs, Some(7)))
            })
        })
        .unwrap();
    let found = store
        .read::<_, StoreError>(|tx| tx.record(record(10)))
        .unwrap()
        .unwrap();
    let all = [
        (&made.parts[0], origin_of(&made, None)),
        (&made.parts[1], origin_of(&made, None)),
        (&mine.parts[0], origin_of(&mine, None)),
        (&theirs.parts[0], origin_of(&theirs, Some(7))),
    ];
    let told = all.iter().map(|(p, o)| (*p, o));
    assert_eq!(
        found,
        crate::merge::settle(record(10), Kind::PERSON, told),
        "packed and unpacked it is what was heard"
    );
    assert_eq!(found.conflicts().len(), 1);
    let count = store.read::<_, StoreError>(|tx| tx.conflicted_records());
    assert_eq!(count.unwrap(), 1);
}

#[test]
fn a_save_out_of_order_is_refused_and_changes_nothing() {
    let phone = Phone::new();
    let store = phone.open();
    assert!(append(&store, &person(2, 10, "测试一")).is_err());
    let found = store.read::<_, StoreError>(|tx| tx.record(record(10)));
    assert!(found.unwrap().is_none());
}

#[test]
fn a_full_disk_is_said_and_nothing_is_half_applied() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 10, "测试一")).unwrap();
    store.limit_pages(1).unwrap();
    let mut seq = 1;
    let error = loop {
        let name = format!("测试{}", "长".repeat(900));
        match append(&store, &person(seq + 1, 20, &name)) {
            Ok(()) => seq += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::DiskFull), "{error}");
    let tip = store.read::<_, StoreError>(|tx| tx.tip()).unwrap();
    assert_eq!(tip.seq, seq);
    store.limit_pages(None).unwrap();
    append(&store, &person(seq + 1, 21, "测试二")).unwrap();
    drop(store);
    let store = phone.open();
    let tip = store.read::<_, StoreError>(|tx| tx.tip()).unwrap();
    assert_eq!(tip.seq, seq + 1, "after the disk was freed it goes on");
}

#[test]
fn a_draft_stays_until_its_save_and_goes_with_it() {
    let phone = Phone::new();
    let store = phone.open();
    let id = DraftId::fresh(crate::model::Clock::now(&phone.clock), &phone.rng);
    let draft = Draft {
        id,
        form: "elder_card".into(),
        subject: None,
        answers: "{\"name\":\"测试\"}".into(),
        saved_at: 1,
    };
    store
        .write::<_, StoreError>(|tx| tx.put_draft(&draft))
        .unwrap();
    drop(store);
    let store = phone.open();
    let drafts = store.read::<_, StoreError>(|tx| tx.drafts()).unwrap();
    assert_eq!(drafts, [draft]);
    store
        .write::<_, StoreError>(|tx| {
            tx.append(&person(1, 10, "测试一"), record(10), &salt())?;
            tx.drop_draft(id)
        })
        .unwrap();
    let drafts = store.read::<_, StoreError>(|tx| tx.drafts()).unwrap();
    assert!(drafts.is_empty());
}

#[test]
fn a_refusal_and_a_waiting_are_kept_and_an_acceptance_ends_them() {
    let phone = Phone::new();
    let store = phone.open();
    for seq in 1..=3 {
        append(&store, &person(seq, 10 + seq as u8, "测试")).unwrap();
    }
    let refused = Refusal {
        reason: RefusalReason::OutOfScope,
        field: None,
        message: "outside".into(),
    };
    let verdict = |seq, verdict| Verdict { seq, verdict };
    let accepted = |received_at| VerdictKind::Accepted {
        received_at,
        receipts: vec![],
    };
    let hear = |verdicts: &[Verdict]| {
        store
            .write::<_, StoreError>(|tx| {
                tx.hear_verdicts(device(ME), verdicts, &Default::default())?;
                tx.set_through(3)
            })
            .unwrap()
    };
    hear(&[
        verdict(1, accepted(77)),
        verdict(2, VerdictKind::Refused(refused)),
        verdict(3, VerdictKind::Waiting),
    ]);
    let states = || -> Vec<(u64, OwnState)> {
        let outbox = store.read::<_, StoreError>(|tx| tx.outbox()).unwrap();
        outbox.iter().map(|save| (save.seq, save.state)).collect()
    };
    assert_eq!(states(), [(2, OwnState::Refused), (3, OwnState::Waiting)]);
    let first = store.read::<_, StoreError>(|tx| tx.record(record(11)));
    let origins = first.unwrap().unwrap().origins;
    assert_eq!(origins.values().next().unwrap().received_at, Some(77));
    hear(&[verdict(3, accepted(99))]);
    assert_eq!(states(), [(2, OwnState::Refused)]);
}

#[test]
fn what_an_author_may_not_hold_is_dropped_once_it_is_accepted_and_not_before() {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &person(1, 10, "测试一")).unwrap();
    let health = || {
        let found = store.read::<_, StoreError>(|tx| tx.record(record(10)));
        found.unwrap().unwrap().text("health").map(str::to_owned)
    };
    assert_eq!(health().as_deref(), Some("fair"));
    let contact: Feed = format!("{VILLAGE}/contact").parse().unwrap();
    let care: Feed = format!("{VILLAGE}/care").parse().unwrap();
    let receipts = [&contact, &care].map(|feed| crate::wire::Receipt {
        feed: feed.clone(),
        position: 1,
    });
    let verdict = Verdict {
        seq: 1,
        verdict: VerdictKind::Accepted {
            received_at: 5,
            receipts: receipts.into(),
        },
    };
    store
        .write::<_, StoreError>(|tx| {
            tx.hear_verdicts(device(ME), &[verdict], &[contact].into_iter().collect())
        })
        .unwrap();
    assert_eq!(health(), None);
    let found = store
        .read::<_, StoreError>(|tx| tx.record(record(10)))
        .unwrap()
        .unwrap();
    assert_eq!(found.text("name"), Some("测试一"));
    let fields = found.fields.values();
    assert!(
        fields
            .into_iter()
            .all(|f| f.compartment == Compartment::Contact)
    );
}

#[test]
fn a_new_device_renumbers_what_is_unsent_and_everything_that_names_it() {
    let phone = Phone::new();
    let store = phone.open();
    for seq in 1..=2 {
        append(&store, &person(seq, 10 + seq as u8, "测试")).unwrap();
    }
    let mut edit = person(3, 12, "测试改");
    edit.parts.truncate(1);
    edit.parts[0].begins = false;
    edit.parts[0].writes = vec![write("name", "测试改", &[envelope(ME, 2).head])];
    append(&store, &edit).unwrap();
    let accepted = Verdict {
        seq: 1,
        verdict: VerdictKind::Accepted {
            received_at: 5,
            receipts: vec![],
        },
    };
    let new = crate::store::Enrolment {
        device: device(2),
        ..enrolment(vec![])
    };
    let done = store
        .write::<_, StoreError>(|tx| {
            tx.hear_verdicts(device(ME), &[accepted], &Default::default())?;
            tx.set_through(1)?;
            tx.renumber(&new, &salt(), &has(1))
        })
        .unwrap();
    assert_eq!(done.saves, 2);
    let chunk = store
        .read::<_, StoreError>(|tx| tx.outbox_chunk(1, 1 << 20))
        .unwrap();
    let heads: Vec<_> = chunk.iter().map(|save| save.envelope.head).collect();
    assert_eq!(heads, [envelope(2, 1).head, envelope(2, 2).head]);
    assert_eq!(chunk[1].parts[0].writes[0].seen, [envelope(2, 1).head]);
    let found = store
        .read::<_, StoreError>(|tx| tx.record(record(12)))
        .unwrap()
        .unwrap();
    assert!(found.origins.keys().all(|head| head.device == device(2)));
    assert!(found.conflicts().is_empty());
    assert_eq!(found.text("name"), Some("测试改"));
    // The accepted one keeps its own number for ever.
    let kept = store
        .read::<_, StoreError>(|tx| tx.record(record(11)))
        .unwrap()
        .unwrap();
    assert!(kept.origins.contains_key(&envelope(ME, 1).head));
}

#[test]
fn a_new_device_offers_again_what_was_accepted_and_the_server_has_lost() {
    let phone = Phone::new();
    let store = phone.open();
    for seq in 1..=3 {
        append(&store, &person(seq, 10 + seq as u8, "测试")).unwrap();
    }
    let accepted = |seq| Verdict {
        seq,
        verdict: VerdictKind::Accepted {
            received_at: 5,
            receipts: vec![],
        },
    };
    let verdicts = [1, 2, 3].map(accepted);
    let new = crate::store::Enrolment {
        device: device(2),
        ..enrolment(vec![])
    };
    let done = store
        .write::<_, StoreError>(|tx| {
            tx.hear_verdicts(device(ME), &verdicts, &Default::default())?;
            tx.set_through(3)?;
            tx.renumber(&new, &salt(), &has(1))
        })
        .unwrap();
    assert_eq!(done.saves, 2);
    let chunk = store
        .read::<_, StoreError>(|tx| tx.outbox_chunk(1, 1 << 20))
        .unwrap();
    let records: Vec<_> = chunk.iter().map(|save| save.parts[0].record).collect();
    assert_eq!(records, [record(12), record(13)]);
}

/// The bytes that are kept of a record.
fn kept_of(phone: &Phone, record: crate::model::RecordId) -> Vec<u8> {
    let sql = "SELECT body FROM records WHERE id = ?1";
    let kept = raw(phone).query_row(sql, [record.bytes().as_slice()], |row| row.get(0));
    kept.unwrap()
}

#[test]
fn the_values_of_a_save_that_made_a_record_stand_once_until_somebody_says_more() {
    let phone = Phone::new();
    let store = phone.open();
    let made = person(1, 10, "测试一");
    append(&store, &made).unwrap();
    let held = || {
        let read = store.read::<_, StoreError>(|tx| tx.record(record(10)));
        read.unwrap().unwrap()
    };
    let settled = |receipt| {
        let origin = origin_of(&made, receipt);
        let said = made.parts.iter().map(|part| (part, &origin));
        crate::merge::settle(record(10), Kind::PERSON, said)
    };
    assert!(kept_of(&phone, record(10)).len() < 12);
    assert_eq!(held(), settled(None));
    let accepted = Verdict {
        seq: 1,
        verdict: VerdictKind::Accepted {
            received_at: 7,
            receipts: vec![],
        },
    };
    store
        .write::<_, StoreError>(|tx| tx.hear_verdicts(device(ME), &[accepted], &Default::default()))
        .unwrap();
    assert!(kept_of(&phone, record(10)).len() < 12);
    assert_eq!(held(), settled(Some(7)));
    let mut edit = made.clone();
    edit.envelope = envelope(ME, 2);
    edit.parts.truncate(1);
    edit.parts[0].begins = false;
    edit.parts[0].writes = vec![write("name", "测试二", &[made.envelope.head])];
    append(&store, &edit).unwrap();
    assert!(kept_of(&phone, record(10)).len() > 40);
    assert_eq!(held().text("name"), Some("测试二"));
    let told = held();
    let first = told.origins.get(&made.envelope.head).unwrap();
    assert_eq!(first.received_at, Some(7));
}
