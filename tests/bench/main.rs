//! What `cargo xtask bench` measures, each call one process.
//!
//! A process prints one JSON object with its seconds and its own peak memory.

mod device;
mod phone;
mod raw;

const USAGE: &str = "\
bench raw VISITS FOLDER [--plain]
bench phone enrol HOME SERVER CODE
bench phone households HOME VISITS
bench phone create HOME VISITS
bench phone sync HOME";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut report = match arguments[..] {
        ["raw", visits, folder] => raw::measure(visits.as_ref(), folder.as_ref(), raw::Key::Given),
        ["raw", visits, folder, "--plain"] => {
            raw::measure(visits.as_ref(), folder.as_ref(), raw::Key::None)
        }
        ["phone", verb, home, ref rest @ ..] => {
            let phone = phone::Phone::open(home.as_ref());
            match (verb, rest) {
                ("enrol", [server, code]) => phone.enrol(server, code),
                ("households", [visits]) => phone.households(visits.as_ref()),
                ("create", [visits]) => phone.create(visits.as_ref()),
                ("sync", []) => phone.sync(),
                _ => usage(),
            }
        }
        _ => usage(),
    };
    report["peak_kb"] = peak_kb().into();
    println!("{report}");
}

fn usage() -> ! {
    eprintln!("{USAGE}");
    std::process::exit(2);
}

/// The most memory that this process ever held, in kilobytes (`VmHWM`, proc(5)).
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
