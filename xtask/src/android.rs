//! Android's `core` and `ui`, compiled, tested and drawn on the JVM by Maven against the built
//! library and server. `app` and the Gradle files are not part of it: `android/README.md`.

use anyhow::Context;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::programs::{build_programs, root, run, target_dir};
use crate::setup::{self, TO_BUILD, TO_DRAW};

/// Builds the bindings, the view models and the screens, and runs their tests.
///
/// # Errors
/// What Maven said is on the screen.
pub fn test(root: &Path) -> anyhow::Result<()> {
    build_programs(root)?;
    run(maven(root).arg("verify")).context("Android's core and ui do not hold")
}

/// Draws every screen in every state anew and puts the pictures in the place of those approved.
///
/// # Errors
/// As [`test()`].
pub fn screens() -> anyhow::Result<()> {
    let root = root();
    setup::provide(&root, TO_BUILD)?;
    setup::provide(&root, TO_DRAW)?;
    build_programs(&root)?;
    let mut draw = maven(&root);
    draw.args(["verify", "-Dtanfang.bless=yes", "-Dtest=PicturesTest"]);
    run(draw.arg("-Dsurefire.failIfNoSpecifiedTests=false"))?;
    println!("look at every picture that altered: android/ui/approved");
    Ok(())
}

fn maven(root: &Path) -> Command {
    let mut maven = Command::new("mvn");
    let mut target = OsString::from("-Dtanfang.target=");
    target.push(target_dir(root));
    maven.arg("--quiet").arg(target);
    maven.current_dir(root.join("android"));
    maven
}
