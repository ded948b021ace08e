//! A right that ends takes with it what it let the phone hold (promise P7 of `reliability.md`).

use std::collections::BTreeSet;

use super::*;
use crate::wire::Receipt;

/// What a phone keeps whoever it may see: the words of packed bodies, its own saves for thirty days
/// and more, how far its feeds came.
const NOBODYS: [&str; 5] = ["meta", "terms", "saves", "kept_saves", "feeds"];

fn rows(world: &World) -> Vec<String> {
    let all = contents(&world.app.store).into_iter();
    let of_people = all.filter(|(table, _)| !NOBODYS.contains(&table.as_str()));
    of_people.map(|row| format!("{row:?}")).collect()
}

fn receipts(feeds: &[Feed], seq: u64) -> Verdict {
    let receipt = |feed: &Feed| Receipt {
        feed: feed.clone(),
        position: seq,
    };
    let verdict = VerdictKind::Accepted {
        received_at: 1_715_304_600_000,
        receipts: feeds.iter().map(receipt).collect(),
    };
    Verdict { seq, verdict }
}

fn area_feeds() -> [Feed; 3] {
    ["contact", "care", "identity"]
        .map(|compartment| format!("{VILLAGE}/{compartment}").parse().unwrap())
}

/// Two saves that the server has, of people whom the phone may hold.
fn sent(world: &World, feeds: &[Feed], held: &BTreeSet<Feed>) {
    for seq in [1, 2] {
        let act = |tx: &Tx<'_>| {
            tx.hear_verdicts(device(ME), &[receipts(feeds, seq)], held)?;
            tx.allow_feeds(held)?;
            Ok(tx.set_through(seq)?)
        };
        world.app.write(act).unwrap();
    }
}

#[test]
fn a_right_that_ends_leaves_no_row_of_whom_it_let_see() {
    let world = World::new("village_committee");
    let before = rows(&world);
    let elder = world.elder();
    world.visit(elder);
    let report = world.app.compliance(&Asked::default()).unwrap();
    assert!(!report.lines.is_empty(), "what it says is kept");
    let feeds = area_feeds();
    let roster: Feed = "530999/roster".parse().unwrap();
    let held: BTreeSet<Feed> = feeds.iter().chain([&roster]).cloned().collect();
    sent(&world, &feeds, &held);
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

/// What one transaction of an answer does where the worker has lost one village and got another: what
/// was unsent is acknowledged, what the lost feeds brought goes, what is new begins and is filled.
fn answer_of_another_right(
    tx: &Tx<'_>,
    kept: &BTreeSet<Feed>,
    page: &Page,
) -> Result<(), AppError> {
    tx.hear_verdicts(device(ME), &[receipts(&area_feeds(), 3)], kept)?;
    tx.set_through(3)?;
    tx.allow_feeds(kept)?;
    tx.apply(std::slice::from_ref(page))?;
    Ok(())
}

#[test]
fn a_phone_that_dies_at_any_step_of_losing_a_right_holds_all_of_before_or_all_of_after() {
    let world = World::new("village_committee");
    let feeds = area_feeds();
    let roster: Feed = "530999/roster".parse().unwrap();
    let other: Feed = "530999201202/contact".parse().unwrap();
    let held: BTreeSet<Feed> = feeds.iter().chain([&roster]).cloned().collect();
    let elder = world.elder();
    world.visit(elder);
    sent(&world, &feeds, &held);
    let unsent = world.visit(elder);
    let kept: BTreeSet<Feed> = [roster, other.clone()].into();
    let household = part(
        record(70),
        Kind::HOUSEHOLD,
        Compartment::Contact,
        true,
        vec![write("$area", "530999201202", &[])],
    );
    let page = Page {
        feed: other,
        after: 0,
        items: vec![Item::Part {
            position: 1,
            received_at: 5,
            envelope: Box::new(envelope(3, 9)),
            part: Box::new(household),
        }],
        position: 1,
        complete: true,
    };
    let store = &world.app.store;
    let before = contents(store);
    let mut died = 0;
    for step in (0..).step_by(7) {
        store.break_off_after(Some(step), Arc::default()).unwrap();
        let wrote = world
            .app
            .write(|tx| answer_of_another_right(tx, &kept, &page));
        store.break_off_after(None, Arc::default()).unwrap();
        if wrote.is_ok() {
            break;
        }
        died += 1;
        assert_eq!(contents(store), before, "died at step {step}");
        let open = world.app.read(|tx| Ok(tx.outbox()?)).unwrap();
        assert_eq!(open.len(), 1, "what is unsent is there at every step");
    }
    assert!(died > 100, "there were steps to die at: {died}");
    for id in [elder, unsent] {
        let held = world.app.read(|tx| Ok(tx.record(id)?)).unwrap();
        assert!(held.is_none(), "nothing of who was lost is left");
    }
    let held = world.app.read(|tx| Ok(tx.record(record(70))?)).unwrap();
    assert!(held.is_some(), "and who came is there");
    let own = world.app.read(|tx| Ok(tx.own_save(3)?)).unwrap();
    let named = own.unwrap().parts[0].record;
    assert_eq!(
        named, unsent,
        "its save is kept, for a server that is set back"
    );
}
