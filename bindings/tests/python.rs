//! A caller that is not Rust: Python plays a phone on the generated bindings, against the built
//! server. What it checks stands in `python/story.py`; this side moves the world around it.

mod library;

use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use stories::link::Weather;
use stories::world::{VILLAGE, World, must, word};

const NOW: &str = "2024-06-24T08:00:00+08:00";
const NOW_MILLIS: &str = "1719187200000";

#[test]
fn a_phone_in_python_enrols_saves_offline_syncs_and_settles() {
    needs_python();
    let world = World::at(NOW);
    let bindings = world.path("bindings");
    generate(&bindings);
    let arguments = ["--name", "p", "--role", "village_committee"];
    let arguments = [&["enrol"], &arguments[..], &["--area", VILLAGE]].concat();
    let code = word(&must(world.county.verb(NOW, &arguments)), "code");
    let mut phone = Python::plays(&world, &bindings, &code);

    phone.until("the link is cut");
    world.link.set(Weather::Down);
    phone.go_on();
    // What was taken in before such an answer is known when it comes again.
    for time in ["", " once more"] {
        phone.until(&format!("the county's server is full{time}"));
        world.fine();
        world.is_full_once(30);
        phone.go_on();
    }

    phone.until("another phone has the elder's number");
    let other = world.worker(NOW, "b", "village_committee", VILLAGE);
    let elder = phone.told("saved offline", "id");
    let elder = elder.as_str().unwrap();
    assert_eq!(other.shows(NOW, elder, "name"), "测试甲");
    other.edit(NOW, elder, &json!({"phone": "15400000002"}));
    other.sync(NOW);
    phone.go_on();

    phone.ends_well();
    other.sync(NOW);
    assert_eq!(other.shows(NOW, elder, "phone"), "15400000003");
    assert_eq!(phone.told("settled", "demonstration"), true);
    let as_of = "2024-06-24T08:01:00+08:00";
    let report = other.report(NOW, VILLAGE, as_of);
    assert_eq!(phone.told("settled", "lines"), states(&report));
    assert_eq!(states(&report), states(&world.report(NOW, VILLAGE, as_of)));
}

/// Rule, unit, period and state of each line.
fn states(report: &Json) -> Json {
    let lines = report["lines"].as_array().unwrap();
    let states = lines
        .iter()
        .map(|line| json!([line["rule"], line["unit"], line["period"], line["state"]]));
    states.collect()
}

fn needs_python() {
    let found = Command::new("python3")
        .args(["-c", "import sys; sys.exit(sys.version_info < (3, 8))"])
        .status();
    assert!(
        found.is_ok_and(|status| status.success()),
        "this test needs python3, 3.8 or newer: install it (Debian, Ubuntu: apt-get install python3) and run it again"
    );
}

/// Generates `tanfang.py` into a folder, with the library beside it.
fn generate(folder: &Path) {
    let library = library::built();
    let generated = Command::new(env!("CARGO_BIN_EXE_uniffi-bindgen"))
        .args(["generate", "--language", "python", "--no-format"])
        .args(["--metadata-no-deps", "--library"])
        .arg(&library)
        .arg("--out-dir")
        .arg(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&generated.stderr);
    assert!(generated.status.success(), "uniffi-bindgen: {said}");
    std::fs::copy(&library, folder.join(library.file_name().unwrap())).unwrap();
}

/// The story, running.
struct Python {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    said: Vec<Json>,
}

impl Python {
    fn plays(world: &World, bindings: &Path, code: &str) -> Self {
        let story = concat!(env!("CARGO_MANIFEST_DIR"), "/python/story.py");
        let mut process = Command::new("python3")
            .args(["-B", story, "--server", &world.link.url(), "--code", code])
            .args(["--now", NOW_MILLIS, "--village", VILLAGE, "--bindings"])
            .arg(bindings)
            .arg("--home")
            .arg(world.path("python"))
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
            said: Vec::new(),
        }
    }

    fn next_line(&mut self) -> Option<Json> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line).unwrap();
        (read > 0).then(|| serde_json::from_str(&line).unwrap())
    }

    /// Hears what it says until it waits for this.
    #[track_caller]
    fn until(&mut self, what: &str) {
        while let Some(line) = self.next_line() {
            if line["waits"] == what {
                return;
            }
            self.said.push(line);
        }
        panic!("the story ended before `{what}`, after {:?}", self.said);
    }

    fn go_on(&mut self) {
        writeln!(self.input).unwrap();
    }

    #[track_caller]
    fn ends_well(&mut self) {
        while let Some(line) = self.next_line() {
            self.said.push(line);
        }
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}, after {:?}", self.said);
        assert_eq!(self.said.last(), Some(&json!({"step": "done"})));
    }

    /// What a step that was told says of a name.
    #[track_caller]
    fn told(&self, step: &str, name: &str) -> Json {
        let line = self.said.iter().find(|line| line["step"] == step);
        line.unwrap_or_else(|| panic!("no step `{step}`"))[name].clone()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
