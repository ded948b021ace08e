//! What must hold after every step. What only a healed link can bring about (that all is equal, nothing
//! unsent, every save once in the log and no update lost among all phones) is looked at by `heal`.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::merge::Record;
use tanfang_core::model::{DeviceId, Feed, Field, Head, RecordId};
use tanfang_core::store::OwnState;
use tanfang_core::wire::{Item, Page, SyncReply, SyncRequest};
use tanfang_server::store::{ItemRow, SaveNo};

use crate::cursors::envelope_token;
use crate::house::World;
use crate::model::{Model, Outcome, Token, broken, token_of, tokens};
use crate::phone::Shown;
use crate::{alone, scope, theirs};

/// After the server answered: who is answered, and with what.
pub fn answer(
    world: &mut World,
    no: usize,
    device: DeviceId,
    request: &SyncRequest,
    reply: &SyncReply,
) -> Outcome {
    if world.model.now.revoked.contains(&device) {
        return broken("a revoked phone is refused at once", "it was answered");
    }
    if let Some(before) = world.set_back
        && reply.epoch != before
    {
        world.set_back = None;
    }
    let told = world.model.now.told.entry(device).or_default();
    if reply.through < *told {
        let what = format!("through {} after {told}", reply.through);
        return broken("what the server acknowledged it has", what);
    }
    *told = reply.through;
    let proof = request.acknowledged.as_ref();
    if proof.is_some_and(|shown| shown.epoch == reply.epoch && shown.through > reply.through) {
        let what = "a phone proved that the server was set back, and the history goes on";
        return broken("a rollback that a phone proves opens a new history", what);
    }
    let worker = world.model.worker(no).clone();
    let cases = theirs::cases(world, &worker)?;
    let may = |feed: &Feed| worker.may_hold(feed, &cases);
    in_log(world, device, request, reply)?;
    feeds(world, &may, reply)?;
    for page in &reply.pages {
        let known = request.epoch == Some(reply.epoch);
        let mut cursors = request.cursors.iter().filter(|_| known);
        let cursor = cursors.find(|c| c.feed == page.feed);
        self::page(&world.model, &may, page, cursor.map(|c| c.position))?;
    }
    scope::pages(world, &reply.pages)?;
    for offer in &reply.snapshots {
        if !may(&offer.feed) {
            let what = format!("a snapshot of {}", offer.feed);
            return broken("nobody sees what is not theirs", what);
        }
    }
    ahead(world, &may, request, reply)?;
    once(world)
}

/// Everything through the number that is acknowledged is in the log, and what was pushed is there as it
/// was pushed, under no other number beside.
fn in_log(
    world: &mut World,
    device: DeviceId,
    request: &SyncRequest,
    reply: &SyncReply,
) -> Outcome {
    const RULE: &str = "what the server acknowledged it has";
    let from = request.push.as_ref().map_or(u64::MAX, |push| push.from);
    let (known, mut pushed) = world.look(|turn| {
        let tx = turn.tx();
        let (mut known, mut pushed) = (0, BTreeMap::new());
        let Some(row) = tx.device_by_id(device)? else {
            return Ok((known, pushed));
        };
        for seq in 1..=reply.through {
            let Some(received) = tx.received(row.no, seq)? else {
                continue;
            };
            known += 1;
            if seq >= from {
                let stored = tx.save(received.no)?;
                pushed.insert(seq, stored.map(|(_, stored)| stored.envelope));
            }
        }
        Ok((known, pushed))
    })?;
    if known != reply.through {
        return broken(RULE, format!("{known} of {}", reply.through));
    }
    for save in request.push.iter().flat_map(|push| &push.saves) {
        let head = save.envelope.head;
        let Some(token) = token_of(&save.envelope).filter(|_| head.seq <= reply.through) else {
            continue;
        };
        let there = pushed.remove(&head.seq).flatten();
        if there.and_then(|bytes| envelope_token(&bytes)) != Some(token) {
            return broken(RULE, format!("save {token} is not there"));
        }
        let known = world.model.now.logged.insert(token, head);
        let twice = known.is_some_and(|known| known != head);
        if twice && !world.model.renumbered.contains(&token) {
            return broken("a save has its effect once", format!("save {token}"));
        }
    }
    Ok(())
}

/// What is still to come is counted over the feeds that the worker may hold.
fn ahead(
    world: &mut World,
    may: &dyn Fn(&Feed) -> bool,
    request: &SyncRequest,
    reply: &SyncReply,
) -> Outcome {
    let rows = world.look(|turn| turn.tx().feeds())?;
    let mut due = 0;
    for row in rows {
        let Some(feed) = row.name.parse().ok().filter(may) else {
            continue;
        };
        let page = reply.pages.iter().find(|page| page.feed == feed);
        let known = request.epoch == Some(reply.epoch);
        let mut cursors = request.cursors.iter().filter(|_| known);
        let cursor = cursors.find(|c| c.feed == feed && c.position <= row.last);
        let reached = page.map_or(cursor.map_or(0, |c| c.position), |page| page.position);
        due += row.last.saturating_sub(reached);
    }
    if reply.ahead.is_some_and(|told| told != due) {
        let what = format!("{:?} of {due} items to come", reply.ahead);
        return broken("no count tells of what is not theirs", what);
    }
    Ok(())
}

/// The feeds that the answer names are those that the worker may hold, by our own reckoning.
fn feeds(world: &mut World, may: &dyn Fn(&Feed) -> bool, reply: &SyncReply) -> Outcome {
    let all = world.look(|turn| turn.tx().feeds())?;
    let may: BTreeSet<Feed> = all
        .into_iter()
        .filter_map(|row| row.name.parse().ok())
        .filter(may)
        .collect();
    let named: BTreeSet<Feed> = reply.feeds.iter().cloned().collect();
    if let Some(feed) = named.difference(&may).next() {
        return broken("nobody sees what is not theirs", format!("feed {feed}"));
    }
    if let Some(feed) = may.difference(&named).next() {
        return broken("everybody sees what is theirs", format!("feed {feed}"));
    }
    Ok(())
}

/// A page goes on where the cursor is, rises, and holds what its feed carries, unaltered.
fn page(model: &Model, may: &dyn Fn(&Feed) -> bool, page: &Page, cursor: Option<u64>) -> Outcome {
    if !may(&page.feed) {
        return broken(
            "nobody sees what is not theirs",
            format!("page of {}", page.feed),
        );
    }
    let rule = "a page goes on after the cursor";
    if cursor.is_some_and(|at| page.after != at && page.after != 0) {
        return broken(rule, format!("{} after {}", page.feed, page.after));
    }
    let mut last = page.after;
    for item in &page.items {
        if item.position() <= last || item.position() > page.position {
            return broken(rule, format!("{} has {} again", page.feed, item.position()));
        }
        last = item.position();
        let compartment = scope::carried_by(&page.feed);
        match item {
            Item::Part { envelope, part, .. } => {
                let made = token_of(envelope).and_then(|token| model.made(token));
                let same = |made: &crate::model::Made| {
                    made.parts.iter().any(|said| {
                        let as_said = said.writes.iter().zip(&part.writes);
                        let mut as_said = as_said.map(|(a, b)| a.value == b.value);
                        said.record == part.record && said.row == part.row && as_said.all(|s| s)
                    })
                };
                if part.compartment != compartment || made.is_some_and(|made| !same(made)) {
                    return broken("a part travels unaltered", format!("in {}", page.feed));
                }
            }
            Item::Settled { record, .. } => {
                let mut fields = record.fields.values();
                if fields.any(|register| register.compartment != compartment) {
                    let what = format!("{} carries another compartment", page.feed);
                    return broken("nobody sees what is not theirs", what);
                }
            }
            Item::Departed { .. } => {}
        }
    }
    Ok(())
}

/// No part stands twice in a feed.
fn once(world: &mut World) -> Outcome {
    let twice = world.look(|turn| {
        let tx = turn.tx();
        for feed in tx.feeds()? {
            let mut seen: BTreeSet<(SaveNo, u32)> = BTreeSet::new();
            let mut twice = false;
            tx.items(feed.no, 0, None, &mut |item| {
                if let ItemRow::Part { save, place, .. } = item {
                    twice |= !seen.insert((save, place));
                }
                Ok(true)
            })?;
            if twice {
                return Ok(Some(feed.name));
            }
        }
        Ok(None)
    })?;
    match twice {
        Some(feed) => broken("a save has its effect once", format!("twice in {feed}")),
        None => Ok(()),
    }
}

/// On a phone: what was saved is there; what is unsent is in its records; nothing older is shown
/// than was shown before.
pub fn phone(world: &mut World, no: usize) -> Outcome {
    let ids: Vec<RecordId> = world.model.records.iter().map(|(id, _)| *id).collect();
    let phone = &mut world.phones[no];
    let (mine, records, feeds) = phone.read(|tx| {
        let open: BTreeMap<u64, OwnState> =
            tx.outbox()?.into_iter().map(|s| (s.seq, s.state)).collect();
        let mut mine: Vec<(Token, Head, Option<OwnState>)> = Vec::new();
        for seq in 1..=tx.tip()?.seq {
            if let Some(save) = tx.own_save(seq)?
                && let Some(token) = token_of(&save.envelope)
            {
                mine.push((token, save.envelope.head, open.get(&seq).copied()));
            }
        }
        let mut records = scope::Held::new();
        for id in ids {
            records.extend(tx.record(id)?.map(|record| (id, record)));
        }
        let feeds: BTreeSet<Feed> = tx.cursors()?.into_iter().map(|held| held.feed).collect();
        Ok((mine, records, feeds))
    })?;
    let held: BTreeSet<Token> = mine.iter().map(|(token, ..)| *token).collect();
    let model = &mut world.model;
    for (at, made) in model.made.iter().enumerate() {
        let token = at as Token + 1;
        let gone = made.phone == no && !held.contains(&token);
        if gone && !model.renumbered.contains(&token) && !model.heard.contains(&token) {
            return broken("what is saved stays", format!("save {token} is gone"));
        }
    }
    let open: BTreeSet<Token> = mine
        .iter()
        .filter(|(.., s)| s.is_some())
        .map(|(t, ..)| *t)
        .collect();
    for (token, head, state) in mine {
        if state.is_none() {
            model.heard.insert(token);
        } else if let Some(made) = model.made(token) {
            for wrote in &made.wrote {
                let register = records
                    .get(&wrote.record)
                    .and_then(|r| r.fields.get(&wrote.field));
                let known = register
                    .is_some_and(|r| r.live.contains_key(&head) || r.past.contains_key(&head));
                if !known {
                    let what = format!(
                        "save {token}: {} of {}",
                        wrote.field,
                        model.name(wrote.record)
                    );
                    return broken("what is unsent is shown", what);
                }
            }
        }
    }
    let mut now = Shown::new();
    for (id, record) in &records {
        let tokens = tokens(record);
        for (field, register) in &record.fields {
            let of = |heads: Vec<&Head>| {
                heads
                    .iter()
                    .filter_map(|h| tokens.get(h).copied())
                    .collect()
            };
            let past = register.past.iter();
            let told = past
                .filter(|(_, told)| told.is_some())
                .map(|(head, _)| head);
            let live = of(register.live.keys().collect());
            now.insert((*id, field.clone()), (live, of(told.collect())));
        }
    }
    // What settled itself is lost with a server that is set back. It leaves alone what is void; while
    // nobody has proved it, what it chose anew may come before what it chose between; and of a record
    // that has left the phone stands what is offered again, without the choice that came after it.
    let unproved = world.set_back.is_some();
    let chosen_anew = |id: &RecordId, field: &Field, pruned: bool| {
        let void = records.get(id).is_some_and(Record::is_void);
        let by_itself = [alone::LATEST, alone::UNION].contains(&field.as_str());
        by_itself && (unproved || world.was_set_back && (void || pruned))
    };
    not_older(model, &phone.shown, &now, &open, &chosen_anew)?;
    phone.shown = now;
    scope::rows(world, no, &records, &feeds, &open)
}

/// After a conversation that came to its end no visit stands without its person. Within one a household
/// that moves between two areas of one phone may have left the first and not yet come in the second,
/// where the answers are cut between them.
pub fn complete(world: &mut World, no: usize) -> Outcome {
    let ids: Vec<RecordId> = world.model.records.iter().map(|(id, _)| *id).collect();
    let records = world.phones[no].read(|tx| {
        let mut records = scope::Held::new();
        for id in ids {
            records.extend(tx.record(id)?.map(|record| (id, record)));
        }
        Ok(records)
    })?;
    let open = world.phones[no].open()?;
    scope::visits(&world.model, no, &records, &open)
}

/// No feed had to be pulled again because its digest was another than the server's.
pub fn agrees(world: &mut World, no: usize) -> Outcome {
    let again = world.phones[no].read(|tx| tx.feeds_pulled_again())?;
    match again.first() {
        Some(feed) => broken("the digests of both ends agree", feed.to_string()),
        None => Ok(()),
    }
}

/// What was superseded stays so, and nothing that was shown is forgotten while its field is held.
/// Of a record whose right has ended only what is unsent stays.
fn not_older(
    model: &Model,
    before: &Shown,
    now: &Shown,
    open: &BTreeSet<Token>,
    chosen_anew: &dyn Fn(&RecordId, &Field, bool) -> bool,
) -> Outcome {
    for ((id, field), (live, past)) in now {
        let Some((was_live, was_past)) = before.get(&(*id, field.clone())) else {
            continue;
        };
        let known = |token: &Token| live.contains(token) || past.contains(token);
        let pruned = live.is_subset(open);
        let lost = was_live
            .union(was_past)
            .find(|token| !pruned && !known(token));
        let older = was_past.iter().find(|token| {
            live.contains(token)
                && !past.contains(token)
                && !model.renumbered.contains(token)
                && !chosen_anew(id, field, pruned)
        });
        let found = lost.map(|token| (token, "is forgotten"));
        let found = found.or(older.map(|token| (token, "stands again")));
        if let Some((token, how)) = found {
            let what = format!("{field} of {}: save {token} {how}", model.name(*id));
            return broken("a phone never shows less or older than it has shown", what);
        }
    }
    Ok(())
}
