//! A form goes through three versions while phones are away: every built-in form, with drafts and
//! unsent records in every state. How a version is derived from the one before stands in
//! `versions/derived.rs`, what is answered in `versions/answered.rs`.

#[path = "versions/answered.rs"]
mod answered;
#[path = "versions/derived.rs"]
mod derived;

use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

use stories::world::{Worker, World, must, word};

use answered::{Case, cases};
use derived::{Altered, Change, Derived};

const DAY: &str = "2024-06-24T08:00:00+08:00";

/// A record and a draft of one form on a phone.
struct Left {
    /// Saved and in the server's log.
    sent: String,
    /// Saved and unsent.
    unsent: String,
    /// Begun and not saved: something required is missing.
    draft: String,
}

/// One form's way through its versions.
struct Upgrade {
    case: Case,
    versions: Derived,
}

impl Upgrade {
    fn publish(&self, world: &World, version: usize) {
        let add = |source: &str| {
            let file = world.path("form.md");
            std::fs::write(&file, source).expect("the form can be written");
            let file = file.to_string_lossy();
            world.county.verb(DAY, &["form", "add", &file])
        };
        // A question that is known as something else keeps its type for ever.
        let retyped = version.checked_sub(1).map(|at| &self.versions.retyped[at]);
        if let Some(Some((source, field))) = retyped {
            let told = add(source).expect("the program runs");
            assert_ne!(told.code, 0, "{} {field}", self.case.form);
            let said = format!("{}{}", told.text, told.said);
            assert!(
                said.contains("another_meaning") && said.contains(field),
                "{said}"
            );
        }
        must(add(&self.versions.sources[version]));
    }

    /// Saves one record and syncs, saves another and begins a third, and stays away.
    fn leaves_work(&self, worker: &Worker) -> Left {
        let (form, answers) = (self.case.form, &self.case.answers);
        let sent = word(&worker.new_record(DAY, form, answers), "id");
        worker.sync(DAY);
        let unsent = word(&worker.new_record(DAY, form, answers), "id");
        // An edit of what the server has waits too.
        let edit = json!({ self.case.edited.0: self.case.edited.1 });
        worker.edit(DAY, &sent, &edit);
        let mut begun = answers.clone();
        let missing = self.case.required;
        begun.as_object_mut().expect("answers").remove(missing);
        let told = worker.phone.told(DAY, &["new", form], &begun);
        let told = told.expect("the phone runs");
        assert_eq!(told.code, 2, "{form} without {missing}: {}", told.text);
        let told: Json = serde_json::from_str(&told.text).expect("JSON");
        Left {
            sent,
            unsent,
            draft: word(&told, "draft"),
        }
    }
}

/// The draft of a phone as it is listed.
fn draft(worker: &Worker, id: &str) -> Json {
    let drafts = worker.does(DAY, &["drafts"]);
    let mut drafts = drafts.as_array().expect("a list").iter();
    let found = drafts.find(|draft| draft["id"] == id);
    found
        .unwrap_or_else(|| panic!("the draft {id} is kept"))
        .clone()
}

/// What is wrong with a draft, by field.
fn problems(draft: &Json) -> BTreeMap<String, String> {
    let all = draft["problems"].as_array().expect("problems");
    let errors = all.iter().filter(|problem| problem["severity"] == "error");
    errors
        .map(|p| (word(p, "field"), word(p, "code")))
        .collect()
}

/// Of a draft that was begun before some changes: what cannot be carried is shown and kept, the
/// rest has no problem; put right, it is saved.
fn the_draft_is_carried(up: &Upgrade, worker: &Worker, left: &Left, altered: &[Altered]) {
    let form = up.case.form;
    let kept = draft(worker, &left.draft);
    let mut wanted = BTreeMap::from([(up.case.required.to_owned(), "required_missing".to_owned())]);
    let mut whole = up.case.answers.clone();
    for Altered { field, change } in altered {
        let code = match change {
            Change::Retired => {
                whole.as_object_mut().expect("answers").remove(field);
                Some("unknown_field")
            }
            Change::CodeRenamed { to, .. } => {
                let list = whole[field].is_array();
                whole[field] = if list { json!([to]) } else { json!(to) };
                Some("unknown_code")
            }
            Change::Added => {
                whole[field] = json!("新");
                Some("required_missing")
            }
            Change::Grouped => None,
        };
        let code = code.map(|code| (field.clone(), code.to_owned()));
        wanted.extend(code);
        if !matches!(change, Change::Added) {
            assert_eq!(
                kept["answers"][field], up.case.answers[field],
                "{form} {field} is kept"
            );
        }
    }
    assert_eq!(problems(&kept), wanted, "{form}");
    let arguments = ["new", form, "--draft", &left.draft];
    must(worker.phone.told(DAY, &arguments, &whole));
}

/// A record of a former version: it is readable whole, and an edit of something else leaves what the
/// new version cannot read as it is.
fn the_record_is_readable(up: &Upgrade, worker: &Worker, id: &str, altered: &[Altered]) {
    let form = up.case.form;
    let before = worker.does(DAY, &["show", id])["fields"].clone();
    let history = worker.does(DAY, &["history", id]);
    for Altered { field, change } in altered {
        if matches!(change, Change::Added) {
            continue;
        }
        assert_eq!(before[field], up.case.answers[field], "{form} {field}");
        let lines = history["fields"].as_array().expect("a history");
        let line = lines.iter().find(|line| line["field"] == field.as_str());
        let line = line.unwrap_or_else(|| panic!("{form} {field} has a history"));
        let label = &up.versions.labels[field];
        assert_eq!(line["label_zh"], label.as_str(), "{form} {field}");
        if let Change::CodeRenamed { label, .. } = change {
            let said = word(&line["entries"][0], "text_zh");
            assert!(said.contains(label), "{form} {field}: {said}, not {label}");
        }
    }
    // One more that must be answered now is told, and stops nothing that is not new.
    let (field, value) = &up.case.edited_again;
    worker.edit(DAY, id, &json!({ *field: value }));
    let after = worker.does(DAY, &["show", id])["fields"].clone();
    assert_eq!(after[*field], *value, "{form} {field}");
    for Altered { field, .. } in altered {
        assert_eq!(after[field], before[field], "{form} {field} stays");
    }
}

fn goes_through_three_versions(case: Case) {
    let mut world = World::at(DAY);
    let form = case.form;
    let steady = world.worker(DAY, "a", case.role, case.area);
    let away = world.worker(DAY, "b", case.role, case.area);
    let case = case.with_people(&steady, &[&away]);
    let up = Upgrade {
        versions: Derived::of(form, &case.answers, &case.edits()),
        case,
    };
    let [to_four, to_five] = &up.versions.altered;
    let both: Vec<Altered> = to_four.iter().chain(to_five).cloned().collect();
    up.publish(&world, 0);
    steady.sync(DAY);
    away.sync(DAY);
    let (of_steady, of_away) = (up.leaves_work(&steady), up.leaves_work(&away));

    up.publish(&world, 1);
    let synced = steady.sync(DAY);
    assert_eq!(synced["refused"], 0, "{form}: {synced}");
    the_draft_is_carried(&up, &steady, &of_steady, to_four);
    the_record_is_readable(&up, &steady, &of_steady.sent, to_four);

    up.publish(&world, 2);
    // What a phone that skipped a version made with the first one is accepted, and the server says
    // which version it came with.
    let synced = away.sync(DAY);
    assert_eq!(synced["refused"], 0, "{form}: {synced}");
    let status = must(world.county.verb(DAY, &["status"]));
    let former = status["former_forms"].as_array().expect("former forms");
    let of = |version: &str| {
        let mut rows = former.iter();
        rows.find(|row| row["form"] == form && row["version"] == version)
            .cloned()
    };
    let first = of(&up.versions.names[0]).unwrap_or_else(|| panic!("{form}: {status}"));
    assert_eq!(first["in_force"], up.versions.names[2].as_str());
    assert_eq!(first["saves"], 4, "two records and two edits: {status}");
    the_draft_is_carried(&up, &away, &of_away, &both);
    for id in [&of_away.sent, &of_away.unsent] {
        the_record_is_readable(&up, &away, id, &both);
    }
    away.sync(DAY);
    // Who has the newest version reads what was made with the first.
    steady.sync(DAY);
    let fields = steady.does(DAY, &["show", &of_away.unsent])["fields"].clone();
    for Altered { field, change } in &both {
        if !matches!(change, Change::Added) {
            assert_eq!(fields[field], up.case.answers[field], "{form} {field}");
        }
    }
    assert!(away.does(DAY, &["drafts"]).as_array().unwrap().is_empty());
    world.county.stop().expect("the server ends");
}

#[test]
fn every_built_in_form_goes_through_three_versions_and_nothing_is_lost() {
    let mut altered: BTreeMap<&'static str, usize> = BTreeMap::new();
    for case in cases() {
        let versions = Derived::of(case.form, &case.answers, &case.edits());
        for change in versions.altered.iter().flatten() {
            *altered.entry(change.change.name()).or_default() += 1;
        }
        *altered.entry("retyped").or_default() += versions.retyped.iter().flatten().count();
        goes_through_three_versions(case);
    }
    for (name, least) in [
        ("retired", 8),
        ("code renamed", 8),
        ("retyped", 6),
        ("added", 16),
        ("grouped", 8),
    ] {
        let found = altered.get(name).copied().unwrap_or(0);
        assert!(found >= least, "{name}: {found} in all, at least {least}");
    }
}
