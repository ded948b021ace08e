//! Lists, search, rebuilding.

use super::support::*;
use crate::store::{Listing, Store, StoreError};

fn titles(store: &Store, listing: &Listing) -> Vec<String> {
    let lines = store.read::<_, StoreError>(|tx| tx.lines(listing)).unwrap();
    lines.into_iter().map(|line| line.title).collect()
}

fn village() -> (Phone, Store) {
    let phone = Phone::new();
    let store = phone.open();
    append(&store, &household(1)).unwrap();
    for (seq, name) in (2..).zip(["测试 100%", "测试_乙", "测试'丙", "OR 1=1"]) {
        append(&store, &person(seq, seq as u8, name)).unwrap();
    }
    (phone, store)
}

#[test]
fn a_search_finds_letters_and_no_patterns() {
    let (_phone, store) = village();
    let search = |text: &str| {
        titles(
            &store,
            &Listing {
                kind: Some("person".into()),
                search: Some(text.into()),
                ..Listing::default()
            },
        )
    };
    assert_eq!(search("%"), ["测试 100%"]);
    assert_eq!(search("_"), ["测试_乙"]);
    assert_eq!(search("'"), ["测试'丙"]);
    assert_eq!(search("' OR 1=1--"), [""; 0]);
    assert_eq!(search("NEAR("), [""; 0]);
    assert_eq!(search(&"%".repeat(10_000)), [""; 0]);
    assert_eq!(search("").len(), 4);
}

#[test]
fn a_search_finds_a_name_however_its_letters_are_composed() {
    let (_phone, store) = village();
    for (seq, name) in [(6, "Jos\u{e9}"), (7, "Jose\u{301}")] {
        append(&store, &person(seq, seq as u8, name)).unwrap();
    }
    for written in ["s\u{e9}", "se\u{301}"] {
        let listing = Listing {
            search: Some(written.into()),
            ..Listing::default()
        };
        assert_eq!(titles(&store, &listing), ["Jos\u{e9}"; 2], "{written:?}");
    }
    let found = store.read::<_, StoreError>(|tx| tx.record(record(7)));
    let kept = found.unwrap().unwrap();
    assert_eq!(kept.text("name"), Some("Jose\u{301}"), "as it was written");
}

#[test]
fn a_list_takes_kind_group_area_and_pages() {
    let (_phone, store) = village();
    let mut listing = Listing {
        group: Some("elder".into()),
        area: Some("530999201".into()),
        ..Listing::default()
    };
    assert_eq!(titles(&store, &listing).len(), 4);
    listing.limit = 3;
    listing.offset = 2;
    assert_eq!(titles(&store, &listing).len(), 2);
    listing = Listing {
        area: Some("530998".into()),
        ..Listing::default()
    };
    assert!(titles(&store, &listing).is_empty());
    listing = Listing {
        kind: Some("household".into()),
        ..Listing::default()
    };
    assert_eq!(titles(&store, &listing), ["测试村一组"]);
}

#[test]
fn lines_and_facts_made_again_are_the_same() {
    let (_phone, store) = village();
    let read = || {
        store
            .read::<_, StoreError>(|tx| Ok((tx.lines(&Listing::default())?, tx.fact_rows()?)))
            .unwrap()
    };
    let before = read();
    store.write::<_, StoreError>(|tx| tx.rebuild()).unwrap();
    assert_eq!(read(), before);
    assert_eq!(before.1.len(), 5);
}
