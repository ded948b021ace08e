//! Expressions alone through all three: those of a list, whose known differences stand beside them
//! to the letter, and random ones, which all three must read alike.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::{Map, json};
use tanfang_core::form::{Context, Form, Session};
use tanfang_core::model::WallTime;

use crate::chance::Chance;
use crate::enketo::Enketo;
use crate::expression::{Sort, Writer};
use crate::form::{Kind, Question, Sheet};
use crate::javarosa::{JavaRosa, Refused};
use crate::known;

/// One line each: an expression and, after tabs, what JavaRosa (`J`) or Enketo (`E`) says where it
/// says something else than ours; `!` where it refuses.
const LIST: &str = include_str!("expressions.txt");

/// The questions that every expression may read, and their answers.
const ANSWERS: [(&str, Kind, &str); 10] = [
    ("n", Kind::Integer, "3"),
    ("x", Kind::Decimal, "2.5"),
    ("neg", Kind::Integer, "-4"),
    ("t", Kind::Text, "abc"),
    ("z", Kind::Text, "测试 甲"),
    ("e", Kind::Text, ""),
    ("m", Kind::Many, "a b c"),
    ("o", Kind::One, "b"),
    ("d", Kind::Date, "2024-02-29"),
    ("g", Kind::Text, "25 100 0 0"),
];
const ROWS: [(&str, &str); 3] = [("1", "x"), ("20", "y"), ("", "z")];

/// What was found.
#[derive(Debug, Default)]
pub struct Tally {
    pub listed: usize,
    pub random: usize,
    /// Differences that stand in the list.
    pub known: usize,
    pub differences: Vec<String>,
}

/// The three engines over one document.
pub struct Engines<'a> {
    java: &'a mut JavaRosa,
    enketo: Enketo,
}

impl<'a> Engines<'a> {
    /// Opens the document in both references.
    pub fn open(java: &'a mut JavaRosa, home: &std::path::Path) -> anyhow::Result<Self> {
        let opened = java.open(&sheet().xform(), false)?;
        opened.map_err(|refused| anyhow::anyhow!(refused.0))?;
        for (path, value) in steps() {
            let said = match path.ends_with(']') {
                true => java.add_row(&path)?,
                false => java.answer(&path, &value)?,
            };
            said.map_err(|refused| anyhow::anyhow!("{path}: {}", refused.0))?;
        }
        let enketo = Enketo::start(home, &document())?;
        Ok(Self { java, enketo })
    }

    /// The list, then so many random expressions.
    pub fn run(&mut self, seed: u64, random: usize) -> anyhow::Result<Tally> {
        let mut tally = Tally::default();
        let lines = LIST
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines {
            self.listed(line, &mut tally)?;
        }
        let sheet = answered_only();
        let mut chance = Chance::new(seed);
        for _ in 0..random {
            let sort = [Sort::Number, Sort::Text, Sort::Truth][chance.below(3)];
            let written = Writer::plain(&sheet, &mut chance).expression(sort);
            let text = sheet.absolute(&written);
            tally.random += 1;
            let (ours, java, enketo) = self.all(&text)?;
            for (name, theirs) in [("JavaRosa", java), ("Enketo", enketo)] {
                let theirs = shown(theirs);
                if theirs != ours && !known::same_value(&ours, &theirs, false) {
                    tally
                        .differences
                        .push(format!("{text}\n  ours {ours:?}, {name} {theirs:?}"));
                }
            }
        }
        Ok(tally)
    }

    fn listed(&mut self, line: &str, tally: &mut Tally) -> anyhow::Result<()> {
        let mut words = line.split('\t');
        let text = words.next().context("an empty line")?;
        let notes: Vec<&str> = words.collect();
        tally.listed += 1;
        let (ours, java, enketo) = self.all(text)?;
        let mut said = text.to_owned();
        for (name, theirs) in [("J", java), ("E", enketo)] {
            let theirs = shown(theirs);
            if theirs != ours {
                said.push_str(&format!("\t{name} {theirs}"));
            }
        }
        tally.known += notes.len();
        if said != line {
            tally.differences.push(format!(
                "ours {ours:?}; the list:\n{line}\nmeasured:\n{said}"
            ));
        }
        Ok(())
    }

    fn all(&mut self, text: &str) -> anyhow::Result<(String, Said, Said)> {
        let text = format!("string({text})");
        let ours = ours(&text)?;
        let java = self.java.evaluate("/data/n", &text)?;
        let enketo = self.enketo.evaluate("/data/n", &text)?;
        Ok((ours, java, enketo))
    }
}

type Said = Result<String, Refused>;

fn shown(said: Said) -> String {
    said.unwrap_or_else(|_| "!".to_owned())
}

/// What ours says: the expression is a calculation of the form.
fn ours(text: &str) -> anyhow::Result<String> {
    let mut source = sheet().xlsform();
    let calculation = format!(
        "| | calculate | out | x | | | | | {} |\n| choices |",
        text.replace('|', "\\|")
    );
    source = source.replacen("| choices |", &calculation, 1);
    let form = match Form::compile(&source) {
        Ok(form) => Arc::new(form),
        Err(_) => return Ok("!".to_owned()),
    };
    let context = Context {
        lang: "en".to_owned(),
        ..Context::creating(WallTime::beijing(1_719_806_400_000))
    };
    let mut session = Session::open(form, &Map::new(), context);
    for (path, value) in steps() {
        session.answer(&path, &json!(value))?;
    }
    let leaves = session.leaves();
    match leaves.into_iter().find(|leaf| leaf.path == "/data/out") {
        Some(leaf) => Ok(leaf.value),
        None => bail!("no answer"),
    }
}

fn sheet() -> Sheet {
    let mut questions: Vec<Question> = ANSWERS
        .iter()
        .map(|(name, kind, _)| Question::new(name, *kind, None))
        .collect();
    let repeat = questions.len();
    questions.push(Question::new("r", Kind::Repeat, None));
    questions.push(Question::new("a", Kind::Integer, Some(repeat)));
    questions.push(Question::new("b", Kind::Text, Some(repeat)));
    Sheet {
        questions,
        ..Sheet::default()
    }
}

/// Of it what is answered: of an empty answer the references think differently.
fn answered_only() -> Sheet {
    let answered = ANSWERS.iter().filter(|(_, _, answer)| !answer.is_empty());
    let questions = answered.map(|(name, kind, _)| Question::new(name, *kind, None));
    Sheet {
        questions: questions.collect(),
        ..Sheet::default()
    }
}

fn steps() -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = ANSWERS
        .iter()
        .map(|(name, _, value)| (format!("/data/{name}"), (*value).to_owned()))
        .collect();
    for (i, (a, b)) in ROWS.iter().enumerate() {
        let row = format!("/data/r[{}]", i + 1);
        steps.push((row.clone(), String::new()));
        steps.push((format!("{row}/a"), (*a).to_owned()));
        steps.push((format!("{row}/b"), (*b).to_owned()));
    }
    steps
}

/// The same as Enketo's evaluator reads it.
fn document() -> String {
    let mut xml = "<data>".to_owned();
    for (name, _, value) in ANSWERS {
        xml.push_str(&format!("<{name}>{value}</{name}>"));
    }
    for (a, b) in ROWS {
        xml.push_str(&format!("<r><a>{a}</a><b>{b}</b></r>"));
    }
    xml.push_str("</data>");
    xml
}
