//! Files and texts from outside that nobody meant well: mutated from good ones by a seed, the same on
//! every machine. Nothing panics, nothing hangs; what is refused is refused in words.
//!
//! A test of every change tries some; `TANFANG_HOSTILE=N` tries N of each, as a night does.
#![cfg(feature = "author")]

use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use serde_json::{Map, json};
use tanfang_core::expr::Expr;
use tanfang_core::form::{BUILT_IN, Context, Form, Session, Source, check};
use tanfang_core::model::WallTime;
use zip::write::{SimpleFileOptions, ZipWriter};

const XLS: &[u8] = include_bytes!("xlsforms/workbooks/typed.xls");
const XLSX: &[u8] = include_bytes!("xlsforms/workbooks/typed.xlsx");
const MARKDOWN: &str = include_str!("xlsforms/workbooks/typed.md");

/// How many inputs of a target are tried.
fn inputs(few: u64) -> u64 {
    let asked = std::env::var("TANFANG_HOSTILE").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(few)
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Names the input where what reads it panics.
struct Trying(&'static str, u64);

impl Drop for Trying {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} number {} panics", self.0, self.1);
        }
    }
}

/// Tries inputs made from their numbers.
fn tries(target: &'static str, few: u64, mut one: impl FnMut(&mut Chance)) {
    for number in 0..inputs(few) {
        let _trying = Trying(target, number);
        one(&mut Chance(number.wrapping_mul(0x5851_F42D_4C95_7F2D)));
    }
}

/// What programs that read forms stumble over.
const WORDS: [&str; 26] = [
    "${",
    "}",
    "((((((((",
    "]]]",
    "'",
    "\"",
    "|",
    "| |",
    "\n",
    "\0",
    "\u{202e}",
    "\u{feff}",
    "𠀀𪚥",
    "1e999",
    "-",
    "9999999999999999999",
    "instance('",
    "//",
    "*",
    "..",
    "begin repeat",
    "select_one ",
    "<!DOCTYPE a [<!ENTITY x \"y\">]>",
    "&x;",
    "</row>",
    "r=\"XFD1048576\"",
];

/// Cuts, doubles, swaps and overwrites a few places.
fn mutated(good: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len());
        let end = (at + chance.below(40)).min(bytes.len());
        match chance.below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            3 => {
                let word = WORDS[chance.below(WORDS.len())];
                bytes.splice(at..at, word.bytes());
            }
            4 => {
                let number = [0u32, 1, 0x7fff_ffff, u32::MAX][chance.below(4)].to_le_bytes();
                bytes.splice(at..end.min(at + 4), number);
            }
            _ if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            _ => {}
        }
    }
    bytes
}

fn mutated_text(good: &str, chance: &mut Chance) -> String {
    String::from_utf8_lossy(&mutated(good.as_bytes(), chance)).into_owned()
}

fn noon() -> WallTime {
    WallTime::parse("2024-07-01T12:00:00+08:00").unwrap()
}

/// What becomes of a file: a form that can be asked and written, or problems in words.
fn read(name: &str, bytes: &[u8]) {
    let problems = match Source::read(name, bytes) {
        Err(problems) => problems,
        Ok(source) => {
            let compiled = Form::of_source(&source);
            if let Some(form) = compiled.form {
                let _ = check(&form, &Map::new(), &Context::creating(noon()));
                assert_eq!(
                    Form::from_json(&form.to_json()).unwrap().hash(),
                    form.hash()
                );
                let _ = (form.to_xform(), source.to_markdown());
                return;
            }
            compiled.problems
        }
    };
    assert!(problems.iter().any(|p| p.is_error()));
    assert!(
        problems
            .iter()
            .all(|p| !p.message("zh").is_empty() && !p.message("en").is_empty())
    );
}

#[test]
fn workbooks_that_were_cut_and_overwritten_are_read_or_refused() {
    tries("xlsx", 1_500, |chance| {
        read("t.xlsx", &mutated(XLSX, chance))
    });
    tries("xls", 3_000, |chance| read("t.xls", &mutated(XLS, chance)));
}

/// The entries of a package, one of them mutated.
fn repacked(chance: &mut Chance) -> Vec<u8> {
    let mut package = zip::ZipArchive::new(Cursor::new(XLSX)).unwrap();
    let chosen = chance.below(package.len());
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..package.len() {
        let mut entry = package.by_index(place).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if place == chosen {
            bytes = mutated(&bytes, chance);
        }
        let options = SimpleFileOptions::default();
        out.start_file(entry.name(), options).unwrap();
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn workbooks_whose_sheets_were_overwritten_are_read_or_refused() {
    tries("sheets", 1_500, |chance| read("t.xlsx", &repacked(chance)));
}

#[test]
fn tables_that_were_cut_and_overwritten_are_read_or_refused() {
    tries("markdown", 2_500, |chance| {
        read("t.md", mutated_text(MARKDOWN, chance).as_bytes());
    });
    tries("csv", 2_500, |chance| {
        let list = mutated(
            b"name,label,town\n1,\xe7\x94\xb2,a\n2,\"B, b\",\"b\"\"c\"\n",
            chance,
        );
        let source = "| survey |\n| | type | name | label |\n\
             | | select_one_from_file areas.csv | a | A |\n\
             | settings |\n| | form_id | version |\n| | t | 1 |\n";
        let source = Source::from_markdown(source).unwrap();
        if let Ok(source) = source.with_list("areas.csv", &list) {
            let _ = Form::of_source(&source);
        }
    });
    tries("compiled", 1_000, |chance| {
        let form = Form::compile(MARKDOWN).unwrap();
        let _ = Form::from_json(&mutated(&form.to_json(), chance));
    });
}

/// Every expression of the built-in forms, and some of what they do not use.
fn expressions() -> Vec<String> {
    let mut all: Vec<String> = [
        "sum(${r}/a) div count(../../r[position() > 1])",
        "indexed-repeat(${a}, ${r}, position(..) - 1)",
        "regex(., '^([a-z]+)*$') or selected-at(${m}, 2) = 'x'",
        "jr:choice-name(${o}, '${o}')",
        "instance('l')/root/item[name = current()/../o]/label",
        "format-date-time(now(), '%Y-%n-%d %H:%M:%3')",
        "area(${g}) + distance(${g}) + pow(2, 10) mod 7",
        "checklist(1, 2, 1 = 1, 2 = 3) and weighted-checklist(1, 2, 1, 3)",
        "//*[. = 'x'] | child::node()/parent::*",
        "randomize(${r}, 3)[1]/a",
    ]
    .map(str::to_owned)
    .into();
    for form in &BUILT_IN {
        let form = form.form().unwrap();
        for node in &form.definition().nodes {
            let rules = [
                &node.relevant,
                &node.constraint,
                &node.calculation,
                &node.warn,
            ];
            all.extend(rules.into_iter().flatten().cloned());
        }
    }
    all
}

/// A form that has what the expressions name, with one of them as a calculation.
fn asking(expression: &str) -> Option<Form> {
    let source = format!(
        "| survey |\n| | type | name | label | calculation |\n| | text | t | T | |\n\
         | | select_one l | o | O | |\n| | select_multiple l | m | M | |\n| | geotrace | g | G | |\n\
         | | begin repeat | r | R | |\n| | integer | a | A | |\n| | end repeat |\n\
         | | calculate | c | | {} |\n\
         | choices |\n| | list_name | name | label |\n| | l | x | X |\n| | l | y | Y |\n\
         | settings |\n| | form_id | version |\n| | t | 1 |\n",
        expression.replace('|', "\\|").replace('\n', " ")
    );
    Form::compile(&source).ok()
}

#[test]
fn expressions_that_were_cut_and_overwritten_are_evaluated_or_refused() {
    let good = expressions();
    tries("expressions", 50_000, |chance| {
        let mut text = mutated_text(&good[chance.below(good.len())], chance);
        if chance.below(4) == 0 {
            text.push_str(&mutated_text(&good[chance.below(good.len())], chance));
        }
        if let Err(error) = Expr::parse(&text) {
            assert!(error.at <= text.chars().count() + 1, "{error}");
        }
    });
    tries("evaluated", 4_000, |chance| {
        let text = mutated_text(&good[chance.below(10)], chance);
        let Some(form) = asking(&text) else { return };
        let answers = json!({"t": "x", "o": "x", "m": ["x", "y"], "g": "25 100 0 0; 26 100 0 0",
            "r": [{"a": 1}, {"a": null}, {"a": -3}]});
        let context = Context {
            chance: Some([7; 16]),
            ..Context::creating(noon())
        };
        let answers = answers.as_object().unwrap();
        let mut session = Session::open(Arc::new(form), answers, context);
        let _ = (session.set("t", &json!("y")), session.problems());
    });
}

/// A workbook of each program says the same form: cells keep their types, and a number is read as a
/// person sees it.
#[test]
fn an_excel_97_workbook_is_the_form_of_its_newer_copy_and_of_its_table() {
    let hash = |name: &str, bytes: &[u8]| {
        let source = Source::read(name, bytes).unwrap_or_else(|p| panic!("{name} {p:#?}"));
        let compiled = Form::of_source(&source);
        let form = compiled
            .form
            .unwrap_or_else(|| panic!("{name} {:#?}", compiled.problems));
        (form.hash().to_owned(), source.to_markdown())
    };
    let (old, newer) = (hash("typed.xls", XLS), hash("typed.xlsx", XLSX));
    assert_eq!(old, newer);
    assert_eq!(hash("typed.md", MARKDOWN.as_bytes()).0, newer.0);
}
