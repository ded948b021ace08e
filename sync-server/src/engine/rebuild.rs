//! Settled records made again from the log.

use std::collections::BTreeSet;

use tanfang_core::model::{Kind, WorkerId};

use super::turn::Turn;
use crate::store::{SaveNo, Stored};

/// How many saves are looked up at once.
const BATCH: u32 = 500;

impl Turn<'_> {
    /// Forgets everything settled and makes it again from the accepted saves. Feeds stay as they
    /// are: what was told was told. Answers how many saves there were.
    pub fn rebuild(&mut self) -> Stored<u64> {
        // What is made again is carried as today: a pairing that has ended is told to its phone first.
        for worker in self.paired()? {
            self.end_pairings(worker)?;
        }
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
                self.settle(&logged.save, &logged.place, logged.received_at, false)?;
                count += 1;
            }
            self.routes.clear();
        }
        self.reckon_digests()?;
        Ok(count)
    }

    /// Everybody who is or was paired.
    fn paired(&mut self) -> Stored<BTreeSet<WorkerId>> {
        let mut pairings = Vec::new();
        self.tx.records(&mut |id, route| {
            if route.kind == Kind::PAIRING.as_str() {
                pairings.push(id);
            }
            Ok(())
        })?;
        let mut workers = BTreeSet::new();
        for id in pairings {
            let record = self.record(id)?;
            let worker = record.as_ref().and_then(|record| record.text("worker"));
            workers.extend(worker.and_then(|worker| worker.parse::<WorkerId>().ok()));
        }
        Ok(workers)
    }
}
