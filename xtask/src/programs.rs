//! How xtask starts cargo and other programs.

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The top folder of the house.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo puts what it builds.
pub fn target_dir(root: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir),
        None => root.join("target"),
    }
}

/// Cargo, in `root`, as if called from a shell.
///
/// What `cargo run` set for xtask is taken away: build scripts that watch those variables would
/// run again, and compile SQLCipher and ring again, each time another way of calling alternates.
pub fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let set_by_run = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_PRIMARY_",
        ];
        if set_by_run.iter().any(|start| name.starts_with(start)) {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(root);
    cargo
}

/// Builds the library and the programs that stories and foreign callers run, by the call that the
/// tests make, so that nothing is built twice.
pub fn build_programs(root: &Path) -> anyhow::Result<()> {
    let mut build = cargo(root);
    build.args(["build", "--workspace", "--locked"]);
    run(build.args(["--lib", "--bins", "--examples"]))
}

/// Runs a program to its end, its output going where ours goes; an error names it.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = written(command);
    println!("$ {line}");
    let status = command
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs a program and gives what it printed; what it says on standard error is shown.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let line = written(command);
    let out = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !out.status.success() {
        bail!("`{line}` ended with {}", out.status);
    }
    String::from_utf8(out.stdout).with_context(|| format!("`{line}` printed no UTF-8"))
}

/// Whether a program starts and says that it is well.
pub fn answers(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn written(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy();
    let arguments = command.get_args().map(|a| a.to_string_lossy());
    std::iter::once(name)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}
