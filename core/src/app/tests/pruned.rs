//! A right that ends takes with it what it let the phone hold (promise P7 of `reliability.md`).

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
    let feed: Feed = format!("{VILLAGE}/contact").parse().unwrap();
    for seq in [1, 2] {
        let receipt = Receipt {
            feed: feed.clone(),
            position: seq,
        };
        world.answer(
            seq,
            VerdictKind::Accepted {
                received_at: 1_715_304_600_000,
                receipts: vec![receipt],
            },
        );
    }
    assert!(rows(&world).len() > before.len() + 5);
    let roster: Feed = "530999/roster".parse().unwrap();
    world
        .app
        .write(|tx| Ok(tx.allow_feeds(&[roster].into())?))
        .unwrap();
    assert_eq!(rows(&world), before);
}
