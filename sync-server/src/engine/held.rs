//! Which feeds a phone may hold, and which it was told of.

use std::collections::{BTreeMap, BTreeSet};

use tanfang_core::model::{Compartment, Feed, RecordId};
use tanfang_core::planted::{self, Bug};
use tanfang_core::rights::Roles;

use super::feeds::{Carrier, read_carriers};
use super::rights::Rights;
use super::turn::Turn;
use crate::store::{DeviceRow, FeedNo, FeedRow, SaveNo, StoreError, Stored};

impl Turn<'_> {
    /// The feeds that this device may hold now.
    pub(super) fn visible(
        &mut self,
        device: &DeviceRow,
        rights: &Rights,
    ) -> Stored<Vec<(Feed, FeedRow)>> {
        let roles = self.roles()?;
        let mut feeds = Vec::new();
        for mut row in self.tx.feeds()? {
            let feed: Feed = row.name.parse().map_err(|_| StoreError::Damaged {
                what: "a feed's name",
            })?;
            if let Some((kept, _)) = self.feeds.get(&row.name) {
                (row.last, row.digest) = (kept.last, kept.digest);
            }
            if self.sees(device, rights, &roles, &feed)? {
                feeds.push((feed, row));
            }
        }
        feeds.sort_by_key(|(feed, _)| order(feed));
        Ok(feeds)
    }

    /// Whether this device may hold a feed now.
    pub(super) fn sees(
        &mut self,
        device: &DeviceRow,
        rights: &Rights,
        roles: &Roles,
        feed: &Feed,
    ) -> Stored<bool> {
        match feed {
            Feed::Case(case) => self.reads_case(device, rights, roles, *case),
            Feed::Area(..) if planted::is(Bug::ScopeFilterMissing) => Ok(true),
            Feed::Area(county, Compartment::Roster) => Ok(rights.hold_roster(county)),
            _ => Ok(roles.visible(device.worker, &rights.held, feed)),
        }
    }

    /// A case is read by who reported it and by the protection officers of its place.
    pub(super) fn reads_case(
        &mut self,
        device: &DeviceRow,
        rights: &Rights,
        roles: &Roles,
        case: RecordId,
    ) -> Stored<bool> {
        let Some(route) = self.route(case)? else {
            return Ok(false);
        };
        if route.author == Some(device.worker) {
            return Ok(true);
        }
        if planted::is(Bug::CaseScopeMissing) {
            let mut held = rights.held.iter();
            return Ok(held.any(|h| roles.reads_cases(&rights.held, &h.area)));
        }
        let carriers = read_carriers(&route.carriers)?;
        Ok(carriers.iter().any(|carrier| match carrier {
            Carrier::Area(area) => roles.reads_cases(&rights.held, area),
            Carrier::Worker(_) => false,
        }))
    }

    /// Remembers which feeds the device holds. One that it had not when it last asked it gets with
    /// its own parts that arrived `before` this turn: it dropped them with the feed.
    pub(super) fn hold(
        &mut self,
        device: &DeviceRow,
        feeds: &[(Feed, FeedRow)],
        before: SaveNo,
    ) -> Stored<BTreeMap<FeedNo, SaveNo>> {
        let mut held: BTreeMap<FeedNo, SaveNo> =
            self.tx.held_feeds(device.no)?.into_iter().collect();
        let now: BTreeSet<FeedNo> = feeds.iter().map(|(_, row)| row.no).collect();
        let dropped: Vec<FeedNo> = held
            .keys()
            .filter(|no| !now.contains(no))
            .copied()
            .collect();
        for no in dropped {
            self.tx.drop_feed(device.no, no)?;
            held.remove(&no);
        }
        let new: Vec<FeedNo> = now
            .iter()
            .filter(|no| !held.contains_key(no))
            .copied()
            .collect();
        let before = match planted::is(Bug::OwnPartsForgotten) {
            true => SaveNo::default(),
            false => before,
        };
        for no in new {
            self.tx.hold_feed(device.no, no, before)?;
            held.insert(no, before);
        }
        Ok(held)
    }
}

/// Who is who first, then what is needed to find people, then the rest.
fn order(feed: &Feed) -> (u8, Feed) {
    let rank = match feed {
        Feed::Area(_, Compartment::Roster) => 0,
        Feed::Worker(_) => 1,
        Feed::Area(_, Compartment::Contact) => 2,
        Feed::Case(_) => 3,
        Feed::Area(_, Compartment::Care) => 4,
        Feed::Area(..) => 5,
    };
    (rank, feed.clone())
}
