//! Fetches the parts of snapshots: while one is on its way those before are written down.

use std::collections::BTreeSet;

use super::{LinkError, Plan, SyncError, Transport, exchange};
use crate::model::Feed;
use crate::store::{ComingPart, Store, StoreError};
use crate::wire::SnapshotPart;

/// Small parts are written down together, until they have so many bytes.
const TOGETHER_BYTES: u64 = 96 << 10;

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
    let mut here: Vec<(ComingPart, SnapshotPart)> = Vec::new();
    loop {
        let stopped = plan.cancel.is_cancelled();
        let next = left.find(|part| !stopped && !gone.contains(&part.feed));
        let (arrived, applied) = std::thread::scope(|threads| {
            let flight = next
                .as_ref()
                .map(|part| threads.spawn(|| exchange::snapshot_part(link, token, part)));
            let bytes: u64 = here.iter().map(|(which, _)| which.name.length).sum();
            let enough = flight.is_none() || bytes >= TOGETHER_BYTES;
            let applied = enough.then(|| apply(store, std::mem::take(&mut here)));
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
        if arrived.is_err() {
            // What came whole stays, whatever became of the link.
            apply(store, std::mem::take(&mut here))?;
        }
        match arrived {
            Err(SyncError::Link(LinkError::Stopped)) => return Ok(false),
            Err(error) => return Err(error),
            Ok(Some(part)) => {
                plan.budget.spend(which.name.length);
                here.push((which, part));
            }
            Ok(None) => {
                store.write::<_, StoreError>(|tx| tx.forget_coming(&which.feed))?;
                gone.insert(which.feed);
            }
        }
    }
}

/// How many records the parts brought, and their bytes; all of them are written or none.
fn apply(store: &Store, parts: Vec<(ComingPart, SnapshotPart)>) -> Result<(u64, u64), StoreError> {
    if parts.is_empty() {
        return Ok((0, 0));
    }
    store.write(|tx| {
        let (mut records, mut bytes) = (0, 0);
        for (which, part) in parts {
            records += tx.apply_part(&which, part)?;
            bytes += which.name.length;
        }
        Ok((records, bytes))
    })
}
