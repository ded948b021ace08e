//! What `cargo xtask bench` measures, each call one process.
//!
//! A process prints one JSON object with its seconds and its own peak memory.

mod counting;
mod device;
mod edits;
mod facade;
mod load;
mod phone;
mod raw;

use load::Load;
use phone::{Phone, Stretch};
use serde_json::Value as Json;

const USAGE: &str = "\
bench raw VISITS FOLDER [--plain]
bench facade HOME SERVER CODE COUNT
bench load SERVER CODES VISITS RECORDS OVER-SECONDS
bench phone enrol HOME SERVER CODE
bench phone households HOME VISITS
bench phone create HOME VISITS [FROM COUNT]
bench phone edit HOME VISITS COUNT FIELD VALUE
bench phone kept HOME VISITS COUNT FIELD VALUE FIELD VALUE
bench phone sync HOME
bench phone month HOME";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut report = match arguments[..] {
        ["raw", visits, folder] => raw::measure(visits.as_ref(), folder.as_ref(), raw::Key::Given),
        ["raw", visits, folder, "--plain"] => {
            raw::measure(visits.as_ref(), folder.as_ref(), raw::Key::None)
        }
        ["facade", home, server, code, count] => {
            facade::measure(home.as_ref(), server, code, number(count))
        }
        ["load", server, codes, visits, records, over] => Load {
            server,
            codes: codes.as_ref(),
            visits: visits.as_ref(),
            records: number(records),
            over_secs: number(over) as f64,
        }
        .measure(),
        ["phone", verb, home, ref rest @ ..] => of_phone(verb, home, rest),
        _ => usage(),
    };
    report["peak_kb"] = peak_kb().into();
    println!("{report}");
}

fn of_phone(verb: &str, home: &str, rest: &[&str]) -> Json {
    let phone = Phone::open(home.as_ref());
    let first = |count: &str| Stretch {
        from: 0,
        count: number(count),
    };
    match (verb, rest) {
        ("enrol", [server, code]) => phone.enrol(server, code),
        ("households", [visits]) => phone.households(visits.as_ref()),
        ("create", [visits]) => phone.create(visits.as_ref(), Stretch::ALL),
        ("create", [visits, from, count]) => {
            let which = Stretch {
                from: number(from),
                count: number(count),
            };
            phone.create(visits.as_ref(), which)
        }
        ("edit", [visits, count, field, value]) => {
            phone.edit(visits.as_ref(), first(count), field, value)
        }
        ("kept", [visits, count, field, value, other, its]) => {
            let both = [(*field, *value), (*other, *its)];
            phone.kept(visits.as_ref(), first(count), both)
        }
        ("sync", []) => phone.sync(),
        ("month", []) => phone.month(),
        _ => usage(),
    }
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| usage())
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
