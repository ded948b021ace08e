//! Snapshots that are being fetched: which parts are to come, and what a part brings.
//!
//! While a snapshot is coming its feed's cursor stays 0. With the last part the cursor is set, in
//! the transaction that applies it; a part that was applied is not asked for again.

use rusqlite::named_params;
use serde::{Deserialize, Serialize};

use super::digests::{Told, told_in};
use super::records::Change;
use super::{StoreError, Tx};
use crate::model::{Compartment, Feed, Hlc, Origin, Position};
use crate::wire::{Item, Page, PartName, SnapshotOffer, SnapshotPart};

/// A part that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComingPart {
    /// The feed of its snapshot.
    pub feed: Feed,
    /// The snapshot's position.
    pub position: Position,
    /// Which part.
    pub name: PartName,
}

/// What is written down of a snapshot under way.
#[derive(Serialize, Deserialize)]
struct Coming {
    offer: SnapshotOffer,
    /// How many parts were applied.
    done: usize,
}

const PREFIX: &str = "snapshot/";

fn key(feed: &Feed) -> String {
    format!("{PREFIX}{feed}")
}

/// Who is who first, then what is needed to find people, then the rest.
fn rank(feed: &Feed) -> u8 {
    match feed {
        Feed::Area(_, Compartment::Roster) => 0,
        Feed::Area(_, Compartment::Contact) => 1,
        _ => 2,
    }
}

impl Tx<'_> {
    /// Takes an offer up, unless the same is under way or the feed was begun otherwise.
    pub fn take_offer(&self, offer: &SnapshotOffer) -> Result<(), StoreError> {
        let cursors = self.cursors()?;
        let held = cursors.iter().find(|cursor| cursor.feed == offer.feed);
        if held.is_none_or(|cursor| cursor.position > 0) {
            return Ok(());
        }
        let known = self.coming(&offer.feed)?;
        if known.is_some_and(|known| known.offer == *offer) {
            return Ok(());
        }
        self.set_coming(&Coming {
            offer: offer.clone(),
            done: 0,
        })
    }

    /// The parts that are to be fetched, in the order in which they are useful.
    pub fn coming_parts(&self) -> Result<Vec<ComingPart>, StoreError> {
        let mut statement = self.statement(
            "SELECT value FROM meta WHERE name >= 'snapshot/' AND name < 'snapshot0' ORDER BY name",
        )?;
        let mut rows = statement.query([])?;
        let mut all: Vec<Coming> = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(0)?;
            all.push(rmp_serde::from_slice(&bytes).map_err(|_| StoreError::Unreadable)?);
        }
        all.sort_by_key(|coming| rank(&coming.offer.feed));
        let parts = all.into_iter().flat_map(|coming| {
            let SnapshotOffer {
                feed,
                position,
                parts,
            } = coming.offer;
            parts
                .into_iter()
                .skip(coming.done)
                .map(move |name| ComingPart {
                    feed: feed.clone(),
                    position,
                    name,
                })
        });
        Ok(parts.collect())
    }

    /// Whether a snapshot is on its way.
    pub fn snapshots_are_coming(&self) -> Result<bool, StoreError> {
        Ok(self
            .statement("SELECT 1 FROM meta WHERE name >= 'snapshot/' AND name < 'snapshot0'")?
            .exists(named_params! {})?)
    }

    /// Applies a part that was fetched, and says how many records it brought. One that is not the
    /// next of its snapshot, or of a feed that is no longer held, is left alone.
    pub fn apply_part(&self, which: &ComingPart, part: SnapshotPart) -> Result<u64, StoreError> {
        let Some(mut coming) = self.coming(&which.feed)? else {
            return Ok(0);
        };
        let next = coming.offer.parts.get(coming.done);
        let fits = part.feed == which.feed
            && part.position == which.position
            && coming.offer.position == which.position;
        if next != Some(&which.name) || !fits {
            return Ok(0);
        }
        let count = part.items.len() as u64;
        if self.doubts()? {
            self.is_told(&part.items)?;
        }
        self.apply_settled(&which.feed, part.items)?;
        coming.done += 1;
        if coming.done < coming.offer.parts.len() {
            self.set_coming(&coming)?;
        } else {
            self.forget_coming(&which.feed)?;
            self.set_cursor(&which.feed, which.position, false)?;
        }
        Ok(count)
    }

    /// Records that are not held are put as they are; what is held hears the rest as from a page.
    fn apply_settled(&self, feed: &Feed, items: Vec<Item>) -> Result<(), StoreError> {
        let mut stamp: Option<Hlc> = None;
        let mut others = Vec::new();
        for item in items {
            let Item::Settled { position, record } = item else {
                others.push(item);
                continue;
            };
            if self.find(record.id)?.is_some() {
                others.push(Item::Settled { position, record });
                continue;
            }
            stamp = stamp.max(record.origins.values().map(Origin::ordering).max());
            let change = Change::new(*record);
            let place = self.put(&change)?;
            self.hold(place, feed)?;
            self.shift_digests(Told::new(), told_in(&change.record, vec![feed.clone()]));
        }
        if let Some(stamp) = stamp {
            self.saw_stamp(stamp)?;
        }
        if others.is_empty() {
            return self.keep_if_few_altered();
        }
        self.apply(&[Page {
            feed: feed.clone(),
            after: 0,
            items: others,
            position: 0,
            complete: false,
        }])
        .map(drop)
    }

    /// A snapshot that the server has no longer: its feed comes in pages, or in another.
    pub fn forget_coming(&self, feed: &Feed) -> Result<(), StoreError> {
        self.forget_meta(&key(feed))
    }

    /// No snapshot is coming any more: every feed starts again.
    pub(super) fn forget_all_coming(&self) -> Result<(), StoreError> {
        self.statement("DELETE FROM meta WHERE name >= 'snapshot/' AND name < 'snapshot0'")?
            .execute(named_params! {})?;
        Ok(())
    }

    fn coming(&self, feed: &Feed) -> Result<Option<Coming>, StoreError> {
        match self.meta(&key(feed))? {
            None => Ok(None),
            Some(bytes) => Ok(Some(
                rmp_serde::from_slice(&bytes).map_err(|_| StoreError::Unreadable)?,
            )),
        }
    }

    fn set_coming(&self, coming: &Coming) -> Result<(), StoreError> {
        let bytes = rmp_serde::to_vec_named(coming).map_err(|_| StoreError::Unreadable)?;
        self.set_meta(&key(&coming.offer.feed), &bytes)
    }
}
