//! The same form and the same answers through JavaRosa and through ours, step by step.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::{Map, json};
use tanfang_core::form::{Context, Form, Leaf, Session};
use tanfang_core::model::WallTime;

use crate::chance::Chance;
use crate::form::{Kind, Sheet};
use crate::javarosa::{JavaRosa, Leaves, Stands};
use crate::known;
use crate::pyxform::Pyxform;

/// What was done and found.
#[derive(Debug, Default)]
pub struct Tally {
    pub forms: usize,
    /// How many of them have rows that read other rows.
    pub neighbours: usize,
    pub steps: usize,
    pub leaves: usize,
    /// Forms that JavaRosa refused or could not go on with, and why the first was.
    pub refused: usize,
    pub first_refusal: Option<String>,
    /// How often what a filter offers was compared.
    pub offers: usize,
    /// How often a known difference was met.
    pub known: usize,
    pub differences: Vec<String>,
}

/// How many steps a form is taken through.
const STEPS: usize = 50;

/// Of so many steps JavaRosa may refuse one.
const REFUSED_OF: usize = 100;

/// Takes forms from seeds on until so many steps were compared.
pub fn run(
    java: &mut JavaRosa,
    pyxform: &mut Pyxform,
    seed: u64,
    steps: usize,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let mut next = seed;
    while tally.steps < steps {
        one(java, pyxform, next, &mut tally).with_context(|| format!("form of seed {next}"))?;
        next += 1;
        if tally.differences.len() > 20 {
            break;
        }
    }
    if tally.refused * REFUSED_OF > tally.steps {
        bail!(
            "JavaRosa refused {} of {} steps, more than one in {REFUSED_OF}: {}",
            tally.refused,
            tally.steps,
            tally.first_refusal.unwrap_or_default()
        );
    }
    Ok(tally)
}

/// One form.
pub fn one(
    java: &mut JavaRosa,
    pyxform: &mut Pyxform,
    seed: u64,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let sheet = Sheet::random(seed);
    let source = sheet.xlsform();
    let written = pyxform.with_paths(&sheet)?;
    let form = match Form::compile(&source) {
        Ok(form) => form,
        Err(problems) => bail!("ours refuses: {problems:#?}\n{source}"),
    };
    let now = WallTime::beijing(1_719_806_400_000);
    let mut ours = Session::open(Arc::new(form), &Map::new(), Context::creating(now));
    tally.forms += 1;
    tally.neighbours += usize::from(sheet.reads_neighbours);
    let mut theirs = match java.open(&written.xform(), sheet.reads_neighbours)? {
        Ok(leaves) => leaves,
        Err(refused) => {
            refuse(tally, seed, 0, refused.0);
            return Ok(());
        }
    };
    let mut chance = Chance::new(seed ^ 0x5EED);
    let mut done = Vec::new();
    for step in 0..=STEPS {
        let leaves = ours.leaves();
        let beside = Beside {
            sheet: &sheet,
            written: &written,
            ours: &ours,
            theirs: &theirs,
        };
        if let Some(difference) = beside.compared(java, &leaves, tally)? {
            let steps = done.join("\n");
            tally.differences.push(format!(
                "seed {seed}, step {step}: {difference}\n{steps}\n{source}"
            ));
            return Ok(());
        }
        if step == STEPS {
            break;
        }
        let Some((path, value)) = next_step(&sheet, &ours, &mut chance) else {
            break;
        };
        done.push(format!("{path} = {value}"));
        let answered = ours.answer(&path, &json!(value));
        answered.with_context(|| format!("ours at {path} = {value}\n{source}"))?;
        let answer = match path.ends_with(']') {
            true => java.add_row(&path)?,
            false => java.answer(&path, &value)?,
        };
        theirs = match answer {
            Ok(leaves) => leaves,
            Err(refused) => {
                refuse(
                    tally,
                    seed,
                    step,
                    format!("{path} = {value}: {}", refused.0),
                );
                return Ok(());
            }
        };
        tally.steps += 1;
    }
    Ok(())
}

fn refuse(tally: &mut Tally, seed: u64, step: usize, message: String) {
    tally.refused += 1;
    let message = format!("seed {seed}, step {step}: {message}");
    tally.first_refusal.get_or_insert(message);
}

/// One moment in both engines.
struct Beside<'a> {
    sheet: &'a Sheet,
    /// The same form with pyxform's paths.
    written: &'a Sheet,
    ours: &'a Session,
    theirs: &'a Leaves,
}

impl Beside<'_> {
    /// The first difference that is not a known one.
    fn compared(
        &self,
        java: &mut JavaRosa,
        leaves: &[Leaf],
        tally: &mut Tally,
    ) -> anyhow::Result<Option<String>> {
        for own in leaves {
            tally.leaves += 1;
            let Some(other) = self.theirs.get(&own.path) else {
                return Ok(Some(format!("JavaRosa has no {}", own.path)));
            };
            let offers = self.offers(java, own, tally)?;
            if let Some(different) = self.leaf(own, other, offers, tally) {
                return Ok(Some(format!(
                    "{different} of {}: ours {own:?}, theirs {other:?}",
                    own.path
                )));
            }
        }
        let has = |path: &&String| !leaves.iter().any(|own| own.path == **path);
        let missing = self.theirs.keys().find(has);
        Ok(missing.map(|path| format!("ours has no {path}")))
    }

    /// What differs between two leaves; `offers` are the codes that a filter offers in each.
    fn leaf(
        &self,
        own: &Leaf,
        other: &Stands,
        offers: Option<(String, String)>,
        tally: &mut Tally,
    ) -> Option<String> {
        if own.relevant != other.relevant {
            return Some("relevance".to_owned());
        }
        // What is not asked has no value to compare, and is neither required nor wrong.
        if !own.relevant {
            return None;
        }
        let mut valid = other.valid;
        if let Some((mine, theirs)) = offers {
            if mine != theirs {
                return Some(format!("the offer ({mine:?}, {theirs:?})"));
            }
            // JavaRosa clears an answer that is not offered; here it stays and is told.
            let mut chosen = own.value.split(' ').filter(|code| !code.is_empty());
            valid &= chosen.all(|code| theirs.split(' ').any(|offered| offered == code));
        }
        if (own.required, own.read_only, own.valid) != (other.required, other.read_only, valid) {
            return Some("a flag".to_owned());
        }
        if own.value == other.value {
            return None;
        }
        let is_truth = self.sheet.holds_truth(&own.path);
        if !known::same_value(&own.value, &other.value, is_truth) {
            return Some("value".to_owned());
        }
        tally.known += 1;
        None
    }

    /// The codes that a filtered select offers here and there.
    fn offers(
        &self,
        java: &mut JavaRosa,
        own: &Leaf,
        tally: &mut Tally,
    ) -> anyhow::Result<Option<(String, String)>> {
        let name = own.path.rsplit('/').next().unwrap_or_default();
        let at = self.sheet.questions.iter().position(|q| q.name == name);
        let Some(offers) = at
            .and_then(|at| self.written.offers(at))
            .filter(|_| own.relevant)
        else {
            return Ok(None);
        };
        let theirs = java.evaluate(&own.path, &offers)?;
        let theirs = theirs.map_err(|refused| anyhow::anyhow!("{offers}: {}", refused.0))?;
        // A name is its rows and itself, groups left out.
        let parts: Vec<&str> = own.path.split('/').collect();
        let rows = parts.iter().filter(|part| part.ends_with(']'));
        let field: Vec<&str> = rows.copied().chain([name]).collect();
        let rows = self.ours.choices(&field.join("."), "", usize::MAX)?;
        let mine: Vec<String> = rows.into_iter().map(|row| row.name).collect();
        tally.offers += 1;
        Ok(Some((mine.join(" "), theirs)))
    }
}

/// A random answer to what a person can answer, or a new row.
fn next_step(sheet: &Sheet, ours: &Session, chance: &mut Chance) -> Option<(String, String)> {
    let leaves = ours.leaves();
    if chance.percent(20)
        && let Some(row) = next_row(sheet, ours, chance)
    {
        return Some((row, String::new()));
    }
    let open: Vec<&Leaf> = leaves
        .iter()
        .filter(|leaf| {
            sheet
                .at_path(&leaf.path)
                .is_some_and(|q| !matches!(q.kind, Kind::Calculate(_)))
        })
        .collect();
    let leaf = chance.one(&open)?;
    let question = sheet.at_path(&leaf.path)?;
    let counts = sheet.questions.iter().any(|q| {
        q.count
            .is_some_and(|count| sheet.questions[count].name == question.name)
    });
    if counts {
        // A count only rises: JavaRosa keeps surplus rows, the specification does not.
        let now: usize = leaf.value.parse().unwrap_or(0);
        return Some((
            leaf.path.clone(),
            (now + chance.below(2)).min(now.max(4)).to_string(),
        ));
    }
    // What a trigger fills in comes again where it is cleared: it is an offer.
    if question.triggers.is_empty() && chance.percent(12) {
        return Some((leaf.path.clone(), String::new()));
    }
    let value = match question.kind {
        Kind::Integer => chance.word(&["0", "1", "2", "3", "5", "12", "25", "100"]),
        Kind::Decimal => chance.word(&["0", "0.5", "1.25", "2.5", "7", "12.75"]),
        Kind::Date => chance.word(&[
            "2024-01-31",
            "2024-02-28",
            "2024-02-29",
            "2024-03-01",
            "1999-12-31",
        ]),
        Kind::Time => chance.word(&[
            "08:30:00.000+08:00",
            "00:00:00.000+08:00",
            "23:59:59.000+08:00",
        ]),
        Kind::DateTime => chance.word(&[
            "2024-02-29T08:30:00.000+08:00",
            "2024-03-01T00:00:00.000+08:00",
            "1999-12-31T23:59:59.000+08:00",
        ]),
        Kind::Place => chance.word(&["25 100 0 0", "24.5 99.25 1500 4.5", "-33.75 151 0 10"]),
        Kind::OneOffered => chance.word(&["m1", "m2", "m3", "m6"]),
        Kind::ManyOffered => chance.word(&["m1", "m2 m3", "m4 m5 m6"]),
        Kind::One => chance.word(&["a", "b", "c"]),
        Kind::Many => chance.word(&["a", "b", "c", "a b", "b c", "a b c"]),
        _ => chance.word(&["a", "b c", "12", "true", "测试甲", "abc cab", "1.50", "x-y"]),
    };
    Some((leaf.path.clone(), value.to_owned()))
}

/// A row that a person may add: of a repeat without count that is asked.
fn next_row(sheet: &Sheet, ours: &Session, chance: &mut Chance) -> Option<String> {
    let rows = ours.rows_to_add();
    let few: Vec<String> = rows
        .into_iter()
        .filter(|path| !["[5]", "[6]"].iter().any(|end| path.ends_with(end)))
        .collect();
    debug_assert!(few.is_empty() || sheet.questions.iter().any(|q| q.kind == Kind::Repeat));
    chance.one(&few).cloned()
}
