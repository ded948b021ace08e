//! What the server may not know yet, or know no more: then a save waits, and is not refused for good.
//!
//! A server that was set back lacks forms, rights and saves that its phones have seen. It is sure of
//! that when a phone proves it with our own signature, which opens a new epoch; it only suspects it
//! when a phone shows something later than what is here.

use tanfang_core::model::{DeviceId, Head, Save};
use tanfang_core::wire::SyncRequest;

use crate::engine::turn::Turn;
use crate::engine::{SUSPECTED, epoch};
use crate::store::{BundleState, Stored};

/// Of so many places in feeds it is looked whether they can be.
const CURSORS_LIMIT: usize = 1_000;

/// What is known of a save that is named as seen and was not heard.
pub(super) enum Unheard {
    /// It may still come, or this server have forgotten it.
    MayCome,
    /// Nobody will send it, and whoever names it saw it: named as it is it harms nobody.
    NeverComes,
    /// Nobody can have seen it.
    NotMade,
}

impl Turn<'_> {
    /// Notes it where a phone shows a later manifest than ours, or a place in a feed beyond its end: we
    /// gave it those before we were set back. It proves nothing, so nothing but waiting follows.
    pub(in crate::engine) fn look_for_a_rollback(&mut self, asked: &SyncRequest) -> Stored<()> {
        if self.is_suspected()? {
            return Ok(());
        }
        let mut later = asked.manifest > self.manifest()?.number;
        if asked.epoch == Some(epoch(self.tx)?) {
            for cursor in asked.cursors.iter().take(CURSORS_LIMIT) {
                let feed = self.tx.feed(&cursor.feed.to_string())?;
                later |= cursor.position > feed.map_or(0, |feed| feed.last);
            }
        }
        if later {
            self.tx.set_meta(SUSPECTED, &[1])?;
        }
        Ok(())
    }

    /// Whether a phone has shown what is later than this store, and no other history was begun since.
    pub fn is_suspected(&mut self) -> Stored<bool> {
        Ok(self.tx.meta(SUSPECTED)?.as_deref() == Some(&[1]))
    }

    /// Whether the author may have known a form or a right that this server has lost: the save was made
    /// before its phone heard of the history in force, or a rollback is suspected.
    pub(super) fn may_know_less(&mut self, save: &Save) -> Stored<bool> {
        if self.is_suspected()? {
            return Ok(true);
        }
        let opened = opened_at(epoch(self.tx)?.bytes());
        let heard = save.envelope.last_server_millis;
        Ok(self.was_restored()? && heard.is_some_and(|heard| heard <= opened))
    }

    /// What may become of a save of another device that was not heard.
    pub(super) fn unheard(&mut self, head: Head) -> Stored<Unheard> {
        let device = self.tx.device_by_id(head.device)?;
        let revoked = device.is_some_and(|device| device.revoked);
        let mut found = Unheard::NotMade;
        for bundle in self.tx.bundles_of(head.device)? {
            let covers = bundle.seqs.is_none_or(|(_, last)| head.seq <= last);
            match bundle.state {
                _ if !covers => {}
                BundleState::Arriving | BundleState::Early | BundleState::Quarantined => {
                    return Ok(Unheard::MayCome);
                }
                // Its phone may still bring it itself, unless that was revoked.
                BundleState::Refused if !revoked => found = Unheard::MayCome,
                BundleState::Refused => found = Unheard::NeverComes,
                BundleState::Taken => {}
            }
        }
        match found {
            Unheard::NotMade if self.is_suspected()? => Ok(Unheard::MayCome),
            found => Ok(found),
        }
    }

    /// Judges again what waits for the county: all of it, or what names saves of one device. What goes
    /// in may let others in.
    pub(in crate::engine) fn judge_again(&mut self, of: Option<DeviceId>) -> Stored<()> {
        let waiting = self.tx.waiting_for_county(of)?;
        if waiting.is_empty() {
            return Ok(());
        }
        // What was looked up before is what altered.
        self.heard_through.clear();
        for no in waiting {
            let begun = self.admit(no)?;
            self.release_begun(begun.into())?;
        }
        self.settle_alone()
    }
}

/// When an epoch was opened, in milliseconds since 1970: its id is a UUIDv7.
fn opened_at(epoch: &[u8; 16]) -> i64 {
    epoch[..6]
        .iter()
        .fold(0, |millis, byte| millis << 8 | i64::from(*byte))
}
