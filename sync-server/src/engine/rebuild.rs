//! Settled records made again from the log.

use super::turn::Turn;
use crate::store::{SaveNo, Stored};

/// How many saves are looked up at once.
const BATCH: u32 = 500;

impl Turn<'_> {
    /// Forgets everything settled and makes it again from the accepted saves. Feeds stay as they
    /// are: what was told was told. Answers how many saves there were.
    pub fn rebuild(&mut self) -> Stored<u64> {
        self.tx.forget_settled()?;
        self.routes.clear();
        let mut after = SaveNo(0);
        let mut count = 0;
        loop {
            let batch = self.tx.accepted_after(after, BATCH)?;
            let Some(last) = batch.last() else { break };
            after = *last;
            for no in batch {
                let logged = self.logged(no)?;
                self.settle(&logged.save, &logged.part_nos, logged.received_at, false)?;
                count += 1;
            }
            self.routes.clear();
        }
        self.reckon_digests()?;
        Ok(count)
    }
}
