//! Documents, snapshots, figures.

use tanfang_core::model::DocumentKind;
use tanfang_core::wire::PartName;

use super::*;

pub(super) fn the_last_manifest_is_in_force(place: &Place) {
    let mut store = place.store();
    let manifest = |number| ManifestRow {
        number,
        body: format!("{{\"number\":{number}}}"),
        signature: "00".to_owned(),
    };
    assert_eq!(read(&mut store, |tx| tx.manifest()), None);
    write(&mut store, |tx| {
        tx.add_manifest(&manifest(2))?;
        tx.add_manifest(&manifest(10))
    });
    assert!(refuses(&mut store, |tx| tx.add_manifest(&manifest(10))));
    assert_eq!(read(&mut store, |tx| tx.manifest()), Some(manifest(10)));
}

pub(super) fn a_document_of_the_same_hash_is_the_same(place: &Place) {
    let mut store = place.store();
    let document = |body: &str, source: Option<&str>| DocumentRow {
        hash: "a".repeat(64),
        kind: DocumentKind::Form,
        id: "elder_card".to_owned(),
        version: "1".to_owned(),
        body: body.to_owned(),
        source: source.map(str::to_owned),
    };
    write(&mut store, |tx| {
        tx.add_document(&document("甲", Some("| survey |")))?;
        tx.add_document(&document("乙", None))
    });
    let found = read(&mut store, |tx| tx.document(&"a".repeat(64)));
    assert_eq!(found, Some(document("甲", Some("| survey |"))));
    assert_eq!(read(&mut store, |tx| tx.document(&"b".repeat(64))), None);
}

fn parts(letters: &str) -> Vec<(PartName, Vec<u8>)> {
    let part = |letter: char| {
        let body = letter.to_string().repeat(300).into_bytes();
        let name = PartName {
            hash: letter.to_string().repeat(64),
            length: body.len() as u64,
        };
        (name, body)
    };
    letters.chars().map(part).collect()
}

pub(super) fn a_snapshot_stands_in_the_place_of_the_one_before_which_stays_a_while(place: &Place) {
    let mut store = place.store();
    let (feed, other) = write(&mut store, |tx| {
        let feed = tx.add_feed("530999201201/contact")?;
        tx.add_snapshot(feed, 10, &parts("ab"), 100, 0)?;
        Ok((feed, tx.add_feed("530999201202/contact")?))
    });
    let (first, position) = read(&mut store, |tx| tx.snapshot(feed)).unwrap();
    assert_eq!(position, 10);
    read(&mut store, |tx| {
        let names: Vec<PartName> = parts("ab").into_iter().map(|(name, _)| name).collect();
        assert_eq!(tx.snapshot_parts(first)?, names);
        let body = tx.snapshot_part(&"b".repeat(64))?.unwrap();
        assert_eq!((body.feed, body.position), (feed, 10));
        assert_eq!(
            (body.name.as_str(), body.body),
            ("530999201201/contact", parts("b").remove(0).1)
        );
        assert!(tx.snapshot(other)?.is_none() && tx.snapshot_part(&"c".repeat(64))?.is_none());
        Ok(())
    });
    write(&mut store, |tx| {
        tx.add_snapshot(feed, 20, &parts("c"), 200, 150)
    });
    read(&mut store, |tx| {
        assert_eq!(tx.snapshot(feed)?.unwrap().1, 20);
        assert!(
            tx.snapshot_part(&"a".repeat(64))?.is_some(),
            "who fetches it goes on"
        );
        Ok(())
    });
    write(&mut store, |tx| {
        tx.add_snapshot(feed, 30, &parts("d"), 300, 201)
    });
    read(&mut store, |tx| {
        assert!(
            tx.snapshot_part(&"a".repeat(64))?.is_none(),
            "superseded before the moment"
        );
        assert!(tx.snapshot_part(&"c".repeat(64))?.is_some());
        assert!(tx.snapshot_parts(first)?.is_empty());
        Ok(())
    });
}

pub(super) fn figures_are_frozen_once(place: &Place) {
    let mut store = place.store();
    let figures = |division: &str, day: &str, letter: &str| FrozenRow {
        division: division.parse().unwrap(),
        day: day.parse().unwrap(),
        frozen_at: 77,
        hash: letter.repeat(64),
    };
    let (june, other, march) = (
        figures("530999", "2024-06-30", "a"),
        figures("530998", "2024-06-30", "b"),
        figures("530999", "2024-03-31", "c"),
    );
    write(&mut store, |tx| {
        tx.add_frozen(&june, b"june")?;
        tx.add_frozen(&other, b"other")?;
        tx.add_frozen(&march, b"march")
    });
    let again = FrozenRow {
        hash: "d".repeat(64),
        ..june.clone()
    };
    assert!(refuses(&mut store, |tx| tx.add_frozen(&again, b"altered")));
    read(&mut store, |tx| {
        assert_eq!(tx.frozen()?, [march.clone(), other.clone(), june.clone()]);
        let body = tx.frozen_body(&june.division, june.day)?;
        assert_eq!(body, Some((june.clone(), b"june".to_vec())));
        assert!(tx.frozen_body(&other.division, march.day)?.is_none());
        Ok(())
    });
}

pub(super) fn an_area_is_confirmed_on_a_day_once(place: &Place) {
    let mut store = place.store();
    let area = |code: &str| code.parse().unwrap();
    let day = |text: &str| text.parse().unwrap();
    write(&mut store, |tx| {
        tx.confirm_area(&area("530999201202"), day("2024-05-01"))?;
        tx.confirm_area(&area("530999201201"), day("2024-06-01"))?;
        tx.confirm_area(&area("530999201201"), day("2024-05-01"))?;
        tx.confirm_area(&area("530999201201"), day("2024-05-01"))
    });
    let told = read(&mut store, |tx| tx.confirmed_areas());
    let all = [
        (area("530999201201"), day("2024-05-01")),
        (area("530999201201"), day("2024-06-01")),
        (area("530999201202"), day("2024-05-01")),
    ];
    assert_eq!(told, all);
}
