//! What a phone's cursors promise, against the server's feeds.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::model::{Compartment, Envelope, Head, RecordId};
use tanfang_core::wire::Cursor;
use tanfang_server::store::ItemRow;

use crate::house::World;
use crate::model::{Broken, Outcome, Token, broken, token_of, tokens};
use crate::phone::name;
use crate::scope::{carried_by, heads_told};

/// A cursor stands for everything before it: what came is held, and what left is held no longer, unless
/// it is the phone's own and unsent, or another feed carries it.
pub fn stand_for_all_before(world: &mut World, no: usize) -> Outcome {
    let (epoch, cursors) = world.phones[no].read(|tx| Ok((tx.enrolled()?.epoch, tx.cursors()?)))?;
    if epoch != world.epoch()? {
        return Ok(());
    }
    let (mut left, mut carried) = (BTreeSet::new(), BTreeSet::new());
    for cursor in cursors {
        let told = told(world, &cursor)?;
        let compartment = carried_by(&cursor.feed);
        left.extend(told.left.into_iter().map(|id| (id, compartment)));
        carried.extend(told.carried.into_iter().map(|id| (id, compartment)));
        for (id, due) in told.due {
            let record = world.phones[no].read(|tx| tx.record(id))?;
            let known: BTreeSet<Token> = record
                .map(|record| tokens(&record).into_values().collect())
                .unwrap_or_default();
            if let Some(token) = due.difference(&known).next() {
                let what = format!(
                    "{} {}: save {token} of {} is not held",
                    cursor.feed,
                    cursor.position,
                    world.model.name(id)
                );
                return broken("a cursor stands for all before it", what);
            }
        }
    }
    // A server that was set back has forgotten what came back after it left.
    match world.was_set_back {
        true => Ok(()),
        false => gone(world, no, left.difference(&carried)),
    }
}

/// What a feed says, in order.
#[derive(Default)]
struct Told {
    /// By record the saves before the cursor that nothing took away again.
    due: BTreeMap<RecordId, BTreeSet<Token>>,
    /// Records of which it said something since they last left.
    carried: BTreeSet<RecordId>,
    /// Records that left before the cursor and did not come back.
    left: BTreeSet<RecordId>,
}

fn told(world: &mut World, cursor: &Cursor) -> Result<Told, Broken> {
    let name = cursor.feed.to_string();
    let items = world.look(|turn| {
        let tx = turn.tx();
        let mut items = Vec::new();
        if let Some(feed) = tx.feed(&name)? {
            tx.items(feed.no, 0, None, &mut |item| {
                items.push(item);
                Ok(true)
            })?;
        }
        Ok(items)
    })?;
    let mut told = Told::default();
    for item in items {
        match item {
            ItemRow::Part {
                position,
                envelope,
                place,
                ..
            } => {
                let token = envelope_token(&envelope);
                let made = token.and_then(|token| world.model.made(token));
                let part = made.and_then(|made| made.parts.get(place as usize));
                if let (Some(token), Some(part)) = (token, part) {
                    told.comes(part.record);
                    if position <= cursor.position {
                        told.due.entry(part.record).or_default().insert(token);
                    }
                }
            }
            ItemRow::Settled { record, .. } => told.comes(record),
            // Of what has left since, the parts before are not sent.
            ItemRow::Departed { position, records } => {
                for id in records {
                    told.due.remove(&id);
                    told.carried.remove(&id);
                    if position <= cursor.position {
                        told.left.insert(id);
                    }
                }
            }
        }
    }
    Ok(told)
}

impl Told {
    fn comes(&mut self, id: RecordId) {
        self.left.remove(&id);
        self.carried.insert(id);
    }
}

fn gone<'l>(
    world: &mut World,
    no: usize,
    left: impl Iterator<Item = &'l (RecordId, Compartment)>,
) -> Outcome {
    let left: Vec<_> = left.collect();
    if left.is_empty() {
        return Ok(());
    }
    let open = world.phones[no].open()?;
    for (id, compartment) in left {
        let Some(record) = world.phones[no].read(|tx| tx.record(*id))? else {
            continue;
        };
        let saves = tokens(&record);
        let own = |head: &Head| saves.get(head).is_some_and(|token| open.contains(token));
        let mut fields = record.fields.iter();
        let stays = fields.find(|(_, register)| {
            register.compartment == *compartment && !heads_told(register).all(own)
        });
        if let Some((field, _)) = stays {
            let what = format!("{field} of {} on {}", world.model.name(*id), name(no));
            return broken("what has left a feed is not held", what);
        }
    }
    Ok(())
}

/// The save that an envelope in the server's log belongs to.
pub fn envelope_token(bytes: &[u8]) -> Option<Token> {
    rmp_serde::from_slice::<Envelope>(bytes)
        .ok()
        .as_ref()
        .and_then(token_of)
}
