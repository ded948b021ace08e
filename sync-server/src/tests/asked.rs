//! What a phone could not know when a save was made is not asked of it.

use super::world::*;
use tanfang_core::model::{Compartment, Kind};
use tanfang_core::wire::RefusalReason;

/// A world whose card requires the id number of whoever reads it.
fn world() -> World {
    let card = CARD.replace(
        "| | text | id_number | id | |",
        "| | text | id_number | id | yes |",
    );
    assert_ne!(card, CARD);
    World::with_forms([&card, VISIT])
}

/// A card as a phone makes it that is not asked the id number.
fn card_without_identity(world: &World, phone: &mut Phone, heard: i64) {
    let mut parts = card(world.id(), world.id(), VILLAGE, "测试丙");
    parts.retain(|part| part.compartment != Compartment::Identity);
    phone.save(world, Some(&world.card), parts);
    let last = phone.saves.len() as u64;
    phone.alter(last, |save| {
        save.envelope.role = "grid_worker".into();
        save.envelope.last_server_millis = Some(heard);
    });
}

fn gives_from(
    world: &mut World,
    phone: &Phone,
    role: &str,
    from: &str,
) -> tanfang_core::model::RecordId {
    let mut given = world.assignment(phone.worker, role, VILLAGE, None);
    let fields = part(
        given.record,
        Kind::ASSIGNMENT,
        Compartment::Roster,
        &[("from", from)],
    );
    given.writes.extend(fields.writes);
    let record = given.record;
    world.own(vec![given]);
    record
}

#[test]
fn a_role_given_backwards_in_time_asks_nothing_of_what_was_made_before_its_phone_heard_of_it() {
    let mut world = world();
    let mut phone = world.worker("grid_worker", VILLAGE);
    let heard = world.clock_millis();
    card_without_identity(&world, &mut phone, heard);
    world.move_clock(60_000);
    gives_from(&mut world, &phone, "village_committee", "2024-01-01");
    assert!(accepted(&world.verdict(&phone)));
    // The phone heard, and asks.
    let heard = world.clock_millis();
    card_without_identity(&world, &mut phone, heard);
    let refused = refused_for(&world.verdict(&phone));
    assert_eq!(refused, Some(RefusalReason::FormProblems));
}

#[test]
fn a_role_that_was_ended_for_a_day_before_asks_as_its_phone_did() {
    let mut world = world();
    let mut phone = world.worker("grid_worker", VILLAGE);
    let more = gives_from(&mut world, &phone, "village_committee", "2024-01-01");
    let before = world.clock_millis() - 1;
    world.move_clock(60_000);
    let heard = world.clock_millis();
    // Both were held when it was made, and the number was asked: without it the card is not whole.
    card_without_identity(&world, &mut phone, heard);
    world.move_clock(60_000);
    let ended = part(
        more,
        Kind::ASSIGNMENT,
        Compartment::Roster,
        &[("to", "2024-02-01")],
    );
    world.own(vec![ended]);
    // By what is known now it was not asked.
    assert!(accepted(&world.verdict(&phone)));
    // Who had heard of nothing is asked by the role that they say.
    card_without_identity(&world, &mut phone, before);
    assert!(accepted(&world.verdict(&phone)));
}
