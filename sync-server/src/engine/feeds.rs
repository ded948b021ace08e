//! Putting items into feeds, in commit order.

use std::collections::BTreeMap;

use tanfang_core::merge::FeedDigest;
use tanfang_core::model::{AreaCode, Compartment, Feed, RecordId};
use tanfang_core::planted::{self, Bug};
use tanfang_core::wire::Receipt;

use super::log::InLog;
use super::turn::Turn;
use crate::store::{FeedRow, ItemTold, PartNo, StoreError, Stored};

/// What carries a record: an area's feeds, or a worker's own.
pub(super) type Carriers = std::collections::BTreeSet<Carrier>;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Carrier {
    /// The feeds of an area (of a worker or assignment: the county's roster).
    Area(AreaCode),
    /// The feed of a paired worker, which carries `contact` only.
    Worker(tanfang_core::model::WorkerId),
}

impl Carrier {
    /// The feed in which it carries this compartment of a record.
    pub(super) fn feed(&self, compartment: Compartment) -> Option<Feed> {
        match (self, compartment) {
            (_, Compartment::Protection) => None,
            (Carrier::Area(area), _) => Some(Feed::Area(*area, compartment)),
            (Carrier::Worker(worker), Compartment::Contact) => Some(Feed::Worker(*worker)),
            (Carrier::Worker(_), _) => None,
        }
    }
}

/// Writes carriers as a route keeps them.
pub(super) fn write_carriers(carriers: &Carriers) -> String {
    let words = carriers.iter().map(|carrier| match carrier {
        Carrier::Area(area) => area.to_string(),
        Carrier::Worker(worker) => format!("worker/{worker}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Reads carriers as a route keeps them.
pub(super) fn read_carriers(text: &str) -> Stored<Carriers> {
    let read = |word: &str| match word.strip_prefix("worker/") {
        Some(worker) => worker.parse().ok().map(Carrier::Worker),
        None => word.parse().ok().map(Carrier::Area),
    };
    let all = text
        .split_whitespace()
        .map(read)
        .collect::<Option<Carriers>>();
    all.ok_or(StoreError::Damaged {
        what: "a record's carriers",
    })
}

/// Records that leave feeds, gathered so that one item tells of all of them.
pub(super) type Departures = BTreeMap<Feed, Vec<RecordId>>;

impl Turn<'_> {
    pub(super) fn put_part(&mut self, feed: &Feed, part: PartNo, of: &InLog) -> Stored<Receipt> {
        let (device, save) = (of.device, of.no);
        self.put(feed, &ItemTold::Part { part, device, save })
    }

    pub(super) fn put_settled(&mut self, feed: &Feed, record: RecordId) -> Stored<()> {
        self.put(feed, &ItemTold::Settled(record)).map(|_| ())
    }

    pub(super) fn put_departures(&mut self, departures: Departures) -> Stored<()> {
        for (feed, records) in departures {
            self.put(&feed, &ItemTold::Departed(&records))?;
        }
        Ok(())
    }

    /// A feed carries this from now on.
    pub(super) fn joins(&mut self, feed: &Feed, told: FeedDigest) -> Stored<()> {
        let (row, altered) = self.feed_row(feed)?;
        row.digest = row.digest.map(|digest| digest + told);
        *altered = true;
        Ok(())
    }

    /// A feed carries this no longer.
    pub(super) fn leaves(&mut self, feed: &Feed, told: FeedDigest) -> Stored<()> {
        self.joins(feed, FeedDigest::default() - told)
    }

    fn put(&mut self, feed: &Feed, item: &ItemTold<'_>) -> Stored<Receipt> {
        let (row, altered) = self.feed_row(feed)?;
        row.last += 1;
        *altered = true;
        let (no, position) = match planted::is(Bug::BareSequence) {
            true => (row.no, row.last - 1 + 2 * (row.last % 2)),
            false => (row.no, row.last),
        };
        self.tx.add_item(no, position, item)?;
        Ok(Receipt {
            feed: feed.clone(),
            position,
        })
    }

    /// A feed as this turn leaves it; one that nobody has written to yet is made.
    fn feed_row(&mut self, feed: &Feed) -> Stored<&mut (FeedRow, bool)> {
        let name = feed.to_string();
        if !self.feeds.contains_key(&name) {
            let row = match self.tx.feed(&name)? {
                Some(row) => row,
                None => FeedRow {
                    no: self.tx.add_feed(&name)?,
                    name: name.clone(),
                    last: 0,
                    digest: Some(FeedDigest::default()),
                },
            };
            self.feeds.insert(name.clone(), (row, false));
        }
        self.feeds
            .get_mut(&name)
            .ok_or(StoreError::Fault { code: -4 })
    }
}
