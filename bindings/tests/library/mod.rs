//! The library that cargo built with this test, which lies beside it.

use std::path::PathBuf;

pub fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let name = format!(
        "{}tanfang_ffi{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let library = test.with_file_name(name);
    assert!(
        library.exists(),
        "{} is not built: run `cargo test --workspace`",
        library.display()
    );
    library
}
