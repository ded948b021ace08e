//! Feeds held, their cursors, and what a page brings.

use rusqlite::named_params;
use std::collections::{BTreeMap, BTreeSet};

use super::digests::told_in;
use super::history::is_the_countys;
use super::records::{Change, without};
use super::{StoreError, Tx};
use crate::merge::Record;
use crate::model::{Compartment, Feed, Hlc, Origin, Part, Position, RecordId};
use crate::planted::{self, Bug};
use crate::wire::{Cursor, Item, Page};

/// Whether a feed of this name carries parts of this compartment.
pub(super) fn carries(feed: &Feed, compartment: Compartment) -> bool {
    carried_by(feed) == compartment
}

/// The compartment that a feed carries.
pub(crate) fn carried_by(feed: &Feed) -> Compartment {
    match feed {
        Feed::Area(_, of_area) => *of_area,
        Feed::Worker(_) => Compartment::Contact,
        Feed::Case(_) => Compartment::Protection,
    }
}

/// What applying pages did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Items applied.
    pub items: u64,
    /// Pages that brought a cursor on.
    pub advanced: u64,
    /// Pages that did not follow this phone's cursor.
    pub skipped: u64,
}

/// What one item says of one record.
enum Said<'p> {
    Part(&'p Part, Box<Origin>),
    Settled(&'p Record),
    Departed,
}

/// What is unsent, by record.
pub(super) type Open = BTreeMap<RecordId, Vec<(Part, Origin)>>;

impl Tx<'_> {
    /// Where this phone is in each feed that it holds.
    pub fn cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        let mut statement = self.statement("SELECT feed, position FROM feeds ORDER BY feed")?;
        let mut rows = statement.query([])?;
        let mut cursors = Vec::new();
        while let Some(row) = rows.next()? {
            let feed: String = row.get(0)?;
            cursors.push(Cursor {
                feed: feed.parse().map_err(|_| StoreError::Unreadable)?,
                position: row.get::<_, i64>(1)? as u64,
            });
        }
        Ok(cursors)
    }

    /// The feeds that are held to their end.
    pub fn whole_feeds(&self) -> Result<BTreeSet<Feed>, StoreError> {
        let mut statement = self.statement("SELECT feed FROM feeds WHERE complete = 1")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|feed| feed?.parse().map_err(|_| StoreError::Unreadable))
            .collect()
    }

    /// Starts every feed again, as a foreign history asks; what is held stays until it is told
    /// again. A difference that is left after that is one that pulling again does not mend.
    pub fn start_feeds_again(&self) -> Result<(), StoreError> {
        self.forget_digests()?;
        self.statement(
            "UPDATE feeds SET position = 0, complete = 0, again = 2, apart = NULL,
               apart_at = NULL, apart_digest = NULL",
        )?
        .execute([])?;
        self.forget_all_coming()
    }

    /// Drops feeds that this phone may no longer hold, with what only they brought, and begins
    /// those that it newly may. What is unsent is never dropped.
    pub fn allow_feeds(&self, allowed: &BTreeSet<Feed>) -> Result<u64, StoreError> {
        self.write_digests()?;
        let held: BTreeSet<Feed> = self.cursors()?.into_iter().map(|c| c.feed).collect();
        for feed in allowed.difference(&held) {
            // What was accepted of this phone's own in the same answer is held already.
            let digest = self.reckon_digest(feed)?;
            self.statement(
                "INSERT INTO feeds (feed, position, complete, digest)
                 VALUES (:feed, 0, 0, :digest)",
            )?
            .execute(named_params! { ":feed": feed.to_string(), ":digest": digest.bytes() })?;
        }
        let mut pruned = 0;
        let mut open: Option<Open> = None;
        for feed in held.difference(allowed) {
            let open = match &mut open {
                Some(open) => open,
                None => open.insert(self.open_parts()?),
            };
            for id in self.held_by(feed)? {
                if let Some(mut change) = self.find(id)? {
                    self.depart(&mut change, feed, &BTreeSet::new(), open)?;
                    self.put_or_drop(&change)?;
                    pruned += 1;
                }
            }
            self.forget_coming(feed)?;
            self.statement("DELETE FROM feeds WHERE feed = :feed")?
                .execute(named_params! { ":feed": feed.to_string() })?;
        }
        if pruned > 0 {
            self.sweep_unnamed()?;
        }
        Ok(pruned)
    }

    pub(crate) fn held_by(&self, feed: &Feed) -> Result<Vec<RecordId>, StoreError> {
        let feed = self.terms().feed(feed)?;
        let mut statement = self.statement(
            "SELECT records.id FROM holds JOIN records ON records.place = holds.record
             WHERE holds.feed = :feed ORDER BY records.place",
        )?;
        let rows = statement.query_map(named_params! { ":feed": feed as i64 }, |row| {
            row.get::<_, Vec<u8>>(0)
        })?;
        rows.map(|id| RecordId::from_slice(&id?).map_err(|_| StoreError::Unreadable))
            .collect()
    }

    /// Starts one feed again: the server does not know this phone's cursor in it.
    pub fn start_feed_again(&self, feed: &Feed) -> Result<(), StoreError> {
        self.forget_coming(feed)?;
        self.set_cursor(feed, 0, false)
    }

    /// Applies pages and their cursors. A page that does not follow this phone's cursor is left
    /// alone.
    pub fn apply(&self, pages: &[Page]) -> Result<Applied, StoreError> {
        let cursors: BTreeMap<Feed, Position> = self
            .cursors()?
            .into_iter()
            .map(|c| (c.feed, c.position))
            .collect();
        let mut reached = cursors.clone();
        let mut said: BTreeMap<RecordId, Vec<(&Feed, Said<'_>)>> = BTreeMap::new();
        let mut stamp: Option<Hlc> = None;
        let mut applied = Applied::default();
        let mut left: Vec<(&Feed, RecordId)> = Vec::new();
        let doubts = self.doubts()?;
        for page in pages {
            let Some(at) = reached.get_mut(&page.feed).filter(|at| **at == page.after) else {
                applied.skipped += 1;
                continue;
            };
            *at = page.position.max(page.after);
            applied.advanced += u64::from(page.position > page.after);
            applied.items += page.items.len() as u64;
            if page.after == 0 && page.position > 0 {
                // The feed comes in pages after all.
                self.forget_coming(&page.feed)?;
            }
            let cut = usize::from(planted::is(Bug::PartialPage) && page.items.len() > 1);
            for item in &page.items[..page.items.len() - cut] {
                stamp = stamp.max(hear_item(&page.feed, item, &mut said));
            }
            if doubts {
                self.is_told(&page.items)?;
                left.extend(departures(page));
            }
            self.set_cursor(&page.feed, *at, page.complete)?;
        }
        if planted::is(Bug::CursorBeforeRows) {
            self.connection.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
        }
        let mut open: Option<Open> = None;
        for (id, said) in said {
            self.apply_to(id, said, doubts, &mut open)?;
        }
        if !left.is_empty() {
            self.leave_with(left, &mut open)?;
        }
        if let Some(stamp) = stamp {
            self.saw_stamp(stamp)?;
        }
        self.keep_if_few_altered()?;
        Ok(applied)
    }

    /// The server says that nothing more is in any feed.
    pub fn feeds_are_whole(&self) -> Result<(), StoreError> {
        self.statement("UPDATE feeds SET complete = 1 WHERE complete = 0")?
            .execute([])?;
        Ok(())
    }

    pub(super) fn set_cursor(
        &self,
        feed: &Feed,
        at: Position,
        complete: bool,
    ) -> Result<(), StoreError> {
        self.statement(
            "UPDATE feeds SET position = :position, complete = :complete WHERE feed = :feed",
        )?
        .execute(named_params! {
            ":position": at as i64, ":complete": complete, ":feed": feed.to_string(),
        })?;
        Ok(())
    }

    /// A record leaves feeds without being named.
    pub(super) fn leave(
        &self,
        id: RecordId,
        feeds: &[Feed],
        open: &mut Option<Open>,
    ) -> Result<(), StoreError> {
        let said = feeds.iter().map(|feed| (feed, Said::Departed)).collect();
        self.apply_to(id, said, false, open)
    }

    /// One read and one write of a record, whatever the pages say of it.
    fn apply_to(
        &self,
        id: RecordId,
        said: Vec<(&Feed, Said<'_>)>,
        doubts: bool,
        open: &mut Option<Open>,
    ) -> Result<(), StoreError> {
        let kind = said.iter().find_map(|(_, said)| match said {
            Said::Part(part, _) => Some(part.kind.clone()),
            Said::Settled(record) => Some(record.kind.clone()),
            Said::Departed => None,
        });
        let mut change = match (self.find(id)?, kind) {
            (Some(change), _) => change,
            (None, Some(kind)) => Change::new(Record::new(id, kind)),
            (None, None) => return Ok(()),
        };
        let before = told_in(&change.record, self.feeds_holding(change.place)?);
        let mut brought: BTreeSet<&Feed> = BTreeSet::new();
        for (feed, said) in said {
            match said {
                Said::Part(part, origin) => {
                    forget_reused(&mut change.record, &origin);
                    if planted::is(Bug::PullOverwritesUnsent) {
                        let told = part.writes.iter();
                        told.for_each(|w| drop(change.record.fields.remove(&w.field)));
                    }
                    change.record.hear(part, &origin);
                    if planted::is(Bug::OldAppDropsUnknownFields) {
                        let known = |name: &str| name != "address";
                        change
                            .record
                            .fields
                            .retain(|field, _| known(field.as_str()));
                    }
                    brought.insert(feed);
                }
                Said::Settled(record) => {
                    for origin in record.origins.values() {
                        forget_reused(&mut change.record, origin);
                    }
                    change.record.join(record);
                    brought.insert(feed);
                }
                Said::Departed => {
                    brought.remove(feed);
                    let open = match open {
                        Some(open) => open,
                        None => open.insert(self.open_parts()?),
                    };
                    self.depart(&mut change, feed, &brought, open)?;
                }
            }
        }
        if doubts {
            self.forget_former_selves(&mut change.record)?;
        }
        if brought.is_empty() {
            let left = self.feeds_holding(change.place)?;
            self.shift_digests(before, told_in(&change.record, left));
            return self.put_or_drop(&change);
        }
        let place = self.put(&change)?;
        for feed in &brought {
            self.hold(place, feed)?;
        }
        let held = match change.place {
            None => brought.into_iter().cloned().collect(),
            Some(_) => self.feeds_holding(Some(place))?,
        };
        self.shift_digests(before, told_in(&change.record, held));
        Ok(())
    }

    /// Takes a record out of a feed; with the last feed of its compartment goes that compartment.
    /// Feeds that `brought` it in the same answer carry it too.
    fn depart(
        &self,
        change: &mut Change,
        feed: &Feed,
        brought: &BTreeSet<&Feed>,
        open: &Open,
    ) -> Result<(), StoreError> {
        let mine = open
            .get(&change.record.id)
            .filter(|_| !planted::is(Bug::PrunedBeforeUpload))
            .map(Vec::as_slice)
            .unwrap_or_default();
        if let Some(place) = change.place {
            let term = self.terms().feed(feed)?;
            self.statement("DELETE FROM holds WHERE record = :record AND feed = :feed")?
                .execute(named_params! { ":record": place, ":feed": term as i64 })?;
        }
        for compartment in Compartment::ALL {
            let carried = match change.place {
                Some(place) => self.is_carried(place, compartment)?,
                None => false,
            };
            let carried = carried || brought.iter().any(|feed| carries(feed, compartment));
            if carries(feed, compartment) && !carried {
                self.forget_kept()?;
                self.took_away.set(true);
                change.record = without(&change.record, compartment, mine);
            }
        }
        Ok(())
    }

    pub(super) fn put_or_drop(&self, change: &Change) -> Result<(), StoreError> {
        match change.place {
            Some(place) if change.record.fields.is_empty() => self.drop_record(place),
            None if change.record.fields.is_empty() => Ok(()),
            _ => self.put(change).map(|_| ()),
        }
    }

    pub(super) fn hold(&self, place: i64, feed: &Feed) -> Result<(), StoreError> {
        let term = self.terms().feed(feed)?;
        // The word must be in its table before a row names it.
        self.write_terms()?;
        self.statement(
            "INSERT INTO holds (record, feed) VALUES (:record, :feed) ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! { ":record": place, ":feed": term as i64 })?;
        Ok(())
    }

    /// Whether a feed that is held carries this compartment of the record.
    pub(super) fn is_carried(
        &self,
        place: i64,
        compartment: Compartment,
    ) -> Result<bool, StoreError> {
        let mut statement = self.statement("SELECT feed FROM holds WHERE record = :record")?;
        let mut rows = statement.query(named_params! { ":record": place })?;
        while let Some(row) = rows.next()? {
            let term = row.get::<_, i64>(0)? as u64;
            if carries(self.terms().read_feed(term)?, compartment) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A server that was set back gives the numbers of its own saves again: what it said under a number
/// before is taken back where it says something else under it now.
fn forget_reused(record: &mut Record, said: &Origin) {
    let head = said.envelope.head;
    let known = record.origins.get(&head);
    if is_the_countys(&said.envelope) && known.is_some_and(|old| old.envelope != said.envelope) {
        record.forget(head);
    }
}

/// What leaves a page's feed.
fn departures(page: &Page) -> impl Iterator<Item = (&Feed, RecordId)> {
    let items = page.items.iter().filter_map(|item| match item {
        Item::Departed { records, .. } => Some(records),
        Item::Part { .. } | Item::Settled { .. } => None,
    });
    let left = items.flatten();
    left.map(|id| (&page.feed, *id))
}

/// Sorts what an item says by record; returns the stamp that it shows, as the server bounds it.
fn hear_item<'p>(
    feed: &'p Feed,
    item: &'p Item,
    said: &mut BTreeMap<RecordId, Vec<(&'p Feed, Said<'p>)>>,
) -> Option<Hlc> {
    match item {
        Item::Part {
            received_at,
            envelope,
            part,
            ..
        } => {
            let origin = Origin {
                envelope: (**envelope).clone(),
                received_at: Some(*received_at),
            };
            let stamp = origin.ordering();
            let of_record = said.entry(part.record).or_default();
            of_record.push((feed, Said::Part(part, Box::new(origin))));
            Some(stamp)
        }
        Item::Settled { record, .. } => {
            let of_record = said.entry(record.id).or_default();
            of_record.push((feed, Said::Settled(record)));
            record.origins.values().map(Origin::ordering).max()
        }
        Item::Departed { records, .. } => {
            for id in records
                .iter()
                .filter(|_| !planted::is(Bug::DepartureIgnored))
            {
                said.entry(*id).or_default().push((feed, Said::Departed));
            }
            None
        }
    }
}
