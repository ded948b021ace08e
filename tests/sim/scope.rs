//! Whose rows lie where: on a phone only what its feeds carry and what it has not sent, in a page only
//! what is or was in the page's area, and no visit without its person.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::merge::{Record, Register};
use tanfang_core::model::{AREA, AreaCode, Compartment, Feed, Head, Kind, RecordId, WorkerId};
use tanfang_core::wire::{Item, Page};

use crate::house::World;
use crate::model::{Broken, Model, Outcome, Token, broken, tokens};
use crate::phone::name;

/// The records that a phone holds of those that saves of the schedule began.
pub type Held = BTreeMap<RecordId, Record>;

/// The compartment that a feed carries.
pub fn carried_by(feed: &Feed) -> Compartment {
    match feed {
        Feed::Area(_, compartment) => *compartment,
        Feed::Worker(_) => Compartment::Contact,
        Feed::Case(_) => Compartment::Protection,
    }
}

/// Every value on a phone is carried by a feed that it holds, or is its own and open.
pub fn rows(
    world: &mut World,
    no: usize,
    held: &Held,
    feeds: &BTreeSet<Feed>,
    open: &BTreeSet<Token>,
) -> Outcome {
    let helper = world.model.worker(no).id;
    for (id, record) in held {
        let homes = homes(&world.model, record);
        let mut areas = ever_in(record, &homes, &mut |id| Ok(held.get(&id).cloned()))?;
        if areas.is_empty() {
            // One compartment came before the one that says where it is.
            areas = at_server(world, *id)?;
        }
        // A server that was set back may have lost it.
        if areas.is_empty() && world.was_set_back {
            continue;
        }
        let own_people = feeds.contains(&Feed::Worker(helper)) && {
            let ever = world.model.paired.iter().filter(|of| of.worker == helper);
            world.model.is_paired(ever, record, &homes)
        };
        let saves = tokens(record);
        for (field, register) in &record.fields {
            let own = |head: &Head| saves.get(head).is_some_and(|token| open.contains(token));
            let carries = |area: &AreaCode| {
                let feed = Feed::Area(*area, register.compartment);
                feeds.contains(&feed)
            };
            let carried = match register.compartment {
                Compartment::Protection => feeds.contains(&Feed::Case(*id)),
                Compartment::Contact => own_people || areas.iter().any(carries),
                _ => areas.iter().any(carries),
            };
            if carried || heads_told(register).all(own) {
                continue;
            }
            // A late save goes where its household is now, of which the phone hears with the next page.
            let elsewhere = register.compartment != Compartment::Protection
                && at_server(world, *id)?.iter().any(carries);
            if !elsewhere {
                let what = format!("{field} of {} on {}", world.model.name(*id), name(no));
                return broken(
                    "a phone holds what its feeds carry and what is unsent",
                    what,
                );
            }
        }
    }
    Ok(())
}

/// No visit stands without those whom it names; one that is unsent keeps what its right has lost.
pub fn visits(model: &Model, no: usize, held: &Held, open: &BTreeSet<Token>) -> Outcome {
    for (id, visit) in held.iter().filter(|(_, one)| one.kind == Kind::VISIT) {
        let saves = tokens(visit);
        let names = visit.fields.iter().filter(|(field, _)| {
            let row = field.row();
            row.is_some_and(|(repeat, _)| repeat == "people") && field.leaf() == "person"
        });
        for (_, register) in names {
            for (head, told) in &register.live {
                let own = saves.get(head).is_some_and(|token| open.contains(token));
                let named = told.value.as_text().and_then(|id| id.parse().ok());
                if let Some(person) = named.filter(|id| !own && !held.contains_key(id)) {
                    let names = (model.name(*id), model.name(person));
                    let what = format!("{} without {} on {}", names.0, names.1, name(no));
                    return broken("no visit without its person", what);
                }
            }
        }
    }
    Ok(())
}

/// Each record that an answer tells of a feed is or was in the feed's area, as the server itself has it;
/// in a worker's own feed it is or was of somebody paired with the worker, in a case's the case.
pub fn pages(world: &mut World, pages: &[Page]) -> Outcome {
    let mut known: BTreeMap<RecordId, BTreeSet<AreaCode>> = BTreeMap::new();
    for page in pages {
        if carried_by(&page.feed) == Compartment::Roster {
            continue;
        }
        for item in &page.items {
            let id = match item {
                Item::Part { part, .. } => part.record,
                Item::Settled { record, .. } => record.id,
                Item::Departed { .. } => continue,
            };
            let theirs = match &page.feed {
                Feed::Area(area, _) => match known.entry(id) {
                    Entry::Occupied(known) => known.get().contains(area),
                    Entry::Vacant(new) => new.insert(at_server(world, id)?).contains(area),
                },
                Feed::Worker(helper) => ever_paired(world, *helper, id)?,
                Feed::Case(case) => *case == id,
            };
            if !theirs {
                let what = format!("{} in {}", world.model.name(id), page.feed);
                return broken("nobody sees what is not theirs", what);
            }
        }
    }
    Ok(())
}

fn ever_paired(world: &mut World, helper: WorkerId, id: RecordId) -> Result<bool, Broken> {
    let Some(record) = world.look(|turn| turn.record(id))? else {
        return Ok(false);
    };
    let homes = homes(&world.model, &record);
    let ever = world.model.paired.iter().filter(|of| of.worker == helper);
    Ok(world.model.is_paired(ever, &record, &homes))
}

fn at_server(world: &mut World, id: RecordId) -> Result<BTreeSet<AreaCode>, Broken> {
    match world.look(|turn| turn.record(id))? {
        Some(record) => {
            let homes = homes(&world.model, &record);
            ever_in(&record, &homes, &mut |id| {
                world.look(|turn| turn.record(id))
            })
        }
        None => Ok(BTreeSet::new()),
    }
}

/// Every household that a record has or had; of a pairing its person's.
fn homes(model: &Model, record: &Record) -> BTreeSet<RecordId> {
    let mut homes = said::<RecordId>(record, "household");
    let people = said::<RecordId>(record, "person");
    homes.extend(people.iter().filter_map(|person| model.homes.get(person)));
    homes
}

/// Every area in which a record is or was, by every household that it has or had.
fn ever_in(
    record: &Record,
    homes: &BTreeSet<RecordId>,
    find: &mut dyn FnMut(RecordId) -> Result<Option<Record>, Broken>,
) -> Result<BTreeSet<AreaCode>, Broken> {
    if record.kind == Kind::HOUSEHOLD {
        return Ok(said(record, AREA));
    }
    let mut areas = BTreeSet::new();
    for household in homes {
        if let Some(household) = find(*household)? {
            areas.extend(said::<AreaCode>(&household, AREA));
        }
    }
    Ok(areas)
}

/// Every value that a field has or had.
fn said<T: std::str::FromStr + Ord>(record: &Record, field: &str) -> BTreeSet<T> {
    let registers = record
        .fields
        .iter()
        .filter(|(name, _)| name.as_str() == field);
    let registers = registers.map(|(_, register)| register);
    let values = registers.flat_map(|register| {
        let past = register.past.values().flatten();
        register.live.values().chain(past)
    });
    values
        .filter_map(|told| told.value.as_text()?.parse().ok())
        .collect()
}

/// The saves whose values a register holds.
pub fn heads_told(register: &Register) -> impl Iterator<Item = &Head> {
    let past = register.past.iter().filter(|(_, told)| told.is_some());
    register.live.keys().chain(past.map(|(head, _)| head))
}
