//! The end of every schedule: the link heals, and within three rounds all is equal.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::merge::Record;
use tanfang_core::model::{AreaCode, Compartment, Feed, Field, RecordId};
use tanfang_core::store::{Listing, OwnState};
use tanfang_core::sync::Limits;
use tanfang_server::store::SaveState;

use crate::cursors::{envelope_token, stand_for_all_before};
use crate::desk::enrol_again;
use crate::event::PHONES;
use crate::house::World;
use crate::model::{Broken, Outcome, Token, broken, tokens};
use crate::phone::name;
use crate::talk::End;
use crate::theirs::visible;
use crate::{alone, check};

const ROUNDS: usize = 3;

/// Heals, and looks at everything.
pub fn heal(world: &mut World) -> Outcome {
    for round in 1..=ROUNDS {
        for no in 0..PHONES {
            world.phones[no].limits = Limits::default();
            // In the end every app is updated.
            world.phones[no].old &= round == 1;
            world.phones[no].trouble_disk(None)?;
            let mut end = world.sync(no)?;
            if end == End::NotOurs {
                enrol_again(world, no, false)?;
                end = world.sync(no)?;
            }
            if end != End::Complete {
                let what = format!(
                    "{} in round {round}: {end:?} {}",
                    name(no),
                    world.phones[no].trouble
                );
                return broken("a phone with a link comes to an end", what);
            }
            world.heard(no)?;
            let driven = world.drive(no, None)?;
            if driven != End::Complete {
                let what = format!("{} in round {round}: {driven:?} in full", name(no));
                return broken("a phone with a link comes to an end", what);
            }
            check::complete(world, no)?;
        }
    }
    audited(world)?;
    let log = log(world)?;
    every_save_once(world, &log)?;
    no_lost_update(world, &log)?;
    for no in 0..PHONES {
        equal(world, no, &log)?;
        stand_for_all_before(world, no)?;
        agreed(world, no, &log)?;
        world.photos_are_where_they_belong(no)?;
        world.papers_are_the_servers(no)?;
    }
    Ok(())
}

/// Of each record by its place in the story which saves stand in which field: rows without their
/// ids, and nothing of fields that settle themselves: one by clocks, one by what workers ticked who
/// were shown one rival or another by clocks.
pub type State = Vec<(usize, String, BTreeSet<Token>)>;

/// What stands at the end.
pub fn end_state(world: &mut World) -> Result<State, Broken> {
    let mut state = State::new();
    for (at, (id, _)) in world.model.records.clone().into_iter().enumerate() {
        let Some(record) = world.look(|turn| turn.record(id))? else {
            continue;
        };
        let tokens = tokens(&record);
        for (field, register) in &record.fields {
            let live = register.live.keys();
            let live = live.filter_map(|head| tokens.get(head).copied()).collect();
            if ![alone::LATEST, alone::UNION].contains(&field.as_str()) {
                state.push((at, field.leaf().to_owned(), live));
            }
        }
    }
    state.sort();
    Ok(state)
}

/// How each save stands in the server's log, by token: every number under which it is there.
type Log = BTreeMap<Token, Vec<SaveState>>;

fn log(world: &mut World) -> Result<Log, Broken> {
    let devices = world.model.devices.clone();
    world.look(|turn| {
        let tx = turn.tx();
        let mut log = Log::new();
        for device in devices {
            let Some(row) = tx.device_by_id(device)? else {
                continue;
            };
            for seq in 1..=row.through {
                let Some(received) = tx.received(row.no, seq)? else {
                    continue;
                };
                let envelope = tx.save(received.no)?.map(|(_, stored)| stored.envelope);
                if let Some(token) = envelope.as_deref().and_then(envelope_token) {
                    log.entry(token).or_default().push(received.state);
                }
            }
        }
        Ok(log)
    })
}

/// The audit names every enrolment and revocation that was answered, in order.
fn audited(world: &mut World) -> Outcome {
    let due = world.model.now.audited.clone();
    let noted: Vec<String> = world.look(|turn| {
        let rows = turn.tx().audit()?.into_iter().map(|row| row.verb);
        Ok(rows.filter(|verb| due.contains(&verb.as_str())).collect())
    })?;
    if noted != due {
        let what = format!("{} of {} entries", noted.len(), due.len());
        return broken("the audit names what was answered", what);
    }
    Ok(())
}

/// Every save is in the log, once, and none is refused; one waits only where a server was set back and
/// nobody has done again what it needs. One whose phone was revoked and enrolled again after that may
/// stand refused (ADR 0024).
fn every_save_once(world: &mut World, log: &Log) -> Outcome {
    for token in 1..=world.model.made.len() as Token {
        let states = log.get(&token).map(Vec::as_slice).unwrap_or_default();
        let again = world.model.renumbered.contains(&token);
        match states {
            [] => return broken("no save is lost", format!("save {token} is not in the log")),
            [_, _, ..] if !again => {
                return broken(
                    "a save has its effect once",
                    format!("save {token} is in the log twice"),
                );
            }
            _ => {}
        }
        let excused = |s: &SaveState| {
            world.was_set_back && (*s == SaveState::Waiting || again && *s == SaveState::Refused)
        };
        if states
            .iter()
            .any(|s| *s != SaveState::Accepted && !excused(s))
        {
            return broken(
                "a save within its author's rights is accepted",
                format!("save {token}"),
            );
        }
    }
    Ok(())
}

/// Each value written stands, was superseded by somebody who had seen it, or is a listed rival;
/// and nothing that was superseded came back.
fn no_lost_update(world: &mut World, log: &Log) -> Outcome {
    let accepted = |token: Token| {
        log.get(&token)
            .is_some_and(|s| s.contains(&SaveState::Accepted))
    };
    let mut wrote: BTreeMap<(RecordId, Field), (BTreeSet<Token>, BTreeSet<Token>)> =
        BTreeMap::new();
    for (at, made) in world.model.made.iter().enumerate() {
        let token = at as Token + 1;
        for write in made.wrote.iter().filter(|_| accepted(token)) {
            let of = wrote
                .entry((write.record, write.field.clone()))
                .or_default();
            of.0.insert(token);
            of.1.extend(&write.seen);
        }
    }
    for ((id, field), (told, seen)) in wrote {
        match field.as_str() {
            alone::LATEST => {
                alone::latest(world, id, &field, &told)?;
                continue;
            }
            alone::UNION => {
                alone::union(world, id, &field, &told)?;
                continue;
            }
            _ => {}
        }
        let record = world.look(|turn| turn.record(id))?;
        let Some(record) = record else {
            return broken(
                "no update is lost",
                format!("{} is not there", world.model.name(id)),
            );
        };
        let tokens = tokens(&record);
        let heads = record.heads(&field);
        let live: BTreeSet<Token> = heads
            .iter()
            .filter_map(|h| tokens.get(h).copied())
            .collect();
        let due: BTreeSet<Token> = told.difference(&seen).copied().collect();
        if let Some(token) = due.difference(&live).next() {
            let what = format!(
                "{field} of {}: save {token} was seen by nobody and is gone",
                world.model.name(id)
            );
            return broken("no update is lost", what);
        }
        let back = live
            .difference(&due)
            .find(|t| !world.model.renumbered.contains(t));
        if let Some(token) = back {
            let what = format!(
                "{field} of {}: save {token} was superseded and stands again",
                world.model.name(id)
            );
            return broken("what was superseded stays so", what);
        }
    }
    Ok(())
}

/// A phone holds exactly what the server has for its worker.
fn equal(world: &mut World, no: usize, log: &Log) -> Outcome {
    let worker = world.model.worker(no).clone();
    let mut unjudged = apart(world, log);
    unjudged.extend(told_anew(world));
    for (id, kind) in world.model.records.clone() {
        if unjudged.contains(&id) {
            continue;
        }
        let whole = world.look(|turn| turn.record(id))?;
        let due = match &whole {
            Some(whole) => visible(world, &worker, whole)?,
            None => Record::new(id, kind),
        };
        let held = world.phones[no].read(|tx| tx.record(id))?;
        let held = held.unwrap_or_else(|| Record::new(id, due.kind.clone()));
        if let Some(field) = difference(&due, &held) {
            let what = format!("{field} of {} on {}", world.model.name(id), name(no));
            return broken("every phone holds what the server has", what);
        }
    }
    let (open, epoch) = world.phones[no].read(|tx| Ok((tx.outbox()?, tx.enrolled()?.epoch)))?;
    if epoch != world.epoch()? {
        let what = name(no);
        return broken("every phone knows the server's history", what);
    }
    let unsent = open.iter().any(|save| save.state == OwnState::Unsent);
    let again = !world.model.renumbered.is_empty();
    let excused = |state: OwnState| {
        world.was_set_back && (state == OwnState::Waiting || again && state == OwnState::Refused)
    };
    let refused = open.iter().any(|save| !excused(save.state));
    if unsent || refused {
        let what = format!("{} on {}", open.len(), name(no));
        return broken("nothing stays unsent", what);
    }
    Ok(())
}

/// Records of which some save stands refused or waiting: phones and server differ in them.
fn apart(world: &World, log: &Log) -> BTreeSet<RecordId> {
    let mut apart = BTreeSet::new();
    for (at, made) in world.model.made.iter().enumerate() {
        let states = log
            .get(&(at as Token + 1))
            .map(Vec::as_slice)
            .unwrap_or_default();
        if states.iter().any(|state| *state != SaveState::Accepted) {
            apart.extend(made.parts.iter().map(|part| part.record));
        }
    }
    apart
}

/// Records that a phone told anew under another id while nobody had proved the rollback: who heard
/// them before holds them twice over, alike, and says so until another history begins (ADR 0024).
fn told_anew(world: &World) -> BTreeSet<RecordId> {
    let tokens = world.model.renumbered.iter();
    let tokens = tokens.filter(|_| world.set_back.is_some());
    let saves = tokens.filter_map(|token| world.model.made(*token));
    saves
        .flat_map(|made| made.parts.iter().map(|part| part.record))
        .collect()
}

/// No feed's digest differs. A server that was set back has lost what an altered app said, which
/// nobody offers again: phones go on saying that they hold more of the area where it spoke. While no
/// phone has proved the rollback, they say that they hold more of the roster, too.
fn agreed(world: &mut World, no: usize, log: &Log) -> Outcome {
    let unjudged =
        world.was_set_back && !apart(world, log).is_empty() || !told_anew(world).is_empty();
    let (feeds, again) =
        world.phones[no].read(|tx| Ok((tx.feeds_apart()?, tx.feeds_pulled_again()?)))?;
    let unoffered = match world.was_set_back {
        true => unoffered(world, no)?,
        false => BTreeSet::new(),
    };
    let unproved = world.set_back.is_some();
    let lost = |feed: &Feed| match feed {
        Feed::Area(_, Compartment::Roster) if unproved => true,
        Feed::Area(area, _) => unoffered.contains(area),
        _ => false,
    };
    let apart = feeds.into_iter().map(|end| end.feed).chain(again);
    let mut apart = apart.filter(|feed| !(world.was_set_back && lost(feed)));
    if let Some(feed) = apart.next().filter(|_| !unjudged) {
        let what = format!("{feed} on {}", name(no));
        return broken("the digests of both ends agree", what);
    }
    Ok(())
}

/// The areas of what a phone holds, the server does not, and none of our phones made.
fn unoffered(world: &mut World, no: usize) -> Result<BTreeSet<AreaCode>, Broken> {
    let lines = world.phones[no].read(|tx| tx.lines(&Listing::default()))?;
    let mut areas = BTreeSet::new();
    for line in lines {
        let ours = world.model.records.iter().any(|(id, _)| *id == line.id);
        if !ours && world.look(|turn| turn.record(line.id))?.is_none() {
            areas.extend(line.area.and_then(|area| area.parse::<AreaCode>().ok()));
        }
    }
    Ok(areas)
}

fn difference(due: &Record, held: &Record) -> Option<Field> {
    let fields = due.fields.keys().chain(held.fields.keys());
    let mut fields = fields.filter(|field| due.fields.get(*field) != held.fields.get(*field));
    fields.next().cloned()
}
