//! A phone at rest asks whether all is still as it knows it.

use tanfang_core::model::{Rng, WallTime};
use tanfang_core::wire::{FeedEnd, SameAnswer, SameQuestion, manifest_hash, state_digest};

use super::signed_in::device_of;
use super::turn::Turn;
use super::{Halt, House, epoch};
use crate::store::ServerStore;

impl House {
    /// The answer to a phone that knows all; `None` where there is something to tell it. Who asks has
    /// nothing unsent: the server has heard it whole if the digests agree.
    pub(super) fn same(
        &mut self,
        store: &mut dyn ServerStore,
        now: WallTime,
        rng: &dyn Rng,
        token: &str,
        question: &SameQuestion,
    ) -> Result<Option<SameAnswer>, Halt> {
        store.write(|tx| {
            let mut turn = self.turn(tx, now, rng);
            let answer = turn.same(token, question)?;
            turn.finish()?;
            Ok(answer)
        })
    }
}

impl Turn<'_> {
    fn same(&mut self, token: &str, question: &SameQuestion) -> Result<Option<SameAnswer>, Halt> {
        let hash = self.house.keys.token_hash(token);
        let device = device_of(self.tx, &hash)?;
        let rights = self.rights(device.worker)?;
        self.end_pairings(device.worker)?;
        let mut ends = Vec::new();
        for (feed, row) in self.visible(&device, &rights)? {
            let Some(digest) = row.digest else {
                return Ok(None);
            };
            ends.push(FeedEnd {
                feed,
                position: row.last,
                digest,
            });
        }
        let manifest = self.tx.manifest()?;
        let (number, hash) = match &manifest {
            Some(row) => (row.number, Some(manifest_hash(&row.body))),
            None => (0, None),
        };
        let epoch = epoch(self.tx)?;
        let reckon = |hash| state_digest(epoch, device.through, number, hash, &ends);
        // An older app reckons without the hash.
        if question.state != reckon(hash) && question.state != reckon(None) {
            return Ok(None);
        }
        // What was apart and is no more was told by nobody else: this phone asks for nothing.
        self.hear_apart(&device, &[])?;
        self.heard_whole(&device)?;
        Ok(Some(SameAnswer {
            server_millis: self.now.millis,
            last_syncs: self.last_syncs(question.last_syncs_after)?,
        }))
    }
}
