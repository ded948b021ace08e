//! The running digest of each feed held, and what its comparison with the server's comes to.

use rusqlite::{OptionalExtension, named_params};
use std::collections::BTreeMap;

use super::feeds::carried_by;
use super::{StoreError, Tx};
use crate::merge::{FeedDigest, Record};
use crate::model::{Compartment, Feed, RecordId};
use crate::planted::{self, Bug};
use crate::wire::FeedEnd;

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// This phone is elsewhere in the feed: nothing can be said.
    Elsewhere,
    /// Both ends hold the same.
    Agrees,
    /// They differ: the feed begins again, nothing that is held is taken out.
    PullAgain,
    /// They differ as they did after it was pulled again: shown and reported, until it is mended.
    Apart,
}

/// What a record adds to the feeds that carry it here.
pub(crate) type Told = Vec<(Feed, FeedDigest)>;

impl Tx<'_> {
    /// The feeds in which a record is held.
    pub(super) fn feeds_holding(&self, place: Option<i64>) -> Result<Vec<Feed>, StoreError> {
        let Some(place) = place else {
            return Ok(Vec::new());
        };
        let mut statement = self.statement("SELECT feed FROM holds WHERE record = :record")?;
        let mut rows = statement.query(named_params! { ":record": place })?;
        let mut feeds = Vec::new();
        while let Some(row) = rows.next()? {
            let term = row.get::<_, i64>(0)? as u64;
            feeds.push(self.terms().read_feed(term)?.clone());
        }
        Ok(feeds)
    }

    /// A record was one and is another, in these feeds.
    pub(crate) fn shift_digests(&self, before: Told, after: Told) {
        let mut shifts = self.shifts.borrow_mut();
        for (feed, told) in after {
            *shifts.entry(feed).or_default() += told;
        }
        for (feed, told) in before {
            *shifts.entry(feed).or_default() -= told;
        }
    }

    /// Writes down what this transaction shifted; called before it commits.
    pub(super) fn write_digests(&self) -> Result<(), StoreError> {
        let shifts = std::mem::take(&mut *self.shifts.borrow_mut());
        for (feed, shift) in shifts {
            if shift == FeedDigest::default() {
                continue;
            }
            if let Some(digest) = self.digest_of(&feed)? {
                self.set_digest(&feed, Some(digest + shift))?;
            }
        }
        Ok(())
    }

    /// Forgets every digest: each is reckoned from what is held when it is asked for.
    pub(super) fn forget_digests(&self) -> Result<(), StoreError> {
        self.shifts.borrow_mut().clear();
        self.statement("UPDATE feeds SET digest = NULL")?
            .execute([])?;
        Ok(())
    }

    fn digest_of(&self, feed: &Feed) -> Result<Option<FeedDigest>, StoreError> {
        let found = self
            .statement("SELECT digest FROM feeds WHERE feed = :feed")?
            .query_row(named_params! { ":feed": feed.to_string() }, |row| {
                row.get::<_, Option<[u8; 16]>>(0)
            })
            .optional()?;
        Ok(found.flatten().map(FeedDigest::from_bytes))
    }

    fn set_digest(&self, feed: &Feed, digest: Option<FeedDigest>) -> Result<(), StoreError> {
        let digest = digest.map(FeedDigest::bytes);
        self.statement("UPDATE feeds SET digest = :digest WHERE feed = :feed")?
            .execute(named_params! { ":digest": digest, ":feed": feed.to_string() })?;
        Ok(())
    }

    /// The digest of a feed from every record that is held in it.
    pub(super) fn reckon_digest(&self, feed: &Feed) -> Result<FeedDigest, StoreError> {
        let mut sum = FeedDigest::default();
        for id in self.held_by(feed)? {
            if let Some(record) = self.record(id)? {
                sum += FeedDigest::of_record(&record, carried_by(feed));
            }
        }
        Ok(sum)
    }

    /// Every feed with its cursor and digest, by name; `None` where a feed is not held to its end, or
    /// is known to differ: then there is something to ask.
    pub fn feed_ends(&self) -> Result<Option<Vec<FeedEnd>>, StoreError> {
        self.write_digests()?;
        let mut statement = self.statement(
            "SELECT feed, position, digest, complete = 1 AND again = 0 AND apart IS NULL
             FROM feeds ORDER BY feed",
        )?;
        let mut rows = statement.query([])?;
        let mut ends = Vec::new();
        while let Some(row) = rows.next()? {
            let (feed, digest): (String, Option<[u8; 16]>) = (row.get(0)?, row.get(2)?);
            let (Some(digest), true) = (digest, row.get(3)?) else {
                return Ok(None);
            };
            ends.push(FeedEnd {
                feed: feed.parse().map_err(|_| StoreError::Unreadable)?,
                position: row.get::<_, i64>(1)? as u64,
                digest: FeedDigest::from_bytes(digest),
            });
        }
        Ok(Some(ends))
    }

    /// The feeds that are being pulled again because the digests differed: own parts are told too.
    pub fn feeds_pulled_again(&self) -> Result<Vec<Feed>, StoreError> {
        let mut statement =
            self.statement("SELECT feed FROM feeds WHERE again = 1 ORDER BY feed")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|feed| feed?.parse().map_err(|_| StoreError::Unreadable))
            .collect()
    }

    /// The feeds in which this phone differs from the server also after it pulled them again, with
    /// the place where that was seen last and the digest that the phone had there.
    pub fn feeds_apart(&self) -> Result<Vec<FeedEnd>, StoreError> {
        let mut statement = self.statement(
            "SELECT feed, apart_at, apart_digest FROM feeds WHERE apart IS NOT NULL ORDER BY feed",
        )?;
        let mut rows = statement.query([])?;
        let mut ends = Vec::new();
        while let Some(row) = rows.next()? {
            let feed: String = row.get(0)?;
            ends.push(FeedEnd {
                feed: feed.parse().map_err(|_| StoreError::Unreadable)?,
                position: row.get::<_, i64>(1)? as u64,
                digest: FeedDigest::from_bytes(row.get(2)?),
            });
        }
        Ok(ends)
    }

    /// Compares a feed with what the server carries in it at its end. A difference pulls the feed
    /// again, once; one that stays is remembered by what differs, so that the same one is not pulled
    /// for again and another one is.
    pub fn compare(&self, theirs: &FeedEnd) -> Result<Compared, StoreError> {
        if planted::is(Bug::DigestIgnored) {
            return Ok(Compared::Elsewhere);
        }
        self.write_digests()?;
        let feed = &theirs.feed;
        let found = self
            .statement("SELECT position, again <> 0, apart FROM feeds WHERE feed = :feed")?
            .query_row(named_params! { ":feed": feed.to_string() }, |row| {
                let apart: Option<[u8; 16]> = row.get(2)?;
                Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?, apart))
            })
            .optional()?;
        let Some((_, again, apart)) = found.filter(|(at, ..)| *at as u64 == theirs.position) else {
            return Ok(Compared::Elsewhere);
        };
        let ours = match self.digest_of(feed)?.filter(|ours| *ours == theirs.digest) {
            Some(ours) => ours,
            // What is held is the truth, not what was added up on the way.
            None => self.reckon_digest(feed)?,
        };
        self.set_digest(feed, Some(ours))?;
        let gap = ours - theirs.digest;
        if gap == FeedDigest::default() {
            self.set_apart(feed, None)?;
            return Ok(Compared::Agrees);
        }
        if again || apart == Some(gap.bytes()) {
            self.set_apart(feed, Some((gap, theirs.position, ours)))?;
            return Ok(Compared::Apart);
        }
        self.statement(
            "UPDATE feeds SET position = 0, complete = 0, again = 1 WHERE feed = :feed",
        )?
        .execute(named_params! { ":feed": feed.to_string() })?;
        Ok(Compared::PullAgain)
    }

    fn set_apart(
        &self,
        feed: &Feed,
        apart: Option<(FeedDigest, u64, FeedDigest)>,
    ) -> Result<(), StoreError> {
        self.statement(
            "UPDATE feeds SET again = 0, apart = :gap, apart_at = :at, apart_digest = :ours
             WHERE feed = :feed",
        )?
        .execute(named_params! {
            ":gap": apart.map(|(gap, ..)| gap.bytes()), ":at": apart.map(|(_, at, _)| at as i64),
            ":ours": apart.map(|(.., ours)| ours.bytes()), ":feed": feed.to_string(),
        })?;
        Ok(())
    }

    /// The receipts of a save that the server forgot are no receipts any more.
    pub(super) fn unreceive(
        &self,
        head: crate::model::Head,
        records: impl Iterator<Item = RecordId>,
    ) -> Result<(), StoreError> {
        for id in records {
            if let Some(mut change) = self.find(id)?
                && let Some(origin) = change.record.origins.get_mut(&head)
            {
                origin.received_at = None;
                self.put(&change)?;
            }
        }
        Ok(())
    }
}

/// What a record adds to each of these feeds.
pub(super) fn told_in(record: &Record, feeds: Vec<Feed>) -> Told {
    let mut known: BTreeMap<Compartment, FeedDigest> = BTreeMap::new();
    let told = feeds.into_iter().map(|feed| {
        let of = carried_by(&feed);
        let reckon = || FeedDigest::of_record(record, of);
        let digest = *known.entry(of).or_insert_with(reckon);
        (feed, digest)
    });
    told.collect()
}
