//! The steps of `cargo xtask test`, in order: what fails soonest first.
//!
//! Every cargo call that compiles names the whole workspace, so that one set of features and one
//! profile serve them all and SQLCipher is built once.

use anyhow::Context;
use std::path::Path;
use std::process::Command;

use super::Options;
use crate::android;
use crate::forms;
use crate::programs::{build_programs, cargo, output, run};
use crate::reference;
use crate::sim;

/// One thing that must hold.
pub struct Step {
    /// Its name, as `--only` takes it.
    pub name: &'static str,
    /// What it proves.
    pub what: &'static str,
    /// The part of the plan that its time is counted under (`table::PLAN`).
    pub plan: &'static str,
    /// Runs it.
    pub run: fn(&Path, &Options) -> anyhow::Result<()>,
}

/// All of them.
pub const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "one layout",
        plan: "Rust",
        run: fmt,
    },
    Step {
        name: "deny",
        what: "licences, bans, sources",
        plan: "Rust",
        run: deny,
    },
    Step {
        name: "clippy",
        what: "no warning in any target",
        plan: "Rust",
        run: clippy,
    },
    Step {
        name: "docs",
        what: "every public item explained",
        plan: "Rust",
        run: docs,
    },
    Step {
        name: "unit",
        what: "each room by itself",
        plan: "Rust",
        run: unit,
    },
    Step {
        name: "postgres",
        what: "the server's mind with its history in PostgreSQL",
        plan: "Rust",
        run: on_postgres,
    },
    Step {
        name: "layers",
        what: "who may know whom",
        plan: "Rust",
        run: layers,
    },
    Step {
        name: "forms",
        what: "what we call XLSForm, pyxform and ODK Validate accept; JavaRosa and Enketo answer alike",
        plan: "forms",
        run: reference_tools,
    },
    Step {
        name: "stories",
        what: "the whole house",
        plan: "Rust",
        run: stories,
    },
    Step {
        name: "sim",
        what: "a county under every trouble, and bugs planted on purpose that must be found",
        plan: "simulator",
        run: simulator,
    },
    Step {
        name: "python",
        what: "the facade fits a foreign caller",
        plan: "Rust",
        run: python,
    },
    Step {
        name: "android",
        what: "view models and screens on the JVM, against the library and a server; each as approved",
        plan: "android",
        run: android_on_the_jvm,
    },
];

fn fmt(root: &Path, _: &Options) -> anyhow::Result<()> {
    run(cargo(root).args(["fmt", "--all", "--check"]))
}

fn deny(root: &Path, _: &Options) -> anyhow::Result<()> {
    run(cargo(root).args([
        "deny",
        "--log-level",
        "error",
        "check",
        "licenses",
        "bans",
        "sources",
    ]))
}

fn clippy(root: &Path, _: &Options) -> anyhow::Result<()> {
    let mut clippy = cargo(root);
    run(clippy.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

fn docs(root: &Path, _: &Options) -> anyhow::Result<()> {
    let mut doc = cargo(root);
    doc.args(["doc", "--workspace", "--no-deps", "--locked"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn unit(root: &Path, options: &Options) -> anyhow::Result<()> {
    let mut tests = cargo(root);
    tests.args([
        "test",
        "--workspace",
        "--locked",
        "--lib",
        "--bins",
        "--examples",
    ]);
    if options.nightly {
        tests
            .env("PROPTEST_CASES", "10240")
            .env("TANFANG_LOST_ANSWERS", "100000");
    }
    run(&mut tests)?;
    run(cargo(root).args(["test", "--workspace", "--locked", "--doc"]))
}

/// The same tests as `unit` runs on SQLite; what each store does itself was tested there.
fn on_postgres(root: &Path, _: &Options) -> anyhow::Result<()> {
    let mut build = cargo(root);
    build.args(["test", "--workspace", "--locked", "--lib", "--no-run"]);
    let built = output(build.args(["--message-format", "json-render-diagnostics"]))?;
    let built = built
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let ours = built
        .filter(|told| told["target"]["name"] == "tanfang_server")
        .find_map(|told| told["executable"].as_str().map(str::to_owned))
        .context("cargo names no tests of the server")?;
    let mut tests = Command::new(ours);
    tests.args(["tests::", "--skip", "store::", "--skip", "ledger::"]);
    run(tests
        .current_dir(root.join("sync-server"))
        .env("TANFANG_STORE", "postgres"))
}

fn layers(root: &Path, _: &Options) -> anyhow::Result<()> {
    run(cargo(root).args(["test", "--workspace", "--locked", "--test", "layers"]))
}

fn reference_tools(root: &Path, options: &Options) -> anyhow::Result<()> {
    forms::check_with_reference_tools(root)?;
    reference::compare(root, options.nightly)
}

/// A caller that is not Rust, on the generated bindings.
fn python(root: &Path, _: &Options) -> anyhow::Result<()> {
    build_programs(root)?;
    run(cargo(root).args(["test", "--workspace", "--locked", "--test", "python"]))
}

fn android_on_the_jvm(root: &Path, _: &Options) -> anyhow::Result<()> {
    android::test(root)
}

fn simulator(root: &Path, options: &Options) -> anyhow::Result<()> {
    sim::step(root, options.nightly)
}

fn stories(root: &Path, options: &Options) -> anyhow::Result<()> {
    build_programs(root)?;
    let mut tests = cargo(root);
    tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    for name in integration_tests(root)? {
        tests.args(["--test", &name]);
    }
    if options.nightly {
        tests.env("PROPTEST_CASES", "10240").env("TORN_SEEDS", "60");
        tests
            .env("TANFANG_HOSTILE", "50000")
            .env("TANFANG_EDITS", "100000");
    }
    run(&mut tests)
}

/// The names of every crate's integration tests but those that are a step of their own.
fn integration_tests(root: &Path) -> anyhow::Result<Vec<String>> {
    let metadata = output(cargo(root).args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata without packages")?;
    let targets = packages
        .iter()
        .filter_map(|p| p["targets"].as_array())
        .flatten();
    let tests = targets.filter(|target| target["kind"][0] == "test");
    let names = tests
        .filter_map(|target| target["name"].as_str())
        .map(str::to_owned);
    Ok(names
        .filter(|name| !matches!(name.as_str(), "layers" | "python"))
        .collect())
}
