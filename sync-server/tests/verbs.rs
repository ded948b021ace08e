//! The verbs as an administrator types them: what they print, how they end.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

const AREAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/530999/areas.csv");
const VILLAGE: &str = "530999201201";

fn server() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tanfang-server"));
    command.env_remove("TANFANG_SERVER_KEY");
    command
}

fn run(dir: &Path, verb: &[&str]) -> (i32, Json) {
    let Output { status, stdout, .. } = server()
        .args(verb)
        .arg("--json")
        .arg("--data")
        .arg(dir)
        .output()
        .unwrap();
    let json = serde_json::from_slice(&stdout).unwrap_or(Json::Null);
    (status.code().unwrap(), json)
}

fn done(dir: &Path, verb: &[&str]) -> Json {
    let (code, json) = run(dir, verb);
    assert_eq!(code, 0, "{verb:?}: {json}");
    json
}

fn county(demo: bool) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let init: &[&str] = if demo { &["init", "--demo"] } else { &["init"] };
    done(dir.path(), init);
    done(dir.path(), &["areas", "import", AREAS]);
    dir
}

fn written(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_key_file_is_its_owners_only_and_no_server_is_made_over_another() {
    use std::os::unix::fs::PermissionsExt;
    let dir = county(false);
    let mode = std::fs::metadata(dir.path().join("server.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(run(dir.path(), &["init"]).0, 2);
    std::fs::remove_file(dir.path().join("server.key")).unwrap();
    let (code, said) = run(dir.path(), &["audit"]);
    assert_eq!((code, &said["error"]), (2, &Json::from("store")));
}

#[test]
fn the_clock_is_moved_on_a_demonstration_only_and_every_report_says_what_it_is() {
    let plain = county(false);
    let (code, said) = run(plain.path(), &["audit", "--now", "2024-05-10"]);
    assert_eq!((code, &said["error"]), (2, &Json::from("not_a_demo")));
    assert_eq!(done(plain.path(), &["audit"]).get("demo"), None);
    let demo = county(true);
    assert_eq!(
        done(
            demo.path(),
            &["audit", "--now", "2024-05-10T09:30:00+08:00"]
        )["demo"],
        true
    );
    let report = done(
        demo.path(),
        &["compliance", "--area", "530999", "--now", "2024-05-10"],
    );
    assert_eq!(report["demonstration"], true);
    assert_eq!(report["as_of"], "2024-05-10T00:00:00+08:00");
}

#[test]
fn a_worker_gets_a_code_roles_and_an_end() {
    let dir = county(false);
    let enrol = [
        "enrol",
        "--name",
        "测试甲",
        "--role",
        "village_committee",
        "--area",
        VILLAGE,
    ];
    let given = done(dir.path(), &enrol);
    let worker = given["worker"].as_str().unwrap().to_owned();
    assert_eq!(given["code"].as_str().unwrap().len(), 19);
    let again = done(dir.path(), &["enrol", "--worker", &worker]);
    assert_ne!(again["code"], given["code"]);
    let assign = [
        "assign",
        "--worker",
        &worker,
        "--role",
        "child_director",
        "--area",
        VILLAGE,
    ];
    let first = done(dir.path(), &assign);
    let ended = done(dir.path(), &[&assign[..], &["--to", "2024-06-30"]].concat());
    assert_eq!(
        first["assignment"], ended["assignment"],
        "an open term is ended, not doubled"
    );
    assert_eq!(
        done(dir.path(), &["revoke", "--worker", &worker])["revoked"],
        0
    );

    let nobody = "018f3c2a-7b1c-7def-8abc-0123456789ab";
    for (verb, error) in [
        (
            [
                "assign", "--worker", nobody, "--role", "helper", "--area", VILLAGE,
            ],
            "unknown_worker",
        ),
        (
            [
                "assign", "--worker", &worker, "--role", "mayor", "--area", VILLAGE,
            ],
            "unknown_role",
        ),
        (
            [
                "assign", "--worker", &worker, "--role", "helper", "--area", "110101",
            ],
            "unknown_area",
        ),
    ] {
        let (code, said) = run(dir.path(), &verb);
        assert_eq!((code, said["error"].as_str()), (2, Some(error)));
    }
    let (code, said) = run(
        dir.path(),
        &["pair", "--worker", &worker, "--person", nobody],
    );
    assert_eq!((code, said["error"].as_str()), (2, Some("unknown_person")));
}

#[test]
fn a_form_of_the_county_is_published_and_one_that_contradicts_is_not() {
    let dir = county(false);
    let form = |compartment: &str| {
        format!(
            r#"
| survey | | | | | |
| | type | name | label | bind::tanfang:of | bind::tanfang:compartment |
| | text | well_water | well | household | {compartment} |
| settings | | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | well | well_{compartment} | 1 | tanfang="https://tanfang.example/xlsform" | household |
"#
        )
    };
    let (care, identity) = (form("care"), form("identity"));
    let care = written(dir.path(), "care.md", &care);
    let identity = written(dir.path(), "identity.md", &identity);
    let broken = written(
        dir.path(),
        "broken.md",
        "| survey |\n| | type | name |\n| | select_one nothing | x |\n",
    );
    assert_eq!(
        done(dir.path(), &["form", "add", care.to_str().unwrap()])["altered"],
        true
    );
    assert_eq!(
        done(dir.path(), &["form", "add", care.to_str().unwrap()])["altered"],
        false
    );
    let number = form("care").replace("| text |", "| integer |");
    let number = number.replace("| 1 | tanfang", "| 2 | tanfang");
    let number = written(dir.path(), "number.md", &number);
    let (code, said) = run(dir.path(), &["form", "add", number.to_str().unwrap()]);
    assert_eq!((code, &said["error"]), (2, &Json::from("another_meaning")));
    let told = &said["problems"][0];
    assert_eq!(told["field"], "household.well_water");
    assert_eq!(
        (&told["sheet"], &told["row"]),
        (&Json::from("survey"), &Json::from(4))
    );
    for (file, error) in [(identity, "another_meaning"), (broken, "form")] {
        let (code, said) = run(dir.path(), &["form", "add", file.to_str().unwrap()]);
        assert_eq!((code, said["error"].as_str()), (2, Some(error)));
    }
}

#[test]
fn cases_are_tried_without_a_directory_and_end_as_they_hold() {
    let dir = tempfile::tempdir().unwrap();
    let cases = |state: &str| {
        format!(
            r#"{{"format":"tanfang-cases/1","packs":["yn-lincang-2024"],"cases":[{{"name":"nobody came",
            "as_of":"2024-07-20T08:00:00+08:00",
            "subjects":[{{"id":"s1","group":"elder","birth_date":"1944-02-29","division":"530923100201",
              "household":"h1","registered":{{"from":"2024-04-12","to":null}},
              "categories":[{{"code":"left_behind","from":"2024-04-12","to":null}},
                {{"code":"disabled_ability","from":"2024-04-12","to":null}}]}}],
            "expect":[{{"rule":"LC-R2","unit":"s1","period":"2024-06","state":"{state}"}}]}}]}}"#
        )
    };
    for (text, code) in [
        (cases("overdue"), 0),
        (cases("done"), 1),
        ("{".to_owned(), 2),
    ] {
        let file = written(dir.path(), "cases.json", &text);
        let ended = server()
            .args(["pack", "try", "--cases"])
            .arg(file)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        assert_eq!(ended.status.code(), Some(code), "{said}");
        if code == 1 {
            assert!(said.contains("nobody came"), "the case is named: {said}");
        }
    }
}

#[test]
fn verbs_work_while_the_server_serves_and_it_ends_in_order() {
    let dir = county(false);
    let mut serving = server()
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(serving.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    let enrol = [
        "enrol",
        "--name",
        "测试甲",
        "--role",
        "village_committee",
        "--area",
        VILLAGE,
    ];
    for _ in 0..3 {
        done(dir.path(), &enrol);
    }
    let told = Command::new("kill")
        .arg("-TERM")
        .arg(serving.id().to_string())
        .status()
        .unwrap();
    assert!(told.success());
    assert_eq!(serving.wait().unwrap().code(), Some(0));
    let left = std::fs::metadata(dir.path().join("server.db-wal")).map_or(0, |file| file.len());
    assert_eq!(left, 0, "what was accepted is in the database file");
    assert_eq!(done(dir.path(), &["audit"])["whole"], true);
}

#[test]
fn every_problem_of_a_list_of_areas_or_a_form_is_told_with_its_place_and_code() {
    let dir = tempfile::tempdir().unwrap();
    done(dir.path(), &["init"]);
    let places = |said: &Json, keys: [&str; 3]| -> Vec<(String, String, String)> {
        let word = |problem: &Json, key: &str| problem[key].to_string().replace('"', "");
        let problems = said["problems"].as_array().unwrap().iter();
        problems
            .map(|p| (word(p, keys[0]), word(p, keys[1]), word(p, keys[2])))
            .collect()
    };
    let list = "code,name,level,parent,valid_from\n530999,测试县,county,,\n\
        530999201,,parish,530999,never\n530999201201,样板村,village,530999201,\n\
        53099x,乙县,county,,\n";
    let list = written(dir.path(), "areas.csv", list);
    let (code, said) = run(dir.path(), &["areas", "import", list.to_str().unwrap()]);
    assert_eq!((code, &said["error"]), (2, &Json::from("areas")));
    let wanted = [
        ("3", "name", "no_name"),
        ("3", "level", "level"),
        ("3", "valid_from", "date"),
        ("5", "code", "area_code"),
    ];
    let wanted = wanted.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(places(&said, ["line", "column", "code"]), wanted);
    let short = written(dir.path(), "short.csv", "code,name\n");
    let (_, said) = run(dir.path(), &["areas", "import", short.to_str().unwrap()]);
    assert_eq!(places(&said, ["line", "column", "code"]).len(), 2);

    let form = r#"
| survey | | | | |
| | type | name | label | relevant |
| | txet | a | a | |
| | text | b | b | cuont(.) > 1 |
| | text | c | c | ${a} = '1' |
| | select_one nothing | d | d | |
| settings | | | | |
| | form_title | form_id | version | namespaces | attribute::tanfang:kind |
| | x | x | 1 | tanfang="https://tanfang.example/xlsform" | household |
"#;
    let file = written(dir.path(), "form.md", form);
    let (code, said) = run(dir.path(), &["form", "add", file.to_str().unwrap()]);
    assert_eq!((code, &said["error"]), (2, &Json::from("form")));
    let told = places(&said, ["row", "column", "code"]);
    let has = |row: &str, column: &str| told.iter().any(|(r, c, _)| r == row && c == column);
    assert!(has("4", "type") && has("5", "relevant"), "{told:?}");
    assert!(!has("6", "relevant"), "what follows from line 4: {told:?}");
    let mended = form
        .replace("txet", "text")
        .replace("cuont(.)", "count(../a)");
    let file = written(dir.path(), "form.md", &mended);
    let (_, said) = run(dir.path(), &["form", "add", file.to_str().unwrap()]);
    let told = places(&said, ["row", "column", "code"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].0.as_str(), told[0].2.as_str()), ("7", "reference"));
    let whole = written(
        dir.path(),
        "form.md",
        &mended.replace("select_one nothing", "text"),
    );
    let added = done(dir.path(), &["form", "add", whole.to_str().unwrap()]);
    assert_eq!(added["altered"], true);
}

#[test]
fn a_report_is_asked_for_an_area_of_the_list_and_a_period_that_there_is() {
    let dir = county(false);
    let ask = |more: &[&str]| run(dir.path(), &[&["compliance", "--area"], more].concat());
    assert_eq!(ask(&["530999"]).0, 0);
    assert_eq!(ask(&["53"]).0, 0, "what holds areas of the list is there");
    let (code, said) = ask(&["530998"]);
    assert_eq!((code, &said["error"]), (2, &Json::from("unknown_area")));
    let (code, said) = ask(&["530999", "--period", "junk"]);
    assert_eq!((code, &said["error"]), (2, &Json::from("not_a_period")));
    assert!(said["message"].as_str().unwrap().contains("2024-Q2"));
}

#[test]
fn a_line_that_the_report_does_not_have_is_not_explained_and_an_area_is_still_asked_for() {
    let dir = county(false);
    let explain = [
        "compliance",
        "explain",
        "--unit",
        "nobody",
        "--rule",
        "LC-R2",
    ];
    let (code, said) = run(
        dir.path(),
        &[&explain[..], &["--period", "2024-05"]].concat(),
    );
    assert_eq!((code, &said["error"]), (2, &Json::from("no_line")));
    assert!(
        said["message"]
            .as_str()
            .unwrap()
            .contains("LC-R2 nobody 2024-05")
    );
    let (code, said) = run(dir.path(), &[&explain[..], &["--period", "junk"]].concat());
    assert_eq!((code, &said["error"]), (2, &Json::from("not_a_period")));
    let (code, said) = run(dir.path(), &["compliance"]);
    assert_eq!((code, &said["error"]), (2, &Json::from("command_line")));
}

/// A server of the folder that says in JSON where it listens, its address and its output.
fn serving(
    dir: &Path,
) -> (
    std::process::Child,
    String,
    BufReader<std::process::ChildStdout>,
) {
    let mut child = server()
        .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let told: Json = serde_json::from_str(&line).unwrap();
    let there = told["listening"].as_str().unwrap();
    let there = there.strip_prefix("http://").unwrap().to_owned();
    (child, there, out)
}

#[test]
fn a_request_under_way_is_answered_after_sigterm_and_the_server_ends_with_0() {
    use std::io::{Read, Write};
    let dir = county(false);
    let (mut child, there, mut out) = serving(dir.path());
    let mut link = std::net::TcpStream::connect(&there).unwrap();
    link.set_read_timeout(Some(std::time::Duration::from_secs(20)))
        .unwrap();
    let body = b"no message of ours";
    let head = format!(
        "POST /v1/enrol HTTP/1.1\r\nHost: {there}\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    link.write_all(head.as_bytes()).unwrap();
    // The server asks for the body: the request is under way.
    let mut asked = [0; 25];
    link.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    let told = Command::new("kill")
        .arg("-TERM")
        .arg(child.id().to_string())
        .status();
    assert!(told.unwrap().success());
    // It has heard: it takes nobody else's call any more.
    let taken = |_: &usize| std::net::TcpStream::connect(&there).is_ok();
    let calls = (0..1_000_000).take_while(taken).count();
    assert!(calls < 1_000_000, "it was told to stop");
    link.write_all(body).unwrap();
    let mut answer = Vec::new();
    link.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400"), "{answer:?}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "one document on standard output");
}
