//! `cargo xtask demo`: the story of a visit, told with the built binaries, each claim verified.

mod story;

/// The stories' own link and processes: they need little more than the standard library.
#[path = "../../../tests/support/link.rs"]
#[allow(dead_code)]
mod link;
#[path = "../../../tests/support/people.rs"]
#[allow(dead_code)]
mod people;

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

use crate::programs::{cargo, root, run as run_program, target_dir};
use crate::setup::{TO_BUILD, provide};

/// The built programs.
pub struct Programs {
    /// `tanfang-server`.
    pub server: PathBuf,
    /// The example `phone`.
    pub phone: PathBuf,
    /// The clone.
    pub root: PathBuf,
}

/// Installs and builds what is missing, then tells the story.
///
/// # Errors
/// The first claim that does not hold, in words.
pub fn run() -> Result<()> {
    let root = root();
    provide(&root, TO_BUILD)?;
    let programs = build(&root)?;
    let dir = target_dir(&root).join("demo");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).context("the folder of the last demo cannot be removed")?;
    }
    std::fs::create_dir_all(&dir)?;
    story::tell(&programs, &dir)
}

/// The same call as the tests make, so that nothing is built twice.
fn build(root: &Path) -> Result<Programs> {
    println!(
        "· 编译中,首次约需几分钟 / building; the first time takes some minutes (SQLCipher, OpenSSL)"
    );
    let mut build = cargo(root);
    build.args(["build", "--workspace", "--locked"]);
    build.args(["--bin", "tanfang-server", "--example", "phone"]);
    run_program(&mut build).context("the programs do not build: see the compiler's words above")?;
    let debug = target_dir(root).join("debug");
    Ok(Programs {
        server: debug.join("tanfang-server"),
        phone: debug.join("examples").join("phone"),
        root: root.to_path_buf(),
    })
}
