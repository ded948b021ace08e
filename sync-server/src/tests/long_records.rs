//! A record of which more and more is said.

use tanfang_core::model::{Compartment, Kind, VOID, Value};
use tanfang_core::wire::{RefusalReason, VerdictKind};

use super::world::*;

/// As much as one answer may hold, in letters of three bytes.
const LETTERS: usize = 4_000;
/// What all that was said of a record may come to, in bytes.
const BOUND: usize = 4 << 20;

#[test]
fn a_record_at_its_bound_takes_no_further_save_says_so_and_holds_up_nobody() {
    let mut world = World::new();
    let mut phone = world.worker("village_committee", VILLAGE);
    let (_, person) = phone.card(&world, VILLAGE);
    let mut before = phone.saves[0].envelope.head;
    let long = "长".repeat(LETTERS);
    let fits = (BOUND / (2 * long.len())) as u64;
    for _ in 0..fits + 5 {
        let mut says = part(
            person,
            Kind::PERSON,
            Compartment::Contact,
            &[("phone", &long), ("name", &long)],
        );
        says.writes
            .iter_mut()
            .for_each(|write| write.seen = vec![before]);
        before = phone.save(&world, Some(&world.card), vec![says]);
    }
    phone.card(&world, VILLAGE);
    let reply = world.push(&phone, 1).unwrap();
    assert_eq!(reply.through, phone.saves.len() as u64);
    let taken = reply
        .verdicts
        .iter()
        .filter(|v| accepted(&v.verdict))
        .count() as u64;
    assert!((fits..fits + 4).contains(&taken), "{taken} of {fits}");
    let refused: Vec<&VerdictKind> = reply
        .verdicts
        .iter()
        .map(|verdict| &verdict.verdict)
        .filter(|verdict| !accepted(verdict))
        .collect();
    assert!(!refused.is_empty());
    for verdict in refused {
        assert_eq!(refused_for(verdict), Some(RefusalReason::Malformed));
        let VerdictKind::Refused(refusal) = verdict else {
            panic!("{verdict:?}")
        };
        assert!(refusal.message.contains("void it and make a new one"));
    }
    let last = reply.verdicts.last().unwrap();
    assert!(accepted(&last.verdict), "another record goes in");

    // What it says to do can be done, once, and everybody is told what is there.
    for takes in [true, false] {
        let mut void = part(person, Kind::PERSON, Compartment::Contact, &[(VOID, "")]);
        void.writes[0].value = Value::Bool(true);
        phone.save(&world, None, vec![void]);
        assert_eq!(accepted(&world.verdict(&phone)), takes);
    }
    let mut fresh = world.worker("village_committee", VILLAGE);
    let told = told(&world.pull(&mut fresh), &format!("{VILLAGE}/contact"));
    assert!(told.iter().any(|(_, id)| *id == person));
}
