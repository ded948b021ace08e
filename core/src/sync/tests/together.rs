//! What the server has had for long is kept together, and offered again however far it is set back.

use super::*;
use crate::store::Together;
use crate::vault::{KeyPurpose, KeyVault};

const DAY: i64 = 86_400_000;

/// The numbers of saves that stand alone, and of those that are kept together the first and the last.
fn tables(world: &World) -> (Vec<i64>, Vec<(i64, i64)>) {
    let number = |cell: &rusqlite::types::Value| match cell {
        rusqlite::types::Value::Integer(number) => *number,
        other => panic!("{other:?}"),
    };
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for (table, row) in contents(&world.store) {
        match table.as_str() {
            "saves" => alone.push(number(&row[0])),
            "kept_saves" => together.push((number(&row[0]), number(&row[1]))),
            _ => {}
        }
    }
    (alone, together)
}

fn in_sixes(world: &World) -> u64 {
    let cut = Together {
        saves: 6,
        ..Together::default()
    };
    let kept = world
        .store
        .write::<_, StoreError>(|tx| tx.keep_together(cut));
    kept.unwrap()
}

/// Twenty saves that the server has, the ninth of them refused, forty days ago.
fn forty_days_on() -> World {
    let world = World::new();
    world.phone.vault.keep(KeyPurpose::Salt, &salt()).unwrap();
    (1..=20).for_each(|seq| world.save(seq));
    let refusal = Refusal {
        reason: RefusalReason::UnknownCode,
        field: None,
        message: "choose again".into(),
    };
    let refused = VerdictKind::Refused(refusal);
    world.server().verdicts.insert(9, refused);
    world.sync().unwrap();
    assert_eq!(in_sixes(&world), 0, "received today");
    world.server().now = 40 * DAY;
    world.sync().unwrap();
    world
}

fn all_that_was_made(world: &World) -> Vec<crate::model::Save> {
    let read = |tx: &crate::store::Tx<'_>| {
        let saves = (1..=20).map(|seq| tx.own_save(seq));
        saves.collect::<Result<Vec<_>, _>>()
    };
    let saves = world.store.read::<_, StoreError>(read).unwrap();
    saves.into_iter().map(|save| save.unwrap()).collect()
}

fn records(world: &World) -> Vec<crate::merge::Record> {
    let read = |tx: &crate::store::Tx<'_>| {
        let records = (1..=20).map(|n| tx.record(record(n)));
        records.collect::<Result<Vec<_>, _>>()
    };
    let records = world.store.read::<_, StoreError>(read).unwrap();
    records.into_iter().map(|record| record.unwrap()).collect()
}

#[test]
fn what_was_acknowledged_thirty_days_ago_is_kept_together_and_every_record_stays_whole() {
    let world = forty_days_on();
    let (before, made) = (records(&world), all_that_was_made(&world));
    // The sync packed the eight before the one that is refused; four wait for more, the last stays apart.
    let packed = in_sixes(&world);
    let apart = vec![9, 16, 17, 18, 19, 20];
    assert_eq!(tables(&world), (apart, vec![(1, 8), (10, 15)]));
    assert_eq!(packed, 6);
    assert_eq!(records(&world), before);
    assert_eq!(all_that_was_made(&world), made);
    assert_eq!(world.states(), [(9, OwnState::Refused)]);
    world.save(21);
    world.sync().unwrap();
    assert_eq!(world.server().log.len(), 21, "the chain goes on");
    assert_eq!(in_sixes(&world), 0, "five and one that came today");
}

/// The server checks the chain and its signature over every save that it is told.
#[test]
fn a_server_set_back_by_forty_days_gets_every_save_again_as_it_was_signed() {
    for lost_after in [0, 3, 6, 7, 10, 14, 19] {
        let world = forty_days_on();
        in_sixes(&world);
        let (before, made) = (records(&world), all_that_was_made(&world));
        {
            let mut server = world.server();
            server.log.truncate(lost_after);
            server.epoch = epoch(6);
            server.verdicts.clear();
            let link = |chain: [u8; 32], save| link_save(&chain, save, &salt());
            server.chain = server.log.iter().fold([0; 32], link);
        }
        world.sync().unwrap();
        assert_eq!(world.server().log, made, "set back to {lost_after}");
        // What the server still has of before, it has refused.
        let refused = lost_after >= 9;
        assert_eq!(world.states().is_empty(), !refused);
        let texts = |records: &[crate::merge::Record]| -> Vec<Option<String>> {
            let names = records
                .iter()
                .map(|one| one.text("name").map(str::to_owned));
            names.collect()
        };
        assert_eq!(texts(&records(&world)), texts(&before));
    }
}

#[test]
fn a_phone_that_dies_while_it_packs_has_every_save_apart_or_every_one_together() {
    let world = forty_days_on();
    let (before, made) = (contents(&world.store), all_that_was_made(&world));
    let cut = Together {
        saves: 6,
        ..Together::default()
    };
    let break_off = |steps| world.store.break_off_after(steps, Default::default());
    for step in (0..).step_by(5) {
        break_off(Some(step)).unwrap();
        let packed = world
            .store
            .write::<_, StoreError>(|tx| tx.keep_together(cut));
        break_off(None).unwrap();
        assert_eq!(all_that_was_made(&world), made, "died at step {step}");
        if packed.is_ok() {
            assert!(step > 50, "there were steps to die at: {step}");
            return;
        }
        assert_eq!(contents(&world.store), before, "died at step {step}");
    }
}

#[test]
fn a_new_enrolment_finds_again_what_was_kept_together_and_the_server_has_lost() {
    let world = forty_days_on();
    in_sixes(&world);
    let new = crate::store::Enrolment {
        device: device(2),
        ..enrolment(world.server().key.public())
    };
    let renumbered = world
        .store
        .write::<_, StoreError>(|tx| tx.renumber(&new, &salt(), &has(4)))
        .unwrap();
    assert_eq!(renumbered.saves, 16, "five to twenty, the refused one too");
    let told = world
        .store
        .read::<_, StoreError>(|tx| tx.outbox_chunk(1, 1 << 20));
    let told: Vec<_> = told
        .unwrap()
        .iter()
        .map(|save| save.parts[0].record)
        .collect();
    let due: Vec<_> = (5..=20).map(record).collect();
    assert_eq!(told, due);
}

/// Twice as much on both sides takes twice the steps of the store: nothing is settled against all else.
#[test]
fn twice_as_much_on_both_sides_takes_twice_the_steps() {
    let steps = |many: u8| {
        let world = World::new();
        for n in 1..=many {
            world.save(n.into());
            world.theirs("contact", n.into(), 100 + n, "name");
        }
        let counter = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        world.store.break_off_after(None, counter.clone()).unwrap();
        world.sync().unwrap();
        assert_eq!(world.server().log.len(), usize::from(many));
        counter.load(std::sync::atomic::Ordering::Relaxed)
    };
    let (once, twice) = (steps(60), steps(120));
    assert!(twice * 10 < once * 22, "{once} steps, then {twice}");
}

#[test]
fn what_was_taken_apart_for_a_server_that_was_set_back_is_kept_together_again() {
    let world = forty_days_on();
    in_sixes(&world);
    let (together, made) = (tables(&world).1, all_that_was_made(&world));
    {
        let mut server = world.server();
        server.log.clear();
        server.epoch = epoch(6);
        server.verdicts.clear();
        server.chain = [0; 32];
    }
    world.sync().unwrap();
    assert_eq!(tables(&world).1, [], "said once more, each by itself");
    world.server().now = 80 * DAY;
    world.sync().unwrap();
    in_sixes(&world);
    let again = tables(&world).1;
    let held: i64 = again.iter().map(|(first, last)| last - first + 1).sum();
    let before: i64 = together.iter().map(|(first, last)| last - first + 1).sum();
    assert!(held >= before, "{again:?}, before {together:?}");
    assert_eq!(all_that_was_made(&world), made);
    world.save(21);
    world.sync().unwrap();
    assert_eq!(world.server().log.len(), 21, "the chain goes on");
}

#[test]
fn a_receipt_from_a_day_that_is_still_to_come_keeps_nothing_apart_for_ever() {
    let world = World::new();
    world.phone.vault.keep(KeyPurpose::Salt, &salt()).unwrap();
    world.server().now = 4_000 * DAY;
    (1..=8).for_each(|seq| world.save(seq));
    world.sync().unwrap();
    // The county sets its clock right.
    world.server().now = 40 * DAY;
    (9..=20).for_each(|seq| world.save(seq));
    world.sync().unwrap();
    world.server().now = 80 * DAY;
    world.sync().unwrap();
    in_sixes(&world);
    let last = tables(&world).1.last().map(|(_, last)| *last);
    assert!(last.is_some_and(|last| last >= 15), "{:?}", tables(&world));
}
