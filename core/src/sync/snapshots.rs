//! Fetches the parts of snapshots: while one is on its way the one before is written down.

use std::collections::BTreeSet;

use super::{LinkError, Plan, SyncError, Transport, exchange};
use crate::model::Feed;
use crate::store::{ComingPart, Store, StoreError};
use crate::wire::SnapshotPart;

/// Fetches every part that is to come; what was applied stays when the link ends. `told` hears how
/// many records each part brought, and its bytes. False where somebody stopped it.
pub(super) fn fetch(
    store: &Store,
    link: &dyn Transport,
    token: &str,
    plan: &Plan,
    told: &mut dyn FnMut(u64, u64),
) -> Result<bool, SyncError> {
    let coming = store.read::<_, StoreError>(|tx| tx.coming_parts())?;
    let mut gone: BTreeSet<Feed> = BTreeSet::new();
    let mut left = coming.into_iter();
    let mut here: Option<(ComingPart, SnapshotPart)> = None;
    loop {
        let stopped = plan.cancel.is_cancelled();
        let next = left.find(|part| !stopped && !gone.contains(&part.feed));
        let (arrived, applied) = std::thread::scope(|threads| {
            let flight = next
                .as_ref()
                .map(|part| threads.spawn(|| exchange::snapshot_part(link, token, part)));
            let applied = here.take().map(|(which, part)| apply(store, &which, part));
            let broke = || Err(SyncError::NoProgress);
            let arrived = flight.map(|flight| flight.join().unwrap_or_else(|_| broke()));
            (arrived, applied)
        });
        if let Some((records, bytes)) = applied.transpose()?.filter(|(records, _)| *records > 0) {
            told(records, bytes);
        }
        let (Some(which), Some(arrived)) = (next, arrived) else {
            return Ok(!stopped);
        };
        match arrived {
            Err(SyncError::Link(LinkError::Stopped)) => return Ok(false),
            Err(error) => return Err(error),
            Ok(Some(part)) => {
                plan.budget.spend(which.name.length);
                here = Some((which, part));
            }
            Ok(None) => {
                store.write::<_, StoreError>(|tx| tx.forget_coming(&which.feed))?;
                gone.insert(which.feed);
            }
        }
    }
}

/// How many records a part brought, and its bytes.
fn apply(store: &Store, which: &ComingPart, part: SnapshotPart) -> Result<(u64, u64), StoreError> {
    let records = store.write::<_, StoreError>(|tx| tx.apply_part(which, part))?;
    Ok((records, which.name.length))
}
