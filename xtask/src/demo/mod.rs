//! `cargo xtask demo`: the story of a visit, told with the built binaries, each claim verified.

mod people;
mod story;

/// The link is the stories' own; it needs only the standard library.
#[path = "../../../tests/support/link.rs"]
#[allow(dead_code)]
mod link;

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The built programs.
pub struct Programs {
    /// `tanfang-server`.
    pub server: PathBuf,
    /// The example `phone`.
    pub phone: PathBuf,
    /// The clone.
    pub root: PathBuf,
}

/// Builds what is missing, then tells the story.
///
/// # Errors
/// The first claim that does not hold, in words.
pub fn run(root: &Path) -> Result<()> {
    let programs = build(root)?;
    let dir = root.join("target").join("demo");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).context("the folder of the last demo cannot be removed")?;
    }
    std::fs::create_dir_all(&dir)?;
    story::tell(&programs, &dir)
}

/// The same invocation as the tests', so that nothing is built twice.
fn build(root: &Path) -> Result<Programs> {
    println!("· 编译中,首次约需几分钟 / building; the first time takes some minutes (SQLCipher, OpenSSL)");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .current_dir(root)
        .args(["build", "--workspace", "--features", "tanfang-core/phone,tanfang-core/author"])
        .args(["--bin", "tanfang-server", "--example", "phone"])
        .status()
        .context("cargo cannot be started")?;
    if !built.success() {
        bail!("the programs do not build: see the compiler's words above");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let debug = target.join("debug");
    Ok(Programs {
        server: debug.join("tanfang-server"),
        phone: debug.join("examples").join("phone"),
        root: root.to_path_buf(),
    })
}
