//! Another history: a server that was restored from a backup, and what only the old one knew.

use rusqlite::named_params;
use std::collections::{BTreeMap, BTreeSet};

use super::feeds::Open;
use super::meta::ANY_MANIFEST;
use super::{StoreError, Tx};
use crate::merge::Record;
use crate::model::{DeviceId, Envelope, Epoch, Feed, Head, Kind, RecordId};
use crate::wire::Item;

/// Whether the county's server wrote this itself: in its own name as a device.
pub(super) fn is_the_countys(envelope: &Envelope) -> bool {
    envelope.author.uuid() == envelope.head.device.uuid()
}

impl Tx<'_> {
    /// Another history begins, however this phone heard of it: every feed starts again, attachments
    /// and carried files are offered again, the next manifest is taken whatever its number, and what
    /// the old one had received is in doubt until it is told again.
    pub fn begin_history(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.start_feeds_again()?;
        self.forget_last_syncs()?;
        self.offer_attachments_again()?;
        self.carry_again()?;
        self.doubt_all()?;
        self.forget_coming_manifest()?;
        self.set_meta(ANY_MANIFEST, &[1])?;
        self.set_epoch(epoch)
    }

    /// Notes all that records hold of what the old history had received.
    fn doubt_all(&self) -> Result<(), StoreError> {
        for id in self.record_ids()? {
            let Some(record) = self.record(id)? else {
                continue;
            };
            let received = record.origins.values().filter(|o| o.received_at.is_some());
            for envelope in received.map(|origin| &origin.envelope) {
                self.statement(
                    "INSERT INTO untold (record, device, seq, county)
                     VALUES (:record, :device, :seq, :county) ON CONFLICT DO NOTHING",
                )?
                .execute(named_params! {
                    ":record": id.bytes(), ":device": envelope.head.device.bytes(),
                    ":seq": envelope.head.seq as i64, ":county": is_the_countys(envelope),
                })?;
            }
        }
        Ok(())
    }

    /// Whether the new history has still to tell of something that the county wrote in the old one.
    pub fn awaits_the_countys(&self) -> Result<bool, StoreError> {
        Ok(self
            .statement("SELECT 1 FROM untold WHERE county = 1 LIMIT 1")?
            .exists(named_params! {})?)
    }

    /// Whether anything is in doubt.
    pub(super) fn doubts(&self) -> Result<bool, StoreError> {
        Ok(self
            .statement("SELECT 1 FROM untold LIMIT 1")?
            .exists(named_params! {})?)
    }

    /// The new history tells of these items.
    pub(super) fn is_told<'i>(
        &self,
        items: impl IntoIterator<Item = &'i Item>,
    ) -> Result<(), StoreError> {
        for item in items {
            match item {
                Item::Part { envelope, part, .. } => self.told(part.record, envelope.head)?,
                Item::Settled { record, .. } => {
                    for head in record.origins.keys() {
                        self.told(record.id, *head)?;
                    }
                }
                Item::Departed { .. } => {}
            }
        }
        Ok(())
    }

    fn told(&self, record: RecordId, head: Head) -> Result<(), StoreError> {
        self.statement(
            "DELETE FROM untold WHERE record = :record AND device = :device AND seq = :seq",
        )?
        .execute(named_params! {
            ":record": record.bytes(), ":device": head.device.bytes(), ":seq": head.seq as i64,
        })?;
        Ok(())
    }

    /// Takes out of a record what its phone has said anew under another id: it enrolled again where
    /// the server had lost the save.
    pub(super) fn forget_former_selves(&self, record: &mut Record) -> Result<(), StoreError> {
        for head in self
            .untold_of(Some(record.id))?
            .remove(&record.id)
            .unwrap_or_default()
        {
            let origins = &record.origins;
            let again = origins.get(&head).is_some_and(|old| {
                let mut others = origins.values().filter(|new| new.envelope.head != head);
                others.any(|new| is_said_anew(&old.envelope, &new.envelope))
            });
            if again {
                record.forget(head);
                self.told(record.id, head)?;
            }
        }
        Ok(())
    }

    /// What hangs on records that left feeds leaves with them. The new history names only what it
    /// knows; the rest is offered again by whoever made it, wherever its household is by then.
    pub(super) fn leave_with(
        &self,
        mut left: Vec<(&Feed, RecordId)>,
        open: &mut Option<Open>,
    ) -> Result<(), StoreError> {
        let from: BTreeSet<&Feed> = left.iter().map(|(feed, _)| *feed).collect();
        let hanging = self.untold_by_target(&from)?;
        while let Some((from, gone)) = left.pop() {
            for id in hanging.get(&gone).into_iter().flatten() {
                let Some(change) = self.find(*id)? else {
                    continue;
                };
                let mut feeds = self.feeds_holding(change.place)?;
                feeds.retain(|feed| feed.travels_with(from));
                if feeds.is_empty() || self.any_stands_in(change.record.targets(), from)? {
                    continue;
                }
                self.leave(*id, &feeds, open)?;
                left.push((from, *id));
            }
        }
        Ok(())
    }

    /// The records in doubt that travel in one of these feeds or beside them, by what decides where
    /// they travel.
    fn untold_by_target(
        &self,
        from: &BTreeSet<&Feed>,
    ) -> Result<BTreeMap<RecordId, Vec<RecordId>>, StoreError> {
        let mut by_target: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
        for id in self.untold_beside(from)? {
            for target in self.record(id)?.iter().flat_map(Record::targets) {
                by_target.entry(target).or_default().push(id);
            }
        }
        Ok(by_target)
    }

    fn untold_beside(&self, from: &BTreeSet<&Feed>) -> Result<BTreeSet<RecordId>, StoreError> {
        let mut statement = self.statement(
            "SELECT DISTINCT records.id FROM holds JOIN records ON records.place = holds.record
             JOIN untold ON untold.record = records.id WHERE holds.feed = :feed",
        )?;
        let mut found = BTreeSet::new();
        for held in self.cursors()?.iter().map(|cursor| &cursor.feed) {
            if !from.iter().any(|feed| held.travels_with(feed)) {
                continue;
            }
            let term = self.terms().feed(held)?;
            let rows = statement.query_map(named_params! { ":feed": term as i64 }, |row| {
                row.get::<_, Vec<u8>>(0)
            })?;
            for id in rows {
                found.insert(RecordId::from_slice(&id?).map_err(|_| StoreError::Unreadable)?);
            }
        }
        Ok(found)
    }

    fn any_stands_in(&self, records: BTreeSet<RecordId>, feed: &Feed) -> Result<bool, StoreError> {
        for id in records {
            let place = self.find(id)?.and_then(|change| change.place);
            let feeds = self.feeds_holding(place)?;
            if feeds.iter().any(|held| held.travels_with(feed)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is in doubt of one record, or of the county's own in all of them.
    fn untold_of(
        &self,
        record: Option<RecordId>,
    ) -> Result<BTreeMap<RecordId, BTreeSet<Head>>, StoreError> {
        let mut statement = self.statement(match record {
            Some(_) => "SELECT record, device, seq FROM untold WHERE record = :record",
            None => "SELECT record, device, seq FROM untold WHERE county = 1 AND :record IS NULL",
        })?;
        let of = record.as_ref().map(|id| id.bytes().as_slice());
        let mut rows = statement.query(named_params! { ":record": of })?;
        let mut untold: BTreeMap<RecordId, BTreeSet<Head>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (record, device): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let unreadable = |_| StoreError::Unreadable;
            let head = Head {
                device: DeviceId::from_slice(&device).map_err(unreadable)?,
                seq: row.get::<_, i64>(2)? as u64,
            };
            let record = RecordId::from_slice(&record).map_err(unreadable)?;
            untold.entry(record).or_default().insert(head);
        }
        Ok(untold)
    }

    /// All feeds are whole in the new history: what the county wrote in the old one and was not told
    /// again is taken out of its records. What phones wrote stays: they offer it again, and what this
    /// one offered and the county has is in doubt no longer.
    pub fn forget_untold(&self) -> Result<(), StoreError> {
        self.statement("DELETE FROM untold WHERE device = :me AND seq <= :through")?
            .execute(named_params! {
                ":me": self.enrolled()?.device.bytes(), ":through": self.through()? as i64,
            })?;
        let lost = self.untold_of(None)?;
        if lost.is_empty() {
            return Ok(());
        }
        self.keep_records_whole()?;
        self.forget_digests()?;
        let mut unpaired = false;
        for (id, heads) in lost {
            if let Some(mut change) = self.find(id)? {
                take_out(&mut change.record, &heads);
                self.put_or_drop(&change)?;
                unpaired |= change.record.kind == Kind::PAIRING;
            }
        }
        if unpaired {
            self.leave_the_unpaired()?;
        }
        self.statement(
            "DELETE FROM untold WHERE county = 1 OR record NOT IN (SELECT id FROM records)",
        )?
        .execute([])?;
        Ok(())
    }

    /// The new history does not know a pairing: what it alone brought leaves the worker's feed. Nothing
    /// else says so, since of what the server has not heard again nothing departs.
    fn leave_the_unpaired(&self) -> Result<(), StoreError> {
        let feed = Feed::Worker(self.enrolled()?.worker);
        let mut held = Vec::new();
        for id in self.held_by(&feed)? {
            held.extend(self.record(id)?);
        }
        let pairings = held.iter().filter(|one| one.kind == Kind::PAIRING);
        let people: BTreeSet<RecordId> = pairings.flat_map(Record::targets).collect();
        let at_home = held.iter().filter(|one| people.contains(&one.id));
        let mut stay: BTreeSet<RecordId> = at_home.flat_map(Record::targets).collect();
        stay.extend(&people);
        let mut open = None;
        for one in held.iter().filter(|one| one.kind != Kind::PAIRING) {
            if !stay.contains(&one.id) && one.targets().is_disjoint(&stay) {
                self.leave(one.id, std::slice::from_ref(&feed), &mut open)?;
            }
        }
        Ok(())
    }

    pub(super) fn record_ids(&self) -> Result<Vec<RecordId>, StoreError> {
        let mut statement = self.statement("SELECT id FROM records ORDER BY place")?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|id| RecordId::from_slice(&id?).map_err(|_| StoreError::Unreadable))
            .collect()
    }
}

/// Whether one is the other's save under the number that it has since its phone enrolled again: all
/// but the number is the same, to the millisecond.
fn is_said_anew(old: &Envelope, new: &Envelope) -> bool {
    let mut renamed = old.clone();
    renamed.head = new.head;
    renamed.stamp.device = new.head.device;
    renamed == *new
}

/// A record of which the beginning goes has not begun.
fn take_out(record: &mut Record, heads: &BTreeSet<Head>) {
    let first = record
        .origins
        .values()
        .min_by_key(|origin| origin.ordering());
    let began = first.map(|origin| origin.envelope.head);
    if began.is_some_and(|head| heads.contains(&head)) {
        record.begun = false;
    }
    heads.iter().for_each(|head| record.forget(*head));
}
