//! A right that ends takes with it what it let the phone hold (promise P7 of `reliability.md`).

use std::collections::BTreeSet;

use super::*;
use crate::wire::Receipt;

/// What a phone keeps whoever it may see: the words of packed bodies, its own saves for thirty days
/// and more, how far its feeds came.
const NOBODYS: [&str; 4] = ["meta", "terms", "saves", "feeds"];

fn rows(world: &World) -> Vec<String> {
    let all = contents(&world.app.store).into_iter();
    let of_people = all.filter(|(table, _)| !NOBODYS.contains(&table.as_str()));
    of_people.map(|row| format!("{row:?}")).collect()
}

#[test]
fn a_right_that_ends_leaves_no_row_of_whom_it_let_see() {
    let world = World::new("village_committee");
    let before = rows(&world);
    let elder = world.elder();
    world.visit(elder);
    let report = world.app.compliance(&Asked::default()).unwrap();
    assert!(!report.lines.is_empty(), "what it says is kept");
    let feeds: [Feed; 3] = ["contact", "care", "identity"]
        .map(|compartment| format!("{VILLAGE}/{compartment}").parse().unwrap());
    let roster: Feed = "530999/roster".parse().unwrap();
    let held: BTreeSet<Feed> = feeds.iter().chain([&roster]).cloned().collect();
    for seq in [1, 2] {
        let receipt = |feed: &Feed| Receipt {
            feed: feed.clone(),
            position: seq,
        };
        let verdict = VerdictKind::Accepted {
            received_at: 1_715_304_600_000,
            receipts: feeds.iter().map(receipt).collect(),
        };
        let verdict = [Verdict { seq, verdict }];
        world
            .app
            .write(|tx| {
                tx.hear_verdicts(device(ME), &verdict, &held)?;
                tx.allow_feeds(&held)?;
                Ok(tx.set_through(seq)?)
            })
            .unwrap();
    }
    assert!(rows(&world).len() > before.len() + 5);
    world
        .app
        .write(|tx| Ok(tx.allow_feeds(&[roster].into())?))
        .unwrap();
    let after = rows(&world);
    let stays: Vec<&String> = after.iter().filter(|row| !before.contains(row)).collect();
    assert!(stays.is_empty(), "{stays:?}");
    assert_eq!(after.len(), before.len(), "and nothing else went");
}
