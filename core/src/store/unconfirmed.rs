//! What sealed files told and the county has not yet: shown, marked, never counted as accepted.

use rusqlite::named_params;
use std::collections::{BTreeMap, BTreeSet};

use super::{StoreError, Tx};
use crate::model::{DeviceId, DeviceSeq, Feed, Head, Origin, Part, RecordId};

/// How much of the own saves is looked at at once, packed, in bytes.
const CHUNK_BYTES: usize = 256 << 10;

impl Tx<'_> {
    /// Hears parts of another phone's saves from a sealed file, each for a feed that this phone
    /// holds. What the county told already is as it was. How many saves are new to this phone.
    pub fn hear_shared(&self, told: &[(Feed, Part, Origin)]) -> Result<u64, StoreError> {
        let mut by_record: BTreeMap<RecordId, Vec<&(Feed, Part, Origin)>> = BTreeMap::new();
        for item in told {
            by_record.entry(item.1.record).or_default().push(item);
        }
        let mut new = BTreeSet::new();
        for (id, items) in by_record {
            let Some((_, first, _)) = items.first() else {
                continue;
            };
            let before = self.record(id)?;
            let known = |head: &Head| {
                let record = before.as_ref();
                record.is_some_and(|record| record.origins.contains_key(head))
            };
            let place = self.change(id, &first.kind, |record| {
                for (_, part, origin) in &items {
                    record.hear(part, origin);
                }
            })?;
            for (feed, _, origin) in items {
                self.hold(place, feed)?;
                let head = origin.envelope.head;
                if !known(&head) {
                    self.note_unconfirmed(head, id)?;
                    new.insert(head);
                }
            }
        }
        Ok(new.len() as u64)
    }

    fn note_unconfirmed(&self, head: Head, record: RecordId) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO unconfirmed (device, seq, record) VALUES (:device, :seq, :record)
             ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! {
            ":device": head.device.bytes(), ":seq": head.seq as i64, ":record": record.bytes(),
        })?;
        Ok(())
    }

    fn unconfirmed(&self) -> Result<Vec<(Head, RecordId)>, StoreError> {
        let mut statement = self.statement("SELECT device, seq, record FROM unconfirmed")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (device, record): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(2)?);
            let head = Head {
                device: DeviceId::from_slice(&device).map_err(|_| StoreError::Unreadable)?,
                seq: row.get::<_, i64>(1)? as u64,
            };
            let record = RecordId::from_slice(&record).map_err(|_| StoreError::Unreadable)?;
            found.push((head, record));
        }
        Ok(found)
    }

    /// The records of which something is not yet with the county.
    pub fn unconfirmed_records(&self) -> Result<BTreeSet<RecordId>, StoreError> {
        Ok(self.unconfirmed()?.into_iter().map(|(_, id)| id).collect())
    }

    /// Whether an unsent save of this phone names something that is not yet with the county.
    pub fn builds_on_unconfirmed(&self) -> Result<bool, StoreError> {
        let theirs: BTreeSet<Head> = self.unconfirmed()?.into_iter().map(|(h, _)| h).collect();
        if theirs.is_empty() {
            return Ok(false);
        }
        let mut from = self.through()? + 1;
        loop {
            let chunk = self.outbox_chunk(from, CHUNK_BYTES)?;
            let Some(last) = chunk.last() else {
                return Ok(false);
            };
            from = last.envelope.head.seq + 1;
            let parts = chunk.iter().flat_map(|save| &save.parts);
            let mut seen = parts.flat_map(|part| &part.writes).flat_map(|w| &w.seen);
            if seen.any(|head| theirs.contains(head)) {
                return Ok(true);
            }
        }
    }

    /// Takes off the mark of what the county has told since, or of what this phone holds no longer.
    /// What is in no feed that it `may` still hold is shown no longer: the county's feed may never
    /// have come here, so that nothing else takes it away.
    pub fn confirm_shared(&self, may: &dyn Fn(&Feed) -> bool) -> Result<(), StoreError> {
        for (head, id) in self.unconfirmed()? {
            let Some(change) = self.find(id)? else {
                self.unmark(head, id)?;
                continue;
            };
            let origin = change.record.origins.get(&head);
            if origin.is_none_or(|origin| origin.received_at.is_some()) {
                self.unmark(head, id)?;
                continue;
            }
            let feeds = match change.place {
                Some(place) => self.feeds_of(place)?,
                None => Vec::new(),
            };
            if !feeds.iter().any(|(_, feed)| may(feed)) {
                self.forget_one(head, id)?;
            }
        }
        Ok(())
    }

    /// The county refused these saves of a device, or with none named all that it has not told: what
    /// only a sealed file said of them is shown no longer.
    pub fn forget_shared(
        &self,
        device: DeviceId,
        refused: Option<&[DeviceSeq]>,
    ) -> Result<(), StoreError> {
        for (head, id) in self.unconfirmed()? {
            let named = refused.is_none_or(|seqs| seqs.contains(&head.seq));
            if head.device == device && named {
                self.forget_one(head, id)?;
            }
        }
        Ok(())
    }

    fn forget_one(&self, head: Head, id: RecordId) -> Result<(), StoreError> {
        self.unmark(head, id)?;
        let Some(mut change) = self.find(id)? else {
            return Ok(());
        };
        let origin = change.record.origins.get(&head);
        if origin.is_some_and(|origin| origin.received_at.is_none()) {
            self.took_away.set(true);
            change.record.forget(head);
            self.put_or_drop(&change)?;
        }
        if let Some(place) = change.place {
            self.let_go(place)?;
        }
        Ok(())
    }

    /// Lets go of feeds that only a sealed file had named: no feed of the county carries the record
    /// there.
    fn let_go(&self, place: i64) -> Result<(), StoreError> {
        let held: BTreeSet<Feed> = self.cursors()?.into_iter().map(|c| c.feed).collect();
        for (term, feed) in self.feeds_of(place)? {
            if !held.contains(&feed) {
                self.statement("DELETE FROM holds WHERE record = :record AND feed = :feed")?
                    .execute(named_params! { ":record": place, ":feed": term })?;
            }
        }
        Ok(())
    }

    fn feeds_of(&self, place: i64) -> Result<Vec<(i64, Feed)>, StoreError> {
        let mut statement = self.statement("SELECT feed FROM holds WHERE record = :record")?;
        let mut rows = statement.query(named_params! { ":record": place })?;
        let mut feeds = Vec::new();
        while let Some(row) = rows.next()? {
            let term: i64 = row.get(0)?;
            feeds.push((term, self.terms().read_feed(term as u64)?.clone()));
        }
        Ok(feeds)
    }

    fn unmark(&self, head: Head, record: RecordId) -> Result<(), StoreError> {
        self.statement(
            "DELETE FROM unconfirmed WHERE device = :device AND seq = :seq AND record = :record",
        )?
        .execute(named_params! {
            ":device": head.device.bytes(), ":seq": head.seq as i64, ":record": record.bytes(),
        })?;
        Ok(())
    }
}
