//! Who is not theirs is neither moved, nor read, nor told of.

use stories::raw::part;
use stories::world::{OTHER_VILLAGE, VILLAGE};
use tanfang_core::model::{Compartment, Kind};
use tanfang_core::wire::{Cursor, RefusalReason};

use super::{MARK, accepted, household, refused, scene};

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
