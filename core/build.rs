//! Says by which sources the engine was built, so that what one engine found and kept is never taken
//! for what another would find.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=src");
    let mut files = BTreeSet::new();
    list(Path::new("src"), &mut files)?;
    let mut hash = DefaultHasher::new();
    for file in files {
        file.hash(&mut hash);
        std::fs::read(&file)?.hash(&mut hash);
    }
    println!("cargo:rustc-env=TANFANG_ENGINE={:016x}", hash.finish());
    Ok(())
}

fn list(folder: &Path, files: &mut BTreeSet<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => list(&path, files)?,
            false => drop(files.insert(path)),
        }
    }
    Ok(())
}
