//! The samples of states from which every shell draws its screens: made by the core of a synthetic
//! village, so that no shell invents what the core would never say. `shells/README.md`.

mod forms;
mod village;

use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use village::Village;

/// The states of each screen, by the names that `shells/screens.json` lists.
type Screens = BTreeMap<&'static str, Vec<(&'static str, Json)>>;

#[test]
fn the_samples_of_every_shell_are_what_the_core_says_of_a_village() {
    let screens = screens();
    let bless = std::env::var_os("TANFANG_BLESS").is_some();
    let mut altered = Vec::new();
    for (screen, states) in &screens {
        let states: Map<String, Json> = states
            .iter()
            .map(|(name, state)| ((*name).to_owned(), state.clone()))
            .collect();
        let text = steady(&format!("{:#}\n", Json::Object(states)));
        let path = folder().join("samples").join(format!("{screen}.json"));
        if bless {
            std::fs::write(&path, &text).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != text {
            altered.push(path.display().to_string());
        }
    }
    assert!(
        altered.is_empty(),
        "{} differ; if the change is meant, run TANFANG_BLESS=1 cargo test --workspace --test stories shells",
        altered.join(", ")
    );
    let listed: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&std::fs::read_to_string(folder().join("screens.json")).unwrap())
            .unwrap();
    let made = screens.iter().map(|(screen, states)| {
        let names = states.iter().map(|(name, _)| (*name).to_owned());
        ((*screen).to_owned(), names.collect::<Vec<_>>())
    });
    assert_eq!(listed, made.collect(), "screens.json lists what is made");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shells")
}

fn screens() -> Screens {
    let village = Village::in_june();
    BTreeMap::from([
        ("enrol", enrol(&village)),
        ("today", village.today()),
        ("person", village.person()),
        ("form", forms::states(&village)),
        ("saved", village.saved()),
        ("conflict", village.conflict()),
        ("sync", sync(&village)),
        ("not_seen", village.not_seen()),
        ("settings", settings(&village)),
    ])
}

fn enrol(village: &Village) -> Vec<(&'static str, Json)> {
    let typed = json!({"server": "https://tanfang.example", "code": "K7QM-2F9X"});
    let with = |more: Json| merged(typed.clone(), more);
    let progress = progress("fetching", 120, Some(312));
    vec![
        ("empty", json!({})),
        ("refused", with(json!({"trouble": "code_refused"}))),
        (
            "fetching",
            with(json!({"busy": true, "progress": progress})),
        ),
        ("enrolled", with(json!({"account": village.account()}))),
    ]
}

fn sync(village: &Village) -> Vec<(&'static str, Json)> {
    let (unsent, sent) = (village.status_unsent(), village.status());
    let report = json!({"sent": 2, "received": 31, "refused": 0, "conflicts": 0, "complete": true,
        "turns": 3, "pruned": 0, "put_off": 0, "stopped": false});
    vec![
        ("waiting", json!({"status": unsent})),
        (
            "running",
            json!({"status": unsent, "running": true, "progress": progress("sending", 1, Some(2))}),
        ),
        ("done", json!({"status": sent, "report": report})),
        ("offline", json!({"status": unsent, "trouble": "offline"})),
    ]
}

fn settings(village: &Village) -> Vec<(&'static str, Json)> {
    let account = village.account();
    let settings =
        |language: &str| json!({"language": language, "text_scale": 1.0, "shade": "light"});
    vec![
        (
            "chinese",
            json!({"settings": settings("chinese"), "account": account}),
        ),
        (
            "not_enrolled",
            json!({"settings": settings("chinese"), "trouble": "not_enrolled"}),
        ),
    ]
}

fn progress(stage: &str, done: u64, total: Option<u64>) -> Json {
    let bytes = json!({"done": done * 400, "total": null});
    json!({"stage": stage, "records": {"done": done, "total": total}, "bytes": bytes})
}

fn merged(mut one: Json, other: Json) -> Json {
    if let (Some(one), Json::Object(other)) = (one.as_object_mut(), other) {
        one.extend(other);
    }
    one
}

/// The same text in every run: ids that a server drew by chance get numbers in the order in which
/// they come.
fn steady(text: &str) -> String {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, length)) = next_id(rest) {
        let next = numbers.len() + 1;
        let number = *numbers
            .entry(rest[at..at + length].to_owned())
            .or_insert(next);
        out.push_str(&rest[..at]);
        out.push_str(&match length {
            36 => format!("00000000-0000-4000-8000-{number:012}"),
            _ => format!("{number:0length$}"),
        });
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// Where an id stands, and how long it is: a UUID, or 16 and more hexadecimal digits.
fn next_id(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_id = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| is_id(byte)).count();
        let run = &bytes[at..at + length];
        let dashes = run.iter().filter(|byte| **byte == b'-').count();
        if (length == 36 && dashes == 4) || (length >= 16 && dashes == 0) {
            return Some((at, length));
        }
        at += length.max(1);
    }
    None
}
