//! What settles itself by a form's policy: `latest` and `union`, by our own reckoning of who said
//! what when and what they had seen.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::merge::Record;
use tanfang_core::model::{Compartment, Field, FormRef, Kind, RecordId, Value, Write};
use tanfang_core::policy::is_automatic;

use crate::drafts::known;
use crate::event::Act;
use crate::house::World;
use crate::model::{Broken, Model, Outcome, Token, broken, tokens};
use crate::phone::{Draft, Phone, part, write};

/// The field whose form says `latest`.
pub const LATEST: &str = "nickname";
/// The field whose form says `union`.
pub const UNION: &str = "needs";
/// How far ahead of its receipt a stamp may order: 24 hours (`sync.md`).
const DAY_MILLIS: i64 = 86_400_000;
/// The codes that a need may have.
const CODES: [&str; 5] = ["bath", "meal", "talk", "walk", "wash"];
/// What every card begins with, so that there is something that all have seen.
const FIRST: &str = CODES[1];

const RULE: &str = "what settles itself is settled by what was said";

type Codes = BTreeSet<String>;

/// What a new card says of needs.
pub fn first_needs() -> Value {
    list([FIRST.to_owned()])
}

fn list(codes: impl IntoIterator<Item = String>) -> Value {
    let all: Vec<Value> = codes.into_iter().map(Value::text).collect();
    match all.is_empty() {
        true => Value::Null,
        false => Value::List(all),
    }
}

fn codes(value: &Value) -> Codes {
    let Value::List(list) = value else {
        return Codes::new();
    };
    let texts = list.iter().filter_map(Value::as_text);
    texts.map(str::to_owned).collect()
}

/// A need is ticked, or not any more; or what the server chose by itself is taken back.
pub fn draft(record: &Record, act: Act) -> Option<(Write, &'static str)> {
    let field = Field::parse(UNION).expect("a field's name");
    let register = record.fields.get(&field)?;
    match act {
        Act::TakeBack { pick } => {
            let chosen = register.live.iter().find(|(head, _)| {
                let origin = record.origins.get(head);
                origin.is_some_and(|origin| is_automatic(&origin.envelope))
            });
            let (_, told) = chosen?;
            let between: Vec<&Value> = told
                .seen
                .iter()
                .filter_map(|head| Some(&register.told_by(*head)?.value))
                .collect();
            let one = *between.get(pick as usize % between.len().max(1))?;
            let write = write(Some(record), UNION, one.clone());
            Some((write, "takes back what settled itself"))
        }
        Act::Tick { pick } => {
            let mut ticked = codes(record.shown(&field)?);
            let code = CODES[(pick >> 4) as usize % CODES.len()].to_owned();
            if !ticked.remove(&code) {
                ticked.insert(code);
            }
            Some((write(Some(record), UNION, list(ticked)), "ticks a need"))
        }
        _ => None,
    }
}

/// Of a field whose form says `latest` one value stands: the one that was said last.
pub fn latest(world: &mut World, id: RecordId, field: &Field, told: &BTreeSet<Token>) -> Outcome {
    let record = there(world, id)?;
    let tokens = tokens(&record);
    // In the order that is shown: a clock far ahead is held to a day after the receipt.
    let said = |token: &Token| {
        let stamp = world.model.made(*token)?.stamp;
        let heard = record.origins.iter();
        let heard = heard.filter(|(head, _)| tokens.get(head) == Some(token));
        let bounded = heard.map(|(_, origin)| match origin.received_at {
            Some(at) => stamp.millis.min(at + DAY_MILLIS),
            None => stamp.millis,
        });
        Some((bounded.max().unwrap_or(stamp.millis), stamp.counter))
    };
    let last = told.iter().filter_map(said).max();
    let latest = |token: &&Token| said(token) == last;
    let latest: BTreeSet<String> = told
        .iter()
        .filter(latest)
        .map(|t| format!("t{t}"))
        .collect();
    if left_alone(world, &record) {
        return Ok(());
    }
    // A phone that enrolled again may have said it twice: equal values are one.
    let values = standing(&record, field).len();
    let stands = record.text(LATEST).map(str::to_owned).unwrap_or_default();
    if values != 1 || !latest.contains(&stands) {
        let what = format!(
            "{field} of {}: {values} stand, {stands} for {latest:?}",
            world.model.name(id)
        );
        return broken(RULE, what);
    }
    Ok(())
}

/// Of a field whose form says `union` every tick that nobody took off stands, and none that somebody
/// took off who knew of it; who knew of everything that was said is right. Where all had seen the same
/// and nothing else, it is the three-way union and nothing else.
pub fn union(world: &mut World, id: RecordId, field: &Field, told: &BTreeSet<Token>) -> Outcome {
    let record = there(world, id)?;
    // What a phone tells anew under another id stands beside itself, and counts as one.
    let anew = told.iter().any(|t| world.model.renumbered.contains(t));
    if left_alone(world, &record) || anew {
        return Ok(());
    }
    let said = said(&world.model, id, field, told);
    let stand: Vec<Codes> = standing(&record, field).iter().map(codes).collect();
    let all: Codes = stand.iter().flatten().cloned().collect();
    let found = exactly(&said).filter(|due| stand != [due.clone()]);
    let found = found.map(|due| format!("{stand:?} for {due:?}"));
    let found = found.or_else(|| lost(&said, &all));
    let found = found.or_else(|| match stand.len() {
        1 => back(&said, &all),
        // Rivals without one value that all had seen are for a person.
        _ => None,
    });
    match found {
        Some(what) => broken(RULE, format!("{field} of {}: {what}", world.model.name(id))),
        None => Ok(()),
    }
}

/// What one save did to the list.
struct Said {
    token: Token,
    knew: BTreeSet<Token>,
    value: Codes,
    added: Codes,
    taken: Codes,
}

fn said(model: &Model, id: RecordId, field: &Field, told: &BTreeSet<Token>) -> Vec<Said> {
    let mut said = Vec::new();
    for token in told {
        let wrote = model.made(*token).into_iter().flat_map(|made| &made.wrote);
        for wrote in wrote.filter(|wrote| wrote.record == id && wrote.field == *field) {
            let stood: Vec<Codes> = wrote.stood.iter().map(codes).collect();
            let value = codes(&wrote.value);
            let by_all = |code: &&String| stood.iter().all(|codes| codes.contains(*code));
            let kept: Codes = value.iter().filter(by_all).cloned().collect();
            said.push(Said {
                token: *token,
                knew: wrote.knew.clone(),
                added: match stood.is_empty() {
                    true => value.clone(),
                    false => value.difference(&kept).cloned().collect(),
                },
                taken: stood
                    .iter()
                    .flatten()
                    .filter(|c| !value.contains(*c))
                    .cloned()
                    .collect(),
                value,
            });
        }
    }
    said
}

/// What must stand exactly: what somebody said who knew of everything, or the three-way union of those
/// who had all seen one value and nothing else.
fn exactly(said: &[Said]) -> Option<Codes> {
    let others = |one: &Said| said.iter().filter(|of| of.token != one.token).count();
    let mut knowing = said.iter().filter(|one| {
        let known = said.iter().filter(|of| one.knew.contains(&of.token));
        known.count() == others(one)
    });
    if let Some(one) = knowing.next() {
        return Some(one.value.clone());
    }
    let (first, rest) = said.split_first()?;
    let only_first = |one: &Said| one.knew == BTreeSet::from([first.token]);
    if !first.knew.is_empty() || !rest.iter().all(only_first) {
        return None;
    }
    let by_all = |code: &&String| rest.iter().all(|one| one.value.contains(*code));
    let kept = first.value.iter().filter(by_all);
    let added = rest.iter().flat_map(|one| &one.added);
    Some(kept.chain(added).cloned().collect())
}

fn lost(said: &[Said], all: &Codes) -> Option<String> {
    let taken: Codes = said.iter().flat_map(|one| one.taken.clone()).collect();
    let mut added = said.iter().flat_map(|one| &one.added);
    let lost = added.find(|code| !taken.contains(*code) && !all.contains(*code))?;
    Some(format!(
        "{lost} was ticked, taken off by nobody, and is gone"
    ))
}

fn back(said: &[Said], all: &Codes) -> Option<String> {
    let mut by: BTreeMap<&String, BTreeSet<Token>> = BTreeMap::new();
    for one in said {
        for code in &one.added {
            by.entry(code).or_default().insert(one.token);
        }
    }
    let over = |code: &&String| {
        let ticked = by.get(*code).cloned().unwrap_or_default();
        let mut takers = said.iter().filter(|one| one.taken.contains(*code));
        ticked.is_empty() || takers.any(|one| ticked.is_subset(&one.knew))
    };
    let back = all.iter().find(over)?;
    Some(format!(
        "{back} was taken off by who knew of it, and stands"
    ))
}

fn there(world: &mut World, id: RecordId) -> Result<Record, Broken> {
    match world.look(|turn| turn.record(id))? {
        Some(record) => Ok(record),
        None => broken(
            "no update is lost",
            format!("{} is not there", world.model.name(id)),
        ),
    }
}

/// A record that is taken out is left as it is; a server that was set back chooses anew.
fn left_alone(world: &World, record: &Record) -> bool {
    record.is_void() || world.was_set_back
}

/// The values that stand, equal ones as one.
fn standing(record: &Record, field: &Field) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    let live = record.fields.get(field).into_iter();
    for told in live.flat_map(|register| register.live.values()) {
        if !values.contains(&told.value) {
            values.push(told.value.clone());
        }
    }
    values
}

/// A need ticked, or a choice taken back, of some person whom the phone holds.
pub fn of_person(
    phone: &mut Phone,
    model: &Model,
    form: Option<FormRef>,
    act: Act,
) -> Result<Option<Draft>, Broken> {
    let (Act::Tick { pick } | Act::TakeBack { pick }) = act else {
        return Ok(None);
    };
    let Some(person) = known(phone, model, &Kind::PERSON, pick)? else {
        return Ok(None);
    };
    let Some((write, words)) = draft(&person, act) else {
        return Ok(None);
    };
    let of = Compartment::Contact;
    Ok(Some(Draft {
        parts: vec![part(person.id, Kind::PERSON, of, false, vec![write])],
        form,
        photo: None,
        words: format!("{words} of {}", model.name(person.id)),
    }))
}
