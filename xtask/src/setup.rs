//! Set-up: a fresh machine becomes one that can build and test, or says what is missing.

use anyhow::{Context, bail};
use std::path::Path;
use std::process::Command;

use crate::programs::{answers, cargo, run};

/// Something that must be on the machine.
#[derive(Clone, Copy)]
pub struct Need {
    /// What it is called.
    name: &'static str,
    /// What it is for.
    why: &'static str,
    /// A call that succeeds where it is there.
    probe: &'static [&'static str],
    /// How it gets here.
    from: Source,
}

#[derive(Clone, Copy)]
enum Source {
    /// Packages of Debian and Ubuntu.
    Apt(&'static [&'static str]),
    /// A component of the Rust toolchain in use.
    Component(&'static str),
    /// A program that cargo builds: its name and version.
    Cargo(&'static str, &'static str),
}

const COMPILER: Need = Need {
    name: "a C compiler",
    why: "SQLCipher, OpenSSL's libcrypto, ring and zstd are C",
    probe: &["cc", "--version"],
    from: Source::Apt(&["gcc", "libc6-dev"]),
};
const MAKE: Need = Need {
    name: "make",
    why: "OpenSSL's libcrypto is built with it",
    probe: &["make", "--version"],
    from: Source::Apt(&["make"]),
};
const PERL: Need = Need {
    name: "perl",
    why: "OpenSSL's libcrypto is configured with it",
    // Debian's perl-base answers, and has not the modules that OpenSSL's Configure takes.
    probe: &[
        "perl",
        "-MFindBin",
        "-MIPC::Cmd",
        "-MFile::Compare",
        "-e",
        "1",
    ],
    from: Source::Apt(&["perl"]),
};
const PKG_CONFIG: Need = Need {
    name: "pkg-config",
    why: "build scripts ask it for C libraries",
    probe: &["pkg-config", "--version"],
    from: Source::Apt(&["pkg-config"]),
};
const PYTHON: Need = Need {
    name: "python3 with venv",
    why: "pyxform and the Python caller of the bindings run in it",
    probe: &["python3", "-c", "import venv, ensurepip"],
    from: Source::Apt(&["python3", "python3-venv"]),
};
const JAVA: Need = Need {
    name: "java with javac",
    why: "ODK Validate, which pyxform brings, runs on it, and so does JavaRosa",
    probe: &["javac", "-version"],
    from: Source::Apt(&["default-jdk-headless"]),
};
const MAVEN: Need = Need {
    name: "maven",
    why: "it builds Android's sources, and brings JavaRosa, the reference engine of forms",
    probe: &["mvn", "--version"],
    from: Source::Apt(&["maven"]),
};
const RUSTFMT: Need = Need {
    name: "rustfmt",
    why: "one way to lay out the code",
    probe: &["cargo", "fmt", "--version"],
    from: Source::Component("rustfmt"),
};
const CLIPPY: Need = Need {
    name: "clippy",
    why: "it also keeps clocks and chance outside the core",
    probe: &["cargo", "clippy", "--version"],
    from: Source::Component("clippy"),
};
const CARGO_DENY: Need = Need {
    name: "cargo-deny",
    why: "licences and sources of what we link (about five minutes to build)",
    probe: &["cargo", "deny", "--version"],
    from: Source::Cargo("cargo-deny", "^0.20.2"),
};
const NODE: Need = Need {
    name: "node with npm",
    why: "Enketo's evaluator and PouchDB, the peer, run on it",
    probe: &["npm", "--version"],
    from: Source::Apt(&["nodejs", "npm"]),
};

const CJK_FONT: Need = Need {
    name: "a Chinese font",
    why: "Android's screens are drawn with it, simplified shapes",
    probe: &[
        "test",
        "-e",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    ],
    from: Source::Apt(&["fonts-noto-cjk"]),
};

const POSTGRES: Need = Need {
    name: "PostgreSQL's server programs",
    why: "tests make throw-away clusters of their own with them; a system's cluster is not touched",
    probe: &["sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb"],
    from: Source::Apt(&["postgresql"]),
};

/// What it takes to build the house.
pub const TO_BUILD: &[Need] = &[COMPILER, MAKE, PERL, PKG_CONFIG];
/// What `cargo xtask test` takes besides.
pub const TO_TEST: &[Need] = &[
    PYTHON, JAVA, MAVEN, NODE, POSTGRES, CJK_FONT, RUSTFMT, CLIPPY, CARGO_DENY,
];
/// What drawing the screens takes besides.
pub const TO_DRAW: &[Need] = &[JAVA, MAVEN, CJK_FONT];
/// What `cargo xtask bench --peers` takes besides.
pub const TO_RUN_PEERS: &[Need] = &[NODE];
/// What `cargo xtask bench --postgres` takes besides.
pub const TO_RUN_POSTGRES: &[Need] = &[POSTGRES];

/// Puts on the machine what of `needs` is missing, saying what and why.
///
/// An error says what could not be installed; nothing is left out in silence.
pub fn provide(root: &Path, needs: &[Need]) -> anyhow::Result<()> {
    let missing: Vec<Need> = needs.iter().filter(|n| !there(root, n)).copied().collect();
    for need in &missing {
        println!("set-up: {} is missing; {}", need.name, need.why);
    }
    let packages: Vec<&str> = missing
        .iter()
        .filter_map(|need| match need.from {
            Source::Apt(packages) => Some(packages),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    if !packages.is_empty() {
        apt(&packages)?;
    }
    for need in &missing {
        match need.from {
            Source::Apt(_) => {}
            Source::Component(name) => {
                run(Command::new("rustup")
                    .args(["component", "add", name])
                    .current_dir(root))
                .with_context(|| format!("set-up: cannot install {name}"))?;
            }
            Source::Cargo(name, version) => {
                run(cargo(root).args(["install", name, "--locked", "--version", version]))
                    .with_context(|| format!("set-up: cannot install {name}"))?;
            }
        }
    }
    for need in &missing {
        if !there(root, need) {
            bail!(
                "set-up: {} is still missing: `{}` fails; install it by hand ({})",
                need.name,
                need.probe.join(" "),
                need.why
            );
        }
    }
    Ok(())
}

fn there(root: &Path, need: &Need) -> bool {
    let (program, arguments) = match need.probe.split_first() {
        Some((&"cargo", arguments)) => (cargo(root), arguments),
        Some((program, arguments)) => (Command::new(program), arguments),
        None => return false,
    };
    let mut program = program;
    answers(program.args(arguments))
}

fn apt(packages: &[&str]) -> anyhow::Result<()> {
    if !answers(Command::new("apt-get").arg("--version")) {
        bail!(
            "set-up: this machine has no apt-get; install what these Debian packages bring: {}",
            packages.join(" ")
        );
    }
    let as_root = answers(Command::new("test").args(["-w", "/usr/bin"]));
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new(if as_root { "apt-get" } else { "sudo" });
        if !as_root {
            command.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        }
        command
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(&mut apt_get(&["update", "--quiet"]))
        .and_then(|()| {
            let mut install = apt_get(&["install", "--yes", "--quiet", "--no-install-recommends"]);
            run(install.args(packages))
        })
        .with_context(|| format!("set-up: apt-get cannot install {}", packages.join(" ")))
}
