//! The layers of the house, as cargo resolves them: what a crate can reach it may use, and what
//! it cannot reach nobody can use by mistake. Nothing here reads source text.

use std::collections::BTreeSet;
use std::process::Command;

/// What would let the pure part of the core touch a disk, a socket, a clock or chance, by the
/// names of the crates through which Rust programs do that.
const IMPURE: [&str; 24] = [
    "rusqlite",
    "libsqlite3-sys",
    "sqlcipher-src",
    "openssl-sys",
    "reqwest",
    "hyper",
    "rustls",
    "ring",
    "axum",
    "tokio",
    "mio",
    "socket2",
    "uniffi",
    "getrandom",
    "rand",
    "fastrand",
    "iana-time-zone",
    "tempfile",
    "walkdir",
    "memmap2",
    "rayon",
    "clap",
    "csv",
    "anyhow",
];

/// A crate that cargo would link, with the features it would be built with.
struct Linked {
    name: String,
    features: BTreeSet<String>,
}

#[test]
fn the_pure_part_builds_alone_and_without_a_warning() {
    let built = cargo(&[
        "build",
        "--package",
        "tanfang-core",
        "--no-default-features",
    ]);
    let said = text(&built.stderr);
    assert!(built.status.success(), "{said}");
    assert!(!said.contains("warning: `tanfang-core`"), "{said}");
}

#[test]
fn the_pure_part_reaches_no_database_socket_clock_file_or_chance() {
    assert_eq!(
        impure(&linked(&["-p", "tanfang-core", "--no-default-features"])),
        [""; 0]
    );
}

#[test]
fn reading_workbooks_keeps_the_core_pure() {
    let authoring = [
        "-p",
        "tanfang-core",
        "--no-default-features",
        "--features",
        "author",
    ];
    assert_eq!(impure(&linked(&authoring)), [""; 0]);
}

#[test]
fn the_server_takes_author_and_never_phone() {
    let linked = linked(&["-p", "tanfang-server"]);
    let core = one(&linked, "tanfang-core");
    assert!(core.features.contains("author"), "{:?}", core.features);
    assert!(!core.features.contains("phone"), "{:?}", core.features);
    assert!(linked.iter().all(|l| l.name != "reqwest"));
}

#[test]
fn the_phone_takes_no_server() {
    let linked = linked(&["-p", "tanfang-ffi"]);
    let core = one(&linked, "tanfang-core");
    assert!(core.features.contains("phone"), "{:?}", core.features);
    assert!(!core.features.contains("author"), "{:?}", core.features);
    for server_only in ["tanfang-server", "axum"] {
        assert!(
            linked.iter().all(|l| l.name != server_only),
            "{server_only}"
        );
    }
}

#[test]
fn http_comes_in_through_the_cores_feature_phone_alone() {
    assert_eq!(who_names("reqwest"), ["tanfang-core"]);
    let without = linked(&["-p", "tanfang-core", "--no-default-features"]);
    assert!(without.iter().all(|l| l.name != "reqwest"));
    let with = linked(&["-p", "tanfang-core", "--features", "phone"]);
    one(&with, "reqwest");
}

#[test]
fn a_database_is_named_by_the_core_and_the_server_alone() {
    assert_eq!(
        who_names("rusqlite"),
        ["stories", "tanfang-core", "tanfang-server"]
    );
}

#[test]
fn postgresql_is_named_by_the_server_alone_and_no_phone_reaches_it() {
    assert_eq!(who_names("tokio-postgres"), ["tanfang-server"]);
    let phone = linked(&["-p", "tanfang-ffi"]);
    assert!(phone.iter().all(|l| l.name != "tokio-postgres"));
}

#[test]
fn foreign_languages_are_known_to_the_bindings_alone() {
    assert_eq!(who_names("uniffi"), ["tanfang-ffi"]);
}

#[test]
fn planted_bugs_are_in_nothing_that_is_built_without_being_asked() {
    for of in ["tanfang-core", "tanfang-server", "tanfang-ffi", "stories"] {
        let linked = linked(&["-p", of]);
        let core = one(&linked, "tanfang-core");
        assert!(!core.features.contains("planted"), "{of}");
    }
    let asked = linked(&["-p", "stories", "--features", "planted"]);
    assert!(one(&asked, "tanfang-core").features.contains("planted"));
}

#[test]
fn the_core_names_no_other_crate_of_the_house() {
    let linked = linked(&["-p", "tanfang-core", "--all-features"]);
    for ours in ["tanfang-ffi", "tanfang-server", "stories", "xtask"] {
        assert!(linked.iter().all(|l| l.name != ours), "{ours}");
    }
}

fn impure(linked: &[Linked]) -> Vec<&str> {
    let names = linked.iter().map(|l| l.name.as_str());
    names.filter(|name| IMPURE.contains(name)).collect()
}

fn one<'a>(linked: &'a [Linked], name: &str) -> &'a Linked {
    let found = linked.iter().find(|l| l.name == name);
    found.unwrap_or_else(|| panic!("{name} is not linked"))
}

/// What is linked into the selected packages; neither their tests nor their build scripts count.
fn linked(selection: &[&str]) -> Vec<Linked> {
    let shape = [
        "tree",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--no-dedupe",
    ];
    let format = ["--format", "{p}|{f}"];
    let out = cargo(&[&shape[..], &format[..], selection].concat());
    assert!(out.status.success(), "{}", text(&out.stderr));
    let linked: Vec<Linked> = text(&out.stdout)
        .lines()
        .filter_map(|line| {
            let (package, features) = line.split_once('|')?;
            Some(Linked {
                name: package.split(' ').next()?.to_owned(),
                features: features.split(',').map(str::to_owned).collect(),
            })
        })
        .collect();
    assert!(
        linked.len() > 10,
        "cargo tree names hardly anything: {selection:?}"
    );
    linked
}

/// The crates of the workspace that name `dependency` as their own, in alphabetical order.
fn who_names(dependency: &str) -> Vec<String> {
    let out = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let mut names: Vec<String> = packages
        .iter()
        .filter(|package| {
            let dependencies = package["dependencies"].as_array().unwrap();
            dependencies.iter().any(|d| d["name"] == dependency)
        })
        .map(|package| package["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn cargo(arguments: &[&str]) -> std::process::Output {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Build scripts that watch these would run again for this build, and again for the next.
    for (name, _) in std::env::vars() {
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo
        .args(arguments)
        .output()
        .expect("cargo runs these tests, so it is there")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
