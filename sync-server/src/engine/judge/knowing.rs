//! What the server may not know yet, or know no more: then a save waits, and is not refused for good.
//!
//! A server that was set back lacks forms, rights and saves that its phones have seen. It is sure of
//! that when a phone proves it with our own signature, which opens a new epoch; it only suspects it
//! when a phone shows something later than what is here.

use tanfang_core::model::{Epoch, Head, Save};
use tanfang_core::wire::SyncRequest;

use crate::engine::turn::Turn;
use crate::engine::{LOST_HISTORIES, SUSPECTED, epoch};
use crate::store::{BundleState, Stored, WaitsFor};

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
        // Of another history every later number is told of by its proof, or was lost with it.
        if asked.epoch != Some(epoch(self.tx)?) || self.is_suspected()? {
            return Ok(());
        }
        let mut later = asked.manifest > self.manifest()?.number;
        for cursor in asked.cursors.iter().take(CURSORS_LIMIT) {
            let feed = self.tx.feed(&cursor.feed.to_string())?;
            later |= cursor.position > feed.map_or(0, |feed| feed.last);
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

    /// Whether a history was begun here, the server becoming another device in the same millisecond, or
    /// a phone has shown already that this store has lost it.
    pub(in crate::engine) fn knows_history(&mut self, history: &Epoch) -> Stored<bool> {
        let lost = self.tx.meta(LOST_HISTORIES)?.unwrap_or_default();
        if lost.chunks(16).any(|known| known == history.bytes()) {
            return Ok(true);
        }
        let opened = made_at(history.bytes());
        let devices = self.tx.server_devices()?;
        Ok(devices
            .iter()
            .any(|device| made_at(device.bytes()) == opened))
    }

    /// Notes that a history was begun by this server and is not in its store.
    pub(in crate::engine) fn note_lost_history(&mut self, history: &Epoch) -> Stored<()> {
        if self.knows_history(history)? {
            return Ok(());
        }
        let mut lost = self.tx.meta(LOST_HISTORIES)?.unwrap_or_default();
        lost.extend(history.bytes());
        self.tx.set_meta(LOST_HISTORIES, &lost)
    }

    /// Whether the author may have known a form or a right that this server has lost: the save was made
    /// before its phone heard of the history in force, or a rollback is suspected.
    pub(super) fn may_know_less(&mut self, save: &Save) -> Stored<bool> {
        if self.is_suspected()? {
            return Ok(true);
        }
        let opened = made_at(epoch(self.tx)?.bytes());
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

    /// Judges again what waits for the county, as far as the reason may have gone. What goes in may
    /// let others in.
    pub(in crate::engine) fn judge_again(&mut self, which: WaitsFor) -> Stored<()> {
        let waiting = self.tx.waiting_for_county(which)?;
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

/// When an id was made, in milliseconds since 1970: it is a UUIDv7.
fn made_at(id: &[u8; 16]) -> i64 {
    id[..6]
        .iter()
        .fold(0, |millis, byte| millis << 8 | i64::from(*byte))
}
