//! What a phone's cursors promise, against the server's feeds.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::model::{Envelope, Feed, RecordId};
use tanfang_server::store::ItemRow;

use crate::house::World;
use crate::model::{Outcome, Token, broken, token_of, tokens};

/// A cursor stands for everything before it.
pub fn stand_for_all_before(world: &mut World, no: usize) -> Outcome {
    let (epoch, cursors) = world.phones[no].read(|tx| Ok((tx.enrolled()?.epoch, tx.cursors()?)))?;
    if epoch != world.epoch()? {
        return Ok(());
    }
    for cursor in cursors {
        let Feed::Area(..) = cursor.feed else {
            continue;
        };
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
        let mut due: BTreeMap<RecordId, BTreeSet<Token>> = BTreeMap::new();
        for item in items {
            match item {
                ItemRow::Part {
                    position,
                    envelope,
                    place,
                    ..
                } if position <= cursor.position => {
                    let token = envelope_token(&envelope);
                    let made = token.and_then(|token| world.model.made(token));
                    let part = made.and_then(|made| made.parts.get(place as usize));
                    if let (Some(token), Some(part)) = (token, part) {
                        due.entry(part.record).or_default().insert(token);
                    }
                }
                // Of what has left since, the parts before are not sent.
                ItemRow::Departed { records, .. } => {
                    records.iter().for_each(|id| drop(due.remove(id)));
                }
                _ => {}
            }
        }
        for (id, due) in due {
            let record = world.phones[no].read(|tx| tx.record(id))?;
            let known: BTreeSet<Token> = record
                .map(|record| tokens(&record).into_values().collect())
                .unwrap_or_default();
            if let Some(token) = due.difference(&known).next() {
                let what = format!(
                    "{name} {}: save {token} of {} is not held",
                    cursor.position,
                    world.model.name(id)
                );
                return broken("a cursor stands for all before it", what);
            }
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
