//! The server's one binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    tanfang_server::admin::run()
}
