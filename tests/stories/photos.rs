//! A photo travels after its visit, over links that break, and says where it is.

mod by_hand;

use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use stories::link::Weather;
use stories::world::{VILLAGE, Worker, World, elder, must, visit, word};
use tanfang_core::attachment::prepare;

const DAY: &str = "2024-06-24T08:00:00+08:00";
const PIECE: u64 = 64 << 10;
/// What nobody may find on any disk, in any answer.
const PLACE: &[u8] = b"GPS-23.88N-99.99E";
const DRAWN: &[u8] = b"drawn-by-the-camera";

/// A photo as a phone's camera writes it: EXIF with the place, turned by a quarter, then the picture.
fn camera(number: u8, bytes: usize) -> Vec<u8> {
    let mut exif =
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(PLACE);
    let mut photo = vec![0xff, 0xd8];
    for (marker, body) in [
        (0xe1, exif.as_slice()),
        (0xdb, &[number & 0x7f; 65]),
        (0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        (0xda, &[1, 1, 0, 0, 63, 0]),
    ] {
        photo.extend([0xff, marker]);
        photo.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
        photo.extend_from_slice(body);
    }
    photo.extend_from_slice(DRAWN);
    let mut x = u32::from(number) + 1;
    while photo.len() < bytes {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        photo.push((x >> 24) as u8 & 0x7f);
    }
    photo.extend([0xff, 0xd9]);
    photo.extend_from_slice(PLACE);
    photo
}

/// A county of two workers of one village, an elder, and a photo file.
struct Scene {
    world: World,
    a: Worker,
    b: Worker,
    person: String,
    file: PathBuf,
    /// What is stored and sent of the file.
    stored: Vec<u8>,
    hash: String,
}

fn scene(bytes: usize) -> Scene {
    let world = World::at(DAY);
    let a = world.worker(DAY, "a", "village_committee", VILLAGE);
    let b = world.worker(DAY, "b", "village_committee", VILLAGE);
    let person = word(
        &a.new_record(DAY, "elder_card", &elder("测试甲", VILLAGE)),
        "id",
    );
    a.sync(DAY);
    let photo = camera(7, bytes);
    let prepared = prepare(&photo, None).unwrap();
    let file = world.path("photo.jpg");
    std::fs::write(&file, &photo).unwrap();
    Scene {
        world,
        a,
        b,
        person,
        file,
        hash: prepared.reference.hash.to_string(),
        stored: prepared.bytes,
    }
}

/// A visit with a photo; its id.
fn visit_with_photo(scene: &Scene) -> String {
    let Scene { a, person, .. } = scene;
    let mut answers = visit(
        "2024-06-24T07:30:00+08:00",
        &[(person, "met")],
        &[(&a.id, a.role)],
    );
    answers["photos"] = json!([{"photo": {"file": scene.file}}]);
    word(&a.new_record(DAY, "visit", &answers), "id")
}

/// The state of the one photo as a phone tells it.
fn state(worker: &Worker) -> String {
    let photos = worker.does(DAY, &["photos"]);
    assert_eq!(photos.as_array().map(Vec::len), Some(1), "{photos}");
    word(&photos[0], "state")
}

fn fetched(scene: &Scene, worker: &Worker, name: &str) -> Vec<u8> {
    let out = scene.world.path(name);
    let told = worker.does(
        DAY,
        &["photo", &scene.hash[..12], "--out", &out.to_string_lossy()],
    );
    assert_eq!(told["hash"], scene.hash.as_str());
    std::fs::read(out).unwrap()
}

fn holds(bytes: &[u8], marker: &[u8]) -> bool {
    bytes.windows(marker.len()).any(|window| window == marker)
}

/// Whether any file below a folder holds these bytes.
fn on_disk(folder: &Path, marker: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => on_disk(&path, marker),
            false => holds(&std::fs::read(path).unwrap(), marker),
        }
    })
}

#[test]
fn a_visit_goes_at_once_and_says_that_its_photo_is_not_there_yet() {
    let scene = scene(300_000);
    let (a, b) = (&scene.a, &scene.b);
    let id = visit_with_photo(&scene);
    assert_eq!(state(a), "unsaved");
    // A link that is paid for: the visit goes, the photo waits.
    let done = a.does(DAY, &["sync", "--metered", "0"]);
    assert_eq!(
        (&done["complete"], &done["photos"]["waiting"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(state(a), "waiting");
    let done = b.sync(DAY);
    assert_eq!(done["photos"]["missing"], 1, "{done}");
    let shown = b.does(DAY, &["show", &id]);
    assert_eq!(shown["photos"][0]["state"], "not_at_server", "{shown}");
    assert_eq!(
        shown["fields"]["photos"][0]["photo"]["hash"],
        scene.hash.as_str()
    );
    let out = scene.world.path("none.jpg");
    let asked = ["photo", &scene.hash, "--out", &out.to_string_lossy()];
    let c = scene.world.worker(DAY, "c", "village_committee", VILLAGE);
    let early = c.phone.verb(DAY, &asked).unwrap();
    assert_eq!(early.code, 2, "{}{}", early.text, early.said);
    // Then a link that costs nothing.
    let done = a.sync(DAY);
    assert_eq!(done["photos"]["sent"], 1, "{done}");
    assert_eq!(state(a), "at_server");
    // On a paid link nobody gets it unasked; whoever asked gets it.
    b.does(DAY, &["sync", "--metered", "0"]);
    assert_ne!(state(b), "here");
    c.does(DAY, &["sync", "--metered", "0"]);
    assert_eq!(state(&c), "here");
    assert_eq!(fetched(&scene, b, "fetched.jpg"), scene.stored);
    assert_eq!(state(b), "here");
    assert_eq!(fetched(&scene, a, "own.jpg"), scene.stored);
    assert!(holds(&scene.stored, DRAWN) && !holds(&scene.stored, PLACE));
    let data = scene.world.county.data();
    for folder in [a.phone.home(), b.phone.home(), data] {
        assert!(!on_disk(folder, DRAWN), "{}", folder.display());
        assert!(!on_disk(folder, PLACE), "{}", folder.display());
    }
}

#[test]
fn a_photo_that_nobody_saved_goes_with_its_draft_and_a_saved_one_stays() {
    let scene = scene(5_000);
    let a = &scene.a;
    let attached = a.does(DAY, &["attach", &scene.file.to_string_lossy()]);
    assert_eq!(attached["hash"], scene.hash.as_str());
    // The same picture in a visit that lacks what it must have, twice: two drafts name it.
    let answers = json!({"photos": [{"photo": attached}]});
    for _ in 0..2 {
        let kept = a.phone.told(DAY, &["new", "visit"], &answers).unwrap();
        assert_eq!(kept.code, 2, "{}", kept.text);
    }
    let drafts = a.does(DAY, &["drafts"]);
    let ids: Vec<String> = drafts
        .as_array()
        .unwrap()
        .iter()
        .map(|d| word(d, "id"))
        .collect();
    assert_eq!(ids.len(), 2);
    a.does(DAY, &["drafts", "--drop", &ids[0]]);
    assert_eq!(state(a), "unsaved", "the other draft still names it");
    let id = visit_with_photo(&scene);
    a.does(DAY, &["drafts", "--drop", &ids[1]]);
    assert_eq!(
        fetched(&scene, a, "still.jpg"),
        scene.stored,
        "the visit names it"
    );
    assert_eq!(a.does(DAY, &["show", &id])["photos"][0]["state"], "unsaved");
    let other = scene.world.path("other.jpg");
    std::fs::write(&other, camera(9, 4_000)).unwrap();
    let loose = a.does(DAY, &["attach", &other.to_string_lossy()]);
    let kept = a
        .phone
        .told(DAY, &["new", "visit"], &json!({"subject_sign": loose}));
    assert_eq!(kept.unwrap().code, 2);
    let drafts = a.does(DAY, &["drafts"]);
    a.does(DAY, &["drafts", "--drop", &word(&drafts[0], "id")]);
    assert_eq!(a.does(DAY, &["photos"]).as_array().map(Vec::len), Some(1));
}

#[test]
fn a_hash_that_nobody_attached_and_a_file_that_is_no_picture_are_refused() {
    let scene = scene(5_000);
    let a = &scene.a;
    let typed = json!({"hash": "ab".repeat(32), "length": 10, "type": "image/jpeg"});
    let mut answers = visit(
        "2024-06-24T07:30:00+08:00",
        &[(&scene.person, "met")],
        &[(&a.id, a.role)],
    );
    answers["subject_sign"] = typed;
    let told = a.phone.told(DAY, &["new", "visit"], &answers).unwrap();
    assert_eq!(told.code, 2);
    assert!(told.text.contains("needs_correction") && told.text.contains("subject_sign"));
    let page = scene.world.path("page.jpg");
    std::fs::write(&page, "<html>").unwrap();
    let told = a
        .phone
        .verb(DAY, &["attach", &page.to_string_lossy()])
        .unwrap();
    assert_eq!(told.code, 2, "{}", told.text);
    assert_eq!(a.does(DAY, &["photos"]), json!([]));
}

#[test]
fn a_link_that_breaks_at_any_byte_costs_one_piece_each_time_both_ways() {
    let scene = scene(420_000);
    let (a, b, link) = (&scene.a, &scene.b, &scene.world.link);
    visit_with_photo(&scene);
    a.does(DAY, &["sync", "--metered", "0"]);
    let before = link.bytes().0;
    let mut cuts = 0;
    let mut marked = 0;
    for bytes in [1_700, 20_000, 66_500, 70_001, 131_072, 140_003] {
        link.set(Weather::CutUpwardAfter { bytes });
        let told = a.phone.verb(DAY, &["sync"]).unwrap();
        assert!(matches!(told.code, 0 | 3), "{}{}", told.text, told.said);
        assert_eq!(link.weather(), Weather::Fine, "cut after {bytes}");
        cuts += 1;
        let photos = a.does(DAY, &["photos"]);
        let sent = photos[0]["sent"].as_u64().unwrap();
        assert!(sent >= marked, "what the server has is not forgotten");
        marked = sent;
    }
    assert!(marked > 0 && marked < scene.stored.len() as u64, "{marked}");
    let done = a.sync(DAY);
    assert_eq!(done["photos"]["sent"], 1, "{done}");
    let up = link.bytes().0 - before;
    let most = scene.stored.len() as u64 + cuts * PIECE + (cuts + 1) * 8_000;
    assert!(up <= most, "{up} bytes went up, {most} may");

    b.does(DAY, &["sync", "--metered", "0"]);
    let before = link.bytes().1;
    for bytes in [9_000, 66_600, 70_001, 131_072] {
        link.set(Weather::CutDownwardAfter { bytes });
        let told = b.phone.verb(DAY, &["sync"]).unwrap();
        assert!(matches!(told.code, 0 | 3), "{}{}", told.text, told.said);
        assert_eq!(link.weather(), Weather::Fine, "cut after {bytes}");
    }
    b.sync(DAY);
    let down = link.bytes().1 - before;
    let most = scene.stored.len() as u64 + 4 * PIECE + 5 * 8_000;
    assert!(down <= most, "{down} bytes came down, {most} may");
    assert_eq!(fetched(&scene, b, "whole.jpg"), scene.stored);
}

#[test]
fn a_phone_killed_while_it_sends_goes_on_where_the_server_is() {
    let scene = scene(1_500_000);
    let (a, b, link) = (&scene.a, &scene.b, &scene.world.link);
    visit_with_photo(&scene);
    a.does(DAY, &["sync", "--metered", "0"]);
    let before = link.bytes().0;
    let mut killed = 0;
    for share in 1..6 {
        let goal = before + share * 200_000;
        let mut sending = a.phone.begins(DAY, &["sync"]).unwrap();
        while link.bytes().0 < goal && sending.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        killed += u64::from(sending.try_wait().unwrap().is_none());
        let _ = sending.kill();
        let _ = sending.wait();
        assert!(["waiting", "sending", "at_server"].contains(&state(a).as_str()));
    }
    assert!(killed > 0, "some died while they sent");
    a.sync(DAY);
    assert_eq!(state(a), "at_server");
    let up = link.bytes().0 - before;
    let most = scene.stored.len() as u64 + killed * PIECE + 7 * 12_000 + 30 * 400;
    assert!(
        up <= most,
        "{up} bytes went up, {most} may, {killed} killed"
    );
    b.sync(DAY);
    assert_eq!(fetched(&scene, b, "whole.jpg"), scene.stored);
}

#[test]
fn a_phone_that_was_signed_out_in_the_middle_goes_on_after_it_enrolled_again() {
    let scene = scene(300_000);
    let (a, b, link) = (&scene.a, &scene.b, &scene.world.link);
    visit_with_photo(&scene);
    a.does(DAY, &["sync", "--metered", "0"]);
    link.set(Weather::CutUpwardAfter { bytes: 150_000 });
    a.does(DAY, &["sync"]);
    assert_eq!(state(a), "sending");
    must(scene.world.county.verb(DAY, &["revoke", "--worker", &a.id]));
    let told = a.phone.verb(DAY, &["sync"]).unwrap();
    assert!(
        told.code == 1 && told.text.contains("revoked"),
        "{}",
        told.text
    );
    let given = must(scene.world.county.verb(DAY, &["enrol", "--worker", &a.id]));
    let url = link.url();
    a.does(
        DAY,
        &["enrol", "--server", &url, "--code", &word(&given, "code")],
    );
    a.sync(DAY);
    assert_eq!(state(a), "at_server");
    b.sync(DAY);
    assert_eq!(fetched(&scene, b, "whole.jpg"), scene.stored);
}

#[test]
fn a_server_restored_from_before_the_photo_is_sent_it_again() {
    let mut scene = scene(100_000);
    let copy = scene.world.path("backup.db");
    let database = scene.world.county.data().join("server.db");
    visit_with_photo(&scene);
    scene.world.county.stop().unwrap();
    std::fs::copy(&database, &copy).unwrap();
    scene.world.now(DAY);
    scene.a.sync(DAY);
    assert_eq!(state(&scene.a), "at_server");
    scene.world.county.stop().unwrap();
    for beside in ["server.db-wal", "server.db-shm"] {
        let _ = std::fs::remove_file(scene.world.county.data().join(beside));
    }
    std::fs::copy(&copy, &database).unwrap();
    scene.world.now(DAY);
    let done: Json = scene.a.sync(DAY);
    assert_eq!(done["photos"]["sent"], 1, "{done}");
    scene.b.sync(DAY);
    assert_eq!(fetched(&scene, &scene.b, "whole.jpg"), scene.stored);
}
