//! Syncing, as a shell starts it.

use serde::Serialize;

use super::attachments::PhotoReport;
use super::enrol::link;
use super::{App, AppError};
use crate::model::{Compartment, Feed};
use crate::sync::{Plan, Progress, SyncError, Transport, run};

/// What a sync did, and what is left for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// Own saves newly acknowledged.
    pub sent: u64,
    /// Items received.
    pub received: u64,
    /// Saves that stand refused.
    pub refused: u64,
    /// Fields that a person has to decide.
    pub conflicts: u64,
    /// Whether nothing remains to be sent or fetched.
    pub complete: bool,
    /// Turns of the conversation.
    pub turns: u32,
    /// Records of which something was taken away with a right that ended.
    pub pruned: u64,
    /// Bytes that a metered link puts off to another time.
    pub put_off: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
    /// What became of photos, after all that: they never hold a visit up.
    pub photos: PhotoReport,
}

impl App {
    /// Sends what is unsent and fetches what is new, until nothing remains or the link ends.
    ///
    /// # Errors
    /// [`AppError::Offline`] where the link ended; what came before is stored.
    pub fn sync(&self) -> Result<SyncReport, AppError> {
        self.sync_as(&Plan::default(), &mut |_| {})
    }

    /// The same as a plan says: what the link may cost, and the switch that stops it, which is no
    /// error. `told` hears how it goes on.
    pub fn sync_as(
        &self,
        plan: &Plan,
        told: &mut dyn FnMut(&Progress),
    ) -> Result<SyncReport, AppError> {
        let server = self.read(|tx| Ok(tx.enrolled()?.server))?;
        let link = link(&server)?.stopped_by(plan.cancel.clone());
        self.sync_planned(&link, plan, told)
    }

    /// The same over a link that the caller brings.
    pub fn sync_over(
        &self,
        link: &dyn Transport,
        told: &mut dyn FnMut(&Progress),
    ) -> Result<SyncReport, AppError> {
        self.sync_planned(link, &Plan::default(), told)
    }

    fn sync_planned(
        &self,
        link: &dyn Transport,
        plan: &Plan,
        told: &mut dyn FnMut(&Progress),
    ) -> Result<SyncReport, AppError> {
        let done = run(&self.store, &*self.doors.vault, link, plan, told);
        // Also a sync that broke off may have brought roles and documents.
        self.look_again();
        if let Err(SyncError::Revoked) = &done {
            self.give_back()?;
        }
        let tally = done?;
        let (refused, conflicts) = self.read(|tx| {
            let outbox = tx.outbox()?;
            let refused = outbox.iter().filter(|save| save.verdict.is_some()).count();
            Ok((refused as u64, tx.conflict_count()?))
        })?;
        Ok(SyncReport {
            sent: tally.sent,
            received: tally.received,
            refused,
            conflicts,
            complete: tally.complete,
            turns: tally.turns,
            pruned: tally.pruned,
            put_off: tally.put_off,
            stopped: tally.stopped,
            photos: self.photo_report(tally.photos)?,
        })
    }

    /// A revoked phone shows nobody any more: of what it holds only the roster stays, and what is
    /// unsent. Enrolled again it is told all of it again.
    pub(super) fn give_back(&self) -> Result<(), AppError> {
        self.write(|tx| {
            let held = tx.cursors()?.into_iter().map(|cursor| cursor.feed);
            let roster = held.filter(|feed| matches!(feed, Feed::Area(_, Compartment::Roster)));
            tx.allow_feeds(&roster.collect())?;
            Ok(())
        })?;
        self.look_again();
        Ok(())
    }
}
