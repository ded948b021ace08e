//! The reference engines of forms: JavaRosa from Maven Central, Enketo's XPath evaluator from npm,
//! both pinned to the byte, and the program in `tests/reference` that compares them with ours.

use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs::{answers, cargo, run, target_dir};

/// Steps of answering a form that are compared on every change.
const STEPS: &str = "10000";
/// The same of a night.
const STEPS_OF_A_NIGHT: &str = "200000";

/// Takes random forms and expressions through both reference engines and through ours.
///
/// # Errors
/// Says what could not be fetched, is not what was pinned, or differs without being known.
pub fn compare(root: &Path, nightly: bool) -> anyhow::Result<()> {
    let home = fetched_javarosa(root)?;
    let source = root.join("tests/reference");
    enketo(&source.join("node"), &home.join("node"))?;
    let mut build = cargo(root);
    run(build.args(["build", "--workspace", "--locked", "--bin", "reference"]))?;
    let steps = if nightly { STEPS_OF_A_NIGHT } else { STEPS };
    let mut reference = Command::new(target_dir(root).join("debug").join("reference"));
    // The step of the reference tools, which comes first, made pyxform's environment.
    let pyxform = target_dir(root).join("pyxform");
    run(reference.arg(&home).arg(pyxform).args(["--steps", steps]))
}

/// The folder of JavaRosa, fetched where it is not there.
///
/// # Errors
/// As [`compare`].
pub fn fetched_javarosa(root: &Path) -> anyhow::Result<PathBuf> {
    let home = target_dir(root).join("reference");
    javarosa(&root.join("tests/reference/java"), &home)?;
    Ok(home)
}

/// The jars by Maven, each with the SHA-256 of `jars.sha256`, and our driver compiled against them.
fn javarosa(source: &Path, home: &Path) -> anyhow::Result<()> {
    let (jars, classes) = (home.join("lib"), home.join("classes"));
    let sums = source.join("jars.sha256");
    let pinned = || {
        let mut check = Command::new("sha256sum");
        check.args(["--check", "--strict", "--quiet"]).arg(&sums);
        answers(check.current_dir(&jars)) && nothing_else(&jars, &sums)
    };
    if !jars.exists() || !pinned() {
        if jars.exists() {
            fs::remove_dir_all(&jars).context("cannot clear the old jars")?;
        }
        fs::create_dir_all(&jars).context("cannot make a folder for the jars")?;
        run(Command::new("mvn")
            .args(["--quiet", "--batch-mode", "--file"])
            .arg(source.join("pom.xml"))
            .args(["dependency:copy-dependencies", "-DincludeScope=runtime"])
            .arg(path_setting("outputDirectory", &jars)))
        .context("cannot fetch JavaRosa from Maven Central")?;
        if !pinned() {
            bail!("the jars are not those of {}", sums.display());
        }
    }
    run(Command::new("javac")
        .args(["-cp", "lib/*", "-d"])
        .arg(&classes)
        .arg(source.join("Reference.java"))
        .current_dir(home))
    .context("the driver of JavaRosa does not compile")
}

/// Whether the folder holds the files that are pinned and no other: every jar in it is on the class
/// path.
fn nothing_else(jars: &Path, sums: &Path) -> bool {
    let pinned = fs::read_to_string(sums).unwrap_or_default();
    let named = |name: &str| {
        let mut lines = pinned.lines();
        lines.any(|line| line.split_whitespace().nth(1) == Some(name))
    };
    let Ok(mut found) = fs::read_dir(jars) else {
        return false;
    };
    found.all(|file| file.is_ok_and(|file| file.file_name().to_str().is_some_and(named)))
}

fn path_setting(name: &str, path: &Path) -> std::ffi::OsString {
    let mut setting = std::ffi::OsString::from(format!("-D{name}="));
    setting.push(path);
    setting
}

/// What the lock file says, by npm; nothing of it runs while it is installed.
fn enketo(source: &Path, home: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(home).context("cannot make a folder for npm")?;
    let lock = |dir: &Path| -> PathBuf { dir.join("package-lock.json") };
    let wanted = fs::read(lock(source)).context("there is no package-lock.json")?;
    let done = home.join("node_modules/.package-lock.json").exists()
        && fs::read(lock(home)).is_ok_and(|there| there == wanted);
    if done {
        return Ok(());
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(source.join(name), home.join(name)).context("cannot copy for npm")?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    run(npm.current_dir(home)).context("cannot fetch Enketo's evaluator from npm")
}
