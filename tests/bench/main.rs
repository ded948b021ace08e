//! What `cargo xtask bench` measures, each call one process: `bench raw VISITS FOLDER [--plain]`.
//!
//! A process prints one JSON object with its seconds and its own peak memory.

mod raw;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut report = match arguments[..] {
        ["raw", visits, folder] => raw::measure(visits.as_ref(), folder.as_ref(), raw::Key::Given),
        ["raw", visits, folder, "--plain"] => {
            raw::measure(visits.as_ref(), folder.as_ref(), raw::Key::None)
        }
        _ => {
            eprintln!("bench raw VISITS FOLDER [--plain]");
            std::process::exit(2);
        }
    };
    report["peak_kb"] = peak_kb().into();
    println!("{report}");
}

/// The most memory that this process ever held, in kilobytes (`VmHWM`, proc(5)).
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
