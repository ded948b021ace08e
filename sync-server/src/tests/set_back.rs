//! A server that was set back and knows less than its phones: nothing of theirs is refused for good.

use tanfang_core::form::Form;
use tanfang_core::wire::{RefusalReason, VerdictKind, manifest_hash};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::epochs::backup;
use super::world::*;
use crate::store::StoreError;

/// A visit's form in another version, and how a save names it.
fn another_visit_form() -> (Form, String) {
    let source = VISIT.replace("| visit | visit | 1 |", "| visit | visit | 2 |");
    (Form::compile(&source).unwrap(), source)
}

fn publish(world: &mut World, (form, source): &(Form, String)) {
    let published = world.server.write(|turn| turn.publish_form(form, source));
    assert_eq!(published, Ok(true));
}

/// Makes the last save one that was made when the phone had heard the server a minute before.
fn heard_before(world: &World, phone: &mut Phone) {
    let (last, at) = (phone.saves.len() as u64, world.clock_millis() - 60_000);
    phone.alter(last, |save| save.envelope.last_server_millis = Some(at));
}

fn waits(verdict: &VerdictKind) -> bool {
    matches!(verdict, VerdictKind::Waiting)
}

/// How many saves wait for the office, and for other phones, as `status` says.
fn counted(world: &mut World) -> (u64, u64) {
    let waits = world.stored(|turn| turn.tx().how_many_wait());
    (waits.office, waits.phones)
}

/// How a save that waited stands now.
fn now_stands(world: &mut World, phone: &Phone, seq: u64) -> VerdictKind {
    let mut request = phone.request(None);
    request.waiting = vec![seq];
    let reply = world.ask(phone, request).unwrap();
    let mut told = reply.verdicts.into_iter();
    told.find(|verdict| verdict.seq == seq).unwrap().verdict
}

#[test]
fn a_visit_on_a_form_made_after_the_copy_waits_until_it_is_published_again() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let (household, person) = a.card(&world, VILLAGE);
    let reply = world.push(&a, 1).unwrap();
    a.hear(&reply);
    let older = backup(&world);
    let form = another_visit_form();
    publish(&mut world, &form);
    a.visit(&world, household, person);
    a.alter(2, |save| {
        let named = save.envelope.form.as_mut().unwrap();
        (named.version, named.hash) = ("2".into(), form.0.hash().into());
    });
    heard_before(&world, &mut a);
    let reply = world.push(&a, 2).unwrap();
    assert!(accepted(&reply.verdicts[0].verdict));
    a.hear(&reply);

    world.reopen(older.path());
    let reply = world.ask(&a, a.request(None)).unwrap();
    a.hear(&reply);
    assert!(waits(&world.verdict(&a)));
    assert_eq!(counted(&mut world), (1, 0));
    publish(&mut world, &form);
    assert!(accepted(&now_stands(&mut world, &a, 2)));
    assert_eq!(counted(&mut world), (0, 0));
    // What is made in the new history and names a form that nobody published is refused as ever.
    a.visit(&world, household, person);
    let later = world.clock_millis() + 60_000;
    a.alter(3, |save| {
        save.envelope.form.as_mut().unwrap().hash = "0".repeat(64);
        save.envelope.last_server_millis = Some(later);
    });
    let refused = refused_for(&world.verdict(&a));
    assert_eq!(refused, Some(RefusalReason::UnknownForm));
}

#[test]
fn an_edit_by_a_right_given_after_the_copy_waits_until_it_is_given_again() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let mut b = world.worker("village_committee", OTHER);
    let (_, person) = a.card(&world, VILLAGE);
    let reply = world.push(&a, 1).unwrap();
    a.hear(&reply);
    b.card(&world, OTHER);
    let reply = world.push(&b, 1).unwrap();
    b.hear(&reply);
    let older = backup(&world);
    let gives = |world: &mut World, b: &Phone| {
        let given = world.assignment(b.worker, "village_committee", VILLAGE, None);
        world.own(vec![given]);
    };
    gives(&mut world, &b);
    b.edit(&world, person, "phone", "15400000001");
    heard_before(&world, &mut b);
    let reply = world.push(&b, 2).unwrap();
    assert!(accepted(&reply.verdicts[0].verdict));
    b.hear(&reply);

    world.reopen(older.path());
    let reply = world.ask(&b, b.request(None)).unwrap();
    b.hear(&reply);
    assert!(waits(&world.verdict(&b)));
    gives(&mut world, &b);
    assert!(accepted(&now_stands(&mut world, &b, 2)));
}

/// The first phone that comes has nothing of its own to prove the rollback with.
#[test]
fn an_edit_on_a_value_that_the_server_forgot_waits_until_its_author_proves_the_rollback() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let mut b = world.worker("village_committee", VILLAGE);
    let (_, person) = a.card(&world, VILLAGE);
    let reply = world.push(&a, 1).unwrap();
    a.hear(&reply);
    world.pull(&mut b);
    let older = backup(&world);
    let seen = a.edit(&world, person, "phone", "15400000001");
    let reply = world.push(&a, 2).unwrap();
    a.hear(&reply);
    world.pull(&mut b);

    world.reopen(older.path());
    b.edit(&world, person, "phone", "15400000002");
    b.alter(1, |save| save.parts[0].writes[0].seen = vec![seen]);
    assert!(waits(&world.verdict(&b)));
    assert_eq!(counted(&mut world), (0, 1));
    // Also what is made when the phone shows nothing later any more.
    let reply = world.ask(&b, b.request(None)).unwrap();
    b.cursors.clear();
    b.hear(&reply);
    assert!(waits(&now_stands(&mut world, &b, 1)));
    let reply = world.ask(&a, a.request(None)).unwrap();
    a.hear(&reply);
    assert!(accepted(&now_stands(&mut world, &b, 1)));
    world.push(&a, 2).unwrap();
    let record = world.stored(|turn| turn.record(person)).unwrap();
    assert_eq!(record.text("phone"), Some("15400000002"));
    assert!(record.conflicts().is_empty());
}

#[test]
fn a_phone_with_another_list_of_documents_of_the_same_number_is_told_of_ours() {
    let mut world = World::new();
    let a = world.worker("village_committee", VILLAGE);
    let mut request = a.request(None);
    let ours = world.ask(&a, request.clone()).unwrap().manifest.unwrap();
    let number = world.stored(|turn| turn.manifest()).number;
    request.manifest = number;
    let mut told = |hash: [u8; 32]| {
        request.manifest_hash = Some(hash.to_vec().into());
        world.ask(&a, request.clone()).unwrap().manifest.is_some()
    };
    assert!(!told(manifest_hash(&ours.body)));
    assert!(told([7; 32]));
}

#[test]
fn what_waits_survives_a_revocation_and_goes_in_when_nobody_can_send_what_it_saw() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    let mut b = world.worker("village_committee", VILLAGE);
    let (_, person) = a.card(&world, VILLAGE);
    world.push(&a, 1).unwrap();
    let seen = a.edit(&world, person, "phone", "15400000001");
    let pieces = super::bundles::sealed(&world, &a, a.push_from(2), 1 << 20);
    let revoked: Result<_, StoreError> = world.server.write(|turn| turn.revoke(a.worker));
    revoked.unwrap();
    super::bundles::brings(&mut world, &b, &pieces);
    b.edit(&world, person, "phone", "15400000002");
    b.alter(1, |save| save.parts[0].writes[0].seen = vec![seen]);
    assert!(waits(&world.verdict(&b)));
    let id = pieces[0].bundle();
    world.server.write(|turn| turn.refuse_bundle(id)).unwrap();
    assert!(accepted(&now_stands(&mut world, &b, 1)));
    let record = world.stored(|turn| turn.record(person)).unwrap();
    assert_eq!(record.text("phone"), Some("15400000002"));
}

/// The phone still holds the list of documents of the lost days, and all else was proved already.
#[test]
fn a_manifest_of_another_history_makes_a_server_suspect_nothing() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    world.pull(&mut a);
    let older = backup(&world);
    publish(&mut world, &another_visit_form());
    let later = world.stored(|turn| turn.manifest()).number;

    world.reopen(older.path());
    let mut request = a.request(None);
    request.manifest = later;
    let begun: Result<_, StoreError> = world.server.write(|turn| turn.begin_another_history());
    begun.unwrap();
    world.ask(&a, request.clone()).unwrap();
    assert!(!world.stored(|turn| turn.is_suspected()));
    // In our own history the same number could only come from what we forgot.
    request.epoch = Some(world.stored(|turn| crate::engine::epoch(turn.tx())));
    world.ask(&a, request).unwrap();
    assert!(world.stored(|turn| turn.is_suspected()));
}

/// Set back to before it was set back: its phones are in a history that it does not know.
#[test]
fn our_own_word_of_a_history_that_is_not_here_proves_a_rollback() {
    let mut world = World::new();
    let mut a = world.worker("village_committee", VILLAGE);
    a.card(&world, VILLAGE);
    let reply = world.push(&a, 1).unwrap();
    a.hear(&reply);
    let older = backup(&world);
    world.move_clock(1_000);
    let begun: Result<_, StoreError> = world.server.write(|turn| turn.begin_another_history());
    begun.unwrap();
    let reply = world.ask(&a, a.request(None)).unwrap();
    a.hear(&reply);
    let lost = reply.epoch;
    world.move_clock(1_000);

    world.reopen(older.path());
    let mut stranger = a.request(None);
    stranger.acknowledged.as_mut().unwrap().through += 1;
    let unproved = world.ask(&a, stranger).unwrap().epoch;
    let proved = world.ask(&a, a.request(None)).unwrap();
    assert_ne!(proved.epoch, unproved, "not signed so by us, then signed");
    assert_ne!(proved.epoch, lost);
    // What is of a history that was begun here proves nothing, however often it is shown.
    assert_eq!(world.ask(&a, a.request(None)).unwrap().epoch, proved.epoch);
}

/// How many steps the store takes to hear a move while so many saves wait for another phone's words.
fn steps_of_a_move(waiting: u64) -> u64 {
    let mut world = World::on_file();
    let mut a = world.worker("village_committee", VILLAGE);
    let mut b = world.worker("village_committee", VILLAGE);
    let mut mover = world.worker("township_civil", "530999201");
    let (household, person) = a.card(&world, VILLAGE);
    world.push(&a, 1).unwrap();
    let seen = a.edit(&world, person, "phone", "15400000001");
    let pieces = super::bundles::sealed(&world, &a, a.push_from(2), 1 << 20);
    let revoked: Result<_, StoreError> = world.server.write(|turn| turn.revoke(a.worker));
    revoked.unwrap();
    super::bundles::brings(&mut world, &b, &pieces);
    for seq in 1..=waiting {
        b.edit(&world, person, "phone", "15400000002");
        b.alter(seq, |save| save.parts[0].writes[0].seen = vec![seen]);
    }
    world.push(&b, 1).unwrap();
    assert_eq!(counted(&mut world), (0, waiting));
    let mut moves = part(
        household,
        tanfang_core::model::Kind::HOUSEHOLD,
        tanfang_core::model::Compartment::Contact,
        &[("$area", OTHER)],
    );
    moves.writes[0].seen = vec![a.saves[0].envelope.head];
    mover.save(&world, None, vec![moves]);
    let steps = Arc::new(AtomicU64::new(0));
    world.server.disk().count_steps(steps.clone());
    assert!(accepted(&world.verdict(&mover)));
    steps.load(Ordering::Relaxed)
}

#[test]
fn a_move_judges_again_what_waits_for_the_office_and_nothing_that_waits_for_a_phone() {
    let (few, many) = (steps_of_a_move(10), steps_of_a_move(110));
    assert!(many < few + 200, "{few} steps with 10, {many} with 110");
}
