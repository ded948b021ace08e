//! No report, route or facade call orders or scores those who work (国办函〔2026〕12号). Each verb of
//! both programs stands in a list here, so that a new one must be looked at.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value as Json, json};
use stories::world::{TOWNSHIP, VILLAGE, World, elder, must, program, word};
use tanfang_core::burden::{Burden, in_answer};

const DAY: &str = "2024-06-24T08:00:00+08:00";

/// Verbs of the server that answer with what is known, as they are asked here.
const SERVER_TELLS: &[&[&str]] = &[
    &["compliance", "--area", TOWNSHIP],
    &["compliance", "--area", TOWNSHIP, "--period", "2024-06"],
    &["compliance", "frozen"],
    &["compliance", "sample", "--area", TOWNSHIP],
    &["compliance", "coverage", "--area", TOWNSHIP],
    &["compliance", "due", "--area", TOWNSHIP],
    &["indicators", "--area", TOWNSHIP],
    &["statistics", "--area", TOWNSHIP],
    &["tasks", "--area", TOWNSHIP],
    &["bundle", "list"],
    &["calendar", "show"],
    &["pack", "list"],
    &["audit"],
    &["status"],
];
/// Verbs of the server that write, or speak of a file alone.
const SERVER_WRITES: &[&str] = &[
    "init",
    "serve",
    "areas",
    "ledger",
    "form",
    "enrol",
    "assign",
    "pair",
    "revoke",
    "print",
    "rebuild",
    "restored",
    "review",
    "standing",
    "move-to-postgres",
    "help",
];
const PHONE_TELLS: &[&[&str]] = &[
    &["forms"],
    &["list", "--kind", "elder"],
    &["list", "--kind", "worker"],
    &["list", "--kind", "assignment"],
    &["list", "--kind", "visit"],
    &["drafts"],
    &["outbox"],
    &["status"],
    &["key"],
    &["carry"],
    &["photos"],
    &["conflicts"],
    &["refused", "--all"],
    &["calendar"],
    &["compliance", "--area", TOWNSHIP],
    &["sample", "--area", TOWNSHIP, "--seed", "1"],
    &["statistics", "--area", TOWNSHIP],
    &["tasks", "--area", TOWNSHIP],
];
const PHONE_WRITES: &[&str] = &[
    "enrol",
    "show",
    "print",
    "new",
    "edit",
    "sync",
    "seal",
    "open",
    "attach",
    "photo",
    "settle",
    "history",
    "choose-again",
    "void",
    "withdraw",
    "confirm",
    "standing",
    "explain",
    "help",
];

/// The verbs that a program's help names.
fn verbs(name: &str) -> BTreeSet<String> {
    let help = Command::new(program(name))
        .arg("--help")
        .output()
        .expect("the program runs");
    let text = String::from_utf8(help.stdout).expect("text");
    let commands = text
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1);
    let commands = commands.take_while(|line| line.starts_with("  "));
    commands
        .filter(|line| !line.starts_with("     "))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

fn known(tells: &[&[&str]], writes: &[&str]) -> BTreeSet<String> {
    let tells = tells.iter().map(|line| line[0].to_owned());
    tells
        .chain(writes.iter().map(|verb| (*verb).to_owned()))
        .collect()
}

#[test]
fn every_verb_was_looked_at() {
    assert_eq!(verbs("tanfang-server"), known(SERVER_TELLS, SERVER_WRITES));
    assert_eq!(verbs("phone"), known(PHONE_TELLS, PHONE_WRITES));
}

#[test]
fn no_report_and_no_facade_call_orders_or_scores_workers_and_one_that_did_would_be_found() {
    let world = World::at(DAY);
    let busy = world.worker(DAY, "a", "village_committee", VILLAGE);
    let idle = world.worker(DAY, "b", "village_committee", VILLAGE);
    let township = world.worker(DAY, "s", "township_civil", TOWNSHIP);
    for name in ["测试甲", "测试乙", "测试丙"] {
        let person = word(
            &busy.new_record(DAY, "elder_card", &elder(name, VILLAGE)),
            "id",
        );
        busy.visits(DAY, "2024-06-23T09:00:00+08:00", &[(&person, "met")]);
    }
    for worker in [&busy, &idle, &township] {
        worker.sync(DAY);
    }
    let line = [
        "pack",
        "activate",
        "js-taizhou-2021",
        "--from",
        "2024-06-01",
    ];
    must(world.county.verb(DAY, &line));
    let workers = [busy.id.as_str(), idle.id.as_str(), township.id.as_str()];
    let mut answers: Vec<(String, Json)> = Vec::new();
    for line in SERVER_TELLS {
        let answer = world.county.verb(DAY, line).expect("the program runs");
        answers.push((format!("server {line:?}"), answer.json().expect("JSON")));
    }
    for worker in [&busy, &township] {
        for line in PHONE_TELLS {
            answers.push((format!("phone {line:?}"), worker.does(DAY, line)));
        }
    }
    let someone = busy.lists(DAY, "elder").remove(0);
    answers.push(("phone show".into(), township.does(DAY, &["show", &someone])));
    answers.push((
        "phone history".into(),
        township.does(DAY, &["history", &someone]),
    ));
    let report = township.report(DAY, TOWNSHIP, "2024-06-24");
    let lines = report["lines"].as_array().expect("lines").iter();
    let line = lines
        .clone()
        .find(|line| line["rule"] == "LC-R2")
        .expect("a line");
    let (unit, period) = (word(line, "unit"), word(line, "period"));
    let asked = ["--unit", &unit, "--rule", "LC-R2", "--period", &period];
    let explained = township.does(DAY, &[&["explain"][..], &asked].concat());
    answers.push(("phone explain".into(), explained));
    let explained = must(
        world
            .county
            .verb(DAY, &[&["compliance", "explain"][..], &asked].concat()),
    );
    answers.push(("server explain".into(), explained));
    for (what, answer) in &answers {
        assert_eq!(in_answer(answer, &workers), None, "{what}");
    }
    // What would be one: the same answers with a count of visits by worker planted in them.
    for (what, answer) in &mut answers {
        let table =
            json!([{"worker": workers[0], "visits": 3}, {"worker": workers[1], "visits": 0}]);
        let planted = json!({"answer": answer, "extra": table});
        let found = in_answer(&planted, &workers).map(|(_, burden)| burden);
        assert_eq!(found, Some(Burden::Ranking), "{what}");
    }
}

#[test]
fn nothing_on_the_wire_and_nothing_of_the_facade_is_named_for_a_burden() {
    let wire = [
        include_str!("../../core/tests/wire/v1/enrol-request.json"),
        include_str!("../../core/tests/wire/v1/enrol-reply.json"),
        include_str!("../../core/tests/wire/v1/refusals.json"),
        include_str!("../../core/tests/wire/v2/sync-request.json"),
        include_str!("../../core/tests/wire/v2/sync-reply.json"),
        include_str!("../../core/tests/wire/v2/snapshot-part.json"),
    ];
    for text in wire {
        let message: Json = serde_json::from_str(text).expect("a message");
        assert_eq!(in_answer(&message, &[]), None);
    }
    // XLSForm's question type `rank` puts choices in an order, nobody else.
    let surface = include_str!("../../bindings/surface.txt");
    let (before, kinds) = surface
        .split_once("enum QuestionKind\n")
        .expect("the types of questions");
    let (kinds, after) = kinds.split_once("\n\n").expect("an end");
    let surface = [before, &kinds.replacen("  Rank\n", "", 1), after].concat();
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        parts.map(snake).filter(|word| !word.is_empty()).collect()
    };
    let burdens = |text: &str| -> Vec<String> {
        let named = words(text).into_iter();
        named
            .filter(|word| Burden::in_name(word).is_some())
            .collect()
    };
    assert_eq!(burdens(&surface), Vec::<String>::new());
    assert_eq!(
        burdens("record WorkerScore\n  online_minutes: UInt32\n"),
        ["worker_score", "online_minutes"]
    );
}

/// `WorkerScore` as `worker_score`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
