//! Syncing, as a shell starts it.

use serde::Serialize;

use super::attachments::PhotoReport;
use super::enrol::link;
use super::{App, AppError};
use crate::model::{Compartment, Feed};
use crate::sync::{
    self, LinkError, Plan, Progress, SyncError, Tally, Transport, http::Http, keep_trying, run,
};

/// What a sync did, and what is left for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// Own saves newly acknowledged.
    pub sent: u64,
    /// Items received.
    pub received: u64,
    /// Saves that stand refused.
    pub refused: u64,
    /// What a person has to decide: fields, and groups of fields that are settled together.
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
        let link = self.link(plan)?;
        self.sync_planned(&link, plan, told, &mut |_| false)
    }

    /// The same, tried again where the link or the server fails: `wait` is told how many milliseconds
    /// to wait, and says whether to go on.
    pub fn sync_keeping_on(
        &self,
        plan: &Plan,
        told: &mut dyn FnMut(&Progress),
        wait: &mut dyn FnMut(u64) -> bool,
    ) -> Result<SyncReport, AppError> {
        let link = self.link(plan)?;
        self.sync_planned(&link, plan, told, wait)
    }

    fn link(&self, plan: &Plan) -> Result<Http, AppError> {
        let server = self.read(|tx| Ok(tx.enrolled()?.server))?;
        Ok(link(&server)?.stopped_by(plan.cancel.clone()))
    }

    /// The same over a link that the caller brings.
    pub fn sync_over(
        &self,
        link: &dyn Transport,
        told: &mut dyn FnMut(&Progress),
    ) -> Result<SyncReport, AppError> {
        self.sync_planned(link, &Plan::default(), told, &mut |_| false)
    }

    fn sync_planned(
        &self,
        link: &dyn Transport,
        plan: &Plan,
        told: &mut dyn FnMut(&Progress),
        wait: &mut dyn FnMut(u64) -> bool,
    ) -> Result<SyncReport, AppError> {
        let vault = &*self.doors.vault;
        let done = keep_trying(&*self.doors.rng, wait, &mut |backoff| {
            // What is carried goes first: what this phone's worker built on it then finds it there.
            let carried = match sync::hand_in(&self.store, link) {
                // The conversation says so too, as what it is: no failure.
                Err(SyncError::Link(LinkError::Stopped)) => Ok(()),
                told => told,
            };
            if let Err(error) = &carried
                && self.waits_for_carried(error)?
            {
                return carried.map(|()| Tally::default());
            }
            let tally = run(&self.store, vault, link, plan, &mut |progress| {
                if progress.tally.sent + progress.tally.received > 0 {
                    backoff.succeeded();
                }
                told(progress);
            })?;
            carried.map(|()| tally)
        });
        // Also a sync that broke off may have brought roles and documents.
        self.look_again();
        if let Err(SyncError::Revoked) = &done {
            self.give_back()?;
        }
        let tally = done?;
        self.write(|tx| {
            let me = self.me(tx)?;
            Ok(tx.confirm_shared(&|feed| me.may_hold(feed))?)
        })?;
        if tally.complete
            && let Err(error) = self.certify_over(link)
            && !matches!(error, AppError::Offline { .. })
        {
            return Err(error);
        }
        let (refused, conflicts) = self.read(|tx| {
            let outbox = tx.outbox()?;
            let refused = outbox.iter().filter(|save| save.verdict.is_some()).count();
            Ok((refused as u64, self.questions_open(tx)?))
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

    /// A revoked phone shows nobody any more: of what it holds only the roster stays, what its worker
    /// said (ADR 0031), and photos that were not sent. Enrolled again it is told all of it again.
    pub(super) fn give_back(&self) -> Result<(), AppError> {
        self.write(|tx| {
            let held = tx.cursors()?.into_iter().map(|cursor| cursor.feed);
            let roster = held.filter(|feed| matches!(feed, Feed::Area(_, Compartment::Roster)));
            tx.allow_feeds(&roster.collect())?;
            tx.confirm_shared(&|_| false)?;
            tx.sweep_sent()?;
            Ok(())
        })?;
        self.look_again();
        Ok(())
    }
}
