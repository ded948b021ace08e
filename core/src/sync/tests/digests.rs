//! A feed in which phone and server differ.

use super::*;
use crate::merge::FeedDigest;
use crate::wire::FeedEnd;

impl World {
    /// What this phone holds of a feed.
    fn held(&self, compartment: &str) -> FeedDigest {
        let feed = feed(compartment);
        let held = self.store.read::<_, StoreError>(|tx| {
            let mut sum = FeedDigest::default();
            for id in tx.held_by(&feed)? {
                let record = tx.record(id)?.unwrap();
                let of = crate::store::carried_by(&feed);
                sum += FeedDigest::of_record(&record, of);
            }
            Ok(sum)
        });
        held.unwrap()
    }

    /// From now on the server says that this is what its feed carries.
    fn says(&self, position: u64, digest: FeedDigest) {
        self.server().ends = vec![FeedEnd {
            feed: feed("contact"),
            position,
            digest,
        }];
    }

    /// How often the feed was begun again, and the feeds that stay apart.
    fn after_sync(&self) -> (usize, Vec<u64>) {
        let before = self.server().begun;
        let tally = self.sync().unwrap();
        assert!(tally.complete);
        let apart = self.store.read::<_, StoreError>(|tx| tx.feeds_apart());
        let apart = apart.unwrap().iter().map(|end| end.position).collect();
        (self.server().begun - before, apart)
    }
}

fn with_three() -> World {
    let world = World::new();
    (1..=3).for_each(|at| world.theirs("contact", at, 100 + at as u8, "name"));
    world.sync().unwrap();
    world
}

#[test]
fn a_feed_that_differs_is_pulled_again_once_and_then_shown_and_told_and_never_a_loop() {
    let world = with_three();
    world.save(1);
    world.server().verdicts.insert(1, VerdictKind::Waiting);
    let right = world.held("contact");
    let wrong = right + FeedDigest::from_bytes([1; 16]);
    world.says(3, wrong);
    assert_eq!(world.after_sync(), (1, vec![3]), "pulled again, and shown");
    assert!(world.has(1, "name"), "what is not accepted stays");
    assert!((101..=103).all(|n| world.has(n, "name")));
    assert_eq!(world.after_sync(), (0, vec![3]), "the same difference");
    assert_eq!(world.server().apart.len(), 1, "and the server was told");
    // The feed goes on, the difference stays what it was.
    world.theirs("contact", 4, 104, "name");
    world.server().ends.clear();
    world.sync().unwrap();
    world.says(4, world.held("contact") + FeedDigest::from_bytes([1; 16]));
    assert_eq!(world.after_sync(), (0, vec![4]));
    // Another difference is another matter.
    world.says(4, world.held("contact") + FeedDigest::from_bytes([2; 16]));
    assert_eq!(world.after_sync(), (1, vec![4]));
    world.says(4, world.held("contact"));
    assert_eq!(world.after_sync(), (0, vec![]), "mended");
    world.sync().unwrap();
    assert!(world.server().apart.is_empty());
}

#[test]
fn what_a_server_that_was_set_back_put_into_old_places_is_found() {
    let world = with_three();
    let digest = world.held("contact");
    // Another save stands now where the third was.
    world.server().items.truncate(2);
    world.theirs("contact", 3, 150, "name");
    world.says(3, digest + FeedDigest::from_bytes([7; 16]));
    world.sync().unwrap();
    assert!(world.has(150, "name"), "the feed was pulled again");
    assert!(world.has(103, "name"), "and nothing was taken out");
}

#[test]
fn a_digest_that_was_added_up_wrongly_is_reckoned_before_anything_is_pulled() {
    let world = with_three();
    let right = world.held("contact");
    let told = vec![(feed("contact"), FeedDigest::from_bytes([3; 16]))];
    let shifted = world.store.write::<_, StoreError>(|tx| {
        tx.shift_digests(Vec::new(), told);
        Ok(())
    });
    shifted.unwrap();
    world.says(3, right);
    assert_eq!(world.after_sync(), (0, vec![]));
}

#[test]
fn a_digest_of_another_place_says_nothing() {
    let world = with_three();
    for position in [0, 2, 4, u64::MAX] {
        world.says(position, FeedDigest::from_bytes([9; 16]));
        assert_eq!(world.after_sync(), (0, vec![]));
    }
}
