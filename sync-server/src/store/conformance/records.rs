//! Settled records and what was made of them.

use std::sync::Arc;

use super::made::{record, settled, worker};
use super::*;

fn ids(store: &mut Box<dyn ServerStore>) -> Vec<RecordId> {
    read(store, |tx| {
        let mut all = Vec::new();
        tx.records(&mut |id, _| {
            all.push(id);
            Ok(())
        })?;
        Ok(all)
    })
}

fn facts(store: &mut Box<dyn ServerStore>) -> Vec<Vec<u8>> {
    read(store, |tx| {
        let mut all = Vec::new();
        tx.facts(&mut |fact| {
            all.push(fact.to_vec());
            Ok(())
        })?;
        Ok(all)
    })
}

pub(super) fn a_record_is_put_again_in_the_place_where_it_was(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| {
        tx.put_record(&settled(5, "测试甲", true))?;
        tx.put_record(&settled(3, "测试乙", false))
    });
    let altered = RecordRow {
        route: Arc::new(Route {
            author: None,
            household: None,
            begun: false,
            ..(*settled(5, "", false).route).clone()
        }),
        settled: b"altered".to_vec(),
        fact: Some(b"fact".to_vec()),
        ..settled(5, "测试丙", true)
    };
    write(&mut store, |tx| tx.put_record(&altered));
    assert_eq!(
        ids(&mut store),
        [record(5), record(3)],
        "the order of arrival"
    );
    assert_eq!(facts(&mut store), [b"fact".to_vec()]);
    read(&mut store, |tx| {
        assert_eq!(tx.route(record(5))?.as_ref(), Some(&*altered.route));
        assert_eq!(
            tx.route(record(3))?.as_ref(),
            Some(&*settled(3, "", false).route)
        );
        assert_eq!(
            tx.settled(record(5))?.as_deref(),
            Some(b"altered".as_slice())
        );
        assert_eq!((tx.route(record(9))?, tx.settled(record(9))?), (None, None));
        Ok(())
    });
    write(&mut store, |tx| {
        tx.set_carriers(record(3), "530999201202 worker/1")
    });
    let route = read(&mut store, |tx| tx.route(record(3))).unwrap();
    assert_eq!(route.carriers, "530999201202 worker/1");
    assert_eq!(route.areas_ever, "530999201201");
}

/// A phone says what it likes: a kind that is no kind, a zero byte.
pub(super) fn a_text_of_any_letters_comes_back_as_it_went_in(place: &Place) {
    let mut store = place.store();
    let odd = "甲\u{0}乙\u{1F600}'\"\\";
    let row = RecordRow {
        route: Arc::new(Route {
            kind: odd.to_owned(),
            carriers: odd.to_owned(),
            ..(*settled(1, "", false).route).clone()
        }),
        ..settled(1, odd, false)
    };
    let assigned = AssignmentRow {
        worker: worker(1),
        role: odd.to_owned(),
        area: "530999".parse().unwrap(),
        from: Some(odd.to_owned()),
        to: None,
    };
    write(&mut store, |tx| {
        tx.put_record(&row)?;
        tx.link(record(2), record(1), odd)?;
        tx.put_assignment(record(3), Some(&assigned))
    });
    read(&mut store, |tx| {
        assert_eq!(tx.route(record(1))?.as_ref(), Some(&*row.route));
        assert_eq!(tx.pointing_to(record(2))?, [(record(1), odd.to_owned())]);
        assert_eq!(tx.assignments(worker(1))?, [assigned]);
        Ok(())
    });
}

pub(super) fn records_and_facts_come_in_the_order_of_arrival_however_many(place: &Place) {
    let mut store = place.store();
    let id =
        |no: u32| RecordId::from_slice(&[[0xff; 12].as_slice(), &(!no).to_be_bytes()].concat());
    write(&mut store, |tx| {
        for no in 0..1_200 {
            let row = RecordRow {
                id: id(no).unwrap(),
                fact: (no % 2 == 0).then(|| no.to_be_bytes().to_vec()),
                ..settled(1, "", false)
            };
            tx.put_record(&row)?;
        }
        Ok(())
    });
    assert!(
        ids(&mut store)
            .into_iter()
            .eq((0..1_200).map(|no| id(no).unwrap()))
    );
    let even = (0..1_200_u32)
        .step_by(2)
        .map(|no| no.to_be_bytes().to_vec());
    assert!(facts(&mut store).into_iter().eq(even));
    let stops = store.read::<(), StoreError>(|tx| tx.records(&mut |_, _| Err(StoreError::Busy)));
    assert_eq!(stops, Err(StoreError::Busy));
}

pub(super) fn a_link_is_there_once_and_goes(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| {
        tx.link(record(1), record(3), "visit")?;
        tx.link(record(1), record(2), "person")?;
        tx.link(record(1), record(2), "something else")?;
        tx.link(record(4), record(2), "person")
    });
    let told = [
        (record(2), "person".to_owned()),
        (record(3), "visit".to_owned()),
    ];
    assert_eq!(read(&mut store, |tx| tx.pointing_to(record(1))), told);
    write(&mut store, |tx| {
        tx.unlink(record(1), record(2))?;
        tx.unlink(record(9), record(9))
    });
    assert_eq!(read(&mut store, |tx| tx.pointing_to(record(1))), told[1..]);
    assert_eq!(read(&mut store, |tx| tx.pointing_to(record(4))).len(), 1);
}

pub(super) fn assignments_are_put_altered_and_taken_away(place: &Place) {
    let mut store = place.store();
    let row = |role: &str, to: Option<&str>| AssignmentRow {
        worker: worker(1),
        role: role.to_owned(),
        area: "530999201201".parse().unwrap(),
        from: Some("2024-01-01".to_owned()),
        to: to.map(str::to_owned),
    };
    write(&mut store, |tx| {
        tx.put_assignment(record(2), Some(&row("helper", None)))?;
        tx.put_assignment(record(1), Some(&row("child_director", None)))?;
        tx.put_assignment(record(2), Some(&row("helper", Some("2024-05-01"))))
    });
    read(&mut store, |tx| {
        let both = [
            row("child_director", None),
            row("helper", Some("2024-05-01")),
        ];
        assert_eq!(tx.assignments(worker(1))?, both);
        assert_eq!(tx.assignment_records(worker(1))?, [record(1), record(2)]);
        assert!(tx.assignments(worker(2))?.is_empty());
        Ok(())
    });
    write(&mut store, |tx| tx.put_assignment(record(1), None));
    assert_eq!(
        read(&mut store, |tx| tx.assignment_records(worker(1))),
        [record(2)]
    );
}

pub(super) fn pairings_are_found_from_both_ends(place: &Place) {
    let mut store = place.store();
    let row = |no: u8, of: u8, person: u8| PairingRow {
        record: record(no),
        worker: worker(of),
        person: record(person),
        from: None,
        to: Some("2024-12-31".to_owned()),
    };
    write(&mut store, |tx| {
        for row in [row(1, 1, 8), row(2, 1, 9), row(3, 2, 9)] {
            tx.put_pairing(row.record, Some(&row))?;
        }
        tx.put_pairing(record(1), Some(&row(1, 1, 9)))
    });
    read(&mut store, |tx| {
        assert_eq!(tx.pairings_of(worker(1))?, [row(1, 1, 9), row(2, 1, 9)]);
        assert_eq!(
            tx.pairings_with(record(9))?,
            [row(1, 1, 9), row(2, 1, 9), row(3, 2, 9)]
        );
        assert!(tx.pairings_with(record(8))?.is_empty());
        Ok(())
    });
    write(&mut store, |tx| tx.put_pairing(record(1), None));
    assert_eq!(
        read(&mut store, |tx| tx.pairings_of(worker(1))),
        [row(2, 1, 9)]
    );
}

pub(super) fn what_an_import_told_stays_when_a_record_is_found_by_other_keys(place: &Place) {
    let mut store = place.store();
    write(&mut store, |tx| {
        tx.put_lookups(record(1), &[[1; 32], [2; 32]])?;
        tx.add_import_key(record(1), &[3; 32])?;
        tx.add_import_key(record(1), &[1; 32])?;
        tx.add_import_key(record(2), &[3; 32])?;
        tx.add_import_key(record(2), &[3; 32])
    });
    read(&mut store, |tx| {
        assert_eq!(tx.look_up(&[1; 32])?, [record(1)], "told twice, found once");
        assert_eq!(tx.look_up(&[3; 32])?, [record(1), record(2)]);
        Ok(())
    });
    write(&mut store, |tx| {
        tx.put_lookups(record(1), &[[4; 32], [4; 32]])
    });
    read(&mut store, |tx| {
        assert_eq!(tx.look_up(&[2; 32])?, []);
        assert_eq!(tx.look_up(&[4; 32])?, [record(1)]);
        assert_eq!(
            tx.look_up(&[1; 32])?,
            [record(1)],
            "the import's word stands"
        );
        Ok(())
    });
}

pub(super) fn the_newest_day_of_a_ledger_stands(place: &Place) {
    let mut store = place.store();
    assert_eq!(read(&mut store, |tx| tx.import_date(record(1))), None);
    for (dated, stands) in [
        ("2024-05-01", "2024-05-01"),
        ("2024-04-30", "2024-05-01"),
        ("2024-10-01", "2024-10-01"),
    ] {
        write(&mut store, |tx| tx.set_import_date(record(1), dated));
        assert_eq!(
            read(&mut store, |tx| tx.import_date(record(1))).as_deref(),
            Some(stands)
        );
    }
}

pub(super) fn what_follows_from_the_log_is_forgotten_and_nothing_else(place: &Place) {
    let mut store = place.store();
    let assigned = AssignmentRow {
        worker: worker(1),
        role: "helper".to_owned(),
        area: "530999".parse().unwrap(),
        from: None,
        to: None,
    };
    let paired = PairingRow {
        record: record(4),
        worker: worker(1),
        person: record(1),
        from: None,
        to: None,
    };
    write(&mut store, |tx| {
        made::lived_in(tx, 1)?;
        tx.put_record(&settled(1, "测试甲", true))?;
        tx.link(record(2), record(1), "person")?;
        tx.put_assignment(record(3), Some(&assigned))?;
        tx.put_pairing(record(4), Some(&paired))?;
        tx.put_lookups(record(1), &[[1; 32]])?;
        tx.add_import_key(record(1), &[2; 32])?;
        tx.set_import_date(record(1), "2024-05-01")
    });
    write(&mut store, |tx| tx.forget_settled());
    assert!(ids(&mut store).is_empty() && facts(&mut store).is_empty());
    read(&mut store, |tx| {
        assert!(tx.pointing_to(record(2))?.is_empty() && tx.assignments(worker(1))?.is_empty());
        assert!(tx.pairings_of(worker(1))?.is_empty() && tx.look_up(&[1; 32])?.is_empty());
        assert_eq!(tx.look_up(&[2; 32])?, [record(1)], "no log tells it again");
        assert!(tx.import_date(record(1))?.is_some());
        assert_eq!(tx.accepted_after(SaveNo(0), 9)?.len(), 1);
        Ok(())
    });
}
