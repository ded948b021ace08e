//! The units that a phone may judge: nothing is vacant or overdue for want of a feed.

use std::collections::BTreeSet;

use super::AppError;
use super::me::Me;
use crate::facts::rows::Facts;
use crate::model::{Compartment, Feed};
use crate::store::Tx;

/// What decides which units a phone may judge, whatever the facts.
pub(super) struct Judged {
    /// The worker, where the phone holds the worker's own feed whole.
    own: Option<String>,
    /// Households whose `contact` feed is held whole; none for who is only paired.
    households: BTreeSet<String>,
}

impl Judged {
    pub(super) fn of(tx: &Tx<'_>, me: &Me) -> Result<Self, AppError> {
        let whole = tx.whole_feeds()?;
        let own = whole.contains(&Feed::Worker(me.enrolment.worker));
        let mut judged = Judged {
            own: own.then(|| me.enrolment.worker.to_string()),
            households: BTreeSet::new(),
        };
        if me.is_paired_only() {
            return Ok(judged);
        }
        let begun: BTreeSet<Feed> = tx
            .cursors()?
            .into_iter()
            .map(|cursor| cursor.feed)
            .collect();
        // A feed that the server has not opened yet is empty there: what is in it is on this phone.
        let is_whole = |feed: &Feed| {
            whole.contains(feed)
                || (!whole.is_empty() && !begun.contains(feed) && me.may_hold(feed))
        };
        for (id, area) in tx.household_areas()? {
            let area = area.parse().ok();
            if area.is_some_and(|area| is_whole(&Feed::Area(area, Compartment::Contact))) {
                judged.households.insert(id.to_string());
            }
        }
        Ok(judged)
    }

    /// The units among these facts.
    pub(super) fn units(&self, facts: &Facts) -> BTreeSet<String> {
        let mut people: BTreeSet<&str> = BTreeSet::new();
        for subject in &facts.subjects {
            if self.households.contains(&subject.household) {
                people.insert(&subject.id);
            }
        }
        let mut units: BTreeSet<String> = self.households.clone();
        for pairing in &facts.pairings {
            if people.contains(&*pairing.subject) || self.own.as_ref() == Some(&pairing.worker) {
                units.insert(pairing.id.clone());
            }
        }
        units.extend(people.into_iter().map(str::to_owned));
        units
    }

    /// Every word that decides, in order.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let own = self.own.as_deref().unwrap_or_default();
        let households = self.households.iter().map(String::as_str);
        std::iter::once(own).chain(households)
    }
}
