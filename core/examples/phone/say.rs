//! Standard output; a reader that has gone away is no fault.

use std::io::Write;

pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
