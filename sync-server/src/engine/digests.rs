//! What each feed carries, as one sum: kept with every item, reckoned from the records where needed.

use std::collections::BTreeMap;

use tanfang_core::merge::FeedDigest;
use tanfang_core::model::{Compartment, Feed, RecordId};
use tanfang_core::wire::FeedEnd;

use super::feeds::{Carrier, read_carriers};
use super::rights::Rights;
use super::turn::Turn;
use crate::store::{ApartRow, DeviceRow, StoreError, Stored};

/// A phone tells of no more feeds than it may hold; of more than this nobody reads a list.
const APART_LIMIT: usize = 1_000;

/// The compartment that a feed carries.
pub(super) fn carried_by(feed: &Feed) -> Compartment {
    match feed {
        Feed::Area(_, compartment) => *compartment,
        Feed::Worker(_) => Compartment::Contact,
        Feed::Case(_) => Compartment::Protection,
    }
}

impl Turn<'_> {
    /// Reckons every feed's digest from the settled records and what carries them.
    pub fn reckon_digests(&mut self) -> Stored<()> {
        let mut carried: Vec<(RecordId, String)> = Vec::new();
        self.tx.records(&mut |id, route| {
            carried.push((id, route.carriers));
            Ok(())
        })?;
        let mut sums: BTreeMap<String, FeedDigest> = BTreeMap::new();
        for (id, carriers) in carried {
            let Some(record) = self.record(id)? else {
                continue;
            };
            let carriers = read_carriers(&carriers)?;
            for compartment in Compartment::ALL {
                let digest = FeedDigest::of_record(&record, compartment);
                if digest == FeedDigest::default() {
                    continue;
                }
                let feeds = carriers
                    .iter()
                    .filter_map(|c| Carrier::feed(c, compartment));
                let case = (compartment == Compartment::Protection).then_some(Feed::Case(id));
                for feed in feeds.chain(case) {
                    *sums.entry(feed.to_string()).or_default() += digest;
                }
            }
        }
        for mut row in self.tx.feeds()? {
            if let Some((kept, _)) = self.feeds.get(&row.name) {
                row.last = kept.last;
            }
            row.digest = Some(sums.remove(&row.name).unwrap_or_default());
            self.tx.set_end(&row)?;
            if let Some((kept, _)) = self.feeds.get_mut(&row.name) {
                kept.digest = row.digest;
            }
        }
        Ok(())
    }

    /// What a phone says of feeds that it may hold: of others one of ours says nothing.
    pub(super) fn may_differ(
        &mut self,
        device: &DeviceRow,
        rights: &Rights,
        told: &[FeedEnd],
    ) -> Stored<Vec<FeedEnd>> {
        let roles = self.roles()?;
        let mut may = Vec::new();
        for end in told.iter().take(APART_LIMIT) {
            if self.sees(device, rights, &roles, &end.feed)? {
                may.push(end.clone());
            }
        }
        Ok(may)
    }

    /// Writes down of which feeds a phone says that it differs; what it no longer names is mended.
    pub(super) fn hear_apart(&mut self, device: &DeviceRow, told: &[FeedEnd]) -> Stored<()> {
        let before = self.tx.feeds_apart_of(device.no)?;
        let told = &told[..told.len().min(APART_LIMIT)];
        // A place that no feed can have is nothing that a phone of ours says.
        let told: Vec<&FeedEnd> = told
            .iter()
            .filter(|end| i64::try_from(end.position).is_ok())
            .collect();
        for row in &before {
            if !told.iter().any(|end| end.feed.to_string() == row.feed) {
                self.tx.forget_apart(device.no, &row.feed)?;
                self.audit("feed_agrees", &format!("{} {}", device.id, row.feed))?;
            }
        }
        for end in told {
            let feed = end.feed.to_string();
            let phone = end.digest;
            let known = before.iter().find(|row| row.feed == feed);
            if known.is_some_and(|row| row.phone == phone && row.position == end.position) {
                continue;
            }
            if known.is_none() {
                self.audit("feed_apart", &format!("{} {feed}", device.id))?;
            }
            self.tx.set_apart(&ApartRow {
                device: device.no,
                feed,
                position: end.position,
                phone,
                told_at: self.now.millis,
            })?;
        }
        Ok(())
    }

    /// Every feed in which some phone says that it differs, with that phone.
    pub fn feeds_apart(&mut self) -> Stored<Vec<(DeviceRow, ApartRow)>> {
        let mut all = Vec::new();
        for row in self.tx.feeds_apart()? {
            let device = self.tx.device(row.device)?;
            all.push((device.ok_or(StoreError::Damaged { what: "a device" })?, row));
        }
        Ok(all)
    }
}
