//! Where there is no signal at all, what was saved travels by hand, and is in the log once.

use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use stories::link::Weather;
use stories::people::Answer;
use stories::played::doors::{Memory, Seeded, Stand};
use stories::world::{OTHER_VILLAGE, TOWNSHIP, VILLAGE, Worker, World, elder, must, word};
use tanfang_core::app::{App, Doors};
use tanfang_core::sync::http::Http;
use tanfang_core::sync::{Answer as Heard, Call, LinkError, Transport};
use tanfang_core::wire::{EnrolReply, decode, encode};

use super::an_old_backup::{back_up, set_back};

const DAY: &str = "2024-06-24T08:00:00+08:00";
const LATER: &str = "2024-06-25T08:00:00+08:00";
const VISIT: &str = "2024-06-23T09:00:00+08:00";

/// A county, and two workers of one village in it.
fn two_of_a_village() -> (World, Worker, Worker) {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    (world, a, b)
}

fn supervisor(world: &World) -> Worker {
    world.worker(DAY, "t", "township_civil", TOWNSHIP)
}

/// An elder and a visit that nobody has heard of: made where there was no signal.
fn unheard(worker: &Worker) -> (String, String) {
    let card = worker.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE));
    let person = word(&card, "id");
    let visit = worker.visits(DAY, VISIT, &[(&person, "met")]);
    (person, visit)
}

fn key(worker: &Worker) -> String {
    word(&worker.does(DAY, &["key"]), "key")
}

/// Seals onto a card; the names of the files.
fn seals(world: &World, worker: &Worker, to: &str, card: &str, more: &[&str]) -> Vec<String> {
    let card = world.path(card);
    let card = card.to_string_lossy();
    let arguments = [&["seal", "--to", to, "--out", &card], more].concat();
    names(&worker.does(DAY, &arguments))
}

fn names(told: &Json) -> Vec<String> {
    let files = told["files"].as_array().expect("files");
    files
        .iter()
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

fn opens(worker: &Worker, files: &[String]) -> Json {
    worker.does(DAY, &with("open", files))
}

fn with<'a>(verb: &'a str, files: &'a [String]) -> Vec<&'a str> {
    [verb]
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect()
}

/// What a verb says that is not done.
fn told(answer: anyhow::Result<Answer>) -> (i32, Json) {
    let answer = answer.expect("the program runs");
    let json = serde_json::from_str(&answer.text).unwrap_or_default();
    (answer.code, json)
}

fn desk(world: &World, arguments: &[&str]) -> Json {
    must(world.county.verb(DAY, arguments))
}

fn bundles(world: &World) -> Json {
    desk(world, &["bundle", "list"])["bundles"].clone()
}

fn revoked(world: &World, worker: &Worker) {
    desk(world, &["revoke", "--worker", &worker.id]);
    let (code, said) = told(worker.phone.verb(DAY, &["sync"]));
    assert_eq!((code, &said["error"]), (1, &json!("revoked")));
}

#[test]
fn a_phone_that_never_has_a_signal_hands_its_visits_to_another_and_nothing_is_doubled() {
    let (world, a, b) = two_of_a_village();
    let c = world.worker(DAY, "c", "village_committee", VILLAGE);
    b.sync(DAY);
    a.sync(DAY);
    let (person, visit) = unheard(&a);
    let card = seals(&world, &a, &key(&b), "card", &[]);
    let outbox = a.does(DAY, &["outbox"]);
    assert_eq!(outbox.as_array().unwrap().len(), 2, "nothing is sent yet");

    let opened = opens(&b, &card);
    assert_eq!(opened["files"][0]["what"], "shown");
    assert_eq!(opened["files"][0]["saves"], 2);
    assert_eq!(b.shows(DAY, &person, "name"), "测试甲");
    let marked = |worker: &Worker| worker.does(DAY, &["show", &person])["unconfirmed"].clone();
    assert_eq!(marked(&b), true, "not yet at the county");
    assert_eq!(
        opens(&b, &card)["files"][0]["saves"],
        0,
        "opened twice, heard once"
    );
    assert_eq!(b.does(DAY, &["carry"]).as_array().unwrap().len(), 1);
    // A colleague goes on with it where there is no signal either.
    b.edit(DAY, &person, &json!({"phone": "15400000009"}));

    b.sync(DAY);
    assert_eq!(marked(&b), false);
    assert_eq!(b.does(DAY, &["carry"])[0]["state"], "handed_in");
    assert_eq!(b.does(DAY, &["refused"]), json!([]));
    assert_eq!(bundles(&world)[0]["state"], "taken");
    c.sync(DAY);
    assert_eq!(c.lists(DAY, "visit"), std::slice::from_ref(&visit));
    assert_eq!(c.shows(DAY, &person, "phone"), "15400000009");
    let before = world.report(LATER, VILLAGE, "2024-06-24");

    let done = a.sync(DAY);
    assert_eq!((&done["sent"], &done["refused"]), (&json!(2), &json!(0)));
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
    for worker in [&a, &b, &c] {
        worker.sync(DAY);
        assert_eq!(worker.does(DAY, &["conflicts"]), json!([]));
        assert_eq!(worker.lists(DAY, "visit"), std::slice::from_ref(&visit));
        assert_eq!(worker.lists(DAY, "elder"), std::slice::from_ref(&person));
        assert_eq!(worker.shows(DAY, &person, "phone"), "15400000009");
    }
    assert_eq!(
        world.report(LATER, VILLAGE, "2024-06-24")["lines"],
        before["lines"]
    );
}

#[test]
fn the_wrong_phone_opens_nothing_and_a_colleague_elsewhere_is_shown_nothing() {
    let (world, a, b) = two_of_a_village();
    let far = world.worker(DAY, "far", "village_committee", OTHER_VILLAGE);
    for worker in [&a, &b, &far] {
        worker.sync(DAY);
    }
    let (person, _) = unheard(&a);
    let card = seals(&world, &a, &key(&b), "card", &[]);
    let (code, said) = told(far.phone.verb(DAY, &with("open", &card)));
    assert_eq!(
        (code, &said["reason"]),
        (2, &json!("another_receiver")),
        "{said}"
    );
    assert_eq!(far.does(DAY, &["carry"]), json!([]));
    // Sealed to them on purpose, it is carried, and not shown.
    let for_far = seals(&world, &a, &key(&far), "far-card", &[]);
    let opened = opens(&far, &for_far);
    assert_eq!(opened["files"][0]["saves"], 0);
    assert_eq!(
        opened["files"][0]["what"], "carried",
        "not even who said something, when and with which form, is for them to read"
    );
    let (code, _) = told(far.phone.verb(DAY, &["show", &person]));
    assert_eq!(code, 2);
    far.sync(DAY);
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "elder"), [person]);
    assert_eq!(far.lists(DAY, "elder"), [""; 0]);
}

#[test]
fn of_saves_of_which_a_colleague_may_see_nothing_they_carry_only_what_is_for_the_county() {
    let world = World::at(DAY);
    let township = supervisor(&world);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    township.sync(DAY);
    b.sync(DAY);
    for village in [VILLAGE, OTHER_VILLAGE, VILLAGE] {
        township.new_record(DAY, "elder_card", &elder("测试甲", village));
    }
    let card = seals(&world, &township, &key(&b), "card", &[]);
    let opened = opens(&b, &card);
    let mut what: Vec<&str> = opened["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["what"].as_str().unwrap())
        .collect();
    what.sort_unstable();
    assert_eq!(what, ["carried", "shown", "shown"]);
    assert_eq!(b.lists(DAY, "elder").len(), 2);
    b.sync(DAY);
    let states = b.does(DAY, &["carry"]);
    let states = states.as_array().unwrap().iter();
    assert!(states.clone().all(|file| file["state"] == "handed_in"));
    assert_eq!(township.sync(DAY)["sent"], 3);
    township.sync(DAY);
    assert_eq!(township.lists(DAY, "elder").len(), 3);
    assert_eq!(b.lists(DAY, "elder").len(), 2);
}

#[test]
fn a_card_with_a_damaged_or_missing_piece_says_which_and_nothing_is_half_taken() {
    let (world, a, b) = two_of_a_village();
    a.sync(DAY);
    b.sync(DAY);
    unheard(&a);
    let card = seals(&world, &a, &key(&b), "card", &["--piece-bytes", "700"]);
    assert!(card.len() > 3, "{card:?}");
    let (code, said) = told(b.phone.verb(DAY, &with("open", &card[1..])));
    assert_eq!((code, &said["reason"]), (2, &json!("missing")));
    assert!(said["message"].as_str().unwrap().contains("piece 1 of"));
    let whole = std::fs::read(&card[0]).unwrap();
    let mut damaged = whole.clone();
    damaged[200] ^= 1;
    std::fs::write(&card[0], &damaged).unwrap();
    let (code, said) = told(b.phone.verb(DAY, &with("open", &card)));
    assert_eq!((code, &said["reason"]), (2, &json!("altered")));
    assert_eq!(b.lists(DAY, "elder"), [""; 0]);
    assert_eq!(b.does(DAY, &["carry"]), json!([]));
    std::fs::write(&card[0], &whole).unwrap();
    assert_eq!(opens(&b, &card)["files"][0]["saves"], 2);
}

#[test]
fn what_a_revoked_phone_holds_is_taken_by_its_supervisors_word_and_by_nobody_elses() {
    let (world, a, b) = two_of_a_village();
    let township = supervisor(&world);
    let (_, visit) = unheard(&a);
    revoked(&world, &a);
    let card = seals(&world, &a, "county", "card", &[]);

    assert_eq!(opens(&b, &card)["files"][0]["what"], "carried");
    b.sync(DAY);
    let carried = b.does(DAY, &["carry"])[0].clone();
    assert_eq!(carried["state"], "quarantined");
    let id = word(&carried, "id");
    let (code, _) = told(b.phone.verb(DAY, &["carry", "--vouch", &id]));
    assert_eq!(code, 2, "only who supervises may vouch");
    let listed = bundles(&world)[0].clone();
    assert_eq!(
        (&listed["state"], &listed["reason"]),
        (&json!("quarantined"), &json!("revoked"))
    );
    township.sync(DAY);
    assert_eq!(township.lists(DAY, "visit"), [""; 0]);

    opens(&township, &card);
    township.does(DAY, &["carry", "--vouch", &id]);
    township.sync(DAY);
    assert_eq!(township.does(DAY, &["carry"])[0]["state"], "handed_in");
    let listed = bundles(&world)[0].clone();
    assert_eq!(
        (&listed["state"], &listed["decided_by"]),
        (&json!("taken"), &json!(township.id))
    );
    for worker in [&township, &b] {
        worker.sync(DAY);
        assert_eq!(worker.lists(DAY, "visit"), std::slice::from_ref(&visit));
    }
    assert_eq!(b.does(DAY, &["carry"])[0]["state"], "handed_in");
}

#[test]
fn a_clerk_opens_a_card_at_the_desk_and_a_supervisor_answers_for_a_revoked_phone() {
    let (world, a, b) = two_of_a_village();
    let township = supervisor(&world);
    let (_, visit) = unheard(&a);
    revoked(&world, &a);
    let card = seals(&world, &a, "county", "card", &["--piece-bytes", "700"]);

    let half = [&["bundle"], with("open", &card[..1]).as_slice()].concat();
    let opened = desk(&world, &half);
    assert_eq!(opened["bundles"][0]["state"], "arriving");
    assert_eq!(opened["bundles"][0]["missing"][0], 2);
    let whole = [&["bundle"], with("open", &card).as_slice()].concat();
    let opened = desk(&world, &whole);
    assert_eq!(opened["bundles"][0]["state"], "quarantined");
    let id = word(&opened["bundles"][0], "id");
    for nobody in [&b.id, &a.id] {
        let accept = ["bundle", "accept", &id, "--by", nobody];
        let (code, said) = told(world.county.verb(DAY, &accept));
        assert_eq!((code, &said["error"]), (2, &json!("not_a_supervisor")));
    }
    let accept = ["bundle", "accept", &id, "--by", &township.id];
    assert_eq!(desk(&world, &accept)["state"], "taken");
    let (code, said) = told(world.county.verb(DAY, &accept));
    assert_eq!((code, &said["error"]), (2, &json!("not_quarantined")));
    assert_eq!(desk(&world, &whole)["bundles"][0]["state"], "taken");
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "visit"), [visit]);
    assert_eq!(desk(&world, &["audit"])["whole"], true);
}

#[test]
fn an_answer_that_is_brought_back_by_hand_is_as_good_as_a_sync() {
    let (world, a, b) = two_of_a_village();
    let (person, visit) = unheard(&a);
    let card = seals(&world, &a, "county", "card", &[]);
    opens(&b, &card);
    b.sync(DAY);
    let back = world.path("back");
    let back = back.to_string_lossy();
    let receipts = names(&b.does(DAY, &["carry", "--receipts", &back]));
    assert_eq!(receipts.len(), 1);
    let (code, said) = told(b.phone.verb(DAY, &with("open", &receipts)));
    assert_eq!((code, &said["reason"]), (2, &json!("another_receiver")));
    let opened = opens(&a, &receipts);
    assert_eq!(opened["files"][0]["acknowledged"], 2);
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
    // It was the first that anybody said in this village: it stays here, without a sync too.
    assert_eq!(a.shows(DAY, &person, "name"), "测试甲");
    assert_eq!(a.lists(DAY, "visit"), [visit]);
    assert_eq!(opens(&a, &receipts)["files"][0]["acknowledged"], 0);
    assert_eq!(a.sync(DAY)["sent"], 0);
    let (code, _) = told(
        a.phone
            .verb(DAY, &["seal", "--to", "county", "--out", &back]),
    );
    assert_eq!(code, 2, "nothing is unsent");
}

#[test]
fn a_file_of_a_phone_that_enrolled_again_waits_for_a_person_and_nothing_is_doubled() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let (person, visit) = unheard(&a);
    let card = seals(&world, &a, "county", "card", &[]);
    let code = word(&desk(&world, &["enrol", "--worker", &a.id]), "code");
    let again = a.does(
        DAY,
        &["enrol", "--server", &world.link.url(), "--code", &code],
    );
    assert_eq!(again["renumbered"], 2);
    let open = [&["bundle"], with("open", &card).as_slice()].concat();
    let opened = desk(&world, &open);
    assert_eq!(opened["bundles"][0]["state"], "quarantined");
    assert_eq!(opened["bundles"][0]["reason"], "enrolled_again");
    a.sync(DAY);
    assert_eq!(a.lists(DAY, "visit"), [visit]);
    let id = word(&opened["bundles"][0], "id");
    assert_eq!(desk(&world, &["bundle", "refuse", &id])["state"], "refused");
    a.sync(DAY);
    assert_eq!(a.lists(DAY, "elder"), [person]);
}

#[test]
fn what_the_former_user_of_a_phone_left_unsent_goes_in_by_the_next_ones_hand() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let (_, visit) = unheard(&a);
    let given = desk(
        &world,
        &[
            "enrol",
            "--name",
            "测试员乙",
            "--role",
            "village_committee",
            "--area",
            VILLAGE,
        ],
    );
    let code = word(&given, "code");
    let url = world.link.url();
    let enrol = ["enrol", "--server", &url, "--code", &code];
    let (code, said) = told(a.phone.verb(DAY, &enrol));
    assert_eq!((code, &said["error"]), (2, &json!("another_worker")));
    let card = seals(&world, &a, "county", "card", &[]);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    opens(&b, &card);
    b.sync(DAY);
    assert_eq!(b.lists(DAY, "visit"), [visit]);
}

#[test]
fn a_phone_stopped_while_it_hands_in_goes_on_where_it_was() {
    let (world, a, b) = two_of_a_village();
    let person = word(
        &b.new_record(DAY, "elder_card", &elder("测试乙", VILLAGE)),
        "id",
    );
    let (_, visit) = unheard(&a);
    let card = seals(&world, &a, "county", "card", &["--piece-bytes", "300"]);
    assert!(card.len() > 3);
    opens(&b, &card);
    for weather in [
        Weather::CutOneAnswer { after: 40 },
        Weather::LoseOneAnswer,
        Weather::CutOneQuestion { after: 90 },
        Weather::OnePortalPage,
    ] {
        let own = b.visits(DAY, VISIT, &[(&person, "met")]);
        world.link.set(weather);
        let (code, said) = told(b.phone.verb(DAY, &["sync"]));
        assert_eq!(code, 3, "what is carried did not arrive: {said}");
        assert_eq!(b.does(DAY, &["carry"])[0]["state"], "carried");
        let outbox = b.does(DAY, &["outbox"]);
        assert_eq!(outbox, json!([]), "its own visit {own} did not wait");
    }
    world.fine();
    b.sync(DAY);
    assert_eq!(b.does(DAY, &["carry"])[0]["state"], "handed_in");
    b.sync(DAY);
    assert!(b.lists(DAY, "visit").contains(&visit));
    assert_eq!(bundles(&world).as_array().unwrap().len(), 1);
}

/// A server, and with it an app, of before there were sealed files; until it is updated.
struct Older {
    http: Http,
    updated: AtomicBool,
}

impl Transport for Older {
    fn exchange(&self, call: &Call) -> Result<Heard, LinkError> {
        let updated = self.updated.load(Ordering::Relaxed);
        let later = matches!(call.path.as_str(), "/v1/keys" | "/v1/bundles");
        if later && !updated {
            return Ok(Heard {
                status: 404,
                content_type: None,
                body: Vec::new(),
                retry_after_secs: None,
            });
        }
        let mut answer = self.http.exchange(call)?;
        if call.path == "/v1/enrol" && !updated {
            let mut reply: EnrolReply = decode(&answer.body, 1 << 20).expect("ours");
            reply.certificate = None;
            answer.body = encode(&reply).expect("it packs");
        }
        Ok(answer)
    }
}

#[test]
fn a_phone_that_enrolled_before_there_were_keys_gets_its_own_with_a_later_sync() {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let code = word(&desk(&world, &["enrol", "--worker", &a.id]), "code");
    let rng = Seeded::new("an old phone");
    let doors = Doors {
        vault: Arc::new(Memory::new(&rng)),
        clock: Arc::new(Stand::default()),
        rng: Arc::new(rng),
    };
    let app = App::open(&world.path("old"), doors).unwrap();
    let url = world.link.url();
    let link = Older {
        http: Http::new(&url).unwrap(),
        updated: AtomicBool::new(false),
    };
    app.enrol_over(&link, &url, &code).unwrap();
    assert!(app.sync_over(&link, &mut |_| {}).unwrap().complete);
    assert!(app.key().is_err(), "nobody has said anything of its keys");
    link.updated.store(true, Ordering::Relaxed);
    assert!(app.sync_over(&link, &mut |_| {}).unwrap().complete);
    assert!(app.key().unwrap().starts_with("TANFANG-KEY1:"));
    unheard(&a);
    let card = seals(&world, &a, &app.key().unwrap(), "card", &[]);
    let files: Vec<Vec<u8>> = card
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    app.open_sealed(&files).unwrap();
    // Set back to an older server: no failure of its own sync.
    link.updated.store(false, Ordering::Relaxed);
    assert!(app.sync_over(&link, &mut |_| {}).unwrap().complete);
    assert_eq!(app.carried().unwrap()[0].state, "carried");
    link.updated.store(true, Ordering::Relaxed);
    app.sync_over(&link, &mut |_| {}).unwrap();
    assert_eq!(app.carried().unwrap()[0].state, "handed_in");
}

/// Its phone cannot hear what the restored county lacks, and the county hears of the gap only.
#[test]
fn a_phone_without_a_signal_seals_everything_again_for_a_county_that_was_set_back() {
    let (mut world, a, b) = two_of_a_village();
    let backup = back_up(&mut world);
    let (person, first) = unheard(&a);
    // The first card comes in by a colleague, who brings the receipt back.
    opens(&b, &seals(&world, &a, "county", "one", &[]));
    b.sync(DAY);
    let back = world.path("back").to_string_lossy().into_owned();
    let receipts = names(&b.does(DAY, &["carry", "--receipts", &back]));
    opens(&a, &receipts);
    assert_eq!(a.does(DAY, &["outbox"]), json!([]));
    set_back(&mut world, &backup);
    let second = a.visits(DAY, VISIT, &[(&person, "met")]);
    let state = |files: &[String]| {
        let opened = desk(
            &world,
            &[&["bundle", "open"], &with("", files)[1..]].concat(),
        );
        opened["bundles"][0]["state"].clone()
    };
    assert_eq!(state(&seals(&world, &a, "county", "two", &[])), "early");
    let again = seals(&world, &a, "county", "all", &["--again"]);
    assert_eq!(state(&again), "taken");
    b.sync(DAY);
    let mut visits = b.lists(DAY, "visit");
    visits.sort();
    let mut made = vec![first, second];
    made.sort();
    assert_eq!(visits, made);
}
